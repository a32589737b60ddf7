/** What patients ask: messages, what waits for an answer, and the clock of one month (docs/spec/petition.md; R53, R54; AVG 12(3)). */

import { addMonths, daysBetween, type Instant, type LocalDate, localDate, MINUTE } from '@ketenkluis/base';
import type { Hash, PetitionAnswer, PetitionExtension, PetitionStatement, PetitionUnread } from '@ketenkluis/seal';
import { z } from 'zod';
import { base64url, checkpointNote, ledgerProof, wireStatement } from './wire.ts';

const words = z.array(base64url(60_000)).min(1).max(65);

/** POST .../petitions (signed): a patient asks, the practice or a partner answers, the agent follows. One item: the dossier. */
export const postPetition = z.strictObject({
  request: wireStatement,
  body: z.strictObject({ statement: wireStatement, words: words.nullable(), annex: base64url(40_000) }),
});
/** How many a page holds at most. */
export const PETITIONS_PAGE = 500;
/**
 * GET .../petitions?after=LINE, oldest first, a page of those after that line: all that is asked and answered for who reads the log; for
 * a patient their own, for a partner's owner or officer what is asked of them. Words that are not this reader's, or were erased, are left
 * out (null): an address is for the agent alone. `next`: ask again after this line; null at the end. With `proofs=1` each comes with the
 * proof of its line under the page's `checkpoint`, consistent with the tree of `from` lines; never to a partner.
 */
export const petitions = z.strictObject({
  petitions: z
    .array(
      z.strictObject({
        line: z.int().min(0),
        statement: wireStatement,
        words: words.nullable(),
        proof: ledgerProof.optional(),
      }),
    )
    .max(PETITIONS_PAGE),
  next: z.int().min(0).nullable(),
  checkpoint: checkpointNote.optional(),
  consistency: z.array(base64url(43)).max(64).nullable().optional(),
});

/** A statement is written down at most this long from the moment that it bears; readers who know its line hold it to that. */
export const PETITION_DATED = 2 * MINUTE;

/** How often an answer to one request may be called unreadable: what opens for nobody three times is a matter for the telephone. */
export const MAX_UNREAD = 2;

/** How many may wait for an answer in one dossier. */
export const MAX_WAITING = 20;

/**
 * The day by which a request must have its answer: a month after the day it came, in Amsterdam; where that month has no such day, its
 * last. `extended`: the months that the practice took in addition.
 */
export const dueDay = (asked: Instant, extended = 0): LocalDate => addMonths(localDate(asked), 1 + extended);

export interface Waiting {
  readonly due: LocalDate;
  /** Whole days until that day; negative once it has passed. */
  readonly days: number;
  readonly late: boolean;
}
/** On its last day a request is not late yet. */
export function waitingAt(asked: Instant, now: Instant, extended = 0): Waiting {
  const due = dueDay(asked, extended);
  const days = daysBetween(localDate(now), due);
  return { due, days, late: days < 0 };
}

type Asked = { readonly hash: Hash; readonly payload: PetitionStatement };
/** Is this about what was asked? */
function isAbout({ hash, payload }: Asked, said: PetitionAnswer | PetitionExtension | PetitionUnread): boolean {
  const { petition, about, whom, dossier, at, practice } = said;
  if (petition !== hash || payload.dossier !== dossier || payload.practice !== practice || payload.at > at)
    return false;
  if (payload.kind === 'name') return about === 'name' && whom === payload.whom;
  if (payload.kind === 'destroy') return about === 'erase' && whom === null;
  return payload.kind === 'ask' && about === payload.about && whom === null;
}

/** Does this answer fit what was asked? `asked` is signed by its hash. A partner answers what was asked of it, and nothing else. */
export function answers(asked: Asked, answer: PetitionAnswer): boolean {
  if (!isAbout(asked, answer)) return false;
  const of = 'organisation' in asked.payload ? asked.payload.organisation : undefined;
  // What a partner keeps only the partner can say.
  return asked.payload.kind === 'destroy'
    ? answer.organisation === of
    : answer.organisation === undefined || answer.organisation === of;
}

/** Does this lengthen the clock of what was asked? Only before its month is over (AVG 12(3)); that it is the only one the caller sees to. */
export const extendsIt = (asked: Asked, said: PetitionExtension): boolean =>
  asked.payload.kind !== 'destroy' && isAbout(asked, said) && localDate(said.at) <= dueDay(asked.payload.at);

/** Does this say of that answer that nobody can read it? What a partner destroyed is read by the agent, and not spoken of here. */
const unreads = (asked: Asked, answer: Asked, { payload }: Asked): boolean =>
  payload.kind === 'unread' &&
  asked.payload.kind !== 'destroy' &&
  isAbout(asked, payload) &&
  payload.answer === answer.hash &&
  payload.at >= answer.payload.at;

/** What answers it: the first of `said` (in the order of the log) that fits and that nobody called unreadable. */
export const standingAnswer = <T extends Asked>(asked: Asked, said: readonly T[]): T | undefined =>
  said.find(
    (one) =>
      one.payload.kind === 'answer' && answers(asked, one.payload) && !said.some((other) => unreads(asked, one, other)),
  );

/** How many wait, how many of those past their day, and the day of the next; of what was asked when and has no answer. */
export function countWaiting(
  open: readonly { readonly at: Instant; readonly extended?: number }[],
  now: Instant,
): { readonly open: number; readonly late: number; readonly next: LocalDate | null } {
  const all = open.map(({ at, extended }) => waitingAt(at, now, extended));
  const next = all.map(({ due }) => due).sort()[0] ?? null;
  return { open: all.length, late: all.filter(({ late }) => late).length, next };
}
