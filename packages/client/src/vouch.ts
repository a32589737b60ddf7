/**
 * Memberships for a day (docs/spec/partners.md): what one organisation says of its people to another. An owner's client signs them
 * anew for all who stand in a team; each stands as a line in the own log and in no directory.
 */

import { type FactId, HOUR, newId, plus, type TeamId } from '@ketenkluis/base';
import { type LedgerProof, vouched as vouchedMessage, type WireStatement } from '@ketenkluis/protocol';
import {
  batchesFromWire,
  expectType,
  type FactOf,
  isVouched,
  signStatement,
  statementFromWire,
  statementsToWire,
  VOUCHED,
} from '@ketenkluis/seal';
import { z } from 'zod';
import { change } from './change.ts';
import { clientError } from './errors.ts';
import type { Session } from './session.ts';

/** Signed anew once less than this is left. */
const LEFT = 12 * HOUR;
/** Statements that one request takes. */
const AT_ONCE = 400;

/** Until when each standing membership was vouched for by this device, by its fact. */
const signedUntil = z.record(z.string(), z.number());

/**
 * For an owner, at sign-in: vouches for everybody who stands in a team and whose last word runs out within twelve hours. Answers how
 * many were signed; nothing for others.
 */
export async function vouch(session: Session): Promise<number> {
  const people = await session.people();
  const now = session.now();
  const owner = people.authority?.owners.some(({ person }) => person === session.person) ?? false;
  if (!owner || session.home !== null) return 0;
  const { storage, random } = session.wire.ports;
  const name = `vouched:${session.practice}`;
  const known = signedUntil.safeParse(await storage.get(name)).data ?? {};
  const standing = people.memberships(now).filter((one) => people.cardOf(one.person, now)?.kind === 'professional');
  const due = standing.filter(({ id }) => (known[id] ?? 0) < plus(now, LEFT));
  const facts = due.map(
    ({ team, person }): FactOf<'membership'> => ({
      ...{ t: 'fact', v: 1, suite: 1, kind: 'membership', id: newId('fact', random) as FactId },
      ...{ practice: session.practice, team, person, from: now, until: plus(now, VOUCHED) },
    }),
  );
  for (let from = 0; from < facts.length; from += AT_ONCE) {
    const part = facts.slice(from, from + AT_ONCE);
    const { signer } = session.keys();
    const statements = await Promise.all(part.map((fact) => signStatement(fact, signer)));
    await change(session, {
      ...{ endpoint: 'statements', class: 'admin', items: [], annexed: false },
      body: { ...statementsToWire(statements), wraps: [] },
    });
  }
  const next = Object.fromEntries(standing.map(({ id }) => [id, known[id] ?? 0]));
  for (const { id } of due) next[id] = plus(now, VOUCHED);
  await storage.set(name, next);
  return facts.length;
}

interface Vouched {
  readonly memberships: readonly {
    readonly fact: FactOf<'membership'>;
    readonly statement: WireStatement;
    readonly line: LedgerProof;
  }[];
  readonly batches: readonly WireStatement[];
  readonly checkpoint: string;
  /** How sure the own organisation is who this is, where it says so of this session (R26). */
  readonly assurance: { readonly statement: WireStatement; readonly line: LedgerProof } | null;
}

/** Of each of these own teams the word that holds longest. Throws `client/not-vouched` when the organisation says nothing of this person today. */
export async function ownVouched(home: Session, teams?: readonly TeamId[]): Promise<Vouched> {
  const { logTeam } = home.wire.place.pins;
  const wanted = (team: TeamId) => (teams === undefined ? team !== logTeam : teams.includes(team));
  const people = await home.people();
  const now = home.now();
  const { memberships, batches, checkpoint, assurance } = await home.call('vouched', vouchedMessage);
  const sent = batchesFromWire(batches);
  const newest = new Map<TeamId, Vouched['memberships'][number]>();
  for (const { statement, line } of memberships) {
    const read = expectType(statementFromWire(statement, sent), 'fact');
    const fact = read.payload;
    if (
      !isVouched(fact) ||
      !wanted(fact.team) ||
      fact.person !== home.person ||
      fact.until === null ||
      fact.until <= now
    )
      continue;
    if (!(await people.verify(read, now))) continue;
    const before = newest.get(fact.team)?.fact.until ?? 0;
    if (fact.until > before) newest.set(fact.team, { fact, statement, line });
  }
  if (newest.size === 0) {
    throw clientError('not-vouched', 'your organisation says nothing of you today; an owner must sign in first');
  }
  return { memberships: [...newest.values()].slice(0, 16), batches, checkpoint, assurance };
}
