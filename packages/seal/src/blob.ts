/** Sealed blobs, KKSB (docs/spec/keys.md): bytes to one public key, for annexes, sealed directories, the register's copy. */

import {
  type Bytes,
  base64url,
  canonicalJson,
  fromBase64url,
  lengthPrefixed,
  type Random,
  utf8,
} from '@ketenkluis/base';
import { z } from 'zod';
import type { Plaintext, Sealed } from './brands.ts';
import { decodeObject, domain, encodeObject, MAGICS } from './encoding.ts';
import type { KemPrivateKey } from './hpke.ts';
import { type AeadKey, suite } from './suite.ts';

const BLOB = domain('blob');
const enc = z.string().regex(/^[A-Za-z0-9_-]{40,4096}$/);
const suiteId = z.int().min(1).max(255);
const header = z.discriminatedUnion('v', [
  z.strictObject({ t: z.literal('blob'), v: z.literal(1), suite: suiteId, enc }),
  /** Under a key of its own that many blobs share, wrapped once: `key` is the HPKE ciphertext of its 32 bytes. */
  z.strictObject({
    ...{ t: z.literal('blob'), v: z.literal(2), suite: suiteId, enc },
    key: z.string().regex(/^[A-Za-z0-9_-]{64}$/),
    nonce: z.string().regex(/^[A-Za-z0-9_-]{16}$/),
  }),
]);

const contextOf = (info: string, suite: number): Bytes =>
  lengthPrefixed(BLOB, utf8(info), canonicalJson({ suite })) as Bytes;

/** `info` says what the blob is and for whom (for example `annex` and the dossier's id); opening needs the same text. */
export async function sealTo(
  publicKey: Uint8Array,
  info: string,
  bytes: Plaintext,
  suiteId = 1,
): Promise<Sealed<'blob'>> {
  const { enc, ct } = await suite(suiteId).kem.seal(publicKey, contextOf(info, suiteId), new Uint8Array(), bytes);
  return encodeObject(MAGICS.blob, { t: 'blob', v: 1, suite: suiteId, enc: base64url(enc) }, ct) as Sealed<'blob'>;
}

/** A key for many blobs to one reader, wrapped once. */
export interface BlobKey {
  readonly suite: number;
  readonly enc: string;
  readonly key: string;
  readonly aead: AeadKey;
}
const KEY_INFO = 'key of blobs';

export async function newBlobKey(publicKey: Uint8Array, random: Random, suiteId = 1): Promise<BlobKey> {
  const raw = random(32);
  const { kem, aead } = suite(suiteId);
  const { enc, ct } = await kem.seal(publicKey, contextOf(KEY_INFO, suiteId), new Uint8Array(), raw);
  return { suite: suiteId, enc: base64url(enc), key: base64url(ct), aead: await aead(raw) };
}

/** As `sealTo`, without a key exchange. The whole header and `info` are bound to the bytes. */
export async function sealUnder(
  { suite, enc, key, aead }: BlobKey,
  info: string,
  bytes: Plaintext,
  random: Random,
): Promise<Sealed<'blob'>> {
  const nonce = random(12);
  const stored = { t: 'blob' as const, v: 2 as const, suite, enc, key, nonce: base64url(nonce) };
  const body = await aead.seal(nonce, lengthPrefixed(BLOB, utf8(info), canonicalJson(stored)), bytes);
  return encodeObject(MAGICS.blob, stored, body) as Sealed<'blob'>;
}

/** Marks stored bytes as a sealed blob after checking the frame. Throws `seal/bad-object` or `seal/bad-header`. */
export function asSealedBlob(bytes: Bytes): Sealed<'blob'> {
  decodeObject(MAGICS.blob, header, bytes);
  return bytes as Sealed<'blob'>;
}

/**
 * Throws `seal/cannot-open` for another key, another `info` or changed bytes. `opened` remembers keys that many blobs share, so that each
 * is unwrapped once; whoever brings it drops it with the key itself.
 */
export async function openSealed(
  key: KemPrivateKey,
  info: string,
  blob: Sealed<'blob'>,
  opened?: Map<string, AeadKey>,
): Promise<Plaintext> {
  const { header: stored, body } = decodeObject(MAGICS.blob, header, blob);
  const { kem, aead } = suite(stored.suite);
  if (stored.v === 1) {
    return kem.open(key, fromBase64url(stored.enc), contextOf(info, stored.suite), new Uint8Array(), body);
  }
  const name = `${stored.suite} ${stored.enc} ${stored.key}`;
  let shared = opened?.get(name);
  if (shared === undefined) {
    const context = contextOf(KEY_INFO, stored.suite);
    const raw = await kem.open(key, fromBase64url(stored.enc), context, new Uint8Array(), fromBase64url(stored.key));
    shared = await aead(raw);
    opened?.set(name, shared);
  }
  const bound = lengthPrefixed(BLOB, utf8(info), canonicalJson(stored));
  return (await shared.open(fromBase64url(stored.nonce), bound, body)) as Uint8Array as Plaintext;
}
