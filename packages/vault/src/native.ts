/** Node's own SHA-256 and base64url: a line of the log is dozens of small hashes, a look some 50 KB of text. */

import { hash } from 'node:crypto';
import { type Base64url, bringBase64url } from '@ketenkluis/base';
import { bringSha256 } from '@ketenkluis/ledger';

const SYMBOLS = /^[A-Za-z0-9_-]*$/;
/** By length modulo 4: the last symbol where its spare bits are zero. */
const LAST = [/$/, /(?!)/, /[AQgw]$/, /[AEIMQUYcgkosw048]$/] as const;

export const nodeBase64url: Base64url = {
  encode: (bytes) => wireBytes(bytes),
  decode: (text) => {
    if (!SYMBOLS.test(text) || !LAST[text.length % 4]!.test(text.slice(-1)))
      throw new TypeError('not canonical base64url');
    return new Uint8Array(Buffer.from(text, 'base64url'));
  },
};

/** For this process. */
export function bringNative(): void {
  bringSha256((bytes) => new Uint8Array(hash('sha256', bytes, 'buffer')));
  bringBase64url(nodeBase64url);
}

/** As `base64url` of base, for bytes that go out by the kilobyte. */
export const wireBytes = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
