/** Lines as they are shown: with their salts, their inclusion and what came since. */

import { type Bytes, base64url } from '@ketenkluis/base';
import {
  type Committed,
  consistencyFromTiles,
  decodeEntry,
  inclusionFromTiles,
  type KnownNodes,
  type ReadTile,
  readCheckpoint,
  type StoredEntry,
} from '@ketenkluis/ledger';
import type { LedgerProof } from '@ketenkluis/protocol';
import { z } from 'zod';
import { refused } from './auth.ts';
import { vaultError } from './errors.ts';
import type { Vault } from './vault.ts';

const MAX_SHOWN = 256;

/** What proofs of each log were made of before; a line that is asked for again costs no hash. */
const nodes = new WeakMap<Vault, Map<string, KnownNodes>>();
/** Of all logs together, about 6 MB. */
const MAX_NODES = 40_000;

function knownNodes(vault: Vault, log: string): KnownNodes {
  let logs = nodes.get(vault);
  const held = [...(logs?.values() ?? [])].reduce((sum, known) => sum + known.size, 0);
  if (!logs || held > MAX_NODES) {
    logs = new Map();
    nodes.set(vault, logs);
  }
  const known = logs.get(log) ?? new Map();
  logs.set(log, known);
  return known;
}

const tilesOf =
  (vault: Vault, log: string): ReadTile =>
  (level, index) =>
    vault.storage.ledger.tile(log, level, index);

/** Of one line, leaf to root, under a tree of `size` leaves. */
export const inclusionOf = (vault: Vault, log: string, index: number, size: number): Promise<Bytes[]> =>
  inclusionFromTiles(index, size, tilesOf(vault, log), knownNodes(vault, log));

const shownItem = (line: Pick<Committed, 'parts' | 'salts'>, position: number) => ({
  position,
  part: base64url(line.parts.items[position]!),
  salt: line.salts.items[position]!,
});

/** The line on the wire: the common part and the items asked for (all of them, up to 256, when left out). */
export function proofOf(
  line: Pick<Committed, 'parts' | 'salts' | 'index' | 'leaf' | 'proof'>,
  positions: readonly number[] = line.parts.items.slice(0, MAX_SHOWN).map((_, i) => i),
): LedgerProof {
  return {
    index: line.index,
    leaf: base64url(line.leaf),
    path: line.proof.map((step) => base64url(step)),
    common: { part: base64url(line.parts.common), salt: line.salts.common },
    items: positions.map((position) => shownItem(line, position)),
  };
}

/** Proof of an older line, under a tree of `size` leaves. */
export async function proofOfStored(
  vault: Vault,
  log: string,
  entry: StoredEntry,
  size: number,
  positions: readonly number[],
): Promise<LedgerProof> {
  const { parts, salts, leaf } = decodeEntry(entry.stored);
  const proof = await inclusionOf(vault, log, entry.index, size);
  return proofOf({ parts, salts, index: entry.index, leaf, proof }, positions);
}

/** From the checkpoint that the asker named to a tree of `size` leaves; null when none was named or it is none of ours. */
export async function consistencyTo(
  vault: Vault,
  log: string,
  seen: number | null | undefined,
  size: number,
): Promise<string[] | null> {
  if (seen === null || seen === undefined || seen < 1 || seen > size) return null;
  if (seen === size) return [];
  const steps = await consistencyFromTiles(seen, size, tilesOf(vault, log), knownNodes(vault, log));
  return steps.map((step) => base64url(step));
}

const count = z.coerce.number().int();
/** Line `index` under `size` (left out: the newest), and from `from` to there. */
export const proofQuery = z.strictObject({
  index: count.min(0),
  size: count.min(1).optional(),
  from: count.min(1).optional(),
});

/** Hashes beside one line's path, for a keyholder who knows another size. Throws the constant refusal for what the log does not have. */
export async function logProof(vault: Vault, log: string, { index, size, from }: z.infer<typeof proofQuery>) {
  const newest = await checkpointOf(vault, log);
  const end = size ?? newest.size;
  if (end > newest.size || index >= end) throw refused();
  const path = await inclusionFromTiles(index, end, (level, at) => vault.storage.ledger.tile(log, level, at));
  return {
    checkpoint: newest.note,
    path: path.map((step) => base64url(step)),
    consistency: await consistencyTo(vault, log, from, end),
  };
}

/** The newest checkpoint of a log, as a note, and its size. */
export async function checkpointOf(vault: Vault, log: string): Promise<{ note: string; size: number }> {
  const { checkpoint, size } = await vault.storage.ledger.state(log);
  if (checkpoint === null || readCheckpoint(checkpoint).size !== size) {
    throw vaultError('internal', 'the log has no checkpoint; run fsck');
  }
  return { note: checkpoint, size };
}
