/** Substitutes, called in from a pool that owners approved, and emergencies. */

import type { DossierId, FactId, Instant, PersonId, TeamId } from '@ketenkluis/base';
import type { Dossier } from './record.ts';
import type { Text } from './shared.ts';

export interface PoolPlace {
  readonly pool: FactId;
  readonly person: PersonId;
  readonly name: string;
  readonly role: Text | null;
  readonly team: TeamId;
  readonly teamName: string;
  readonly until: Instant;
  readonly mayCall: boolean;
  readonly called: {
    readonly fact: FactId;
    readonly by: string;
    readonly from: Instant;
    readonly until: Instant;
  } | null;
}
export interface Pools {
  readonly places: readonly PoolPlace[];
  readonly mayChange: boolean;
  readonly teams: readonly { readonly team: TeamId; readonly name: string }[];
  /** With a card, and in none of the teams yet. */
  readonly people: readonly { readonly person: PersonId; readonly name: string }[];
}

export interface Review {
  readonly id: string;
  readonly dossier: DossierId;
  /** Null when this person's lists do not name the patient. */
  readonly patient: string | null;
  readonly who: string;
  readonly at: Instant;
  /** Null when this person cannot read it. */
  readonly reason: string | null;
}

export interface UrgentSide {
  pools(): Promise<Pools>;
  /** `proposed`: other owners must sign. */
  propose(place: {
    readonly team: TeamId;
    readonly person: PersonId;
    readonly until: Instant;
  }): Promise<'admitted' | 'proposed'>;
  endPool(pool: FactId): Promise<void>;
  call(pool: FactId, until: Instant): Promise<void>;
  endCall(substitute: FactId): Promise<void>;
  /** Break-glass: the emergency summary only, loud in the log. */
  emergency(dossier: DossierId, reason: string): Promise<Dossier>;
  reviews(): Promise<readonly Review[]>;
  /** Closed by a named person, in words. */
  closeReview(id: string, words: string): Promise<void>;
}
