/** What somebody sees who reads their own dossier, or one that they stand in for (docs/spec/own.md). */

import type { DossierId, FactId, Instant, InvitationId, LocalDate } from '@ketenkluis/base';
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
  /** Null where no owner said anything. */
  readonly place: OwnPlace | null;
}

export interface OwnSide {
  /** Opens every part, and the log; both are lines of their own. Refused with `denied` where there is no dossier (any more). */
  open(): Promise<OwnView>;
  /** Written to the log before the copy is made. */
  declareCopy(): Promise<void>;
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
  /** After the digits were compared: a second person signs as well. */
  admit(invitation: InvitationId, dossier: DossierId, reader: NewReader): Promise<void>;
  /** Refused from now on. */
  end(reader: FactId): Promise<void>;
  /** The log in sentences, for paper; printing it is a line first. */
  paper(dossier: DossierId): Promise<Pick<OwnView, 'looks' | 'proved'>>;
}
