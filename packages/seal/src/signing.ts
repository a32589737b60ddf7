/**
 * Ed25519 (RFC 8032) on WebCrypto. Keys are 32-byte seeds and 32-byte public keys. Verification also refuses public keys of
 * small order, which not every runtime does: such a key would accept one signature for many messages.
 */

import {
  type Bytes,
  base64url,
  concat,
  fromBase64url,
  fromHex,
  hex,
  type Random,
  type Signer,
  type Verifier,
} from '@ketenkluis/base';
import { sha256 } from './encoding.ts';
import { sealError } from './errors.ts';

const subtle = crypto.subtle;
/** RFC 8410: the fixed beginning of a PKCS #8 key, before the seed. */
const PKCS8 = fromHex('302e020100300506032b657004220420');
const SIGNATURE_BYTES = 64;

export interface SigningKeyPair {
  readonly seed: Bytes;
  readonly publicKey: Bytes;
}

const importSeed = (seed: Uint8Array, extractable: boolean) => {
  if (seed.length !== 32) throw sealError('bad-key', 'an Ed25519 seed has 32 bytes');
  return subtle.importKey('pkcs8', concat(PKCS8, seed), 'Ed25519', extractable, ['sign']);
};

/** The public key of a seed. */
export async function signingPublicKey(seed: Uint8Array): Promise<Bytes> {
  const { x } = await subtle.exportKey('jwk', await importSeed(seed, true));
  if (!x) throw sealError('bad-key', 'this runtime gives no Ed25519 public key');
  return fromBase64url(x);
}

export async function generateSigningKey(random: Random): Promise<SigningKeyPair> {
  const seed = random(32);
  return { seed, publicKey: await signingPublicKey(seed) };
}

/** A signer that holds a non-extractable key; `by` is a person or invitation id. */
export async function webSigner(
  key:
    | { readonly by: string; readonly seed: Uint8Array }
    | { readonly by: string; readonly privateKey: CryptoKey; readonly publicKey: Bytes },
): Promise<Signer> {
  const privateKey = 'seed' in key ? await importSeed(key.seed, false) : key.privateKey;
  const publicKey = 'seed' in key ? await signingPublicKey(key.seed) : key.publicKey;
  return {
    by: key.by,
    publicKey,
    sign: async (message) => new Uint8Array(await subtle.sign('Ed25519', privateKey, new Uint8Array(message))),
  };
}

/** Every 32-byte encoding of a point whose order divides 8, sign bit cleared. */
const SMALL_ORDER = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

export function isSmallOrder(publicKey: Uint8Array): boolean {
  const cleared = new Uint8Array(publicKey);
  cleared[31]! &= 0x7f;
  return SMALL_ORDER.has(hex(cleared));
}

const KEPT_KEYS = 512;
const KEPT_PROOFS = 16_384;

/** What was found signed: digests of key, signature and message. Verifying is a function of these three alone, so every verifier may know. */
const proved = new Set<string>();
function keepProved(name: string): void {
  if (proved.size >= KEPT_PROOFS) proved.delete(proved.values().next().value!);
  proved.add(name);
}

/** Imports each public key once and keeps the last few hundred; a signature that held is not worked out again while it is remembered. */
export function createVerifier(): Verifier {
  const keys = new Map<string, Promise<CryptoKey>>();
  const imported = (publicKey: Uint8Array): Promise<CryptoKey> => {
    const name = base64url(publicKey);
    let key = keys.get(name);
    if (!key) {
      if (keys.size >= KEPT_KEYS) keys.clear();
      key = subtle.importKey('raw', new Uint8Array(publicKey), 'Ed25519', false, ['verify']);
      keys.set(name, key);
    }
    return key;
  };
  return {
    async verify(publicKey, message, signature) {
      try {
        if (publicKey.length !== 32 || signature.length !== SIGNATURE_BYTES || isSmallOrder(publicKey)) return false;
        // Copies, made before anything is waited for: what is remembered is what was verified.
        const [sig, text] = [new Uint8Array(signature), new Uint8Array(message)];
        const name = base64url(sha256(concat(publicKey, sig, text)));
        if (proved.has(name)) return true;
        const holds = await subtle.verify('Ed25519', await imported(publicKey), sig, text);
        if (holds) keepProved(name);
        return holds;
      } catch {
        return false;
      }
    },
  };
}
export const webVerifier: Verifier = createVerifier();
