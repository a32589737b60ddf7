/**
 * Which tables were changed, of which practice, and when: what was read before may be used again while nothing it was read from has
 * changed. The adapter counts what it really ran, so that no writer can forget to say so; what it does not understand counts as
 * everything, and a change of which the practice does not stand in the query itself as one of all practices.
 */

import {
  AndNode,
  BinaryOperationNode,
  type OperationNode,
  OperatorNode,
  ParensNode,
  type RootOperationNode,
  type ValueNode,
  ValuesNode,
  WhereNode,
} from 'kysely';
import { Place, type Values } from './prepared.ts';
import type { Schema } from './schema.ts';

type Table = keyof Schema;
/** As one read transaction sees it: commits up to this number. */
export interface Moment {
  readonly of: Changes;
  readonly count: number;
}

const EVERYTHING = '*';
/** What a look itself moves, and nothing that is kept may rest on: the place in the chain, that somebody looked, and when they were last there. */
const MOVED: Readonly<Record<string, ReadonlySet<string>>> = {
  dossier: new Set(['seq', 'head']),
  session: new Set(['active']),
};

/** Moves bytes and changes none. */
const TIDIES = /^PRAGMA wal_checkpoint\(TRUNCATE\)$/;

const tableOf = (node: unknown): string => {
  const { table } = node as { readonly table?: { readonly identifier?: { readonly name?: string } } };
  return table?.identifier?.name ?? EVERYTHING;
};

/** The tables that a query changes. A kept value may not rest on `dossier.seq`, `dossier.head`, `session.active`, or the rows of looks in `dossier_item`. */
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
      const moved = columns.length > 0 && columns.every((name) => MOVED[table]?.has(name) ?? false);
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

/** Only what is simply a text: a subquery or nothing is none. `filled`: what stands in the places of a query that was made before. */
const textIn = (node: unknown, filled: Values | undefined): string | null => {
  const value =
    (node as { readonly kind?: string } | undefined)?.kind === 'ValueNode' ? (node as ValueNode).value : node;
  const found = value instanceof Place ? filled?.[value.name] : value;
  return typeof found === 'string' ? found : null;
};
const columnOf = (node: unknown): string | null => {
  const { kind, column } = node as { readonly kind?: string; readonly column?: unknown };
  if (kind === 'ReferenceNode') return columnOf(column);
  return kind === 'ColumnNode' ? (column as { readonly name: string }).name : null;
};

/** The practice that every row of this condition is of; null: it does not say. */
function practiceWhere(node: OperationNode | undefined, filled: Values | undefined): string | null {
  if (node === undefined) return null;
  if (WhereNode.is(node)) return practiceWhere(node.where, filled);
  if (ParensNode.is(node)) return practiceWhere(node.node, filled);
  if (AndNode.is(node)) return practiceWhere(node.left, filled) ?? practiceWhere(node.right, filled);
  if (!BinaryOperationNode.is(node) || columnOf(node.leftOperand) !== PRACTICE) return null;
  const equals = OperatorNode.is(node.operator) && node.operator.operator === '=';
  return equals ? textIn(node.rightOperand, filled) : null;
}

const PRACTICE = 'practice';
const sets = (updates: readonly { readonly column: OperationNode }[] | undefined): boolean =>
  (updates ?? []).some(({ column }) => columnOf(column) === PRACTICE);

/** The practices whose rows a query may change; null: of which ones the query does not say, so of all. */
export function practicesIn(node: RootOperationNode, filled?: Values): readonly string[] | null {
  switch (node.kind) {
    case 'InsertQueryNode': {
      const place = (node.columns ?? []).findIndex((column) => columnOf(column) === PRACTICE);
      const { onConflict, replace, orAction, values } = node;
      // What is in the way may be of another practice, unless that is part of what is in the way.
      const within =
        onConflict === undefined ||
        (onConflict.columns?.some((one) => columnOf(one) === PRACTICE) && !sets(onConflict.updates));
      if (place < 0 || !within || replace || orAction || values === undefined || !ValuesNode.is(values)) return null;
      const found = new Set<string>();
      for (const row of values.values) {
        const practice = textIn(row.values[place], filled);
        if (practice === null) return null;
        found.add(practice);
      }
      return [...found];
    }
    case 'UpdateQueryNode': {
      const practice = node.from || node.joins || sets(node.updates) ? null : practiceWhere(node.where, filled);
      return practice === null ? null : [practice];
    }
    case 'DeleteQueryNode': {
      const practice =
        node.using || node.joins || node.from.froms.length !== 1 ? null : practiceWhere(node.where, filled);
      return practice === null ? null : [practice];
    }
    default:
      return null;
  }
}

/** Of one database, whose only writer reports here. */
export class Changes {
  #count = 0;
  /** Number of the last commit that changed a table of all practices, or of one (`table/practice`). */
  readonly #last = new Map<string, number>();
  readonly #open = new Set<string>();
  readonly #watching: ((changed: ReadonlySet<string>) => void)[] = [];

  /** Told of what every commit changed, at once. */
  watch(told: (changed: ReadonlySet<string>) => void): void {
    this.#watching.push(told);
  }

  /** `practices`: of which; null: of all. */
  note(tables: readonly string[], practices: readonly string[] | null): void {
    for (const table of tables) {
      if (practices === null || table === EVERYTHING) this.#open.add(table);
      else for (const practice of practices) this.#open.add(`${table}/${practice}`);
    }
  }

  /** Together with the end of the transaction, whatever became of it. */
  settle(): void {
    if (this.#open.size === 0) return;
    this.#count++;
    for (const one of this.#open) this.#last.set(one, this.#count);
    for (const told of this.#watching) told(this.#open);
    this.#open.clear();
  }

  /** To be taken when a read transaction has its view, before anything else may run. */
  now(): Moment {
    return { of: this, count: this.#count };
  }

  /** Number of the last commit that changed any of these tables of this practice. */
  lastOf(tables: readonly string[], practice: string): number {
    let newest = this.#last.get(EVERYTHING) ?? 0;
    for (const table of tables)
      newest = Math.max(newest, this.#last.get(table) ?? 0, this.#last.get(`${table}/${practice}`) ?? 0);
    return newest;
  }
}

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
/** All of it stands now: what changes takes it out. */
interface Store<T> {
  readonly entries: Map<string, Entry<T>>;
  /** Names of the entries of each practice. */
  readonly names: Map<string, Set<string>>;
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

/** `table/practice` and `practice/name` both break at the first of these; no id holds one. */
const parted = (text: string): readonly [string, string | null] => {
  const at = text.indexOf('/');
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
};

/**
 * Keys begin with the practice, and a value rests on rows of that practice alone. The oldest use goes first; and everything of a practice
 * goes as soon as one of the tables changes there, so that what was taken away is not left here.
 */
export function kept<T>({ from, size, most }: KeptOptions<T>): Kept<T> {
  const stores = new WeakMap<Changes, Store<T>>();
  const tables: ReadonlySet<string> = new Set(from);
  const drop = (store: Store<T>, key: string): void => {
    const entry = store.entries.get(key);
    if (!entry) return;
    store.entries.delete(key);
    store.held -= entry.size;
    const [practice] = parted(key);
    const names = store.names.get(practice)!;
    names.delete(key);
    if (names.size === 0) store.names.delete(practice);
  };
  const storeOf = (changes: Changes): Store<T> => {
    const known = stores.get(changes);
    if (known) return known;
    const store: Store<T> = { entries: new Map(), names: new Map(), held: 0 };
    stores.set(changes, store);
    changes.watch((changed) => {
      for (const one of changed) {
        const [table, practice] = parted(one);
        if (table !== EVERYTHING && !tables.has(table)) continue;
        for (const key of practice === null ? [...store.entries.keys()] : [...(store.names.get(practice) ?? [])])
          drop(store, key);
      }
    });
    return store;
  };
  return async (tx, keys, read) => {
    const moment = moments.get(tx);
    if (!moment) return new Map(await read(keys));
    const store = storeOf(moment.of);
    /** What stands now of this practice stood at that moment too. To be made anew after whatever was waited for. */
    const standing = () => {
      const known = new Map<string, boolean>();
      return (key: string): boolean => {
        const [practice] = parted(key);
        const found = known.get(practice) ?? moment.of.lastOf(from, practice) <= moment.count;
        known.set(practice, found);
        return found;
      };
    };
    let stands = standing();
    const out = new Map<string, T>();
    const missing: string[] = [];
    for (const key of keys) {
      const entry = store.entries.get(key);
      if (!entry || !stands(key)) {
        missing.push(key);
        continue;
      }
      store.entries.delete(key);
      store.entries.set(key, entry);
      out.set(key, entry.value);
    }
    if (missing.length === 0) return out;
    const found = await read(missing);
    stands = standing();
    for (const [key, value] of found) {
      out.set(key, value);
      // Of a moment that has gone by meanwhile: for who asked, and for nobody after.
      if (!stands(key)) continue;
      drop(store, key);
      const entry = { value, size: size(value) + OVERHEAD };
      store.held += entry.size;
      store.entries.set(key, entry);
      const [practice] = parted(key);
      const names = store.names.get(practice) ?? new Set();
      store.names.set(practice, names.add(key));
    }
    for (const key of store.entries.keys()) {
      if (store.held <= most) break;
      drop(store, key);
    }
    return out;
  };
}
