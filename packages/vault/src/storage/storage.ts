/** What the vault needs of a database. One adapter each for SQLite and, later, PostgreSQL, held to `conformance.ts`. */

import type { LedgerStore } from '@ketenkluis/ledger';
import { Kysely, sql, type Transaction } from 'kysely';
import { storageLedger } from './ledger-store.ts';
import { Changes, type Moment, seenAt } from './moments.ts';
import { type Prepared, runsAtOnce, type Values } from './prepared.ts';
import { createTables, type Schema } from './schema.ts';
import { openDatabase, type SqliteDriver, sqliteDialect } from './sqlite.ts';

/** Repositories take this and nothing else, so that no query can step outside its transaction. */
export type Tx = Transaction<Schema>;

export interface Storage {
  /** A consistent view of what is committed; runs beside a write. Writing in it fails. */
  read<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** One reading query on what is committed now; waits for nobody. */
  one<V extends Values, R>(query: Prepared<V, R>, values: V): Promise<R[]>;
  /** Up to now. What is read from here on is as new, or newer. */
  moment(): Moment;
  /** Has nothing changed these tables of this practice since? What every look moves (moments.ts) is no change. Not known: no. */
  stands(since: Moment, tables: readonly (keyof Schema)[], practice: string): boolean;
  /** One at a time; resolves when durable. If `work` throws, nothing of it stays. */
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  readonly ledger: LedgerStore<Tx>;
  /** Brings what was overwritten into the file and empties the write-ahead log, where the adapter has one. */
  tidy(): Promise<void>;
  close(): Promise<void>;
}

/** Each transaction with its connection, and a reading one with its moment. */
const within =
  (database: Kysely<Schema>, driver: SqliteDriver) =>
  <T>(work: (tx: Tx) => Promise<T>): Promise<T> =>
    database.transaction().execute(async (tx) => {
      const end = runsAtOnce(tx, (query) => driver.run(query));
      if (driver.moment) seenAt(tx, driver.moment);
      try {
        return await work(tx);
      } finally {
        end();
      }
    });

/** Readings in one transaction at most. */
const TOGETHER = 64;

/** Readings that wait for their turn have it together, in one view, one after the other: each is of when it was asked for, or newer. */
function together(within: Storage['read'], driver: SqliteDriver): Storage['read'] {
  let waiting: { run(tx: Tx): Promise<void>; fail(error: unknown): void }[] = [];
  let begun: typeof waiting | undefined;
  let running = false;
  // Together with the view: whoever asks a moment later may have seen a commit that is not in it.
  driver.viewed = () => {
    begun = waiting.slice(0, TOGETHER);
    waiting = waiting.slice(TOGETHER);
  };
  const run = async () => {
    while (waiting.length > 0) {
      try {
        await within(async (tx) => {
          for (const one of begun ?? []) await one.run(tx);
        });
      } catch (error) {
        // No view could be had; of those that had one each has its own answer.
        for (const one of begun ?? waiting.splice(0)) one.fail(error);
      } finally {
        // What was read is nobody's here any more.
        begun = undefined;
      }
    }
    running = false;
  };
  return (work) =>
    new Promise((resolve, reject) => {
      const one = async (tx: Tx) => {
        try {
          resolve(await work(tx));
        } catch (error) {
          reject(error);
        }
      };
      waiting.push({ run: one, fail: reject });
      if (running) return;
      running = true;
      void run();
    });
}

/** Opens (and if need be makes) the database file. */
export async function openSqlite(file: string): Promise<Storage> {
  const changes = new Changes();
  const writing = sqliteDialect(openDatabase({ file }), { changes });
  const writer = new Kysely<Schema>(writing);
  await createTables(writer, { bytes: 'blob' });
  const reading = sqliteDialect(openDatabase({ file, readOnly: true }), { readOnly: true, changes });
  const reader = new Kysely<Schema>(reading);
  // Beside the reader, whose transaction may be of a moment before.
  const beside = sqliteDialect(openDatabase({ file, readOnly: true }), { readOnly: true });
  const now = new Kysely<Schema>(beside) as unknown as Tx;
  const end = runsAtOnce(now, (query) => beside.driver.run(query));
  const storage = {
    one: <V extends Values, R>(query: Prepared<V, R>, values: V) => query(now, values),
    read: together(within(reader, reading.driver), reading.driver),
    moment: () => changes.now(),
    stands: ({ of, count }: Moment, tables: readonly (keyof Schema)[], practice: string) =>
      of === changes && changes.lastOf(tables, practice) <= count,
    write: within(writer, writing.driver),
    tidy: async () => {
      await sql`PRAGMA wal_checkpoint(TRUNCATE)`.execute(writer);
    },
    close: async () => {
      end();
      await beside.driver.destroy();
      await reader.destroy();
      await writer.destroy();
    },
  };
  return { ...storage, ledger: storageLedger(storage) };
}

/** Reads a database that may belong to a vault that runs, so that nothing is kept; writing fails. */
export function openReader(file: string): Storage {
  const { dialect } = sqliteDialect(openDatabase({ file, readOnly: true }), { readOnly: true });
  const reader = new Kysely<Schema>({ dialect });
  const read = <T>(work: (tx: Tx) => Promise<T>) => reader.transaction().execute(work);
  const one = <V extends Values, R>(query: Prepared<V, R>, values: V) => read((tx) => query(tx, values));
  // Another process writes.
  const unknown = { moment: () => new Changes().now(), stands: () => false };
  const storage = { one, read, ...unknown, write: read, tidy: async () => undefined, close: () => reader.destroy() };
  return { ...storage, ledger: storageLedger(storage) };
}
