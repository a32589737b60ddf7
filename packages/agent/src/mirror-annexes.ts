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

/** Annexes that the lines of one file name, from one line on, with the first line that does; `twice` is told of each further one. */
async function namedIn(
  dir: string,
  from: number,
  to: number,
  twice?: (index: number, first: number) => void,
  named = new Map<string, number>(),
): Promise<Map<string, number>> {
  const lines = await linesIn(dir, entriesFile(from));
  for (let index = from; index < to; index++) {
    const text = lines[index % LINES_PER_FILE] ?? '';
    if (text === '' || text === GONE) continue;
    const { items } = decodeEntry(fromBase64url(text)).entry;
    for (const annex of new Set(items.flatMap((item) => item.annex ?? []))) {
      const first = named.get(annex);
      if (first === undefined) named.set(annex, index);
      else twice?.(index, first);
    }
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
 * (`missing`; a line that names an earlier line's is one), the next run asks again from there.
 */
export async function mirrorAnnexes(
  dir: string,
  link: Link,
  from: number,
  size: number,
): Promise<{ readonly count: number; readonly missing: number; readonly upTo: number }> {
  const missing = new Map<string, number>();
  const again: number[] = [];
  let count = 0;
  for (const [start, end] of filesFrom(from, size)) {
    // An earlier line of this file may have named one that a new line names too; the bytes came with it and count for it alone.
    const whole = await namedIn(dir, start - (start % LINES_PER_FILE), end, (index) => again.push(index));
    const named = new Map([...whole].filter(([, index]) => index >= start));
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
  const short = [...missing.values(), ...again.filter((index) => index >= from)];
  return { count, missing: short.length, upTo: Math.min(size, ...short) };
}

/** What is wrong with the annexes of a copy: one that a line names is not here, is another, two lines name it, or no line that is left does. */
export async function checkAnnexes(
  dir: string,
  size: number,
): Promise<{
  readonly annexes: number;
  readonly faults: readonly { readonly kind: 'annex'; readonly index: number | null; readonly message: string }[];
}> {
  const faults: { kind: 'annex'; index: number | null; message: string }[] = [];
  const bad = (index: number | null, message: string) => faults.push({ kind: 'annex', index, message });
  const named = new Map<string, number>();
  const twice = (index: number, first: number) => bad(index, `line ${index} names the annex of line ${first}`);
  for (const [start, end] of filesFrom(0, size)) await namedIn(dir, start, end, twice, named);
  const left = new Map(named);
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
