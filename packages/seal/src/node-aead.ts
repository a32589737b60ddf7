/** AES-256-GCM on what Node's own `node:crypto` hands over: nothing here imports Node, as all of it runs in a browser too. */

import { concat } from '@ketenkluis/base';
import { sealError } from './errors.ts';
import type { Aead } from './suite.ts';

const TAG = 16;
const CIPHER = 'aes-256-gcm';

interface Cipher {
  setAAD(aad: Uint8Array): Cipher;
  update(bytes: Uint8Array): Uint8Array;
  final(): Uint8Array;
  getAuthTag(): Uint8Array;
}
interface Decipher {
  setAAD(aad: Uint8Array): Decipher;
  setAuthTag(tag: Uint8Array): unknown;
  update(bytes: Uint8Array): Uint8Array;
  final(): Uint8Array;
}
/** The part of `node:crypto` that is used. */
export interface NodeGcm<K> {
  createSecretKey(bytes: Uint8Array): K;
  createCipheriv(name: typeof CIPHER, key: K, nonce: Uint8Array): Cipher;
  createDecipheriv(
    name: typeof CIPHER,
    key: K,
    nonce: Uint8Array,
    options: { readonly authTagLength: number },
  ): Decipher;
}

/** The same bytes as WebCrypto's, without its threads. What does not open throws `seal/cannot-open`. */
export const nodeAead =
  <K>(node: NodeGcm<K>): Aead =>
  async (bytes) => {
    // As a KeyObject: bytes would be looked at anew, at four times the price of the work, on every use.
    const key = node.createSecretKey(bytes);
    return {
      async seal(nonce, aad, plaintext) {
        const cipher = node.createCipheriv(CIPHER, key, nonce).setAAD(aad);
        return concat(cipher.update(plaintext), cipher.final(), cipher.getAuthTag());
      },
      async open(nonce, aad, ciphertext) {
        try {
          const opener = node.createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG }).setAAD(aad);
          opener.setAuthTag(ciphertext.subarray(ciphertext.length - TAG));
          return concat(opener.update(ciphertext.subarray(0, ciphertext.length - TAG)), opener.final());
        } catch (cause) {
          throw sealError('cannot-open', 'this key does not open these bytes', { cause });
        }
      },
    };
  };
