/**
 * What the headers of people's statements say, remembered: a directory is read whole at every sign-in and every look, by vault,
 * agent and screens alike. A header says what its bytes say, whoever holds them, so an answer is true for every reader; who signed
 * is no part of it. Nothing of a dossier and no request is kept.
 */

import type { Bytes } from '@ketenkluis/base';
import type { Hash, Payload } from './statements.ts';

export interface Parsed {
  /** Frozen through and through. */
  readonly payload: Payload;
  readonly bytes: Bytes;
  readonly hash: Hash;
}

const KEPT = 4096;
const MAX_TEXT = 4096;
const parsed = new Map<string, Parsed>();

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) freeze(part);
  }
  return value;
}

/** By the header's base64url, which is one text per value. The bytes are a copy: what is remembered stays as it was read. */
export function rememberedHeader(header: string): Parsed | undefined {
  const known = parsed.get(header);
  return known && { ...known, bytes: known.bytes.slice() };
}

/** `read` held against its schema, and its bytes were canonical. */
export function rememberHeader(header: string, read: Parsed): void {
  const { payload } = read;
  if (header.length > MAX_TEXT || 'dossier' in payload || payload.t === 'request') return;
  if (parsed.size >= KEPT) parsed.delete(parsed.keys().next().value!);
  parsed.set(header, { payload: freeze(payload), bytes: read.bytes.slice(), hash: read.hash });
}
