/** What patients ask: messages, what waits for an answer, and the clock of one month (docs/spec/petition.md; R53, R54; AVG 12(3)). */

import { addMonths, daysBetween, type Instant, type LocalDate, localDate } from '@ketenkluis/base';
import type { Hash, PetitionAnswer, PetitionStatement } from '@ketenkluis/seal';
import { z } from 'zod';
import { base64url, wireStatement } from './wire.ts';

const words = z.array(base64url(60_000)).min(1).max(65);

/** POST .../petitions (signed, class own or audit): a patient asks, or the practice answers. One item: the dossier. */
export const postPetition = z.strictObject({
  request: wireStatement,
  body: z.strictObject({ statement: wireStatement, words: words.nullable(), annex: base64url(40_000) }),
});
/**
 * GET .../petitions, oldest first: all that is asked and answered for who reads the log; for a patient their own. Words that are not
 * this reader's are left out (null): an address is for the agent alone.
 */
export const petitions = z.strictObject({
  petitions: z
    .array(z.strictObject({ line: z.int().min(0), statement: wireStatement, words: words.nullable() }))
    .max(20_000),
});

/** How many may wait for an answer in one dossier. */
export const MAX_WAITING = 20;

/** The day by which a request must have its answer: a month after the day it came, in Amsterdam; where that month has no such day, its last. */
export const dueDay = (asked: Instant): LocalDate => addMonths(localDate(asked), 1);

export interface Waiting {
  readonly due: LocalDate;
  /** Whole days until that day; negative once it has passed. */
  readonly days: number;
  readonly late: boolean;
}
/** On its last day a request is not late yet. */
export function waitingAt(asked: Instant, now: Instant): Waiting {
  const due = dueDay(asked);
  const days = daysBetween(localDate(now), due);
  return { due, days, late: days < 0 };
}

/** Does this answer fit what was asked? `asked` is signed by its hash. */
export const answers = (
  asked: { readonly hash: Hash; readonly payload: PetitionStatement },
  { petition, about, whom, dossier, at, practice }: PetitionAnswer,
): boolean => {
  const { payload } = asked;
  if (payload.kind !== 'name' && payload.kind !== 'ask') return false;
  const same = payload.dossier === dossier && payload.practice === practice && payload.at <= at;
  const fits =
    payload.kind === 'name' ? about === 'name' && whom === payload.whom : about === payload.about && whom === null;
  return petition === asked.hash && same && fits;
};

/** How many wait, how many of those past their day, and the day of the next; of what was asked when and has no answer. */
export function countWaiting(
  open: readonly { readonly at: Instant }[],
  now: Instant,
): { readonly open: number; readonly late: number; readonly next: LocalDate | null } {
  const all = open.map(({ at }) => waitingAt(at, now));
  const next = all.map(({ due }) => due).sort()[0] ?? null;
  return { open: all.length, late: all.filter(({ late }) => late).length, next };
}
