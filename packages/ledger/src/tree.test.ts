import { type Bytes, concat, fromHex, hex, utf8 } from '@ketenkluis/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  consistencyProof,
  emptyRoot,
  inclusionProof,
  leafHash,
  memoryTree,
  merkleRoot,
  nodeHash,
  verifyConsistency,
  verifyInclusion,
} from './tree.ts';

// The twin: RFC 6962 section 2.1 word for word, slow and obvious.
const k = (n: number) => 2 ** (Math.ceil(Math.log2(n)) - 1);
function mth(d: readonly Uint8Array[]): Bytes {
  if (d.length === 0) return emptyRoot;
  if (d.length === 1) return leafHash(d[0]!);
  return nodeHash(mth(d.slice(0, k(d.length))), mth(d.slice(k(d.length))));
}
function path(m: number, d: readonly Uint8Array[]): Bytes[] {
  const n = d.length;
  if (n === 1) return [];
  if (m < k(n)) return [...path(m, d.slice(0, k(n))), mth(d.slice(k(n)))];
  return [...path(m - k(n), d.slice(k(n))), mth(d.slice(0, k(n)))];
}
function subproof(m: number, d: readonly Uint8Array[], whole: boolean): Bytes[] {
  const n = d.length;
  if (m === n) return whole ? [] : [mth(d)];
  if (m <= k(n)) return [...subproof(m, d.slice(0, k(n)), whole), mth(d.slice(k(n)))];
  return [...subproof(m - k(n), d.slice(k(n)), false), mth(d.slice(0, k(n)))];
}

const leavesOf = (count: number) => Array.from({ length: count }, (_, i) => utf8(`leaf ${i}`));
const hexes = (list: readonly Uint8Array[]) => list.map((item) => hex(item));
const flip = (bytes: Uint8Array, at: number) => bytes.map((byte, i) => (i === at % bytes.length ? byte ^ 1 : byte));

describe('tree', () => {
  it('hashes the RFC 6962 way', () => {
    expect(hex(emptyRoot)).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(hex(leafHash(new Uint8Array()))).toBe('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d');
    expect(hex(nodeHash(fromHex('00'.repeat(32)), fromHex('ff'.repeat(32))))).not.toBe(
      hex(leafHash(fromHex('00'.repeat(32) + 'ff'.repeat(32)))),
    );
  });

  it('agrees with the slow twin for every tree up to 40 leaves, every leaf and every beginning', () => {
    for (let size = 0; size <= 40; size++) {
      const leaves = leavesOf(size);
      const tree = memoryTree(leaves);
      expect(hex(merkleRoot(leaves))).toBe(hex(mth(leaves)));
      for (let i = 0; i < size; i++) {
        const proof = tree.inclusion(i);
        expect(hexes(proof)).toEqual(hexes(path(i, leaves)));
        expect(verifyInclusion({ index: i, size, leaf: leaves[i]!, proof, root: tree.root })).toBe(true);
        expect(hexes(tree.consistency(i + 1))).toEqual(hexes(subproof(i + 1, leaves, true)));
        const claim = { oldSize: i + 1, size, oldRoot: mth(leaves.slice(0, i + 1)), root: tree.root };
        expect(verifyConsistency({ ...claim, proof: tree.consistency(i + 1) })).toBe(true);
      }
    }
  });

  it('R41: a proof with anything changed is refused', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 300 }), fc.nat(), fc.nat(), fc.nat(), (size, a, b, c) => {
        const leaves = leavesOf(size);
        const root = merkleRoot(leaves);
        const index = a % size;
        const proof = inclusionProof(leaves, index);
        const good = { index, size, leaf: leaves[index]!, proof, root };
        expect(verifyInclusion(good)).toBe(true);
        const bent = proof.map((item, i) => (i === b % proof.length ? flip(item, c) : item));
        expect(verifyInclusion({ ...good, proof: bent })).toBe(false);
        expect(verifyInclusion({ ...good, proof: proof.slice(1) })).toBe(false);
        expect(verifyInclusion({ ...good, proof: [...proof, root] })).toBe(false);
        expect(verifyInclusion({ ...good, index: (index + 1) % size })).toBe(false);
        expect(verifyInclusion({ ...good, leaf: utf8('other') })).toBe(false);
        expect(verifyInclusion({ ...good, root: flip(root, c) })).toBe(false);

        const oldSize = 1 + (b % (size - 1));
        const steps = consistencyProof(leaves, oldSize);
        const oldRoot = merkleRoot(leaves.slice(0, oldSize));
        const link = { oldSize, size, oldRoot, root, proof: steps };
        expect(verifyConsistency(link)).toBe(true);
        const bentSteps = steps.map((item, i) => (i === c % steps.length ? flip(item, a) : item));
        expect(verifyConsistency({ ...link, proof: bentSteps })).toBe(false);
        expect(verifyConsistency({ ...link, oldRoot: flip(oldRoot, c) })).toBe(false);
        expect(verifyConsistency({ ...link, root: flip(root, c) })).toBe(false);
        expect(verifyConsistency({ ...link, proof: steps.slice(1) })).toBe(false);
        expect(verifyConsistency({ ...link, proof: [...steps, root] })).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it('the verifiers answer false on nonsense and never throw', () => {
    const root = merkleRoot(leavesOf(3));
    const nonsense = [Number.NaN, -1, 1.5, 2 ** 60, '1', null, undefined, {}, [], new Uint8Array(31)];
    for (const bad of nonsense) {
      for (const key of ['index', 'size', 'leaf', 'leafHash', 'proof', 'root']) {
        const claim = { index: 0, size: 3, leafHash: root, proof: [root, root], root, [key]: bad };
        expect(verifyInclusion(claim as never)).toBe(false);
      }
      for (const key of ['oldSize', 'size', 'oldRoot', 'root', 'proof']) {
        const claim = { oldSize: 2, size: 3, oldRoot: root, root, proof: [root], [key]: bad };
        expect(verifyConsistency(claim as never)).toBe(false);
      }
    }
  });

  it('R41: bytes cannot move between a hash and its sibling', () => {
    const leaves = leavesOf(2);
    const [left, right] = [leafHash(leaves[0]!), leafHash(leaves[1]!)];
    const claim = { index: 0, size: 2, root: merkleRoot(leaves) };
    expect(verifyInclusion({ ...claim, leafHash: left, proof: [right] })).toBe(true);
    const moved = concat(left.slice(31), right);
    expect(verifyInclusion({ ...claim, leafHash: left.slice(0, 31), proof: [moved] })).toBe(false);
    const grown = { oldSize: 1, size: 2, oldRoot: left.slice(0, 31), root: claim.root };
    expect(verifyConsistency({ ...grown, proof: [moved] })).toBe(false);
  });

  it('proves nothing from or about an empty tree', () => {
    expect(() => inclusionProof([], 0)).toThrow('not in a tree');
    expect(() => consistencyProof(leavesOf(2), 0)).toThrow('no consistency proof');
    expect(verifyConsistency({ oldSize: 0, size: 0, oldRoot: emptyRoot, root: emptyRoot, proof: [] })).toBe(false);
  });
});
