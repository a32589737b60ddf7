/** What a host can do with its own disk: edit every table, use its log key, make the log say something else and sign that. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { fromBase64url, instant, type Signer } from '@ketenkluis/base';
import {
  CHAIN_START,
  type ChainHead,
  type DecodedEntry,
  decodeEntry,
  encodeEntry,
  integrate,
  itemHash,
  leafOf,
  signCheckpoint,
} from '@ketenkluis/ledger';
import { webSigner } from '@ketenkluis/seal';

export type Row = Record<string, SQLInputValue>;

/** The vault's database, writable by its host; the vault itself may be up or down. */
export function database<T>(vaultDir: string, work: (db: DatabaseSync) => T, file = 'vault.db'): T {
  const db = new DatabaseSync(join(vaultDir, file));
  try {
    return work(db);
  } finally {
    db.close();
  }
}
export const rowsOf = (db: DatabaseSync, sql: string, ...values: SQLInputValue[]): Row[] =>
  db.prepare(sql).all(...values) as Row[];

/** Writes rows into a table, over what was there. */
export function putRows(db: DatabaseSync, table: string, rows: readonly Row[]): void {
  for (const row of rows) {
    const names = Object.keys(row);
    db.prepare(
      `INSERT OR REPLACE INTO ${table} (${names.map((name) => `"${name}"`).join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
    ).run(...names.map((name) => row[name]!));
  }
}

/** Tables whose rows belong to one dossier; `share` lives in its own file. */
const OF_DOSSIER = ['dossier', 'handle', 'fact', 'granted'] as const;

/** Everything live of one dossier, as a host copies it aside. */
export function takeDossier(vaultDir: string, dossier: string): ReadonlyMap<string, readonly Row[]> {
  const kept = new Map<string, Row[]>();
  const shares = database(vaultDir, (db) => rowsOf(db, 'SELECT * FROM share'), 'shares.db');
  return database(vaultDir, (db) => {
    for (const table of OF_DOSSIER) kept.set(table, rowsOf(db, `SELECT * FROM ${table} WHERE dossier = ?`, dossier));
    const packs = kept.get('handle')!.map((row) => String(row['descriptor']));
    const named = (table: string) =>
      packs.flatMap((hash) => rowsOf(db, `SELECT * FROM ${table} WHERE descriptor = ?`, hash));
    for (const table of ['pack', 'wrap']) kept.set(table, named(table));
    kept.set('statement', rowsOf(db, 'SELECT * FROM statement'));
    kept.set(
      'share',
      shares.filter((row) => packs.includes(String(row['descriptor']))),
    );
    return kept;
  });
}

/** Puts such a copy back into a vault that has gone on: the log stays as it is. */
export function putDossier(vaultDir: string, dossier: string, kept: ReadonlyMap<string, readonly Row[]>): void {
  database(vaultDir, (db) => {
    const now = rowsOf(db, 'SELECT seq, head FROM dossier WHERE dossier = ?', dossier)[0];
    for (const table of ['handle', 'fact', 'granted'])
      db.prepare(`DELETE FROM ${table} WHERE dossier = ?`).run(dossier);
    for (const [table, rows] of kept) if (table !== 'share') putRows(db, table, rows);
    // The chain goes on where the log stands, or the next line would not fit.
    if (now)
      db.prepare('UPDATE dossier SET seq = ?, head = ? WHERE dossier = ?').run(now['seq']!, now['head']!, dossier);
  });
  database(vaultDir, (db) => putRows(db, 'share', kept.get('share') ?? []), 'shares.db');
}

export const logOf = (vaultDir: string): string =>
  database(vaultDir, (db) => String(rowsOf(db, 'SELECT log FROM practice')[0]!['log']));

/** The log's own signing key: the host has it. */
export function logSigner(vaultDir: string): Promise<Signer> {
  const log = logOf(vaultDir);
  const text = readFileSync(join(vaultDir, 'keys', `log-${log.replaceAll('/', '-')}.key`), 'utf8').trim();
  return webSigner({ by: log, seed: fromBase64url(text) });
}

/** A line of the log; `from` is where it stood, null for one that the host made up. */
export interface HostLine extends Pick<DecodedEntry, 'entry' | 'salts'> {
  readonly from: number | null;
}

export const linesOf = (vaultDir: string): HostLine[] =>
  database(vaultDir, (db) =>
    rowsOf(db, 'SELECT idx, stored FROM entry ORDER BY idx').map((row) => {
      const { entry, salts } = decodeEntry(new Uint8Array(row['stored'] as Uint8Array));
      return { from: Number(row['idx']), entry, salts };
    }),
  );

/** Numbers every dossier's items anew, so that no gap gives the change away. */
function rechained(lines: readonly HostLine[]): HostLine[] {
  const heads = new Map<string, ChainHead>();
  return lines.map(({ from, entry, salts }) => {
    const items = entry.items.map((item, i) => {
      if (item.dossier === null || item.seq === null) return item;
      const head = heads.get(item.dossier) ?? CHAIN_START;
      const next = { ...item, seq: head.seq + 1, prev: head.hash };
      heads.set(item.dossier, { seq: next.seq, hash: itemHash(next, fromBase64url(salts.items[i]!)) });
      return next;
    });
    return { from, entry: { ...entry, items }, salts };
  });
}

/**
 * Makes the log say this instead, with new tiles, a new root and the log's own signature, and the vault's index to fit: what a careful
 * host does. `chained: false` leaves the dossiers' numbering as it is given.
 */
export async function rewriteLog(
  vaultDir: string,
  change: (lines: HostLine[]) => HostLine[],
  options: { readonly chained?: boolean } = {},
): Promise<void> {
  const before = linesOf(vaultDir);
  const changed = change([...before]);
  const lines = (options.chained ?? true) ? rechained(changed) : changed;
  const log = logOf(vaultDir);
  const leaves = lines.map(({ entry, salts }) => leafOf(entry, salts));
  const tree = await integrate(0, leaves, async () => undefined);
  const checkpoint = await signCheckpoint({ origin: log, size: tree.size, root: tree.root }, await logSigner(vaultDir));
  const last = lines.at(-1)?.entry.common.at ?? instant(0);
  database(vaultDir, (db) => {
    const changes = new Map(
      rowsOf(db, 'SELECT line, item, change FROM dossier_item').map((row) => [
        `${row['line']}/${row['item']}`,
        Number(row['change']),
      ]),
    );
    const practice = String(rowsOf(db, 'SELECT practice FROM practice')[0]!['practice']);
    db.exec('BEGIN; DELETE FROM entry; DELETE FROM tile; DELETE FROM dossier_item');
    lines.forEach(({ entry, salts }, idx) => {
      putRows(db, 'entry', [{ log, idx, leaf: leaves[idx]!, stored: encodeEntry(entry, salts) }]);
    });
    for (const { level, index, bytes } of tree.tiles) putRows(db, 'tile', [{ log, level, idx: index, bytes }]);
    db.prepare('UPDATE log SET size = ?, at = ?, checkpoint = ? WHERE log = ?').run(tree.size, last, checkpoint, log);
    lines.forEach(({ from, entry, salts }, line) => {
      entry.items.forEach((item, position) => {
        if (item.dossier === null || item.seq === null) return;
        const { dossier, seq } = item;
        const change = changes.get(`${from}/${position}`) ?? 0;
        putRows(db, 'dossier_item', [{ practice, dossier, seq, line, item: position, at: entry.common.at, change }]);
        db.prepare('UPDATE dossier SET seq = ?, head = ? WHERE dossier = ?').run(
          seq,
          itemHash(item, fromBase64url(salts.items[position]!)),
          dossier,
        );
      });
    });
    moveLines(db, lines);
    db.exec('COMMIT');
  });
}

/** Rows that name a line follow it; those of a line that is gone go too. */
function moveLines(db: DatabaseSync, lines: readonly HostLine[]): void {
  const to = new Map(lines.flatMap(({ from }, line) => (from === null ? [] : [[from, line] as const])));
  for (const table of ['statement', 'handle', 'annex', 'asked']) {
    const used = rowsOf(db, `SELECT DISTINCT line FROM ${table}`).map((row) => Number(row['line']));
    // First out of the way, so that no two rows meet under one key.
    db.prepare(`UPDATE ${table} SET line = line + 1000000`).run();
    for (const line of used) {
      const next = to.get(line);
      if (next === undefined) db.prepare(`DELETE FROM ${table} WHERE line = ?`).run(line + 1_000_000);
      else db.prepare(`UPDATE ${table} SET line = ? WHERE line = ?`).run(next, line + 1_000_000);
    }
  }
}
