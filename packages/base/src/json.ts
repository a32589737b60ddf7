/**
 * Canonical JSON for stored headers: RFC 8785 narrowed to null, booleans, safe integers, strings, arrays and objects.
 * Parsing accepts exactly one text per value, so unknown spacing and duplicate keys are refused.
 */

import { type Bytes, fromUtf8, utf8 } from './bytes.ts';
import { baseError } from './errors.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const MAX_DEPTH = 32;

function quoted(text: string): string {
  if (!text.isWellFormed()) throw baseError('bad-json', 'a string holds half a character');
  return JSON.stringify(text);
}

/** Names of members with their colon: the same few dozen words stand in everything that is signed. No id or value in a name's place is kept. */
const named = new Map<string, string>();
function nameText(name: string): string {
  if (named.size < 4096 && /^[A-Za-z]{1,24}$/.test(name)) named.set(name, `${quoted(name)}:`);
  return named.get(name) ?? `${quoted(name)}:`;
}

// One walk that checks and writes, without a closure or list more than it needs: every statement goes through here several times.
function write(value: unknown, depth: number): string {
  if (depth > MAX_DEPTH) throw baseError('bad-json', `nested deeper than ${MAX_DEPTH}`);
  if (typeof value === 'string') return quoted(value);
  if (value === null || value === true || value === false) return String(value);
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) throw baseError('bad-json', 'only whole numbers');
    return String(value);
  }
  if (typeof value !== 'object') throw baseError('bad-json', `a ${typeof value} has no canonical form`);
  if (Array.isArray(value)) return `[${Array.from(value, (item) => write(item, depth + 1)).join(',')}]`;
  let text = '';
  const record = value as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(record).sort())
    if (record[name] !== undefined)
      text += `${text && ','}${named.get(name) ?? nameText(name)}${write(record[name], depth + 1)}`;
  return `{${text}}`;
}

/** Keys sorted by UTF-16 code unit, no spaces; keys whose value is undefined are left out. Throws `base/bad-json`. */
export const canonicalJson = (value: unknown): Bytes => utf8(write(value, 0));

/** Parses what `canonicalJson` wrote and nothing else. Throws `base/bad-json` or `base/not-utf8`. */
export function parseCanonicalJson(bytes: Uint8Array): Json {
  const text = fromUtf8(bytes);
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (cause) {
    throw baseError('bad-json', 'this is not JSON', { cause });
  }
  if (write(value, 0) !== text) throw baseError('bad-json', 'this JSON is not in canonical form');
  return value;
}
