/**
 * Node's own AES-GCM, SHA-256, Argon2id, deflate, Ed25519 and base64url for the agent: thousands of small packs cost more in WebCrypto's threads than in the
 * work itself. Same bytes, held to the same vectors (seal's tests; native.test.ts).
 */

import {
  argon2,
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  hash,
  sign,
} from 'node:crypto';
import { promisify } from 'node:util';
import { deflateRawSync } from 'node:zlib';
import { type Bytes, concat, fromHex, type Signer } from '@ketenkluis/base';
import { bringBuffer, bringSha256 } from '@ketenkluis/ledger';
import { type Argon2id, bringAead, bringArgon2id, nodeAead } from '@ketenkluis/seal/open';

const stretch = promisify(argon2);
export const nodeArgon2id: Argon2id = async (message, nonce, { memoryKiB, passes, lanes }, tagLength) =>
  new Uint8Array(
    await stretch('argon2id', { message, nonce, tagLength, memory: memoryKiB, passes, parallelism: lanes }),
  );

/** Below this a small hash table compresses as well and is made in half the time. */
const LARGE = 32 * 1024;
/** What comes out of most packs is smaller still: one small buffer instead of one of 16 KiB each time. */
const CHUNK = 2048;
export const nodeDeflate = (raw: Uint8Array, dictionary: Uint8Array): Uint8Array =>
  raw.length > LARGE
    ? deflateRawSync(raw, { level: 9, memLevel: 9, dictionary })
    : deflateRawSync(raw, { level: 9, memLevel: 5, chunkSize: CHUNK, dictionary });

/** RFC 8410: the fixed beginnings of a private and a public Ed25519 key. */
const PKCS8 = fromHex('302e020100300506032b657004220420');
const SPKI = fromHex('302a300506032b6570032100');

export function nodeSigner(key: { readonly by: string; readonly seed: Bytes }): Signer {
  const privateKey = createPrivateKey({ key: Buffer.from(concat(PKCS8, key.seed)), format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return {
    by: key.by,
    publicKey: new Uint8Array(spki.subarray(SPKI.length)),
    sign: async (message) => new Uint8Array(sign(null, message, privateKey)),
  };
}

/** A public Ed25519 key as `openssl` takes it (RFC 8410, RFC 7468). */
export const publicPem = (key: Bytes): string =>
  createPublicKey({ key: Buffer.from(concat(SPKI, key)), format: 'der', type: 'spki' }).export({
    format: 'pem',
    type: 'spki',
  }) as string;

let brought = false;
/** For this process, once; the agent calls it before it seals or makes keyrings. */
export function bringNative(): void {
  if (brought) return;
  brought = true;
  bringAead(nodeAead({ createCipheriv, createDecipheriv, createSecretKey }));
  bringArgon2id(nodeArgon2id);
  bringBuffer(Buffer);
  bringSha256((bytes) => new Uint8Array(hash('sha256', bytes, 'buffer')));
}
