import { type Bytes, concat, hex, utf8 } from '@ketenkluis/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  consistencyFromTiles,
  decodeBundle,
  type Edge,
  encodeBundle,
  inclusionFromTiles,
  integrate,
  type KnownNodes,
  parseTilePath,
  type ReadTile,
  rootFromTiles,
  tilePath,
  tileWidth,
} from './tiles.ts';
import { memoryTree, merkleRoot } from './tree.ts';

/** A tile store that, like a real one, keeps only the newest bytes of each tile. */
function tileStore() {
  const tiles = new Map<string, Bytes>();
  const reads: string[] = [];
  const readTile: ReadTile = (level, index, width) => {
    reads.push(tilePath(level, index, width));
    return tiles.get(`${level}/${index}`);
  };
  return { tiles, reads, readTile };
}

async function grow(steps: readonly number[]) {
  const store = tileStore();
  const leaves: Bytes[] = [];
  let root = '';
  for (const step of steps) {
    const added = Array.from({ length: step }, (_, i) => utf8(`leaf ${leaves.length + i}`));
    const before = leaves.length;
    leaves.push(...added);
    const result = await integrate(before, added, store.readTile);
    for (const { level, index, bytes } of result.tiles) store.tiles.set(`${level}/${index}`, bytes);
    expect(result.size).toBe(leaves.length);
    if (before > 0) expect(hex(result.oldRoot)).toBe(root);
    root = hex(result.root);
  }
  return { ...store, leaves, root };
}

describe('tiles', () => {
  it('names tiles as C2SP does', () => {
    expect(tilePath(0, 1234067)).toBe('tile/0/x001/x234/067');
    expect(tilePath('entries', 273, 112)).toBe('tile/entries/273.p/112');
    // The specification's own examples: 70,000 and 256 leaves.
    const widths = (size: number, level: number, index: number) => tileWidth(size, level, index);
    expect([widths(70_000, 0, 272), widths(70_000, 0, 273), widths(70_000, 0, 274)]).toEqual([256, 112, 0]);
    expect([widths(70_000, 1, 0), widths(70_000, 1, 1), widths(70_000, 2, 0)]).toEqual([256, 17, 1]);
    expect([widths(256, 0, 0), widths(256, 1, 0)]).toEqual([256, 1]);
  });

  it('reads a tile path only in the one form it writes', () => {
    fc.assert(
      fc.property(fc.nat(63), fc.nat(2 ** 40), fc.integer({ min: 1, max: 256 }), (level, index, width) => {
        expect(parseTilePath(tilePath(level, index, width))).toEqual({ level, index, width });
      }),
    );
    const bad = ['tile/00/000', 'tile/64/000', 'tile/0/x000/001', 'tile/0/1', 'tile/0/000.p/0', 'tile/0/000.p/256'];
    for (const path of [...bad, 'tile/0/000.p/01', 'tile/0/../000', 'tile/-1/000', '/tile/0/000', 'tile/0/000\n']) {
      expect(parseTilePath(path)).toBeUndefined();
    }
  });

  it('agrees with the in-memory tree: root, every inclusion, every consistency', async () => {
    const { leaves, root, readTile } = await grow([1, 1, 3, 250, 1, 1, 300, 40]);
    const tree = memoryTree(leaves);
    expect(root).toBe(hex(tree.root));
    for (let i = 0; i < leaves.length; i += 7) {
      expect((await inclusionFromTiles(i, leaves.length, readTile)).map(hex)).toEqual(tree.inclusion(i).map(hex));
      expect((await consistencyFromTiles(i + 1, leaves.length, readTile)).map(hex)).toEqual(
        tree.consistency(i + 1).map(hex),
      );
    }
  });

  it('agrees for random growth and for every older size', async () => {
    const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 700 })), {
      minLength: 1,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(), fc.nat(), async (steps, a, b) => {
        const { leaves, root, readTile } = await grow(steps);
        expect(root).toBe(hex(merkleRoot(leaves)));
        const older = leaves.slice(0, 1 + (a % leaves.length));
        const tree = memoryTree(older);
        const index = b % older.length;
        expect(hex(await rootFromTiles(older.length, readTile))).toBe(hex(tree.root));
        expect((await inclusionFromTiles(index, older.length, readTile)).map(hex)).toEqual(
          tree.inclusion(index).map(hex),
        );
        expect((await consistencyFromTiles(index + 1, older.length, readTile)).map(hex)).toEqual(
          tree.consistency(index + 1).map(hex),
        );
      }),
      { numRuns: 40 },
    );
  });

  it('one memory for a log gives the same proofs while the log grows, and reads nothing twice', async () => {
    const store = tileStore();
    const leaves: Bytes[] = [];
    const known: KnownNodes = new Map();
    for (const step of [1, 2, 5, 250, 3, 400, 1]) {
      const added = Array.from({ length: step }, (_, i) => utf8(`leaf ${leaves.length + i}`));
      const grown = await integrate(leaves.length, added, store.readTile);
      for (const { level, index, bytes } of grown.tiles) store.tiles.set(`${level}/${index}`, bytes);
      leaves.push(...added);
      const tree = memoryTree(leaves);
      for (let i = 0; i < leaves.length; i += 11) {
        const proof = await inclusionFromTiles(i, leaves.length, store.readTile, known);
        expect(proof.map(hex)).toEqual(tree.inclusion(i).map(hex));
        const since = await consistencyFromTiles(i + 1, leaves.length, store.readTile, known);
        expect(since.map(hex)).toEqual(tree.consistency(i + 1).map(hex));
      }
    }
    store.reads.length = 0;
    await inclusionFromTiles(11, leaves.length, store.readTile, known);
    expect(store.reads).toEqual([]);
  });

  it('the right edge of the time before changes no root, tile or proof, and a tile that was changed since is seen', async () => {
    const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 200, max: 520 })), {
      minLength: 2,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(), async (steps, at) => {
        const store = tileStore();
        let edge: Edge | undefined;
        let size = 0;
        let root = '';
        const add = (step: number, kept: Edge | undefined, name = 'leaf') => {
          const leaves = Array.from({ length: step }, (_, i) => utf8(`${name} ${size + i}`));
          return integrate(size, leaves, store.readTile, kept);
        };
        for (const step of steps) {
          const plain = await add(step, undefined);
          const kept = await add(step, edge);
          const shown = ({ size: all, root: top, oldRoot, tiles, inclusion }: typeof plain) => [
            ...[all, hex(top), hex(oldRoot), tiles.map(({ bytes }) => hex(bytes))],
            Array.from({ length: step }, (_, i) => inclusion(size + i).map(hex)),
          ];
          expect(shown(kept)).toEqual(shown(plain));
          // What was never stored counts for nothing either.
          await add(step + 1, edge, 'never stored');
          ({ edge } = kept);
          for (const { level, index, bytes } of kept.tiles) store.tiles.set(`${level}/${index}`, bytes);
          size = kept.size;
          root = hex(kept.root);
        }
        const [key, bytes] = [...store.tiles].findLast(([name]) => name.startsWith('0/'))!;
        fc.pre(size % 256 > 0);
        const changed = bytes.slice();
        changed[at % bytes.length]! ^= 1;
        store.tiles.set(key, changed);
        expect(hex((await add(1, edge)).oldRoot)).not.toBe(root);
      }),
      { numRuns: 40 },
    );
  });

  it('crosses the third level: 65,536 leaves and one more', async () => {
    const { leaves, root, readTile, tiles, reads } = await grow([65_535, 1, 1]);
    const tree = memoryTree(leaves);
    expect(root).toBe(hex(tree.root));
    expect([...tiles.keys()].filter((key) => !key.startsWith('0/'))).toEqual(['1/0', '2/0']);
    reads.length = 0;
    expect((await inclusionFromTiles(300, leaves.length, readTile)).map(hex)).toEqual(tree.inclusion(300).map(hex));
    expect(reads.sort()).toEqual(['tile/0/001', 'tile/0/256.p/1', 'tile/1/000']);
  });

  it('reads only the partial tiles at the right edge', async () => {
    const { reads, readTile } = await grow([700]);
    reads.length = 0;
    await integrate(700, [utf8('next')], readTile);
    expect(reads).toEqual(['tile/0/002.p/188', 'tile/1/000.p/2']);
  });

  it('R41: names a tile that is missing or cut short', async () => {
    const { tiles, readTile } = await grow([700]);
    tiles.set('0/2', tiles.get('0/2')!.slice(0, 32 * 187) as Bytes);
    await expect(integrate(700, [utf8('next')], readTile)).rejects.toThrow('tile/0/002.p/188');
    await expect(rootFromTiles(700, readTile)).rejects.toThrow('tile/0/002.p/188');
    tiles.delete('0/0');
    await expect(inclusionFromTiles(3, 256, readTile)).rejects.toThrow('tile/0/000');
  });

  it('entry bundles come back as they went in and refuse a cut', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 256 }), (leaves) => {
        expect(decodeBundle(encodeBundle(leaves)).map(hex)).toEqual(leaves.map(hex));
      }),
      { numRuns: 50 },
    );
    const bundle = encodeBundle([utf8('one'), utf8('two')]);
    expect(() => decodeBundle(bundle.subarray(0, -1))).toThrow('ends inside');
    expect(() => decodeBundle(bundle.subarray(0, 6))).toThrow('ends inside');
    expect(() => decodeBundle(concat(bundle, ...Array.from({ length: 255 }, () => new Uint8Array(2))))).toThrow('256');
    expect(() => encodeBundle([new Uint8Array(65_536)])).toThrow('too long');
  });
});
