/** Substitutes, calls and broken glass: who steps in, for whom, for how long, and who looks at it afterwards. */

import { DAY, HOUR, localDate, newId, plus, type RequestId, systemRandom } from '@ketenkluis/base';
import { type FactOf, signStatement, statementToWire } from '@ketenkluis/seal';
import { aboutDossier, look, type Reply, type TestPerson, type TestSession } from '@ketenkluis/vault/testing';
import type { Attack } from './attack.ts';
import { because, factOf, oneThing, type Pair, type PairDossier, said, state } from './pair.ts';

const must = (reply: Reply): void => {
  if (reply.status !== 200) throw new Error(reply.text);
};

/** Hands the first patient to the locum. */
async function call(pair: Pair, by: TestPerson, more: Partial<FactOf<'call'>> = {}): Promise<Reply> {
  const { world, referred, base } = pair;
  const note = await world.annex();
  const until = plus(world.time.clock(), 2 * HOUR);
  const fact: FactOf<'call'> = {
    ...{ ...factOf(world), kind: 'call', until, dossier: referred.id, person: base.locum.id, note: note.hash },
    ...more,
  };
  const statement = statementToWire(await signStatement(fact, by.signer));
  const annex = await world.annex();
  const items = [{ dossier: referred.id, handle: referred.handles[0]!, facts: [] }];
  const body = { statement, note: note.text, annex: annex.text };
  return world.signed(await world.open(by), 'call', body, { class: 'grant', items, annex: annex.hash });
}
/** The locum is in, and looks. */
async function locumLooks(pair: Pair): Promise<string | undefined> {
  const { world, referred, base } = pair;
  return said(
    await look(world, await world.open(base.locum), [{ dossier: referred.id, handle: referred.handles[0]! }]),
  );
}

/** An emergency look at what the doctors were granted beforehand. */
const breakGlass = (pair: Pair, who: TestSession, dossier: PairDossier, handle = dossier.handles[0]!): Promise<Reply> =>
  look(pair.world, who, [{ dossier: dossier.id, handle }], { class: 'emergency' });

/** The request of the look at this patient that waits. */
async function waiting(pair: Pair, dossier: PairDossier): Promise<RequestId> {
  const { reviews } = (await pair.world.call('reviews', { token: (await pair.gp()).token })).json<{
    reviews: { request: RequestId; dossier: string }[];
  }>();
  return reviews.find((one) => one.dossier === dossier.id)!.request;
}
const telling = async (pair: Pair, who: TestSession, dossier: PairDossier, how: 'phone' | 'not'): Promise<Reply> => {
  const on = how === 'not' ? null : localDate(pair.world.time.clock());
  return aboutDossier(pair.world, who, 'review-told', dossier, { review: await waiting(pair, dossier), how, on });
};
const closing = async (pair: Pair, who: TestSession, dossier: PairDossier): Promise<Reply> =>
  aboutDossier(pair.world, who, 'review-close', dossier, {
    ...{ review: await waiting(pair, dossier), finding: 'in-order' },
  });

export const urgent: readonly Attack[] = [
  oneThing({
    name: 'approve-a-substitute-alone',
    who: 'owner',
    does: 'posts a pool with only the own signature',
    expect: ['vault/bad-statement'],
    without: 'with the second signature it stands',
    async work({ world, base }, wrong) {
      const { gp, owners } = world.practice;
      const pool = { ...base.pool, id: newId('fact', systemRandom), from: world.time.clock() };
      return because(
        await state(world, gp, [await signStatement(pool, wrong ? gp.signer : owners)]),
        'seal/not-signed',
      );
    },
  }),
  oneThing({
    name: 'call-oneself-in',
    who: 'substitute',
    does: 'signs the own place as substitute',
    expect: ['vault/bad-statement', 'vault/not-allowed'],
    without: 'signed by the nurse, who may call in, it begins',
    work: async (pair, wrong) => said(await pair.substitute({}, wrong ? pair.base.locum : pair.world.practice.nurse)),
  }),
  oneThing({
    name: 'call-in-for-longer-than-was-approved',
    who: 'member',
    does: 'gives a substitute a place that goes on after the pool',
    expect: ['vault/bad-statement'],
    without: 'within the pool it begins',
    work: async (pair, wrong) => said(await pair.substitute({ until: plus(pair.base.pool.until, wrong ? DAY : -DAY) })),
  }),
  oneThing({
    name: 'call-in-for-another-team',
    who: 'member',
    does: 'gives a substitute a place in another team than the pool names',
    expect: ['vault/bad-statement'],
    without: "in the pool's team it begins",
    work: async (pair, wrong) => {
      const { gpTeam, nurseTeam } = pair.world.practice;
      return said(await pair.substitute({ team: (wrong ? gpTeam : nurseTeam).id }));
    },
  }),
  oneThing({
    name: 'stay-after-the-own-period',
    who: 'substitute',
    does: 'looks at a patient who was handed over, an hour after the place ended',
    expect: ['not-member'],
    without: 'within the period the same look opens',
    async work(pair, wrong) {
      const { world } = pair;
      must(await pair.substitute({ until: plus(world.time.clock(), HOUR) }));
      must(await call(pair, world.practice.nurse, { until: plus(world.time.clock(), 10 * HOUR) }));
      if (wrong) world.time.move(2 * HOUR);
      return locumLooks(pair);
    },
  }),
  oneThing({
    name: 'stay-after-the-pool-ended',
    who: 'substitute',
    does: 'looks when an owner ended the pool and forgot the place in it',
    expect: ['not-member'],
    without: 'while the pool stands the same look opens',
    async work(pair, wrong) {
      must(await pair.substitute());
      must(await call(pair, pair.world.practice.nurse));
      if (wrong) must(await pair.endFact(pair.base.pool.id));
      return locumLooks(pair);
    },
  }),
  oneThing({
    name: 'look-without-a-call',
    who: 'substitute',
    does: 'looks at a patient of the team whom nobody handed over',
    expect: ['no-call'],
    without: 'when a colleague has handed the patient over, it opens',
    async work(pair, wrong) {
      must(await pair.substitute());
      if (!wrong) must(await call(pair, pair.world.practice.nurse));
      return locumLooks(pair);
    },
  }),
  oneThing({
    name: 'hand-a-patient-to-oneself',
    who: 'substitute',
    does: 'signs and sends the call of a patient to herself',
    expect: ['vault/bad-statement', 'vault/not-allowed'],
    without: 'from a colleague who treats the patient it stands',
    async work(pair, wrong) {
      must(await pair.substitute());
      return said(await call(pair, wrong ? pair.base.locum : pair.world.practice.nurse));
    },
  }),
  oneThing({
    name: 'hand-over-a-patient-of-somebody-else',
    who: 'member',
    does: 'a doctor who has no step with that part hands the patient to the locum',
    expect: ['vault/not-allowed'],
    without: 'from the nurse, who treats the patient, it stands',
    async work(pair, wrong) {
      must(await pair.substitute());
      const { gp, nurse } = pair.world.practice;
      return said(await call(pair, wrong ? gp : nurse));
    },
  }),
  oneThing({
    name: 'hand-over-for-longer-than-a-day',
    who: 'member',
    does: 'hands a patient over for 25 hours',
    expect: ['vault/bad-statement'],
    without: 'for 23 hours it stands',
    async work(pair, wrong) {
      must(await pair.substitute());
      const until = plus(pair.world.time.clock(), (wrong ? 25 : 23) * HOUR);
      return said(await call(pair, pair.world.practice.nurse, { until }));
    },
  }),
  oneThing({
    name: 'break-the-glass-without-a-reason',
    who: 'member',
    does: 'asks for an emergency look that seals no reason to the log officers',
    expect: ['vault/annex-missing', 'vault/bad-request'],
    without: 'with a reason it opens',
    async work({ world, referred }, wrong) {
      const annex = await world.annex();
      const items = [{ dossier: referred.id, handle: referred.handles[0]!, facts: [] }];
      const who = await world.open(world.practice.gp);
      const named = wrong ? { text: null, hash: null } : annex;
      return said(
        await world.signed(who, 'release', { annex: named.text }, { class: 'emergency', items, annex: named.hash }),
      );
    },
  }),
  oneThing({
    name: 'break-the-glass-of-many',
    who: 'member',
    does: 'breaks the glass of a fourth patient within the hour',
    expect: ['too-many', 'vault/too-many'],
    without: 'two hours after the first three it opens',
    async work(pair, wrong) {
      const [fourth, ...three] = pair.base.dossiers;
      for (const dossier of three) must(await breakGlass(pair, await pair.gp(), dossier));
      if (!wrong) pair.world.time.move(2 * HOUR);
      return said(await breakGlass(pair, await pair.gp(), fourth!));
    },
  }),
  oneThing({
    name: 'break-the-glass-for-the-whole-record',
    who: 'member',
    does: 'asks in an emergency for a part that is no emergency summary',
    expect: ['step-without-handle'],
    without: 'the summary opens',
    async work(pair, wrong) {
      const { referred } = pair;
      return said(await breakGlass(pair, await pair.gp(), referred, referred.handles[wrong ? 1 : 0]));
    },
  }),
  oneThing({
    name: 'look-at-the-summary-without-breaking-the-glass',
    who: 'member',
    does: 'opens what was granted for an emergency by an ordinary look, which leaves no review behind',
    expect: ['no-relation', 'no-step', 'step-without-handle'],
    without: 'as an emergency it opens',
    async work(pair, wrong) {
      const { world, referred } = pair;
      const items = [{ dossier: referred.id, handle: referred.handles[0]! }];
      return said(await look(world, await pair.gp(), items, { class: wrong ? 'look' : 'emergency' }));
    },
  }),
  oneThing({
    name: 'break-the-glass-from-outside',
    who: 'partner',
    does: 'asks for an emergency look at the patient who was referred',
    expect: ['unknown', 'vault/refused'],
    without: 'the ordinary look opens what was handed on',
    async work(pair, wrong) {
      const { world, referred } = pair;
      const items = [{ dossier: referred.id, handle: referred.handles[0]! }];
      return said(await look(world, await pair.guest(), items, { class: wrong ? 'emergency' : 'look' }));
    },
  }),
  oneThing({
    name: 'close-the-own-review',
    who: 'member',
    does: 'says of the own emergency look that it was in order',
    expect: ['vault/not-allowed'],
    without: 'a nurse who treats the patient may say so',
    async work(pair, wrong) {
      const gp = await pair.gp();
      must(await breakGlass(pair, gp, pair.referred));
      must(await telling(pair, gp, pair.referred, 'phone'));
      return said(await closing(pair, wrong ? gp : await pair.nurse(), pair.referred));
    },
  }),
  oneThing({
    name: 'close-a-review-of-which-the-patient-knows-nothing',
    who: 'member',
    does: 'says that an emergency look was in order before anybody told the patient',
    expect: ['vault/conflict'],
    without: 'once it is written down how the patient was told, it closes',
    async work(pair, wrong) {
      const gp = await pair.gp();
      must(await breakGlass(pair, gp, pair.referred));
      if (!wrong) must(await telling(pair, gp, pair.referred, 'phone'));
      return said(await closing(pair, await pair.nurse(), pair.referred));
    },
  }),
  oneThing({
    name: 'excuse-oneself-from-telling-the-patient',
    who: 'member',
    does: 'says of the own emergency look that the patient need not know',
    expect: ['vault/not-allowed'],
    without: 'a nurse who treats the patient may say so, and answers for it',
    async work(pair, wrong) {
      const gp = await pair.gp();
      must(await breakGlass(pair, gp, pair.referred));
      return said(await telling(pair, wrong ? gp : await pair.nurse(), pair.referred, 'not'));
    },
  }),
];
