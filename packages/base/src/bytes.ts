/** Byte helpers that run the same in browser, worker and Node. None of them throws on valid input except the decoders. */

import { base32nopad, base64urlnopad, base64 as scureBase64, hex as scureHex } from '@scure/base';
import { baseError } from './errors.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes backed by a plain ArrayBuffer: what WebCrypto accepts. */
export type Bytes = Uint8Array<ArrayBuffer>;

export const utf8 = (text: string): Bytes => encoder.encode(text) as Bytes;

/** Decodes UTF-8; throws `base/not-utf8` instead of putting replacement characters in place. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw baseError('not-utf8', 'the bytes are not UTF-8', { cause });
  }
}

export function concat(...parts: readonly Uint8Array[]): Bytes {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Compares without leaving early at the first difference; lengths are public. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
}

/** Unsigned 32-bit integer, big endian. */
export function u32(value: number): Bytes {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) throw baseError('bad-number', `${value} is no u32`);
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

export function readU32(bytes: Uint8Array, offset: number): number {
  if (offset < 0 || offset + 4 > bytes.length) throw baseError('truncated', 'the bytes end inside a length');
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(offset);
}

/** Length-prefixes every part (u32) and joins them, so that no two lists of parts give the same bytes. */
export function lengthPrefixed(...parts: readonly Uint8Array[]): Bytes {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + 4 + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(u32(part.length), at);
    out.set(part, at + 4);
    at += 4 + part.length;
  }
  return out;
}

const text =
  (coder: { decode(text: string): Uint8Array }) =>
  (value: string): Bytes => {
    try {
      return coder.decode(value) as Bytes;
    } catch (cause) {
      throw baseError('bad-text', 'the text is not in canonical form', { cause });
    }
  };

/** Lower-case hexadecimal. */
export const hex = scureHex.encode;
export const fromHex = text(scureHex);
/** Base64url without padding (RFC 4648 section 5); decoding accepts the canonical text only. Only ledger's `bringBuffer` changes the coder. */
export const base64urlCoder = { ...base64urlnopad };
export const base64url = (bytes: Uint8Array): string => base64urlCoder.encode(bytes);
export const fromBase64url = text({ decode: (value) => base64urlCoder.decode(value) });
/** Base64 with padding (RFC 4648 section 4), as C2SP notes use it; decoding accepts the canonical text only. */
export const base64 = scureBase64.encode;
export const fromBase64 = text(scureBase64);
/** Lower-case base32 without padding (RFC 4648 section 6). */
export const base32 = (bytes: Uint8Array): string => base32nopad.encode(bytes).toLowerCase();
export const fromBase32 = text({
  decode: (value) => base32nopad.decode(/[A-Z]/.test(value) ? '!' : value.toUpperCase()),
});
