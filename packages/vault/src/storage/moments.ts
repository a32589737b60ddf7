/**
 * Which tables were changed, and when: what was read before may be used again while nothing it was read from has changed. The adapter
 * counts what it really ran, so that no writer can forget to say so; what it does not understand counts as everything.
 */

import type { RootOperationNode } from 'kysely';
import type { Schema } from './schema.ts';

type Table = keyof Schema;
/** Number of the last commit that changed each table, as one read transaction sees it. */
export interface Moment {
  readonly of: Changes;
  readonly last: Readonly<Record<string, number>>;
}

const EVERYTHING = '*';
/** What a look itself moves, and nothing that is kept may rest on: the place in the chain, and that somebody looked. */
const CHAIN: ReadonlySet<string> = new Set(['seq', 'head']);

/** Moves bytes and changes none. */
const TIDIES = /^PRAGMA wal_checkpoint\(TRUNCATE\)$/;

const tableOf = (node: unknown): string => {
  const { table } = node as { readonly table?: { readonly identifier?: { readonly name?: string } } };
  return table?.identifier?.name ?? EVERYTHING;
};

/** The tables that a query changes. A kept value may not rest on `dossier.seq`, `dossier.head`, or the rows of looks in `dossier_item`. */
export function touchedBy(node: RootOperationNode): readonly string[] {
  switch (node.kind) {
    case 'SelectQueryNode':
      return [];
    case 'InsertQueryNode': {
      const table = node.into ? tableOf(node.into) : EVERYTHING;
      // Items come with the move of their dossier in the same transaction: `changed` when they change it, the chain when they do not.
      return table === 'dossier_item' ? [] : [table];
    }
    case 'UpdateQueryNode': {
      const table = node.table?.kind === 'TableNode' ? tableOf(node.table) : EVERYTHING;
      const columns = (node.updates ?? []).map(
        ({ column }) => (column as { readonly column?: { readonly name?: string } }).column?.name ?? EVERYTHING,
      );
      const moved = table === 'dossier' && columns.length > 0 && columns.every((name) => CHAIN.has(name));
      return moved ? [] : [table];
    }
    case 'DeleteQueryNode':
      return node.from.froms.map((from) => (from.kind === 'TableNode' ? tableOf(from) : EVERYTHING));
    case 'RawNode':
      return node.sqlFragments.every((text) => TIDIES.test(text)) ? [] : [EVERYTHING];
    default:
      return [EVERYTHING];
  }
}

/** Of one database, whose only writer reports here. */
export class Changes {
  #count = 0;
  #last: Readonly<Record<string, number>> = {};
  readonly #open = new Set<string>();
  readonly #watching: ((tables: ReadonlySet<string>) => void)[] = [];

  /** Told of the tables of every commit, at once. */
  watch(told: (tables: ReadonlySet<string>) => void): void {
    this.#watching.push(told);
  }

  note(tables: readonly string[]): void {
    for (const table of tables) this.#open.add(table);
  }

  /** Together with the end of the transaction, whatever became of it. */
  settle(): void {
    if (this.#open.size === 0) return;
    this.#count++;
    this.#last = { ...this.#last, ...Object.fromEntries([...this.#open].map((table) => [table, this.#count])) };
    for (const told of this.#watching) told(this.#open);
    this.#open.clear();
  }

  /** To be taken when a read transaction has its view, before anything else may run. */
  now(): Moment {
    return { of: this, last: this.#last };
  }
}

const lastOf = ({ last }: Moment, tables: readonly Table[]): number => {
  let newest = last[EVERYTHING] ?? 0;
  for (const table of tables) newest = Math.max(newest, last[table] ?? 0);
  return newest;
};

/** The moment of a read transaction; a writing one has none and keeps nothing. */
const moments = new WeakMap<object, Moment>();
export const seenAt = (tx: object, moment: Moment): void => void moments.set(tx, moment);

export interface KeptOptions<T> {
  /** Every table that the value is read from. */
  readonly from: readonly Table[];
  /** About how many bytes it takes. */
  readonly size: (value: T) => number;
  /** How many bytes of these one database keeps. */
  readonly most: number;
}
interface Entry<T> {
  readonly value: T;
  readonly size: number;
}
/** All of one moment, as far as their tables go. */
interface Store<T> {
  readonly entries: Map<string, Entry<T>>;
  stamp: number;
  held: number;
}
/** What an entry and its key take besides its value. */
const OVERHEAD = 300;

/** Reads what is asked for, or hands out what it read before at a moment that was the same as far as its tables go. Never to be changed. */
export type Kept<T> = (
  tx: object,
  keys: readonly string[],
  read: (missing: readonly string[]) => Promise<ReadonlyMap<string, T>>,
) => Promise<Map<string, T>>;

/**
 * Keys begin with the practice. The oldest use goes first; and everything goes as soon as one of the tables changes, so that what was
 * taken away is not left here.
 */
export function kept<T>({ from, size, most }: KeptOptions<T>): Kept<T> {
  const stores = new WeakMap<Changes, Store<T>>();
  const empty = (store: Store<T>): void => {
    store.entries.clear();
    store.held = 0;
  };
  const storeOf = (changes: Changes): Store<T> => {
    const known = stores.get(changes);
    if (known) return known;
    const store: Store<T> = { entries: new Map(), stamp: -1, held: 0 };
    stores.set(changes, store);
    changes.watch((tables) => {
      if (tables.has(EVERYTHING) || from.some((table) => tables.has(table))) empty(store);
    });
    return store;
  };
  return async (tx, keys, read) => {
    const moment = moments.get(tx);
    if (!moment) return new Map(await read(keys));
    const store = storeOf(moment.of);
    const stamp = lastOf(moment, from);
    if (stamp > store.stamp) {
      empty(store);
      store.stamp = stamp;
    }
    const out = new Map<string, T>();
    const missing: string[] = [];
    for (const key of keys) {
      const entry = store.stamp === stamp ? store.entries.get(key) : undefined;
      if (!entry) {
        missing.push(key);
        continue;
      }
      store.entries.delete(key);
      store.entries.set(key, entry);
      out.set(key, entry.value);
    }
    if (missing.length === 0) return out;
    const found = await read(missing);
    // Of a moment that has gone by meanwhile: for who asked, and for nobody after.
    const stands = store.stamp === stamp && lastOf(moment.of.now(), from) === stamp;
    for (const [key, value] of found) {
      out.set(key, value);
      if (!stands) continue;
      const entry = { value, size: size(value) + OVERHEAD };
      store.held += entry.size - (store.entries.get(key)?.size ?? 0);
      store.entries.set(key, entry);
    }
    for (const [key, entry] of store.entries) {
      if (store.held <= most) break;
      store.entries.delete(key);
      store.held -= entry.size;
    }
    return out;
  };
}
