/**
 * The release rule (docs/spec/keyholder.md, "Release"), as pure functions: is this the line of this request, is it new, does its checkpoint
 * continue what was seen. Whether the person was allowed is not asked here.
 */

import { equalBytes, fromBase64url, type Instant } from '@ketenkluis/base';
import {
  type Checkpoint,
  type EntryCommon,
  type EntryItem,
  openCommon,
  openItem,
  verifyConsistency,
  verifyInclusion,
} from '@ketenkluis/ledger';
import type { LedgerProof } from '@ketenkluis/protocol';
import { CUSTODY_FRESH } from '@ketenkluis/protocol/keyholder';
import type { Hash, Statement } from '@ketenkluis/seal';

export interface ReadLine {
  readonly common: EntryCommon;
  readonly items: readonly EntryItem[];
}

/** Undefined unless the leaf is under the checkpoint and every part that is shown is in the leaf. */
export function readLine(proof: LedgerProof, under: Checkpoint): ReadLine | undefined {
  try {
    const leaf = fromBase64url(proof.leaf);
    const path = proof.path.map((step) => fromBase64url(step));
    const { common } = proof;
    const included = verifyInclusion({ index: proof.index, size: under.size, leaf, proof: path, root: under.root });
    if (!included || common === null) return undefined;
    return {
      common: openCommon({ leaf, part: fromBase64url(common.part), salt: fromBase64url(common.salt) }),
      items: proof.items.map(({ position, part, salt }) =>
        openItem({ leaf, index: position, part: fromBase64url(part), salt: fromBase64url(salt) }),
      ),
    };
  } catch {
    return undefined;
  }
}

const EVENTS: Readonly<Record<string, EntryCommon['event']>> = {
  look: 'release',
  own: 'release',
  list: 'list',
  emergency: 'emergency',
};

/** Does the entry name this very request, and say that something was handed out on it? */
export function isLineOf({ payload, hash, proof }: Statement<'request'>, common: EntryCommon): boolean {
  const signature = 'sigs' in proof && proof.sigs.length === 1 ? proof.sigs[0]?.sig : undefined;
  return (
    payload.action === 'release' &&
    !payload.declared &&
    EVENTS[payload.class] === common.event &&
    common.outcome === 'success' &&
    common.practice === payload.practice &&
    common.request === payload.id &&
    common.requestHash === hash &&
    signature !== undefined &&
    common.signature === signature &&
    common.actor === payload.person &&
    common.organisation === payload.organisation &&
    common.class === payload.class &&
    !common.declared
  );
}

/** Neither old nor to come; and not from before this process, which after a restore does not know what was used then. */
export const isFresh = (times: readonly Instant[], now: Instant, since: Instant): boolean =>
  times.every((at) => Math.abs(now - at) <= CUSTODY_FRESH) && times[0]! >= since;

/** The versions that the line says were handed out. */
export const releasedBy = (items: readonly EntryItem[]): readonly Hash[] => [
  ...new Set(
    items.flatMap(({ kind, outcome, object }) =>
      outcome === 'success' && (kind === 'release' || kind === 'list') && object !== null ? [object as Hash] : [],
    ),
  ),
];

export interface Seen {
  /** Largest size accepted; null before the first. */
  readonly last: Checkpoint | null;
  /** The root accepted at this size, while it is remembered. */
  accepted(size: number): Uint8Array | undefined;
}
export type Continues = 'known' | 'grown' | 'fork' | 'bad-proof' | { readonly behind: number };

/** How a checkpoint that the log signed stands to what was accepted of it. */
export function continues(
  { last, accepted }: Seen,
  next: Checkpoint,
  consistency: { readonly from: number; readonly proof: readonly Uint8Array[] } | null,
): Continues {
  const known = accepted(next.size);
  if (known !== undefined) return equalBytes(known, next.root) ? 'known' : 'fork';
  if (last === null) return 'grown';
  if (next.size < last.size || consistency?.from !== last.size) return { behind: last.size };
  const claim = { oldSize: last.size, size: next.size, oldRoot: last.root, root: next.root, proof: consistency.proof };
  return verifyConsistency(claim) ? 'grown' : 'bad-proof';
}
