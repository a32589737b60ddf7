/** What a vault's folder holds of packs, read from its database and not from what anybody says was sent. */

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { readU32 } from '@ketenkluis/base';

/** Magic, version and length of the header before it (docs/spec/encoding.md). */
const PREFIX = 9;

export interface Stored {
  readonly packs: number;
  readonly bodies: number;
  /** Of these, what is no patient's: worklists, names of staff, receipts. */
  readonly lists: number;
}

export function storedPacks(vaultDir: string): Stored {
  const db = new DatabaseSync(join(vaultDir, 'vault.db'), { readOnly: true });
  try {
    let packs = 0;
    let bodies = 0;
    let lists = 0;
    const rows = db.prepare('select pack.bytes, handle.dossier from pack join handle using (practice, descriptor)');
    for (const { bytes, dossier } of rows.iterate() as Iterable<{ bytes: Uint8Array; dossier: string | null }>) {
      const body = bytes.length - PREFIX - readU32(bytes, 5);
      packs += 1;
      bodies += body;
      if (dossier === null) lists += body;
    }
    return { packs, bodies, lists };
  } finally {
    db.close();
  }
}
