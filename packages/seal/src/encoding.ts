/**
 * Stored objects (docs/spec/encoding.md): magic | version u8 | header length u32 | canonical JSON header | body.
 */

import { type Bytes, canonicalJson, concat, parseCanonicalJson, readU32, u32, utf8 } from '@ketenkluis/base';
import { sha256 } from '@ketenkluis/ledger';
import type { z } from 'zod';
import { sealError } from './errors.ts';

export const MAGICS = {
  statement: 'KKST',
  pack: 'KKPK',
  epochWraps: 'KKEW',
  keyring: 'KKKR',
  blob: 'KKSB',
} as const;
export type Magic = (typeof MAGICS)[keyof typeof MAGICS];

const VERSION = 1;
const PREFIX = 9;
export const MAX_HEADER = 64 * 1024;

export { sha256 };
/** `ketenkluis.<what>.v1`, the first part of everything that is hashed, signed or keyed. */
export const domain = (what: string): Bytes => utf8(`ketenkluis.${what}.v1`);

export interface StoredObject<T> {
  readonly header: T;
  /** The header as stored; equal to its canonical form. */
  readonly headerBytes: Bytes;
  readonly body: Bytes;
}

/** The bytes before the body. Throws `seal/too-large` above 64 KiB of header. */
export function objectPrefix(magic: Magic, headerBytes: Uint8Array): Bytes {
  if (headerBytes.length > MAX_HEADER) throw sealError('too-large', `a ${magic} header may hold ${MAX_HEADER} bytes`);
  return concat(utf8(magic), Uint8Array.of(VERSION), u32(headerBytes.length), headerBytes);
}

export const encodeObject = (magic: Magic, header: unknown, body: Uint8Array): Bytes =>
  concat(objectPrefix(magic, canonicalJson(header)), body);

/** Throws `seal/bad-object` for a wrong frame and `seal/bad-header` for a header that is not canonical or not of this schema. */
export function decodeObject<S extends z.ZodType>(magic: Magic, schema: S, bytes: Bytes): StoredObject<z.infer<S>> {
  if (bytes.length < PREFIX || !utf8(magic).every((byte, i) => byte === bytes[i])) {
    throw sealError('bad-object', `these bytes are no ${magic} object`);
  }
  if (bytes[4] !== VERSION) throw sealError('bad-object', `this ${magic} object has an unknown version`);
  const length = readU32(bytes, 5);
  if (length > MAX_HEADER || PREFIX + length > bytes.length) {
    throw sealError('bad-object', `the header of this ${magic} object is cut off or too long`);
  }
  const headerBytes = bytes.slice(PREFIX, PREFIX + length);
  return { header: parseHeader(magic, schema, headerBytes), headerBytes, body: bytes.slice(PREFIX + length) };
}

/** One strict reading of canonical JSON. Throws `seal/bad-header`; `what` names the place. */
export function parseHeader<S extends z.ZodType>(what: string, schema: S, bytes: Uint8Array): z.infer<S> {
  let json: unknown;
  try {
    json = parseCanonicalJson(bytes);
  } catch (cause) {
    throw sealError('bad-header', `the ${what} header is not canonical JSON`, { cause });
  }
  return checkHeader(what, schema, json);
}

export function checkHeader<S extends z.ZodType>(what: string, schema: S, value: unknown): z.infer<S> {
  const result = schema.safeParse(value);
  // The issues may quote values, so only the places are named.
  if (!result.success) {
    const places = result.error.issues.map((issue) => issue.path.join('.') || issue.code).slice(0, 5);
    throw sealError('bad-header', `the ${what} header does not fit its schema at: ${places.join(', ')}`);
  }
  return result.data;
}
