/**
 * The vault's own shares, in a database file of their own with secure_delete (design 3, 4). `release()` is the only door:
 * it takes nothing but a committed line, and answers only for what that line permitted.
 */

import { type Bytes, base64url, HOUR, type Instant, MINUTE, type OrganisationId, plus } from '@ketenkluis/base';
import { type Committed, isCommitted } from '@ketenkluis/ledger';
import {
  asShare,
  type Descriptor,
  type Hash,
  type PackHeader,
  SHARE_BYTES,
  type Share,
  verifyShare,
} from '@ketenkluis/seal';
import { vaultError } from '../errors.ts';
import { openDatabase } from './sqlite.ts';

/** How long a superseded share still answers lines that were committed before it was superseded. */
export const SHARE_GRACE = 5 * MINUTE;
/** How long a staged share may wait for the commit of its delivery; no request lives that long. */
export const STAGED_LIFE = HOUR;

export interface ShareRow {
  readonly descriptor: Hash;
  readonly share: Share<'h'>;
}
export interface ShareStore {
  /** Durable when it returns; nothing refers to the rows before their delivery is committed. */
  stage(practice: OrganisationId, rows: readonly ShareRow[], now: Instant): void;
  /**
   * What was staged an hour ago or more and not superseded since: whoever asks looks which of them are live, drops the others, and
   * says so with `unstage`. What an earlier process staged went when this one started.
   */
  staged(now: Instant): Map<OrganisationId, Hash[]>;
  /** These wait for no commit any more. */
  unstage(practice: OrganisationId, descriptors: readonly Hash[]): void;
  /** The shares of the descriptors that this line released; a share that is gone is left out. */
  release(line: Committed, practice: OrganisationId, descriptors: readonly Hash[], now: Instant): Map<Hash, string>;
  /** From line `index` on these answer no more; earlier lines have five minutes. */
  supersede(practice: OrganisationId, descriptors: readonly Hash[], index: number, now: Instant): void;
  /** At once, overwritten. */
  drop(practice: OrganisationId, descriptors: readonly Hash[]): void;
  /** Overwrites what has had its five minutes. */
  sweep(now: Instant): number;
  /** After a start: keeps only what is live; superseded and never committed rows go, whatever their time. */
  keepOnly(live: (practice: OrganisationId, descriptor: Hash) => boolean): number;
  /** For `fsck`: is the share that the descriptor commits to here? The share itself stays inside. */
  holds(
    practice: OrganisationId,
    descriptor: Hash,
    header: PackHeader,
    stated: Descriptor,
  ): 'yes' | 'missing' | 'differs';
  /** Those that are not superseded. */
  list(practice: OrganisationId): Hash[];
  /** For `fsck`: superseded ones that a vault which ran at `now` should have overwritten minutes before. */
  overdue(practice: OrganisationId, now: Instant): Hash[];
  close(): void;
}

export function openShares(file: string, options: { readonly readOnly?: boolean } = {}): ShareStore {
  const readOnly = options.readOnly ?? false;
  const db = openDatabase({ file, readOnly });
  if (!readOnly)
    db.exec(`CREATE TABLE IF NOT EXISTS share (
    practice TEXT NOT NULL, descriptor TEXT NOT NULL, share BLOB NOT NULL, superseded INTEGER, until INTEGER,
    PRIMARY KEY (practice, descriptor)) WITHOUT ROWID`);
  const put = db.prepare('INSERT INTO share (practice, descriptor, share) VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
  const get = db.prepare('SELECT share, superseded, until FROM share WHERE practice = ? AND descriptor = ?');
  const mark = db.prepare(
    'UPDATE share SET superseded = ?, until = ? WHERE practice = ? AND descriptor = ? AND superseded IS NULL',
  );
  const remove = db.prepare('DELETE FROM share WHERE practice = ? AND descriptor = ?');
  const expired = db.prepare('SELECT practice, descriptor FROM share WHERE until <= ?');
  const all = db.prepare('SELECT practice, descriptor, superseded FROM share');
  const ofPractice = db.prepare('SELECT descriptor FROM share WHERE practice = ? AND superseded IS NULL');

  const late = db.prepare('SELECT descriptor FROM share WHERE practice = ? AND until < ?');

  const inTransaction = (work: () => void): void => {
    db.exec('BEGIN IMMEDIATE');
    try {
      work();
      db.exec('COMMIT');
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  };
  /** secure_delete overwrites the page; the checkpoint brings that into the file and empties the write-ahead log. */
  const removeAll = (rows: readonly (readonly [string, string])[]): number => {
    if (rows.length === 0) return 0;
    inTransaction(() => {
      for (const [practice, descriptor] of rows) remove.run(practice, descriptor);
    });
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    return rows.length;
  };

  const waiting = new Map<string, { readonly practice: OrganisationId; readonly row: Hash; readonly at: Instant }>();

  return {
    stage: (practice, rows, now) =>
      inTransaction(() => {
        for (const { descriptor, share } of rows) {
          put.run(practice, descriptor, share);
          waiting.set(`${practice}/${descriptor}`, { practice, row: descriptor, at: now });
        }
      }),
    staged(now) {
      const old = new Map<OrganisationId, Hash[]>();
      for (const [name, { practice, row, at }] of waiting) {
        if (now < plus(at, STAGED_LIFE)) continue;
        if (get.get(practice, row)?.superseded !== null) waiting.delete(name);
        else old.set(practice, [...(old.get(practice) ?? []), row]);
      }
      return old;
    },
    unstage(practice, descriptors) {
      for (const descriptor of descriptors) waiting.delete(`${practice}/${descriptor}`);
    },
    release(line, practice, descriptors, now) {
      if (!isCommitted(line) || line.entry.common.practice !== practice || line.entry.common.class === 'rotate') {
        throw vaultError('internal', 'a share was asked for without a committed line');
      }
      const permitted = new Set(
        line.entry.items.flatMap(({ kind, outcome, object }) =>
          outcome === 'success' && (kind === 'release' || kind === 'list') && object !== null ? [object] : [],
        ),
      );
      const out = new Map<Hash, string>();
      for (const descriptor of descriptors) {
        if (!permitted.has(descriptor)) throw vaultError('internal', 'the line does not permit this share');
        const row = get.get(practice, descriptor);
        if (!row) continue;
        const late = row.superseded !== null && (line.index >= Number(row.superseded) || now >= Number(row.until));
        if (!late) out.set(descriptor, base64url(asShare('h', new Uint8Array(row.share as Uint8Array) as Bytes)));
      }
      return out;
    },
    supersede: (practice, descriptors, index, now) =>
      inTransaction(() => {
        for (const descriptor of descriptors) mark.run(index, now + SHARE_GRACE, practice, descriptor);
      }),
    drop: (practice, descriptors) => void removeAll(descriptors.map((descriptor) => [practice, descriptor] as const)),
    sweep: (now) => removeAll(expired.all(now).map((row) => [String(row.practice), String(row.descriptor)] as const)),
    keepOnly: (live) =>
      removeAll(
        all
          .all()
          .filter((row) => row.superseded !== null || !live(row.practice as OrganisationId, row.descriptor as Hash))
          .map((row) => [String(row.practice), String(row.descriptor)] as const),
      ),
    holds(practice, descriptor, header, stated) {
      const row = get.get(practice, descriptor);
      if (!row) return 'missing';
      const share = new Uint8Array(row.share as Uint8Array) as Bytes;
      return share.length === SHARE_BYTES && verifyShare('h', asShare('h', share), header, stated) ? 'yes' : 'differs';
    },
    list: (practice) => ofPractice.all(practice).map((row) => row.descriptor as Hash),
    // The sweep comes every minute.
    overdue: (practice, now) => late.all(practice, now - 2 * MINUTE).map((row) => row.descriptor as Hash),
    close: () => db.close(),
  };
}
