/**
 * What a keyholder keeps, on disk before it answers: pieces, the directories it was shown, the checkpoints it accepted, the requests it
 * answered, its clock, and every fork. Requests that arrive together share one transaction.
 */

import { chmodSync, closeSync, existsSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers';
import { type Instant, MINUTE, type OrganisationId } from '@ketenkluis/base';
import { CUSTODY_FRESH } from '@ketenkluis/protocol/keyholder';
import type { Hash } from '@ketenkluis/seal';

/** How long a superseded piece answers lines from before. */
export const PIECE_GRACE = 5 * MINUTE;
/** Checkpoints of each log that are remembered. */
const REMEMBERED = 1024;
const MAX_FORKS = 100;

export interface HeldPiece {
  readonly piece: Uint8Array<ArrayBuffer>;
  readonly superseded: Instant | null;
}
export interface SeenNote {
  readonly size: number;
  readonly note: string;
}
export interface Fork {
  readonly practice: OrganisationId;
  readonly at: Instant;
  readonly seen: string;
  readonly offered: string;
}

/** Everything that one request reads and writes. */
export interface HolderTx {
  /** The newest time that was used here; 0 before the first. */
  clock(): number;
  used(practice: OrganisationId, request: Hash): boolean;
  use(practice: OrganisationId, request: Hash, now: Instant): void;
  last(practice: OrganisationId): SeenNote | undefined;
  accepted(practice: OrganisationId, size: number): string | undefined;
  accept(practice: OrganisationId, seen: SeenNote): void;
  fork(found: Fork): void;
  piece(practice: OrganisationId, descriptor: Hash): HeldPiece | undefined;
  put(practice: OrganisationId, descriptor: Hash, piece: Uint8Array, now: Instant): void;
  supersede(practice: OrganisationId, descriptors: readonly Hash[], now: Instant): void;
  drop(practice: OrganisationId, descriptors: readonly Hash[]): void;
  /** Everything but these, and but what came after `before`. */
  keep(practice: OrganisationId, live: ReadonlySet<Hash>, before: Instant): void;
  /** Those that are not superseded. */
  held(practice: OrganisationId): Hash[];
  directory(practice: OrganisationId, organisation: OrganisationId): string[];
  learn(practice: OrganisationId, organisation: OrganisationId, from: number, wires: readonly string[]): void;
}

export interface HolderStore {
  /** Durable when it resolves; what `work` wrote is gone when it rejects. One at a time, over all processes on this file. */
  commit<T>(work: (tx: HolderTx) => T): Promise<T>;
  read<T>(work: (tx: HolderTx) => T): T;
  /** Partners whose directories are known. */
  organisations(practice: OrganisationId): OrganisationId[];
  /** Overwrites what has had its five minutes; at a start everything that was superseded. */
  sweep(now: Instant | null): number;
  counts(): { readonly practice: OrganisationId; readonly pieces: number }[];
  forks(): readonly Fork[];
  close(): void;
}

function privateFile(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
  for (const one of [path, `${path}-wal`, `${path}-shm`]) if (existsSync(one)) chmodSync(one, 0o600);
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS clock (one INTEGER PRIMARY KEY CHECK (one = 1), newest INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS piece (practice TEXT NOT NULL, descriptor TEXT NOT NULL, piece BLOB NOT NULL, at INTEGER NOT NULL,
    superseded INTEGER, PRIMARY KEY (practice, descriptor)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS seen (practice TEXT NOT NULL, size INTEGER NOT NULL, note TEXT NOT NULL,
    PRIMARY KEY (practice, size)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS used (practice TEXT NOT NULL, request TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (practice, request)) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS used_at ON used (at);
  CREATE TABLE IF NOT EXISTS statement (practice TEXT NOT NULL, organisation TEXT NOT NULL, place INTEGER NOT NULL, wire TEXT NOT NULL,
    PRIMARY KEY (practice, organisation, place)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS fork (practice TEXT NOT NULL, offered TEXT NOT NULL, seen TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (practice, offered)) STRICT, WITHOUT ROWID;`;

export function openStore(file: string): HolderStore {
  privateFile(file);
  const db = new DatabaseSync(file, { timeout: 10_000 });
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON');
  db.exec(SCHEMA);
  const sql = {
    clock: db.prepare('SELECT newest FROM clock'),
    tick: db.prepare(`INSERT INTO clock (one, newest) VALUES (1, ?)
      ON CONFLICT (one) DO UPDATE SET newest = max(newest, excluded.newest)`),
    used: db.prepare('SELECT 1 FROM used WHERE practice = ? AND request = ?'),
    use: db.prepare('INSERT INTO used (practice, request, at) VALUES (?, ?, ?)'),
    forget: db.prepare('DELETE FROM used WHERE at < ?'),
    last: db.prepare('SELECT size, note FROM seen WHERE practice = ? ORDER BY size DESC LIMIT 1'),
    accepted: db.prepare('SELECT note FROM seen WHERE practice = ? AND size = ?'),
    accept: db.prepare('INSERT INTO seen (practice, size, note) VALUES (?, ?, ?) ON CONFLICT DO NOTHING'),
    prune: db.prepare(`DELETE FROM seen WHERE practice = ? AND size <= (SELECT size FROM seen WHERE practice = ?
      ORDER BY size DESC LIMIT 1 OFFSET ?)`),
    forkCount: db.prepare('SELECT count(*) AS n FROM fork WHERE practice = ?'),
    fork: db.prepare('INSERT OR IGNORE INTO fork (practice, offered, seen, at) VALUES (?, ?, ?, ?)'),
    forks: db.prepare('SELECT practice, at, seen, offered FROM fork ORDER BY at, practice'),
    piece: db.prepare('SELECT piece, superseded FROM piece WHERE practice = ? AND descriptor = ?'),
    put: db.prepare('INSERT INTO piece (practice, descriptor, piece, at) VALUES (?, ?, ?, ?)'),
    mark: db.prepare('UPDATE piece SET superseded = ? WHERE practice = ? AND descriptor = ? AND superseded IS NULL'),
    drop: db.prepare('DELETE FROM piece WHERE practice = ? AND descriptor = ?'),
    held: db.prepare('SELECT descriptor FROM piece WHERE practice = ? AND superseded IS NULL'),
    older: db.prepare('SELECT descriptor FROM piece WHERE practice = ? AND at < ?'),
    expired: db.prepare('DELETE FROM piece WHERE superseded <= ?'),
    counts: db.prepare('SELECT practice, count(*) AS pieces FROM piece GROUP BY practice ORDER BY practice'),
    directory: db.prepare('SELECT wire FROM statement WHERE practice = ? AND organisation = ? ORDER BY place'),
    unlearn: db.prepare('DELETE FROM statement WHERE practice = ? AND organisation = ? AND place >= ?'),
    learn: db.prepare('INSERT INTO statement (practice, organisation, place, wire) VALUES (?, ?, ?, ?)'),
    organisations: db.prepare('SELECT DISTINCT organisation FROM statement WHERE practice = ?'),
  };
  let dropped = false;
  const tx: HolderTx = {
    clock: () => (sql.clock.get() as { newest: number } | undefined)?.newest ?? 0,
    used: (practice, request) => sql.used.get(practice, request) !== undefined,
    use(practice, request, now) {
      sql.tick.run(now);
      // A line is refused by its age long before its request is forgotten.
      sql.forget.run(now - 5 * CUSTODY_FRESH);
      sql.use.run(practice, request, now);
    },
    last: (practice) => sql.last.get(practice) as SeenNote | undefined,
    accepted: (practice, size) => (sql.accepted.get(practice, size) as { note: string } | undefined)?.note,
    accept(practice, { size, note }) {
      sql.accept.run(practice, size, note);
      sql.prune.run(practice, practice, REMEMBERED);
    },
    fork({ practice, offered, seen, at }) {
      if ((sql.forkCount.get(practice) as { n: number }).n < MAX_FORKS) sql.fork.run(practice, offered, seen, at);
    },
    piece: (practice, descriptor) => {
      const row = sql.piece.get(practice, descriptor) as { piece: Uint8Array; superseded: number | null } | undefined;
      return row && { piece: new Uint8Array(row.piece), superseded: row.superseded as Instant | null };
    },
    put: (practice, descriptor, piece, now) => void sql.put.run(practice, descriptor, piece, now),
    supersede(practice, descriptors, now) {
      for (const one of descriptors) sql.mark.run(now, practice, one);
    },
    drop(practice, descriptors) {
      for (const one of descriptors) dropped = Number(sql.drop.run(practice, one).changes) > 0 || dropped;
    },
    keep(practice, live, before) {
      const old = sql.older.all(practice, before).map((row) => row.descriptor as Hash);
      tx.drop(
        practice,
        old.filter((one) => !live.has(one)),
      );
    },
    held: (practice) => sql.held.all(practice).map((row) => row.descriptor as Hash),
    directory: (practice, organisation) => sql.directory.all(practice, organisation).map((row) => String(row.wire)),
    learn(practice, organisation, from, wires) {
      sql.unlearn.run(practice, organisation, from);
      for (const [i, wire] of wires.entries()) sql.learn.run(practice, organisation, from + i, wire);
    },
  };

  interface Job {
    readonly work: (tx: HolderTx) => unknown;
    readonly resolve: (value: never) => void;
    readonly reject: (error: unknown) => void;
  }
  let waiting: Job[] = [];
  const flush = (): void => {
    const jobs = waiting;
    waiting = [];
    const done: (() => void)[] = [];
    dropped = false;
    try {
      db.exec('BEGIN IMMEDIATE');
      for (const { work, resolve, reject } of jobs) {
        db.exec('SAVEPOINT job');
        try {
          const value = work(tx) as never;
          db.exec('RELEASE job');
          done.push(() => resolve(value));
        } catch (error) {
          db.exec('ROLLBACK TO job; RELEASE job');
          done.push(() => reject(error));
        }
      }
      db.exec('COMMIT');
    } catch (error) {
      // A full disk may have rolled back already. Nothing is answered that is not on disk.
      if (db.isTransaction) db.exec('ROLLBACK');
      for (const { reject } of jobs) reject(error);
      return;
    }
    if (dropped) db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    for (const answer of done) answer();
  };

  return {
    commit: (work) =>
      new Promise((resolve, reject) => {
        waiting.push({ work, resolve, reject });
        if (waiting.length === 1) setImmediate(flush);
      }),
    read: (work) => work(tx),
    organisations: (practice) => sql.organisations.all(practice).map((row) => row.organisation as OrganisationId),
    sweep(now) {
      const gone = Number(sql.expired.run(now === null ? Number.MAX_SAFE_INTEGER : now - PIECE_GRACE).changes);
      if (gone > 0) db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      return gone;
    },
    counts: () => sql.counts.all() as unknown as { practice: OrganisationId; pieces: number }[],
    forks: () => sql.forks.all() as unknown as Fork[],
    close: () => db.close(),
  };
}
