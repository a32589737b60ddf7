/** Node's own base64url in the place of the portable one: some ten times as fast, and the same texts. */

import { base64urlCoder, equalBytes } from '@ketenkluis/base';
import { ledgerError } from './errors.ts';

/** The part of Node's `Buffer` that writes and reads base64url. */
export interface TextBuffer {
  from(text: string, coding: 'base64url'): Uint8Array;
  from(bytes: ArrayBufferLike, offset: number, length: number): { toString(coding: 'base64url'): string };
}

/**
 * For this process. `Buffer` reads more than the canonical text, so what it read is written again and must be what was there.
 * Throws `ledger/bad-engine` when it writes other text than base64url.
 */
export function bringBuffer(buffer: TextBuffer): void {
  const encode = (bytes: Uint8Array): string =>
    buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
  const decode = (value: string): Uint8Array<ArrayBuffer> => {
    const bytes = new Uint8Array(buffer.from(value, 'base64url'));
    if (encode(bytes) !== value) throw new TypeError('not canonical');
    return bytes;
  };
  const bytes = Uint8Array.of(0x69, 0xb7, 0x1d, 0xfb, 0xff, 0xfe);
  const right = [0, 1, 2, 3, 4, 5, 6].every((length) => {
    const part = bytes.subarray(0, length);
    const written = base64urlCoder.encode(part);
    return encode(part) === written && equalBytes(decode(written), part);
  });
  if (!right) throw ledgerError('bad-engine', 'this is no base64url');
  Object.assign(base64urlCoder, { encode, decode });
}
