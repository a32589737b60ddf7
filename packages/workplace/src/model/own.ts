/** What somebody sees who reads their own dossier, or one that they stand in for (docs/spec/own.md). */

import type { DossierId, FactId, HandleId, Instant, InvitationId, LocalDate, OrganisationId } from '@ketenkluis/base';
import type { Text } from './shared.ts';

interface OwnFact {
  readonly name: Text;
  readonly more: Text | null;
}
export interface OwnRecord {
  /** The day that the copy stands for. */
  readonly asOf: LocalDate;
  readonly name: string | null;
  readonly problems: readonly OwnFact[];
  readonly medication: readonly OwnFact[];
  readonly allergies: readonly OwnFact[];
  readonly measurements: readonly (OwnFact & { readonly value: Text; readonly date: string })[];
}
/** One sentence of one day; equal ones together. */
export interface OwnLook {
  readonly day: LocalDate;
  readonly until: Instant;
  readonly count: number;
  readonly sentence: string;
  readonly emergency: boolean;
  readonly refused: boolean;
  readonly verified: boolean;
  /** Places in the log that this sentence stands for. */
  readonly lines: readonly number[];
}
/** Who runs the vault, as an owner of the practice said it. Countries: ISO 3166-1 alpha-2. */
export interface OwnPlace {
  readonly operator: string;
  readonly owner: { readonly name: string; readonly country: string };
  readonly places: readonly string[];
  readonly law: string;
  readonly certificates: readonly { readonly norm: string; readonly by: string; readonly until: string }[];
}
export interface OwnView {
  readonly as: 'patient' | 'representative';
  /** Null once the enrolment has ended: the log stays. */
  readonly record: OwnRecord | null;
  /** Newest first, in both languages. */
  readonly looks: { readonly nl: readonly OwnLook[]; readonly en: readonly OwnLook[] };
  /** Every line proved, and none missing. */
  readonly proved: boolean;
  /** Null once the enrolment has ended: nobody can look any more. */
  readonly access: OwnAccess | null;
  /** Null where no owner said anything. */
  readonly place: OwnPlace | null;
}

export interface OwnSide {
  /** Opens every part, and the log; both are lines of their own. Refused with `denied` where there is no dossier (any more). */
  open(): Promise<OwnView>;
  /** Written to the log before the copy is made. */
  declareCopy(): Promise<void>;
  /** From now on, for these parts (none: all); at most a year, and no longer than this person reads the dossier. */
  agree(partner: OrganisationId, parts: readonly HandleId[]): Promise<void>;
  /** Refused from now on, whoever wrote the consent down. */
  takeBack(partner: OrganisationId): Promise<void>;
  /** Shut from now on: these parts (null: everything), whatever was agreed to. */
  shut(whom: OwnWhom, parts: readonly HandleId[] | null): Promise<void>;
  unshut(fact: FactId): Promise<void>;
}

/** Who reads one dossier as the patient or for them. */
export interface OwnReader {
  readonly id: FactId;
  /** Null where only the owners were told. */
  readonly name: string | null;
  readonly role: string | null;
  readonly as: 'patient' | 'representative';
  readonly since: Instant;
  readonly until: Instant;
  /** The level at which they sign on outside; null: not asked. */
  readonly eid: 'substantial' | 'high' | null;
}
export interface DeskView {
  readonly patient: string;
  readonly readers: readonly OwnReader[];
  /** Only an owner takes somebody in. */
  readonly owner: boolean;
}
export interface NewReader {
  readonly name: string;
  readonly role: string;
  readonly as: 'patient' | 'representative';
  /** How the practice made sure who it is. */
  readonly checked: 'document' | 'known';
}

/** At the desk: a way in for the patient, or for who stands in for them, and the log on paper. */
export interface DeskSide {
  open(dossier: DossierId): Promise<DeskView>;
  /** A link for the patient's own device. */
  invite(): Promise<{ readonly id: InvitationId; readonly link: string }>;
  /** The twelve digits, once exactly one answer came. */
  code(invitation: InvitationId): Promise<{ readonly code: string | null; readonly over: boolean }>;
  /** After the digits were compared: a second person signs as well. `pin`: what they signed on with here (`PinSide`). */
  admit(invitation: InvitationId, dossier: DossierId, reader: NewReader, pin: string | null): Promise<void>;
  /** Refused from now on. */
  end(reader: FactId): Promise<void>;
  /** The log in sentences, for paper; printing it is a line first. */
  paper(dossier: DossierId): Promise<Pick<OwnView, 'looks' | 'proved'>>;
}

/** Somebody who could open something now, told in words that were worked out here from signed facts. */
export interface OwnOpener {
  readonly key: string;
  readonly who: Text;
  readonly why: Text;
  readonly parts: readonly Text[];
  /** Null: as long as the patient takes part. */
  readonly until: Instant | null;
}
/** Another organisation that the practice works with. */
export interface OwnPartner {
  readonly organisation: OrganisationId;
  readonly name: Text;
  readonly roles: readonly Text[];
  /** A consent that counts now; when it ends; who said it. */
  readonly consent: { readonly until: Instant | null; readonly by: 'desk' | 'own' | 'assumed' } | null;
  /** Something of the dossier is shut to them. */
  readonly shut: boolean;
  /** The practice referred this patient there, and the step runs. */
  readonly referred: boolean;
}
/** What was shut. */
export interface OwnShut {
  readonly fact: FactId;
  readonly whom: Text;
  /** Null: everything. */
  readonly parts: readonly Text[] | null;
  readonly by: 'self' | 'other' | 'desk';
  readonly mayOpen: boolean;
}
/** Everybody outside, one category, or one organisation. */
export type OwnWhom = 'outside' | { readonly role: string } | { readonly organisation: OrganisationId };
export interface OwnAccess {
  readonly openers: readonly OwnOpener[];
  /** Who reads as the patient or for them. */
  readonly readers: readonly {
    readonly key: string;
    readonly who: Text;
    readonly until: Instant;
    readonly self: boolean;
  }[];
  /** Somebody reads who looked, and opens nothing. */
  readonly overseen: boolean;
  /** Emergencies that nobody reviewed yet. */
  readonly unreviewed: number;
  readonly partners: readonly OwnPartner[];
  readonly categories: readonly { readonly role: string; readonly name: Text }[];
  readonly shut: readonly OwnShut[];
  /** What can be shared or shut apart. */
  readonly parts: readonly { readonly handle: HandleId; readonly name: Text }[];
  /** Nothing stands in the dossier that is not shown here. */
  readonly whole: boolean;
}
