/**
 * Group commit (docs/spec/ledger.md, "Ladder"): operations that arrive while a commit is under way go together in the
 * next one, across logs. Only here can a `Committed` be made, and only after the store said that it is durable.
 */

import { type Bytes, type Clock, equalBytes, type Instant, plus, type Random, type Signer } from '@ketenkluis/base';
import type { Entry } from './entry.ts';
import { ledgerError } from './errors.ts';
import { type EntryDraft, type EntryParts, type EntrySalts, type SealedEntry, sealEntry } from './leaf.ts';
import { readCheckpoint, signCheckpoint } from './note.ts';
import type { LedgerStore, LogId, LogState, LogWrite } from './store.ts';
import { type Edge, type Integrated, integrate } from './tiles.ts';

/** A line that has its place but is not durable yet: what an effect may know. */
export interface Sequenced extends SealedEntry {
  readonly log: LogId;
  readonly index: number;
}

/** A durable line with its proof. `release()` and its like take nothing less; the private field makes it unforgeable. */
export class Committed<T extends Entry = Entry> {
  readonly #durable = true;
  readonly log: LogId;
  readonly index: number;
  readonly entry: T;
  readonly salts: EntrySalts;
  readonly parts: EntryParts;
  readonly leaf: Bytes;
  /** Size of the tree under `checkpoint`. */
  readonly size: number;
  /** Signed note of the log. */
  readonly checkpoint: string;
  /** Inclusion proof under `checkpoint`, leaf to root. */
  readonly proof: readonly Bytes[];

  constructor(line: Sequenced & { readonly entry: T }, tree: Integrated, checkpoint: string) {
    this.log = line.log;
    this.index = line.index;
    this.entry = line.entry;
    this.salts = line.salts;
    this.parts = line.parts;
    this.leaf = line.leaf;
    this.size = tree.size;
    this.checkpoint = checkpoint;
    this.proof = tree.inclusion(line.index);
    Object.freeze(this);
  }

  static is(value: unknown): value is Committed {
    return typeof value === 'object' && value !== null && #durable in value && value.#durable;
  }
}
/** True only for what the appender of this process made. */
export const isCommitted = (value: unknown): value is Committed => Committed.is(value);

export interface Prepared<Tx> {
  readonly draft: EntryDraft;
  /** Runs inside the transaction that writes the line: both stand or neither. No signing, network or waiting here. */
  effect?(tx: Tx, line: Sequenced): Promise<void> | void;
  /** Runs once both are durable, before anything else is prepared. */
  committed?(): void;
}
export interface Operation<Tx> {
  readonly log: LogId;
  /** Dossier ids and other things that this operation reads or changes; no two with a common key share a batch. */
  readonly keys: readonly string[];
  /** Things that this operation is judged by and does not change: it shares a batch with others that only read them, not with a change. */
  readonly reads?: readonly string[];
  /** Reads the current state and says what to write. Whatever it throws fails this operation only. */
  prepare(context: { readonly at: Instant }): Promise<Prepared<Tx>>;
}

export interface AppenderOptions<Tx> {
  readonly store: LedgerStore<Tx>;
  /** The signing key of a log. */
  readonly signer: (log: LogId) => Signer | Promise<Signer>;
  readonly clock: Clock;
  readonly random: Random;
  /** Operations in one transaction; 256 when left out. */
  readonly maxBatch?: number;
  /**
   * Waits for what is about to come before a batch is taken; `waiting` says how many operations there are. Left out, or where it throws:
   * what is there goes at once.
   */
  readonly gather?: (waiting: () => number) => Promise<void>;
  /** How far the clock may stand behind the newest entry, in milliseconds; 5,000 when left out. */
  readonly maxBackwards?: number;
}
export interface Appender<Tx> {
  /**
   * Resolves when the line and its effect are durable. Rejects with what `prepare` or `effect` threw; with
   * `ledger/clock-drift`, `bad-entry`, `bad-tile` or `bad-tree` (this log only); with `ledger/fenced` when another
   * writer was found (this appender then refuses everything); with `ledger/stopped` after `close`; or with the store's
   * own error, after which the line may or may not exist.
   */
  append(operation: Operation<Tx>): Promise<Committed>;
  /** Refuses new operations and waits for those under way. */
  close(): Promise<void>;
}

interface Waiting<Tx> {
  readonly operation: Operation<Tx>;
  resolve(line: Committed): void;
  reject(error: unknown): void;
}
interface Ready<Tx> {
  readonly waiting: Waiting<Tx>;
  readonly prepared: Prepared<Tx>;
  readonly sealed: SealedEntry;
}
interface Head extends LogState {
  /** Time for the entries of this batch. */
  readonly now: Instant;
}
interface Sequence<Tx> {
  readonly write: LogWrite;
  readonly lines: readonly { readonly ready: Ready<Tx>; readonly line: Sequenced; readonly committed: Committed }[];
}

/** Tells an operation whose effect failed from a store that failed. */
class EffectFailure<Tx> {
  readonly ready: Ready<Tx>;
  readonly error: unknown;
  constructor(ready: Ready<Tx>, error: unknown) {
    this.ready = ready;
    this.error = error;
  }
}

/** Logs whose right edge is remembered, at most some 300 KB each. */
const KEPT_EDGES = 64;

export function createAppender<Tx>(options: AppenderOptions<Tx>): Appender<Tx> {
  const { store, clock, random } = options;
  const maxBatch = options.maxBatch ?? 256;
  const maxBackwards = options.maxBackwards ?? 5000;
  let queue: Waiting<Tx>[] = [];
  let running: Promise<void> | undefined;
  let stopped: Error | undefined;
  const edges = new Map<LogId, Edge>();

  /** The oldest operations that have no key in common; one that must wait holds back those behind it that share a key. */
  function take(): Waiting<Tx>[] {
    const batch: Waiting<Tx>[] = [];
    const rest: Waiting<Tx>[] = [];
    const used = new Set<string>();
    const read = new Set<string>();
    for (const waiting of queue) {
      const { keys, reads = [] } = waiting.operation;
      const clash = keys.some((key) => used.has(key) || read.has(key)) || reads.some((key) => used.has(key));
      (batch.length < maxBatch && !clash ? batch : rest).push(waiting);
      for (const key of keys) used.add(key);
      for (const key of reads) read.add(key);
    }
    queue = rest;
    return batch;
  }

  /** Runs `work` for each group; what it throws fails the operations of that group only. */
  async function perGroup<T, R>(
    groups: Iterable<readonly [T, readonly Waiting<Tx>[]]>,
    work: (group: T) => Promise<R> | R,
  ): Promise<R[]> {
    const results = await Promise.all(
      [...groups].map(async ([group, members]) => {
        try {
          return [await work(group)];
        } catch (error) {
          for (const waiting of members) waiting.reject(error);
          return [];
        }
      }),
    );
    return results.flat();
  }

  /** Reads a log's head and its time: never before the newest entry, never more than a little behind it (R45). */
  async function open(log: LogId): Promise<readonly [LogId, Head]> {
    const state = await store.state(log);
    const now = clock();
    if (state.at !== null && now < plus(state.at, -maxBackwards)) {
      throw ledgerError('clock-drift', `the clock stands ${state.at - now} ms behind the newest entry; set it right`, {
        detail: { log, behind: state.at - now },
      });
    }
    return [log, { ...state, now: state.at !== null && state.at > now ? state.at : now }];
  }

  async function prepare(waiting: Waiting<Tx>, now: Instant): Promise<Ready<Tx>> {
    const prepared = await waiting.operation.prepare({ at: now });
    return { waiting, prepared, sealed: sealEntry(prepared.draft, now, random) };
  }

  /** Gives entries their index, grows the tree, signs it. Nothing of this leaves the process before the commit. */
  async function sequence(log: LogId, head: Head, readies: readonly Ready<Tx>[]): Promise<Sequence<Tx>> {
    const lines = readies.map((ready, i) => ({ ready, line: { ...ready.sealed, log, index: head.size + i } }));
    const leaves = lines.map(({ line }) => line.leaf);
    const tree = await integrate(head.size, leaves, (level, index) => store.tile(log, level, index), edges.get(log));
    edges.delete(log);
    edges.set(log, tree.edge);
    if (edges.size > KEPT_EDGES) edges.delete(edges.keys().next().value!);
    const last = head.checkpoint === null ? undefined : readCheckpoint(head.checkpoint);
    if (last ? last.origin !== log || last.size !== head.size || !equalBytes(last.root, tree.oldRoot) : head.size > 0) {
      throw ledgerError('bad-tree', 'the tiles of this log do not give the root of its checkpoint; run fsck', {
        detail: { log, size: head.size },
      });
    }
    const signer = await options.signer(log);
    const checkpoint = await signCheckpoint({ origin: log, size: tree.size, root: tree.root }, signer);
    return {
      write: {
        log,
        expectedSize: head.size,
        size: tree.size,
        at: head.now,
        checkpoint,
        entries: lines.map(({ line: { index, leaf, stored } }) => ({ index, leaf, stored })),
        tiles: tree.tiles,
      },
      lines: lines.map(({ ready, line }) => ({ ready, line, committed: new Committed(line, tree, checkpoint) })),
    };
  }

  async function commit(batch: readonly Waiting<Tx>[]): Promise<void> {
    const byLog = Map.groupBy(batch, (waiting) => waiting.operation.log);
    const heads = new Map(
      await perGroup(
        [...byLog].map(([log, members]) => [log, members] as const),
        open,
      ),
    );
    const opened = batch.filter((waiting) => heads.has(waiting.operation.log));
    let readies = await perGroup(
      opened.map((waiting) => [waiting, [waiting]] as const),
      (waiting) => prepare(waiting, heads.get(waiting.operation.log)!.now),
    );
    while (readies.length > 0) {
      const groups = Map.groupBy(readies, (ready) => ready.waiting.operation.log);
      const sequences = await perGroup(
        [...groups].map(([log, members]) => [log, members.map((ready) => ready.waiting)] as const),
        (log) => sequence(log, heads.get(log)!, groups.get(log)!),
      );
      const lines = sequences.flatMap((item) => item.lines);
      if (lines.length === 0) return;
      try {
        await store.commit(
          sequences.map((item) => item.write),
          async (tx) => {
            for (const { ready, line } of lines) {
              try {
                await ready.prepared.effect?.(tx, line);
              } catch (error) {
                throw new EffectFailure(ready, error);
              }
            }
          },
        );
      } catch (error) {
        if (error instanceof EffectFailure) {
          // Nothing was written: the others go again without it, with the drafts they have.
          error.ready.waiting.reject(error.error);
          readies = lines.map(({ ready }) => ready).filter((ready) => ready !== error.ready);
          continue;
        }
        if (ledgerError.is(error, 'fenced') && error instanceof Error) stopped = error;
        for (const { ready } of lines) ready.waiting.reject(error);
        return;
      }
      for (const { ready } of lines) ready.prepared.committed?.();
      for (const { ready, committed } of lines) ready.waiting.resolve(committed);
      return;
    }
  }

  async function run(): Promise<void> {
    // One turn, so that what was asked together goes together.
    await Promise.resolve();
    while (queue.length > 0) {
      if (ledgerError.is(stopped, 'fenced')) {
        for (const waiting of queue) waiting.reject(stopped);
        queue = [];
      } else {
        await options.gather?.(() => queue.length).catch(() => undefined);
        await commit(take());
      }
    }
    running = undefined;
  }

  return {
    append(operation) {
      if (stopped) return Promise.reject(stopped);
      return new Promise((resolve, reject) => {
        queue.push({ operation, resolve, reject });
        running ??= run();
      });
    },
    async close() {
      stopped ??= ledgerError('stopped', 'this ledger is closed for writing');
      await running;
    },
  };
}
