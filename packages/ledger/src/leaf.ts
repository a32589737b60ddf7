/** The leaf of an entry (docs/spec/entry.md): nothing but salted commitments, in the order of the items. */

import {
  type Bytes,
  base64url,
  concat,
  type DossierId,
  equalBytes,
  fromBase64url,
  type Instant,
  lengthPrefixed,
  newId,
  type Random,
  utf8,
} from '@ketenkluis/base';
import {
  type Entry,
  type EntryCommon,
  type EntryItem,
  type EntrySalts,
  MAX_ITEMS,
  parseCommon,
  parseEntry,
  parseItem,
  partBytes,
} from './entry.ts';
import { ledgerError } from './errors.ts';
import { HASH_BYTES, hash } from './tree.ts';

const MAGIC = utf8('KKLE');
const VERSION = 1;
const SALT_BYTES = 16;
const HEAD_BYTES = MAGIC.length + 1 + HASH_BYTES + 2;
const COMMON = utf8('ketenkluis.entry.common.v1');
const ITEM = utf8('ketenkluis.entry.item.v1');

const commit = (domain: Uint8Array, salt: Uint8Array, part: Uint8Array): Bytes =>
  hash(lengthPrefixed(domain, salt, part));

/** The commitment of an item as base64url: its place in the leaf and what the dossier's next item calls `prev`. */
export const itemHash = (item: EntryItem, salt: Uint8Array): string => base64url(commit(ITEM, salt, partBytes(item)));

/** Where a dossier's chain stands: the last item's number and commitment. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string | null;
}
/** A dossier without items. */
export const CHAIN_START: ChainHead = { seq: 0, hash: null };

/** An item before it has its place in the chain. */
export type DraftItem = Omit<EntryItem, 'seq' | 'prev'>;
/** What the vault knows before an entry is sealed. */
export interface EntryDraft {
  readonly common: Omit<EntryCommon, 'v' | 'id' | 'at'>;
  readonly items: readonly DraftItem[];
  /** The chain head of every dossier that the items name, as it is before this entry. */
  readonly chains: ReadonlyMap<DossierId, ChainHead>;
}

export interface SealedEntry {
  readonly entry: Entry;
  readonly salts: EntrySalts;
  readonly leaf: Bytes;
  /** The chain heads after this entry; they go into the same transaction. */
  readonly heads: ReadonlyMap<DossierId, ChainHead>;
}

/**
 * Gives an entry its id, time, chain links and salts, and makes its leaf. An item of a dossier that is not in `chains`
 * stays outside any chain, which only a refused item may (someone asked for what is not there).
 * Throws `ledger/bad-entry`.
 */
export function sealEntry(draft: EntryDraft, at: Instant, random: Random): SealedEntry {
  const salt = () => random(SALT_BYTES);
  const heads = new Map(draft.chains);
  const salts: Bytes[] = [];
  const items = draft.items.map((part) => {
    const head = part.dossier === null ? undefined : heads.get(part.dossier);
    const item = { ...part, seq: head ? head.seq + 1 : null, prev: head?.hash ?? null };
    const itemSalt = salt();
    if (part.dossier !== null && head) {
      heads.set(part.dossier, { seq: head.seq + 1, hash: itemHash(item, itemSalt) });
    }
    salts.push(itemSalt);
    return item;
  });
  const entry = parseEntry({ common: { ...draft.common, v: 1, id: newId('entry', random), at }, items });
  const texts = { common: base64url(salt()), items: salts.map((bytes) => base64url(bytes)) };
  return { entry, salts: texts, leaf: leafOf(entry, texts), heads };
}

/** The leaf that an entry with these salts must have. */
export function leafOf(entry: Entry, salts: EntrySalts): Bytes {
  if (salts.items.length !== entry.items.length) throw ledgerError('bad-entry', 'salts and items differ in number');
  return concat(
    MAGIC,
    Uint8Array.of(VERSION),
    commit(COMMON, fromBase64url(salts.common), partBytes(entry.common)),
    Uint8Array.of(entry.items.length >> 8, entry.items.length & 0xff),
    ...entry.items.map((item, i) => commit(ITEM, fromBase64url(salts.items[i]!), partBytes(item))),
  );
}

export interface LeafParts {
  readonly common: Uint8Array;
  readonly items: readonly Uint8Array[];
}
/** Reads a leaf. Throws `ledger/bad-leaf` on any other form. */
export function parseLeaf(leaf: Uint8Array): LeafParts {
  const count = leaf.length < HEAD_BYTES ? -1 : leaf[HEAD_BYTES - 2]! * 256 + leaf[HEAD_BYTES - 1]!;
  const fits = count >= 0 && count <= MAX_ITEMS && leaf.length === HEAD_BYTES + count * HASH_BYTES;
  if (!fits || !equalBytes(leaf.subarray(0, 4), MAGIC) || leaf[4] !== VERSION) {
    throw ledgerError('bad-leaf', 'this is not the leaf of a version 1 entry');
  }
  return {
    common: leaf.subarray(5, 5 + HASH_BYTES),
    items: Array.from({ length: count }, (_, i) =>
      leaf.subarray(HEAD_BYTES + i * HASH_BYTES, HEAD_BYTES + (i + 1) * HASH_BYTES),
    ),
  };
}

/** One part of an entry as it is shown to someone: its bytes and its salt. */
export interface ShownPart {
  readonly leaf: Uint8Array;
  readonly part: Uint8Array;
  readonly salt: Uint8Array;
}

function shown(domain: Uint8Array, expected: Uint8Array | undefined, { part, salt }: ShownPart): void {
  if (!expected || salt.length !== SALT_BYTES || !equalBytes(commit(domain, salt, part), expected)) {
    throw ledgerError('bad-proof', 'this part is not in the leaf');
  }
}
/** The common part, if the leaf commits to it. Throws `ledger/bad-leaf`, `bad-proof` or `bad-entry`. */
export function openCommon(claim: ShownPart): EntryCommon {
  shown(COMMON, parseLeaf(claim.leaf).common, claim);
  return parseCommon(claim.part);
}
/** The item at this position, if the leaf commits to it there; the others stay closed. Throws as `openCommon`. */
export function openItem(claim: ShownPart & { readonly index: number }): EntryItem {
  shown(ITEM, parseLeaf(claim.leaf).items[claim.index], claim);
  return parseItem(claim.part);
}

const holds = (open: () => unknown): boolean => {
  try {
    open();
    return true;
  } catch {
    return false;
  }
};
/** False on any bad input; never throws. */
export const verifyCommon = (claim: { leaf: Uint8Array; common: EntryCommon; salt: Uint8Array }): boolean =>
  holds(() => openCommon({ ...claim, part: partBytes(claim.common) }));
/** False on any bad input; never throws. */
export const verifyItem = (claim: { leaf: Uint8Array; index: number; item: EntryItem; salt: Uint8Array }): boolean =>
  holds(() => openItem({ ...claim, part: partBytes(claim.item) }));

export type ChainResult =
  | { readonly ok: true; readonly head: ChainHead }
  /** `index` is the place in the list of the first item that does not fit. */
  | {
      readonly ok: false;
      readonly index: number;
      readonly why: 'gap' | 'duplicate' | 'order' | 'changed' | 'other-dossier';
    };

/** Walks the items of one dossier, oldest first: finds a gap, a repetition, another order or a change. */
export function checkChain(
  links: readonly { readonly item: EntryItem; readonly salt: Uint8Array }[],
  from: ChainHead = CHAIN_START,
): ChainResult {
  let head = from;
  const seen = new Set<string>();
  for (const [index, { item, salt }] of links.entries()) {
    const own = itemHash(item, salt);
    const fail = (why: (ChainResult & { ok: false })['why']): ChainResult => ({ ok: false, index, why });
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
