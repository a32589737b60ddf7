/** Who stands in beyond what was handed over, and who breaks the glass beyond an emergency. */

import { base64url, fromBase64url, HOUR, MINUTE, newId, plus, systemRandom, utf8 } from '@ketenkluis/base';
import {
  activate,
  callPatient,
  callsForMe,
  change,
  closeReview,
  openCalled,
  openDossier,
  openEmergency,
  openReviews,
  type Session,
  substitutesToCall,
} from '@ketenkluis/client';
import { type FactOf, hashOf, type Plaintext, sealTo, signStatement, statementToWire } from '@ketenkluis/seal';
import { createEpoch } from '@ketenkluis/seal/open';
import { type Attack, codeAfter, succeeds } from './attack.ts';
import { handlesFor, lookAt, refusalIn } from './looks.ts';
import { bothOwners, keysOf, post, practiceOf, teamOf } from './people.ts';
import type { Fork, Patient } from './world.ts';

const REASON = 'onwel geworden op straat, niet aanspreekbaar';
const first = (fork: Fork): Patient => fork.base.patients[0]!;

/** The owners approve the assistant as a substitute for the doctors; the nurse may call her in. */
async function approved(fork: Fork, signers = bothOwners(fork)): Promise<FactOf<'pool'>> {
  await fork.up();
  const owner = await fork.signIn('owner');
  const people = await owner.people(true);
  const at = owner.now();
  const team = teamOf(fork, 'gp');
  const card = people.cardStatement(keysOf(fork, 'assistant').person)!;
  const pool: FactOf<'pool'> = {
    ...{ t: 'fact', v: 1, suite: 1, kind: 'pool', id: newId('fact', systemRandom), practice: practiceOf(fork) },
    ...{ from: at, until: plus(at, 240 * HOUR), team, person: card.payload.subject, card: card.hash },
    activators: [keysOf(fork, 'nurse').person],
  };
  const before = people.epochOf(team)!;
  const made = await createEpoch({
    ...{ organisation: practiceOf(fork), team, number: before.payload.number + 1, prev: before.hash, at },
    members: before.payload.members.map(({ person }) => people.cardStatement(person)!),
    pool: [card],
    keys: await owner.teamPair(team),
    recoveryKey: fromBase64url(people.authority!.recovery.kem),
    random: systemRandom,
  });
  await post(
    owner,
    [await signStatement(pool, signers), await signStatement(made.payload, bothOwners(fork))],
    [made.wraps],
  );
  return pool;
}

/** And the nurse has called her in. */
async function calledIn(fork: Fork): Promise<Session> {
  await approved(fork);
  const nurse = await fork.signIn('nurse');
  const [{ pool } = { pool: undefined }] = await substitutesToCall(nurse);
  await activate(nurse, pool!, plus(nurse.now(), 10 * HOUR));
  return nurse;
}

const doctorsPart = (fork: Fork) => {
  const own = new Set<string>(handlesFor(first(fork), 'assistant').handles);
  return handlesFor(first(fork), 'gp').handles.find((handle) => !own.has(handle))!;
};
const handOver = (fork: Fork, nurse: Session, until?: ReturnType<typeof plus>) => {
  const { handles, facts } = handlesFor(first(fork));
  return callPatient(nurse, {
    ...{ dossier: first(fork).dossier, handle: handles[0]!, facts, to: keysOf(fork, 'assistant').person },
    ...{ name: 'de patiënt aan de balie', birthDate: null, ...(until === undefined ? {} : { until }) },
  });
};
const lookAsSubstitute = async (fork: Fork) =>
  refusalIn(await lookAt(await fork.signIn('assistant'), first(fork), { need: 'gp', handles: [doctorsPart(fork)] }));

/** A call signed by the substitute, about herself. */
async function callOneself(fork: Fork): Promise<void> {
  const session = await fork.signIn('assistant');
  const { person, signer } = keysOf(fork, 'assistant');
  const id = newId('fact', systemRandom);
  const key = (await session.people()).kemOf(person, session.now())!;
  const note = await sealTo(key, `call ${id}`, utf8('{}') as Plaintext);
  const { dossier } = first(fork);
  const fact: FactOf<'call'> = {
    ...{ t: 'fact', v: 1, suite: 1, kind: 'call', id, practice: practiceOf(fork), dossier, person, note: hashOf(note) },
    ...{ from: session.now(), until: plus(session.now(), HOUR) },
  };
  const { handles, facts } = handlesFor(first(fork), 'assistant');
  await change(session, {
    ...{ endpoint: 'call', class: 'grant', event: 'call', items: [{ dossier, handle: handles[0]!, facts }] },
    body: { statement: statementToWire(await signStatement(fact, signer)), note: base64url(note) },
  });
}

const emergencyHandle = (fork: Fork) => handlesFor(first(fork), 'emergency').handles;
const breakGlass = (session: Session, fork: Fork, count: number) =>
  fork.base.patients
    .slice(0, count)
    .reduce<Promise<unknown>>(
      (before, { dossier }) => before.then(() => openEmergency(session, dossier, REASON)),
      Promise.resolve(),
    );

export const urgent: readonly Attack[] = [
  {
    name: 'substitute-without-a-call',
    promise: 'P4',
    who: 'substitute',
    does: 'was called in and has the key of the team, and opens a patient whom nobody handed over',
    expect: ['no-call', 'step-without-handle'],
    without: 'once a colleague hands this patient over, the same part opens',
    async play(fork) {
      await calledIn(fork);
      return lookAsSubstitute(fork);
    },
    async twin(fork) {
      await handOver(fork, await calledIn(fork));
      const her = await fork.signIn('assistant');
      const [called] = await callsForMe(her);
      const opened = await openCalled(her, called!);
      return opened.parts.every(({ outcome }) => outcome === 'permit') && (await lookAsSubstitute(fork)) === undefined;
    },
  },
  {
    name: 'substitute-before-being-called-in',
    promise: 'P4',
    who: 'substitute',
    does: 'is approved for the pool, and opens a part of the team before anybody called',
    expect: ['no-step', 'step-without-handle', 'not-member', 'no-relation'],
    without: 'called in and with the patient handed over, the same part opens',
    async play(fork) {
      await approved(fork);
      return lookAsSubstitute(fork);
    },
    async twin(fork) {
      await handOver(fork, await calledIn(fork));
      return (await lookAsSubstitute(fork)) === undefined;
    },
  },
  {
    name: 'call-in-oneself',
    promise: 'P4',
    who: 'substitute',
    does: 'states the own place as substitute',
    expect: ['seal/not-signed', 'vault/bad-statement', 'vault/not-signed'],
    without: 'the activator whom the owners named states the same',
    async play(fork) {
      const pool = await approved(fork);
      const her = await fork.signIn('assistant');
      return codeAfter(() => activate(her, pool, plus(her.now(), HOUR)));
    },
    async twin(fork) {
      return succeeds(() => calledIn(fork));
    },
  },
  {
    name: 'approve-a-substitute-alone',
    promise: 'P4',
    who: 'one owner',
    does: 'approves a substitute with one signature',
    expect: ['seal/not-signed', 'vault/bad-statement', 'vault/not-signed'],
    without: 'with the second owner’s signature the same pool stands',
    async play(fork) {
      return codeAfter(() => approved(fork, bothOwners(fork).slice(0, 1)));
    },
    async twin(fork) {
      return succeeds(() => approved(fork));
    },
  },
  {
    name: 'call-for-oneself',
    promise: 'P4',
    who: 'substitute',
    does: 'signs the own call for a patient who is not there',
    expect: ['vault/bad-statement'],
    without: 'a colleague who treats the patient signs one',
    async play(fork) {
      await calledIn(fork);
      return codeAfter(() => callOneself(fork));
    },
    async twin(fork) {
      const nurse = await calledIn(fork);
      return succeeds(() => handOver(fork, nurse));
    },
  },
  {
    name: 'call-for-a-week',
    promise: 'P4',
    who: 'member',
    does: 'hands a patient over for seven days',
    expect: ['vault/bad-statement'],
    without: 'for the hours of a day it is taken',
    async play(fork) {
      const nurse = await calledIn(fork);
      return codeAfter(() => handOver(fork, nurse, plus(nurse.now(), 168 * HOUR)));
    },
    async twin(fork) {
      const nurse = await calledIn(fork);
      return succeeds(() => handOver(fork, nurse, plus(nurse.now(), 9 * HOUR)));
    },
  },
  {
    name: 'outstay-a-call',
    promise: 'P4',
    who: 'substitute',
    does: 'opens the patient of the morning again when the call is over',
    expect: ['no-call', 'step-without-handle'],
    without: 'a few minutes earlier the same look opens',
    async play(fork) {
      const nurse = await calledIn(fork);
      await handOver(fork, nurse, plus(nurse.now(), 10 * MINUTE));
      fork.time.move(11 * MINUTE);
      return lookAsSubstitute(fork);
    },
    async twin(fork) {
      const nurse = await calledIn(fork);
      await handOver(fork, nurse, plus(nurse.now(), 10 * MINUTE));
      return (await lookAsSubstitute(fork)) === undefined;
    },
  },
  {
    name: 'emergency-summary-as-an-ordinary-look',
    promise: 'P4',
    who: 'member of the emergency team',
    does: 'opens the summary without breaking the glass, so that nobody reviews it',
    expect: ['step-without-handle', 'no-step'],
    without: 'in an emergency it opens, flagged and with a review',
    async play(fork) {
      await fork.up();
      const { dossier } = first(fork);
      const session = await fork.signIn('owner');
      return refusalIn(await openDossier(session, { dossier, handles: emergencyHandle(fork), facts: [] }));
    },
    async twin(fork) {
      await fork.up();
      const session = await fork.signIn('owner');
      const opened = await openEmergency(session, first(fork).dossier, REASON);
      const reviews = await openReviews(session);
      return opened.parts.every(({ outcome }) => outcome === 'permit') && reviews.length === 1;
    },
  },
  {
    name: 'emergency-after-emergency',
    promise: 'P4',
    who: 'member of the emergency team',
    does: 'reads one summary after the other as emergencies',
    expect: ['too-many'],
    without: 'the fourth patient opens when an hour has gone by',
    async play(fork) {
      await fork.up();
      const session = await fork.signIn('owner');
      try {
        await breakGlass(session, fork, 4);
      } catch (error) {
        return (error as { detail?: { reason?: string } }).detail?.reason;
      }
      return undefined;
    },
    async twin(fork) {
      await fork.up();
      await breakGlass(await fork.signIn('owner'), fork, 3);
      fork.time.move(61 * MINUTE);
      const { dossier } = fork.base.patients[3]!;
      const later = await fork.signIn('owner');
      return succeeds(() => openEmergency(later, dossier, REASON));
    },
  },
  {
    name: 'review-the-own-emergency',
    promise: 'P4',
    who: 'member of the emergency team',
    does: 'closes the review of what they opened themselves',
    expect: ['vault/not-allowed'],
    without: 'the other owner closes it',
    async play(fork) {
      await fork.up();
      const session = await fork.signIn('owner');
      await openEmergency(session, first(fork).dossier, REASON);
      const [review] = await openReviews(session);
      return codeAfter(() => closeReview(session, review!, 'in-order', 'akkoord'));
    },
    async twin(fork) {
      await fork.up();
      await openEmergency(await fork.signIn('owner'), first(fork).dossier, REASON);
      const other = await fork.signIn('second');
      const [review] = await openReviews(other);
      return succeeds(() => closeReview(other, review!, 'in-order', 'terecht'));
    },
  },
];
