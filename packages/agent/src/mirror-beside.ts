/**
 * What stands beside the lines in the practice's own copy (P5; docs/spec/register.md, "Mirror"): the sealed annex of every line that names
 * one (who looked, in which role and why), and the signed request behind it. Each is held against the hash that the line gives. Nothing is
 * asked of the vault for lines that name none.
 */

import { fromBase64url } from '@ketenkluis/base';
import { decodeEntry, type Entry } from '@ketenkluis/ledger';
import { annexesPage, requestsPage } from '@ketenkluis/protocol';
import { hashOf, signedBytes } from '@ketenkluis/seal';
import { z } from 'zod';
import type { Link } from './link.ts';
import {
  besideFile,
  entriesFile,
  filesOf,
  GONE,
  LINES_PER_FILE,
  linesIn,
  objectsIn,
  type StoredObject,
  writeObjects,
} from './mirror-files.ts';

/** One kind of thing that lines name by its hash. */
interface Beside {
  readonly folder: 'annexes' | 'requests';
  readonly kind: 'annex' | 'request';
  /** No two lines name the same one (spec/entry.md). */
  readonly alone: boolean;
  named(entry: Entry): readonly string[];
  hash(bytes: Uint8Array): string;
  /** Those of the lines of one page, from this line on and before `to`; `until`: the first line that is not covered. */
  ask(link: Link, from: number, to?: number): Promise<{ readonly until: number; readonly found: readonly Named[] }>;
}
type Named = { readonly name: string; readonly bytes: string };

const pageOf = (from: number, to?: number): string => `?from=${from}${to === undefined ? '' : `&to=${to}`}`;

/** Lines of which something that they name is asked for again by every run; what is missing beyond these is counted. */
const REMEMBERED = 256;
/** What the vault did not show. `beyond`: how many more, and the line from which all is asked for again once these have come. */
export const lacking = z.strictObject({
  lines: z.array(z.int().min(0)).max(REMEMBERED),
  beyond: z.strictObject({ count: z.int().min(1), from: z.int().min(0) }).nullable(),
});
type Lacking = z.infer<typeof lacking>;

export const ANNEXES: Beside = {
  ...({ folder: 'annexes', kind: 'annex', alone: true } as const),
  named: ({ items }) => items.flatMap(({ annex }) => annex ?? []),
  hash: hashOf,
  async ask(link, from, to) {
    const { until, annexes } = await link.session.call('annexes', annexesPage, undefined, pageOf(from, to));
    return { until, found: annexes.map(({ hash, bytes }) => ({ name: hash, bytes })) };
  },
};
export const REQUESTS: Beside = {
  ...({ folder: 'requests', kind: 'request', alone: false } as const),
  // What was attempted and did not bear its own signature out was kept nowhere.
  named: ({ common: { event, requestHash } }) => (event === 'attempt' || requestHash === null ? [] : [requestHash]),
  hash: (bytes) => hashOf(signedBytes(bytes)),
  async ask(link, from, to) {
    const { until, requests } = await link.session.call('requests', requestsPage, undefined, pageOf(from, to));
    const found = requests.map(({ header }) => ({ name: REQUESTS.hash(fromBase64url(header)), bytes: header }));
    return { until, found };
  },
};

const isWhole = (of: Beside, { kind, name, bytes }: StoredObject): boolean =>
  kind === of.kind && of.hash(fromBase64url(bytes)) === name;

/** What the lines of one file name, from one line on, with the first line that does; `twice` is told of each further one. */
async function namedIn(
  of: Beside,
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
    for (const name of new Set(of.named(decodeEntry(fromBase64url(text)).entry))) {
      const first = named.get(name);
      if (first === undefined) named.set(name, index);
      else if (of.alone) twice?.(index, first);
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
 * Asks for what lines of one file name (`named`, by the line that names it first) and takes out of that map what came; answers how much
 * that was. `alone`: of these lines only, and of no line between them.
 */
async function bring(of: Beside, dir: string, link: Link, named: Map<string, number>, alone = false): Promise<number> {
  const [first] = named.values();
  if (first === undefined) return 0;
  const file = besideFile(of.folder, first);
  const objects = (await objectsIn(dir, file)).filter((one) => isWhole(of, one));
  for (const { name } of objects) named.delete(name);
  let came = 0;
  let after = 0;
  for (const index of [...new Set(named.values())].sort((a, b) => a - b)) {
    if (index < after) continue;
    const page = await of.ask(link, index, alone ? index + 1 : undefined);
    for (const { name, bytes } of page.found) {
      const object = { kind: of.kind, name, bytes };
      if (!named.has(name) || !isWhole(of, object)) continue;
      named.delete(name);
      objects.push(object);
      came += 1;
    }
    after = alone ? index + 1 : Math.max(page.until, index + 1);
  }
  if (came > 0) await writeObjects(dir, file, objects);
  return came;
}

/** What an earlier run did not get, asked for by its line and no other; answers what came and the lines that still lack something. */
async function bringLacking(of: Beside, dir: string, link: Link, lines: readonly number[]) {
  let count = 0;
  const still = new Set<number>();
  for (const [, group] of Map.groupBy(lines, entriesFile)) {
    const named = new Map<string, number>();
    // A line that retention took names nothing any more.
    for (const index of group) await namedIn(of, dir, index, index + 1, undefined, named);
    count += await bring(of, dir, link, named, true);
    for (const index of named.values()) still.add(index);
  }
  return { count, still: [...still] };
}

/**
 * Copies what the lines from `from` up to `size` name, and of the lines before it what an earlier run did not get. The run always goes on
 * to the last line (`upTo`): one that keeps something back makes no later run read everything anew. `missing`: what the vault did not
 * show; an annex that an earlier line named counts once, since it never comes.
 */
export async function mirrorBeside(
  of: Beside,
  dir: string,
  link: Link,
  from: number,
  size: number,
  known: Lacking | undefined,
): Promise<{
  readonly count: number;
  readonly missing: number;
  readonly upTo: number;
  readonly lacking: Lacking | undefined;
}> {
  // From the first line on everything is asked for.
  const before = from === 0 ? undefined : known;
  const old = await bringLacking(of, dir, link, before?.lines ?? []);
  let { count } = old;
  // Those that could be remembered came: the rest is asked for anew.
  const anew = old.still.length === 0 && before?.beyond ? before.beyond : null;
  const start = Math.min(from, anew?.from ?? from);
  const missing = new Map<string, number>();
  const again: number[] = [];
  for (const [begin, end] of filesFrom(start, size)) {
    // An earlier line of this file may have named one that a new line names too; the bytes came with it and count for it alone.
    const whole = await namedIn(of, dir, begin - (begin % LINES_PER_FILE), end, (index) => again.push(index));
    const named = new Map([...whole].filter(([, index]) => index >= begin));
    count += await bring(of, dir, link, named);
    for (const [name, index] of named) if (!missing.has(name)) missing.set(name, index);
  }
  const twice = new Set(again.filter((index) => index >= start));
  if (missing.size > 0) {
    // It came with another line.
    const held = await heldIn(of, dir);
    for (const [name, index] of missing) {
      if (!held.has(name)) continue;
      missing.delete(name);
      if (of.alone) twice.add(index);
    }
  }
  const short = [...new Set(missing.values())].sort((a, b) => a - b);
  const lines = [...old.still, ...short].slice(0, REMEMBERED);
  const more = short.slice(lines.length - old.still.length);
  const rest = anew === null ? before?.beyond : null;
  const beyond =
    more.length === 0 && !rest
      ? null
      : { count: more.length + (rest?.count ?? 0), from: Math.min(...more, ...(rest ? [rest.from] : [])) };
  return {
    count,
    missing: lines.length + (beyond?.count ?? 0) + twice.size,
    upTo: size,
    lacking: lines.length === 0 && beyond === null ? undefined : { lines, beyond },
  };
}

async function heldIn(of: Beside, dir: string): Promise<Set<string>> {
  const held = new Set<string>();
  for (const file of await filesOf(dir, of.folder))
    for (const object of await objectsIn(dir, file)) if (isWhole(of, object)) held.add(object.name);
  return held;
}

/** What is wrong with them in a copy: one that a line names is not here, is another, two lines name it, or no line that is left does. */
export async function checkBeside(
  of: Beside,
  dir: string,
  size: number,
): Promise<{
  readonly count: number;
  readonly faults: readonly {
    readonly kind: Beside['kind'];
    readonly index: number | null;
    readonly message: string;
  }[];
}> {
  const { kind } = of;
  const faults: { kind: Beside['kind']; index: number | null; message: string }[] = [];
  const bad = (index: number | null, message: string) => faults.push({ kind, index, message });
  const named = new Map<string, number>();
  const twice = (index: number, first: number) => bad(index, `line ${index} names the ${kind} of line ${first}`);
  for (const [start, end] of filesFrom(0, size)) await namedIn(of, dir, start, end, twice, named);
  const left = new Map(named);
  for (const file of await filesOf(dir, of.folder)) {
    for (const object of await objectsIn(dir, file)) {
      const index = named.get(object.name) ?? null;
      if (index === null)
        bad(null, `${kind === 'annex' ? 'an annex' : 'a request'} in ${file} is named by no line that is here`);
      else if (!isWhole(of, object)) bad(index, `the ${kind} of line ${index} is not the one that the line names`);
      left.delete(object.name);
    }
  }
  for (const index of left.values()) bad(index, `the ${kind} of line ${index} is missing; copy it with the next sync`);
  return { count: named.size - left.size, faults };
}
