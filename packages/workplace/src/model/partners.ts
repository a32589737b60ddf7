/** Organisations that the practice works with: pinned by two people, by a fingerprint that they compared. */

import type { Instant, OrganisationId, TeamId } from '@ketenkluis/base';
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
}
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

export interface PartnerSide {
  list(): Promise<{ readonly partners: readonly Partner[]; readonly mayChange: boolean }>;
  /** Throws `workplace/bad-card`. */
  readCard(text: string): Promise<PartnerCard>;
  /** `proposed`: a second person must sign. */
  propose(card: PartnerCard, proof: string): Promise<'admitted' | 'proposed'>;
  ownCard(): Promise<OwnCard>;
  /** Everything that rests on it is refused from now on. */
  end(organisation: OrganisationId): Promise<void>;
}
