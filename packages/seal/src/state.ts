/** Dossier state and the snapshot's tree (docs/spec/state.md). */

import {
  type DossierId,
  equalBytes,
  fromBase64url,
  type Id,
  type IdKind,
  idBytes,
  lengthPrefixed,
  u32,
} from '@ketenkluis/base';
import { memoryTree, verifyInclusion } from '@ketenkluis/ledger';
import { domain, sha256 } from './encoding.ts';
import { sealError } from './errors.ts';
import { asHash } from './statement.ts';
import type { Grant, Hash } from './statements.ts';

const STATE = domain('state');
const SNAPSHOT = domain('snapshot');

const compareBytes = (a: Uint8Array, b: Uint8Array): number => {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    if (a[i] !== b[i]) return a[i]! - b[i]!;
  }
  return a.length - b.length;
};

const KEPT = 16_384;
/** The bytes of hashes that were read of late: a line names the same ones in the state after each of its items. Nobody changes them. */
const read = new Map<Hash, Uint8Array>();
function bytesOf(hash: Hash): Uint8Array {
  const known = read.get(hash);
  if (known !== undefined) return known;
  const bytes = fromBase64url(hash);
  if (read.size >= KEPT) read.clear();
  read.set(hash, bytes);
  return bytes;
}

/**
 * SHA-256(lp("ketenkluis.state.v1", dossier id, hash, hash, ...)), hashes of the live descriptors, facts and grants of the dossier
 * in byte order. Throws `seal/bad-state` for a hash that stands there twice.
 */
export function dossierState(dossier: Id<IdKind>, live: readonly Hash[]): Hash {
  const hashes = live.map(bytesOf).sort(compareBytes);
  if (hashes.some((item, i) => i > 0 && equalBytes(item, hashes[i - 1]!))) {
    throw sealError('bad-state', 'a live hash is listed twice');
  }
  return asHash(sha256(lengthPrefixed(STATE, idBytes(dossier), ...hashes)));
}

/**
 * These grants of one dossier, oldest first, each with the packs that it opens still: live ones, and of two grants of one pack for one team
 * the newer one counts. A grant without such a pack is live no more.
 */
export function standingGrants<T extends { readonly grant: Grant }>(all: readonly T[], live: ReadonlySet<string>): T[] {
  const newest = new Map(all.flatMap((one) => one.grant.packs.map((pack) => [`${pack} ${one.grant.team}`, one])));
  return all.map((one) => {
    const { team } = one.grant;
    const packs = one.grant.packs.filter((pack) => live.has(pack) && newest.get(`${pack} ${team}`) === one);
    return { ...one, grant: { ...one.grant, packs } };
  });
}

export interface SnapshotRow {
  readonly dossier: DossierId;
  /** Sequence number of the dossier's last log item. */
  readonly seq: number;
  readonly state: Hash;
}
export interface SnapshotProof {
  readonly index: number;
  readonly path: readonly string[];
}

const leaf = ({ dossier, seq, state }: SnapshotRow) =>
  lengthPrefixed(SNAPSHOT, idBytes(dossier), u32(seq), fromBase64url(state));

/** The tree over all dossiers of a practice, sorted by the bytes of their ids. Throws `seal/bad-state` for a dossier named twice. */
export function snapshotTree(rows: readonly SnapshotRow[]): {
  readonly root: Hash;
  readonly size: number;
  proof(dossier: DossierId): SnapshotProof | undefined;
} {
  const sorted = [...rows].sort((a, b) => compareBytes(idBytes(a.dossier), idBytes(b.dossier)));
  const index = new Map(sorted.map((row, i) => [row.dossier, i]));
  if (index.size !== rows.length) throw sealError('bad-state', 'a dossier is listed twice in one snapshot');
  const tree = memoryTree(sorted.map(leaf));
  return {
    root: asHash(tree.root),
    size: rows.length,
    proof: (dossier) => {
      const at = index.get(dossier);
      return at === undefined ? undefined : { index: at, path: tree.inclusion(at).map((step) => asHash(step)) };
    },
  };
}

/** Is this row under the snapshot's root? False on any bad input. */
export function verifySnapshotRow(
  row: SnapshotRow,
  proof: SnapshotProof,
  snapshot: { readonly root: Hash; readonly size: number },
): boolean {
  try {
    return verifyInclusion({
      index: proof.index,
      size: snapshot.size,
      leaf: leaf(row),
      proof: proof.path.map((step) => fromBase64url(step)),
      root: fromBase64url(snapshot.root),
    });
  } catch {
    return false;
  }
}
