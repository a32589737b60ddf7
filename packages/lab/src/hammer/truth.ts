/**
 * What may be read, when everything happens at once. Every change has a moment from which it may be seen (it was asked for) and one
 * from which it must be (it was acknowledged). A reading that began at `from` and ended at `until` may give any value that some
 * order of the changes allows, and no other. Pure; moments are a count, not a clock.
 */

/** A value of one thing; `null`: it is gone. */
interface Version<T> {
  readonly value: T | null;
  readonly may: number;
  must: number;
}

export interface Reading {
  readonly from: number;
  readonly until: number;
}

export class Truth<T> {
  #now = 0;
  readonly #things = new Map<string, Version<T>[]>();

  /** A moment of its own: later than everything before it. */
  moment(): number {
    this.#now += 1;
    return this.#now;
  }
  /** Asked for: from now on it may be seen. Answers what to call when it was acknowledged. */
  change(thing: string, value: T | null): () => void {
    const version: Version<T> = { value, may: this.moment(), must: Number.POSITIVE_INFINITY };
    this.#things.set(thing, [...(this.#things.get(thing) ?? []), version]);
    return () => {
      version.must = this.moment();
    };
  }
  /** What this reading may have found; nothing at all for a thing that nobody brought yet. */
  allowed(thing: string, { from, until }: Reading): readonly (T | null)[] {
    const versions = this.#things.get(thing) ?? [];
    const last = versions.findLastIndex(({ must }) => must < from);
    const begun = versions.filter(({ may }, i) => i >= Math.max(0, last) && may < until).map(({ value }) => value);
    return last < 0 ? [null, ...begun] : begun;
  }
  /** Things that had a value, or may have had, in this reading. */
  things(): readonly string[] {
    return [...this.#things.keys()];
  }
}
