import { DAY, type DossierId, HOUR, type Instant, instant, MINUTE, type PersonId, type TeamId } from '@ketenkluis/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { review } from './review.ts';
import { FEATURES, REASONS } from './rules.ts';
import { twin } from './twin.test-util.ts';
import type { Colleague, Look, LookAction, Reason, ReasonKind, ReviewInput, Subject } from './types.ts';

const person = (n: number) => `per_${n}` as PersonId;
const dossier = (n: number) => `dos_${n}` as DossierId;
const team = (n: number) => `tea_${n}` as TeamId;
/** A Tuesday, ten o'clock in Amsterdam. */
const TUESDAY = Date.parse('2025-03-11T09:00:00Z');
const at = (offset: number): Instant => instant(TUESDAY + offset);

const looker = (n: number, more: Partial<Colleague> = {}): Colleague => ({
  ...{
    id: person(n),
    role: 'assistant',
    teams: [team(1)],
    surnames: [`staff${n}`],
    home: `9000zz ${n}`,
    street: `s${n}`,
  },
  ...more,
});
const subject = (n: number, more: Partial<Subject> = {}): Subject => ({
  ...{ id: dossier(n), surnames: [`name${n}`], home: `9000aa ${n}`, street: '9000aa', vip: false, colleague: null },
  ...more,
});
const look = (offset: number, more: Partial<Look> = {}): Look => ({
  ...{ line: 0, at: at(offset), person: person(1), dossier: dossier(1), action: 'open' },
  ...more,
});
const reason = (kind: ReasonKind, offset: number, more: Partial<Reason> = {}): Reason => ({
  ...{ kind, dossier: dossier(1), person: person(1), team: null, from: at(offset), until: at(offset) },
  ...more,
});
const input = (
  looks: readonly Look[],
  reasons: readonly Reason[] = [],
  more: Partial<ReviewInput> = {},
): ReviewInput => ({
  looks: looks.map((one, line) => ({ ...one, line })),
  reasons,
  colleagues: [1, 2, 3, 4, 5].map((n) => looker(n)),
  subjects: [1, 2, 3, 4, 5, 6].map((n) => subject(n)),
  ...more,
});
const only = (given: ReviewInput) => review(given).judged(0);
const names = (given: ReviewInput) => only(given).signs.map(({ feature }) => feature);

/** Just within and just outside of every window, so that a bound that is off by one shows. */
const step = fc.constantFrom(0, 0, 1, 10 * MINUTE, 10 * MINUTE + 1, 5 * HOUR, 11 * HOUR, 13 * HOUR);
const days = fc
  .constantFrom(-366, -365, -364, -60, -30, -14, -8, -7, -6, -3, -2, -1, 0, 0, 0, 0, 1, 2, 3, 7, 8, 14, 30)
  .map((n) => n * DAY);
const moment = fc.tuple(days, step).map(([a, b]) => at(a + b));
const someone = fc.integer({ min: 1, max: 5 }).map(person);
const some = fc.constantFrom(1, 1, 1, 1, 2, 3).map(dossier);
const ACTIONS: readonly LookAction[] = ['open', 'list', 'search', 'search', 'print', 'emergency'];
const KINDS = Object.keys(REASONS) as ReasonKind[];
const anyLook = (when: fc.Arbitrary<Instant>, files: fc.Arbitrary<DossierId>) =>
  fc
    .record({
      line: fc.nat(1000),
      at: when,
      person: someone,
      dossier: fc.option(files, { freq: 9 }),
      action: fc.constantFrom(...ACTIONS),
      said: fc.constantFrom(undefined, undefined, 'phone' as const, 'consultation' as const),
    })
    .map(({ said, ...rest }): Look => (said === undefined ? rest : { ...rest, declared: said }));
/** One busy morning on few files: what is opened together, by mistake, or with a word. */
const morning = fc
  .constantFrom(0, 20_000, 59_999, MINUTE, 5 * MINUTE, 15 * MINUTE, 15 * MINUTE + 1, HOUR, HOUR + 1, 7 * HOUR)
  .map(at);
const anyInput: fc.Arbitrary<ReviewInput> = fc.record({
  looks: fc.oneof(
    fc.array(anyLook(moment, some), { maxLength: 40 }),
    fc.array(anyLook(morning, fc.integer({ min: 1, max: 9 }).map(dossier)), { maxLength: 40 }),
  ),
  reasons: fc.array(
    fc
      .record({
        kind: fc.constantFrom(...KINDS),
        dossier: some,
        person: fc.option(someone),
        team: fc.option(fc.integer({ min: 1, max: 2 }).map(team)),
        from: moment,
        length: fc.constantFrom(0, HOUR, 20 * DAY, 120 * DAY),
      })
      .map(({ length, ...rest }) => ({ ...rest, until: instant(rest.from + length) })),
    { maxLength: 4 },
  ),
  colleagues: fc.constantFrom(
    [looker(1), looker(2, { role: 'gp', teams: [team(2)], home: '9000aa 1', street: '9000aa' }), looker(3)],
    [
      looker(1, { surnames: ['name1'], home: null, street: '9000aa' }),
      looker(2, { teams: [team(1), team(2)] }),
      looker(4),
    ],
  ),
  subjects: fc.constantFrom(
    [subject(1, { vip: true }), subject(2, { colleague: person(1) })],
    [subject(1), subject(2, { surnames: ['name1'], home: null }), subject(3, { street: 's1' })],
  ),
});

describe('R48 every look is reviewed', () => {
  it('as its slow twin does, which remembers nothing', () => {
    fc.assert(
      fc.property(anyInput, (given) => {
        const fast = review(given);
        const judged = given.looks.map((_, i) => {
          const { strength, pattern, signs, points, outcome } = fast.judged(i);
          return { strength, pattern, features: signs.map(({ feature }) => feature), points, outcome };
        });
        expect(judged).toEqual(twin(given));
      }),
      { numRuns: 300 },
    );
  });

  it('none is left out: three outcomes that add up, and every finding look stands in exactly one finding', () => {
    fc.assert(
      fc.property(anyInput, (given) => {
        const { looks, outcomes, findings, outcomeOf } = review(given);
        expect(looks).toBe(given.looks.length);
        expect(outcomes.explained + outcomes.unexplained + outcomes.finding).toBe(looks);
        const flagged = given.looks.flatMap((_, i) => (outcomeOf[i] === 2 ? [i] : []));
        expect(findings.flatMap((one) => one.looks).sort((a, b) => a - b)).toEqual(flagged);
      }),
      { numRuns: 60 },
    );
  });

  it('and more than 20 dossiers on one day stand out from usual days', () => {
    const usual = Array.from({ length: 9 }, (_, i) => look(-(i + 1) * 7 * DAY, { dossier: dossier(90 + i) }));
    const row = Array.from({ length: 21 }, (_, i) => look(i * MINUTE, { dossier: dossier(i) }));
    expect(names(input([...row, ...usual]))).toEqual(expect.arrayContaining(['volume', 'many-unexplained']));
    expect(names(input([...row.slice(1), ...usual]))).not.toContain('volume');
    const given = input([...row, ...usual]);
    expect(
      review(given)
        .judged(0)
        .signs.find(({ feature }) => feature === 'volume'),
    ).toEqual({
      ...{ feature: 'volume', points: 20, count: 21, usual: { own: 1, role: 1 } },
    });
    expect(twin(given)[0]).toMatchObject({ strength: 'none', points: 70, pattern: null });
  });

  it('a reason of one own is strong, that of a team or the practice weaker, and each has its window', () => {
    const colleagues = [looker(1), looker(2), looker(3, { teams: [team(2)] })];
    const strength = (who: number, offset: number) =>
      only(input([look(offset, { person: person(who) })], [reason('appointment', 0)], { colleagues })).strength;
    expect([strength(1, 14 * DAY), strength(1, 14 * DAY + 1)]).toEqual(['strong', 'none']);
    expect([strength(2, -14 * DAY), strength(2, -14 * DAY - 1)]).toEqual(['weak', 'none']);
    expect(strength(3, HOUR)).toBe('weak');
  });

  it('a relation of a year does not explain a day, and what ended speaks against it', () => {
    const open = (length: number, kind: ReasonKind = 'step') =>
      only(input([look(DAY)], [reason(kind, 0, { until: at(length) })])).strength;
    expect([open(90 * DAY), open(90 * DAY + 1)]).toEqual(['strong', 'weak']);
    expect(names(input([look(62 * DAY)], [reason('referral', 0, { until: at(20 * DAY) })]))).toEqual(['after-end']);
    expect(names(input([look(62 * DAY)], [reason('referral', 0, { until: at(32 * DAY) })]))).toEqual([]);
  });

  it('the own file is a finding whatever the reason; a neighbour without one is too, and with one of her own is not', () => {
    const own = [subject(1, { colleague: person(1) })];
    expect(only(input([look(0)], [reason('appointment', 0)], { subjects: own }))).toMatchObject({
      ...{ strength: 'strong', outcome: 'finding', points: 50 },
    });
    const colleagues = [looker(1, { street: '9000aa' })];
    expect(only(input([look(0)], [], { colleagues }))).toMatchObject({ outcome: 'finding', points: 50 });
    expect(only(input([look(0)], [reason('appointment', 0)], { colleagues })).outcome).toBe('explained');
  });

  it('sees in the log itself what nobody wrote down, and never where something speaks against the look', () => {
    const seen = (given: ReviewInput, i = 0) => review(given).judged(i).pattern;
    // Two people, three files within the hour.
    const round = (files: number, apart = 15 * MINUTE, more: Partial<ReviewInput> = {}) =>
      input(
        Array.from({ length: files }, (_, n) => [1, 2].map((who) => [who, n] as const)).flatMap((pairs) =>
          pairs.map(([who, n]) =>
            look(n * 20 * MINUTE + (who - 1) * apart, { person: person(who), dossier: dossier(n + 1) }),
          ),
        ),
        [],
        more,
      );
    expect([seen(round(3)), seen(round(2)), seen(round(3, 15 * MINUTE + 1))]).toEqual(['round', null, null]);
    expect(seen(round(3, 0, { subjects: [subject(1, { vip: true })] }))).toBeNull();
    // Within an hour of each other; read for it three days before, and looked up once more the day after.
    const spread = (apart: number, ...also: readonly Look[]) =>
      input([
        ...also,
        ...[0, 1, 2].flatMap((n) =>
          [1, 2].map((who) => look(n * apart, { person: person(who), dossier: dossier(n + 1) })),
        ),
      ]);
    expect([seen(spread(HOUR / 2)), seen(spread(HOUR / 2 + 1))]).toEqual(['round', null]);
    const after = (offset: number) => seen(spread(0, look(offset)));
    expect([DAY, DAY + 1].map(after)).toEqual(['round', null]);
    // On a Friday, so that three days before is no weekend.
    const moved = (offset: number) => {
      const given = spread(0, look(offset));
      return seen({ ...given, looks: given.looks.map((one) => ({ ...one, at: instant(one.at + 3 * DAY) })) });
    };
    expect([-3 * DAY, -3 * DAY - 1].map(moved)).toEqual(['round', null]);
    // The line above, closed again; not twice, and not before a file without a strong reason.
    const slip = (apart: number, more: readonly Look[] = [], reasons = [reason('encounter', 0)]) =>
      seen(input([look(0, { dossier: dossier(2) }), look(apart), ...more], reasons));
    expect([slip(59_999), slip(MINUTE), slip(0, [], [])]).toEqual(['slip', null, null]);
    expect(slip(1, [look(30 * DAY, { dossier: dossier(2) })])).toBeNull();
  });

  it('what somebody says of their own looks counts for five files a day and two days a year, and is no excuse', () => {
    const said = (offset: number, file = 1): Look => look(offset, { dossier: dossier(file), declared: 'phone' });
    const of = (looks: readonly Look[], more: Partial<ReviewInput> = {}) => only(input(looks, [], more));
    expect(of([said(0)])).toMatchObject({ strength: 'weak', pattern: 'phone', outcome: 'explained' });
    const files = (count: number) => of(Array.from({ length: count }, (_, n) => said(n * HOUR, n + 1)));
    expect(files(5)).toMatchObject({ pattern: 'phone', signs: [] });
    expect(files(6)).toMatchObject({ pattern: null, strength: 'none', outcome: 'finding' });
    expect(files(6).signs.map(({ feature, count }) => [feature, count])).toContainEqual(['declared-often', 6]);
    expect(of([said(0), said(-DAY)]).pattern).toBe('phone');
    expect(of([said(0), said(-DAY), said(-364 * DAY)]).pattern).toBeNull();
    // Five files a day, day after day: after twenty in four weeks nobody's word explains a file.
    const weeks = (count: number, days: readonly number[] = [0, 1, 4, 5, 6]) =>
      of(Array.from({ length: count }, (_, n) => said(-days[Math.floor(n / 5)]! * DAY, n + 1)));
    expect(weeks(20)).toMatchObject({ pattern: 'phone', outcome: 'explained' });
    expect(weeks(21)).toMatchObject({ pattern: null, strength: 'none', outcome: 'finding' });
    expect(weeks(21).signs.map(({ feature, count }) => [feature, count])).toContainEqual(['declared-long', 21]);
    expect(weeks(21, [0, 7, 14, 21, 28])).toMatchObject({ pattern: 'phone', outcome: 'explained' });
    const colleagues = [looker(1, { street: '9000aa' })];
    expect(of([said(0)], { colleagues })).toMatchObject({ pattern: null, outcome: 'finding', points: 50 });
  });

  it('counts days within a year, and people within a week on either side', () => {
    const repeated = (first: number) => names(input([look(0), look(-DAY), look(-first * DAY)])).includes('repeats');
    expect([repeated(364), repeated(365)]).toEqual([true, false]);
    const crowded = (away: number) =>
      names(input([look(0), ...[2, 3, 4].map((n) => look(away, { person: person(n) }))])).includes('crowd');
    expect([-7 * DAY - 1, -7 * DAY, 7 * DAY, 7 * DAY + 1].map(crowded)).toEqual([false, true, true, false]);
  });

  it('says what it could not judge', () => {
    const given = input([look(0), look(HOUR, { person: person(9) }), look(0, { dossier: dossier(9) })], [], {
      colleagues: [looker(1, { home: null })],
    });
    expect(review(given).notJudged).toEqual({ looker: 1, subject: 1, address: 3, surname: 2 });
  });

  it('a practice may look closer, never less close', () => {
    expect(review(input([look(0)]), 30).outcomes.finding).toBe(1);
    expect(() => review(input([look(0)]), 51)).toThrow(expect.objectContaining({ code: 'client/refused' }));
    expect(() => review(input([look(0)]), 19)).toThrow(expect.objectContaining({ code: 'client/refused' }));
  });

  it('has no feature without points, and nothing is judged of nothing', () => {
    expect(review(input([]))).toMatchObject({ looks: 0, firstLine: null, findings: [] });
    expect(new Set(FEATURES).size).toBe(FEATURES.length);
  });
});
