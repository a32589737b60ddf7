/** What a review is about (docs/spec/review.md). Plain data that only a key holder can put together. */

import type { DossierId, Instant, PersonId, TeamId } from '@ketenkluis/base';

export type LookAction = 'open' | 'list' | 'search' | 'print' | 'export' | 'copy' | 'emergency';

/** One item of one line that succeeded, by a person of the practice. */
export interface Look {
  /** Number of the line in the log. */
  readonly line: number;
  readonly at: Instant;
  readonly person: PersonId;
  /** Null for a search that names several people or nobody. */
  readonly dossier: DossierId | null;
  readonly action: LookAction;
  /** What the looker said on opening; left out: nothing. It explains little, and not often (`BOUNDS.declared`). */
  readonly declared?: 'phone' | 'consultation';
}

export type ReasonKind =
  | 'appointment'
  | 'encounter'
  | 'message'
  | 'result'
  | 'recall'
  | 'due'
  | 'step'
  | 'referral'
  | 'meeting'
  | 'call'
  | 'control'
  | 'regular';

/** A recorded fact that can explain looks; neither person nor team: it is the practice's. */
export interface Reason {
  readonly kind: ReasonKind;
  readonly dossier: DossierId;
  readonly person: PersonId | null;
  readonly team: TeamId | null;
  readonly from: Instant;
  readonly until: Instant;
}

/** Where somebody lives, as far as it is known: null is not judged. */
export interface Dwelling {
  /** Folded: lower case, no accents, no prefix. */
  readonly surnames: readonly string[];
  /** Postcode and number. */
  readonly home: string | null;
  /** Postcode. */
  readonly street: string | null;
}

export interface Colleague extends Dwelling {
  readonly id: PersonId;
  readonly role: string;
  readonly teams: readonly TeamId[];
}

export interface Subject extends Dwelling {
  readonly id: DossierId;
  /** Marked by the practice as a person whom many know. */
  readonly vip: boolean;
  /** Whose own file it is, where the patient works here. */
  readonly colleague: PersonId | null;
}

export interface ReviewInput {
  readonly looks: readonly Look[];
  readonly reasons: readonly Reason[];
  readonly colleagues: readonly Colleague[];
  readonly subjects: readonly Subject[];
}
