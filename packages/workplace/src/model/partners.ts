/** Organisations that the practice works with: pinned by two people, by a fingerprint that they compared. */

import type { FactId, Instant, LocalDate, OrganisationId, TeamId } from '@ketenkluis/base';
import type { Text } from './shared.ts';

export interface PartnerTeam {
  readonly team: TeamId;
  readonly name: string;
  readonly role: Text;
}
export interface Partner {
  readonly organisation: OrganisationId;
  readonly name: string;
  readonly ura: string;
  /** How it was shown that the URA is theirs. */
  readonly proof: string;
  readonly since: Instant;
  /** Who compared the fingerprint. */
  readonly signed: readonly string[];
  /** Forty-eight digits; null where the card itself is not kept here. */
  readonly fingerprint: string | null;
  readonly teams: readonly PartnerTeam[];
  /** Which levels count when the partner says how sure it is of its people. */
  readonly accepts: readonly PartnerLevel[];
}
/** As in eIDAS. */
export type PartnerLevel = 'low' | 'substantial' | 'high';
/** What a pasted card says. Nothing is trusted yet: the fingerprint is compared by telephone. */
export interface PartnerCard {
  readonly card: string;
  readonly organisation: OrganisationId;
  readonly name: string;
  readonly ura: string;
  readonly origin: string;
  readonly teams: readonly PartnerTeam[];
  readonly fingerprint: string;
  /** Is there a partner fact already? */
  readonly known: boolean;
}
export interface OwnCard {
  readonly card: string;
  readonly name: string;
  readonly fingerprint: string;
}

/** On what consent is assumed: who treats together is no "other" (BW 7:457 lid 2); the patient accepted the referral. */
export const ASSUMPTION_GROUNDS = ['directly-involved', 'accepted-referral'] as const;
export type AssumptionGround = (typeof ASSUMPTION_GROUNDS)[number];
export interface AssumptionSetting {
  readonly id: FactId;
  readonly ground: AssumptionGround;
  /** Partner and team, by name. */
  readonly teams: readonly string[];
  /** The owners' words; null for who came after it was set. */
  readonly text: string | null;
  readonly since: Instant;
  readonly until: Instant;
}
export interface Assumptions {
  readonly settings: readonly AssumptionSetting[];
  /** Kinds of partners there are now, with the teams that each means. */
  readonly categories: readonly { readonly category: string; readonly name: Text; readonly teams: readonly string[] }[];
  readonly mayChange: boolean;
  readonly proposedEnd: LocalDate;
  readonly lastEnd: LocalDate;
}
export interface NewAssumption {
  readonly ground: AssumptionGround;
  readonly categories: readonly string[];
  readonly text: string;
  readonly until: Instant;
}

export interface PartnerSide {
  assumptions(): Promise<Assumptions>;
  /** A second person must sign. */
  assume(setting: NewAssumption): Promise<'proposed'>;
  /** Every consent that was assumed under it is none from now on. */
  endAssumption(setting: FactId): Promise<void>;
  list(): Promise<{ readonly partners: readonly Partner[]; readonly mayChange: boolean }>;
  /** Throws `workplace/bad-card`. */
  readCard(text: string): Promise<PartnerCard>;
  /** `proposed`: a second person must sign. */
  propose(card: PartnerCard, proof: string, accepts: readonly PartnerLevel[]): Promise<'admitted' | 'proposed'>;
  ownCard(): Promise<OwnCard>;
  /** Everything that rests on it is refused from now on. */
  end(organisation: OrganisationId): Promise<void>;
}
