/** Who reviews the log, against the review: own looks, a lower policy, a decision without a hearing, a trace that goes. */

import { DAY, fromBase64url, type Instant, lengthPrefixed, localDate, type PersonId, plus } from '@ketenkluis/base';
import { emptyIndex, Indexer, policyOf, recordsIn } from '@ketenkluis/client/overseer';
import { arrearsOf, plannedUnder, stateOf } from '@ketenkluis/client/review';
import { decodeEntry } from '@ketenkluis/ledger';
import { type FactOf, hashOf, type Payload, type ReviewStep, signStatement, statementToWire } from '@ketenkluis/seal';
import { look, type Reply, type TestPerson } from '@ketenkluis/vault/testing';
import { type Attack, codeAfter } from './attack.ts';
import { because, factOf, oneThing, type Pair, said, state } from './pair.ts';

const must = (reply: Reply): void => {
  if (reply.status !== 200) throw new Error(reply.text);
};

/** The GP is the officer; in a second version the checks come less often. */
const policy = (pair: Pair, more: Partial<FactOf<'control'>> = {}): FactOf<'control'> => ({
  ...{ ...factOf(pair.world), kind: 'control', number: 1, prev: null, board: pair.world.practice.gp.id },
  ...{ officers: [pair.world.practice.gp.id], outside: [], findingAt: 50, sampleSize: 10, answerDays: 14 },
  ...{ decideDays: 30, every: { review: 7, sample: 30, emergency: 7, rights: 91 }, ...more },
});
async function set(pair: Pair) {
  const { world } = pair;
  const { gp, owners } = world.practice;
  const first = await signStatement(policy(pair), owners);
  must(await state(world, gp, [first]));
  return first;
}

/** Somebody looks; answers the line. */
async function lookBy(pair: Pair, who: TestPerson): Promise<number> {
  const { world, referred } = pair;
  const reply = await look(world, await world.open(who), [{ dossier: referred.id, handle: referred.handles[0]! }]);
  must(reply);
  return reply.json<{ line: { index: number } }>().line.index;
}

type Said = Pick<ReviewStep, 'kind' | 'lines' | 'people'> & { readonly whom?: PersonId; readonly finding?: string };
type Known = { readonly number: number; readonly prev: ReviewStep['prev'] };
const FIRST: Known = { number: 1, prev: null };

async function say(pair: Pair, by: TestPerson, step: Said, place: Known = FIRST) {
  const { world } = pair;
  const { text } = await world.annex();
  const { kind, lines, people, whom } = step;
  const payload = {
    ...({ t: 'review', v: 1, suite: 1, kind } as const),
    ...{ practice: world.practice.id, by: by.id, at: world.time.clock(), finding: hashOf(Uint8Array.of(7)), ...place },
    ...{ lines, people, words: hashOf(lengthPrefixed(fromBase64url(text))), ...(kind === 'ask' ? { whom } : {}) },
  } as Payload<'review'>;
  const statement = await signStatement(payload, by.signer);
  const body = { statement: statementToWire(statement), words: [text] };
  const reply = await world.signed(await world.open(by), 'record', body, { class: 'session' });
  return { reply, hash: statement.hash };
}

/** The nurse looked and was asked. */
async function asked(pair: Pair) {
  const { gp, nurse } = pair.world.practice;
  await set(pair);
  const on = { lines: [await lookBy(pair, nurse)], people: [nurse.id] };
  const { reply, hash } = await say(pair, gp, { kind: 'ask', ...on, whom: nurse.id });
  must(reply);
  return { on, hash };
}

export const reviewers: readonly Attack[] = [
  oneThing({
    name: 'lower-the-control-policy-alone',
    who: 'owner',
    does: 'one of two owners posts a control policy that asks for fewer checks, with only the own signature',
    expect: ['vault/bad-statement'],
    without: 'with the second signature it stands, and both saw in what it asks less',
    async work(pair, wrong) {
      const { gp, owners } = pair.world.practice;
      const first = await set(pair);
      const every = { review: 31, sample: 92, emergency: 31, rights: 92 };
      const less = policy(pair, { number: 2, prev: first.hash, every });
      return because(
        await state(pair.world, gp, [await signStatement(less, wrong ? gp.signer : owners)]),
        'seal/not-signed',
      );
    },
  }),
  oneThing({
    name: 'end-the-control-policy',
    who: 'owner',
    does: 'the owners withdraw the control policy, so that nothing is planned any more',
    expect: ['vault/bad-statement'],
    without: 'a next policy takes its place',
    async work(pair, wrong) {
      const { world } = pair;
      const { gp, owners, id } = world.practice;
      const first = await set(pair);
      const end = {
        ...({ t: 'withdrawal', v: 1, suite: 1, practice: id, dossier: null } as const),
        ...{ fact: first.payload.id, at: world.time.clock() },
      };
      const next = policy(pair, { number: 2, prev: first.hash });
      return because(
        await state(world, gp, [await (wrong ? signStatement(end, owners) : signStatement(next, owners))]),
        'seal/not-signed',
      );
    },
  }),
  oneThing({
    name: 'clear-arrears-by-a-new-policy',
    who: 'owner',
    does: 'has a new policy set on the day that a review is late, so that the plan begins anew',
    expect: ['in-arrears'],
    without: 'counted from the newest policy alone the arrears are gone',
    async work(pair, wrong) {
      const { world } = pair;
      const { owners, gp } = world.practice;
      const first = await set(pair);
      world.time.move(9 * DAY);
      const next = await signStatement(policy(pair, { number: 2, prev: first.hash }), owners);
      must(await state(world, gp, [next]));
      const facts = [first.payload, next.payload] as FactOf<'control'>[];
      const plan = plannedUnder(
        (wrong ? facts : facts.slice(1)).map(policyOf),
        [],
        localDate(world.time.clock()),
        () => 5,
      );
      return arrearsOf(plan).length > 0 ? 'in-arrears' : undefined;
    },
  }),
  oneThing({
    name: 'review-the-own-look',
    who: 'log officer',
    does: 'looks into a file, and decides over that look',
    expect: ['vault/not-allowed'],
    without: "over a colleague's look the same decision stands",
    async work(pair, wrong) {
      const { gp, nurse } = pair.world.practice;
      await set(pair);
      const who = wrong ? gp : nurse;
      const lines = [await lookBy(pair, who)];
      return said((await say(pair, gp, { kind: 'decide', lines, people: [who.id] })).reply);
    },
  }),
  oneThing({
    name: 'leave-oneself-out-of-a-finding',
    who: 'log officer',
    does: 'decides over looks of a colleague and of themselves, and names only the colleague',
    expect: ['vault/bad-statement'],
    without: "with the colleague's lines alone it stands",
    async work(pair, wrong) {
      const { gp, nurse } = pair.world.practice;
      await set(pair);
      const lines = [await lookBy(pair, nurse), ...(wrong ? [await lookBy(pair, gp)] : [])];
      return because((await say(pair, gp, { kind: 'decide', lines, people: [nurse.id] })).reply, 'who looked');
    },
  }),
  oneThing({
    name: 'answer-for-who-was-asked',
    who: 'log officer',
    does: 'asks a colleague, and sends the answer too',
    expect: ['vault/not-allowed'],
    without: 'from the colleague the answer stands',
    async work(pair, wrong) {
      const { gp, nurse } = pair.world.practice;
      const { on, hash } = await asked(pair);
      const { reply } = await say(pair, wrong ? gp : nurse, { kind: 'answer', ...on }, { number: 2, prev: hash });
      return said(reply);
    },
  }),
  oneThing({
    name: 'rewrite-a-finding',
    who: 'log officer',
    does: 'sends another first step for a finding in which somebody was asked already',
    expect: ['vault/conflict'],
    without: 'as the next step, which names the one before it, it stands',
    async work(pair, wrong) {
      const { gp } = pair.world.practice;
      const { on, hash } = await asked(pair);
      const { reply } = await say(pair, gp, { kind: 'decide', ...on }, wrong ? FIRST : { number: 2, prev: hash });
      return said(reply);
    },
  }),
  oneThing({
    name: 'decide-without-asking',
    who: 'log officer',
    does: 'calls a look unjustified in sealed words that the vault cannot weigh, without hearing who looked',
    expect: ['client/refused'],
    without: 'after the answer every reader takes the same decision',
    async work(pair, wrong) {
      const { gp, nurse } = pair.world.practice;
      await set(pair);
      const lines = [await lookBy(pair, nurse)];
      // The vault takes it: whose turn it is, it knows; what is decided, it does not.
      must((await say(pair, gp, { kind: 'decide', lines, people: [nurse.id] })).reply);
      const at = pair.world.time.clock();
      const heard = [
        { kind: 'ask', at, by: gp.id, whom: nurse.id, question: 'Waarom?' },
        { kind: 'answer', at, by: nurse.id, answer: 'Nieuwsgierig.' },
      ] as const;
      const decided = {
        kind: 'decide',
        at,
        by: gp.id,
        verdict: 'unjustified',
        followUp: 'talk',
        ground: 'zo',
      } as const;
      const on = { finding: { people: [nurse.id], dossiers: [pair.referred.id] }, judges: [gp.id] };
      return codeAfter(() => stateOf([...(wrong ? [] : heard), decided], { ...on, answerDays: () => 14 }));
    },
  }),
  oneThing({
    name: 'review-around-a-line',
    who: 'log officer',
    does: 'records reviews that together cover all lines but the one of a look that should not be seen',
    expect: ['in-arrears'],
    without: 'with that line the period is done',
    async work(pair, wrong) {
      const first = await set(pair);
      const { gp } = pair.world.practice;
      const at = plus(pair.world.time.clock(), 7 * DAY) as Instant;
      const spans = [
        [0, wrong ? 8 : 9],
        [9, 20],
      ];
      const done = spans.map(([from, until]) => ({
        ...({ kind: 'review', by: gp.id, read: null } as const),
        ...{ at, lines: { from: from!, until: until! } },
      }));
      const today = localDate(plus(at, 2 * DAY));
      const plan = plannedUnder([policyOf(first.payload as FactOf<'control'>)], done, today, () => 20);
      const [week] = plan.filter(({ kind }) => kind === 'review');
      return week!.done === null ? 'in-arrears' : undefined;
    },
  }),
  oneThing({
    name: 'remove-the-trace-of-a-question',
    who: 'log officer',
    does: "has the host forget a question that was asked, so that nobody's screen shows it any more",
    expect: ['hidden'],
    without: 'while the host shows it, every record of the log is there',
    async work(pair, wrong) {
      const { world } = pair;
      const { hash } = await asked(pair);
      if (wrong)
        await world.running.vault.storage.write((tx) => tx.deleteFrom('record').where('hash', '=', hash).execute());
      const { token } = await world.open(world.practice.gp);
      const page = (await world.call('entries', { token })).json<{ entries: string[] }>();
      const indexer = new Indexer(emptyIndex());
      for (const [line, stored] of page.entries.entries())
        indexer.add(line, decodeEntry(fromBase64url(stored)).entry, undefined, true);
      const shown = (await world.call('records', { token })).json<{ records: { line: number }[] }>();
      const lines = new Set(shown.records.map(({ line }) => line));
      const all = [...recordsIn(indexer.index).values()];
      if (all.length === 0) throw new Error('the log holds no record');
      return all.every(({ line }) => lines.has(line)) ? undefined : 'hidden';
    },
  }),
];
