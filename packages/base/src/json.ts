/**
 * Canonical JSON for stored headers: RFC 8785 narrowed to null, booleans, safe integers, strings, arrays and objects.
 * Parsing accepts exactly one text per value, so unknown spacing and duplicate keys are refused.
 */

import { type Bytes, fromUtf8, utf8 } from './bytes.ts';
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
  if (Array.isArray(value)) return `[${Array.from(value, (item) => write(item, depth + 1)).join(',')}]`;
  if (typeof value === 'object' && value !== undefined) {
    const record = value as Record<string, unknown>;
    let text = '';
    for (const key of Object.keys(record).sort()) {
      if (record[key] === undefined) continue;
      text += `${text && ','}${write(key, depth)}:${write(record[key], depth + 1)}`;
    }
    return `{${text}}`;
  }
  throw baseError('bad-json', `a ${typeof value} has no canonical form`);
}

/** True when `JSON.stringify` gives the canonical form by itself, which is much faster; false says nothing. */
function stringifies(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value === 'number') return Number.isSafeInteger(value) && !Object.is(value, -0);
  if (typeof value !== 'object' || value === null) return value === null || typeof value === 'boolean';
  if (depth >= MAX_DEPTH || 'toJSON' in value) return false;
  if (Array.isArray(value)) return !value.includes(undefined) && value.every((item) => stringifies(item, depth + 1));
  const sorted = ([key, item]: [string, unknown], i: number, all: [string, unknown][]) =>
    (i === 0 || all[i - 1]![0] < key) && key.isWellFormed() && stringifies(item, depth + 1);
  return Object.entries(value).every(sorted);
}
const canonicalText = (value: unknown) => (stringifies(value, 0) ? JSON.stringify(value) : write(value, 0));

/** Keys sorted by UTF-16 code unit, no spaces; keys whose value is undefined are left out. Throws `base/bad-json`. */
export const canonicalJson = (value: unknown): Bytes => utf8(canonicalText(value));

/** Parses what `canonicalJson` wrote and nothing else. Throws `base/bad-json` or `base/not-utf8`. */
export function parseCanonicalJson(bytes: Uint8Array): Json {
  const text = fromUtf8(bytes);
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (cause) {
    throw baseError('bad-json', 'this is not JSON', { cause });
  }
  if (canonicalText(value) !== text) throw baseError('bad-json', 'this JSON is not in canonical form');
  return value;
}
