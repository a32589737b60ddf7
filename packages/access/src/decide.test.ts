import { DAY, type Id, type IdKind, instant, newId, plus } from '@ketenkluis/base';
import type { Card, Fact } from '@ketenkluis/seal';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DENY_REASONS, type DenyReason, decide, type KnownFact, type Question } from './index.ts';
import { twin } from './twin.test-util.ts';

const NOW = instant(1_760_000_000_000);
let seed = 0;
const fresh = <K extends IdKind>(kind: K): Id<K> => newId(kind, (length) => new Uint8Array(length).fill(++seed));
const practice = fresh('organisation');
const elsewhere = fresh('organisation');
const people = [fresh('person'), fresh('person')] as const;
const teams = [fresh('team'), fresh('team')] as const;
const dossiers = [fresh('dossier'), fresh('dossier')] as const;
const handles = [fresh('handle'), fresh('handle'), fresh('handle')] as const;
const ids = Array.from({ length: 12 }, () => fresh('fact'));

const head = (i: number) => ({
  t: 'fact' as const,
  v: 1 as const,
  suite: 1,
  id: ids[i]!,
  practice,
  from: plus(NOW, -DAY),
  until: plus(NOW, DAY),
});
const known = (fact: Fact, ended: KnownFact['ended'] = null): KnownFact => ({ fact, ended });
const [me, other] = people;
const [gp, nurse] = teams;
const [dossier] = dossiers;
const [handle, noteHandle] = handles;

const facts = {
  membership: known({ ...head(0), kind: 'membership', team: gp, person: me }),
  enrolment: known({ ...head(1), kind: 'enrolment', dossier, until: null }),
  relation: known({ ...head(2), kind: 'relation', dossier, teams: [gp], until: null }),
  step: known({ ...head(3), kind: 'step', dossier, team: gp, handles: [handle] }),
  write: known({ ...head(4), kind: 'write', dossier, team: gp }),
};
const card: Card = {
  t: 'card',
  v: 1,
  suite: 1,
  organisation: practice,
  subject: me,
  kind: 'professional',
  number: 0,
  sign: 'A'.repeat(43),
  kem: 'A'.repeat(1622),
  from: plus(NOW, -DAY),
  until: plus(NOW, DAY),
};
const look: Question = {
  now: NOW,
  actor: { person: me, organisation: practice, ownPractice: true, session: 'open', owner: false },
  class: 'look',
  item: { dossier, handle, team: null, writerClass: 'source', parent: null, state: 'live' },
  facts: Object.values(facts),
  card,
  grants: [{ team: gp, fact: ids[3]! }],
  snapshot: { until: plus(NOW, DAY) },
  gone: 0,
};
const list: Question = {
  ...look,
  class: 'list',
  item: { dossier: null, handle, team: gp, writerClass: 'source', parent: null, state: 'live' },
  grants: [{ team: gp, fact: null }],
};
const write: Question = {
  ...look,
  class: 'write',
  item: { dossier, handle: noteHandle, team: null, writerClass: 'work', parent: handle, state: 'live' },
};
const abroad: Question = { ...look, actor: { ...look.actor, organisation: elsewhere, ownPractice: false } };
const partner: Question = { ...abroad, card: { ...card, organisation: elsewhere } };
const without = (question: Question, kind: string): Question => ({
  ...question,
  facts: question.facts.filter(({ fact }) => fact.kind !== kind),
});
const ended = (question: Question, kind: string): Question => ({
  ...question,
  facts: question.facts.map((item) => (item.fact.kind === kind ? { ...item, ended: NOW } : item)),
});
const expired = (question: Question, kind: string): Question => ({
  ...question,
  facts: question.facts.map((item) =>
    item.fact.kind === kind ? { ...item, fact: { ...item.fact, until: NOW } as Fact } : item,
  ),
});

describe('decide', () => {
  it('R15: permits a look when membership, enrolment, relation, step and grant hold together, and says which', () => {
    expect(decide(look)).toEqual({
      outcome: 'permit',
      checks: { authorisation: true, relation: true, consent: true, emergency: false },
      facts: [ids[0], ids[1], ids[2], ids[3]],
      relation: ids[2],
      step: ids[3],
      team: gp,
      warnings: [],
    });
    expect(decide(list)).toMatchObject({ outcome: 'permit', team: gp, facts: [ids[0]] });
    expect(decide(write)).toMatchObject({ outcome: 'permit', facts: [...ids.slice(0, 4), ids[4]] });
  });

  const cases: Record<DenyReason, Question[]> = {
    'no-session': (['none', 'keyring', 'locked'] as const).map((session) => ({
      ...look,
      actor: { ...look.actor, session },
    })),
    'not-member': [
      { ...look, card: null },
      { ...look, card: { ...card, subject: other } },
      abroad,
      without(look, 'membership'),
      expired(look, 'membership'),
      { ...list, item: { ...list.item, team: nurse } },
      { ...look, class: 'sync', card: { ...card, kind: 'agent' } },
      { ...look, actor: { ...look.actor, person: other } },
    ],
    'card-expired': [
      { ...look, card: { ...card, until: NOW } },
      { ...look, card: { ...card, from: plus(NOW, 1) } },
    ],
    'no-enrolment': [
      without(look, 'enrolment'),
      { ...look, item: { ...look.item, dossier: dossiers[1] } },
      { ...look, facts: look.facts.map((f) => ({ ...f, fact: { ...f.fact, dossier: dossiers[1] } as Fact })) },
    ],
    'enrolment-ended': [ended(look, 'enrolment'), expired(look, 'enrolment')],
    'no-relation': [
      without(look, 'relation'),
      {
        ...look,
        facts: [...without(look, 'relation').facts, known({ ...head(2), kind: 'relation', dossier, teams: [nurse] })],
      },
      { ...without(look, 'relation'), class: 'audit' },
    ],
    'relation-ended': [
      ended(look, 'relation'),
      expired(look, 'relation'),
      { ...ended(look, 'relation'), class: 'audit' },
    ],
    'no-step': [without(look, 'step')],
    'step-ended': [ended(look, 'step'), expired(look, 'step')],
    'step-without-handle': [
      { ...look, item: { ...look.item, handle: handles[2] } },
      { ...look, item: { ...look.item, handle: noteHandle, parent: handle } },
    ],
    'no-grant': [
      { ...look, grants: [] },
      { ...look, grants: [{ team: nurse, fact: ids[3]! }] },
      { ...look, grants: [{ team: gp, fact: ids[9]! }] },
      { ...list, grants: look.grants },
    ],
    'no-consent': [partner, { ...list, actor: partner.actor, card: partner.card }],
    'not-confirmed': [
      { ...partner, snapshot: null },
      { ...partner, snapshot: { until: NOW } },
    ],
    'stale-list': [{ ...list, actor: partner.actor, card: partner.card, gone: 1 }],
    'class-not-allowed': [
      ...(['grant', 'rotate', 'emergency', 'own', 'admin'] as const).map((kind) => ({ ...look, class: kind })),
      { ...look, card: { ...card, kind: 'agent' } },
      without(write, 'write'),
      { ...look, class: 'audit', item: { ...look.item, dossier: null } },
    ],
    'writer-class': [
      { ...write, item: { ...write.item, handle, writerClass: 'source' } },
      {
        ...look,
        class: 'sync',
        card: { ...card, kind: 'agent' },
        item: { ...look.item, writerClass: 'work' },
        facts: [known({ ...head(5), kind: 'mandate', agent: me, responsible: other, kinds: [], teams: [] })],
      },
    ],
    gone: [
      { ...look, item: { ...look.item, state: 'gone' } },
      { ...list, item: { ...list.item, state: 'gone' } },
    ],
    unknown: [
      { ...look, item: { ...look.item, state: 'unknown' } },
      { ...look, item: { ...look.item, dossier: null } },
      { ...look, class: 'nonsense' as Question['class'] },
      { ...look, facts: [null as never] },
    ],
  };
  for (const reason of DENY_REASONS) {
    it(`R15: denies with ${reason}`, () => {
      for (const question of cases[reason]) expect(decide(question)).toMatchObject({ outcome: 'deny', reason });
    });
  }

  it('R16: nothing that the person says opens a dossier; without a recorded relation it stays shut', () => {
    expect(decide(without(look, 'relation')).outcome).toBe('deny');
  });

  it('R17: a fact ends by itself at its end time, to the millisecond', () => {
    const until = facts.step.fact.until!;
    expect(decide({ ...look, now: instant(until - 1), card: { ...card, until: plus(until, DAY) } }).outcome).toBe(
      'permit',
    );
    expect(
      decide({
        ...look,
        now: until,
        card: { ...card, until: plus(until, DAY) },
        facts: [...Object.values(facts), known({ ...facts.membership.fact, until: null } as Fact)],
      }),
    ).toMatchObject({ reason: 'step-ended' });
  });

  it('own teams may still open after the snapshot ran out, with the warning', () => {
    expect(decide({ ...look, snapshot: { until: NOW } })).toMatchObject({
      outcome: 'permit',
      warnings: ['not-confirmed'],
    });
    expect(decide({ ...list, snapshot: null })).toMatchObject({ outcome: 'permit', warnings: ['not-confirmed'] });
  });

  it('R38: an owner may read the log of an ended dossier; a team only where it treats', () => {
    const ask: Question = { ...look, class: 'audit', item: { ...look.item, handle: null } };
    expect(decide(ask)).toMatchObject({ outcome: 'permit', relation: ids[2] });
    const gone: Question = { ...ended(ask, 'relation'), item: { ...ask.item, state: 'gone' } };
    expect(decide(gone).outcome).toBe('deny');
    expect(decide({ ...gone, actor: { ...gone.actor, owner: true } }).outcome).toBe('permit');
  });

  const some = <T>(...values: readonly T[]) => fc.constantFrom(...values);
  const rarely = <T>(value: T, ...others: readonly T[]) =>
    fc.oneof({ weight: 6, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: some(...others) });
  const anyFact: fc.Arbitrary<KnownFact> = fc
    .record({
      kind: some('membership', 'mandate', 'enrolment', 'relation', 'step', 'write'),
      id: some(...ids),
      from: rarely(plus(NOW, -DAY), NOW, plus(NOW, 1)),
      until: rarely<KnownFact['ended']>(null, NOW, plus(NOW, 1), plus(NOW, -1)),
      ended: rarely<KnownFact['ended']>(null, NOW, plus(NOW, -1)),
      person: rarely(me, other),
      dossier: rarely(dossier, dossiers[1]),
      team: some(...teams),
      list: fc.subarray([...teams], { minLength: 1 }),
      handles: fc.subarray([...handles]),
    })
    .map(({ kind, ended: end, person, team, list: many, ...rest }) => {
      const base = { ...head(0), id: rest.id, from: rest.from, until: rest.until };
      const fact = {
        membership: { ...base, kind: 'membership', team, person },
        mandate: { ...base, kind: 'mandate', agent: person, responsible: other, kinds: [], teams: [] },
        enrolment: { ...base, kind: 'enrolment', dossier: rest.dossier },
        relation: { ...base, kind: 'relation', dossier: rest.dossier, teams: many },
        step: { ...base, kind: 'step', dossier: rest.dossier, team, handles: rest.handles },
        write: { ...base, kind: 'write', dossier: rest.dossier, team },
      }[kind] as Fact;
      return known(fact, end);
    });
  const anyQuestion: fc.Arbitrary<Question> = fc.record({
    now: fc.constant(NOW),
    actor: fc.record({
      person: rarely(me, other),
      organisation: rarely(practice, elsewhere),
      ownPractice: rarely(true, false),
      session: rarely<Question['actor']['session']>('open', 'none', 'keyring', 'locked'),
      owner: fc.boolean(),
    }),
    class: fc.oneof(
      { weight: 3, arbitrary: some<Question['class']>('look', 'list', 'write') },
      {
        weight: 1,
        arbitrary: some<Question['class']>('audit', 'sync', 'admin', 'session', 'grant', 'own', 'rotate', 'emergency'),
      },
    ),
    item: fc.record({
      dossier: rarely<Question['item']['dossier']>(dossier, null, dossiers[1]),
      handle: some<Question['item']['handle']>(...handles, null),
      team: some<Question['item']['team']>(null, ...teams),
      writerClass: some<Question['item']['writerClass']>('source', 'work', 'inbox', null),
      parent: some<Question['item']['parent']>(null, ...handles),
      state: rarely<Question['item']['state']>('live', 'gone', 'unknown'),
    }),
    facts: fc
      .array(anyFact, { maxLength: 10 })
      .chain((extra) => fc.subarray(Object.values(facts)).map((base) => [...base, ...extra])),
    card: rarely<Card | null>(
      card,
      null,
      { ...card, kind: 'agent' },
      { ...card, kind: 'trustee' },
      { ...card, organisation: elsewhere },
      { ...card, until: NOW },
    ),
    grants: fc.array(fc.record({ team: some(...teams), fact: some(...ids, null) }), { maxLength: 8 }),
    snapshot: some({ until: plus(NOW, 1) }, { until: NOW }, null),
    gone: some(0, 1),
  });

  it('agrees with a slow, obvious twin', () => {
    let permits = 0;
    fc.assert(
      fc.property(anyQuestion, (question) => {
        const answer = decide(question);
        if (answer.outcome === 'permit') permits++;
        expect(answer.outcome === 'permit').toBe(twin(question));
      }),
      { numRuns: Number(process.env.KETENKLUIS_CASES ?? 20_000), seed: 7 },
    );
    expect(permits).toBeGreaterThan(500);
  });

  it('R15: taking a fact away never turns a no into a yes', () => {
    fc.assert(
      fc.property(anyQuestion, fc.nat(20), (question, at) => {
        const fewer = { ...question, facts: question.facts.filter((_, i) => i !== at) };
        if (decide(question).outcome === 'deny') expect(decide(fewer).outcome).toBe('deny');
      }),
      { numRuns: 3000 },
    );
  });

  it('never throws and never permits on broken input', () => {
    fc.assert(
      fc.property(fc.anything(), fc.constantFrom(...Object.keys(look)), (junk, key) => {
        expect(decide(junk as never)).toMatchObject({ outcome: 'deny' });
        const broken = decide({ ...look, [key]: junk } as never);
        if (broken.outcome === 'permit') expect(['snapshot', 'gone', 'now', 'facts', 'card', 'grants']).toContain(key);
      }),
    );
  });
});
