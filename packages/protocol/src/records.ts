/**
 * Records of the review of the log (docs/spec/review.md, "Records"): messages, and the order of a finding's steps as far as it can be told
 * without opening a word. The vault holds it, and every client again.
 */

import type { Hash, ReviewStep } from '@ketenkluis/seal';
import { z } from 'zod';
import { base64url, wireHash, wireStatement } from './wire.ts';

const signed = <T extends z.ZodType>(body: T) => z.strictObject({ request: wireStatement, body });
/** One sealed blob (KKSB) per reader: the log officers' team first, then whom it is about. */
const words = z.array(base64url(60_000)).min(1).max(65);

/** POST .../records (signed, class session): a step of a finding with its words, or a check that was done. */
export const postRecord = signed(z.strictObject({ statement: wireStatement, words: words.nullable() }));
/** How many a page holds at most. */
export const RECORDS_PAGE = 500;
/**
 * GET .../records?after=LINE, oldest first, a page of those after that line: all of them for owners and who oversees; for everybody else
 * the findings in which they were asked, and of those what is theirs to read. `next`: ask again after this line; null at the end.
 */
export const records = z.strictObject({
  records: z
    .array(z.strictObject({ line: z.int().min(0), statement: wireStatement, words: words.nullable() }))
    .max(RECORDS_PAGE),
  next: z.int().min(0).nullable(),
});
/** Lines of the log, from `from` on and before `to`; an answer may end earlier and says where. */
export const linesAsked = z.strictObject({
  from: z.coerce.number().int().min(0).default(0),
  to: z.coerce.number().int().min(0).optional(),
});
/** GET .../annexes?from=N: the sealed annexes of the lines of one page of `entries`, for owners and who oversees. */
export const annexesPage = z.strictObject({
  from: z.int().min(0),
  /** The first line that is not covered. */
  until: z.int().min(0),
  annexes: z.array(z.strictObject({ hash: wireHash, bytes: base64url(40_000) })).max(5000),
});
/** GET .../requests?from=N: the signed requests (KKST headers) behind those lines, for the practice's own copy. */
export const requestsPage = z.strictObject({
  from: z.int().min(0),
  /** The first line that is not covered. */
  until: z.int().min(0),
  requests: z.array(z.strictObject({ line: z.int().min(0), header: base64url(400_000) })).max(500),
});

export type WordsWire = z.infer<typeof words>;

export interface StepPlace {
  readonly state: 'open' | 'asked' | 'answered' | 'decided';
  /** Asked and not answered yet. */
  readonly waiting: readonly string[];
  readonly decider: string | null;
}
const OPEN: StepPlace = { state: 'open', waiting: [], decider: null };

/** Where a finding stands after these steps, oldest first; null where one of them does not follow the one before it. */
export function placeOf(steps: readonly { readonly hash: Hash; readonly payload: ReviewStep }[]): StepPlace | null {
  let place: StepPlace | null = OPEN;
  for (const [i, { payload }] of steps.entries()) {
    const before = steps[i - 1];
    const follows =
      payload.number === i + 1 &&
      payload.prev === (before?.hash ?? null) &&
      payload.at >= (before?.payload.at ?? 0) &&
      (before === undefined ||
        (payload.finding === before.payload.finding &&
          payload.lines.join() === before.payload.lines.join() &&
          payload.people.join() === before.payload.people.join()));
    place = follows ? after(place, payload) : null;
    if (place === null) return null;
  }
  return place;
}

function after({ state, waiting, decider }: StepPlace, step: ReviewStep): StepPlace | null {
  if ((state === 'decided') !== (step.kind === 'reopen')) return null;
  switch (step.kind) {
    case 'ask':
      if (!step.people.includes(step.whom) || waiting.includes(step.whom)) return null;
      return { state: 'asked', waiting: [...waiting, step.whom], decider: null };
    case 'answer': {
      if (!waiting.includes(step.by)) return null;
      const left = waiting.filter((person) => person !== step.by);
      return { state: left.length === 0 ? 'answered' : 'asked', waiting: left, decider: null };
    }
    case 'decide':
      return { state: 'decided', waiting, decider: step.by };
    case 'reopen':
      return decider === step.by ? null : { ...OPEN, waiting };
  }
}
