/** Patients of whom the practice asks a citizen's sign-on (docs/identity.md, "Patients"): what is tried without it, or with somebody else's. */

import { HOUR, plus, systemRandom } from '@ketenkluis/base';
import { type Assurance, type Hash, hashOf, signStatement, statementToWire } from '@ketenkluis/seal';
import type { Reply, TestSession } from '@ketenkluis/vault/testing';
import { takeIn } from '../matrix/patients.ts';
import type { Attack } from './attack.ts';
import { oneThing, type Pair, said } from './pair.ts';

interface Asked {
  readonly session: TestSession;
  /** Who signs on, as the agent's fingerprint of them. */
  readonly subject: Hash;
}
/** A patient of whom level substantial is asked, in a session that is not open yet. */
async function asked(pair: Pair): Promise<Asked> {
  const subject = hashOf(systemRandom(32));
  const eid = { level: 'substantial', subject } as const;
  const { person } = await takeIn(pair.world, await pair.gp(), 'patient', pair.referred, eid);
  return { subject, session: await pair.world.open(person) };
}
/** The agent's word that this subject signed on, in this session of this person. */
async function brings({ world }: Pair, { session }: Asked, subject: Hash, more: { pin?: true } = {}): Promise<Reply> {
  const at = world.time.clock();
  const { agent, id } = world.practice;
  const word: Assurance = {
    ...{ t: 'assurance', v: 1, suite: 1, practice: id, person: session.person.id, session: session.session },
    ...{ level: 'substantial', means: 'eid', subject, by: agent.id, at, until: plus(at, HOUR) },
    ...more,
  };
  const assurance = statementToWire(await signStatement(word, agent.signer));
  return world.signed(session, 'session-identity', { assurance }, { class: 'session' });
}
const confirm = ({ world }: Pair, { session }: Asked): Promise<Reply> =>
  world.signed(session, 'session-confirm', {}, { class: 'session' });

export const patientSignOn: readonly Attack[] = [
  oneThing({
    name: 'sign-on-as-another-patient',
    who: 'thief of a telephone',
    does: 'signs on at the provider as themselves, in the session of a patient whose keys they hold',
    expect: ['vault/refused'],
    without: 'the person whom two people pinned at the desk signs on and is taken',
    async work(pair, wrong) {
      const patient = await asked(pair);
      return said(await brings(pair, patient, wrong ? hashOf(systemRandom(32)) : patient.subject));
    },
  }),
  oneThing({
    name: 'open-with-a-word-made-for-the-desk',
    who: 'thief of a telephone',
    does: 'lures the patient into a sign-on as if at the desk, number and all, and brings the word of it to the session of their stolen keys',
    expect: ['vault/refused'],
    without: 'the word of a sign-on in the session itself is taken',
    async work(pair, wrong) {
      const patient = await asked(pair);
      return said(await brings(pair, patient, patient.subject, wrong ? { pin: true } : {}));
    },
  }),
  oneThing({
    name: 'patient-below-the-level-asked-for',
    who: 'thief of a telephone',
    does: 'opens a session with a patient’s keys alone, where the practice asks for a citizen’s sign-on',
    expect: ['vault/identity-needed'],
    without: 'after that sign-on the same session opens',
    async work(pair, wrong) {
      const patient = await asked(pair);
      if (!wrong) await brings(pair, patient, patient.subject);
      return said(await confirm(pair, patient));
    },
  }),
];
