/**
 * After a restore (docs/hosts.md): checkpoints of this vault's logs that others hold stand in `newest.json`. A practice whose log stands
 * before one of them, or does not lead to it, is served nothing: what was withdrawn since would open again.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { equalBytes, type OrganisationId } from '@ketenkluis/base';
import { openCheckpoint, parseVkey, rootFromTiles } from '@ketenkluis/ledger';
import { z } from 'zod';
import { vaultError } from './errors.ts';
import { privateFile } from './storage/private.ts';
import type { Vault } from './vault.ts';

export const NEWEST_FILE = 'newest.json';
const newest = z.strictObject({ v: z.literal(1), notes: z.array(z.string().max(64 * 1024)).max(10_000) });

function notesIn(dir: string): readonly string[] {
  let text: string;
  try {
    text = readFileSync(join(dir, NEWEST_FILE), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  try {
    privateFile(join(dir, NEWEST_FILE));
    return newest.parse(JSON.parse(text)).notes;
  } catch (cause) {
    throw vaultError('bad-config', `${NEWEST_FILE} cannot be read; write it anew or take it away`, { cause });
  }
}

/** Throws `vault/bad-config` for a file or a note that cannot be read, and for a note that this vault's key did not sign. */
export async function practicesBehind(vault: Vault, dir: string): Promise<ReadonlySet<OrganisationId>> {
  const behind = new Set<OrganisationId>();
  const logs = await vault.storage.read((tx) => tx.selectFrom('practice').select(['practice', 'log']).execute());
  for (const note of notesIn(dir)) {
    const mine = logs.find(({ log }) => note.startsWith(`${log}\n`));
    if (mine === undefined) continue;
    const trust = { log: parseVkey(await vault.keys.vkey(mine.log)) };
    const known = await openCheckpoint(note, trust, vault.verifier).catch((cause: unknown) => {
      throw vaultError('bad-config', `a note in ${NEWEST_FILE} is not signed by this vault`, { cause });
    });
    const { size } = await vault.storage.ledger.state(mine.log);
    const holds =
      size >= known.size &&
      equalBytes(
        await rootFromTiles(known.size, (level, index) => vault.storage.ledger.tile(mine.log, level, index)),
        known.root,
      );
    if (!holds) behind.add(mine.practice);
  }
  return behind;
}
