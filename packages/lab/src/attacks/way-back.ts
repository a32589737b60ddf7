/** Recovery sheets in the place of a sign-on outside (docs/identity.md, "The way back"): who lies, who has too few, and what a raised session tries. */

import { base64url, fromBase64url, newId, systemRandom } from '@ketenkluis/base';
import { raiseBySheets, type Session } from '@ketenkluis/client';
import { raiseInfo, recoveryAnswer, recoveryProved, releaseAnswer } from '@ketenkluis/protocol';
import { asSealedBlob, type Demand, type Hash, parseShareSheet, signStatement } from '@ketenkluis/seal';
import { combineKey, openSealed } from '@ketenkluis/seal/open';
import { type Attack, codeAfter, succeeds } from './attack.ts';
import { handlesFor, lookAt } from './looks.ts';
import { bothOwners, first, post, practiceOf } from './people.ts';
import type { Loose } from './proxy.ts';
import type { Fork } from './world.ts';

/** Both owners ask level high of everybody who works here; the desk is gone. */
async function demanded(fork: Fork, staff: Demand['staff'] = 'high'): Promise<void> {
  await fork.up();
  const owner = await fork.signIn('owner');
  const fact: Demand = {
    ...{ t: 'fact', v: 1, suite: 1, kind: 'demand', id: newId('fact', systemRandom), practice: practiceOf(fork) },
    ...{ from: fork.time.clock(), until: null, desk: 'https://balie.example', staff, patients: null },
    ways: [{ means: 'dezi', issuer: 'https://dezi.example' }],
  };
  await post(owner, [await signStatement(fact, bothOwners(fork))]);
}

const sharesOn = (fork: Fork) => fork.base.sheets.recovery.map((sheet) => parseShareSheet(sheet).share);
const enough = (fork: Fork) => sharesOn(fork).slice(0, 2);
const recoveryOf = async (session: Session) => (await session.directory()).authority!.recovery;

/** Says it as a client does that proves nothing of what comes back. */
async function lays(session: Session) {
  const { commitments } = await recoveryOf(session);
  const body = { shares: commitments.slice(0, 2), epochs: [], raise: true };
  const { message, request } = await session.signed({ class: 'session', action: 'recovery' }, body);
  return { request: request.hash, ...(await session.call('recovery', recoveryAnswer, message)) };
}
async function answers(session: Session, answer: Uint8Array) {
  const body = { answer: base64url(answer) };
  const { message } = await session.signed({ class: 'session', action: 'recovery-prove' }, body);
  return (await session.call('recovery-prove', recoveryProved, message)).until;
}
/** Opens a challenge without a look at the log. */
async function opens(fork: Fork, session: Session, of: { line: number; request: Hash; challenge: string }) {
  const { key } = await combineKey(enough(fork), await recoveryOf(session));
  const { practice, person, id } = session;
  const info = raiseInfo({ practice, person, session: id, line: of.line, request: of.request });
  return await openSealed(key, info, asSealedBlob(fromBase64url(of.challenge)));
}
const challenged = async (fork: Fork, session: Session) => {
  const { request, line, challenge } = await lays(session);
  return await opens(fork, session, { request, line: line.index, challenge: challenge! });
};

/** The honest way, with the sheets of two people; the host has a hand in it. */
async function raised(fork: Fork, answer: (json: Loose) => Loose): Promise<void> {
  await demanded(fork);
  await fork.signIn('second', {
    sheets: async (session) => {
      fork.tamper({ on: 'recoveries', answer });
      return await raiseBySheets(session, enough(fork));
    },
  });
}

/** A challenge of somebody else's session, to somebody who can open it: what would come of it is theirs. */
async function swapped(fork: Fork, wrong: boolean): Promise<void> {
  await demanded(fork);
  let other = '';
  const stopped = fork.signIn('nurse', {
    sheets: async (session) => {
      other = (await lays(session)).challenge!;
      throw new Error('goes no further');
    },
  });
  await stopped.catch(() => undefined);
  await fork.signIn('second', {
    sheets: async (session) => {
      fork.tamper({ on: 'recoveries', answer: (json) => (wrong ? { ...json, challenge: other } : json) });
      return await raiseBySheets(session, enough(fork));
    },
  });
}

/** The challenge about an earlier line of the same session. */
async function older(fork: Fork, wrong: boolean): Promise<void> {
  await demanded(fork);
  await fork.signIn('second', {
    sheets: async (session) => {
      const { challenge } = await lays(session);
      fork.tamper({ on: 'recoveries', answer: (json) => (wrong ? { ...json, challenge } : json) });
      return await raiseBySheets(session, enough(fork));
    },
  });
}

/** With the keys of a colleague and the commitments, which everybody can read. */
async function withSheets(fork: Fork, count: 1 | 2): Promise<void> {
  await demanded(fork);
  await fork.signIn('nurse', {
    sheets: async (session) =>
      answers(session, count === 2 ? await challenged(fork, session) : (await lays(session), systemRandom(32))),
  });
}

/** The answer of before, signed anew. */
async function again(fork: Fork, wrong: boolean): Promise<void> {
  await demanded(fork);
  await fork.signIn('nurse', {
    sheets: async (session) => {
      const answer = await challenged(fork, session);
      const until = await answers(session, answer);
      return wrong ? await answers(session, answer) : until;
    },
  });
}

/** A client of one's own asks for a dossier all the same. */
async function looks(fork: Fork): Promise<void> {
  await demanded(fork);
  const session = await fork.signIn('nurse', { sheets: (one) => raiseBySheets(one, enough(fork)) });
  const { dossier } = first(fork);
  const { handles, facts } = handlesFor(first(fork));
  const items = [{ dossier, handle: handles[0]!, facts }];
  const { message } = await session.signed({ class: 'look', action: 'release', items }, { annex: null });
  await session.wire.call('release', releaseAnswer, { token: session.token, body: message });
}

export const wayBack: readonly Attack[] = [
  {
    name: 'challenge-of-another-session',
    promise: 'P4',
    who: 'host',
    does: 'hands whoever lays down recovery sheets the challenge of somebody else’s session, to raise that one with the answer',
    expect: ['seal/cannot-open'],
    without: 'the challenge of the own session, about the own line, opens and raises it',
    play: (fork) => codeAfter(() => swapped(fork, true)),
    twin: (fork) => succeeds(() => swapped(fork, false)),
  },
  {
    name: 'challenge-about-an-old-line',
    promise: 'P3',
    who: 'host',
    does: 'answers with the challenge that belonged to an earlier line of the same session',
    expect: ['seal/cannot-open'],
    without: 'the challenge about the newest line opens',
    play: (fork) => codeAfter(() => older(fork, true)),
    twin: (fork) => succeeds(() => older(fork, false)),
  },
  {
    name: 'sheets-together-before-the-line',
    promise: 'P3',
    who: 'host',
    does: 'gives a challenge, and no line that says who laid down which sheets',
    expect: ['client/wrong-entry', 'client/not-included', 'client/bad-answer'],
    without: 'a client that proves no line puts the sheets together and opens the challenge',
    play: (fork) =>
      codeAfter(() => raised(fork, (json) => ({ ...json, line: { ...json.line, index: json.line.index - 1 } }))),
    async twin(fork) {
      await demanded(fork);
      return succeeds(() =>
        fork.signIn('second', { sheets: async (session) => answers(session, await challenged(fork, session)) }),
      );
    },
  },
  {
    name: 'raise-with-too-few-sheets',
    promise: 'P4',
    who: 'recovery people',
    does: 'has a colleague’s keys and one sheet, names the commitments of two, which are public, and guesses the answer',
    expect: ['vault/refused'],
    without: 'two sheets open the challenge, and the session is raised',
    play: (fork) => codeAfter(() => withSheets(fork, 1)),
    twin: (fork) => succeeds(() => withSheets(fork, 2)),
  },
  {
    name: 'raise-twice-with-one-answer',
    promise: 'P4',
    who: 'recovery people',
    does: 'keeps the answer to a challenge and brings it again, freshly signed',
    expect: ['vault/refused'],
    without: 'brought once it raises the session',
    play: (fork) => codeAfter(() => again(fork, true)),
    twin: (fork) => succeeds(() => again(fork, false)),
  },
  {
    name: 'look-in-a-raised-session',
    promise: 'P4',
    who: 'recovery people',
    does: 'opens a session with recovery sheets and asks for a dossier in it, with a client that does not mind',
    expect: ['vault/identity-needed'],
    without: 'where nothing is asked of staff the same person looks, and no sheet is laid down',
    play: (fork) => codeAfter(() => looks(fork)),
    async twin(fork) {
      await demanded(fork, null);
      const sheets = (one: Session) => raiseBySheets(one, enough(fork));
      return succeeds(async () => lookAt(await fork.signIn('nurse', { sheets }), first(fork)));
    },
  },
];
