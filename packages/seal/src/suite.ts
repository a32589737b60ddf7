/**
 * Crypto suites (docs/spec/encoding.md). Every stored object carries its suite id; objects of another suite are refused unless
 * that suite is registered, and a new one is added here without touching a format (R11).
 */

import type { Bytes } from '@ketenkluis/base';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_MLKEM768_X25519 } from 'hpke';
import { sealError } from './errors.ts';
import { hpkeKem, isReducedMlKem768, type Kem, nativeOr } from './hpke.ts';

/** AES-256-GCM under one key: 12-byte nonce, 16-byte tag at the end. */
export interface AeadKey {
  seal(nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Promise<Bytes>;
  /** Throws `seal/cannot-open`. */
  open(nonce: Uint8Array, aad: Uint8Array, ciphertext: Uint8Array): Promise<Bytes>;
}
/** Takes 32 bytes; import once, use often. */
export type Aead = (key: Uint8Array) => Promise<AeadKey>;

/** One line of the crypto inventory (R13). */
export interface Algorithm {
  readonly algorithm: string;
  readonly use: string;
  readonly source: string;
  readonly library: string;
  readonly quantum: 'hybrid' | 'symmetric' | 'broken-by-quantum';
}

export interface Suite {
  readonly id: number;
  readonly name: string;
  readonly kem: Kem;
  readonly aead: Aead;
  /** Extract-and-expand (RFC 5869). */
  kdf(ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Promise<Bytes>;
  readonly algorithms: readonly Algorithm[];
}

const subtle = crypto.subtle;
/** WebCrypto takes views on plain buffers only; everything in this package is one. */
const view = (bytes: Uint8Array): Bytes =>
  bytes.buffer instanceof ArrayBuffer ? (bytes as Bytes) : new Uint8Array(bytes);

export const webAead: Aead = async (bytes) => {
  const key = await subtle.importKey('raw', view(bytes), 'AES-GCM', false, ['encrypt', 'decrypt']);
  const parameters = (nonce: Uint8Array, aad: Uint8Array) => ({
    name: 'AES-GCM',
    iv: view(nonce),
    additionalData: view(aad),
  });
  return {
    async seal(nonce, aad, plaintext) {
      return new Uint8Array(await subtle.encrypt(parameters(nonce, aad), key, view(plaintext)));
    },
    async open(nonce, aad, ciphertext) {
      try {
        return new Uint8Array(await subtle.decrypt(parameters(nonce, aad), key, view(ciphertext)));
      } catch (cause) {
        throw sealError('cannot-open', 'this key does not open these bytes', { cause });
      }
    },
  };
};

let currentAead = webAead;
/**
 * A runtime may bring its own AES-256-GCM: in Node, WebCrypto's way through threads costs several times the work itself when
 * thousands of small packs are sealed. The same vectors run over it.
 */
export function bringAead(native: Aead): void {
  currentAead = native;
}

/** Synchronous inside: the inputs are a few blocks, and a trip to WebCrypto's threads costs more than the work. */
const hkdfSha256 = async (ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Promise<Bytes> =>
  hkdf(sha256, ikm, salt, info, length) as Bytes;

const nativeTriple = [KEM_MLKEM768_X25519, KDF_HKDF_SHA256, AEAD_AES_256_GCM] as const;
const nobleKem = async () => (await import('@panva/hpke-noble')).KEM_MLKEM768_X25519;

/** The two engines of suite 1; the suite itself picks, tests and vectors run both. */
export const suite1Engines = {
  native: async () => new CipherSuite(...nativeTriple),
  noble: async () => new CipherSuite(await nobleKem(), KDF_HKDF_SHA256, AEAD_AES_256_GCM),
};

export const suite1: Suite = {
  id: 1,
  name: 'HPKE-MLKEM768-X25519-HKDF-SHA256-AES-256-GCM, AES-256-GCM, Ed25519, SHA-256, Argon2id',
  kem: hpkeKem(1, 1216, 32, () => nativeOr([...nativeTriple], nobleKem), isReducedMlKem768),
  aead: (key) => currentAead(key),
  kdf: hkdfSha256,
  algorithms: [
    {
      algorithm: 'HPKE base mode, KEM MLKEM768-X25519 (X-Wing, 0x647a), HKDF-SHA256, AES-256-GCM',
      use: 'wrapping bundle keys, epoch keys and sealed blobs to a public key',
      source: 'RFC 9180, draft-ietf-hpke-pq, FIPS 203, RFC 7748',
      library: 'hpke on WebCrypto; KEM of @panva/hpke-noble where ML-KEM is missing',
      quantum: 'hybrid',
    },
    {
      algorithm: 'AES-256-GCM',
      use: 'pack bodies in chunks, wraps in bundles, keyrings',
      source: 'NIST SP 800-38D',
      library: 'WebCrypto; in agent and vault node:crypto',
      quantum: 'symmetric',
    },
    {
      algorithm: 'HKDF-SHA256',
      use: 'pack keys and key commitments, keyring keys',
      source: 'RFC 5869',
      library: '@noble/hashes',
      quantum: 'symmetric',
    },
    {
      algorithm: 'SHA-256',
      use: 'statement hashes, commitments, Merkle trees, dossier states',
      source: 'FIPS 180-4, RFC 6962',
      library: '@noble/hashes',
      quantum: 'symmetric',
    },
    {
      algorithm: 'HMAC-SHA256',
      use: 'device part of a passphrase unlocker',
      source: 'RFC 2104',
      library: 'WebCrypto',
      quantum: 'symmetric',
    },
    {
      algorithm: 'Argon2id',
      use: 'passphrase unlocker of a keyring',
      source: 'RFC 9106',
      library: 'hash-wasm',
      quantum: 'symmetric',
    },
    {
      algorithm: 'Ed25519',
      use: 'statements, envelopes; signatures that a witness has covered stay provable later',
      source: 'RFC 8032',
      library: 'WebCrypto; in the agent node:crypto',
      quantum: 'broken-by-quantum',
    },
    {
      algorithm: 'Shamir secret sharing over GF(2^8)',
      use: 'recovery and exit keys, k of n people',
      source: 'shamir-secret-sharing (audited)',
      library: 'shamir-secret-sharing',
      quantum: 'symmetric',
    },
  ],
};

const registry = new Map<number, Suite>([[suite1.id, suite1]]);

/** Throws `seal/unknown-suite`. */
export function suite(id: number): Suite {
  const found = registry.get(id);
  if (!found) throw sealError('unknown-suite', `suite ${id} is not known here; update the program`);
  return found;
}
export const suites = (): readonly Suite[] => [...registry.values()];

/** Not exported from any door: the test entry adds suite 2 with it. Answers how to take it away again. */
export function addSuite(added: Suite): () => void {
  if (registry.has(added.id)) throw sealError('unknown-suite', `suite ${added.id} exists already`);
  registry.set(added.id, added);
  return () => void registry.delete(added.id);
}
