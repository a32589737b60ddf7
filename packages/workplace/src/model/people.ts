/** Colleagues, what owners sign together, and keys. */

import type { DossierId, Instant, InvitationId, PersonId, TeamId } from '@ketenkluis/base';
import type { AssumptionGround, PartnerLevel } from './partners.ts';
import type { Text } from './shared.ts';
import type { AskedOfSignOn } from './sign-on.ts';

export interface Colleague {
  readonly person: PersonId;
  readonly name: string;
  readonly role: Text;
  readonly teams: readonly string[];
  readonly me: boolean;
}

export interface OpenInvitation {
  readonly invitation: InvitationId;
  /** What the inviter typed. */
  readonly name: string;
  readonly team: string;
  readonly until: Instant;
  /** Null until somebody used the link; then the short code that the new colleague should read out. */
  readonly code: string | null;
}

interface Proposed {
  readonly id: string;
  readonly by: string;
  readonly mine: boolean;
  /** Null where it waits as long as it is true. */
  readonly until: Instant | null;
  /** Who signed, and how many must. */
  readonly signed: readonly string[];
  readonly signedByMe: boolean;
  readonly needed: number;
  /** Everybody has signed who must; it counts once an owner who signed is here again. */
  readonly complete: boolean;
  /** Teams or keys have changed since: only the proposer can make it anew. */
  readonly stale: boolean;
}
export interface ColleagueProposal extends Proposed {
  readonly what: 'colleague';
  /** Null when this person cannot read it. */
  readonly name: string | null;
  readonly role: Text | null;
  readonly team: string;
  /** The new colleague has the same twelve digits. */
  readonly code: string;
  /** Not a colleague but somebody who may be called in, until then and by those. */
  readonly substitute: { readonly until: Instant; readonly callers: readonly string[] } | null;
}
export interface PartnerProposal extends Proposed {
  readonly what: 'partner';
  readonly name: string | null;
  readonly ura: string | null;
  readonly proof: string | null;
  readonly teams: readonly string[];
  readonly accepts: readonly PartnerLevel[];
  /** Forty-eight digits: each who signs compares them with the partner. */
  readonly fingerprint: string;
}
/** Somebody who has a card, as a substitute for longer or for another team. */
export interface PlaceProposal extends Proposed {
  readonly what: 'place';
  readonly name: string;
  readonly team: string;
  readonly substitute: { readonly until: Instant; readonly callers: readonly string[] };
}
/** The patient, or who stands in for them: they read this one dossier and who looked in it. */
export interface OwnProposal extends Proposed {
  readonly what: 'own';
  readonly name: string;
  readonly role: string;
  /** Whose dossier it is, by this person's own list. */
  readonly patient: string;
  readonly as: 'patient' | 'representative';
  readonly checked: 'document' | 'known';
  readonly code: string;
  /** What they will be asked to sign on with, pinned by who proposes; `again`: they did so here too, and are the same. */
  readonly eid: { readonly level: 'substantial' | 'high'; readonly again: boolean } | null;
}
/** For these partners' teams consent may be assumed. */
export interface AssumptionProposal extends Proposed {
  readonly what: 'assumption';
  /** Kinds of partners, in the words of the catalogue. */
  readonly categories: readonly Text[];
  readonly count: number;
  readonly ground: AssumptionGround;
  readonly text: string;
  readonly end: Instant;
}
export interface NamedWitness {
  /** Where it answers, without scheme; it is its name. */
  readonly name: string;
  readonly url: string;
  /** Eight signs each: the practice compares them with the paper that the witness gave. */
  readonly keys: readonly string[];
}
/** Who outside confirms the log; an empty list: nobody any more. */
export interface WitnessesProposal extends Proposed {
  readonly what: 'witnesses';
  readonly witnesses: readonly NamedWitness[];
  readonly quorum: number;
  /** How many must confirm now, of how many; null where nobody was named yet. */
  readonly before: { readonly quorum: number; readonly named: number } | null;
}
/** What a control policy says, as far as it can be asked less of. */
export type ControlTerm =
  | 'findingAt'
  | 'review'
  | 'sample'
  | 'emergency'
  | 'rights'
  | 'sampleSize'
  | 'answerDays'
  | 'decideDays'
  | 'officers';
/** How the practice reviews its log from now on. */
export interface ControlProposal extends Proposed {
  readonly what: 'control';
  readonly officers: readonly string[];
  readonly findingAt: number;
  readonly every: Readonly<Record<'review' | 'sample' | 'emergency' | 'rights', number>>;
  readonly sampleSize: number;
  readonly answerDays: number;
  readonly decideDays: number;
  /** In what it asks less than the policy that stands. */
  readonly lower: readonly ControlTerm[];
}
export interface NamedKeyholder {
  readonly url: string;
  /** Twenty-four digits: each who signs compares them with the keyholder. */
  readonly fingerprint: string;
}
/** Who keeps a piece of every key, and how many must answer; an empty list: nobody any more. */
export interface KeyholdersProposal extends Proposed {
  readonly what: 'keyholders';
  readonly need: number;
  readonly holders: readonly NamedKeyholder[];
}
/** What the practice asks of a sign-on from now on. */
export interface DemandProposal extends Proposed {
  readonly what: 'demand';
  readonly asks: AskedOfSignOn;
  /** What counts now; null where the practice never said. */
  readonly before: AskedOfSignOn | null;
  /** It asks less of somebody than what counts now. */
  readonly lower: boolean;
  /** Patients who have access and signed on with nothing when they got it: they will not get in. */
  readonly shutOut: number;
}
/** Something that this patient shut: read, and signed, in the dossier. */
export interface LiftProposal extends Proposed {
  readonly what: 'lift';
  readonly patient: string;
  readonly dossier: DossierId;
}
/** New keys for who stays, after somebody left. */
export interface RenewalProposal extends Proposed {
  readonly what: 'renewal';
  readonly name: string;
  readonly teams: readonly string[];
}
/** What more people must sign together; every part of it was checked here before it is shown. */
export type Proposal =
  | ColleagueProposal
  | OwnProposal
  | PartnerProposal
  | PlaceProposal
  | AssumptionProposal
  | WitnessesProposal
  | ControlProposal
  | KeyholdersProposal
  | DemandProposal
  | LiftProposal
  | RenewalProposal;
/** Kept by the vault as a proposal, and not what owners signed. */
export interface BrokenProposal {
  readonly id: string;
  readonly broken: true;
}

export interface People {
  readonly colleagues: readonly Colleague[];
  readonly teams: readonly { readonly team: TeamId; readonly name: string }[];
  readonly invitations: readonly OpenInvitation[];
  readonly mayInvite: boolean;
  readonly proposals: readonly (Proposal | BrokenProposal)[];
  /** Roles that a new colleague can have. */
  readonly roles: readonly { readonly role: string; readonly name: Text }[];
}

export interface Unlocker {
  readonly id: string;
  readonly kind: 'passkey' | 'passphrase';
  readonly here: boolean;
  /** What its owner calls it. */
  readonly name: string | null;
  /** Days. */
  readonly since: Instant;
  readonly used: Instant | null;
}

/** A colleague's way in as an owner sees it: its name is sealed with the colleague's keys. */
export type ColleagueUnlocker = Pick<Unlocker, 'id' | 'kind' | 'since' | 'used'>;

/** A new colleague's way in; keys are made on this device and nothing opens before the inviter confirms. */
export interface Joining {
  readonly until: Instant;
  readonly state: 'open' | 'joined' | 'confirmed' | 'ended';
  /** Once; a second passkey is added after the first sign-in. */
  addPasskey(where: 'here' | 'phone'): Promise<void>;
  addPassphrase(passphrase: string): Promise<void>;
  /** Answers the short code. */
  finish(): Promise<string>;
  confirmed(): Promise<boolean>;
}
