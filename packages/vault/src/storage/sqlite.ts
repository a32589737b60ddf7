/** Kysely on Node's own SQLite: one writer connection behind a queue, one read-only connection (design 3). */

import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { privateDatabase } from './private.ts';

export interface SqliteOptions {
  readonly file: string;
  readonly readOnly?: boolean;
}

/** Reading through the system's page cache: a reader drops its own cache after every commit of the writer. */
const MMAP_BYTES = 1 << 30;

/** WAL with synchronous=FULL: a commit that returned is on disk. */
export function openDatabase({ file, readOnly = false }: SqliteOptions): DatabaseSync {
  if (!readOnly) privateDatabase(file);
  const db = new DatabaseSync(file, { readOnly, timeout: 5000 });
  if (!readOnly) {
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
    // What is deleted is overwritten: ciphertext and wraps of people who left, and above all shares.
    db.exec('PRAGMA secure_delete = ON');
  }
  if (readOnly) db.exec(`PRAGMA mmap_size = ${MMAP_BYTES}`);
  return db;
}

const MAX_STATEMENTS = 400;

class SqliteConnection implements DatabaseConnection {
  readonly #db: DatabaseSync;
  readonly #prepared = new Map<string, { statement: StatementSync; reads: boolean }>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  #prepare(sql: string) {
    let found = this.#prepared.get(sql);
    if (!found) {
      if (this.#prepared.size >= MAX_STATEMENTS) this.#prepared.clear();
      const statement = this.#db.prepare(sql);
      found = { statement, reads: statement.columns().length > 0 };
      this.#prepared.set(sql, found);
    }
    return found;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const { statement, reads } = this.#prepare(sql);
    const values = parameters as readonly SQLInputValue[];
    if (reads) return { rows: statement.all(...values) as R[] };
    const { changes, lastInsertRowid } = statement.run(...values);
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
  }

  async *streamQuery<R>({ sql, parameters }: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    const { statement } = this.#prepare(sql);
    for (const row of statement.iterate(...(parameters as readonly SQLInputValue[]))) yield { rows: [row as R] };
  }

  exec(sql: string): void {
    this.#db.exec(sql);
  }
}

/** One connection that waits its turn: a second user gets it when the first has released it. */
class SqliteDriver implements Driver {
  readonly #db: DatabaseSync;
  readonly #begin: string;
  readonly #connection: SqliteConnection;
  #turn: Promise<void> = Promise.resolve();
  #release: (() => void) | undefined;

  constructor(db: DatabaseSync, readOnly: boolean) {
    this.#db = db;
    this.#connection = new SqliteConnection(db);
    this.#begin = readOnly ? 'BEGIN' : 'BEGIN IMMEDIATE';
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    const before = this.#turn;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#turn = before.then(() => promise);
    await before;
    this.#release = resolve;
    return this.#connection;
  }

  async beginTransaction(): Promise<void> {
    this.#connection.exec(this.#begin);
  }

  async commitTransaction(): Promise<void> {
    this.#connection.exec('COMMIT');
  }

  async rollbackTransaction(): Promise<void> {
    // A full disk may have rolled back already; then there is nothing left to do.
    if (this.#db.isTransaction) this.#connection.exec('ROLLBACK');
  }

  async releaseConnection(): Promise<void> {
    const release = this.#release;
    this.#release = undefined;
    release?.();
  }

  async destroy(): Promise<void> {
    if (this.#db.isOpen) this.#db.close();
  }
}

/** The dialect over an open database; destroying Kysely closes it. */
export const sqliteDialect = (db: DatabaseSync, readOnly = false): Dialect => ({
  createDriver: () => new SqliteDriver(db, readOnly),
  createQueryCompiler: () => new SqliteQueryCompiler(),
  createAdapter: () => new SqliteAdapter(),
  // biome-ignore lint/suspicious/noExplicitAny: Kysely's own signature
  createIntrospector: (kysely: Kysely<any>) => new SqliteIntrospector(kysely),
});
