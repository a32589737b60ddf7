import { idBytes, lengthPrefixed, newId, systemRandom as random, utf8 } from '@ketenkluis/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asHash, dossierState, type Hash, hashOf, snapshotTree, verifySnapshotRow } from './index.ts';

const digest = () => asHash(random(32));
const row = () => ({ dossier: newId('dossier', random), seq: 3, state: digest() });

describe('state', () => {
  it('does not depend on order, and on everything else', () => {
    const dossier = newId('dossier', random);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(), (count, pick) => {
        const live = Array.from({ length: count }, digest);
        const state = dossierState(dossier, live);
        expect(dossierState(dossier, live.toReversed())).toBe(state);
        // As docs/spec/state.md puts it; the second time too, when the hashes were read before.
        const sorted = live.map((hash) => Buffer.from(hash, 'base64url')).sort(Buffer.compare);
        expect(state).toBe(hashOf(lengthPrefixed(utf8('ketenkluis.state.v1'), idBytes(dossier), ...sorted)));
        expect(dossierState(newId('dossier', random), live)).not.toBe(state);
        expect(dossierState(dossier, live.toSpliced(pick % count, 1))).not.toBe(state);
        expect(dossierState(dossier, live.with(pick % count, digest()))).not.toBe(state);
        expect(() => dossierState(dossier, [...live, live[pick % count] as Hash])).toThrow(/twice/);
      }),
      { numRuns: 50 },
    );
  });

  it('a snapshot proves each of its rows and no other', () => {
    const rows = Array.from({ length: 21 }, row);
    const tree = snapshotTree(rows);
    expect(snapshotTree(rows.toReversed()).root).toBe(tree.root);
    for (const one of rows) {
      const proof = tree.proof(one.dossier)!;
      expect(verifySnapshotRow(one, proof, tree)).toBe(true);
      expect(verifySnapshotRow({ ...one, seq: 4 }, proof, tree)).toBe(false);
      expect(verifySnapshotRow({ ...one, state: digest() }, proof, tree)).toBe(false);
      expect(verifySnapshotRow({ ...one, dossier: row().dossier }, proof, tree)).toBe(false);
      expect(verifySnapshotRow(one, proof, { ...tree, size: proof.index })).toBe(false);
      expect(verifySnapshotRow(one, { ...proof, path: ['?'] }, tree)).toBe(false);
    }
    expect(tree.proof(row().dossier)).toBeUndefined();
    expect(() => snapshotTree([rows[0]!, { ...row(), dossier: rows[0]!.dossier }])).toThrow(/twice/);
    expect(snapshotTree([]).size).toBe(0);
  });
});
