/** A dossier's own chain: every item carries its number and the commitment of the item before it. */

import type { DossierId } from '@ketenkluis/base';
import type { EntryItem } from './entry.ts';
import { itemHash } from './leaf.ts';

/** Where a dossier's chain stands: the last item's number and commitment. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string | null;
}
/** A dossier without items. */
export const CHAIN_START: ChainHead = { seq: 0, hash: null };
export type Chains = ReadonlyMap<DossierId, ChainHead>;

export type ChainFault = 'gap' | 'duplicate' | 'order' | 'changed' | 'other-dossier';
export type ChainResult =
  | { readonly ok: true; readonly head: ChainHead }
  /** `index` is the place in the list of the first item that does not fit. */
  | { readonly ok: false; readonly index: number; readonly why: ChainFault };

/** An item with its salt, or with the commitment that it gave already. */
type Link = { readonly item: EntryItem } & ({ readonly salt: Uint8Array } | { readonly hash: string });

/** Walks the items of one dossier, oldest first: finds a gap, a repetition, another order or a change. */
export function checkChain(links: readonly Link[], from: ChainHead = CHAIN_START): ChainResult {
  let head = from;
  const seen = new Set<string>();
  for (const [index, link] of links.entries()) {
    const { item } = link;
    const own = 'hash' in link ? link.hash : itemHash(item, link.salt);
    const fail = (why: ChainFault): ChainResult => ({ ok: false, index, why });
    if (item.dossier === null || item.dossier !== links[0]?.item.dossier) return fail('other-dossier');
    if (seen.has(own)) return fail('duplicate');
    if (item.seq === null || item.seq <= head.seq) return fail('order');
    if (item.seq > head.seq + 1) return fail('gap');
    if (item.prev !== head.hash) return fail('changed');
    seen.add(own);
    head = { seq: item.seq, hash: own };
  }
  return { ok: true, head };
}
