/**
 * What every `LedgerStore` adapter must do, as a list of cases without a test framework:
 * `for (const { name, run } of ledgerStoreCases(open)) it(name, run)`. A case that fails throws an Error that says what differs.
 */

import { type Bytes, equalBytes, type Instant, instant, utf8 } from '@ketenkluis/base';
import { ledgerError } from './errors.ts';
import type { LedgerStore, LogId, LogWrite } from './store.ts';
import { integrate, rootFromTiles, TILE_WIDTH } from './tiles.ts';
import { HASH_BYTES, merkleRoot } from './tree.ts';

/** One adapter on one fresh, empty database. */
export interface StoreUnderTest<Tx> {
  readonly store: LedgerStore<Tx>;
  /** Writes a value of the adapter's choosing inside the transaction, as an effect does. */
  put(tx: Tx, value: string): Promise<void>;
  /** All values that were put and committed, in order. */
  values(): Promise<readonly string[]>;
  /** Closes everything and opens the same database again. */
  reopen(): Promise<StoreUnderTest<Tx>>;
  /** May be called again after it, or after `reopen`. */
  close(): Promise<void>;
}
export interface StoreCase {
  readonly name: string;
  run(): Promise<void>;
}

const NORTH: LogId = 'conformance/north';
const SOUTH: LogId = 'conformance/south';
const AT = instant(1_767_600_000_000);
const none = async () => {};

function same(actual: unknown, expected: unknown, what: string): void {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (left !== right) throw new Error(`${what}: expected ${right}, got ${left}`);
}
function sameBytes(actual: Uint8Array | undefined, expected: Uint8Array, what: string): void {
  if (!actual || !equalBytes(actual, expected)) throw new Error(`${what}: other bytes`);
}
async function thrown(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('expected the commit to be refused');
}

const leaf = (log: LogId, index: number): Bytes => utf8(`${log} ${index}`);
const leaves = (log: LogId, from: number, count: number) =>
  Array.from({ length: count }, (_, i) => leaf(log, from + i));

/** A well-formed write of `count` more leaves on what the store holds; the checkpoint is only text here. */
async function growth<Tx>(store: LedgerStore<Tx>, log: LogId, count: number, at: Instant = AT): Promise<LogWrite> {
  const { size } = await store.state(log);
  const added = leaves(log, size, count);
  const tree = await integrate(size, added, (level, index) => store.tile(log, level, index));
  return {
    log,
    expectedSize: size,
    size: tree.size,
    at,
    checkpoint: `checkpoint ${tree.size}`,
    entries: added.map((bytes, i) => ({ index: size + i, leaf: bytes, stored: utf8(`stored ${size + i}`) })),
    tiles: tree.tiles,
  };
}

async function holds<Tx>(
  { store }: StoreUnderTest<Tx>,
  log: LogId,
  size: number,
  at: Instant | null = AT,
): Promise<void> {
  same(
    await store.state(log),
    size === 0 ? { size: 0, at: null, checkpoint: null } : { size, at, checkpoint: `checkpoint ${size}` },
    `state of ${log}`,
  );
  const entries = await store.entries(log, 0, size + 10);
  same(
    entries.map((entry) => entry.index),
    Array.from({ length: size }, (_, i) => i),
    `indices of ${log}`,
  );
  for (const entry of entries) {
    sameBytes(entry.leaf, leaf(log, entry.index), `leaf ${entry.index} of ${log}`);
    sameBytes(entry.stored, utf8(`stored ${entry.index}`), `stored form ${entry.index} of ${log}`);
  }
  const root = await rootFromTiles(size, (level, index) => store.tile(log, level, index));
  sameBytes(root, merkleRoot(leaves(log, 0, size)), `root of ${log}`);
}

type Body = <Tx>(test: StoreUnderTest<Tx>) => Promise<void>;

const CASES: Readonly<Record<string, Body>> = {
  'an unknown log is an empty one': async (test) => {
    await holds(test, NORTH, 0);
    same(await test.store.tile(NORTH, 0, 0), undefined, 'tile of an empty log');
    same(await test.store.entries(NORTH, 0, 5), [], 'entries of an empty log');
  },
  'a commit spans logs, and reads back as it was written': async (test) => {
    const writes = [await growth(test.store, NORTH, 3), await growth(test.store, SOUTH, 1)];
    await test.store.commit(writes, (tx) => test.put(tx, 'effect'));
    await holds(test, NORTH, 3);
    await holds(test, SOUTH, 1);
    same(await test.values(), ['effect'], 'effects');
    same(
      (await test.store.entries(NORTH, 1, 2)).map((entry) => entry.index),
      [1],
      'range',
    );
  },
  'a tile grows in place, also over its border': async (test) => {
    for (const count of [250, 6, 1, 300]) await test.store.commit([await growth(test.store, NORTH, count)], none);
    await holds(test, NORTH, 557);
    const full = await test.store.tile(NORTH, 0, 0);
    same(full?.length, TILE_WIDTH * HASH_BYTES, 'length of a full tile');
  },
  'the time of the newest entry is kept': async (test) => {
    await test.store.commit([await growth(test.store, NORTH, 1)], none);
    const later = instant(AT + 1);
    await test.store.commit([await growth(test.store, NORTH, 1, later)], none);
    await holds(test, NORTH, 2, later);
  },
  'R41: another size than expected is fenced, and nothing of any log or effect stays': async (test) => {
    const stale = await growth(test.store, NORTH, 2);
    await test.store.commit([await growth(test.store, NORTH, 1)], none);
    const writes = [await growth(test.store, SOUTH, 1), stale];
    const error = await thrown(test.store.commit(writes, (tx) => test.put(tx, 'effect')));
    same(ledgerError.is(error, 'fenced'), true, 'ledger/fenced');
    await holds(test, NORTH, 1);
    await holds(test, SOUTH, 0);
    same(await test.values(), [], 'effects');
  },
  'of commits at once on one size exactly one stands': async (test) => {
    const write = await growth(test.store, NORTH, 1);
    const tries = ['a', 'b', 'c'].map((name) => test.store.commit([write], (tx) => test.put(tx, name)));
    const results = await Promise.allSettled(tries);
    same(results.filter((result) => result.status === 'fulfilled').length, 1, 'commits that stood');
    for (const result of results) {
      if (result.status === 'rejected') same(ledgerError.is(result.reason, 'fenced'), true, 'ledger/fenced');
    }
    await holds(test, NORTH, 1);
    same((await test.values()).length, 1, 'effects');
  },
  'an effect that throws leaves nothing, and its own error comes out': async (test) => {
    const failure = new Error('the head moved');
    const writes = [await growth(test.store, NORTH, 2), await growth(test.store, SOUTH, 2)];
    const error = await thrown(
      test.store.commit(writes, async (tx) => {
        await test.put(tx, 'half');
        throw failure;
      }),
    );
    same(error === failure, true, 'the same error object');
    await holds(test, NORTH, 0);
    await holds(test, SOUTH, 0);
    same(await test.values(), [], 'effects');
    await test.store.commit(writes, (tx) => test.put(tx, 'again'));
    await holds(test, NORTH, 2);
    same(await test.values(), ['again'], 'effects');
  },
  'reads beside a commit see all of it or nothing': async (test) => {
    await test.store.commit([await growth(test.store, NORTH, 1)], none);
    const write = await growth(test.store, NORTH, 1);
    let seen = -1;
    await test.store.commit([write], async (tx) => {
      await test.put(tx, 'effect');
      seen = (await test.store.state(NORTH)).size;
    });
    same(seen, 1, 'size seen from outside during the commit');
    await holds(test, NORTH, 2);
  },
  'what was handed out or taken in is not shared': async (test) => {
    const write = await growth(test.store, NORTH, 1);
    await test.store.commit([write], none);
    write.tiles[0]?.bytes.fill(0);
    write.entries[0]?.leaf.fill(0);
    (await test.store.tile(NORTH, 0, 0))?.fill(0);
    (await test.store.entries(NORTH, 0, 1))[0]?.stored.fill(0);
    await holds(test, NORTH, 1);
  },
  'all of it is there after closing and opening again': async (test) => {
    await test.store.commit([await growth(test.store, NORTH, 300), await growth(test.store, SOUTH, 1)], (tx) =>
      test.put(tx, 'effect'),
    );
    const again = await test.reopen();
    await holds(again, NORTH, 300);
    await holds(again, SOUTH, 1);
    same(await again.values(), ['effect'], 'effects');
    await again.store.commit([await growth(again.store, NORTH, 1)], none);
    await holds(again, NORTH, 301);
    await again.close();
  },
};

/** `open` gives a fresh, empty database for each case. */
export const ledgerStoreCases = <Tx>(open: () => Promise<StoreUnderTest<Tx>>): readonly StoreCase[] =>
  Object.entries(CASES).map(([name, body]) => ({
    name,
    async run() {
      const test = await open();
      try {
        await body(test);
      } finally {
        await test.close();
      }
    },
  }));
