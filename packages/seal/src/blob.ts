/** Sealed blobs, KKSB (docs/spec/keys.md): bytes to one public key, for annexes, sealed directories, the register's copy. */

import { type Bytes, base64url, canonicalJson, fromBase64url, lengthPrefixed, utf8 } from '@ketenkluis/base';
import { z } from 'zod';
import type { Plaintext, Sealed } from './brands.ts';
import { decodeObject, domain, encodeObject, MAGICS } from './encoding.ts';
import type { KemPrivateKey } from './hpke.ts';
import { suite } from './suite.ts';

const BLOB = domain('blob');
const header = z.strictObject({
  t: z.literal('blob'),
  v: z.literal(1),
  suite: z.int().min(1).max(255),
  enc: z.string().regex(/^[A-Za-z0-9_-]{40,4096}$/),
});

/** `info` says what the blob is and for whom (for example `annex` and the dossier's id); opening needs the same text. */
export async function sealTo(
  publicKey: Uint8Array,
  info: string,
  bytes: Plaintext,
  suiteId = 1,
): Promise<Sealed<'blob'>> {
  const context = lengthPrefixed(BLOB, utf8(info), canonicalJson({ suite: suiteId }));
  const { enc, ct } = await suite(suiteId).kem.seal(publicKey, context, new Uint8Array(), bytes);
  return encodeObject(MAGICS.blob, { t: 'blob', v: 1, suite: suiteId, enc: base64url(enc) }, ct) as Sealed<'blob'>;
}

/** Marks stored bytes as a sealed blob after checking the frame. Throws `seal/bad-object` or `seal/bad-header`. */
export function asSealedBlob(bytes: Bytes): Sealed<'blob'> {
  decodeObject(MAGICS.blob, header, bytes);
  return bytes as Sealed<'blob'>;
}

/** Throws `seal/cannot-open` for another key, another `info` or changed bytes. */
export async function openSealed(key: KemPrivateKey, info: string, blob: Sealed<'blob'>): Promise<Plaintext> {
  const { header: stored, body } = decodeObject(MAGICS.blob, header, blob);
  const context = lengthPrefixed(BLOB, utf8(info), canonicalJson({ suite: stored.suite }));
  return suite(stored.suite).kem.open(key, fromBase64url(stored.enc), context, new Uint8Array(), body);
}
