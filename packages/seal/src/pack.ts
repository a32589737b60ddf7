/** The outside of a pack (docs/spec/pack.md): what anybody may parse and check without opening it. */

import { type Bytes, canonicalJson, fromBase64url, lengthPrefixed, utf8 } from '@ketenkluis/base';
import { z } from 'zod';
import type { Sealed, Share } from './brands.ts';
import { decodeObject, domain, MAGICS, sha256 } from './encoding.ts';
import { sealError } from './errors.ts';
import { asHash, hashOf } from './statement.ts';
import { type Descriptor, descriptor, type Hash, hash } from './statements.ts';
import { suite } from './suite.ts';

const SHARE = domain('share');

export const packHeader = z.strictObject({
  t: z.literal('pack'),
  v: z.literal(1),
  suite: descriptor.shape.suite,
  handle: descriptor.shape.handle,
  version: descriptor.shape.version,
  /** 16 random bytes. */
  salt: z.string().regex(/^[A-Za-z0-9_-]{21}[AQgw]$/),
  /** Compression dictionary; 0 is none. */
  dict: z.int().min(0).max(255),
  /** Whether a keyholder's secret is part of the key. */
  keyholder: z.boolean(),
  /** Key commitment: says before opening whether the shares belong to this pack. */
  commitment: hash,
});
export type PackHeader = z.infer<typeof packHeader>;

export interface ParsedPack {
  readonly header: PackHeader;
  readonly headerBytes: Bytes;
  /** AES-256-GCM chunks. */
  readonly body: Bytes;
  readonly pack: Sealed<'pack'>;
}

/** Throws `seal/bad-object`, `seal/bad-header` or `seal/unknown-suite`. */
export function parsePack(bytes: Bytes): ParsedPack {
  const { header, headerBytes, body } = decodeObject(MAGICS.pack, packHeader, bytes);
  suite(header.suite);
  return { header, headerBytes, body, pack: bytes as Sealed<'pack'> };
}
export const parsePackHeader = (bytes: Bytes): PackHeader => parsePack(bytes).header;

export const packHash = (pack: Bytes): Hash => hashOf(pack);

/** Are these the bytes, the handle and the version that the descriptor names? */
export function verifyPackHash(pack: Bytes, stated: Descriptor): boolean {
  try {
    const { header } = parsePack(pack);
    return (
      packHash(pack) === stated.pack &&
      pack.length === stated.size &&
      header.handle === stated.handle &&
      header.version === stated.version &&
      header.suite === stated.suite &&
      header.keyholder === (stated.shares.k !== null) &&
      header.keyholder === (stated.holders !== undefined)
    );
  } catch {
    return false;
  }
}

/** SHA-256(lp("ketenkluis.share.v1", kind, salt, share)). */
export const shareCommitment = <K extends 'c' | 'h' | 'k'>(kind: K, salt: Uint8Array, share: Share<K>): Hash =>
  asHash(sha256(lengthPrefixed(SHARE, utf8(kind), salt, share)));

/** A holder's check at receipt: is this the share that the descriptor commits to? */
export function verifyShare<K extends 'c' | 'h' | 'k'>(
  kind: K,
  share: Share<K>,
  header: PackHeader,
  stated: Descriptor,
): boolean {
  return shareCommitment(kind, fromBase64url(header.salt), share) === stated.shares[kind];
}

/** Exit holds h, then k if there is one. Throws `seal/bad-share` if the length does not fit the pack. */
export function splitExitShare(share: Share<'x'>, header: PackHeader): { h: Share<'h'>; k?: Share<'k'> } {
  if (share.length !== (header.keyholder ? 64 : 32))
    throw sealError('bad-share', 'the exit share does not fit this pack');
  const h = share.slice(0, 32) as Share<'h'>;
  return header.keyholder ? { h, k: share.slice(32) as Share<'k'> } : { h };
}

/** The header without its commitment, which is derived from it. */
export function coreHeaderBytes(header: Omit<PackHeader, 'commitment'> & { commitment?: Hash }): Bytes {
  const { commitment: _, ...core } = header;
  return canonicalJson(core);
}
