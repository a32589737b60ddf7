/**
 * What retention leaves of a log (docs/spec/retention.md, R44): the lines of one calendar year (UTC) go as a whole, five years after
 * that year has ended and never before. Leaves and tiles stay, so every checkpoint still verifies; an `erase` line names the shard.
 */

import { base64url, canonicalJson, type Instant, instant, lengthPrefixed, utf8 } from '@ketenkluis/base';
import { sha256 } from './tree.ts';

/** Stcrt. 2019, 38007: at least five years from the moment a line is written. */
export const KEPT_YEARS = 5;
const DOMAIN = utf8('ketenkluis.erased.v1');

/** Lines `from` up to, not including, `to` of this log, all written in `year`. */
export interface ErasedShard {
  readonly log: string;
  readonly year: number;
  readonly from: number;
  readonly to: number;
}

const yearStart = (year: number): Instant => instant(Date.UTC(year, 0, 1));
/** The calendar year (UTC) in which a line was written: its shard. */
export const shardYear = (at: Instant): number => new Date(at).getUTCFullYear();
/** From when the lines of this year may go: the youngest of them is five years old then. */
export const erasableFrom = (year: number): Instant => yearStart(year + 1 + KEPT_YEARS);
/** Names a shard in its `erase` line. */
export const shardHash = ({ log, year, from, to }: ErasedShard): string =>
  base64url(sha256(lengthPrefixed(DOMAIN, canonicalJson({ from, log, to, year }))));

/** As much of an entry as this looks at. */
interface Line {
  readonly common: { readonly at: Instant; readonly event: string; readonly outcome: string };
  readonly items: readonly { readonly object: string | null }[];
}

/** Follows a log in order and says what is wrong with what was erased; for every verifier. */
export class ErasureCheck {
  readonly #shards: readonly ErasedShard[];
  readonly #named = new Set<ErasedShard>();

  constructor(shards: readonly ErasedShard[]) {
    this.#shards = shards;
  }

  shardOf(index: number): ErasedShard | undefined {
    return this.#shards.find(({ from, to }) => index >= from && index < to);
  }

  /** A line that is there: `early` when it shows that a shard was erased before its time or is not of the year it says. */
  line(index: number, { common, items }: Line): 'early' | null {
    let early = false;
    for (const shard of this.#shards) {
      const { year, from, to } = shard;
      // Time never runs back: what stands before the end is no younger than the shard, what stands after its begin no older.
      if (index < to && common.at >= yearStart(year + 1)) early = true;
      if (index >= from && common.at < yearStart(year)) early = true;
      if (common.event !== 'erase' || common.outcome !== 'success') continue;
      if (!items.some(({ object }) => object === shardHash(shard))) continue;
      this.#named.add(shard);
      if (index < to || common.at < erasableFrom(year)) early = true;
    }
    return early ? 'early' : null;
  }

  /** Shards that no line names: somebody took lines away and said nothing. */
  unnamed(): readonly ErasedShard[] {
    return this.#shards.filter((shard) => !this.#named.has(shard));
  }
}
