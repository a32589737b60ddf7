/**
 * Checks a vault's folder without changing it (stop the vault first, or give it a copy): every leaf from its stored line, every root,
 * every dossier's chain and state, and that packs, grants and shares stand on a line and nothing is left over.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { equalBytes, type OrganisationId, systemRandom } from '@ketenkluis/base';
import { openCheckpoint, parseVkey, rootFromTiles } from '@ketenkluis/ledger';
import { createVerifier } from '@ketenkluis/seal';
import { vaultError } from './errors.ts';
import { type LogWalk, walkLog } from './fsck-log.ts';
import { checkObjects } from './fsck-objects.ts';
import { openKeys } from './keys.ts';
import { createPeople } from './people.ts';
import { erasedOf } from './retention.ts';
import { openShares, type ShareStore } from './storage/shares.ts';
import { openReader, type Storage } from './storage/storage.ts';

export interface Fault {
  /** Closed code. */
  readonly code: FaultCode;
  /** Where: a log, a line, a random id or a hash. */
  readonly where: string;
  /** What to do about it. */
  readonly mend: string;
}
export type FaultCode = keyof typeof MENDS;
const RESTORE = 'put the folder back from a backup, then let the practice sync';
const RESEAL = 'let the practice sync: its agent seals this again';
const ANNEX = 'put the annex back from a backup, or from the mirror of the practice';
const REQUEST = 'put the signed request back from a backup, or from the mirror of the practice';
export const MENDS = {
  'line-missing': RESTORE,
  'line-changed': RESTORE,
  'root-differs': RESTORE,
  'tiles-differ': RESTORE,
  'checkpoint-forged': `${RESTORE}; if it comes back, the log key was changed`,
  'time-backwards': 'set the clock right; the lines stay as they are',
  'chain-broken': RESTORE,
  'chain-head-differs': RESTORE,
  'state-differs': RESTORE,
  'index-differs': RESTORE,
  'erased-early':
    'lines went before their five years were over: put them back from a backup or the mirror of the practice',
  'erased-without-line':
    'lines were taken out of the log and no line says so: put them back from a backup or the mirror',
  'annex-missing': ANNEX,
  'annex-changed': ANNEX,
  'request-missing': REQUEST,
  'request-changed': REQUEST,
  'directory-invalid': `${RESTORE}; the practice's owners look at what does not verify`,
  'partner-directory-invalid': 'let somebody of that partner sign in again, or an owner bring its directory',
  'snapshot-differs': 'let the practice sync: it takes a new snapshot',
  'head-without-statement': RESEAL,
  'head-without-pack': RESEAL,
  'statement-changed': RESTORE,
  'pack-changed': RESEAL,
  'pack-without-line': 'remove the pack: nothing may be here that no line holds',
  'orphan-pack': 'start the vault once; if it stays, remove the row',
  'grant-without-wrap': RESEAL,
  'exit-missing': RESEAL,
  'orphan-grant': 'let the practice sync; if it stays, remove the row',
  'grant-differs': RESTORE,
  'grant-without-fact': 'let the practice sync: a grant on nothing goes; if it stays, remove its rows (granted, wrap)',
  'grant-without-team':
    'let an owner bring the partner again, or end the referral; if it stays, remove its rows (granted, wrap)',
  'orphan-wrap': 'let the practice sync; if it stays, remove the row',
  'share-missing': RESEAL,
  'share-differs': RESEAL,
  'orphan-share': 'start the vault once: it overwrites what no live head needs',
  'share-overdue': 'start the vault once: it overwrites shares whose five minutes are over',
  'fact-without-statement': RESTORE,
  // What waits: the vault refuses by itself, and the next one who comes tidies it up.
  'grant-to-old-key':
    'let a colleague of that team open the workplace, or let the practice sync: it is wrapped for the new key',
  'grant-past-its-end': 'let the practice sync: what has run out opens nothing, and goes then',
} as const;
/** Left standing by ordinary work until the next sync or sign-in: named, and no fault. */
const WAITING: ReadonlySet<FaultCode> = new Set(['grant-to-old-key', 'grant-past-its-end']);

export interface FsckReport {
  readonly ok: boolean;
  readonly practices: number;
  readonly lines: number;
  readonly items: number;
  readonly dossiers: number;
  readonly packs: number;
  /** The first thousand. */
  readonly faults: readonly Fault[];
  /** What the next sync or sign-in mends by itself; the first thousand. */
  readonly waiting: readonly Fault[];
}

export const MAX_FAULTS = 1000;
export type Report = (code: FaultCode, where: string) => void;

async function checkTree(storage: Storage, log: string, walk: LogWalk, vkey: string, report: Report): Promise<void> {
  const state = await storage.ledger.state(log);
  if (state.checkpoint === null || state.size !== walk.lines)
    return report('line-missing', `${log} line ${walk.lines}`);
  try {
    const checkpoint = await openCheckpoint(state.checkpoint, { log: parseVkey(vkey) }, createVerifier());
    if (checkpoint.size !== walk.lines || !equalBytes(checkpoint.root, walk.root)) report('root-differs', log);
  } catch {
    report('checkpoint-forged', log);
  }
  try {
    const root = await rootFromTiles(walk.lines, (level, index) => storage.ledger.tile(log, level, index));
    if (!equalBytes(root, walk.root)) report('tiles-differ', log);
  } catch {
    report('tiles-differ', log);
  }
}

/** Throws `vault/bad-directory` when there is no vault in the folder. */
export async function fsck(dir: string): Promise<FsckReport> {
  for (const file of ['vault.db', 'shares.db', join('keys', 'vault.id')]) {
    if (!existsSync(join(dir, file)))
      throw vaultError('bad-directory', `${file} is missing; this is no vault's folder`);
  }
  const storage = openReader(join(dir, 'vault.db'));
  const shares: ShareStore = openShares(join(dir, 'shares.db'), { readOnly: true });
  const faults: Fault[] = [];
  const waiting: Fault[] = [];
  const report: Report = (code, where) => {
    const list = WAITING.has(code) ? waiting : faults;
    if (list.length < MAX_FAULTS) list.push({ code, where, mend: MENDS[code] });
  };
  const totals = { practices: 0, lines: 0, items: 0, dossiers: 0, packs: 0 };
  try {
    const keys = await openKeys(dir, systemRandom);
    const people = createPeople(storage, createVerifier());
    const practices = await storage.read((tx) => tx.selectFrom('practice').select(['practice', 'log']).execute());
    for (const { practice, log } of practices) {
      totals.practices++;
      const walk = await walkLog(storage, practice, log, await storage.read((tx) => erasedOf(tx, practice)), report);
      totals.lines += walk.lines;
      totals.items += walk.items;
      await checkTree(storage, log, walk, await keys.vkey(log), report);
      const directory = await people.of(practice as OrganisationId).catch(() => undefined);
      if (!directory?.keys.authority) report('directory-invalid', practice);
      for (const organisation of directory?.broken ?? []) report('partner-directory-invalid', organisation);
      const counted = await checkObjects(storage, shares, practice, walk, directory?.keys, report);
      totals.dossiers += counted.dossiers;
      totals.packs += counted.packs;
    }
  } finally {
    await storage.close();
    shares.close();
  }
  return { ok: faults.length === 0, ...totals, faults, waiting };
}
