/**
 * Bundles (docs/spec/pack.md): one HPKE wrap of a random bundle key per recipient and sync, and under it one AES-256-GCM wrap per
 * share. Each wrap stands alone and can be deleted alone.
 */

import {
  type Bytes,
  base64url,
  canonicalJson,
  concat,
  fromBase64url,
  type Instant,
  lengthPrefixed,
  type OrganisationId,
  type PersonId,
  type Random,
  u32,
  utf8,
} from '@ketenkluis/base';
import { z } from 'zod';
import { asShare, SHARE_KINDS, type Share, type ShareKind } from './brands.ts';
import { checkHeader, domain } from './encoding.ts';
import { sealError } from './errors.ts';
import type { KemPrivateKey } from './hpke.ts';
import { payloadHash } from './statement.ts';
import { type BundleHeader, bundle, type Hash, hash } from './statements.ts';
import { type Suite, suite } from './suite.ts';

const BUNDLE = domain('bundle');
const WRAP = domain('wrap');
const NOTHING = new Uint8Array();

/** One share, sealed under a bundle's key at one index. */
export interface Wrap<K extends ShareKind = ShareKind> {
  readonly bundle: Hash;
  readonly index: number;
  readonly descriptor: Hash;
  readonly kind: K;
  /** Share + 16 bytes tag: 48, 49 for a keyholder's piece, or 80 for an exit share with the keyholders' secret. */
  readonly ct: Bytes;
}

export const wrapWireSchema = z.strictObject({
  bundle: hash,
  index: z.int().min(0).max(0xffff_ffff),
  descriptor: hash,
  kind: z.enum(SHARE_KINDS),
  ct: z.string().regex(/^([A-Za-z0-9_-]{64}|[A-Za-z0-9_-]{66}|[A-Za-z0-9_-]{107})$/),
});
export type WrapWire = z.infer<typeof wrapWireSchema>;
export const wrapToWire = (wrap: Wrap): WrapWire => ({ ...wrap, ct: base64url(wrap.ct) });
/** Throws `seal/bad-header`. */
export function wrapFromWire(wire: unknown): Wrap {
  const parsed = checkHeader('wrap', wrapWireSchema, wire);
  return { ...parsed, ct: fromBase64url(parsed.ct) };
}

/** Which share kinds a bundle for this recipient may carry. */
const CARRIES: Readonly<Record<BundleHeader['to'], ShareKind>> = { team: 'c', vault: 'h', keyholder: 'p', exit: 'x' };

function bundleInfo(header: Omit<BundleHeader, 'enc' | 'key'>): Bytes {
  return lengthPrefixed(BUNDLE, canonicalJson({ ...header, enc: undefined, key: undefined }));
}
const wrapAad = (kind: ShareKind, descriptor: Hash): Bytes =>
  lengthPrefixed(WRAP, utf8(kind), fromBase64url(descriptor));
const wrapNonce = (index: number): Bytes => concat(new Uint8Array(8), u32(index));

export interface OpenBundle {
  /** Throws `seal/bad-bundle` for a wrap of another bundle or kind, `seal/cannot-open` if it was changed. */
  unwrap<K extends ShareKind>(wrap: Wrap<K>): Promise<Share<K>>;
}
export interface NewBundle {
  /** To be signed by `issuer`. */
  readonly payload: BundleHeader;
  readonly hash: Hash;
  wrap<K extends ShareKind>(kind: K, descriptor: Hash, share: Share<K>): Promise<Wrap<K>>;
}

/** A bundle for one recipient. Throws `seal/bad-key` if `recipientKey` is none of this suite. */
export async function createBundle(input: {
  readonly suite?: number;
  readonly to: BundleHeader['to'];
  readonly recipient: BundleHeader['recipient'];
  /** Epoch number for a team, else null. */
  readonly epoch: number | null;
  readonly recipientKey: Uint8Array;
  readonly issuer: PersonId;
  readonly practice: OrganisationId;
  readonly at: Instant;
  readonly random: Random;
}): Promise<NewBundle> {
  const id = input.suite ?? 1;
  const used = suite(id);
  const { to, recipient, epoch, issuer, practice, at } = input;
  const head = { t: 'bundle' as const, v: 1 as const, suite: id, practice, to, recipient, epoch, issuer, at };
  const secret = input.random(32);
  const sealed = await used.kem.seal(input.recipientKey, bundleInfo(head), NOTHING, secret);
  const payload = checkHeader('bundle', bundle, { ...head, enc: base64url(sealed.enc), key: base64url(sealed.ct) });
  const key = await used.aead(secret);
  const bundleHash = payloadHash(payload);
  let next = 0;
  return {
    payload,
    hash: bundleHash,
    async wrap(kind, descriptor, share) {
      if (kind !== CARRIES[to]) throw sealError('bad-bundle', `a bundle to ${to} carries no shares of kind ${kind}`);
      // Taken before the first await: an index is a nonce and must never be used twice.
      const index = next++;
      const ct = await key.seal(wrapNonce(index), wrapAad(kind, descriptor), asShare(kind, share));
      return { bundle: bundleHash, index, descriptor, kind, ct };
    },
  };
}

/** Opens a bundle whose header the caller has verified. Throws `seal/cannot-open` or `seal/bad-key`. */
export async function openBundle(header: BundleHeader, privateKey: KemPrivateKey): Promise<OpenBundle> {
  const used: Suite = suite(header.suite);
  const secret = await used.kem.open(
    privateKey,
    fromBase64url(header.enc),
    bundleInfo(header),
    NOTHING,
    fromBase64url(header.key),
  );
  const key = await used.aead(secret);
  const own = payloadHash(header);
  return {
    async unwrap<K extends ShareKind>(wrap: Wrap<K>) {
      if (wrap.bundle !== own || wrap.kind !== CARRIES[header.to]) {
        throw sealError('bad-bundle', 'this wrap belongs to another bundle or another kind of holder');
      }
      const share = await key.open(wrapNonce(wrap.index), wrapAad(wrap.kind, wrap.descriptor), wrap.ct);
      return asShare(wrap.kind, share);
    },
  };
}
