/** What a vault's folder holds of packs, read from its database and not from what anybody says was sent. */

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { readU32 } from '@ketenkluis/base';

/** Magic, version and length of the header before it (docs/spec/encoding.md). */
const PREFIX = 9;

export function storedPacks(vaultDir: string): { readonly packs: number; readonly bodies: number } {
  const db = new DatabaseSync(join(vaultDir, 'vault.db'), { readOnly: true });
  try {
    let packs = 0;
    let bodies = 0;
    for (const { bytes } of db.prepare('select bytes from pack').iterate() as Iterable<{ bytes: Uint8Array }>) {
      packs += 1;
      bodies += bytes.length - PREFIX - readU32(bytes, 5);
    }
    return { packs, bodies };
  } finally {
    db.close();
  }
}
