/** Substitutes and emergencies, on the client. */

import { type DossierId, type PersonId, parseLocalDate } from '@ketenkluis/base';
import {
  activate,
  type Called,
  callPatient,
  callsForMe,
  closeReview,
  endPlace,
  endPool,
  extendPool,
  openCalled,
  openEmergency,
  openReviews,
  rewrap,
  tellPatient,
} from '@ketenkluis/client';
import { workplaceError } from '../errors.ts';
import type { Dossier, PoolPlace, Told, UrgentSide } from '../model.ts';
import { coupled } from './duties.ts';
import { about, callers, type Inside, nameOf, teamName, UNNAMED } from './inside.ts';
import { lists, rowOf, wanted } from './lists.ts';
import { openedView } from './opened.ts';
import type { Surroundings } from './people.ts';

const who = (inside: Inside, person: string): string => nameOf(inside.names, person as PersonId)?.name ?? UNNAMED;

/** Handed over to this substitute, as asked for last. */
const handed = new WeakMap<Inside, readonly Called[]>();
async function calls(inside: Inside): Promise<readonly Called[]> {
  const found = await callsForMe(inside.session);
  handed.set(inside, found);
  return found;
}

/** For a substitute: the patient of the moment, and no other. */
export async function openHanded(inside: Inside, dossier: DossierId): Promise<Dossier> {
  const known = (handed.get(inside) ?? (await calls(inside))).find((one) => one.dossier === dossier);
  if (known === undefined) {
    throw workplaceError('denied', 'this patient is not handed over', { detail: { reason: 'no-call' } });
  }
  const opened = await openCalled(inside.session, known, about(inside, 'waarneming', { ground: 'call' }));
  return openedView(opened, { dossier, name: known.name, birthDate: known.birthDate, roles: ['locum'] });
}

async function places(inside: Inside): Promise<PoolPlace[]> {
  const { session, names, me } = inside;
  const people = await session.people(true);
  const now = session.now();
  const called = people.places(now);
  // Approved twice for a team is one place, as long as the longer of the two.
  const longest = new Map<string, ReturnType<typeof people.pools>[number]>();
  for (const pool of people.pools(now)) {
    const key = `${pool.person} ${pool.team}`;
    const known = longest.get(key);
    if (known === undefined || known.until < pool.until) longest.set(key, pool);
  }
  return [...longest.values()].map((pool) => {
    const place = called.find((one) => one.person === pool.person && one.team === pool.team);
    return {
      mayChange: me.owner,
      ...{ pool: pool.id, person: pool.person, name: who(inside, pool.person), until: pool.until },
      ...{ team: pool.team, teamName: teamName(names, pool.team), mayCall: pool.activators.includes(me.person) },
      called: place === undefined ? null : { fact: place.id, from: place.from, until: place.until },
    };
  });
}

async function waiting(session: Inside['session'], id: string) {
  const review = (await openReviews(session)).find(({ request, closed }) => request === id && closed === null);
  if (review === undefined) throw workplaceError('conflict', 'somebody else was first');
  return review;
}

/** A day that no calendar has is the vault's mistake, and is not shown as one. */
const toldView = ({ how, on }: { readonly how: Told['how']; readonly on: string | null }): Told =>
  how === 'not' || on === null ? { how: 'not' } : { how, on: parseLocalDate(on) };

export function urgentSide({ open }: Surroundings): UrgentSide {
  return {
    places: () =>
      open(async (now) => {
        // What a second person signed since goes into the log at the owner's look.
        await coupled(now);
        return await places(now);
      }),
    call: (id, until) =>
      open(async ({ session }) => {
        const pool = (await session.people(true)).poolAt(id, session.now());
        if (pool === undefined) throw workplaceError('conflict', 'this place in the pool is gone');
        await activate(session, pool, until);
      }),
    endCall: (fact) => open(async ({ session }) => void (await endPlace(session, fact))),
    extend: ({ person, team }, until) =>
      open(async (now) => {
        await extendPool(now.session, { person, team, substitute: { until, activators: await callers(now) } });
      }),
    endPlace: ({ person, team }) =>
      open(async ({ session }) => {
        if ((await endPool(session, { person, team })) === 'proposed') return 'proposed';
        await rewrap(session);
        return 'ended';
      }),
    handOver: (dossier, to, reason) =>
      open(async (now) => {
        const row = await rowOf(now, dossier);
        const [first] = wanted(row);
        if (first === undefined) {
          throw workplaceError('denied', 'no part to hand over', { detail: { reason: 'step-without-handle' } });
        }
        await callPatient(now.session, {
          ...{ dossier, handle: first.handle, facts: row.facts.slice(0, 16), to, name: row.name },
          ...{ birthDate: row.birthDate ?? null, ...(reason === '' ? {} : { reason }) },
          about: about(now, 'overdracht aan waarnemer'),
        });
      }),
    handed: () =>
      open(async (now) =>
        (await calls(now)).map(({ dossier, name, birthDate, by, reason, until }) => ({
          ...{ dossier, name, birthDate, by: who(now, by), reason, until },
        })),
      ),
    emergency: (dossier, reason) =>
      open(async (now) => {
        const opened = await openEmergency(now.session, dossier, reason, about(now, 'noodgeval'));
        return openedView(opened, { dossier, roles: ['emergency'], emergency: true });
      }),
    reviews: () =>
      open(async (now) => {
        const all = (await openReviews(now.session)).filter(({ closed }) => closed === null);
        if (all.length === 0) return [];
        // Whoever has no worklist sees no name, and reviews all the same.
        const rows = await lists(now).then(
          (known) => known.rows,
          () => null,
        );
        return all.map(({ request, dossier, person, at, reason, told }) => ({
          ...{ id: request, dossier, at, reason, who: who(now, person), mine: person === now.me.person },
          patient: rows?.get(dossier)?.name ?? null,
          role: nameOf(now.names, person)?.role ?? null,
          told: told === null ? null : { ...toldView(told), who: who(now, told.person) },
        }));
      }),
    tell: (id, told, words) =>
      open(async ({ session }) => void (await tellPatient(session, await waiting(session, id), told, words))),
    closeReview: (id, finding, words) =>
      open(async ({ session }) => void (await closeReview(session, await waiting(session, id), finding, words))),
  };
}
