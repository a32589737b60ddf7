/**
 * Node's own SHA-256, AES-GCM and base64url: a line of the log is dozens of small hashes, a look some 50 KB of text, and a delivery
 * brings the vault hundreds of wrapped shares of 48 bytes, each of which costs more on its way through WebCrypto's threads than to open.
 */

import { createCipheriv, createDecipheriv, createSecretKey, hash } from 'node:crypto';
import { bringBuffer, bringSha256 } from '@ketenkluis/ledger';
import { bringAead, nodeAead } from '@ketenkluis/seal/holder';

/** For this process. */
export function bringNative(): void {
  bringSha256((bytes) => new Uint8Array(hash('sha256', bytes, 'buffer')));
  bringBuffer(Buffer);
  bringAead(nodeAead({ createCipheriv, createDecipheriv, createSecretKey }));
}
