import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { instant } from '@ketenkluis/base';
import { ledgerStoreCases, type StoreUnderTest } from '@ketenkluis/ledger/conformance';
import { afterAll, describe, expect, it } from 'vitest';
import { storageCases } from './conformance.ts';
import { openSqlite, type Storage, type Tx } from './storage.ts';

const dir = mkdtempSync(join(tmpdir(), 'ketenkluis-storage-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
let next = 0;
const place = () => join(dir, `${next++}.db`);

describe('SQLite storage', () => {
  for (const { name, run } of storageCases(() => {
    const file = place();
    return { open: () => openSqlite(file) };
  })) {
    it(name, run);
  }
});

describe('what whoever reads sees', () => {
  it('is never older than what was committed when they asked, at whatever moment another has the connection', async () => {
    const file = place();
    const storage = await openSqlite(file);
    const beside = new DatabaseSync(file);
    const count = async (tx: Tx) => (await tx.selectFrom('counter').select('value').execute()).length;
    try {
      for (let turns = 0; turns < 30; turns++) {
        const before = storage.read(count);
        for (let i = 0; i < turns; i++) await Promise.resolve();
        beside.prepare('INSERT INTO counter (practice, source, value) VALUES (?, ?, 0)').run('p', `${turns}`);
        expect(await storage.read(count), `after ${turns} turns`).toBe(turns + 1);
        await before;
      }
    } finally {
      beside.close();
      await storage.close();
    }
  });
});

async function underTest(file: string): Promise<StoreUnderTest<Tx>> {
  const storage: Storage = await openSqlite(file);
  return {
    store: storage.ledger,
    put: async (tx, value) => {
      const count = await tx.selectFrom('counter').select('value').execute();
      await tx
        .insertInto('counter')
        .values({ practice: value as never, source: `${count.length}`.padStart(6, '0'), value: instant(0) })
        .execute();
    },
    values: () =>
      storage.read(async (tx) =>
        (await tx.selectFrom('counter').select('practice').orderBy('source').execute()).map((row) => row.practice),
      ),
    reopen: async () => {
      await storage.close();
      return underTest(file);
    },
    close: () => storage.close(),
  };
}

describe('SQLite ledger store', () => {
  for (const { name, run } of ledgerStoreCases(() => underTest(place()))) it(name, run);
});
