/** Queries that are made once: building the text of one takes many times as long as running it. */

import type { Compilable, CompiledQuery } from 'kysely';
import type { Tx } from './storage.ts';

/** Stands where a value will be. */
export class Place {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

export type Values = Readonly<Record<string, unknown>>;
type Runs = <R>(query: CompiledQuery<R>) => { readonly rows: R[] };
/** How the connection of a transaction runs a query without a detour, where it can and while it lasts. */
const direct = new WeakMap<object, Runs>();
export function runsAtOnce(tx: object, run: Runs): () => void {
  direct.set(tx, run);
  return () => void direct.delete(tx);
}

/** What stands in the places of a query that was made before, where it changes anything. */
const filledWith = new WeakMap<object, Values>();
export const filledIn = (query: object): Values | undefined => filledWith.get(query);

export type Prepared<V extends Values, R> = (tx: Tx, values: V) => Promise<R[]>;

/**
 * `build` gets stand-ins for the values and is called once per database. Values may be anything that the database takes as a parameter;
 * never a part of the text.
 */
export function prepared<V extends Values, R>(
  build: (tx: Tx, at: <K extends keyof V & string>(name: K) => V[K]) => Compilable<R>,
): Prepared<V, R> {
  const made = new WeakMap<object, CompiledQuery<R>>();
  return async (tx, values) => {
    const { adapter } = tx.getExecutor();
    let query = made.get(adapter);
    if (!query) {
      query = build(tx, (name) => new Place(name) as never).compile();
      made.set(adapter, query);
    }
    const parameters = query.parameters.map((one) => (one instanceof Place ? values[one.name] : one));
    const run = direct.get(tx);
    const filled: CompiledQuery<R> = { ...query, parameters };
    if (query.query.kind !== 'SelectQueryNode') filledWith.set(filled, values);
    return run ? run(filled).rows : (await tx.executeQuery(filled)).rows;
  };
}
