/** What `decide()` is asked and what it answers. Plain data, so that an auditor can ask it again years later. */

import type { DossierId, FactId, HandleId, Instant, OrganisationId, PersonId, TeamId } from '@ketenkluis/base';
import type { Card, Fact, Payload, RequestClass } from '@ketenkluis/seal';

/** Why not. Only people of the practice itself are ever told; the wire gives outsiders one constant refusal (R22). */
export const DENY_REASONS = [
  'no-session',
  'not-member',
  'card-expired',
  'no-enrolment',
  'enrolment-ended',
  'no-relation',
  'relation-ended',
  'no-step',
  'step-ended',
  'step-without-handle',
  'no-grant',
  /** A substitute whom nobody handed this patient to today. */
  'no-call',
  'no-partner',
  'no-consent',
  'not-confirmed',
  'stale-list',
  'class-not-allowed',
  'writer-class',
  'gone',
  'unknown',
  /** The engine is not loaded, or reports an error. */
  'no-policy',
  /** Policy and reference give different answers. */
  'policy-differs',
] as const;
export type DenyReason = (typeof DENY_REASONS)[number];

/** A fact whose signature and authority were checked already; `ended` is when it was withdrawn. */
export interface KnownFact {
  readonly fact: Fact;
  readonly ended: Instant | null;
}

export interface Question {
  readonly now: Instant;
  /** Whose vault and whose dossiers these are; the asker's organisation may be another one. */
  readonly practice: OrganisationId;
  readonly actor: {
    readonly person: PersonId;
    readonly organisation: OrganisationId;
    /** `keyring`: proved a device or passkey only; `locked`: idle or past the hard limit. */
    readonly session: 'open' | 'keyring' | 'locked' | 'none';
    /** On the authority record that holds now. */
    readonly owner: boolean;
  };
  readonly class: RequestClass;
  readonly item: {
    readonly dossier: DossierId | null;
    readonly handle: HandleId | null;
    /** Set for a team's own handle. */
    readonly team: TeamId | null;
    readonly writerClass: Payload<'descriptor'>['class'] | null;
    /** What a `work` or `inbox` handle hangs under. */
    readonly parent: HandleId | null;
    readonly state: 'live' | 'gone' | 'unknown';
  };
  /**
   * Ended ones too: memberships (of the person's own organisation), mandates, places as substitute with their pools; the practice's
   * partners; all facts of the dossier.
   */
  readonly facts: readonly KnownFact[];
  readonly card: Card | null;
  /** Live grants of this handle's newest version. */
  readonly grants: readonly { readonly team: TeamId; readonly fact: FactId | null }[];
  readonly snapshot: { readonly until: Instant } | null;
  /** Dossiers that left the list since it was sealed. */
  readonly gone: number;
}

/** The four flags of NEN 7513 7.2.6: what was checked and held. */
export interface Checks {
  readonly authorisation: boolean;
  readonly relation: boolean;
  readonly consent: boolean;
  readonly emergency: boolean;
}

export type Decision =
  | {
      readonly outcome: 'permit';
      readonly checks: Checks;
      /** The facts that carried it, membership first. */
      readonly facts: readonly FactId[];
      readonly relation: FactId | null;
      readonly step: FactId | null;
      /** Null inside the practice, where none is needed. */
      readonly consent: FactId | null;
      readonly team: TeamId | null;
      /** `not-confirmed`: the last snapshot ran out; own teams may go on and see it said. */
      readonly warnings: readonly 'not-confirmed'[];
    }
  | { readonly outcome: 'deny'; readonly reason: DenyReason; readonly checks: Checks };
