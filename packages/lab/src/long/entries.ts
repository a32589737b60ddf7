/** A log of a million lines: written through the vault's own appender, checked as `fsck` does, and found when one line is changed. */

import { join } from 'node:path';
import { steadyCount, systemRandom } from '@ketenkluis/base';
import { createAppender } from '@ketenkluis/ledger';
import { fsck } from '@ketenkluis/vault';
import { database, linesOf, logOf, logSigner, rowsOf } from '../attacks/host.ts';
import { buildBase, Fork } from '../attacks/world.ts';

const AT_ONCE = 4096;

export interface EntriesReport {
  readonly entries: number;
  readonly appendSeconds: number;
  readonly fsckSeconds: number;
  readonly faults: readonly string[];
}

export async function checkEntries(count: number, say: (text: string) => void): Promise<EntriesReport> {
  const base = await buildBase({ patients: 12, seed: 'long' });
  const fork = new Fork(base);
  const faults: string[] = [];
  try {
    const { v: _v, id: _id, at: _at, ...common } = linesOf(fork.vaultDir).at(-1)!.entry.common;
    const log = logOf(fork.vaultDir);
    const signer = await logSigner(fork.vaultDir);
    const running = await fork.up();
    const { ledger } = running.vault.storage;
    const appender = createAppender({
      store: ledger,
      signer: () => signer,
      clock: fork.time.clock,
      random: systemRandom,
      maxBatch: AT_ONCE,
    });
    const from = steadyCount();
    for (let done = 0; done < count; done += AT_ONCE) {
      const batch = Array.from({ length: Math.min(AT_ONCE, count - done) }, () =>
        appender.append({ log, keys: [], prepare: async () => ({ draft: { common, items: [], chains: new Map() } }) }),
      );
      await Promise.all(batch);
      if (done % (AT_ONCE * 25) === 0) say(`${done} lines`);
    }
    const appended = (steadyCount() - from) / 1000;
    await fork.down();
    const checking = steadyCount();
    const report = await fsck(fork.vaultDir);
    const checked = (steadyCount() - checking) / 1000;
    if (!report.ok) faults.push(...report.faults.map(({ code, where }) => `${code} ${where}`));
    if (report.lines < count) faults.push(`only ${report.lines} lines stand`);
    const spoiled = Math.floor(report.lines / 2);
    database(fork.vaultDir, (db) => {
      const row = rowsOf(db, 'SELECT stored FROM entry WHERE idx = ?', spoiled)[0]!;
      const bytes = Buffer.from(row['stored'] as Uint8Array);
      bytes[bytes.length - 1]! ^= 1;
      db.prepare('UPDATE entry SET stored = ? WHERE idx = ?').run(bytes, spoiled);
    });
    const after = await fsck(fork.vaultDir);
    const named = after.faults.some(({ where }) => where.includes(`line ${spoiled}`));
    if (after.ok || !named) faults.push(`a change in line ${spoiled} of ${join('vault', 'vault.db')} was not named`);
    return { entries: count, appendSeconds: appended, fsckSeconds: checked, faults };
  } finally {
    await fork.end();
    base.remove();
  }
}
