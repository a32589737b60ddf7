/** Node's own SHA-256 and base64url: a line of the log is dozens of small hashes, a look some 50 KB of text. */

import { hash } from 'node:crypto';
import { bringSha256 } from '@ketenkluis/ledger';

/** For this process. */
export const bringNative = (): void => bringSha256((bytes) => new Uint8Array(hash('sha256', bytes, 'buffer')));

/** As `base64url` of base, for bytes that go out by the kilobyte. */
export const wireBytes = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
