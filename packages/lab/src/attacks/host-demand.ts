/** The host and what a practice asks of a sign-on, signed by its owners (docs/identity.md, "The demand"). */

import { DAY, newId, systemRandom } from '@ketenkluis/base';
import { heldDesk, type Session } from '@ketenkluis/client';
import { type Demand, type Statement, signStatement } from '@ketenkluis/seal';
import { type Attack, codeAfter, succeeds } from './attack.ts';
import { bothOwners, keysOf, post, practiceOf, showsAlso } from './people.ts';
import type { Fork } from './world.ts';

const DESK = 'https://balie.example';
const factOf = (fork: Fork, asks: Partial<Demand> = {}): Demand => ({
  ...{ t: 'fact', v: 1, suite: 1, kind: 'demand', id: newId('fact', systemRandom), practice: practiceOf(fork) },
  ...{ from: fork.time.clock(), until: null, desk: DESK, staff: null, patients: 'substantial' },
  ways: [
    { means: 'dezi', issuer: 'https://dezi.example' },
    { means: 'eid', issuer: 'https://digid.example' },
  ],
  ...asks,
});
const signed = (fork: Fork, asks: Partial<Demand> = {}): Promise<Statement> =>
  signStatement(factOf(fork, asks), bothOwners(fork));

/** An owner at work; the practice said what it asks, or never did. */
async function asked(fork: Fork, asks: Partial<Demand> | null): Promise<Session> {
  await fork.up();
  const owner = await fork.signIn('owner');
  if (asks !== null) await post(owner, [await signed(fork, asks)]);
  return owner;
}

/** The owner takes a patient in, and is told of another desk, or of none. */
async function atTheDesk(fork: Fork, origin: string | null, said: boolean): Promise<void> {
  const owner = await asked(fork, said ? {} : null);
  fork.tamper({ on: 'desk', answer: (json) => ({ ...json, origin }) });
  await heldDesk(owner);
}

/** The nurse's session is opened as if nothing were asked, and the desk says that nothing is. */
async function letIn(fork: Fork, asks: Partial<Demand> | null): Promise<void> {
  await asked(fork, asks);
  let session = '';
  fork.tamper(
    {
      on: 'sessions',
      answer: (json) => {
        session = json.session;
        return json;
      },
    },
    {
      on: 'confirm',
      instead: () => ({ session, stage: 'open', idle: 900_000, until: fork.time.clock() + DAY / 2 }),
    },
    { on: 'desk', answer: (json) => ({ ...json, level: null }) },
  );
  await (await fork.signIn('nurse')).people();
}

/** Both owners once asked less and never put it into the log; the host finds that statement, and writes a line for it. */
async function replayed(fork: Fork, newer: boolean): Promise<boolean> {
  await fork.up();
  const old = await signed(fork, { patients: null });
  fork.time.move(DAY);
  const owner = await asked(fork, newer ? {} : null);
  fork.tamper(await showsAlso(fork, old));
  return (await owner.people(true)).demand?.patients === null;
}

async function lowered(fork: Fork, by: 'one' | 'two'): Promise<void> {
  const owner = await asked(fork, {});
  fork.time.move(1000);
  const signers = by === 'one' ? keysOf(fork, 'owner').signer : bothOwners(fork);
  await post(owner, [await signStatement(factOf(fork, { patients: null }), signers)]);
}

export const hostDemand: readonly Attack[] = [
  {
    name: 'desk-left-out-when-a-patient-is-pinned',
    promise: 'P4',
    who: 'host',
    does: 'says to who takes a patient in that there is no desk, so that the patient is pinned to nothing',
    expect: ['client/desk-differs'],
    without: 'the practice never signed what it asks: nobody knows of a desk, and nothing is asked for',
    play: (fork) => codeAfter(() => atTheDesk(fork, null, true)),
    twin: (fork) => succeeds(() => atTheDesk(fork, null, false)),
  },
  {
    name: 'lead-people-to-another-desk',
    promise: 'P4',
    who: 'host',
    does: 'names a desk of its own, which leads people to a provider of its own',
    expect: ['client/desk-differs'],
    without: 'the desk that the owners signed is the one that is asked',
    play: (fork) => codeAfter(() => atTheDesk(fork, 'https://balie.example.org', true)),
    twin: (fork) => succeeds(() => atTheDesk(fork, DESK, true)),
  },
  {
    name: 'ask-less-than-the-practice-signed',
    promise: 'P4',
    who: 'host',
    does: 'opens sessions of colleagues without the sign-on that the practice demands, and says that none is asked for',
    expect: ['client/asks-less'],
    without: 'the practice never signed what it asks: the session goes on',
    play: (fork) => codeAfter(() => letIn(fork, { staff: 'high' })),
    twin: (fork) => succeeds(() => letIn(fork, null)),
  },
  {
    name: 'demand-of-before',
    promise: 'P4',
    who: 'owner + host',
    does: 'writes a line for an older statement of both owners that asks less, never logged, behind the one that counts',
    expect: ['seal/replayed'],
    without: 'with nothing newer before it the same statement counts',
    play: (fork) => codeAfter(() => replayed(fork, true)),
    twin: (fork) => replayed(fork, false),
  },
  {
    name: 'demand-lowered-by-one-owner',
    promise: 'P4',
    who: 'owner',
    does: 'asks nothing of patients any more, alone',
    expect: ['vault/bad-statement', 'seal/not-signed'],
    without: 'with the second owner under it the same statement counts',
    play: (fork) => codeAfter(() => lowered(fork, 'one')),
    twin: (fork) => succeeds(() => lowered(fork, 'two')),
  },
];
