/** Who outside keeps a piece of every key, and who names them. */

import type { NamedKeyholder } from './people.ts';

export interface Keyholders {
  /** How many must answer at a look; 0: nobody was named. */
  readonly need: number;
  readonly holders: readonly NamedKeyholder[];
  readonly mayChange: boolean;
}

export interface KeyholderSide {
  keyholders(): Promise<Keyholders>;
  /** The whole list anew; an empty one with 0: nobody any more. A second person signs the same. Refused with `bad-keyholder`. */
  nameKeyholders(named: {
    /** Addresses of those that stay. */
    readonly kept: readonly string[];
    /** Lines of text as the keyholders gave them. */
    readonly added: readonly string[];
    readonly need: number;
  }): Promise<void>;
}
