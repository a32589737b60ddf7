/** Messages of what a partner keeps of what it sent, and of referrals that have ended (docs/spec/partners.md). */

import { z } from 'zod';
import { base64url, checkpointNote, id, instant, ledgerProof, wireStatement } from './wire.ts';

const signed = <T extends z.ZodType>(body: T) => z.strictObject({ request: wireStatement, body });
const annex = base64url(40_000);
/** KKSB, at most 150 kB. */
const sealed = base64url(200_000);

/** Copies of one page, and of one request. */
export const KEPT_PAGE = 50;

/**
 * POST .../kept (signed, class list, one item: the copy's id): the sealed original of a message to another organisation, for one of the
 * asker's teams. The same bytes may come again; `sent`: the other vault has it.
 */
export const postKept = signed(z.strictObject({ team: id('team'), sealed, sent: z.boolean(), annex }));

/** GET .../kept?before=N: newest first, those of the asker's teams, from below line N on. Ids, sizes and times. */
export const kept = z.strictObject({
  kept: z
    .array(
      z.strictObject({
        id: id('handle'),
        team: id('team'),
        /** Bytes, sealed. */
        size: z.int().min(1),
        at: instant,
        sent: instant.nullable(),
      }),
    )
    .max(KEPT_PAGE),
  /** `before` of the next page. */
  next: z.int().min(0).nullable(),
});

/** POST .../kept/open (signed, class list, an item for each). */
export const openKept = signed(z.strictObject({ annex }));
export const keptOpened = z.strictObject({
  line: ledgerProof,
  checkpoint: checkpointNote,
  consistency: z.array(base64url(43)).max(64).nullable(),
  results: z
    .array(
      z.discriminatedUnion('outcome', [
        z.strictObject({ outcome: z.literal('permit'), id: id('handle'), team: id('team'), sealed }),
        z.strictObject({ outcome: z.literal('deny'), id: id('handle'), reason: z.string() }),
      ]),
    )
    .max(KEPT_PAGE),
});

/** POST .../kept/end (signed, class admin, by an owner, an item for each): these copies go. */
export const endKept = signed(z.strictObject({}));

/**
 * GET .../referrals/past: steps of partners that were ended, in dossiers that an own team treats; and what was taken
 * over of those that run. For members of the practice. Ids only.
 */
export const pastReferrals = z.strictObject({
  ended: z
    .array(
      z.strictObject({
        dossier: id('dossier'),
        step: wireStatement,
        at: instant,
        /** `withdrawn`: the consent went first; `overdue`: it had run out. */
        why: z.enum(['closed', 'withdrawn', 'overdue']),
      }),
    )
    .max(2000),
  /** Of steps that run: messages that stand in the GP system now, by the part that they hung under, and when they came. */
  taken: z
    .array(
      z.strictObject({ dossier: id('dossier'), parent: id('handle'), organisation: id('organisation'), at: instant }),
    )
    .max(2000),
  /** Of steps that ended, or whose consent did: how many of the parts that stood open have a version sealed since. */
  fresh: z.array(z.strictObject({ step: id('fact'), done: z.int().min(0), total: z.int().min(0) })).max(2000),
  batches: z.array(wireStatement).max(2000),
});
