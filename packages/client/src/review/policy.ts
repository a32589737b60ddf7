/**
 * The written control policy of a practice, and what it planned against what was done (R49, docs/spec/review.md). OLVG was fined
 * for checking less than its own policy asked: what is late is said to be late, also after it was done.
 */

import type { Instant } from '@ketenkluis/base';
import { addDays, daysBetween, type LocalDate, localDate, type PersonId } from '@ketenkluis/base';
import { z } from 'zod';
import { clientError } from '../errors.ts';
import { FINDING_AT } from './rules.ts';

const rhythm = (most: number) => z.number().int().min(1).max(most);
const policySchema = z.strictObject({
  v: z.literal(1),
  /** First day of the first period. */
  from: z.iso.date(),
  /** Who sets it: NEN 7513 names the board. */
  board: z.string().min(1),
  /** Named log officers. */
  officers: z.array(z.string().min(1)).min(1),
  /** Of the officers: who works for another organisation, by mandate. */
  outside: z.array(z.string().min(1)),
  /** Points from which a look is a finding: closer than the rules, never less close. */
  findingAt: z.number().int().min(20).max(FINDING_AT),
  /** Days between two checks of a kind. */
  every: z.strictObject({ review: rhythm(31), sample: rhythm(92), emergency: rhythm(31), rights: rhythm(92) }),
  /** Unexplained looks that a human reads each time. */
  sampleSize: z.number().int().min(5).max(1000),
  answerDays: rhythm(31),
  decideDays: rhythm(92),
});

export type CheckKind = 'review' | 'sample' | 'emergency' | 'rights';
export const CHECKS: readonly CheckKind[] = ['review', 'sample', 'emergency', 'rights'];

export interface ControlPolicy extends Omit<z.infer<typeof policySchema>, 'from' | 'board' | 'officers' | 'outside'> {
  readonly from: LocalDate;
  readonly board: PersonId;
  readonly officers: readonly PersonId[];
  readonly outside: readonly PersonId[];
}

/** Throws `client/refused` where the policy asks less than the spec allows, or is none. */
export function parsePolicy(value: unknown): ControlPolicy {
  const parsed = policySchema.safeParse(value);
  if (!parsed.success) {
    throw clientError(
      'refused',
      `no control policy: ${parsed.error.issues.map(({ path }) => path.join('.')).join(', ')}`,
    );
  }
  const { from, board, officers, outside, ...rest } = parsed.data;
  return {
    ...rest,
    from: from as LocalDate,
    board: board as PersonId,
    officers: officers as PersonId[],
    outside: outside as PersonId[],
  };
}

/** A check that was done. Lines: for `review`, the first and the one after the last that it covered. */
export interface DoneCheck {
  readonly kind: CheckKind;
  readonly at: Instant;
  readonly by: PersonId;
  readonly lines: { readonly from: number; readonly until: number } | null;
  /** Unexplained looks that were read, for `sample`. */
  readonly read: number | null;
  /** How many unexplained looks there were: fewer than the sample's size are read all. */
  readonly outOf?: number;
}

export interface PlannedCheck {
  readonly kind: CheckKind;
  /** The period, both days included; its last day is when the check is due. */
  readonly from: LocalDate;
  readonly due: LocalDate;
  /** The day on which it was done; null where it was not. */
  readonly done: LocalDate | null;
  /** Days past `due` until it was done, or until today; 0 where it was in time or is not due yet. */
  readonly late: number;
}

/** Whether records of reviews together hold every line below `size`. */
export function coversAll(done: readonly DoneCheck[], size: number): boolean {
  const spans = done.flatMap(({ lines }) => (lines === null ? [] : [lines])).sort((a, b) => a.from - b.from);
  let reached = 0;
  for (const { from, until } of spans) {
    if (from > reached) return false;
    reached = Math.max(reached, until);
  }
  return reached >= size;
}

/**
 * Every check that was planned from the policy's first day to today, the running period included. `sizeAt`: how many lines the
 * log had at the end of a day; a review counts once all of them were covered.
 */
export function plannedChecks(
  policy: ControlPolicy,
  done: readonly DoneCheck[],
  today: LocalDate,
  sizeAt: (day: LocalDate) => number,
  /** The first day of the policy that took its place: a period that runs then ends early. */
  replaced: LocalDate | null = null,
): PlannedCheck[] {
  const officers = new Set<string>(policy.officers);
  const may = (kind: CheckKind, by: string) => officers.has(by) || (kind === 'rights' && by === policy.board);
  const last = replaced === null ? null : addDays(replaced, -1);
  const planned: PlannedCheck[] = [];
  for (const kind of CHECKS) {
    const all = done
      .filter((one) => one.kind === kind && may(kind, one.by))
      .filter(
        ({ read, outOf }) =>
          kind !== 'sample' || (read ?? -1) >= Math.min(policy.sampleSize, outOf ?? policy.sampleSize),
      )
      .toSorted((a, b) => a.at - b.at);
    const used = new Set<DoneCheck>();
    for (let from = policy.from; from <= (last ?? today); from = addDays(from, policy.every[kind])) {
      const whole = addDays(from, policy.every[kind] - 1);
      const due = last !== null && last < whole ? last : whole;
      const day = kind === 'review' ? coveredOn(all, due, sizeAt(due)) : takenFrom(all, used, from);
      const until = day ?? today;
      planned.push({ kind, from, due, done: day, late: Math.max(0, daysBetween(due, until)) });
    }
  }
  return planned.sort((a, b) =>
    a.due < b.due ? -1 : a.due > b.due ? 1 : CHECKS.indexOf(a.kind) - CHECKS.indexOf(b.kind),
  );
}

/** The same over every policy that ever stood, oldest first: a new one takes no arrears away. */
export function plannedUnder(
  policies: readonly ControlPolicy[],
  done: readonly DoneCheck[],
  today: LocalDate,
  sizeAt: (day: LocalDate) => number,
): PlannedCheck[] {
  return policies
    .flatMap((policy, i) => plannedChecks(policy, done, today, sizeAt, policies[i + 1]?.from ?? null))
    .toSorted((a, b) => (a.due < b.due ? -1 : a.due > b.due ? 1 : CHECKS.indexOf(a.kind) - CHECKS.indexOf(b.kind)));
}

/** What is past its day and not done, the latest first. */
export const arrearsOf = (planned: readonly PlannedCheck[]): PlannedCheck[] =>
  planned.filter(({ done, late }) => done === null && late > 0).toSorted((a, b) => b.late - a.late);

/** The first day on which reviews held every line of the period, and not before the period was over. */
function coveredOn(done: readonly DoneCheck[], due: LocalDate, size: number): LocalDate | null {
  for (const [i, { at }] of done.entries()) {
    const day = localDate(at);
    if (day >= due && coversAll(done.slice(0, i + 1), size)) return day;
  }
  return null;
}

/** The first check since the period began that stands for no earlier period. */
function takenFrom(done: readonly DoneCheck[], used: Set<DoneCheck>, from: LocalDate): LocalDate | null {
  const one = done.find((check) => !used.has(check) && localDate(check.at) >= from);
  if (one === undefined) return null;
  used.add(one);
  return localDate(one.at);
}
