/**
 * What must not be found at a host: every distinctive string of the practice's own source (design: attacks, host alone).
 * Distinctive = at least six bytes and not a bare number, code or recent date; a birth date counts only in its context.
 */

import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const MIN = 6;
const SLICE = 40;
/** Words of the standard itself, codes, plain numbers and times say nothing about a person. */
const PLAIN = /^(?:https?:|urn:|[\d.,:+TZ/-]+$|[A-Z]\d\d(?:\.\d\d)?$)/;

export interface TokenOptions {
  /** Bounds the work on very large sources; tokens are then taken evenly over the source. */
  readonly limit?: number;
}

const pieces = (text: string): string[] => {
  const clean = text.replace(/<[^>]+>/g, ' ').trim();
  if (clean.length <= SLICE) return [clean];
  const out: string[] = [];
  for (let at = 0; at + SLICE <= clean.length; at += SLICE * 4) out.push(clean.slice(at, at + SLICE));
  return out;
};

function* leaves(value: unknown, key: string): Generator<{ key: string; text: string }> {
  if (typeof value === 'string') yield { key, text: value };
  else if (Array.isArray(value)) for (const item of value) yield* leaves(item, key);
  else if (value !== null && typeof value === 'object') {
    for (const [name, item] of Object.entries(value)) yield* leaves(item, name);
  }
}

/** Keys whose strings belong to the standard or to a code system, not to a person. */
const STANDARD = new Set([
  'resourceType',
  'system',
  'code',
  'unit',
  'url',
  'status',
  'use',
  'type',
  'reference',
  'display',
  'profile',
  'lastUpdated',
  'versionId',
  'gender',
  'intent',
  'class',
  'mode',
  'language',
  'valueUri',
  'valueCode',
  'contentType',
  'fullUrl',
  'method',
]);

export function tokensOf(resource: unknown): string[] {
  const found: string[] = [];
  for (const { key, text } of leaves(resource, '')) {
    if (key === 'birthDate') found.push(`"birthDate":"${text}"`);
    if (STANDARD.has(key) || PLAIN.test(text)) {
      if (key !== 'value' || !/^\d{8,9}$/.test(text)) continue;
    }
    for (const piece of pieces(text)) if (Buffer.byteLength(piece) >= MIN) found.push(piece);
  }
  return found;
}

/** Reads NDJSON, Bundles or single resources below `folder`. A line that is no JSON gives its own text as tokens. */
export async function sourceTokens(folder: string, { limit = 60_000 }: TokenOptions = {}): Promise<Set<string>> {
  const all = new Set<string>();
  for (const name of (await readdir(folder, { recursive: true })).sort()) {
    if (!/\.(ndjson|json|csv)$/.test(name)) continue;
    const lines = createInterface({ input: createReadStream(join(folder, name)), crlfDelay: Number.POSITIVE_INFINITY });
    let whole = '';
    for await (const line of lines) {
      let resource: unknown;
      try {
        resource = JSON.parse(line);
      } catch {
        if (name.endsWith('.json')) whole += line;
        else
          for (const cell of line.split(/[;\t]/))
            if (!PLAIN.test(cell) && cell.length >= MIN) all.add(cell.slice(0, SLICE));
        continue;
      }
      for (const token of tokensOf(resource)) all.add(token);
    }
    if (whole !== '') {
      try {
        for (const token of tokensOf(JSON.parse(whole))) all.add(token);
      } catch {
        // Not JSON as a whole either: preview names it; there is nothing to search for.
      }
    }
  }
  if (all.size <= limit) return all;
  const step = all.size / limit;
  const list = [...all];
  return new Set(Array.from({ length: limit }, (_, i) => list[Math.floor(i * step)]!));
}
