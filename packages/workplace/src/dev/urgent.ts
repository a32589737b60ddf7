/** Invented substitutes and emergencies. */

import { addDays, HOUR, localDate, type PersonId, plus, type TeamId } from '@ketenkluis/base';
import type { CareRecord } from '@ketenkluis/care';
import { dossier as dossierView } from '../adapter/care-view.ts';
import { workplaceError } from '../errors.ts';
import type { Confirmation, PoolPlace, Proposal, Review, UrgentSide } from '../model.ts';
import { madeId } from './people.ts';
import { ago, ahead, roleName, type Stage, within } from './stage.ts';

export function urgentSide(
  stage: Stage,
  teams: readonly { readonly team: TeamId; readonly name: string }[],
  people: readonly { readonly person: PersonId; readonly name: string }[],
  confirmation: Confirmation,
  propose: (proposal: Proposal) => void,
): UrgentSide {
  const gps = teams[1]!;
  const place = (name: string, days: number, called: PoolPlace['called']): PoolPlace => ({
    pool: madeId('fact', () => stage.roll()),
    person: madeId('person', () => stage.roll()),
    ...{ name, role: roleName('locum'), team: gps.team, teamName: gps.name, until: ahead(stage, days), called },
    mayCall: true,
  });
  let places: PoolPlace[] =
    stage.scene === 'empty'
      ? []
      : [
          place('Hanneke de Ruiter', 160, {
            ...{ fact: madeId('fact', () => stage.roll()), by: 'Noor Zijlstra' },
            ...{ from: ago(stage, 0.1), until: plus(stage.start, 9 * HOUR) },
          }),
          place('Tim Overbeek', 90, null),
        ];
  const review = (back: number, who: string, reason: string, which: number): Review => ({
    ...{ id: madeId('entry', () => stage.roll()), who, reason, at: ago(stage, back) },
    dossier: stage.people[which]?.row.dossier ?? madeId('dossier', () => stage.roll()),
    patient: stage.people[which]?.row.name ?? null,
  });
  let reviews: Review[] =
    stage.scene === 'empty'
      ? []
      : [
          review(0.6, 'Hanneke de Ruiter', 'Patiënt verward aan de balie, bloedsuiker 2,9. Welke medicatie?', 3),
          review(3.2, 'Joost Hofstede', 'Huisbezoek avonddienst, benauwd, allergieën onbekend.', 5),
        ];
  return {
    pools: async () => {
      await stage.reach();
      return { places, mayChange: stage.me.owner, teams, people };
    },
    propose: async ({ team, person, until }) => {
      await stage.reach(60);
      propose({
        ...{ what: 'pool', id: `w-${person}`, by: stage.me.name, mine: true, ends: until },
        name: people.find((one) => one.person === person)?.name ?? '',
        team: teams.find((one) => one.team === team)?.name ?? '',
        ...{ until: ahead(stage, 7), signed: [stage.me.name], signedByMe: true, needed: 2, stale: false },
      });
      return 'proposed';
    },
    endPool: async (pool) => {
      await stage.reach(60);
      places = places.filter((one) => one.pool !== pool);
    },
    call: async (pool, until) => {
      await stage.reach(60);
      const called = { fact: madeId('fact', () => stage.roll()), by: stage.me.name, from: stage.now(), until };
      places = places.map((one) => (one.pool === pool ? { ...one, called } : one));
    },
    endCall: async (fact) => {
      await stage.reach(60);
      places = places.map((one) => (one.called?.fact === fact ? { ...one, called: null } : one));
    },
    emergency: async (dossier, _reason) => {
      await stage.reach(60);
      const one = stage.people.find(({ row }) => row.dossier === dossier) ?? stage.people[0];
      if (!one) throw workplaceError('denied', 'no', { detail: { reason: 'unknown' } });
      const records: CareRecord[] = within(one.records, ['emergency'], one.row.programmes);
      return dossierView({
        row: { ...one.row, due: [], classes: {} },
        records,
        asOf: addDays(localDate(stage.start), -1),
        confirmation,
        notes: [],
        denied: [],
        mayWrite: false,
        emergency: plus(stage.now(), HOUR),
        roles: ['gp'],
      });
    },
    reviews: async () => {
      await stage.reach();
      return reviews;
    },
    closeReview: async (id) => {
      await stage.reach(60);
      reviews = reviews.filter((one) => one.id !== id);
    },
  };
}
