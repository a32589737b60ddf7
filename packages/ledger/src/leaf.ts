/**
 * How an entry becomes a leaf, and its stored form (docs/spec/entry.md). The leaf holds nothing but salted commitments,
 * in the order of the items; the stored form holds the parts themselves, as the bytes that were committed to.
 */

import {
  type Bytes,
  base64url,
  concat,
  equalBytes,
  fromBase64url,
  type Instant,
  lengthPrefixed,
  newId,
  type Random,
  readU32,
  u32,
  utf8,
} from '@ketenkluis/base';
import type { Chains } from './chain.ts';
import {
  type Entry,
  type EntryCommon,
  type EntryItem,
  MAX_ITEMS,
  parseCommon,
  parseEntry,
  parseItem,
  partBytes,
  readJson,
} from './entry.ts';
import { ledgerError } from './errors.ts';
import { HASH_BYTES, sha256 } from './tree.ts';

/** Magic and version. */
const LEAF_HEAD = concat(utf8('KKLE'), Uint8Array.of(1));
const STORED_HEAD = concat(utf8('KKLS'), Uint8Array.of(1));
const SALT_BYTES = 16;
const HEAD_BYTES = LEAF_HEAD.length + HASH_BYTES + 2;
/** Everything that stands before the salt: the domain and the salt's length, length-prefixed as all that is hashed. */
const domain = (name: string): Bytes => concat(lengthPrefixed(utf8(name)), u32(SALT_BYTES));
const COMMON = domain('ketenkluis.entry.common.v1');
const ITEM = domain('ketenkluis.entry.item.v1');

/** A part's own bytes (canonical JSON) behind its salt. */
interface Part {
  readonly salt: Uint8Array;
  readonly bytes: Uint8Array;
}
function commit(before: Uint8Array, { salt, bytes }: Part): Bytes {
  if (salt.length !== SALT_BYTES) throw ledgerError('bad-entry', 'a salt is not 16 bytes');
  return sha256(concat(before, salt, u32(bytes.length), bytes));
}

function leafFrom(common: Part, items: readonly Uint8Array[]): Bytes {
  const count = Uint8Array.of(items.length >> 8, items.length & 0xff);
  return concat(LEAF_HEAD, commit(COMMON, common), count, ...items);
}
const storedFrom = (parts: readonly Part[]): Bytes =>
  concat(STORED_HEAD, lengthPrefixed(...parts.flatMap(({ salt, bytes }) => [salt, bytes])));

/** The commitment of an item as base64url: its place in the leaf, and what the dossier's next item calls `prev`. */
export const itemHash = (item: EntryItem, salt: Uint8Array): string =>
  base64url(commit(ITEM, { salt, bytes: partBytes(item) }));

/** Salts as base64url, in the order of the items. */
export interface EntrySalts {
  readonly common: string;
  readonly items: readonly string[];
}

/** The bytes that the leaf commits to. */
export interface EntryParts {
  readonly common: Uint8Array;
  readonly items: readonly Uint8Array[];
}

/** An item before it has its place in the chain. */
export type DraftItem = Omit<EntryItem, 'seq' | 'prev'>;
/** What is known before an entry is sealed. */
export interface EntryDraft {
  readonly common: Omit<EntryCommon, 'v' | 'id' | 'at'>;
  readonly items: readonly DraftItem[];
  /** The chain head of every dossier that the items name, as it is before this entry. */
  readonly chains: Chains;
}
export interface SealedEntry {
  readonly entry: Entry;
  readonly salts: EntrySalts;
  readonly parts: EntryParts;
  readonly leaf: Bytes;
  /** The entry and its salts as they are kept; `decodeEntry` reads it. */
  readonly stored: Bytes;
  /** The chain heads after this entry; they go into the same transaction. */
  readonly heads: Chains;
}

/**
 * Gives an entry its id, time, chain links and salts, and makes its leaf. An item of a dossier that is not in `chains`
 * stays outside any chain, which only an item that was not a success may (someone asked for what is not there).
 * Throws `ledger/bad-entry`.
 */
export function sealEntry(draft: EntryDraft, at: Instant, random: Random): SealedEntry {
  const saltBytes = random(SALT_BYTES * (draft.items.length + 1));
  const partOf = (part: EntryCommon | EntryItem, at: number): Part => ({
    salt: saltBytes.subarray(at * SALT_BYTES, (at + 1) * SALT_BYTES),
    bytes: partBytes(part),
  });
  const heads = new Map(draft.chains);
  const items: EntryItem[] = [];
  const parts: Part[] = [];
  const hashes: Bytes[] = [];
  for (const { dossier, ...rest } of draft.items) {
    const head = dossier === null ? undefined : heads.get(dossier);
    const item = { ...rest, dossier, seq: head ? head.seq + 1 : null, prev: head ? head.hash : null };
    const part = partOf(item, parts.length + 1);
    const own = commit(ITEM, part);
    if (dossier !== null && head) heads.set(dossier, { seq: head.seq + 1, hash: base64url(own) });
    items.push(item);
    parts.push(part);
    hashes.push(own);
  }
  const entry = parseEntry({ common: { ...draft.common, v: 1, id: newId('entry', random), at }, items });
  const common = partOf(entry.common, 0);
  return {
    entry,
    salts: { common: base64url(common.salt), items: parts.map(({ salt }) => base64url(salt)) },
    parts: { common: common.bytes, items: parts.map(({ bytes }) => bytes) },
    leaf: leafFrom(common, hashes),
    stored: storedFrom([common, ...parts]),
    heads,
  };
}

function partsOf(entry: Entry, salts: EntrySalts): [Part, Part[]] {
  if (salts.items.length !== entry.items.length) throw ledgerError('bad-entry', 'salts and items differ in number');
  const part = (value: EntryCommon | EntryItem, salt: string): Part => ({
    salt: fromBase64url(salt),
    bytes: partBytes(value),
  });
  return [part(entry.common, salts.common), entry.items.map((item, i) => part(item, salts.items[i]!))];
}
const itemHashes = (items: readonly Part[]): Bytes[] => items.map((item) => commit(ITEM, item));

/** The leaf that an entry with these salts must have. */
export function leafOf(entry: Entry, salts: EntrySalts): Bytes {
  const [common, items] = partsOf(entry, salts);
  return leafFrom(common, itemHashes(items));
}
/** The stored form of an entry and its salts. */
export function encodeEntry(entry: Entry, salts: EntrySalts): Bytes {
  const [common, items] = partsOf(entry, salts);
  return storedFrom([common, ...items]);
}

export interface DecodedEntry {
  readonly entry: Entry;
  readonly salts: EntrySalts;
  readonly parts: EntryParts;
  /** The commitments of the items (`itemHash`), in their order. */
  readonly hashes: readonly Bytes[];
  /** The leaf that these bytes give. */
  readonly leaf: Bytes;
}
/** Reads a stored entry and makes its leaf. Strict: one form per entry, no unknown key. Throws `ledger/bad-entry`. */
export function decodeEntry(stored: Uint8Array): DecodedEntry {
  const bad = (why: string) => ledgerError('bad-entry', `stored entry: ${why}`);
  const start = STORED_HEAD.length;
  if (!equalBytes(stored.subarray(0, start), STORED_HEAD)) throw bad('this is not a version 1 entry');
  const fields: Uint8Array[] = [];
  for (let at = start; at < stored.length; ) {
    const length = at + 4 <= stored.length ? readU32(stored, at) : Number.POSITIVE_INFINITY;
    if (at + 4 + length > stored.length) throw bad('it ends inside a part');
    fields.push(stored.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  const parts = Array.from({ length: fields.length / 2 }, (_, i) => ({
    salt: fields[2 * i]!,
    bytes: fields[2 * i + 1]!,
  }));
  const [common, ...items] = parts;
  if (!common || fields.length % 2 !== 0 || items.length > MAX_ITEMS) throw bad('parts and salts do not pair');
  const entry = parseEntry({
    common: readJson(common.bytes, 'common'),
    items: items.map(({ bytes }, i) => readJson(bytes, `item ${i}`)),
  });
  const hashes = itemHashes(items);
  return {
    entry,
    salts: { common: base64url(common.salt), items: items.map(({ salt }) => base64url(salt)) },
    parts: { common: common.bytes, items: items.map(({ bytes }) => bytes) },
    hashes,
    leaf: leafFrom(common, hashes),
  };
}

export interface LeafParts {
  readonly common: Uint8Array;
  readonly items: readonly Uint8Array[];
}
/** The commitments in a leaf. Throws `ledger/bad-leaf` on any other form. */
export function parseLeaf(leaf: Uint8Array): LeafParts {
  const count = leaf.length < HEAD_BYTES ? -1 : leaf[HEAD_BYTES - 2]! * 256 + leaf[HEAD_BYTES - 1]!;
  const fits = count >= 0 && count <= MAX_ITEMS && leaf.length === HEAD_BYTES + count * HASH_BYTES;
  if (!fits || !equalBytes(leaf.subarray(0, LEAF_HEAD.length), LEAF_HEAD)) {
    throw ledgerError('bad-leaf', 'this is not the leaf of a version 1 entry');
  }
  const at = (start: number) => leaf.subarray(start, start + HASH_BYTES);
  return {
    common: at(LEAF_HEAD.length),
    items: Array.from({ length: count }, (_, i) => at(HEAD_BYTES + i * HASH_BYTES)),
  };
}

/** One part of an entry as it is shown to someone: its bytes and its salt. */
export interface ShownPart {
  readonly leaf: Uint8Array;
  readonly part: Uint8Array;
  readonly salt: Uint8Array;
}
function shown(before: Uint8Array, expected: Uint8Array | undefined, { part, salt }: ShownPart): void {
  if (!expected || salt.length !== SALT_BYTES || !equalBytes(commit(before, { salt, bytes: part }), expected)) {
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
