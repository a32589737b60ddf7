/** What the vault needs of a database. One adapter each for SQLite and, later, PostgreSQL, held to `conformance.ts`. */

import type { LedgerStore } from '@ketenkluis/ledger';
import { Kysely, sql, type Transaction } from 'kysely';
import { storageLedger } from './ledger-store.ts';
import { createTables, type Schema } from './schema.ts';
import { openDatabase, sqliteDialect } from './sqlite.ts';

/** Repositories take this and nothing else, so that no query can step outside its transaction. */
export type Tx = Transaction<Schema>;

export interface Storage {
  /** A consistent view of what is committed; runs beside a write. Writing in it fails. */
  read<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** One at a time; resolves when durable. If `work` throws, nothing of it stays. */
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  readonly ledger: LedgerStore<Tx>;
  /** Brings what was overwritten into the file and empties the write-ahead log, where the adapter has one. */
  tidy(): Promise<void>;
  close(): Promise<void>;
}

/** Opens (and if need be makes) the database file. */
export async function openSqlite(file: string): Promise<Storage> {
  const writer = new Kysely<Schema>({ dialect: sqliteDialect(openDatabase({ file })) });
  await createTables(writer, { bytes: 'blob' });
  const reader = new Kysely<Schema>({ dialect: sqliteDialect(openDatabase({ file, readOnly: true }), true) });
  const storage = {
    read: <T>(work: (tx: Tx) => Promise<T>) => reader.transaction().execute(work),
    write: <T>(work: (tx: Tx) => Promise<T>) => writer.transaction().execute(work),
    tidy: async () => {
      await sql`PRAGMA wal_checkpoint(TRUNCATE)`.execute(writer);
    },
    close: async () => {
      await reader.destroy();
      await writer.destroy();
    },
  };
  return { ...storage, ledger: storageLedger(storage) };
}

/** Reads a database that may belong to a stopped vault; writing fails. */
export function openReader(file: string): Storage {
  const reader = new Kysely<Schema>({ dialect: sqliteDialect(openDatabase({ file, readOnly: true }), true) });
  const storage = {
    read: <T>(work: (tx: Tx) => Promise<T>) => reader.transaction().execute(work),
    write: <T>(work: (tx: Tx) => Promise<T>) => reader.transaction().execute(work),
    tidy: async () => undefined,
    close: () => reader.destroy(),
  };
  return { ...storage, ledger: storageLedger(storage) };
}
