/**
 * C2SP tlog-tiles: the tree as static files of 256 hashes, the leaves as bundles of 256.
 * Nothing here stores: tiles are read through a function and handed back as values.
 */

import { type Bytes, concat, equalBytes } from '@ketenkluis/base';
import { ledgerError } from './errors.ts';
import {
  consistencyRanges,
  fold,
  HASH_BYTES,
  inclusionRanges,
  leafHash,
  type Node,
  nodeHash,
  type Range,
  rootRange,
} from './tree.ts';

export const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;
const MAX_LEAF_BYTES = 0xffff;

/** One tile; `width` hashes of 32 bytes, 256 when full. */
export interface Tile {
  readonly level: number;
  readonly index: number;
  readonly width: number;
  readonly bytes: Bytes;
}

/** Answers the first `width` hashes of a tile (or more of them: a tile only ever grows), or undefined. */
export type ReadTile = (
  level: number,
  index: number,
  width: number,
) => Uint8Array | undefined | Promise<Uint8Array | undefined>;

/** How many hashes a tile holds in a tree of `size` leaves: 0 to 256. */
export const tileWidth = (size: number, level: number, index: number): number =>
  Math.max(0, Math.min(TILE_WIDTH, Math.floor(size / TILE_WIDTH ** level) - index * TILE_WIDTH));

/** `tile/0/x001/x234/067.p/5`; level `entries` names an entry bundle. */
export function tilePath(level: number | 'entries', index: number, width: number = TILE_WIDTH): string {
  const groups = [String(index % 1000).padStart(3, '0')];
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    groups.unshift(`x${String(rest % 1000).padStart(3, '0')}`);
  }
  return `tile/${level}/${groups.join('/')}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

/** The inverse of `tilePath`, for a server's routes; undefined for anything it would not have written. */
export function parseTilePath(
  path: string,
): { readonly level: number | 'entries'; readonly index: number; readonly width: number } | undefined {
  const match = /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/){0,4}\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path);
  if (!match) return undefined;
  const level = match[1] === 'entries' ? 'entries' : Number(match[1]);
  const index = Number(match[2]!.replaceAll(/[x/]/g, ''));
  const width = match[3] === undefined ? TILE_WIDTH : Number(match[3]);
  if (level !== 'entries' && level > 63) return undefined;
  if (!Number.isSafeInteger(index) || width < 1 || width > TILE_WIDTH) return undefined;
  return tilePath(level, index, width) === path ? { level, index, width } : undefined;
}

/** Joins leaves as an entry bundle: each behind its length, u16 big endian. Throws `ledger/bad-leaf` above 65,535 bytes. */
export function encodeBundle(leaves: readonly Uint8Array[]): Bytes {
  return concat(
    ...leaves.flatMap((leaf) => {
      if (leaf.length > MAX_LEAF_BYTES) throw ledgerError('bad-leaf', `a leaf of ${leaf.length} bytes is too long`);
      return [Uint8Array.of(leaf.length >> 8, leaf.length & 0xff), leaf];
    }),
  );
}

/** The leaves of an entry bundle, at most 256. Throws `ledger/bad-tile` when it ends inside one. */
export function decodeBundle(bytes: Uint8Array): Bytes[] {
  const leaves: Bytes[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = at + 2 <= bytes.length ? bytes[at]! * 256 + bytes[at + 1]! : Number.POSITIVE_INFINITY;
    if (at + 2 + length > bytes.length) throw ledgerError('bad-tile', 'the entry bundle ends inside an entry');
    if (leaves.length === TILE_WIDTH) throw ledgerError('bad-tile', 'the entry bundle holds more than 256 entries');
    leaves.push(bytes.slice(at + 2, at + 2 + length) as Bytes);
    at += 2 + length;
  }
  return leaves;
}

/** The hash of a complete subtree. */
export type HashOf = (node: Node) => Bytes;
interface Place {
  readonly level: number;
  readonly index: number;
}
const keyOf = ({ level, index }: Place): string => `${level}/${index}`;

/** The tile that holds the hashes a node is made of. */
function tileOf({ level, index }: Node): Place {
  const height = level % TILE_HEIGHT;
  return { level: Math.floor(level / TILE_HEIGHT), index: Math.floor(index / 2 ** (TILE_HEIGHT - height)) };
}

/** Hashes of complete subtrees of one log, by level and index: they never change, so that one map serves every proof. */
export type KnownNodes = Map<string, Bytes>;

/** Computes subtree hashes from tiles, each once; what is not in `known` is put down in `learned`. */
function hashesFrom(
  tiles: ReadonlyMap<string, Uint8Array>,
  known: KnownNodes = new Map(),
  learned: KnownNodes = known,
): HashOf {
  const hashOf: HashOf = (node) => {
    const key = keyOf(node);
    let value = known.get(key) ?? learned.get(key);
    if (value) return value;
    if (node.level % TILE_HEIGHT === 0) {
      const place = tileOf(node);
      const at = (node.index % TILE_WIDTH) * HASH_BYTES;
      value = tiles.get(keyOf(place))?.slice(at, at + HASH_BYTES) as Bytes | undefined;
      if (value?.length !== HASH_BYTES) {
        throw ledgerError('bad-tile', `tile ${tilePath(place.level, place.index)} is missing or too short`);
      }
    } else {
      const left = { level: node.level - 1, index: node.index * 2 };
      value = nodeHash(hashOf(left), hashOf({ level: left.level, index: left.index + 1 }));
    }
    learned.set(key, value);
    return value;
  };
  return hashOf;
}

async function load(places: Iterable<Place>, size: number, readTile: ReadTile): Promise<Map<string, Uint8Array>> {
  const wanted = new Map([...places].map((place) => [keyOf(place), place]));
  const loaded = await Promise.all(
    [...wanted].map(async ([key, { level, index }]) => {
      const width = tileWidth(size, level, index);
      const bytes = await readTile(level, index, width);
      if (bytes === undefined || bytes.length < width * HASH_BYTES || bytes.length % HASH_BYTES !== 0) {
        throw ledgerError('bad-tile', `tile ${tilePath(level, index, width)} is missing or too short`);
      }
      return [key, bytes.subarray(0, width * HASH_BYTES)] as const;
    }),
  );
  return new Map(loaded);
}

const hashRange = (range: Range, hashOf: HashOf): Bytes => fold(range.map(hashOf));

async function fromTiles(
  ranges: readonly Range[],
  size: number,
  readTile: ReadTile,
  known: KnownNodes = new Map(),
): Promise<Bytes[]> {
  const missing = ranges.flat().filter((node) => !known.has(keyOf(node)));
  const hashOf = hashesFrom(await load(missing.map(tileOf), size, readTile), known);
  return ranges.map((range) => hashRange(range, hashOf));
}

/** The root of a tree of `size` leaves. Throws `ledger/bad-tile`. */
export const rootFromTiles = async (size: number, readTile: ReadTile): Promise<Bytes> =>
  (await fromTiles([rootRange(size)], size, readTile))[0]!;

/**
 * RFC 6962 inclusion proof, leaf to root. What `known` holds of this log is not read again, and it learns the rest.
 * Throws `ledger/bad-tree` when the leaf is not there, `ledger/bad-tile`.
 */
export const inclusionFromTiles = async (
  index: number,
  size: number,
  readTile: ReadTile,
  known?: KnownNodes,
): Promise<Bytes[]> => fromTiles(inclusionRanges(index, size), size, readTile, known);

/**
 * RFC 6962 consistency proof from an older size; `known` as above.
 * Throws `ledger/bad-tree` unless 0 < oldSize <= size, `ledger/bad-tile`.
 */
export const consistencyFromTiles = async (
  oldSize: number,
  size: number,
  readTile: ReadTile,
  known?: KnownNodes,
): Promise<Bytes[]> => fromTiles(consistencyRanges(oldSize, size), size, readTile, known);

/** The right edge as the last `integrate` left it, and the hashes inside: good for as long as the very same bytes are read again. */
export interface Edge {
  /** Of the tree that it is the edge of, whether that was ever stored or not. */
  readonly size: number;
  readonly tiles: ReadonlyMap<string, Uint8Array>;
  readonly known: KnownNodes;
  /** Of these tiles, which may never be stored: `known` once they are read again. */
  readonly learned: KnownNodes;
}
const MAX_EDGE_NODES = 4096;
/** The partial tiles of a tree of `size`, one of a level at most. */
function edgeOf(size: number): Place[] {
  const edge: Place[] = [];
  for (let level = 0; TILE_WIDTH ** level <= size; level++) {
    const index = Math.floor(size / TILE_WIDTH ** (level + 1));
    if (tileWidth(size, level, index) > 0) edge.push({ level, index });
  }
  return edge;
}
/**
 * What `edge` knows, where the tiles that were read are those it was made from; nothing of it otherwise. Of another size it is the edge of
 * what was never stored: where the tiles below are full, those above are the same all the same.
 */
function knownFrom(edge: Edge | undefined, size: number, tiles: ReadonlyMap<string, Uint8Array>): KnownNodes {
  if (!edge || edge.size !== size || edge.known.size > MAX_EDGE_NODES) return new Map();
  for (const [key, bytes] of tiles) {
    const before = edge.tiles.get(key);
    if (!before || !equalBytes(before, bytes)) return new Map();
  }
  for (const [key, hash] of edge.learned) edge.known.set(key, hash);
  return edge.known;
}

export interface Integrated {
  readonly size: number;
  readonly root: Bytes;
  /** The root of the tree as it was, recomputed from the tiles that were read. */
  readonly oldRoot: Bytes;
  /** Every tile that is new or wider now, complete. */
  readonly tiles: readonly Tile[];
  /** For the next `integrate` of this log. */
  readonly edge: Edge;
  /** Inclusion proof, in the new tree, of a leaf that was just added. */
  inclusion(index: number): Bytes[];
}

/**
 * Adds leaves (data, not hashes) to a tree of `size`, reading only the partial tiles at its right edge. With the `edge` of the time before
 * no hash is made twice, and a tile that was changed meanwhile is seen all the same, as its bytes differ.
 * Throws `ledger/bad-tile` when one of these is missing or too short.
 */
export async function integrate(
  size: number,
  leaves: readonly Uint8Array[],
  readTile: ReadTile,
  edge?: Edge,
): Promise<Integrated> {
  const tiles = await load(edgeOf(size), size, readTile);
  const known = knownFrom(edge, size, tiles);
  const learned: KnownNodes = new Map();
  const hashOf = hashesFrom(tiles, known, learned);
  const changed = new Map<string, Tile>();
  let added: Uint8Array[] = leaves.map(leafHash);
  for (let level = 0; added.length > 0; level++) {
    const above: Uint8Array[] = [];
    const start = Math.floor(size / TILE_WIDTH ** level);
    for (let done = 0; done < added.length; ) {
      const index = Math.floor((start + done) / TILE_WIDTH);
      const key = keyOf({ level, index });
      const next = Math.min(added.length, (index + 1) * TILE_WIDTH - start);
      const bytes = concat(tiles.get(key) ?? new Uint8Array(), ...added.slice(done, next));
      const width = bytes.length / HASH_BYTES;
      tiles.set(key, bytes);
      changed.set(key, { level, index, width, bytes });
      if (width === TILE_WIDTH) {
        const half = { level: level * TILE_HEIGHT + TILE_HEIGHT - 1, index: index * 2 };
        above.push(nodeHash(hashOf(half), hashOf({ level: half.level, index: half.index + 1 })));
      }
      done = next;
    }
    added = above;
  }
  const newSize = size + leaves.length;
  return {
    size: newSize,
    root: hashRange(rootRange(newSize), hashOf),
    oldRoot: hashRange(rootRange(size), hashOf),
    tiles: [...changed.values()],
    edge: { size: newSize, tiles, known, learned },
    inclusion: (index) => inclusionRanges(index, newSize).map((range) => hashRange(range, hashOf)),
  };
}
