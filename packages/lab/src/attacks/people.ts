/** What owners do honestly (revoke, give a team a new key) and what a host puts beside it. */

import {
  base64url,
  DAY,
  fromBase64url,
  newId,
  type OrganisationId,
  type PersonId,
  parseId,
  plus,
  systemRandom,
  type TeamId,
} from '@ketenkluis/base';
import { change, type Session, signIn, wire } from '@ketenkluis/client';
import { partBytes } from '@ketenkluis/ledger';
import {
  type Card,
  type Epoch,
  generateSigningKey,
  type Payload,
  payloadHash,
  type Statement,
  signStatement,
  statementsToWire,
  statementToWire,
  suite,
  webSigner,
} from '@ketenkluis/seal';
import { createEpoch } from '@ketenkluis/seal/open';
import { linesOf } from './host.ts';
import type { Rule } from './proxy.ts';
import type { Fork, Patient, Who } from './world.ts';

/** A key that nobody put on a card, in somebody's name. */
export const strangerAs = async (by: string) => {
  const { seed, publicKey } = await generateSigningKey(systemRandom);
  return webSigner({ by, seed, publicKey });
};
export const keysOf = (fork: Fork, who: Who) => fork.base.people[who].keys;
export const practiceOf = (fork: Fork): OrganisationId => parseId('organisation', fork.base.place.pins.practice);
export const teamOf = (fork: Fork, need: string): TeamId => parseId('team', fork.base.teams[need]);
export const bothOwners = (fork: Fork) => [keysOf(fork, 'owner').signer, keysOf(fork, 'second').signer];

/** Posts statements as this person does, by the raw endpoint. */
export const post = (session: Session, statements: readonly Statement[], wraps: readonly Uint8Array[] = []) =>
  change(session, {
    endpoint: 'statements',
    class: 'admin',
    items: [],
    annexed: false,
    body: { ...statementsToWire([...statements]), wraps: wraps.map((bytes) => base64url(bytes)) },
  });

export const membershipOf = (fork: Fork, person: PersonId, need: string): Payload<'fact'> => ({
  t: 'fact',
  v: 1,
  suite: 1,
  id: newId('fact', systemRandom),
  practice: practiceOf(fork),
  from: fork.time.clock(),
  until: null,
  kind: 'membership',
  team: teamOf(fork, need),
  person,
});

/** The owners end the nurse's membership. */
export async function removeNurse(fork: Fork, session: Session): Promise<void> {
  const people = await session.people(true);
  const nurse = keysOf(fork, 'nurse').person;
  const fact = people.memberships(session.now()).find(({ person }) => person === nurse)!;
  const withdrawal = await signStatement(
    {
      t: 'withdrawal' as const,
      v: 1 as const,
      suite: 1,
      practice: practiceOf(fork),
      fact: fact.id,
      dossier: null,
      at: session.now(),
    },
    keysOf(fork, 'owner').signer,
  );
  await post(session, [withdrawal]);
}

/** The next key of the nurses' team, without the nurse. */
export async function newTeamKey(fork: Fork, session: Session): Promise<Statement<'epoch'>> {
  const people = await session.people(true);
  const team = teamOf(fork, 'poh-s');
  const before = people.epochOf(team)!;
  const nurse = keysOf(fork, 'nurse').person;
  const made = await createEpoch({
    organisation: practiceOf(fork),
    team,
    number: before.payload.number + 1,
    prev: before.hash,
    members: before.payload.members
      .filter(({ person }) => person !== nurse)
      .map(({ person }) => people.cardStatement(person)!),
    recoveryKey: fromBase64url(people.authority!.recovery.kem),
    at: session.now(),
    random: systemRandom,
  });
  const epoch = await signStatement(made.payload, bothOwners(fork));
  await post(session, [epoch], [made.wraps]);
  return epoch;
}

/** The nurse leaves: membership ended, new key. */
export async function leave(fork: Fork): Promise<Statement<'epoch'>> {
  const owner = await fork.signIn('owner');
  await removeNurse(fork, owner);
  return newTeamKey(fork, owner);
}

/** A card for the nurse with keys that the host made. */
export async function forgedCard(fork: Fork): Promise<Statement<'card'>> {
  const nurse = keysOf(fork, 'nurse').person;
  const { publicKey } = await suite(1).kem.generate(systemRandom);
  const at = fork.time.clock();
  const card: Card = {
    t: 'card',
    v: 1,
    suite: 1,
    organisation: practiceOf(fork),
    subject: nurse,
    kind: 'professional',
    number: 1,
    sign: base64url((await generateSigningKey(systemRandom)).publicKey),
    kem: base64url(publicKey),
    from: at,
    until: plus(at, 365 * DAY),
  };
  return signStatement(card, await strangersAsOwners(fork));
}
export const strangersAsOwners = (fork: Fork) =>
  Promise.all([strangerAs(keysOf(fork, 'owner').person), strangerAs(keysOf(fork, 'second').person)]);

/** A next key of a team of which the host has the private half. */
export async function forgedEpoch(fork: Fork, before: Statement<'epoch'>): Promise<Statement<'epoch'>> {
  const { publicKey } = await suite(1).kem.generate(systemRandom);
  const epoch: Epoch = {
    ...before.payload,
    number: before.payload.number + 1,
    prev: payloadHash(before.payload),
    kem: base64url(publicKey),
    at: fork.time.clock(),
  };
  return signStatement(epoch, await strangersAsOwners(fork));
}

/**
 * The host writes a line of its own that names this statement, and shows it at the end of the directory with a true proof.
 * Works for the next reading of the directory only: any later line moves the checkpoint.
 */
export async function showsAlso(fork: Fork, statement: Statement): Promise<Rule> {
  const { appender } = fork.vault.vault;
  const last = linesOf(fork.vaultDir).findLast(({ entry }) => entry.items.length > 0)!.entry;
  const { v: _v, id: _id, at: _at, ...common } = last.common;
  const { seq: _seq, prev: _prev, ...item } = last.items[0]!;
  const object = { ...item, kind: 'object' as const, dossier: null, handle: null, version: null, state: null };
  const line = await appender.append({
    log: fork.base.place.pins.log.origin,
    keys: [],
    prepare: async () => ({
      draft: { common, items: [{ ...object, object: statement.hash, relation: null, annex: null }], chains: new Map() },
    }),
  });
  const proof = {
    index: line.index,
    leaf: base64url(line.leaf),
    path: line.proof.map((step) => base64url(step)),
    common: null,
    items: [{ position: 0, part: base64url(partBytes(line.entry.items[0]!)), salt: line.salts.items[0]! }],
  };
  const shown = { statement: statementToWire(statement), line: proof, ended: false };
  return { on: 'directory', answer: (json) => ({ ...json, entries: [...json.entries, shown] }) };
}

/** A session with everything that the agent has. */
export const agentSession = async (fork: Fork): Promise<Session> => {
  await fork.up();
  return fork.withAgent(async ({ register }) => {
    const { person, sign, kem } = register.agent;
    const secrets = { sign: fromBase64url(sign), kem: fromBase64url(kem) };
    const signer = await webSigner({ by: person, seed: secrets.sign });
    // The next run's numbers: what the thief has is a copy of everything the agent has.
    const memory = new Map([[`counter:${practiceOf(fork)}:${person}`, register.agent.counter + 2_000_000]]);
    const ports = { fetch: fork.fetch, clock: fork.time.clock, random: systemRandom, storage: fork.storage(memory) };
    return signIn(wire(fork.base.place, ports), { by: 'key', person, signer, secrets });
  });
};

/** The patient that most attacks are about. */
export const first = (fork: Fork): Patient => fork.base.patients[0]!;

/** Signed in at a vault that runs. */
export async function up(fork: Fork, who: Parameters<Fork['signIn']>[0]): Promise<Session> {
  await fork.up();
  return fork.signIn(who);
}
