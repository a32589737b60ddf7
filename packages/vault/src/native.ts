/** Node's own SHA-256 and base64url: a line of the log is dozens of small hashes, a look some 50 KB of text. */

import { hash } from 'node:crypto';
import { bringBuffer, bringSha256 } from '@ketenkluis/ledger';

/** For this process. */
export function bringNative(): void {
  bringSha256((bytes) => new Uint8Array(hash('sha256', bytes, 'buffer')));
  bringBuffer(Buffer);
}
