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
import { Changes, type Moment, practicesIn, touchedBy } from './moments.ts';
import { filledIn } from './prepared.ts';
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
    // 16 MB: a page that line after line changes goes into the file a quarter as often.
    db.exec('PRAGMA wal_autocheckpoint = 4000');
    // What is deleted is overwritten: ciphertext and wraps of people who left, and above all shares.
    db.exec('PRAGMA secure_delete = ON');
  }
  if (readOnly) db.exec(`PRAGMA mmap_size = ${MMAP_BYTES}`);
  return db;
}

const MAX_STATEMENTS = 400;

interface PreparedStatement {
  readonly statement: StatementSync;
  readonly reads: boolean;
  /** Tables that it changes. */
  readonly touches: readonly string[];
}

class SqliteConnection implements DatabaseConnection {
  readonly #db: DatabaseSync;
  readonly #changes: Changes | undefined;
  readonly #prepared = new Map<string, PreparedStatement>();

  /** `changes`: of a connection that writes. */
  constructor(db: DatabaseSync, changes: Changes | undefined) {
    this.#db = db;
    this.#changes = changes;
  }

  #prepare(given: CompiledQuery): PreparedStatement {
    const { sql, query } = given;
    let found = this.#prepared.get(sql);
    if (!found) {
      if (this.#prepared.size >= MAX_STATEMENTS) this.#prepared.clear();
      const statement = this.#db.prepare(sql);
      found = { statement, reads: statement.columns().length > 0, touches: touchedBy(query) };
      this.#prepared.set(sql, found);
    }
    if (found.touches.length > 0) this.#changes?.note(found.touches, practicesIn(query, filledIn(given)));
    return found;
  }

  run<R>(query: CompiledQuery): QueryResult<R> {
    const { statement, reads } = this.#prepare(query);
    const values = query.parameters as readonly SQLInputValue[];
    if (reads) return { rows: statement.all(...values) as R[] };
    const { changes, lastInsertRowid } = statement.run(...values);
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return this.run(query);
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    const { statement } = this.#prepare(query);
    const { parameters } = query;
    for (const row of statement.iterate(...(parameters as readonly SQLInputValue[]))) yield { rows: [row as R] };
  }

  exec(sql: string): void {
    this.#db.exec(sql);
  }
}

/** One connection that waits its turn: a second user gets it when the first has released it. */
export class SqliteDriver implements Driver {
  readonly #db: DatabaseSync;
  readonly #readOnly: boolean;
  readonly #changes: Changes;
  readonly #connection: SqliteConnection;
  /** Takes the view of a reading transaction at once: without it the first query would. */
  readonly #view: StatementSync | undefined;
  #moment: Moment | undefined;
  /** Told when a reading transaction has its view, before anything else may run. */
  viewed: (() => void) | undefined;
  #turn: Promise<void> = Promise.resolve();
  #release: (() => void) | undefined;

  constructor(db: DatabaseSync, { readOnly = false, changes = new Changes() }: SqliteDialectOptions) {
    this.#db = db;
    this.#readOnly = readOnly;
    this.#changes = changes;
    this.#connection = new SqliteConnection(db, readOnly ? undefined : changes);
    this.#view = readOnly ? db.prepare('PRAGMA data_version') : undefined;
  }

  /** When the transaction that has the connection now got its view; a writing one has none. */
  get moment(): Moment | undefined {
    return this.#moment;
  }

  /** Runs on the one connection; only for whose transaction it is. */
  run<R>(query: CompiledQuery): QueryResult<R> {
    return this.#connection.run(query);
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
    this.#connection.exec(this.#readOnly ? 'BEGIN' : 'BEGIN IMMEDIATE');
    if (!this.#view) return;
    this.#view.get();
    this.#moment = this.#changes.now();
    this.viewed?.();
  }

  async commitTransaction(): Promise<void> {
    try {
      this.#connection.exec('COMMIT');
    } finally {
      if (!this.#readOnly) this.#changes.settle();
    }
  }

  async rollbackTransaction(): Promise<void> {
    // A full disk may have rolled back already; then there is nothing left to do.
    if (this.#db.isTransaction) this.#connection.exec('ROLLBACK');
    if (!this.#readOnly) this.#changes.settle();
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

export interface SqliteDialectOptions {
  readonly readOnly?: boolean;
  /** Shared by the writer and the reader of one database. */
  readonly changes?: Changes;
}

/** The dialect over an open database, and the driver that it makes; destroying Kysely closes the database. */
export function sqliteDialect(
  db: DatabaseSync,
  options: SqliteDialectOptions = {},
): { readonly dialect: Dialect; readonly driver: SqliteDriver } {
  const driver = new SqliteDriver(db, options);
  const dialect: Dialect = {
    createDriver: () => driver,
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new SqliteAdapter(),
    // biome-ignore lint/suspicious/noExplicitAny: Kysely's own signature
    createIntrospector: (kysely: Kysely<any>) => new SqliteIntrospector(kysely),
  };
  return { dialect, driver };
}
