/** Substitutes, called in from a pool that owners approved, and emergencies. */

import type { DossierId, FactId, Instant, LocalDate, PersonId, TeamId } from '@ketenkluis/base';
import type { Dossier } from './record.ts';
import type { Text } from './shared.ts';

/** Somebody from outside whom owners approved together, and who may call them in. */
export interface PoolPlace {
  readonly pool: FactId;
  readonly person: PersonId;
  readonly name: string;
  readonly team: TeamId;
  readonly teamName: string;
  readonly until: Instant;
  readonly mayCall: boolean;
  /** An owner may extend it, and end it. */
  readonly mayChange: boolean;
  readonly called: { readonly fact: FactId; readonly from: Instant; readonly until: Instant } | null;
}

/** A patient who was handed to this substitute. */
export interface Handed {
  readonly dossier: DossierId;
  readonly name: string;
  readonly birthDate: string | null;
  readonly by: string;
  readonly reason: string | null;
  readonly until: Instant;
}

export interface Review {
  readonly id: string;
  readonly dossier: DossierId;
  /** Null when this person's lists do not name the patient. */
  readonly patient: string | null;
  readonly who: string;
  /** Nobody reviews their own. */
  readonly mine: boolean;
  readonly at: Instant;
  /** Null when this person cannot read it. */
  readonly reason: string | null;
  /** The role of who looked, for the letter: a name is for the patient to ask. Null for who is not in the directory. */
  readonly role: Text | null;
  /** How the patient heard of it, as said last; null while nobody told them. */
  readonly told: (Told & { readonly who: string }) | null;
}
export type ToldBy = 'letter' | 'phone' | 'in-person';
export type Told = { readonly how: ToldBy; readonly on: LocalDate } | { readonly how: 'not' };
export type Finding = 'in-order' | 'not-in-order';

export interface UrgentSide {
  places(): Promise<readonly PoolPlace[]>;
  /** One colleague is enough (R18). It ends by itself. */
  call(pool: FactId, until: Instant): Promise<void>;
  endCall(substitute: FactId): Promise<void>;
  /** For owners: one proposes that this person may be called in for longer, somebody else signs as well (R19). */
  extend(place: PoolPlace, until: Instant): Promise<void>;
  /** For owners: nobody calls them in any more; the team gets another key. `proposed`: once another owner has signed for that key. */
  endPlace(place: PoolPlace): Promise<'ended' | 'proposed'>;
  /** The patient of the moment: the substitute sees this dossier and no other. */
  handOver(dossier: DossierId, to: PersonId, reason: string): Promise<void>;
  /** For a substitute; each is opened like any dossier. */
  handed(): Promise<readonly Handed[]>;
  /** Break-glass: the emergency summary only, loud in the log. */
  emergency(dossier: DossierId, reason: string): Promise<Dossier>;
  /** What waits for somebody to look back on it. */
  reviews(): Promise<readonly Review[]>;
  /** How the patient heard of it, or why not in `words`; that the patient need not know is not for who broke the glass to say. */
  tell(id: string, told: Told, words: string): Promise<void>;
  /** Closed by a named person, in words. */
  closeReview(id: string, finding: Finding, words: string): Promise<void>;
}
