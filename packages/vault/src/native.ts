/**
 * Node's own SHA-256, AES-GCM and base64url: a line of the log is dozens of small hashes, a look some 50 KB of text, and a delivery
 * brings the vault hundreds of wrapped shares of 48 bytes, each of which costs more on its way through WebCrypto's threads than to open.
 */

import { createCipheriv, createDecipheriv, createSecretKey, hash } from 'node:crypto';
import { concat } from '@ketenkluis/base';
import { bringBuffer, bringSha256 } from '@ketenkluis/ledger';
import { sealError } from '@ketenkluis/seal';
import { type Aead, bringAead } from '@ketenkluis/seal/holder';

const TAG = 16;
const CIPHER = 'aes-256-gcm';

/** As the agent's (agent/native.ts), held to WebCrypto's bytes in `native.test.ts`. */
export const nodeAead: Aead = async (bytes) => {
  const key = createSecretKey(bytes);
  return {
    async seal(nonce, aad, plaintext) {
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(aad);
      return concat(cipher.update(plaintext), cipher.final(), cipher.getAuthTag());
    },
    async open(nonce, aad, ciphertext) {
      try {
        const opener = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG }).setAAD(aad);
        opener.setAuthTag(ciphertext.subarray(ciphertext.length - TAG));
        return concat(opener.update(ciphertext.subarray(0, ciphertext.length - TAG)), opener.final());
      } catch (cause) {
        throw sealError('cannot-open', 'this key does not open these bytes', { cause });
      }
    },
  };
};

/** For this process. */
export function bringNative(): void {
  bringSha256((bytes) => new Uint8Array(hash('sha256', bytes, 'buffer')));
  bringBuffer(Buffer);
  bringAead(nodeAead);
}
