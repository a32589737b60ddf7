/** Patients, and who stands in for them: what is tried with their card, and in their name (docs/spec/own.md). */

import { base64url, DAY, fromBase64url, newId, plus, systemRandom } from '@ketenkluis/base';
import {
  type FactOf,
  hashOf,
  joinAnnex,
  newBlobKey,
  type Payload,
  type Plaintext,
  sealUnder,
  signBatch,
  signStatement,
  splitAnnex,
  statementsToWire,
  statementToWire,
  suite,
} from '@ketenkluis/seal';
import { openSealed } from '@ketenkluis/seal/open';
import { aboutDossier, look, type Reply, type TestSession, withdrawal, withStates } from '@ketenkluis/vault/testing';
import { type Own, takeIn } from '../matrix/patients.ts';
import { type Attack, codeAfter, succeeds } from './attack.ts';
import { factOf, oneThing, type Pair, type PairDossier, said } from './pair.ts';

interface Reads extends Own {
  readonly session: TestSession;
}
/** Somebody reads this dossier as the patient or for them. */
async function reads(pair: Pair, as: FactOf<'own'>['as'] = 'patient', of: PairDossier = pair.referred): Promise<Reads> {
  const own = await takeIn(pair.world, await pair.gp(), as, of);
  return { ...own, session: await pair.world.open(own.person) };
}

const consentBy = (pair: Pair, { fact }: Own, more: Partial<FactOf<'consent'>> = {}): FactOf<'consent'> => ({
  ...factOf(pair.world, plus(pair.world.time.clock(), DAY)),
  ...{ kind: 'consent', dossier: pair.referred.id, organisation: pair.theirs.practice.id, through: fact.id },
  ...{ handles: [pair.referred.handles[0]!], ...more },
});
const restrictionBy = (
  pair: Pair,
  by: TestSession,
  excluded: FactOf<'restriction'>['excluded'],
): FactOf<'restriction'> => ({
  ...{ ...factOf(pair.world), kind: 'restriction', dossier: pair.referred.id, handles: null, excluded },
  ...{ by: by.person.id },
});
/** Posts this as a word about the handed-on dossier, or as the class says of another. */
async function say(pair: Pair, who: TestSession, payload: Payload, asks: 'say' | 'grant' = 'say'): Promise<Reply> {
  const body = { ...(await withStates(pair.world, who, [payload])) };
  if (body.statements.length < 2) {
    // No state follows from it; what is judged first is the word.
    const { practice, time } = pair.world;
    const none = { t: 'state', v: 1, suite: 1, practice: practice.id, dossier: pair.referred.id } as const;
    const zero = hashOf(new Uint8Array(0));
    const state = { ...none, by: who.person.id, after: 0, prev: zero, state: zero, at: time.clock() };
    body.statements.push(statementToWire(await signStatement(state, who.person.signer)));
  }
  return aboutDossier(pair.world, who, 'consent', pair.referred, body, [], asks);
}
const must = (reply: Reply): void => {
  if (reply.status !== 200) throw new Error(`this was to go through: ${reply.text}`);
};
const guestLooks = async (pair: Pair) =>
  said(await look(pair.world, await pair.guest(), [{ dossier: pair.referred.id, handle: pair.referred.handles[0]! }]));

export const patients: readonly Attack[] = [
  oneThing({
    name: 'ask-another-dossier-with-a-patients-card',
    who: 'patient',
    does: 'asks who may look in a neighbour’s dossier, with a good card and session',
    expect: ['vault/refused'],
    without: 'of their own dossier the same question is answered',
    async work(pair, wrong) {
      const { session } = await reads(pair);
      const of = wrong ? pair.other : pair.referred;
      return said(await aboutDossier(pair.world, session, 'access', of, {}, [], 'own'));
    },
  }),
  oneThing({
    name: 'sign-a-consent-in-a-patients-place',
    who: 'member',
    does: 'states a consent as if the patient had said it, through the patient’s own way in',
    expect: ['vault/bad-statement'],
    without: 'the patient’s own client says the same and it stands',
    async work(pair, wrong) {
      const own = await reads(pair);
      if (wrong) return said(await say(pair, await pair.nurse(), consentBy(pair, own), 'grant'));
      return said(await say(pair, own.session, consentBy(pair, own)));
    },
  }),
  oneThing({
    name: 'speak-as-the-patient-with-a-colleagues-card',
    who: 'member',
    does: 'asks with the class that is the patient’s',
    expect: ['vault/not-allowed'],
    without: 'the patient may',
    async work(pair, wrong) {
      const own = await reads(pair);
      const who = wrong ? await pair.nurse() : own.session;
      return said(await say(pair, who, restrictionBy(pair, who, 'outside')));
    },
  }),
  oneThing({
    name: 'replay-a-consent-that-was-taken-back',
    who: 'host and thief of a telephone',
    does: 'sends the very consent again that the patient took back',
    expect: ['vault/conflict'],
    without: 'a consent that was not there yet stands',
    async work(pair, wrong) {
      const own = await reads(pair);
      const consent = consentBy(pair, own);
      must(await say(pair, own.session, consent));
      must(await say(pair, own.session, withdrawal(pair.world, consent.id, pair.referred.id)));
      const again = wrong ? consent : { ...consent, id: newId('fact', systemRandom) };
      const { practice, time } = pair.world;
      // The state that such a word would come to is not known to whoever may not look; any will do.
      const { statements } = await signBatch([again], {
        practice: practice.id,
        at: time.clock(),
        signer: own.person.signer,
      });
      if (!wrong) return said(await say(pair, own.session, again));
      const fresh = await withStates(pair.world, own.session, [{ ...again, id: newId('fact', systemRandom) }]);
      const sent = statementsToWire(statements);
      const body = {
        statements: [...sent.statements, ...fresh.statements.slice(1)],
        batches: [...sent.batches, ...fresh.batches].slice(0, 2),
      };
      return said(await aboutDossier(pair.world, own.session, 'consent', pair.referred, body, [], 'say'));
    },
  }),
  oneThing({
    name: 'speak-after-the-representation-ended',
    who: 'representative',
    does: 'goes on with a session that was open when the practice ended it',
    expect: ['vault/refused'],
    without: 'before that the same word stands',
    async work(pair, wrong) {
      const own = await reads(pair, 'representative');
      if (wrong) must(await pair.endFact(own.fact.id, pair.referred.id));
      return said(await say(pair, own.session, consentBy(pair, own)));
    },
  }),
  oneThing({
    name: 'look-on-the-consent-of-a-former-representative',
    who: 'partner',
    does: 'looks on what somebody agreed to who stands in for the patient no more',
    expect: ['unknown'],
    without: 'while that person stands in the part opens',
    async work(pair, wrong) {
      const own = await reads(pair, 'representative');
      must(await say(pair, own.session, consentBy(pair, own)));
      must(await say(pair, own.session, withdrawal(pair.world, pair.base.handed.consent, pair.referred.id)));
      if (wrong) must(await pair.endFact(own.fact.id, pair.referred.id));
      return guestLooks(pair);
    },
  }),
  oneThing({
    name: 'look-past-a-patients-own-objection',
    who: 'partner and member',
    does: 'has a colleague write down a newer consent after the patient shut the dossier to that partner, and looks',
    expect: ['unknown'],
    without: 'without the patient’s objection the part opens',
    async work(pair, wrong) {
      const own = await reads(pair);
      if (wrong) must(await say(pair, own.session, restrictionBy(pair, own.session, pair.theirs.practice.id)));
      const { through: _, ...desk } = consentBy(pair, own);
      must(await say(pair, await pair.nurse(), desk, 'grant'));
      return guestLooks(pair);
    },
  }),
  oneThing({
    name: 'shut-the-own-practice-out-from-a-telephone',
    who: 'representative',
    does: 'shuts a child’s dossier to the practice itself',
    expect: ['vault/bad-statement'],
    without: 'to a partner it may be shut',
    async work(pair, wrong) {
      const { session } = await reads(pair, 'representative');
      const excluded = wrong ? pair.world.practice.id : pair.theirs.practice.id;
      return said(await say(pair, session, restrictionBy(pair, session, excluded)));
    },
  }),
  oneThing({
    name: 'lift-what-the-patient-shut',
    who: 'representative',
    does: 'opens again what the patient shut',
    expect: ['vault/bad-statement'],
    without: 'what they shut themselves they may open again',
    async work(pair, wrong) {
      const [patient, other] = [await reads(pair), await reads(pair, 'representative')];
      const who = wrong ? patient.session : other.session;
      const shut = restrictionBy(pair, who, 'outside');
      must(await say(pair, who, shut));
      return said(await say(pair, other.session, withdrawal(pair.world, shut.id, pair.referred.id)));
    },
  }),
  {
    name: 'read-the-officers-annex-with-a-patients-key',
    promise: 'P3',
    who: 'patient',
    does: 'takes the log officers’ blob of a line, where the name of who looked stands, and tries the own key on it',
    expect: ['seal/cannot-open'],
    without: 'the patient’s own copy opens with that key, and holds no name',
    async play() {
      const { annex, key } = await twoReaders();
      return codeAfter(() => openSealed(key, 'annex', splitAnnex(annex)[0]));
    },
    async twin() {
      const { annex, key } = await twoReaders();
      return succeeds(() => openSealed(key, 'annex', splitAnnex(annex)[1]!));
    },
  },
];

async function twoReaders() {
  const [officers, patient] = [await suite(1).kem.generate(systemRandom), await suite(1).kem.generate(systemRandom)];
  const seal = async (publicKey: Uint8Array, text: string) =>
    sealUnder(
      await newBlobKey(fromBase64url(base64url(publicKey)), systemRandom),
      'annex',
      new TextEncoder().encode(text) as Plaintext,
      systemRandom,
    );
  const annex = joinAnnex([await seal(officers.publicKey, 'S. Kuipersma'), await seal(patient.publicKey, 'POH-S')]);
  return { annex, key: await suite(1).kem.importPrivate(patient.seed) };
}
