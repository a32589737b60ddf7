/**
 * Canonical JSON for stored headers: RFC 8785 narrowed to null, booleans, safe integers, strings, arrays and objects.
 * Parsing accepts exactly one text per value, so unknown spacing and duplicate keys are refused.
 */

import { type Bytes, equalBytes, fromUtf8, utf8 } from './bytes.ts';
import { baseError } from './errors.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const MAX_DEPTH = 32;

function write(value: unknown, depth: number): string {
  if (depth > MAX_DEPTH) throw baseError('bad-json', `nested deeper than ${MAX_DEPTH}`);
  if (value === null || value === true || value === false) return String(value);
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw baseError('bad-json', 'a string holds half a character');
    return JSON.stringify(value);
  }
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) throw baseError('bad-json', 'only whole numbers');
    return String(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => write(item, depth + 1)).join(',')}]`;
  if (typeof value === 'object' && value !== undefined) {
    const record = value as Record<string, unknown>;
    const keys = Object.keys(record)
      .filter((key) => record[key] !== undefined)
      .sort();
    return `{${keys.map((key) => `${write(key, depth)}:${write(record[key], depth + 1)}`).join(',')}}`;
  }
  throw baseError('bad-json', `a ${typeof value} has no canonical form`);
}

/** Keys sorted by UTF-16 code unit, no spaces; keys whose value is undefined are left out. Throws `base/bad-json`. */
export const canonicalJson = (value: unknown): Bytes => utf8(write(value, 0));

/** Parses what `canonicalJson` wrote and nothing else. Throws `base/bad-json` or `base/not-utf8`. */
export function parseCanonicalJson(bytes: Uint8Array): Json {
  let value: Json;
  try {
    value = JSON.parse(fromUtf8(bytes)) as Json;
  } catch (cause) {
    throw baseError('bad-json', 'this is not JSON', { cause });
  }
  if (!equalBytes(canonicalJson(value), bytes)) throw baseError('bad-json', 'this JSON is not in canonical form');
  return value;
}
