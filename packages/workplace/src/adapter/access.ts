/** Who can see what, from signed facts that were checked here: of one dossier, and of one colleague. */

import type { DossierId, Instant, PersonId } from '@ketenkluis/base';
import { PROGRAMME_IDS, ROLES, type RoleId, SCOPES, type ScopeId } from '@ketenkluis/care';
import {
  accessOf,
  type Seer as ClientSeer,
  endMembership,
  freshSince,
  restrict,
  rewrap,
  waysIn,
} from '@ketenkluis/client';
import { workplaceError } from '../errors.ts';
import type { AccessSide, ColleagueAccess, DossierAccess, Ground, Seer, Text } from '../model.ts';
import { partsOfRole } from './choices.ts';
import { about, type Inside, nameOf, roleText, teamName, UNNAMED } from './inside.ts';
import { partName, rowOf } from './lists.ts';
import { partnerName, partnersSeen } from './partners.ts';
import type { Surroundings } from './people.ts';
import { restrictionSide } from './restrictions.ts';

const partText = (scope: ScopeId): Text => ({ nl: SCOPES[scope].nl, en: SCOPES[scope].en });

/** One line per team; a team with several running steps sees what any of them lists, until the last ends. */
function together(steps: readonly ClientSeer[]): Map<string, ClientSeer[]> {
  return Map.groupBy(steps, ({ team }) => team);
}

/** The practice's own steps end by themselves only where an appointment opened them. */
function ownGrounds(steps: readonly ClientSeer[]): Ground[] {
  const standing = steps.filter(({ step }) => step.until === null).map(({ from }) => from);
  return [
    ...(standing.length === 0 ? [] : [{ kind: 'standing' as const, since: Math.min(...standing) as Instant }]),
    ...steps.flatMap(({ step: { from, until } }) =>
      until === null ? [] : [{ kind: 'appointment' as const, from, until }],
    ),
  ];
}

async function dossierAccess(inside: Inside, dossier: DossierId): Promise<DossierAccess> {
  const row = await rowOf(inside, dossier);
  const facts = row.facts.slice(0, 16);
  const { session, names } = inside;
  // A setting or a partner may have ended since this session looked last.
  await session.people(true);
  const access = await accessOf(session, { dossier, facts, about: about(inside, 'wie kan wat zien') });
  const people = await session.people();
  const now = session.now();
  const partners = access.seers.some(({ partner }) => partner !== null) ? await partnersSeen(inside) : [];
  const members = people.memberships(now);
  const seers = [...together(access.seers)].map(([, steps]): Seer => {
    const [first] = steps as [ClientSeer, ...ClientSeer[]];
    const { team } = first;
    const partner = partners.find(({ organisation }) => organisation === first.partner);
    const theirs = partner?.profile?.teams.find((one) => one.team === team);
    const own = names?.teams.find((one) => one.team === team);
    const role = first.partner === null ? own?.role : theirs?.role;
    const parts = new Map<string, Text>();
    for (const handle of steps.flatMap(({ handles }) => handles)) {
      const name = partName(row, handle);
      if (name !== null) parts.set(name.nl, name);
    }
    const ends = steps.map(({ until }) => until);
    return {
      team,
      name: first.partner === null ? teamName(names, team) : (theirs?.name ?? ''),
      role: role === undefined || role === null ? null : roleText(role),
      outside: first.partner === null ? null : partnerName(partner),
      people:
        first.partner === null
          ? members.filter((one) => one.team === team).map(({ person }) => nameOf(names, person)?.name ?? UNNAMED)
          : [],
      parts: [...parts.values()],
      why:
        first.partner === null
          ? ownGrounds(steps)
          : steps.map(({ from, consent }) => ({
              kind: 'referral',
              by: null,
              at: from,
              consent: consent?.from ?? null,
              assumed: (consent?.assumed && people.assumptionAt(consent.assumed, now)?.ground) || null,
            })),
      until: ends.includes(null) ? null : (Math.max(...ends.map((end) => end ?? 0)) as Instant),
    };
  });
  // A patient handed to a substitute: what the team sees that they stand in for, until the call ends.
  const handed = access.facts.flatMap(({ fact }): Seer[] => {
    if (fact.kind !== 'call' || fact.from > now || fact.until <= now) return [];
    const [place] = people.placesOf(fact.person, now);
    if (place === undefined) return [];
    const name = nameOf(names, fact.person)?.name ?? UNNAMED;
    return [
      {
        ...{ team: place.team, name, role: roleText('locum'), outside: null, people: [name], until: fact.until },
        ...{ parts: seers.find(({ team }) => team === place.team)?.parts ?? [] },
        why: [{ kind: 'handed', at: fact.from }],
      },
    ];
  });
  const shown = partners.length > 0 ? partners : await partnersSeen(inside);
  const cards = people.cards(now).filter(({ kind }) => kind === 'professional');
  return {
    seers: [...seers, ...handed],
    restrict: {
      organisations: shown.map((one) => ({ id: one.organisation, name: partnerName(one) })),
      teams: (names?.teams ?? []).filter((one) => one.role !== null).map(({ team, name }) => ({ id: team, name })),
      people: cards.map(({ subject }) => ({ id: subject, name: nameOf(names, subject)?.name ?? UNNAMED })),
    },
  };
}

async function colleagueAccess(inside: Inside, person: PersonId): Promise<ColleagueAccess> {
  const { session, names, me } = inside;
  const people = await session.people(true);
  const now = session.now();
  const card = people.cardOf(person, now);
  if (card === undefined) throw workplaceError('denied', 'no such colleague', { detail: { reason: 'unknown' } });
  const unlockers = me.owner ? ((await waysIn(session)).get(person) ?? []).filter(({ ended }) => ended === null) : null;
  const named = nameOf(names, person);
  return {
    person,
    name: named?.name ?? UNNAMED,
    role: named?.role ?? { nl: 'nog zonder naam', en: 'no name yet' },
    me: person === me.person,
    teams: people
      .memberships(now)
      .filter((one) => one.person === person)
      .map(({ team, from, until }) => {
        const role = names?.teams.find((one) => one.team === team)?.role ?? null;
        const known = role !== null && Object.hasOwn(ROLES, role) ? (role as RoleId) : null;
        return {
          ...{ team, name: teamName(names, team), role: role === null ? null : roleText(role), since: from, until },
          parts: known === null ? [] : partsOfRole(known, PROGRAMME_IDS).map(partText),
        };
      }),
    unlockers: unlockers?.length ?? null,
    places: people
      .pools(now)
      .filter((pool) => pool.person === person)
      .map((pool) => ({
        ...{ name: teamName(names, pool.team), until: pool.until },
        called: people.places(now).find((place) => place.pool === pool.id)?.until ?? null,
      })),
    mayEnd: me.owner && person !== me.person,
  };
}

export function accessSide(around: Surroundings): AccessSide {
  const { open } = around;
  return {
    ...restrictionSide(around),
    dossier: (dossier) => open((now) => dossierAccess(now, dossier)),
    colleague: (person) => open((now) => colleagueAccess(now, person)),
    restrict: (dossier, excluded) =>
      open(async (now) => {
        const row = await rowOf(now, dossier);
        const facts = row.facts.slice(0, 16);
        const why = about(now, 'de patiënt sluit het dossier af');
        await restrict(now.session, { dossier, facts, handles: null, excluded, until: null, about: why });
      }),
    fresh: (since) =>
      open(async ({ session }) => {
        const teams = (await freshSince(session)).filter((one) => one.since >= since);
        const sum = (of: 'done' | 'total') => teams.reduce((all, one) => all + one[of], 0);
        return teams.length === 0 ? null : { done: sum('done'), total: sum('total') };
      }),
    endMembership: (person, progress) =>
      open(async ({ session }) => {
        const refused = session.now();
        const ended = await endMembership(session, person, { leaves: true });
        if (ended === 'proposed') return { refused, rewrapped: null, fresh: null, waits: true };
        const { done, left } = await rewrap(session, progress);
        // What this owner cannot wrap, because no own team holds it, is sealed afresh at the next sync.
        return { refused, rewrapped: { done, total: done }, fresh: null, left };
      }),
  };
}
