/** The worklist, one dossier, who looked at it, and what left the practice. */

import type { DossierId, HandleId, Instant, LocalDate, TeamId } from '@ketenkluis/base';
import type { AssumptionGround } from './partners.ts';
import type { Confirmation, Programme, Text, Tone } from './shared.ts';
import type { Standing } from './witnesses.ts';

export interface DueItem {
  readonly code: string;
  readonly label: Text;
  /** The programmes that ask for it. */
  readonly programmes: readonly string[];
  /** The day on which it should have been done; overdue is worked out on screen. */
  readonly due: LocalDate;
}

/** An indicator class such as "HbA1c above target": no raw value stands in a list. */
export interface ClassBadge {
  readonly code: string;
  readonly label: Text;
  readonly tone: Tone;
}

export interface WorklistRow {
  readonly dossier: DossierId;
  /** Family name first. */
  readonly name: string;
  /** As exact as the source knew it: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`. */
  readonly birthDate: string | null;
  readonly programmes: readonly string[];
  readonly lastSeen: LocalDate | null;
  /** Days of appointments for which this person's team may open more; whether one is today is worked out on screen. */
  readonly appointments: readonly LocalDate[];
  readonly due: readonly DueItem[];
  readonly classes: readonly ClassBadge[];
}

export interface Worklist {
  readonly team: TeamId;
  readonly programmes: readonly Programme[];
  readonly rows: readonly WorklistRow[];
  /** The day to which the practice's records were read. */
  readonly asOf: LocalDate;
  readonly sealedAt: Instant;
  readonly confirmation: Confirmation;
  /** Rows dropped because the vault says that their dossier went since the list was sealed. */
  readonly gone: number;
}

// ---- one dossier -----------------------------------------------------------------------------------------------

export type Mark = 'no-unit' | 'implausible' | 'not-convertible' | 'no-value' | 'no-code' | 'preliminary' | 'unsure';

/** Days are as exact as the source knew them. */
export interface Problem {
  readonly code: string;
  readonly title: Text;
  readonly since: string | null;
  readonly marks: readonly Mark[];
}

export interface Medicine {
  readonly name: string;
  readonly group: Text;
  readonly atc: string;
  readonly dose: Text | null;
  readonly since: string | null;
  readonly until: string | null;
  readonly inUse: boolean;
}

export interface Allergy {
  readonly substance: Text;
  readonly since: string | null;
  readonly severe: boolean;
  readonly marks: readonly Mark[];
}

export interface Vaccination {
  readonly name: Text;
  readonly date: string;
}

export interface Reading {
  readonly date: string;
  /** What is shown, comparator and decimals included. */
  readonly text: Text;
  /** In the series' unit; null when it is no number or may not be read as one. */
  readonly value: number | null;
  /** The best of its day and fit to be read: only these are drawn. */
  readonly drawn: boolean;
  readonly marks: readonly Mark[];
}

export interface Target {
  readonly low: number | null;
  readonly high: number | null;
}

export interface Series {
  readonly code: string;
  readonly label: Text;
  readonly unit: string | null;
  readonly target: Target | null;
  /** Oldest first. */
  readonly readings: readonly Reading[];
}

export interface Note {
  readonly handle: HandleId;
  readonly text: string;
  readonly author: string;
  readonly at: Instant;
  readonly mine: boolean;
}

/** A part that the vault did not give; `reason` is the vault's word and an i18n key. */
export interface DeniedPart {
  readonly part: Text | null;
  readonly reason: string;
}

export type Kind = 'problems' | 'medication' | 'measurements' | 'allergies';

export interface Dossier {
  readonly dossier: DossierId;
  readonly name: string;
  readonly birthDate: string | null;
  readonly gender: 'male' | 'female' | 'other' | null;
  readonly phone: readonly string[];
  readonly died: boolean;
  readonly programmes: readonly Programme[];
  readonly asOf: LocalDate;
  readonly confirmation: Confirmation;
  readonly due: readonly DueItem[];
  readonly problems: readonly Problem[];
  readonly medication: readonly Medicine[];
  readonly allergies: readonly Allergy[];
  readonly vaccinations: readonly Vaccination[];
  readonly series: readonly Series[];
  readonly notes: readonly Note[];
  readonly mayWrite: boolean;
  /** Has a running step of their own here, so may hand on what it holds. */
  readonly mayRefer: boolean;
  /** Opened in an emergency: the summary only. */
  readonly emergency: boolean;
  /** Kinds that this person's role never sees: that none is shown does not mean that there is none. */
  readonly hidden: readonly Kind[];
  readonly denied: readonly DeniedPart[];
}

// ---- who looked ------------------------------------------------------------------------------------------------

/** What can be said on opening a dossier where no register will tell. */
export type Saying = 'phone' | 'consultation';

export type LookKind =
  | 'look'
  | 'list'
  | 'write'
  | 'takeover'
  | 'delivery'
  | 'listed'
  | 'unlisted'
  | 'change'
  | 'audit'
  | 'declared'
  | 'copied'
  | 'emergency'
  | 'referred'
  | 'ended'
  | 'consent'
  | 'handed'
  | 'reviewed'
  | 'told'
  | 'asked'
  | 'answered';

export interface Look {
  /** Names the line on screen. */
  readonly entry: string;
  readonly at: Instant;
  readonly kind: LookKind;
  readonly outcome: 'permit' | 'deny';
  /** Null: not in this practice's directory (another organisation, or an old colleague). */
  readonly who: { readonly name: string; readonly role: Text } | null;
  readonly me: boolean;
  readonly parts: readonly Text[];
  /** The ground of the practice's setting, where the look rested on a consent that was assumed and not asked. */
  readonly assumed: AssumptionGround | null;
  /** What somebody said of it, sealed for the log officers; null where it is not shown. */
  readonly said: { readonly purpose: string; readonly reason: string | null; readonly search: string | null } | null;
  readonly proof: LookProof;
}

export interface LookProof {
  readonly index: number;
  readonly leaf: string;
  readonly path: readonly string[];
}

export interface Looks {
  readonly lines: readonly Look[];
  /** `proved`: every line included under the checkpoint and the dossier's chain complete, checked in this browser. */
  readonly verdict: 'proved' | 'failed';
  readonly checkpoint: string;
  readonly size: number;
  /** Who outside confirms these lines. */
  readonly standing: Standing;
}

// ---- deliveries ------------------------------------------------------------------------------------------------

export interface Deliveries {
  readonly practice: string;
  readonly patients: number;
  readonly left: number;
  readonly byProgramme: readonly { readonly programme: Programme; readonly count: number }[];
  readonly scopes: readonly { readonly name: Text; readonly fields: readonly Text[]; readonly patients: number }[];
  readonly stayed: readonly { readonly reason: string; readonly count: number }[];
  readonly fields: { readonly kept: number; readonly dropped: number };
  readonly last: readonly {
    readonly number: number;
    readonly at: Instant;
    readonly changed: number;
    readonly packs: number;
    readonly bytes: number;
    readonly rejected: number;
  }[];
  readonly confirmation: Confirmation;
}
