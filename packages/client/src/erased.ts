/**
 * What retention took of a log (docs/spec/retention.md), for whoever reads it: a line may be missing only inside a year that its own
 * `erase` line names, that is over for five years by this device's clock, and that the lines around it bear out.
 */

import { type Bytes, base64url, fromBase64url, type Instant } from '@ketenkluis/base';
import {
  CHAIN_START,
  type ChainHead,
  checkChain,
  type Entry,
  type EntryItem,
  type ErasedShard,
  ErasureCheck,
  erasableFrom,
  parseLeaf,
  shardHash,
} from '@ketenkluis/ledger';
import type { auditAnswer, entriesPage } from '@ketenkluis/protocol';
import type { z } from 'zod';
import { clientError } from './errors.ts';
import { type ProvedLine, provedLine } from './log.ts';

const early = (year: number) =>
  clientError('not-included', `lines of ${year} were erased before their five years were over`, {
    detail: { alarm: 'gap' },
  });

/** Follows the pages of a log in order. */
export class ErasedLines {
  readonly #log: string;
  readonly #now: Instant;
  readonly #shards: ErasedShard[] = [];
  readonly #check = new ErasureCheck(this.#shards);
  #leaves = new Map<number, Bytes>();

  constructor(log: string, now: Instant) {
    this.#log = log;
    this.#now = now;
  }

  /** What the next page says is gone. Throws `client/not-included` for a year that is not over yet. */
  page({ erased = [], leaves = [] }: Pick<z.infer<typeof entriesPage>, 'erased' | 'leaves'>): void {
    for (const { year, from, to } of erased) {
      if (this.#shards.some((known) => known.from === from && known.to === to && known.year === year)) continue;
      if (this.#now < erasableFrom(year) || from >= to) throw early(year);
      this.#shards.push({ log: this.#log, year, from, to });
    }
    this.#leaves = new Map(leaves.map(({ index, leaf }) => [index, fromBase64url(leaf)]));
  }

  /** The leaf of a line that was lawfully erased; undefined for one that should be there. */
  leaf(index: number): Bytes | undefined {
    return this.#check.shardOf(index) === undefined ? undefined : this.#leaves.get(index);
  }

  /** A line that is there. Throws `client/not-included` where it shows that another went early. */
  line(index: number, entry: Pick<Entry, 'common' | 'items'>): void {
    if (this.#check.line(index, entry) === 'early') throw early(new Date(entry.common.at).getUTCFullYear());
  }

  /** At the end: years that went, in what was read from this line on, and that no line names. Throws `client/not-included`. */
  end(from: number): void {
    const silent = this.#check.unnamed().find(({ to }) => to > from);
    if (silent === undefined) return;
    const detail = { alarm: 'gap' };
    throw clientError('not-included', `no line says that the lines of ${silent.year} were erased`, { detail });
  }
}

/**
 * The years that an answer about one dossier says went, each by its own `erase` line. Throws errors of `ledger` and
 * `client/not-included` where one does not prove, was early, or is not borne out by the lines shown.
 */
export function erasedIn(
  said: NonNullable<z.infer<typeof auditAnswer>['erased']>,
  of: {
    readonly log: string;
    readonly now: Instant;
    readonly under: Parameters<typeof provedLine>[1];
    readonly shown: readonly ProvedLine[];
  },
): readonly ErasedShard[] {
  const lines = new ErasedLines(of.log, of.now);
  lines.page({ erased: said.map(({ year, from, to }) => ({ year, from, to })) });
  const named = said.map(({ line }) => provedLine(line, of.under));
  for (const { index, common, items } of [...of.shown, ...named].toSorted((a, b) => a.index - b.index))
    if (common !== null) lines.line(index, { common, items: items.map(({ item }) => item) });
  for (const [at, { year, from, to }] of said.entries()) {
    const { common, items } = named[at]!;
    const object = shardHash({ log: of.log, year, from, to });
    if (common?.event !== 'erase' || !items.some(({ item }) => item.object === object)) throw early(year);
  }
  lines.end(0);
  return said.map(({ year, from, to }) => ({ log: of.log, year, from, to }));
}

/** One numbered item of a dossier and the line it stands in. */
interface PlacedLink {
  readonly item: EntryItem;
  readonly salt: Uint8Array;
  readonly line: number;
}

interface ErasedLeaf {
  readonly index: number;
  /** Commitments of its items. */
  readonly items: readonly string[];
}

/** A line of which only its place in the tree is left. Throws errors of `ledger` and `client/not-included`. */
export function erasedLeaf(
  shown: Parameters<typeof provedLine>[0],
  under: Parameters<typeof provedLine>[1],
): ErasedLeaf {
  const { index } = provedLine(shown, under);
  return { index, items: parseLeaf(fromBase64url(shown.leaf)).items.map((one) => base64url(one)) };
}

/**
 * Whether a dossier's items, in order, are numbered from 1 without a gap, but for numbers that went with an erased year: the item
 * behind them names the last that went, whose commitment stands in a leaf of that year. So nothing behind the year can be left out.
 */
export function wholeBut(
  links: readonly PlacedLink[],
  shards: readonly ErasedShard[],
  before: readonly ErasedLeaf[],
): boolean {
  const parts: { readonly from: ChainHead; readonly links: PlacedLink[] }[] = [{ from: CHAIN_START, links: [] }];
  let last = { seq: 0, line: -1 };
  for (const { line, item, salt } of links) {
    const seq = item.seq!;
    const gone = before.some(
      ({ index, items }) =>
        index > last.line &&
        index < line &&
        items.includes(item.prev ?? '') &&
        shards.some(({ from, to }) => index >= from && index < to),
    );
    if (gone && seq > last.seq + 1) parts.push({ from: { seq: seq - 1, hash: item.prev }, links: [] });
    parts.at(-1)!.links.push({ line, item, salt });
    last = { seq, line };
  }
  return parts.every((part) => checkChain(part.links, part.from).ok);
}
