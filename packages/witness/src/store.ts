/** What a witness must never forget, on disk before it answers: the checkpoint it cosigned last of each log, and every fork it was shown. */

import { chmodSync, closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

export interface Cosigned {
  readonly size: number;
  /** With the log's signature and this witness's. */
  readonly note: string;
  /** Seconds since 1970 in the cosignatures. */
  readonly seconds: number;
}
export interface Fork {
  readonly origin: string;
  /** Seconds since 1970. */
  readonly at: number;
  readonly cosigned: string;
  readonly offered: string;
}

export interface WitnessStore {
  last(origin: string): Cosigned | undefined;
  /** One at a time, over all processes on this file; what `work` writes is durable when this returns, and gone when it throws. */
  exclusive<T>(work: (write: { put(origin: string, next: Cosigned): void; fork(found: Fork): void }) => T): T;
  forks(): readonly Fork[];
  close(): void;
}

/** Forks kept per log: the first ones are proof enough. */
const MAX_FORKS = 100;

export function openStore(file: string): WitnessStore {
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
  const db = new DatabaseSync(file, { timeout: 10_000 });
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS log (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, note TEXT NOT NULL, seconds INTEGER NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS fork (origin TEXT NOT NULL, offered TEXT NOT NULL, cosigned TEXT NOT NULL, at INTEGER NOT NULL,
      PRIMARY KEY (origin, offered)) STRICT;`);
  const select = db.prepare('SELECT size, note, seconds FROM log WHERE origin = ?');
  const upsert = db.prepare(`INSERT INTO log (origin, size, note, seconds) VALUES (?, ?, ?, ?)
    ON CONFLICT (origin) DO UPDATE SET size = excluded.size, note = excluded.note, seconds = excluded.seconds`);
  const count = db.prepare('SELECT count(*) AS n FROM fork WHERE origin = ?');
  const keep = db.prepare('INSERT OR IGNORE INTO fork (origin, offered, cosigned, at) VALUES (?, ?, ?, ?)');
  const all = db.prepare('SELECT origin, at, cosigned, offered FROM fork ORDER BY at, origin');
  const writing = {
    put: (origin: string, { size, note, seconds }: Cosigned) => void upsert.run(origin, size, note, seconds),
    fork({ origin, offered, cosigned, at }: Fork) {
      if ((count.get(origin) as { n: number }).n < MAX_FORKS) keep.run(origin, offered, cosigned, at);
    },
  };
  return {
    last: (origin) => select.get(origin) as Cosigned | undefined,
    exclusive(work) {
      db.exec('BEGIN IMMEDIATE');
      try {
        const result = work(writing);
        db.exec('COMMIT');
        return result;
      } catch (error) {
        // A full disk may have rolled back already.
        if (db.isTransaction) db.exec('ROLLBACK');
        throw error;
      }
    },
    forks: () => all.all() as unknown as Fork[],
    close: () => db.close(),
  };
}
