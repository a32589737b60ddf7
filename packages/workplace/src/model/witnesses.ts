/** Who outside confirms that the log only grew, and who names them. */

import type { Instant } from '@ketenkluis/base';
import type { NamedWitness } from './people.ts';
import type { Text } from './shared.ts';

/** How the log stands with who confirms it from outside. */
export interface Standing {
  readonly standing: 'none' | 'confirmed' | 'pending' | 'degraded';
  readonly named: number;
  readonly quorum: number;
  /** How many said something lately. */
  readonly fresh: number;
  /** Lines that enough of them confirm. */
  readonly size: number;
}

export interface Witness extends NamedWitness {
  readonly word: 'fresh' | 'old' | 'future' | 'none' | 'false' | 'fork';
  readonly at: Instant | null;
  readonly size: number;
  /** Why the vault's last post came to nothing. */
  readonly fault: 'offline' | 'refused' | 'bad-proof' | 'ahead' | 'bad-answer' | 'not-allowed' | null;
}

export interface Witnesses {
  readonly standing: Standing;
  readonly witnesses: readonly Witness[];
  /** Something of the log does not add up: what is the matter, and what to do now. Nothing else is known then. */
  readonly alarm: { readonly what: Text; readonly next: Text } | null;
  readonly mayChange: boolean;
}

export interface WitnessSide {
  witnesses(): Promise<Witnesses>;
  /** The whole list anew; an empty one with 0: nobody any more. A second person signs the same. Refused with `bad-witness`. */
  nameWitnesses(named: {
    /** Names of those that stay. */
    readonly kept: readonly string[];
    /** Verifier keys as the witness gave them. */
    readonly added: readonly { readonly url: string; readonly keys: readonly string[] }[];
    readonly quorum: number;
  }): Promise<void>;
}
