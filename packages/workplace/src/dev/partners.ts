/** Invented partners, and who can see what. */

import { DAY, type DossierId, localDate, type PersonId, plus, type TeamId } from '@ketenkluis/base';
import { type ProgrammeId, ROLES, type RoleId, SCOPES, scopesForRole } from '@ketenkluis/care';
import { workplaceError } from '../errors.ts';
import type {
  AccessSide,
  AssumptionSetting,
  ColleagueAccess,
  Partner,
  PartnerCard,
  PartnerSide,
  Proposal,
  Referral,
  Seer,
  Text,
} from '../model.ts';
import { madeId } from './people.ts';
import { restrictionSide } from './restrictions.ts';
import { ago, ahead, both, type InventedPartner, roleName, type Stage, selection } from './stage.ts';
import { groundOf } from './visits.ts';

/** What the invented practice accepts as a card. */
export const CARD = 'proef-partnerkaart';

/** What the invented practice set: one partner, unless it is a practice that has set nothing. */
export interface InventedSetting extends Omit<AssumptionSetting, 'teams'> {
  readonly teams: readonly { readonly team: TeamId; readonly name: string }[];
}

export function partnerSide(
  stage: Stage,
  partners: readonly InventedPartner[],
  settings: InventedSetting[],
  propose: (proposal: Proposal) => void,
): PartnerSide {
  const told: Readonly<Record<number, string>> = {
    0: 'UZI-servercertificaat bekeken in het LRZa, gebeld op het nummer uit de Zorgkaart',
    1: 'Inschrijving in het LRZa, gebeld op het nummer van de zorggroep',
  };
  let known: Partner[] =
    stage.scene === 'empty'
      ? []
      : partners.map((one, place) => ({
          organisation: one.organisation,
          name: one.name,
          ura: one.ura,
          accepts: place === 0 ? (['high'] as const) : [],
          proof: told[place % 2]!,
          since: ago(stage, 300 - place * 70),
          signed: ['Marleen Brugman', 'Joost Hofstede'],
          fingerprint: one.fingerprint,
          teams: one.teams.map(({ team, role }) => ({ team, name: one.team, role: roleName(role as RoleId) })),
        }));
  const teamsOf = (roles: readonly string[]) =>
    partners.flatMap((one) =>
      one.teams
        .filter(({ role }) => roles.includes(role))
        .map(({ team }) => ({ team, name: `${one.name}, ${one.team}` })),
    );
  return {
    list: async () => {
      await stage.reach();
      return { partners: known, mayChange: stage.me.owner };
    },
    readCard: async (text): Promise<PartnerCard> => {
      await stage.reach(10);
      if (!text.trim().startsWith(CARD)) throw workplaceError('bad-card', 'this is no partner card');
      return {
        card: text.trim(),
        organisation: madeId('organisation', () => stage.roll()),
        name: 'Fysiotherapie De Brug',
        ura: '90056789',
        origin: 'https://kluis.debrug.example',
        teams: [{ team: madeId('team', () => stage.roll()), name: 'Beweegzorg', role: roleName('physiotherapist') }],
        fingerprint: '5127 3364 7019 4485 9923 1670 2548 8831 0958 4471 2236 8890',
        known: false,
      };
    },
    propose: async (card, proof, accepts) => {
      await stage.reach(60);
      propose({
        ...{ what: 'partner', id: `p-${card.organisation}`, by: stage.me.name, mine: true, name: card.name },
        ...{ ura: card.ura, proof, teams: card.teams.map(({ name }) => name), fingerprint: card.fingerprint, accepts },
        ...{ until: ahead(stage, 7), signed: [stage.me.name], signedByMe: true, needed: 2, stale: false },
        complete: false,
      });
      return 'proposed';
    },
    ownCard: async () => {
      await stage.reach();
      return {
        card: `${CARD}.${'eyJ2IjoxLCJ0IjoicGFydG5lci1jYXJkIn0'.repeat(6)}`,
        name: stage.me.practice,
        fingerprint: '6629 4821 0937 5516 7204 1183 9062 3347 8815 2960 7741 0358',
      };
    },
    assumptions: async () => {
      await stage.reach();
      const roles = [...new Set(partners.flatMap(({ teams }) => teams.map(({ role }) => role)))];
      return {
        ...{
          mayChange: stage.me.owner,
          proposedEnd: localDate(ahead(stage, 360)),
          lastEnd: localDate(ahead(stage, 364)),
        },
        settings: settings.map(({ teams, ...one }) => ({ ...one, teams: teams.map(({ name }) => name) })),
        categories: roles.map((role) => ({
          ...{ category: role, name: roleName(role as RoleId) },
          teams: teamsOf([role]).map(({ name }) => name),
        })),
      };
    },
    assume: async ({ ground, categories, text, until }) => {
      await stage.reach(60);
      propose({
        ...{ what: 'assumption', id: `a-${text.length}`, by: stage.me.name, mine: true, ground, text, end: until },
        ...{ categories: categories.map((role) => roleName(role as RoleId)), count: teamsOf(categories).length },
        ...{ until: ahead(stage, 7), signed: [stage.me.name], signedByMe: true, needed: 2, stale: false },
        complete: false,
      });
      return 'proposed';
    },
    endAssumption: async (setting) => {
      await stage.reach(60);
      settings.splice(0, settings.length, ...settings.filter(({ id }) => id !== setting));
    },
    end: async (organisation) => {
      await stage.reach(60);
      known = known.filter((one) => one.organisation !== organisation);
    },
  };
}

const parts = (role: RoleId, programmes: readonly ProgrammeId[]): Text[] =>
  scopesForRole(role, programmes, selection).map((scope) => both(SCOPES[scope].nl, SCOPES[scope].en));

interface Staff {
  readonly person: PersonId;
  readonly name: string;
  readonly role: RoleId;
  readonly team: string;
}

export function accessSide(
  stage: Stage,
  staff: readonly Staff[],
  teams: readonly { readonly team: TeamId; readonly name: string }[],
  referralsOf: (dossier: DossierId) => readonly Referral[],
  partners: readonly InventedPartner[],
): AccessSide {
  const roleOf: readonly RoleId[] = ['poh-s', 'gp', 'assistant'];
  return {
    dossier: async (dossier) => {
      await stage.reach(60);
      const one = stage.people.find(({ row }) => row.dossier === dossier);
      if (!one) throw workplaceError('denied', 'no', { detail: { reason: 'unknown' } });
      const programmes = one.row.programmes as ProgrammeId[];
      const own = teams.map(({ team, name }, place): Seer => {
        const role = roleOf[place]!;
        return {
          ...{ team, name, role: roleName(role), outside: null, until: null },
          people: staff.filter((each) => each.team === name).map((each) => each.name),
          parts: parts(role, programmes),
          why: [{ kind: 'standing', since: ago(stage, 210) }, ...(role === 'assistant' ? groundOf(one) : [])],
        };
      });
      const outside = referralsOf(dossier)
        .filter(({ state }) => !['closed', 'withdrawn', 'overdue', 'declined'].includes(state))
        .map(
          (referral): Seer => ({
            team: partners.find(({ name }) => name === referral.other)!.teams[0]!.team,
            ...{ name: partners.find(({ name }) => name === referral.other)!.team, role: null, people: [] },
            ...{ outside: referral.other, parts: referral.letter?.parts ?? [], until: referral.until },
            why: [
              {
                ...{ kind: 'referral', by: referral.letter?.by.name ?? null, at: referral.sent },
                consent: referral.consent?.from ?? null,
                assumed: referral.consent?.assumed ? 'accepted-referral' : null,
              },
            ],
          }),
        );
      return {
        seers: [...own, ...outside],
        restrict:
          stage.scene === 'partly'
            ? null
            : {
                organisations: partners.map(({ organisation, name }) => ({ id: organisation, name })),
                teams: teams.map(({ team, name }) => ({ id: team, name })),
                people: staff.map(({ person, name }) => ({ id: person, name })),
              },
      };
    },
    colleague: async (person): Promise<ColleagueAccess> => {
      await stage.reach();
      const found = staff.find((one) => one.person === person);
      if (!found) throw workplaceError('denied', 'no', { detail: { reason: 'unknown' } });
      const team = teams.find(({ name }) => name === found.team)!;
      const seen = [...new Map(parts(found.role, ['diabetes', 'copd', 'cvrm']).map((one) => [one.nl, one])).values()];
      return {
        person,
        name: found.name,
        role: both(ROLES[found.role].nl, ROLES[found.role].en),
        me: person === stage.me.person,
        teams: [
          {
            ...{ team: team.team, name: team.name, role: roleName(found.role) },
            ...{ since: ago(stage, 340), until: null, parts: seen },
          },
        ],
        unlockers: 2,
        places:
          found.role === 'gp'
            ? [
                {
                  name: 'Huisartsen',
                  until: ahead(stage, 180),
                  called: ahead(stage, 2),
                },
              ]
            : [],
        mayEnd: stage.me.owner && person !== stage.me.person,
      };
    },
    restrict: async () => {
      await stage.reach(60);
    },
    ...restrictionSide(stage, partners),
    fresh: async () => ({ done: 0, total: 14 }),
    endMembership: async (_, progress) => {
      await stage.reach(40);
      const total = 612;
      for (let done = 0; done < total; done += 68) {
        progress({ done, total });
        await stage.reach(25);
      }
      progress({ done: total, total });
      return { refused: plus(stage.now(), -DAY * 0), rewrapped: { done: total, total }, fresh: null };
    },
  };
}
