/** The host and its own half of every key: shares that should be gone, shares without a line. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fromBase64url, MINUTE } from '@ketenkluis/base';
import { batchesFromWire, expectType, type Sealed, statementFromWire, webVerifier } from '@ketenkluis/seal';
import { openPack } from '@ketenkluis/seal/open';
import { fsck } from '@ketenkluis/vault';
import { type Attack, codeAfter, succeeds } from './attack.ts';
import { database, putRows, rowsOf } from './host.ts';
import { decrypts, recordedLook, sharesOf } from './looks.ts';
import type { Loose } from './proxy.ts';
import type { Fork, Patient } from './world.ts';

const first = (fork: Fork): Patient => fork.base.patients[0]!;

/** A new version of one part; the share rows of before it. */
async function newVersion(fork: Fork) {
  await fork.up();
  const memory = fork.remembered('nurse');
  const before = await recordedLook(fork, 'nurse', first(fork), { memory });
  const rows = database(fork.vaultDir, (db) => rowsOf(db, 'SELECT * FROM share'), 'shares.db');
  fork.change(first(fork));
  fork.time.move(MINUTE);
  await fork.sync();
  const after = await recordedLook(fork, 'nurse', first(fork), { memory });
  const kept = new Set(
    database(fork.vaultDir, (db) => rowsOf(db, 'SELECT descriptor FROM share WHERE until IS NULL'), 'shares.db').map(
      (row) => row['descriptor'],
    ),
  );
  return { before, after, superseded: rows.filter((row) => !kept.has(row['descriptor']!)) };
}

/** Do these bytes stand anywhere in the files of this name? */
const standsIn = (dir: string, name: string, bytes: Uint8Array): boolean =>
  readdirSync(dir)
    .filter((file) => file.startsWith(name))
    .some((file) => readFileSync(join(dir, file)).includes(Buffer.from(bytes)));

export const hostShares: readonly Attack[] = [
  {
    name: 'keep-a-superseded-share',
    promise: 'P3',
    who: 'host',
    does: 'puts the share of a replaced version back from a backup',
    expect: ['orphan-share'],
    without: 'a member who kept their half opens the old version with it',
    async play(fork) {
      const { superseded } = await newVersion(fork);
      fork.time.move(6 * MINUTE);
      await fork.vault.upkeep();
      await fork.down();
      database(fork.vaultDir, (db) => putRows(db, 'share', superseded), 'shares.db');
      const { faults } = await fsck(fork.vaultDir);
      return faults.find(({ code }) => code === 'orphan-share')?.code;
    },
    async twin(fork) {
      const { before } = await newVersion(fork);
      return succeeds(() => decrypts(before.session, before.answer.results[0], before.answer.batches));
    },
  },
  {
    name: 'restart-with-a-restored-share',
    promise: 'P3',
    who: 'host',
    does: 'the same, and starts the vault on it',
    expect: ['gone at the start'],
    without: 'until the start the share is there',
    async play(fork) {
      const { superseded } = await newVersion(fork);
      await fork.down();
      database(fork.vaultDir, (db) => putRows(db, 'share', superseded), 'shares.db');
      await fork.up();
      await fork.down();
      return sharesThere(fork, superseded) === 0 ? 'gone at the start' : undefined;
    },
    async twin(fork) {
      const { superseded } = await newVersion(fork);
      await fork.down();
      database(fork.vaultDir, (db) => putRows(db, 'share', superseded), 'shares.db');
      return superseded.length > 0 && sharesThere(fork, superseded) === superseded.length;
    },
  },
  {
    name: 'undelete-a-share',
    promise: 'P3',
    who: 'thief of disk',
    does: 'searches the free pages and the write-ahead log of the share store for a share that was dropped',
    expect: ['overwritten'],
    without: 'in a table without secure_delete the same bytes are found',
    async play(fork) {
      const { superseded } = await newVersion(fork);
      fork.time.move(6 * MINUTE);
      await fork.vault.upkeep();
      const found = superseded.filter((row) => standsIn(fork.vaultDir, 'shares.db', row['share'] as Uint8Array));
      return superseded.length > 0 && found.length === 0 ? 'overwritten' : undefined;
    },
    async twin(fork) {
      const share = database(fork.vaultDir, (db) => rowsOf(db, 'SELECT share FROM share')[0]!['share']!, 'shares.db');
      const db = new DatabaseSync(join(fork.dir, 'plain.db'));
      db.exec('PRAGMA secure_delete = OFF; CREATE TABLE share (share BLOB)');
      db.prepare('INSERT INTO share VALUES (?)').run(share);
      db.exec('DELETE FROM share');
      db.close();
      return standsIn(fork.dir, 'plain.db', share as Uint8Array);
    },
  },
  {
    name: 'share-without-a-line',
    promise: 'P3',
    who: 'host',
    does: 'asks the share store for a share with a line that was never committed',
    expect: ['vault/internal'],
    without:
      'whoever reads the file itself has it: a dishonest host with a current member needs no line, as SECURITY.md says',
    async play(fork) {
      await fork.up();
      const { answer, session } = await recordedLook(fork, 'nurse', first(fork));
      const { descriptor } = answer.results[0].wrap;
      const line: Loose = {
        index: 1,
        entry: {
          common: { practice: session.practice, class: 'look' },
          items: [{ kind: 'release', outcome: 'success', object: descriptor }],
        },
      };
      return codeAfter(() => fork.vault.vault.shares.release(line, session.practice, [descriptor], fork.time.clock()));
    },
    async twin(fork) {
      return database(
        fork.vaultDir,
        (db) => (rowsOf(db, 'SELECT share FROM share')[0]!['share'] as Uint8Array).length === 32,
        'shares.db',
      );
    },
  },
  {
    name: 'open-the-next-version-with-kept-keys',
    promise: 'P3',
    who: 'host and member',
    does: 'opens a new version with both shares of the version before',
    expect: ['seal/bad-share'],
    without: 'they open the version that they belong to',
    async play(fork) {
      const { before, after } = await newVersion(fork);
      const shares = await sharesOf(before.session, before.answer.results[0], before.answer.batches);
      return codeAfter(() => openAs(after.answer, shares));
    },
    async twin(fork) {
      const { before } = await newVersion(fork);
      const shares = await sharesOf(before.session, before.answer.results[0], before.answer.batches);
      return succeeds(() => openAs(before.answer, shares, before.session));
    },
  },
  {
    name: 'exchange-the-shares',
    promise: 'P2',
    who: 'host',
    does: "gives the member's half as its own",
    expect: ['seal/bad-share'],
    without: 'in their places both open the pack',
    async play(fork) {
      await fork.up();
      const { session, answer } = await recordedLook(fork, 'nurse', first(fork));
      const { c } = await sharesOf(session, answer.results[0], answer.batches);
      const h = Buffer.from(c).toString('base64url');
      fork.tamper({
        on: 'releases',
        answer: (json) => ({ ...json, results: json.results.map((one: Loose) => ({ ...one, h })) }),
      });
      const shares = await sharesOf(session, { ...answer.results[0], h }, answer.batches);
      return codeAfter(() => openAs(answer, shares));
    },
    async twin(fork) {
      await fork.up();
      const { session, answer } = await recordedLook(fork, 'nurse', first(fork));
      return succeeds(async () => openAs(answer, await sharesOf(session, answer.results[0], answer.batches), session));
    },
  },
];

const sharesThere = (fork: Fork, rows: readonly Loose[]): number =>
  database(
    fork.vaultDir,
    (db) =>
      rows.filter((row) => rowsOf(db, 'SELECT 1 FROM share WHERE descriptor = ?', row.descriptor).length > 0).length,
    'shares.db',
  );

/** Opens the first item of an answer with these shares; the author's signature is checked when a session knows the people. */
async function openAs(
  answer: Loose,
  shares: Awaited<ReturnType<typeof sharesOf>>,
  session?: Awaited<ReturnType<typeof recordedLook>>['session'],
): Promise<void> {
  const result = answer.results[0];
  const descriptor = expectType(statementFromWire(result.descriptor, batchesFromWire(answer.batches)), 'descriptor');
  const people = await session?.people();
  await openPack({
    pack: fromBase64url(result.pack) as Sealed<'pack'>,
    shares,
    descriptor: descriptor.payload,
    keyOf: (by) => people?.keyOf(by, session!.now()),
    verifier: webVerifier,
  });
}
