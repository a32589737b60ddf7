/** A referral between two organisations, as the practice sees it and as the partner does (docs/spec/partners.md). */

import type { DossierId, FactId, HandleId, Instant, LocalDate, OrganisationId, TeamId } from '@ketenkluis/base';
import type { AssumptionGround } from './partners.ts';
import type { Dossier } from './record.ts';
import type { Progress, Text } from './shared.ts';

/** What a receiver sees of a patient, whole: parts are cut along the roles. */
export interface Part {
  readonly scope: string;
  readonly name: Text;
  readonly fields: readonly Text[];
}

/** One partner's team for one activity, already checked against role and indication (`care.issueStep`). */
export interface ReferralChoice {
  readonly id: string;
  readonly organisation: OrganisationId;
  readonly partner: string;
  readonly team: TeamId;
  readonly role: Text;
  readonly programme: string;
  readonly step: string;
  readonly activity: Text;
  readonly sees: readonly Part[];
  readonly seesNot: readonly Part[];
  /** The sender names the parts (a consulted specialist sees what is attached and no more). */
  readonly pick: boolean;
  readonly until: Instant;
  /** The practice lets consent be assumed for this team; null: the patient is asked. */
  readonly assumable: { readonly setting: FactId; readonly ground: AssumptionGround } | null;
}
export interface ReferralChoices {
  readonly choices: readonly ReferralChoice[];
  /** Partners on record that cannot be referred to for this patient. */
  readonly unfit: readonly { readonly partner: string; readonly why: 'no-step' | 'no-key' }[];
}
export interface NewReferral {
  readonly dossier: DossierId;
  readonly choice: ReferralChoice;
  /** Of `choice.sees`; all of them unless `choice.pick`. */
  readonly scopes: readonly string[];
  readonly question: string;
  /** Consent was not asked but assumed, by this setting; null: the patient said yes. */
  readonly assumed: FactId | null;
}

/** The same on both sides; the last three are ends. */
export type ReferralState =
  | 'sent'
  | 'accepted'
  | 'declined'
  | 'reported'
  | 'taken-over'
  | 'closed'
  | 'withdrawn'
  | 'overdue';

export interface ReferralRow {
  /** The step it stands on. */
  readonly id: FactId;
  readonly dossier: DossierId;
  readonly patient: string;
  readonly birthDate: string | null;
  /** The other side: the partner for a practice, the practice for a partner. */
  readonly other: string;
  readonly activity: Text;
  readonly sent: Instant;
  readonly until: Instant;
  readonly state: ReferralState;
  /** Messages that nobody took over yet (practice) or a referral not answered yet (partner). */
  readonly waiting: number;
}

export interface Letter {
  readonly programme: Text;
  readonly activity: Text;
  readonly question: string;
  readonly patient: string;
  readonly birthDate: string | null;
  readonly gender: 'male' | 'female' | 'other' | null;
  readonly by: { readonly name: string; readonly role: Text; readonly practice: string };
  readonly parts: readonly Text[];
  readonly until: Instant;
}

export interface Soep {
  readonly s: string;
  readonly o: string;
  readonly e: string;
  readonly p: string;
}
export interface ReportedValue {
  readonly label: Text;
  /** NHG 45 number; null where none is known to us. */
  readonly nhg: string | null;
  readonly value: string;
  readonly unit: string | null;
  readonly date: LocalDate;
}
export interface ReferralMessage {
  readonly handle: HandleId;
  readonly kind: 'accepted' | 'declined' | 'reported';
  readonly at: Instant;
  readonly by: string;
  readonly mine: boolean;
  /** Why not, or a word with it. */
  readonly text: string;
  readonly soep: Soep | null;
  readonly values: readonly ReportedValue[];
  /** The partner needs nothing more. */
  readonly last: boolean;
}

/** How far taking away has come: refused at once, keys for who stays, fresh keys with the next delivery. */
export interface Removal {
  /** Null: before this sign-in, at a moment that is not known here. */
  readonly refused: Instant | null;
  /** Null where nobody else needs another key. */
  readonly rewrapped: Progress | null;
  /** Fresh keys since; null while that is not known. */
  readonly fresh: Progress | null;
  /** Dossiers of teams that this person is not in: they get fresh keys only. */
  readonly left?: number;
  /** The new keys wait for the other owners. */
  readonly waits?: boolean;
}

export interface Referral extends ReferralRow {
  /** Null where it has ended: the letter is not opened for that. */
  readonly letter: Letter | null;
  readonly messages: readonly ReferralMessage[];
  readonly consent: { readonly from: Instant; readonly until: Instant; readonly assumed: boolean } | null;
  readonly removal: Removal | null;
}

/** The practice's side. */
export interface ReferralSide {
  choices(dossier: DossierId): Promise<ReferralChoices>;
  /** Consent was given while the patient was there: without it no screen calls this. */
  refer(referral: NewReferral): Promise<FactId>;
  /** Opens the letters: one line with an item for each. */
  list(progress?: (progress: Progress) => void): Promise<readonly ReferralRow[]>;
  /** How many messages wait; ids only, no line. */
  waiting(): Promise<number>;
  open(id: FactId): Promise<Referral>;
  /** Said to the log before anything is on the clipboard (R38). */
  declareCopy(id: FactId, message: HandleId): Promise<void>;
  /** It stands in the GP system now; the message goes here. These three answer what it is now, opening nothing anew. */
  takeOver(id: FactId, message: HandleId): Promise<Referral>;
  close(id: FactId): Promise<Referral>;
  withdrawConsent(id: FactId): Promise<Referral>;
  /** Of how many parts there are fresh keys since it ended; no line. Null: it did not end. */
  fresh(id: FactId): Promise<Progress | null>;
}

// ---- the partner's side ----------------------------------------------------------------------------------------

export interface ReceivedList {
  readonly referrals: readonly ReferralRow[];
  /** Practices that gave no answer, and why, as an i18n key under `error` or `denied`. */
  readonly away: readonly { readonly practice: string; readonly error: unknown }[];
  /** What practices ask of this organisation and nobody answered yet; 0 for who does not answer for it. */
  readonly posed: number;
}
/** A kind of value that this role may report. */
export interface Reportable {
  readonly code: string;
  readonly label: Text;
  readonly nhg: string | null;
  readonly unit: string | null;
  readonly low: number | null;
  readonly high: number | null;
  /** One of these; null: a number. */
  readonly answers: readonly { readonly code: string; readonly text: Text }[] | null;
}
export interface Report {
  readonly soep: Soep;
  readonly values: readonly { readonly code: string; readonly value: string; readonly date: LocalDate }[];
  readonly last: boolean;
}
export interface Received {
  readonly row: ReferralRow;
  readonly letter: Letter;
  /** Only the parts that the letter names; null before the referral is accepted. */
  readonly dossier: Dossier | null;
  readonly messages: readonly ReferralMessage[];
  readonly reportable: readonly Reportable[];
}
/** A message as the own team keeps it; `sent`: when the practice had it, as far as is known here. */
export interface SentCopy extends ReferralMessage {
  readonly id: HandleId;
  readonly sent: Instant | null;
}
/** What we sent about one referral. It outlives the referral; `unknown`: the practice gives no answer now. */
export interface SentReferral {
  readonly id: FactId;
  readonly practice: string;
  readonly patient: string;
  readonly birthDate: string | null;
  readonly activity: Text;
  readonly from: Instant;
  readonly until: Instant;
  readonly state: 'running' | 'over' | 'unknown';
  /** Newest first. */
  readonly messages: readonly SentCopy[];
  /** The practice's letter as it was accepted; null: not in the own file, or this person has no key for that copy. */
  readonly letter: Letter | null;
}
export interface SentList {
  readonly referrals: readonly SentReferral[];
  /** Copies that this person has no key for. */
  readonly shut: number;
  readonly older: boolean;
  /** An owner removes a copy when its time is over. */
  readonly mayRemove: boolean;
}
export interface ReceivedSide {
  /** Visits every practice that is known by its card. */
  list(progress?: (progress: Progress) => void): Promise<ReceivedList>;
  open(id: FactId): Promise<Received>;
  /** Opens the parts at once. */
  accept(id: FactId): Promise<Received>;
  decline(id: FactId, reason: string): Promise<Received>;
  report(id: FactId, report: Report): Promise<Received>;
  /** From the own vault: one line for what was not opened yet. `older`: a page more. */
  sent(older: boolean): Promise<SentList>;
  removeSent(id: HandleId): Promise<SentList>;
}
