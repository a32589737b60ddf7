import { addDays, DAY, type DossierId, type Instant, instant, type LocalDate, type PersonId } from '@ketenkluis/base';
import { describe, expect, it } from 'vitest';
import { type FindingEvent, judgesOf, stateOf } from './finding.ts';
import { arrearsOf, coversAll, type DoneCheck, parsePolicy, plannedChecks } from './policy.ts';
import { type Finding, type JudgedLook, review } from './review.ts';
import { FEATURES, PATTERNS, POINTS } from './rules.ts';
import type { Look } from './types.ts';
import { wordsOf } from './words.ts';

const [officer, second, looker, other] = ['officer', 'second', 'looker', 'other'].map(
  (name) => `per_${name}` as PersonId,
) as [PersonId, PersonId, PersonId, PersonId];
const outside = 'per_outside' as PersonId;
const file = 'dos_1' as DossierId;
const written = {
  v: 1,
  from: '2025-03-01',
  board: 'per_board',
  officers: [officer, second, outside],
  outside: [outside],
  findingAt: 50,
  every: { review: 7, sample: 30, emergency: 7, rights: 90 },
  sampleSize: 10,
  answerDays: 14,
  decideDays: 30,
} as const;
const policy = parsePolicy(written);
const refusal = expect.objectContaining({ code: 'client/refused' });
const on = (day: LocalDate, hour = 12): Instant => instant(Date.parse(`${day}T${hour}:00:00Z`));
const START = '2025-03-01' as LocalDate;

describe('R49 planned against done', () => {
  const sizeAt = (day: LocalDate) => (day < '2025-03-08' ? 100 : 200);
  const check = (kind: DoneCheck['kind'], day: number, more: Partial<DoneCheck> = {}): DoneCheck => ({
    ...{ kind, at: on(addDays(START, day)), by: officer, lines: null, read: null },
    ...more,
  });
  const only = (kind: DoneCheck['kind'], done: readonly DoneCheck[], today: number) =>
    plannedChecks(policy, done, addDays(START, today), sizeAt).filter((one) => one.kind === kind);

  it('a week in which nobody reviewed is in arrears, and stays late once it is done', () => {
    expect(only('review', [], 6).map(({ late }) => late)).toEqual([0]);
    expect(only('review', [], 9).map(({ due, done, late }) => [due, done, late])).toEqual([
      ['2025-03-07', null, 3],
      ['2025-03-14', null, 0],
    ]);
    expect(arrearsOf(only('review', [], 9))).toHaveLength(1);
    const late = only('review', [check('review', 9, { lines: { from: 0, until: 150 } })], 12);
    expect(late[0]).toMatchObject({ done: '2025-03-10', late: 3 });
    expect(arrearsOf(late)).toEqual([]);
  });

  it('a review counts once every line of the period was covered, without a gap', () => {
    const part = check('review', 6, { lines: { from: 0, until: 99 } });
    expect(only('review', [part], 8)[0]).toMatchObject({ done: null, late: 2 });
    const rest = check('review', 7, { lines: { from: 99, until: 100 } });
    expect(only('review', [part, rest], 8)[0]).toMatchObject({ done: '2025-03-08', late: 1 });
    expect(coversAll([part, check('review', 7, { lines: { from: 100, until: 101 } })], 101)).toBe(false);
    expect(coversAll([], 0)).toBe(true);
  });

  it('counts only officers of the policy, of another organisation too, and samples of its size', () => {
    const sample = (by: DoneCheck['by'], read: number) =>
      only('sample', [check('sample', 3, { by, read })], 40)[0]!.done;
    expect([sample(officer, 10), sample(outside, 12)]).toEqual(['2025-03-04', '2025-03-04']);
    expect([sample(other, 10), sample(officer, 9)]).toEqual([null, null]);
  });

  it('one check stands for one period', () => {
    const done = only('emergency', [check('emergency', 10)], 20).map((one) => one.done);
    expect(done).toEqual(['2025-03-11', null, null]);
  });

  it('refuses a policy that asks too little, or more than the spec knows', () => {
    const wrong: readonly object[] = [
      { ...written, findingAt: 51 },
      { ...written, officers: [] },
      { ...written, every: { ...written.every, review: 32 } },
      { ...written, sampleSize: 4 },
      { ...written, remark: 'when there is time' },
    ];
    for (const one of wrong) expect(() => parsePolicy(one)).toThrow(refusal);
  });
});

describe('R50 from finding to decision', () => {
  const finding: Finding = {
    ...{ id: 'pair 1', group: 'pair', rules: 'review/1', points: 50, people: [looker], dossiers: [file], looks: [0] },
    features: ['colleague'],
  };
  const judges = [officer, second];
  const at = (day: number) => on(addDays(START, day));
  const ask: FindingEvent = { kind: 'ask', at: at(1), by: officer, whom: looker, question: 'Waarom?' };
  const answer: FindingEvent = { kind: 'answer', at: at(2), by: looker, answer: 'Zij belde.' };
  const decide = (more: Partial<Extract<FindingEvent, { kind: 'decide' }>> = {}): FindingEvent => ({
    ...{ kind: 'decide', at: at(3), by: officer, verdict: 'unjustified', ground: 'Geen contact', followUp: 'talk' },
    ...more,
  });
  const run = (...events: FindingEvent[]) => stateOf(events, { finding, judges, answerDays: () => policy.answerDays });

  it('asked, answered, decided, with who and what', () => {
    expect(run(ask, answer).state).toBe('answered');
    expect(run(ask, answer, decide())).toMatchObject({
      ...{ state: 'decided', decision: { by: officer, verdict: 'unjustified', followUp: 'talk' } },
    });
    expect(run(decide({ verdict: 'justified', followUp: 'none' })).state).toBe('decided');
  });

  it('nobody reviews looks of their own, nor their own file', () => {
    expect(judgesOf({ ...finding, people: [officer] }, judges, [])).toEqual([second]);
    expect(judgesOf(finding, judges, [{ id: file, colleague: second }])).toEqual([officer]);
    expect(judgesOf({ ...finding, people: [officer, second] }, judges, [])).toEqual([]);
    expect(() => run({ ...ask, by: looker })).toThrow(refusal);
    expect(() => run(ask, answer, decide({ by: looker }))).toThrow(refusal);
  });

  it('who looked is heard first, or had the whole term', () => {
    expect(() => run(decide())).toThrow(refusal);
    expect(() => run(ask, decide())).toThrow(refusal);
    expect(() => run(ask, decide({ at: at(15) }))).toThrow(refusal);
    expect(run(ask, decide({ at: instant(at(1) + 14 * DAY + 1) })).state).toBe('decided');
  });

  it('is taken back by nobody, and reopened only by another officer', () => {
    const reopen = (by: PersonId): FindingEvent => ({ kind: 'reopen', at: at(4), by, ground: 'Nieuwe feiten' });
    expect(run(ask, answer, decide(), reopen(second)).state).toBe('open');
    expect(() => run(ask, answer, decide(), reopen(officer))).toThrow(refusal);
    expect(() => run(ask, answer, decide(), decide({ by: second, at: at(5) }))).toThrow(refusal);
    expect(() => run(reopen(second))).toThrow(refusal);
  });

  it('refuses steps out of order, of others, or without words', () => {
    expect(() => run(answer)).toThrow(refusal);
    expect(() => run(ask, { ...answer, by: other })).toThrow(refusal);
    expect(() => run(ask, { ...answer, at: at(0) })).toThrow(refusal);
    expect(() => run({ ...ask, question: ' ' })).toThrow(refusal);
    expect(() => run({ ...ask, whom: other })).toThrow(refusal);
    expect(() => run(ask, { ...ask, at: at(2) })).toThrow(refusal);
    expect(() => run(decide({ verdict: 'justified' }))).toThrow(refusal);
  });
});

describe('R48 in words', () => {
  const look: Look = { line: 0, at: on(START), person: looker, dossier: file, action: 'open' };
  const judged: JudgedLook = {
    ...{ look, strength: 'none', reason: null, pattern: null, points: 90, outcome: 'finding' },
    signs: FEATURES.map((feature) => ({
      ...{ feature, points: POINTS[feature].points, count: 41, usual: { own: 7, role: 8 } },
    })),
  };

  it('every feature is a sentence of its own in both languages, with its numbers', () => {
    for (const language of ['nl', 'en'] as const) {
      const sentences = wordsOf(judged, language);
      expect(new Set(sentences).size).toBe(FEATURES.length + 1);
      expect(sentences.filter((one) => one.includes('41'))).toHaveLength(6);
      expect(sentences.every((one) => one.endsWith('.'))).toBe(true);
    }
    expect(wordsOf(judged, 'nl')[0]).toBe('Niets in agenda, dossier of berichten verklaart deze raadpleging.');
  });

  it('and says which reason explains a look', () => {
    const reason = {
      kind: 'appointment',
      dossier: file,
      person: looker,
      team: null,
      from: look.at,
      until: look.at,
    } as const;
    const one = review({ looks: [look], reasons: [reason], colleagues: [], subjects: [] }).judged(0);
    expect(wordsOf(one, 'en')[0]).toBe('Explained by an appointment.');
    const seen = PATTERNS.map((pattern) => wordsOf({ ...judged, strength: 'weak', pattern }, 'nl')[0]!);
    expect(new Set(seen).size).toBe(PATTERNS.length);
    expect(seen.every((words) => /^(?:Mogelijk|Zelf gezegd)/.test(words))).toBe(true);
  });
});
