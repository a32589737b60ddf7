/** Invented substitutes and emergencies. */

import { addDays, HOUR, localDate, plus, type TeamId } from '@ketenkluis/base';
import { dossier as dossierView } from '../adapter/care-view.ts';
import { workplaceError } from '../errors.ts';
import type { Confirmation, Handed, PoolPlace, Review, UrgentSide } from '../model.ts';
import { madeId } from './people.ts';
import { ago, ahead, dayAgo, roleName, type Stage, within } from './stage.ts';

export function urgentSide(
  stage: Stage,
  teams: readonly { readonly team: TeamId; readonly name: string }[],
  confirmation: Confirmation,
): UrgentSide {
  const gps = teams[1]!;
  const place = (name: string, days: number, called: PoolPlace['called']): PoolPlace => ({
    pool: madeId('fact', () => stage.roll()),
    person: madeId('person', () => stage.roll()),
    ...{
      name,
      team: gps.team,
      teamName: gps.name,
      until: ahead(stage, days),
      called,
      mayCall: true,
      mayChange: stage.me.owner,
    },
  });
  const called = () => ({
    fact: madeId('fact', () => stage.roll()),
    from: ago(stage, 0.1),
    until: plus(stage.start, 9 * HOUR),
  });
  let places: PoolPlace[] =
    stage.scene === 'empty' ? [] : [place('Hanneke de Ruiter', 160, called()), place('Tim Overbeek', 90, null)];
  const review = (back: number, who: string, reason: string, which: number, told: Review['told']): Review => ({
    ...{ id: madeId('request', () => stage.roll()), who, reason, at: ago(stage, back), mine: who === stage.me.name },
    ...{ role: roleName('gp'), told },
    dossier: stage.people[which]?.row.dossier ?? madeId('dossier', () => stage.roll()),
    patient: stage.me.office === null ? (stage.people[which]?.row.name ?? null) : null,
  });
  let reviews: Review[] =
    stage.scene === 'empty' || stage.me.substitute
      ? []
      : [
          review(0.6, 'Hanneke de Ruiter', 'Patiënt verward aan de balie, bloedsuiker 2,9. Welke medicatie?', 3, null),
          review(1.4, 'Tim Overbeek', 'Borstpijn op de huisartsenpost, medicatie onbekend.', 4, {
            ...{ how: 'phone', on: dayAgo(stage, 1), who: 'Noor Zijlstra' },
          }),
          review(
            3.2,
            stage.me.office === null ? stage.me.name : 'Joost Hofstede',
            'Huisbezoek avonddienst, benauwd, allergieën onbekend.',
            5,
            null,
          ),
        ];
  return {
    places: async () => {
      await stage.reach();
      return places;
    },
    call: async (pool, until) => {
      await stage.reach(60);
      places = places.map((one) => (one.pool === pool ? { ...one, called: { ...called(), until } } : one));
    },
    endCall: async (fact) => {
      await stage.reach(60);
      places = places.map((one) => (one.called?.fact === fact ? { ...one, called: null } : one));
    },
    extend: async () => {
      await stage.reach(60);
    },
    endPlace: async (place) => {
      await stage.reach(60);
      places = places.filter((one) => one.pool !== place.pool);
      return 'ended';
    },
    handOver: async () => {
      await stage.reach(60);
    },
    handed: async () => {
      await stage.reach();
      if (stage.scene === 'empty') return [];
      return stage.people.slice(2, 5).map(
        (one, at): Handed => ({
          ...{ dossier: one.row.dossier, name: one.row.name, birthDate: one.row.birthDate ?? null },
          ...{ by: 'Noor Zijlstra', until: plus(stage.start, (7 - at) * HOUR) },
          reason: ['Benauwd sinds vannacht', null, 'Wond aan de voet, koorts'][at] ?? null,
        }),
      );
    },
    emergency: async (dossier, _reason) => {
      await stage.reach(60);
      const one = stage.people.find(({ row }) => row.dossier === dossier) ?? stage.people[0];
      if (!one) throw workplaceError('denied', 'no', { detail: { reason: 'unknown' } });
      return dossierView({
        row: { ...one.row, due: [], classes: {} },
        records: within(one.records, ['emergency'], one.row.programmes),
        asOf: addDays(localDate(stage.start), -1),
        confirmation,
        notes: [],
        denied: [],
        mayWrite: false,
        emergency: true,
        roles: ['gp'],
      });
    },
    reviews: async () => {
      await stage.reach();
      return reviews;
    },
    tell: async (id, told) => {
      await stage.reach(60);
      reviews = reviews.map((one) => (one.id === id ? { ...one, told: { ...told, who: stage.me.name } } : one));
    },
    closeReview: async (id) => {
      await stage.reach(60);
      reviews = reviews.filter((one) => one.id !== id);
    },
  };
}
