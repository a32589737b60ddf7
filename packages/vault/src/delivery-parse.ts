/** The delivery as bytes: lp(request KKST), then raw deflate of lp(manifest, pack, pack, ...); nothing of it is trusted yet. */

import { createHash } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { type Bytes, parseCanonicalJson, readU32, utf8 } from '@ketenkluis/base';
import { deliveryManifest } from '@ketenkluis/protocol';
import { batchFromBytes, decodeStatement, expectType, type Hash, type SignedBatch } from '@ketenkluis/seal';
import type { z } from 'zod';
import { vaultError } from './errors.ts';
import type { SignedRequest } from './lines.ts';

/** What the route takes, and what it may inflate to: beyond that it is a bomb. */
export const MAX_DELIVERY = 12 * 1024 * 1024;
export const MAX_INFLATED = 36 * 1024 * 1024;
export const MAX_DOSSIERS = 64;

export interface Delivery {
  readonly request: SignedRequest;
  /** SHA-256 of everything after the request. */
  readonly bodyHash: Hash;
  readonly manifest: z.infer<typeof deliveryManifest>;
  readonly signed: SignedBatch;
  readonly packs: readonly Bytes[];
}

function parts(bytes: Bytes): Bytes[] {
  const out: Bytes[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = readU32(bytes, at);
    if (at + 4 + length > bytes.length) throw vaultError('bad-request', 'the delivery ends inside a part');
    out.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return out;
}

function inflate(deflated: Bytes): Bytes {
  try {
    return new Uint8Array(inflateRawSync(deflated, { maxOutputLength: MAX_INFLATED }));
  } catch (cause) {
    throw vaultError('bad-request', 'the delivery does not inflate within its limit', { cause });
  }
}

/** Only the request, so that the asker is known before anything is inflated. Throws `vault/bad-request` or errors of `seal`. */
export function readRequest(bytes: Bytes): { request: SignedRequest; bodyHash: Hash; rest: Bytes } {
  if (bytes.length < 4) throw vaultError('bad-request', 'the delivery is empty');
  const length = readU32(bytes, 0);
  if (4 + length > bytes.length) throw vaultError('bad-request', 'the delivery ends inside its request');
  const request = expectType(decodeStatement(bytes.slice(4, 4 + length)), 'request');
  const rest = bytes.subarray(4 + length);
  return { request, bodyHash: createHash('sha256').update(rest).digest('base64url') as Hash, rest };
}

/** The rest, once the request is known to be genuine. */
export function readDelivery(rest: Bytes): Omit<Delivery, 'request' | 'bodyHash'> {
  const [manifestBytes, ...packs] = parts(inflate(rest));
  if (!manifestBytes) throw vaultError('bad-request', 'the delivery has no manifest');
  const parsed = deliveryManifest.safeParse(parseCanonicalJson(manifestBytes));
  if (!parsed.success) {
    throw vaultError(
      'bad-request',
      `the manifest does not fit the protocol at: ${parsed.error.issues[0]?.path.join('.') ?? 'the whole'}`,
    );
  }
  const manifest = parsed.data;
  if (packs.length !== manifest.packs.length)
    throw vaultError('bad-request', 'the delivery has not the packs that it names');
  const signed = batchFromBytes(manifest.batch, manifest.statements.map(utf8));
  return { manifest, signed, packs: packs.map((pack) => pack.slice()) };
}
