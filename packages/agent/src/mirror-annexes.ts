/**
 * Who looked, in which role and why, in the practice's own copy (P5; docs/spec/register.md, "Mirror"): the sealed annex of every line that
 * names one, held against the hash that the line gives. Nothing is asked of the vault for lines that name none.
 */

import { fromBase64url } from '@ketenkluis/base';
import { decodeEntry } from '@ketenkluis/ledger';
import { annexesPage } from '@ketenkluis/protocol';
import { hashOf } from '@ketenkluis/seal';
import type { Link } from './link.ts';
import {
  annexesFile,
  entriesFile,
  filesOf,
  GONE,
  LINES_PER_FILE,
  linesIn,
  objectsIn,
  type StoredObject,
  writeObjects,
} from './mirror-files.ts';

const isWhole = ({ kind, name, bytes }: StoredObject): boolean =>
  kind === 'annex' && hashOf(fromBase64url(bytes)) === name;

/** Annexes that the lines of one file name, from one line on, with the first line that does. */
async function namedIn(dir: string, from: number, to: number): Promise<Map<string, number>> {
  const named = new Map<string, number>();
  const lines = await linesIn(dir, entriesFile(from));
  for (let index = from; index < to; index++) {
    const text = lines[index % LINES_PER_FILE] ?? '';
    if (text === '' || text === GONE) continue;
    for (const { annex } of decodeEntry(fromBase64url(text)).entry.items)
      if (annex !== null && !named.has(annex)) named.set(annex, index);
  }
  return named;
}

/** Where the lines of each file of the copy begin and end, from this line on. */
function* filesFrom(from: number, size: number): Generator<readonly [number, number]> {
  for (let start = from; start < size; ) {
    const end = Math.min(size, (Math.floor(start / LINES_PER_FILE) + 1) * LINES_PER_FILE);
    yield [start, end];
    start = end;
  }
}

/**
 * Copies what the lines from `from` up to `size` name. `upTo`: all of them stand here up to this line; where the vault does not show one
 * (`missing`), the next run asks again from there.
 */
export async function mirrorAnnexes(
  dir: string,
  link: Link,
  from: number,
  size: number,
): Promise<{ readonly count: number; readonly missing: number; readonly upTo: number }> {
  const missing = new Map<string, number>();
  let count = 0;
  for (const [start, end] of filesFrom(from, size)) {
    const named = await namedIn(dir, start, end);
    if (named.size === 0) continue;
    const file = annexesFile(start);
    const objects = (await objectsIn(dir, file)).filter(isWhole);
    for (const { name } of objects) named.delete(name);
    let came = 0;
    let after = 0;
    for (const index of [...named.values()].sort((a, b) => a - b)) {
      if (index < after) continue;
      const page = await link.session.call('annexes', annexesPage, undefined, `?from=${index}`);
      for (const { hash: name, bytes } of page.annexes) {
        const object = { kind: 'annex', name, bytes };
        if (!named.has(name) || !isWhole(object)) continue;
        named.delete(name);
        objects.push(object);
        came += 1;
      }
      after = Math.max(page.until, index + 1);
    }
    if (came > 0) await writeObjects(dir, file, objects);
    count += came;
    for (const [name, index] of named) missing.set(name, index);
  }
  // Two lines may name the same one: it came with the first.
  if (missing.size > 0) for (const name of await heldIn(dir)) missing.delete(name);
  return { count, missing: missing.size, upTo: Math.min(size, ...missing.values()) };
}

async function heldIn(dir: string): Promise<Set<string>> {
  const held = new Set<string>();
  for (const file of await filesOf(dir, 'annexes'))
    for (const object of await objectsIn(dir, file)) if (isWhole(object)) held.add(object.name);
  return held;
}

/** What is wrong with the annexes of a copy: one that a line names is not here, is another, or no line that is left names it. */
export async function checkAnnexes(
  dir: string,
  size: number,
): Promise<{
  readonly annexes: number;
  readonly faults: readonly { readonly kind: 'annex'; readonly index: number | null; readonly message: string }[];
}> {
  const named = new Map<string, number>();
  for (const [start, end] of filesFrom(0, size))
    for (const [name, index] of await namedIn(dir, start, end)) if (!named.has(name)) named.set(name, index);
  const left = new Map(named);
  const faults: { kind: 'annex'; index: number | null; message: string }[] = [];
  const bad = (index: number | null, message: string) => faults.push({ kind: 'annex', index, message });
  for (const file of await filesOf(dir, 'annexes')) {
    for (const object of await objectsIn(dir, file)) {
      const index = named.get(object.name) ?? null;
      if (index === null) bad(null, `an annex in ${file} is named by no line that is here`);
      else if (!isWhole(object)) bad(index, `the annex of line ${index} is not the one that the line names`);
      left.delete(object.name);
    }
  }
  for (const index of left.values()) bad(index, `the annex of line ${index} is missing; copy it with the next sync`);
  return { annexes: named.size - left.size, faults };
}
