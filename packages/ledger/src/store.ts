/** The port behind which durability lives. One adapter per database, all held to `conformance.ts`. */

import type { Bytes, Instant } from '@ketenkluis/base';
import type { Tile } from './tiles.ts';

/** A log's origin: its random label, also its key name. */
export type LogId = string;

export interface LogState {
  /** Leaves in the tree. */
  readonly size: number;
  /** Time of the newest entry; null for an empty log. */
  readonly at: Instant | null;
  /** The newest checkpoint as a signed note; null for an empty log. */
  readonly checkpoint: string | null;
}

export interface StoredEntry {
  readonly index: number;
  readonly leaf: Bytes;
  /** The entry and its salts, for `decodeEntry`. */
  readonly stored: Bytes;
}

/** What one commit adds to one log. */
export interface LogWrite {
  readonly log: LogId;
  /** The size that this write was built on. */
  readonly expectedSize: number;
  readonly size: number;
  readonly at: Instant;
  readonly checkpoint: string;
  /** Indices `expectedSize` up to `size`, in order. */
  readonly entries: readonly StoredEntry[];
  /** New or wider tiles, complete: they replace what is there. */
  readonly tiles: readonly Tile[];
}

/**
 * `Tx` is the adapter's transaction, in which effects write what belongs to their entry.
 * Reads see committed data only, and may run beside a commit.
 */
export interface LedgerStore<Tx> {
  /** An unknown log is an empty one. */
  state(log: LogId): Promise<LogState>;
  /** The newest bytes of a tile: whole hashes, 1 to 256 of them; undefined when there is none. */
  tile(log: LogId, level: number, index: number): Promise<Bytes | undefined>;
  /** Entries `from` up to, not including, `to`, in order; those that exist. */
  entries(log: LogId, from: number, to: number): Promise<readonly StoredEntry[]>;
  /**
   * One transaction: checks that every log still has its `expectedSize` (else `ledger/fenced`), runs `effects` once,
   * writes everything, and resolves only when all of it is durable. Whatever goes wrong, also inside `effects`:
   * nothing is written and the error comes out as it was thrown.
   */
  commit(writes: readonly LogWrite[], effects: (tx: Tx) => Promise<void>): Promise<void>;
}
