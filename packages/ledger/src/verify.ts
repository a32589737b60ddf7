/**
 * Checks a whole log as a stranger would: from its files and its public key, every leaf, every tile, the root; and where
 * entries are given, every leaf from its entry, every dossier's chain and the order of time. Streams: memory grows with
 * the number of dossiers, not of entries. Over a store (`folderOf`) this is `fsck`.
 */

import { base64url, type DossierId, equalBytes, fromUtf8, utf8, type Verifier } from '@ketenkluis/base';
import { CHAIN_START, type ChainHead } from './chain.ts';
import type { Entry } from './entry.ts';
import { ledgerError } from './errors.ts';
import { decodeEntry, parseLeaf } from './leaf.ts';
import { type Checkpoint, openCheckpoint, type Trust } from './note.ts';
import { type ErasedShard, ErasureCheck } from './retention.ts';
import type { LedgerStore, LogId } from './store.ts';
import { decodeBundle, encodeBundle, parseTilePath, TILE_WIDTH, tilePath, tileWidth } from './tiles.ts';
import { fold, HASH_BYTES, leafHash, nodeHash } from './tree.ts';

/** The files of one log, by C2SP path: `checkpoint`, `tile/0/000`, `tile/entries/000.p/5`. Undefined = not there. */
export interface LedgerFolder {
  read(path: string): Promise<Uint8Array | undefined>;
}

/** What a log server answers, from a store. Undefined for any path that this log does not have. */
export const folderOf = <Tx>(store: LedgerStore<Tx>, log: LogId): LedgerFolder => ({
  async read(path) {
    const { checkpoint, size } = await store.state(log);
    if (path === 'checkpoint') return checkpoint === null ? undefined : utf8(checkpoint);
    const place = parseTilePath(path);
    if (!place) return undefined;
    const { level, index, width } = place;
    if (width > tileWidth(size, level === 'entries' ? 0 : level, index)) return undefined;
    if (level !== 'entries') return (await store.tile(log, level, index))?.subarray(0, width * HASH_BYTES);
    const from = index * TILE_WIDTH;
    return encodeBundle((await store.entries(log, from, from + width)).map((entry) => entry.leaf));
  },
});

export type FaultKind =
  | 'checkpoint'
  | 'seen'
  | 'missing'
  | 'leaf'
  | 'tile'
  | 'root'
  | 'entry'
  | 'chain'
  | 'time'
  | 'erased';
export interface Fault {
  readonly kind: FaultKind;
  /** The first leaf that is wrong; null when no single one can be named. */
  readonly index: number | null;
  readonly message: string;
}
export interface Verdict {
  readonly ok: boolean;
  readonly checkpoint: Checkpoint | null;
  /** Leaves hashed, and entries from which the leaf was made again. */
  readonly leaves: number;
  readonly entries: number;
  readonly dossiers: number;
  /** Lowest index of any fault. */
  readonly firstBad: number | null;
  /** In the order found; the check stops at 20. */
  readonly faults: readonly Fault[];
}
export interface LedgerSource {
  readonly folder: LedgerFolder;
  readonly trust: Trust;
  readonly verifier: Verifier;
  /** Earlier verified checkpoints of this log: the tree must have had these roots. */
  readonly seen?: readonly Checkpoint[];
  /** Stored forms of the entries `from` up to, not including, `to`. Left out: a stranger without the entries. */
  readonly entries?: (
    from: number,
    to: number,
  ) => Promise<readonly { readonly index: number; readonly stored: Uint8Array }[]>;
  /** What retention took away (docs/spec/retention.md): these entries need not be there, and the log must say so itself. */
  readonly erased?: readonly ErasedShard[];
  readonly onProgress?: (done: number, size: number) => void;
}

const MAX_FAULTS = 20;
class EnoughFaults extends Error {}

/** Never throws on a bad log: the verdict says what is wrong. Throws only what `read` or `entries` throw. */
export async function verifyLedger(source: LedgerSource): Promise<Verdict> {
  const check = new Check(source);
  try {
    await check.run();
  } catch (error) {
    if (!(error instanceof EnoughFaults)) throw error;
  }
  return check.verdict();
}

class Check {
  readonly source: LedgerSource;
  readonly faults: Fault[] = [];
  checkpoint: Checkpoint | null = null;
  leaves = 0;
  entries = 0;
  /** Complete subtrees from left to right, each smaller than the one before. */
  readonly edge: { readonly level: number; readonly hash: Uint8Array }[] = [];
  /** Per tile level the hashes of the tile that is being filled. */
  readonly filling: { index: number; hashes: Uint8Array[] }[] = [];
  readonly chains = new Map<DossierId, ChainHead>();
  seen: readonly Checkpoint[] = [];
  lastAt = 0;
  readonly erasure: ErasureCheck;
  /** The last entry that was erased; a chain may jump over it. */
  lastErased = -1;
  readonly lineOf = new Map<DossierId, number>();

  constructor(source: LedgerSource) {
    this.source = source;
    this.erasure = new ErasureCheck(source.erased ?? []);
  }

  fault(kind: FaultKind, index: number | null, message: string): void {
    this.faults.push({ kind, index, message });
    if (this.faults.length >= MAX_FAULTS) throw new EnoughFaults();
  }

  verdict(): Verdict {
    const { checkpoint, leaves, entries, faults } = this;
    const indices = faults.flatMap((fault) => fault.index ?? []);
    const firstBad = indices.length === 0 ? null : Math.min(...indices);
    return { ok: faults.length === 0, checkpoint, leaves, entries, dossiers: this.chains.size, firstBad, faults };
  }

  async run(): Promise<void> {
    const { source } = this;
    const { folder, trust, verifier, onProgress } = source;
    const note = await folder.read('checkpoint');
    try {
      if (!note) throw ledgerError('bad-checkpoint', 'there is no checkpoint');
      this.checkpoint = await openCheckpoint(fromUtf8(note), trust, verifier);
    } catch (error) {
      this.fault('checkpoint', null, error instanceof Error ? error.message : 'the checkpoint cannot be read');
      return;
    }
    const { size, root } = this.checkpoint;
    this.seen = (source.seen ?? []).filter((seen) => seen.origin === this.checkpoint?.origin);
    for (const seen of this.seen.filter((earlier) => earlier.size > size)) {
      this.fault('seen', size, `this log had ${seen.size} entries before and has ${size} now`);
    }
    for (let tile = 0; tile * TILE_WIDTH < size; tile++) {
      if (!(await this.bundle(tile, tileWidth(size, 0, tile)))) return;
      onProgress?.(this.leaves, size);
    }
    await this.compareTiles(true);
    for (const { year } of source.entries ? this.erasure.unnamed() : []) {
      this.fault('erased', null, `no line says that the lines of ${year} were erased`);
    }
    if (!equalBytes(this.root(), root)) this.fault('root', null, 'the leaves do not give the root in the checkpoint');
  }

  /** The root of what was added so far. */
  root(): Uint8Array {
    return fold(this.edge.map((node) => node.hash));
  }

  /** Reads a file that may be there in its partial or in its full form. */
  async file(level: number | 'entries', index: number, width: number): Promise<Uint8Array | undefined> {
    const { folder } = this.source;
    return (
      (await folder.read(tilePath(level, index, width))) ??
      (width < TILE_WIDTH ? folder.read(tilePath(level, index)) : undefined)
    );
  }

  /** One bundle of leaves; false when it is not there, for then nothing behind it can be placed. */
  async bundle(tile: number, width: number): Promise<boolean> {
    const start = tile * TILE_WIDTH;
    const path = tilePath('entries', tile, width);
    const bytes = await this.file('entries', tile, width);
    let found: Uint8Array[] = [];
    try {
      found = bytes ? decodeBundle(bytes).slice(0, width) : [];
    } catch {
      this.fault('missing', start, `${path} is cut short`);
      return false;
    }
    if (found.length < width) {
      this.fault('missing', start + found.length, `${path} is missing or too short`);
      return false;
    }
    for (const leaf of found) {
      try {
        parseLeaf(leaf);
      } catch {
        this.fault('leaf', this.leaves, `leaf ${this.leaves} is not the leaf of an entry`);
      }
      this.add(leafHash(leaf));
      this.compareSeen();
    }
    await this.compareTiles(false);
    await this.compareEntries(start, found);
    return true;
  }

  /** Adds a leaf hash and completes subtrees; every eighth level is a hash in a tile. */
  add(hash: Uint8Array): void {
    this.enter(0, hash);
    let node = { level: 0, hash };
    for (let left = this.edge.at(-1); left?.level === node.level; left = this.edge.at(-1)) {
      this.edge.pop();
      node = { level: node.level + 1, hash: nodeHash(left.hash, node.hash) };
      if (node.level % 8 === 0) this.enter(node.level / 8, node.hash);
    }
    this.edge.push(node);
    this.leaves++;
  }

  enter(level: number, hash: Uint8Array): void {
    const tile = this.filling[level] ?? { index: 0, hashes: [] };
    this.filling[level] = tile;
    tile.hashes.push(hash);
  }

  /** Compares the tiles that are full, or at the end all. Runs after every bundle, so that no tile is ever overfull. */
  async compareTiles(all: boolean): Promise<void> {
    for (const [level, { index, hashes }] of this.filling.entries()) {
      if (hashes.length < TILE_WIDTH && !all) continue;
      if (hashes.length > 0) await this.compareTile(level, index, hashes);
      this.filling[level] = { index: index + 1, hashes: [] };
    }
  }

  async compareTile(level: number, index: number, hashes: readonly Uint8Array[]): Promise<void> {
    const path = tilePath(level, index, hashes.length);
    const width = TILE_WIDTH ** level;
    const bytes = await this.file(level, index, hashes.length);
    if (!bytes || bytes.length < hashes.length * HASH_BYTES) {
      this.fault('tile', index * TILE_WIDTH * width, `${path} is missing or too short`);
      return;
    }
    for (const [i, hash] of hashes.entries()) {
      if (equalBytes(bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES), hash)) continue;
      const start = (index * TILE_WIDTH + i) * width;
      // A lower tile has already named the place more exactly.
      const named = this.faults.some(
        (fault) => fault.index !== null && fault.index >= start && fault.index < start + width,
      );
      if (!named) this.fault('tile', start, `${path} differs from the leaves, from leaf ${start}`);
    }
  }

  /** Holds the tree, as far as it is built, against checkpoints seen earlier. */
  compareSeen(): void {
    for (const seen of this.seen) {
      if (seen.size === this.leaves && !equalBytes(this.root(), seen.root)) {
        this.fault('seen', null, `the first ${seen.size} entries are not the ones that an earlier checkpoint signed`);
      }
    }
  }

  async compareEntries(start: number, leaves: readonly Uint8Array[]): Promise<void> {
    const { entries } = this.source;
    if (!entries) return;
    const given = new Map((await entries(start, start + leaves.length)).map((entry) => [entry.index, entry.stored]));
    for (const [i, leaf] of leaves.entries()) {
      const stored = given.get(start + i);
      if (!stored && this.erasure.shardOf(start + i)) this.lastErased = start + i;
      else if (!stored) this.fault('entry', start + i, `the entry of leaf ${start + i} is not there`);
      else this.compareEntry(start + i, leaf, stored);
    }
  }

  compareEntry(index: number, leaf: Uint8Array, stored: Uint8Array): void {
    let entry: Entry;
    try {
      const read = decodeEntry(stored);
      entry = read.entry;
      if (!equalBytes(read.leaf, leaf)) {
        throw ledgerError('bad-entry', `entry ${index} does not give its leaf`);
      }
    } catch (error) {
      this.fault('entry', index, error instanceof Error ? error.message : `entry ${index} cannot be read`);
      return;
    }
    this.entries++;
    if (entry.common.at < this.lastAt) this.fault('time', index, `entry ${index} is older than the one before it`);
    this.lastAt = entry.common.at;
    if (this.erasure.line(index, entry) === 'early') {
      this.fault('erased', index, `entry ${index} shows that lines were erased before their five years were over`);
    }
    const { items } = parseLeaf(leaf);
    for (const [i, item] of entry.items.entries()) {
      if (item.dossier === null || item.seq === null) continue;
      const head = this.chains.get(item.dossier) ?? CHAIN_START;
      const follows = item.seq === head.seq + 1 && item.prev === head.hash;
      // Items between may have gone with their year; what is left still counts up.
      const jumps = this.lastErased > (this.lineOf.get(item.dossier) ?? -1) && item.seq > head.seq + 1;
      this.lineOf.set(item.dossier, index);
      if (!follows && !jumps) {
        this.fault('chain', index, `item ${i} of entry ${index} does not follow the dossier's item before it`);
      }
      this.chains.set(item.dossier, { seq: item.seq, hash: base64url(items[i]!) });
    }
  }
}
