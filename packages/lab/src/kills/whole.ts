/** A stopped vault after rough treatment: no acknowledged line lost, the log whole, nothing left over. */

import { base64url, fromBase64url } from '@ketenkluis/base';
import { folderOf, parseVkey, verifyLedger } from '@ketenkluis/ledger';
import { createVerifier } from '@ketenkluis/seal';
import { createVault, fsck } from '@ketenkluis/vault';
import { database, rowsOf } from '../attacks/host.ts';
import type { Acknowledged } from './journal.ts';

export async function checkStopped(of: {
  readonly vaultDir: string;
  readonly journal: readonly Acknowledged[];
  readonly log: { readonly origin: string; readonly key: string };
}): Promise<{ readonly lines: number; readonly packs: number; readonly faults: readonly string[] }> {
  const { vaultDir, journal, log } = of;
  const faults: string[] = [];
  const leaves = database(vaultDir, (db) =>
    rowsOf(db, 'SELECT leaf FROM entry ORDER BY idx').map((row) =>
      base64url(new Uint8Array(row['leaf'] as Uint8Array)),
    ),
  );
  for (const { index, leaf } of journal) {
    if (leaves[index] !== leaf) faults.push(`the acknowledged line ${index} is lost`);
  }
  const stopped = await createVault({
    dir: vaultDir,
    origins: ['http://check.localhost'],
    bootstrapToken: 'x'.repeat(16),
  });
  const { ledger } = stopped.vault.storage;
  const verdict = await verifyLedger({
    folder: folderOf(ledger, log.origin),
    trust: { log: parseVkey(log.key) },
    verifier: createVerifier(),
    seen: journal.map((line) => ({ origin: log.origin, size: line.size, root: fromBase64url(line.root) })),
    entries: (from, to) => ledger.entries(log.origin, from, to),
  });
  await stopped.stop();
  for (const fault of verdict.faults) faults.push(`the log: ${fault.message}`);
  const report = await fsck(vaultDir);
  for (const { code, where } of report.faults) faults.push(`the vault: ${code} ${where}`);
  return { lines: report.lines, packs: report.packs, faults };
}
