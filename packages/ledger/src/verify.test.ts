import { type Bytes, concat, type DossierId, fromUtf8, plus, utf8 } from '@ketenkluis/base';
import { beforeAll, describe, expect, it } from 'vitest';
import { lookDraft, newDossier, START, testKey, testRandom, verifier } from '../test/fixtures.ts';
import { MemoryStore, type MemoryTx } from '../test/memory-store.ts';
import { createAppender } from './appender.ts';
import { CHAIN_START, type ChainHead } from './chain.ts';
import { openCheckpoint, signCheckpoint } from './note.ts';
import { compareCheckpoints } from './proof.ts';
import type { StoredEntry } from './store.ts';
import { consistencyFromTiles, decodeBundle, encodeBundle, integrate, tilePath, tileWidth } from './tiles.ts';
import { merkleRoot } from './tree.ts';
import { folderOf, type LedgerSource, verifyLedger } from './verify.ts';

const LOG = 'ketenkluis.example/verify';
const { signer, key } = await testKey(LOG);
const trust = { log: key };
const SIZE = 600;
const store = new MemoryStore();

/** Files of the log as somebody has copied them; attacks change the copy. */
type Files = Map<string, Uint8Array>;
let files: Files;
let entries: readonly StoredEntry[];

async function copy(from: MemoryStore): Promise<Files> {
  const out: Files = new Map();
  const folder = folderOf(from, LOG);
  const { size } = await from.state(LOG);
  const keep = async (path: string) => out.set(path, (await folder.read(path))!);
  await keep('checkpoint');
  for (let level = 0; 256 ** level <= size; level++) {
    for (let index = 0; tileWidth(size, level, index) > 0; index++) {
      const width = tileWidth(size, level, index);
      await keep(tilePath(level, index, width));
      if (level === 0) await keep(tilePath('entries', index, width));
    }
  }
  return out;
}

beforeAll(async () => {
  const heads = new Map<DossierId, ChainHead>();
  let tick = 0;
  const appender = createAppender<MemoryTx>({
    store,
    signer: () => signer,
    clock: () => plus(START, tick++),
    random: testRandom(3),
  });
  const dossiers = Array.from({ length: 40 }, newDossier);
  await Promise.all(
    Array.from({ length: SIZE }, (_, i) => {
      const used = i % 5 === 0 ? [dossiers[i % 40]!, dossiers[(i + 1) % 40]!, dossiers[i % 40]!] : [dossiers[i % 40]!];
      return appender.append({
        log: LOG,
        keys: used,
        prepare: async () => ({
          draft: lookDraft(used, new Map(used.map((dossier) => [dossier, heads.get(dossier) ?? CHAIN_START]))),
          effect: (_, line) => {
            for (const [dossier, head] of line.heads) heads.set(dossier, head);
          },
        }),
      });
    }),
  );
  files = await copy(store);
  entries = await store.entries(LOG, 0, SIZE);
});

const source = (changed: Files = files, more: Partial<LedgerSource> = {}): LedgerSource => ({
  folder: { read: async (path) => changed.get(path) },
  trust,
  verifier,
  entries: async (from, to) => entries.slice(from, to),
  ...more,
});
const stranger = { entries: undefined };

/** The whole log again from other leaves, signed with the log's own key: what a host that lies can do. */
async function forge(leaves: readonly Uint8Array[]): Promise<Files> {
  const { root, tiles, size } = await integrate(0, leaves, () => undefined);
  const out: Files = new Map([['checkpoint', utf8(await signCheckpoint({ origin: LOG, size, root }, signer))]]);
  for (const { level, index, width, bytes } of tiles) out.set(tilePath(level, index, width), bytes);
  for (let from = 0; from < size; from += 256) {
    const some = leaves.slice(from, from + 256);
    out.set(tilePath('entries', from / 256, some.length), encodeBundle(some));
  }
  return out;
}
const withFile = (path: string, change: (bytes: Uint8Array) => Uint8Array | undefined): Files => {
  const out = new Map(files);
  const bytes = change(files.get(path)!);
  if (bytes) out.set(path, bytes);
  else out.delete(path);
  return out;
};
const changeLeaf = (bytes: Uint8Array, at: number): Bytes =>
  encodeBundle(
    decodeBundle(bytes).map((leaf, i) => (i === at ? leaf.map((byte, j) => (j === 20 ? byte ^ 1 : byte)) : leaf)),
  );
const flipAt = (at: number) => (bytes: Uint8Array) => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
const leavesOf = () => entries.map((entry) => entry.leaf);

describe('verifyLedger', () => {
  it('R41: a good log passes, with the entries and as a stranger without them', async () => {
    const verdict = await verifyLedger(source());
    expect(verdict).toMatchObject({ ok: true, leaves: SIZE, entries: SIZE, dossiers: 40, firstBad: null, faults: [] });
    expect(await verifyLedger(source(files, stranger as object))).toMatchObject({
      ok: true,
      leaves: SIZE,
      dossiers: 0,
    });
    const fsck = { folder: folderOf(store, LOG), entries: (from: number, to: number) => store.entries(LOG, from, to) };
    expect(await verifyLedger(source(files, fsck))).toMatchObject({ ok: true, entries: SIZE });
    expect(await folderOf(store, LOG).read('tile/0/003')).toBeUndefined();
    expect(await folderOf(store, LOG).read('../vault.db')).toBeUndefined();
  });

  it('an empty log passes only under its own signed checkpoint', async () => {
    expect(await verifyLedger(source(await forge([])))).toMatchObject({ ok: true, leaves: 0 });
    expect(await verifyLedger(source(new Map()))).toMatchObject({ ok: false, faults: [{ kind: 'checkpoint' }] });
  });

  it('a wider bundle or tile stands in for a partial one', async () => {
    const wide = new Map(files);
    for (const path of [tilePath('entries', 2, 88), tilePath(0, 2, 88)]) {
      wide.set(path.replace('.p/88', ''), wide.get(path)!);
      wide.delete(path);
    }
    expect((await verifyLedger(source(wide))).ok).toBe(true);
  });

  // Somebody who can change files, but not sign.
  const thief: [string, () => Files, object][] = [
    ['a leaf changed', () => withFile('tile/entries/001', (b) => changeLeaf(b, 44)), { firstBad: 300 }],
    [
      'a leaf that is no entry',
      () =>
        withFile('tile/entries/001', (b) =>
          encodeBundle(decodeBundle(b).map((leaf, i) => (i === 44 ? utf8('x') : leaf))),
        ),
      { firstBad: 300 },
    ],
    [
      'two leaves swapped',
      () =>
        withFile('tile/entries/001', (b) =>
          encodeBundle(decodeBundle(b).map((leaf, i, all) => (i === 10 ? all[11]! : i === 11 ? all[10]! : leaf))),
        ),
      { firstBad: 266 },
    ],
    [
      'a leaf deleted',
      () => withFile('tile/entries/001', (b) => encodeBundle(decodeBundle(b).toSpliced(7, 1))),
      { firstBad: 511 },
    ],
    [
      'a leaf duplicated',
      () => withFile('tile/entries/001', (b) => encodeBundle(decodeBundle(b).toSpliced(7, 1, decodeBundle(b)[6]!))),
      { firstBad: 263 },
    ],
    ['a bundle cut', () => withFile('tile/entries/001', (b) => b.subarray(0, -1)), { firstBad: 256 }],
    ['a bundle gone', () => withFile('tile/entries/001', () => undefined), { firstBad: 256 }],
    ['a tile changed', () => withFile('tile/0/001', flipAt(32 * 9)), { firstBad: 265 }],
    ['a tile cut', () => withFile('tile/0/002.p/88', (b) => b.subarray(0, -32)), { firstBad: 512 }],
    ['a tile gone', () => withFile('tile/1/000.p/2', () => undefined), { firstBad: 0 }],
    ['a higher tile changed', () => withFile('tile/1/000.p/2', flipAt(40)), { firstBad: 256 }],
    [
      'the checkpoint changed',
      () => withFile('checkpoint', (b) => utf8(fromUtf8(b).replace('\n600\n', '\n599\n'))),
      { faults: [{ kind: 'checkpoint' }] },
    ],
    [
      'the checkpoint of a shorter log',
      () => withFile('checkpoint', () => utf8(oldCheckpoint)),
      { faults: expect.arrayContaining([expect.objectContaining({ kind: 'seen', index: 300 })]) },
    ],
  ];
  let oldCheckpoint = '';
  beforeAll(async () => {
    oldCheckpoint = await signCheckpoint(
      { origin: LOG, size: 300, root: merkleRoot(leavesOf().slice(0, 300)) },
      signer,
    );
  });
  for (const [name, attack, expected] of thief) {
    it(`R41: ${name} is found`, async () => {
      const seen = [await openCheckpoint(fromUtf8(files.get('checkpoint')!), trust, verifier)];
      expect(await verifyLedger(source(attack(), { seen }))).toMatchObject({ ok: false, ...expected });
    });
  }

  // A host that re-signs a changed history, against somebody who kept entries, or an older checkpoint.
  const histories: [string, (leaves: Bytes[]) => Bytes[], number][] = [
    ['changed', (leaves) => leaves.with(5, leaves[6]!), 5],
    ['reordered', (leaves) => leaves.with(5, leaves[6]!).with(6, leaves[5]!), 5],
    ['with one deleted', (leaves) => leaves.toSpliced(5, 1), 5],
    ['with one duplicated', (leaves) => leaves.toSpliced(5, 0, leaves[5]!), 6],
  ];
  for (const [name, rewrite, at] of histories) {
    it(`R41: a re-signed history ${name} is found by who has the entries, and by who has an older checkpoint`, async () => {
      const forged = await forge(rewrite(leavesOf()));
      expect(await verifyLedger(source(forged))).toMatchObject({ ok: false, firstBad: at });
      const seen = [await openCheckpoint(oldCheckpoint, trust, verifier)];
      const verdict = await verifyLedger(source(forged, { ...stranger, seen } as object));
      expect(verdict).toMatchObject({ ok: false, faults: [{ kind: 'seen' }] });
      // The twin: without either there is nothing to notice.
      expect((await verifyLedger(source(forged, stranger as object))).ok).toBe(true);
    });
  }

  it('R41: an entry that does not give its leaf, a broken chain and time that runs back are found', async () => {
    const swap = entries.with(5, { ...entries[6]!, index: 5 });
    expect(await verifyLedger(source(files, { entries: async (a, b) => swap.slice(a, b) }))).toMatchObject({
      firstBad: 5,
    });
    const less = entries.toSpliced(5, 1);
    const given = async (a: number, b: number) => less.filter(({ index }) => index >= a && index < b);
    expect(await verifyLedger(source(files, { entries: given }))).toMatchObject({
      firstBad: 5,
      faults: [{ kind: 'entry' }, { kind: 'chain' }],
    });
    const garbage = entries.with(5, { ...entries[5]!, stored: concat(entries[5]!.stored, utf8(' ')) });
    expect(await verifyLedger(source(files, { entries: async (a, b) => garbage.slice(a, b) }))).toMatchObject({
      firstBad: 5,
    });
    // Lines that look right one by one, in an order that they did not have.
    const order = [...entries.slice(0, 3), entries[43]!, ...entries.slice(3, 43)].map((entry, index) => ({
      ...entry,
      index,
    }));
    const verdict = await verifyLedger(
      source(await forge(order.map((entry) => entry.leaf)), { entries: async (a, b) => order.slice(a, b) }),
    );
    expect(verdict.firstBad).toBe(3);
    expect(new Set(verdict.faults.map((fault) => fault.kind))).toEqual(new Set(['chain', 'time']));
  });

  it('R41: split view and rewinding are found by comparing checkpoints', async () => {
    const open = async (some: Files) => openCheckpoint(fromUtf8(some.get('checkpoint')!), trust, verifier);
    const seen = await openCheckpoint(oldCheckpoint, trust, verifier);
    const now = await open(files);
    const readTile = (level: number, index: number) => store.tile(LOG, level, index);
    const proof = await consistencyFromTiles(300, SIZE, readTile);
    const other = await open(await forge(leavesOf().with(5, leavesOf()[6]!)));
    expect(compareCheckpoints(seen, now, proof)).toBe('grown');
    expect(compareCheckpoints(now, now, [])).toBe('same');
    expect(compareCheckpoints(now, other, [])).toBe('split');
    expect(compareCheckpoints(seen, other, proof)).toBe('split');
    expect(compareCheckpoints(seen, now, [])).toBe('split');
    expect(compareCheckpoints(now, seen, [])).toBe('rewound');
    expect(compareCheckpoints(seen, { ...now, origin: 'elsewhere' }, proof)).toBe('other-log');
  });

  it('R41: leaves and tiles that agree with each other but not with the signed root are found', async () => {
    const forged = await forge(leavesOf().with(5, leavesOf()[6]!));
    forged.set('checkpoint', files.get('checkpoint')!);
    const verdict = await verifyLedger(source(forged, stranger as object));
    expect(verdict).toMatchObject({ ok: false, firstBad: null, faults: [{ kind: 'root' }] });
  });

  it('a checkpoint signed with another key proves nothing', async () => {
    const thief = await testKey(LOG);
    const now = { origin: LOG, size: SIZE, root: merkleRoot(leavesOf()) };
    const forged = withFile('checkpoint', () => undefined);
    forged.set('checkpoint', utf8(await signCheckpoint(now, thief.signer)));
    expect(await verifyLedger(source(forged))).toMatchObject({
      ok: false,
      leaves: 0,
      faults: [{ kind: 'checkpoint' }],
    });
  });

  it('stops after twenty faults', async () => {
    const forged = withFile('tile/0/001', (bytes) => new Uint8Array(bytes.length));
    expect((await verifyLedger(source(forged))).faults.length).toBe(20);
  });
});
