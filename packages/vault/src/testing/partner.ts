/** A second organisation on a vault of its own, its word about its people, and their visits to the first. */

import { base64url, DAY, newId, plus, type SessionId, systemRandom } from '@ketenkluis/base';
import { sessionProofBytes, type vouched } from '@ketenkluis/protocol';
import { type FactOf, type Statement, signStatement, statementFromWire, statementsToWire } from '@ketenkluis/seal';
import type { z } from 'zod';
import { ORIGIN, type Reply, startTestWorld, type TestSession, type TestWorld } from '../testing.ts';
import type { TestPerson, TestTeam } from './practice.ts';

const SUITE = { v: 1 as const, suite: 1 };

/** Partner B beside practice A: its nurse is the podiatrist P, its nurse team is T. Same clock. */
export const startPartner = (world: TestWorld): Promise<TestWorld> => startTestWorld({ time: world.time });

/** B's whole directory, as it stands in its own vault. */
export async function directoryOf(partner: TestWorld): Promise<Statement[]> {
  const owner = await partner.open(partner.practice.gp);
  const { entries, batches } = (await partner.call('directory', { token: owner.token })).json<{
    entries: { statement: unknown }[];
    batches: unknown[];
  }>();
  const known = new Map(
    batches.map((wire) => statementFromWire(wire) as Statement<'batch'>).map((batch) => [batch.hash, batch] as const),
  );
  return entries.map(({ statement }) => statementFromWire(statement, known));
}

export const partnerFact = (
  world: TestWorld,
  partner: TestWorld,
  more: Partial<FactOf<'partner'>> = {},
): FactOf<'partner'> => ({
  t: 'fact',
  ...SUITE,
  id: newId('fact', systemRandom),
  practice: world.practice.id,
  from: world.time.clock(),
  until: null,
  kind: 'partner',
  organisation: partner.practice.id,
  authority: partner.practice.authority.hash,
  log: partner.log.key,
  teams: [partner.practice.nurseTeam.id],
  ...more,
});

/** A's owners pin B and one of them brings its directory. */
export async function befriend(
  world: TestWorld,
  partner: TestWorld,
  more: Partial<FactOf<'partner'>> = {},
): Promise<FactOf<'partner'>> {
  const fact = partnerFact(world, partner, more);
  const owner = await world.open(world.practice.gp);
  const wire = statementsToWire([await signStatement(fact, world.practice.owners)]);
  const stated = await world.signed(owner, 'statements', { ...wire, wraps: [] }, { class: 'admin' });
  if (stated.status !== 200) throw new Error(`no partner: ${stated.text}`);
  const body = { organisation: partner.practice.id, ...statementsToWire(await directoryOf(partner)) };
  const brought = await world.signed(owner, 'partner-directory', body, { class: 'admin' });
  if (brought.status !== 200) throw new Error(`no directory: ${brought.text}`);
  return fact;
}

export const dayMembership = (
  partner: TestWorld,
  person: TestPerson,
  team: TestTeam,
  more: Partial<FactOf<'membership'>> = {},
): FactOf<'membership'> => ({
  t: 'fact',
  ...SUITE,
  id: newId('fact', systemRandom),
  practice: partner.practice.id,
  from: partner.time.clock(),
  until: plus(partner.time.clock(), DAY),
  kind: 'membership',
  team: team.id,
  person: person.id,
  ...more,
});

export type Vouched = z.infer<typeof vouched>;

/** B says of P, for a day, what it says standing; and what P fetches of it. */
export async function vouch(
  partner: TestWorld,
  person: TestPerson = partner.practice.nurse,
  team: TestTeam = partner.practice.nurseTeam,
): Promise<Vouched> {
  const owner = await partner.open(partner.practice.gp);
  const statement = await signStatement(dayMembership(partner, person, team), partner.practice.gp.signer);
  const body = { ...statementsToWire([statement]), wraps: [] };
  const stated = await partner.signed(owner, 'statements', body, { class: 'admin' });
  if (stated.status !== 200) throw new Error(`not vouched for: ${stated.text}`);
  const session = await partner.open(person);
  const reply = await partner.call('vouched', { token: session.token });
  if (reply.status !== 200) throw new Error(`no word of today: ${reply.text}`);
  return reply.json<Vouched>();
}

export interface GuestAsk {
  readonly person?: TestPerson;
  readonly vouched?: Vouched;
  readonly statements?: readonly Statement[];
  readonly after?: number;
  /** Laid over the message before it is sent. */
  readonly change?: Record<string, unknown>;
}

/** P at A's door, as bytes and as an answer. */
export async function knock(world: TestWorld, partner: TestWorld, ask: GuestAsk = {}): Promise<Reply> {
  const person = ask.person ?? partner.practice.nurse;
  const { memberships, batches, checkpoint } = ask.vouched ?? (await vouch(partner, person));
  const { challenge } = (await world.call('challenge')).json<{ challenge: string }>();
  const message = sessionProofBytes(ORIGIN, world.practice.id, challenge, person.id);
  const wire = statementsToWire(ask.statements ?? (await directoryOf(partner)));
  const body = {
    by: 'guest',
    challenge,
    person: person.id,
    signature: base64url(await person.signer.sign(message)),
    organisation: partner.practice.id,
    after: ask.after ?? 0,
    statements: wire.statements,
    batches: [...wire.batches, ...batches],
    memberships,
    checkpoint,
    ...ask.change,
  };
  return world.call('session-open', { body });
}

/** P signs in at A. */
export async function visit(world: TestWorld, partner: TestWorld, ask: GuestAsk = {}): Promise<TestSession> {
  const reply = await knock(world, partner, ask);
  if (reply.status !== 200) throw new Error(`no visit: ${reply.text}`);
  const { session, token } = reply.json<{ session: SessionId; token: string }>();
  return { person: ask.person ?? partner.practice.nurse, session, token, organisation: partner.practice.id };
}
