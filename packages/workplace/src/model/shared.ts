/** What several parts of the model speak of. */

import type { Instant } from '@ketenkluis/base';

/** A name in both languages of the screen; comes from programme data or the directory, never from a translation file. */
export interface Text {
  readonly nl: string;
  readonly en: string;
}

/** Something with a value that changes, read by `useSyncExternalStore`. */
export interface Live<T> {
  get(): T;
  subscribe(changed: () => void): () => void;
}

export type Tone = 'bad' | 'warn' | 'good' | 'plain';

export interface Programme {
  readonly id: string;
  readonly name: Text;
  /** At most six letters for a narrow column. */
  readonly short: string;
}

/** Confirmed by a snapshot that still holds, or not since when (design 8). */
export type Confirmation =
  | { readonly state: 'confirmed'; readonly at: Instant; readonly until: Instant }
  | { readonly state: 'stale'; readonly since: Instant | null };

export interface Progress {
  readonly done: number;
  readonly total: number;
}
