/** Is a team's own list the newest that the practice has signed? (docs/spec/snapshot.md, check 4) */

import type { Descriptor, Hash, Snapshot } from '@ketenkluis/seal';
import { z } from 'zod';
import { clientError } from './errors.ts';
import type { ClientStorage } from './ports.ts';

const seenList = z.strictObject({ version: z.int(), descriptor: z.string() });

/**
 * Holds a team handle's descriptor against the snapshot's row and against what this device has seen, and remembers it. A version
 * that is newer than the snapshot is taken: the agent alone signs one. Throws `client/rolled-back`, `client/fork`.
 */
export async function checkList(options: {
  readonly stated: Descriptor;
  readonly hash: Hash;
  readonly snapshot: Snapshot | null;
  readonly storage: ClientStorage;
}): Promise<void> {
  const { stated, hash, snapshot, storage } = options;
  const { handle, version, prev, practice } = stated;
  const name = `list:${practice}:${handle}`;
  const last = seenList.nullable().parse((await storage.get(name)) ?? null);
  const row = snapshot?.lists.find((list) => list.handle === handle);
  if (row !== undefined && row.team !== stated.team) {
    throw clientError('fork', 'the snapshot names this list as that of another team');
  }
  for (const known of [row, last]) {
    if (known === undefined || known === null) continue;
    if (version < known.version) {
      throw clientError('rolled-back', `the vault gives version ${version} of a list; version ${known.version} stands`);
    }
    const same = version === known.version && hash !== known.descriptor;
    const next = version === known.version + 1 && prev !== known.descriptor;
    if (same || next) throw clientError('fork', `the vault gives another version ${version} of a list than was signed`);
  }
  await storage.set(name, { version, descriptor: hash });
}
