/**
 * The Merkle tree of RFC 6962 section 2.1, with the verification algorithms of RFC 9162 section 2.1.
 * Sizes and indices are whole numbers below 2^53; hashes are SHA-256, 32 bytes.
 */

import { type Bytes, concat, equalBytes, fromHex, utf8 } from '@ketenkluis/base';
import { sha256 as portable } from '@noble/hashes/sha2.js';
import { ledgerError } from './errors.ts';

export const HASH_BYTES = 32;
const LEAF = Uint8Array.of(0);

export type Sha256 = (bytes: Uint8Array) => Uint8Array;
let engine: Sha256 = portable;
/** FIPS 180-4, example B.1. */
const ABC = fromHex('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');

/** A runtime may bring its own SHA-256 (FIPS 180-4). Throws `ledger/bad-engine` when it is none. */
export function bringSha256(native: Sha256): void {
  if (!equalBytes(native(utf8('abc')), ABC)) throw ledgerError('bad-engine', 'this function is not SHA-256');
  engine = native;
}

/** SHA-256 as everything above uses it: synchronous, so that it may run inside a transaction. */
export const sha256 = (bytes: Uint8Array): Bytes => engine(bytes) as Bytes;

/** SHA-256(0x00 || data). */
export const leafHash = (data: Uint8Array): Bytes => sha256(concat(LEAF, data));

/** SHA-256(0x01 || left || right). Both sides must be hashes; the verifiers see to that for foreign input. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Bytes {
  const bytes = new Uint8Array(1 + left.length + right.length);
  bytes[0] = 1;
  bytes.set(left, 1);
  bytes.set(right, 1 + left.length);
  return sha256(bytes);
}

/** The root of a tree without leaves: SHA-256 of nothing. */
export const emptyRoot: Bytes = sha256(new Uint8Array());

/** A complete subtree: leaves `index * 2^level` up to `(index + 1) * 2^level`. */
export interface Node {
  readonly level: number;
  readonly index: number;
}
/** The complete subtrees, left to right, whose hashes fold into one hash. */
export type Range = readonly Node[];

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** The largest power of two smaller than `size` (> 1). */
function split(size: number): number {
  let k = 1;
  while (k * 2 < size) k *= 2;
  return k;
}

/** The complete subtrees that make up leaves [low, high), where `low` is a boundary that RFC 6962 splits at. */
function range(low: number, high: number): Range {
  const nodes: Node[] = [];
  let at = low;
  for (let level = Math.floor(Math.log2(Math.max(1, high - low))) + 1; level >= 0; level--) {
    const width = 2 ** level;
    if (high - at >= width) {
      nodes.push({ level, index: at / width });
      at += width;
    }
  }
  return nodes;
}

/** What the root of `size` leaves is made of; empty for an empty tree. */
export const rootRange = (size: number): Range => range(0, size);

/** What each hash of an inclusion proof is made of, leaf to root. Throws `ledger/bad-tree` when the leaf is not there. */
export function inclusionRanges(index: number, size: number): Range[] {
  if (!isCount(index) || !isCount(size) || index >= size) {
    throw ledgerError('bad-tree', `leaf ${index} is not in a tree of ${size}`);
  }
  const path: Range[] = [];
  let low = 0;
  let high = size;
  while (high - low > 1) {
    const middle = low + split(high - low);
    if (index < middle) {
      path.push(range(middle, high));
      high = middle;
    } else {
      path.push(range(low, middle));
      low = middle;
    }
  }
  return path.reverse();
}

/** What each hash of a consistency proof is made of. Throws `ledger/bad-tree` unless 0 < oldSize <= size. */
export function consistencyRanges(oldSize: number, size: number): Range[] {
  if (!isCount(oldSize) || !isCount(size) || oldSize === 0 || oldSize > size) {
    throw ledgerError('bad-tree', `no consistency proof leads from ${oldSize} to ${size}`);
  }
  const path: Range[] = [];
  let low = 0;
  let high = size;
  while (oldSize < high) {
    const middle = low + split(high - low);
    if (oldSize <= middle) {
      path.push(range(middle, high));
      high = middle;
    } else {
      path.push(range(low, middle));
      low = middle;
    }
  }
  // The old tree is a subtree on the left edge: the verifier has its root already.
  if (low > 0) path.push(range(low, high));
  return path.reverse();
}

/** Joins the hashes of a range, left to right, into one. An empty range is the empty tree. */
export function fold(hashes: readonly Uint8Array[]): Bytes {
  let right = hashes.at(-1);
  if (right === undefined) return emptyRoot;
  for (let i = hashes.length - 2; i >= 0; i--) right = nodeHash(hashes[i]!, right);
  return right as Bytes;
}

/** A tree over leaves in memory: build once, prove often. */
export interface MemoryTree {
  readonly size: number;
  readonly root: Bytes;
  inclusion(index: number): Bytes[];
  consistency(oldSize: number): Bytes[];
}

/** Builds the tree from leaf data (unhashed), as RFC 6962's D[n]. */
export function memoryTree(leaves: readonly Uint8Array[]): MemoryTree {
  const levels: Bytes[][] = [leaves.map(leafHash)];
  for (let below = levels[0]!; below.length > 1; ) {
    const level = Array.from({ length: Math.floor(below.length / 2) }, (_, i) =>
      nodeHash(below[2 * i]!, below[2 * i + 1]!),
    );
    levels.push(level);
    below = level;
  }
  const nodeOf = ({ level, index }: Node): Bytes => levels[level]![index]!;
  /** Of a tree that is not full, the right edge stands in most proofs: it is folded once. First and last node say which leaves. */
  const folded = new Map<string, Bytes>();
  const hashOf = (nodes: Range): Bytes => {
    const [first, last] = [nodes[0], nodes.at(-1)];
    if (first === undefined || last === undefined) return emptyRoot;
    if (first === last) return nodeOf(first);
    const name = `${first.level}.${first.index} ${last.level}.${last.index}`;
    const hash = folded.get(name) ?? fold(nodes.map(nodeOf));
    folded.set(name, hash);
    return hash;
  };
  return {
    size: leaves.length,
    root: hashOf(rootRange(leaves.length)),
    inclusion: (index) => inclusionRanges(index, leaves.length).map(hashOf),
    consistency: (oldSize) => consistencyRanges(oldSize, leaves.length).map(hashOf),
  };
}

/** The root over leaf data. */
export const merkleRoot = (leaves: readonly Uint8Array[]): Bytes => memoryTree(leaves).root;
/** Proof that leaf `index` is under `merkleRoot(leaves)`. For many proofs of one tree use `memoryTree`. */
export const inclusionProof = (leaves: readonly Uint8Array[], index: number): Bytes[] =>
  memoryTree(leaves).inclusion(index);
/** Proof that the tree of the first `oldSize` leaves is a beginning of the tree of all. */
export const consistencyProof = (leaves: readonly Uint8Array[], oldSize: number): Bytes[] =>
  memoryTree(leaves).consistency(oldSize);

export interface InclusionClaim {
  readonly index: number;
  readonly size: number;
  /** Leaf data, hashed here; or `leafHash` when only the hash is known. */
  readonly leaf?: Uint8Array;
  readonly leafHash?: Uint8Array;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
}

// A sibling of another length would let bytes move between left and right without changing the hash.
const areHashes = (list: unknown): list is readonly Uint8Array[] =>
  Array.isArray(list) && list.every((item) => item instanceof Uint8Array && item.length === HASH_BYTES);

/** RFC 9162 section 2.1.3.2. False on any bad input; never throws. */
export function verifyInclusion(claim: InclusionClaim): boolean {
  const { index, size, leaf, proof, root } = claim;
  if (!isCount(index) || !isCount(size) || index >= size || !(root instanceof Uint8Array) || !areHashes(proof))
    return false;
  if (leaf !== undefined && claim.leafHash !== undefined) return false;
  const start = leaf instanceof Uint8Array ? leafHash(leaf) : claim.leafHash;
  if (!areHashes([start])) return false;
  let running = start as Uint8Array;
  let node = index;
  let last = size - 1;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      running = nodeHash(sibling, running);
      while (node % 2 === 0 && node !== 0) {
        node /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      running = nodeHash(running, sibling);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && equalBytes(running, root);
}

export interface ConsistencyClaim {
  readonly oldSize: number;
  readonly size: number;
  readonly oldRoot: Uint8Array;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/**
 * RFC 9162 section 2.1.4.2. False on any bad input; never throws. An old tree without leaves is refused:
 * everything is consistent with it, so "proved" would say nothing.
 */
export function verifyConsistency(claim: ConsistencyClaim): boolean {
  const { oldSize, size, oldRoot, root, proof } = claim;
  if (!isCount(oldSize) || !isCount(size) || oldSize === 0 || oldSize > size) return false;
  if (!(oldRoot instanceof Uint8Array) || !(root instanceof Uint8Array) || !areHashes(proof)) return false;
  if (oldSize === size) return proof.length === 0 && equalBytes(oldRoot, root);
  let node = oldSize - 1;
  let last = size - 1;
  while (node % 2 === 1) {
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  // An old tree that is a complete subtree is the first hash itself and is left out of the proof.
  const path = node === 0 ? [oldRoot, ...proof] : proof;
  const first = path[0];
  if (first === undefined || first.length !== HASH_BYTES || proof.length === 0) return false;
  let oldRunning = first;
  let running = first;
  for (const sibling of path.slice(1)) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      oldRunning = nodeHash(sibling, oldRunning);
      running = nodeHash(sibling, running);
      while (node % 2 === 0 && node !== 0) {
        node /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      running = nodeHash(running, sibling);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && equalBytes(oldRunning, oldRoot) && equalBytes(running, root);
}
