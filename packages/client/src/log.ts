/**
 * The log as one client sees it: the last checkpoint is kept, every next one must be consistent with it, and a line counts only
 * when it is included (RFC 6962; docs/spec/ledger.md). Two checkpoints that do not fit are a fork, which is never forgotten.
 */

import { base64url, fromBase64url, type Verifier } from '@ketenkluis/base';
import {
  type Checkpoint,
  type EntryCommon,
  type EntryItem,
  itemHash,
  openCheckpoint,
  openCommon,
  openItem,
  parseLeaf,
  parseVkey,
  verifyConsistency,
  verifyInclusion,
} from '@ketenkluis/ledger';
import type { LedgerProof } from '@ketenkluis/protocol';
import type { Hash } from '@ketenkluis/seal';
import { z } from 'zod';
import { clientError } from './errors.ts';
import type { ClientStorage } from './ports.ts';

/** Where the log is known from: the practice's own paper or link, or the first visit. */
export interface LogKey {
  readonly origin: string;
  /** Verifier key, C2SP signed-note. */
  readonly key: string;
}

export interface SeenCheckpoint {
  readonly size: number;
  readonly root: Hash;
}

const seenSchema = z.strictObject({
  origin: z.string(),
  key: z.string(),
  size: z.int().min(0),
  root: z.string(),
  /** The signed note of that checkpoint. */
  note: z.string().nullable().default(null),
  /** Set once a fork was seen: the evidence stays. */
  fork: z.string().nullable(),
});
type Seen = z.infer<typeof seenSchema>;

/** A line whose shown parts are proved to be in the log. */
export interface ProvedLine {
  readonly index: number;
  readonly common: EntryCommon | null;
  /** Of the whole line, shown or not. */
  readonly count: number;
  readonly items: readonly {
    readonly position: number;
    readonly item: EntryItem;
    readonly salt: Uint8Array;
    /** The commitment that the dossier's next item names as `prev`. */
    readonly hash: string;
  }[];
}

export interface LogView {
  readonly log: LogKey;
  /** What to name in the next request. */
  seen(): SeenCheckpoint | null;
  /** The signed note of the newest checkpoint taken by this object; null before the first. */
  note(): string | null;
  /**
   * Takes a checkpoint that came with a proof from `from` (what the request named).
   * Throws `client/fork`, `client/log-changed`, `client/not-included`.
   */
  accept(note: string, consistency: readonly string[] | null, from: SeenCheckpoint | null): Promise<Checkpoint>;
  /** Somebody holds a note of this log that does not fit: it is kept beside the own one. Throws `client/fork`, now and from now on. */
  contradicted(note: string): Promise<never>;
  /** Both notes, once there was a fork. `own` is null where only its size and root were kept. */
  evidence(): { readonly own: string | null; readonly other: string } | null;
  /** Throws `client/not-included`. */
  line(proof: LedgerProof, under: Checkpoint): ProvedLine;
}

const keyOf = (practice: string) => `log:${practice}`;

/** Opens what this device remembers of a practice's log; `log` is needed at the first visit only and may never change. */
export async function openLog(options: {
  readonly practice: string;
  readonly log: LogKey;
  readonly storage: ClientStorage;
  readonly verifier: Verifier;
}): Promise<LogView> {
  const { storage, verifier, log } = options;
  const name = keyOf(options.practice);
  const stored = seenSchema.nullable().parse((await storage.get(name)) ?? null);
  if (stored !== null && (stored.origin !== log.origin || stored.key !== log.key)) {
    throw clientError('log-changed', 'this vault shows another log than before; ask the practice before going on');
  }
  let last: Seen | null = stored;
  let newest: string | null = null;
  const trust = { log: parseVkey(log.key) };
  if (trust.log.name !== log.origin) throw clientError('log-changed', "the log's key belongs to another log");

  const fork = async (note: string): Promise<never> => {
    last = { ...log, size: last?.size ?? 0, root: last?.root ?? '', note: last?.note ?? null, fork: note };
    await storage.set(name, last);
    throw forked();
  };

  return {
    log,
    note: () => newest,
    seen: () => (last === null || last.size === 0 ? null : { size: last.size, root: last.root as Hash }),
    async accept(note, consistency, from) {
      if (last !== null && last.fork !== null) throw forked();
      let next: Checkpoint;
      try {
        next = await openCheckpoint(note, trust, verifier);
      } catch (cause) {
        throw clientError('not-included', 'the log did not sign this checkpoint', { cause });
      }
      const root = base64url(next.root);
      if (last !== null && last.size > 0) {
        const base = from ?? { size: last.size, root: last.root as Hash };
        if (next.size < base.size) {
          throw clientError(
            'rolled-back',
            'this vault shows an older log than before; stop and call the practice owner',
          );
        }
        if (consistency === null && next.size !== base.size) {
          throw clientError('not-included', 'the vault gives no proof that its log only grew');
        }
        const holds =
          next.size === base.size
            ? root === base.root
            : consistency !== null &&
              verifyConsistency({
                oldSize: base.size,
                size: next.size,
                oldRoot: fromBase64url(base.root),
                root: next.root,
                proof: stepsFromWire(consistency),
              });
        if (!holds) return fork(note);
        // An older answer that arrives late: proved against what it was asked with, and not newer than what is known.
        if (next.size < last.size) return next;
        if (next.size === last.size && root !== last.root) return fork(note);
      }
      last = { ...log, size: next.size, root, note, fork: null };
      newest = note;
      await storage.set(name, last);
      return next;
    },
    contradicted: fork,
    evidence: () => (last === null || last.fork === null ? null : { own: last.note, other: last.fork }),
    line(proof, under) {
      try {
        return provedLine(proof, under);
      } catch (cause) {
        throw clientError('not-included', 'the vault shows a line that is not in its log', { cause });
      }
    },
  };
}

/** Proof steps as the wire has them. */
export const stepsFromWire = (steps: readonly string[]): Uint8Array[] => steps.map((step) => fromBase64url(step));

const forked = () =>
  clientError('fork', 'this vault has shown two logs that contradict each other; stop and call the practice owner');

/** Checks inclusion and every part shown. Throws errors of `ledger` and `client/not-included`. */
export function provedLine(proof: LedgerProof, under: Checkpoint): ProvedLine {
  const leaf = fromBase64url(proof.leaf);
  const included = verifyInclusion({
    index: proof.index,
    size: under.size,
    leaf,
    proof: proof.path.map((step) => fromBase64url(step)),
    root: under.root,
  });
  if (!included) throw clientError('not-included', 'the leaf is not under the checkpoint');
  const common = proof.common && {
    part: fromBase64url(proof.common.part),
    salt: fromBase64url(proof.common.salt),
  };
  return {
    index: proof.index,
    common: common ? openCommon({ leaf, ...common }) : null,
    count: parseLeaf(leaf).items.length,
    items: proof.items.map(({ position, part, salt }) => {
      const saltBytes = fromBase64url(salt);
      const item = openItem({ leaf, index: position, part: fromBase64url(part), salt: saltBytes });
      return { position, item, salt: saltBytes, hash: itemHash(item, saltBytes) };
    }),
  };
}
