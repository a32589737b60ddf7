/**
 * HPKE (RFC 9180, base mode) behind one small interface. Private keys travel as seeds; `hpke` runs on WebCrypto, and where the
 * runtime has no ML-KEM the KEM of `@panva/hpke-noble` takes its place: same bytes, slower.
 */

import type { Bytes, Random } from '@ketenkluis/base';
import { CipherSuite, type KEMFactory, type Key } from 'hpke';
import { sealError } from './errors.ts';

type Triple = ConstructorParameters<typeof CipherSuite>;

/** A private key ready for use; import it once, open often. */
export interface KemPrivateKey {
  readonly suite: number;
  readonly key: Key;
}

export interface KemKeyPair {
  /** The serialised private key (suite 1: the 32-byte X-Wing seed). */
  readonly seed: Bytes;
  readonly publicKey: Bytes;
}

export interface Kem {
  readonly publicKeyBytes: number;
  readonly seedBytes: number;
  generate(random: Random): Promise<KemKeyPair>;
  importPrivate(seed: Uint8Array): Promise<KemPrivateKey>;
  /** Throws `seal/bad-key` for a public key that is none. */
  seal(
    publicKey: Uint8Array,
    info: Uint8Array,
    aad: Uint8Array,
    plaintext: Uint8Array,
  ): Promise<{ enc: Bytes; ct: Bytes }>;
  /** Throws `seal/cannot-open`, always with the same words. */
  open(key: KemPrivateKey, enc: Uint8Array, info: Uint8Array, aad: Uint8Array, ct: Uint8Array): Promise<Bytes>;
}

const plain = (bytes: Uint8Array): Bytes => new Uint8Array(bytes);

/**
 * FIPS 203 section 7.2, modulus check: 768 coefficients of 12 bits, each below 3329. WebCrypto does this itself; the fallback of
 * `@panva/hpke-noble` 1.0.3 does not (its test vectors in `vectors.test.ts` fail without this).
 */
export function isReducedMlKem768(publicKey: Uint8Array): boolean {
  for (let i = 0; i < 1152; i += 3) {
    const [a, b, c] = [publicKey[i]!, publicKey[i + 1]!, publicKey[i + 2]!];
    if ((a | ((b & 15) << 8)) >= 3329 || ((b >> 4) | (c << 4)) >= 3329) return false;
  }
  return true;
}

/** `engine` is asked once, at first use: it may have to load the fallback. `sound` checks a public key beyond its length. */
export function hpkeKem(
  suite: number,
  publicKeyBytes: number,
  seedBytes: number,
  engine: () => Promise<CipherSuite>,
  sound: (publicKey: Uint8Array) => boolean = () => true,
): Kem {
  let loaded: Promise<CipherSuite> | undefined;
  const get = () => {
    loaded ??= engine();
    return loaded;
  };
  return {
    publicKeyBytes,
    seedBytes,
    async generate(random) {
      const hpke = await get();
      // Chromium has ML-KEM but no SHAKE256, which X-Wing needs to derive a pair from given bytes; it makes one itself.
      const pair = await hpke.DeriveKeyPair(random(seedBytes), true).catch((error: unknown) => {
        if (error instanceof Error && error.name === 'NotSupportedError') return hpke.GenerateKeyPair(true);
        throw error;
      });
      return {
        seed: plain(await hpke.SerializePrivateKey(pair.privateKey)),
        publicKey: plain(await hpke.SerializePublicKey(pair.publicKey)),
      };
    },
    async importPrivate(seed) {
      try {
        return { suite, key: await (await get()).DeserializePrivateKey(seed, false) };
      } catch (cause) {
        throw sealError('bad-key', `these bytes are no private key of suite ${suite}`, { cause });
      }
    },
    async seal(publicKey, info, aad, plaintext) {
      try {
        if (!sound(publicKey)) throw sealError('bad-key', 'the public key is not in its reduced form');
        const hpke = await get();
        const sealed = await hpke.Seal(await hpke.DeserializePublicKey(publicKey), plaintext, { info, aad });
        return { enc: plain(sealed.encapsulatedSecret), ct: plain(sealed.ciphertext) };
      } catch (cause) {
        throw sealError('bad-key', `these bytes are no public key of suite ${suite}`, { cause });
      }
    },
    async open(key, enc, info, aad, ct) {
      if (key.suite !== suite)
        throw sealError('bad-key', `a private key of suite ${key.suite} opens nothing of suite ${suite}`);
      try {
        return plain(await (await get()).Open(key.key, enc, ct, { info, aad }));
      } catch (cause) {
        throw sealError('cannot-open', 'this key does not open these bytes', { cause });
      }
    },
  };
}

/** Tries the native KEM once; loads the fallback only if the runtime cannot do it. */
export async function nativeOr(native: Triple, fallback: () => Promise<KEMFactory>): Promise<CipherSuite> {
  const suite = new CipherSuite(...native);
  try {
    await suite.GenerateKeyPair(false);
    return suite;
  } catch {
    return new CipherSuite(await fallback(), native[1], native[2]);
  }
}
