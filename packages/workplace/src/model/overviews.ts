/** Three overviews of the log (R51), for who oversees it, and the weekly digest to a patient's own GP. */

import type { DossierId, Instant, LocalDate } from '@ketenkluis/base';
import type { Progress, Text } from './shared.ts';

export const OVERVIEW_KINDS = ['patient', 'colleague', 'day'] as const;
export type OverviewKind = (typeof OVERVIEW_KINDS)[number];
export const SEEN_ACTIONS = ['look', 'emergency', 'list', 'search', 'taken', 'log', 'care', 'session'] as const;
export type SeenAction = (typeof SEEN_ACTIONS)[number];

export interface SeenFilter {
  /** Days in Amsterdam, both included. */
  readonly from: LocalDate;
  readonly until: LocalDate;
  readonly role: string | null;
  readonly action: SeenAction | null;
  readonly outcome: 'success' | 'refused' | null;
  /** One row of another overview, looked into. */
  readonly who: string | null;
  readonly dossier: string | null;
}

export interface SeenRow {
  readonly key: string | null;
  /** Null where the lines name nobody. Another organisation stands here as itself. */
  readonly name: string | null;
  readonly role: Text | null;
  readonly elsewhere: boolean;
  readonly lines: number;
  readonly looks: number;
  readonly patients: number;
  readonly people: number;
  readonly refused: number;
  readonly emergencies: number;
  readonly taken: number;
  readonly last: Instant;
}

export interface SeenFrame {
  readonly first: LocalDate;
  readonly last: LocalDate;
  readonly roles: readonly { readonly code: string; readonly name: Text }[];
}
export interface SeenTable {
  readonly rows: readonly SeenRow[];
  readonly lines: number;
  readonly looks: number;
  readonly refused: number;
  readonly emergencies: number;
  readonly taken: number;
  /** Of the whole period, days without a line included; weeks where it is long. */
  readonly per: 'day' | 'week';
  readonly marks: readonly { readonly from: LocalDate; readonly lines: number; readonly refused: number }[];
}

export interface WeekLine {
  readonly dossier: DossierId;
  readonly patient: string;
  readonly who: string;
  readonly role: Text | null;
  readonly elsewhere: boolean;
  readonly days: readonly LocalDate[];
  readonly marks: readonly ('emergency' | 'taken' | 'refused')[];
}
export interface Week {
  readonly from: LocalDate;
  readonly until: LocalDate;
  /** What stands out first. */
  readonly lines: readonly WeekLine[];
  /** For some patients the practice does not know whose they are: every doctor sees them. */
  readonly unassigned: number;
  readonly read: boolean;
}

export interface PaperFile {
  /** Without a name or number of a patient. */
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}
export const OVERVIEW_FORMS = ['pdf', 'csv'] as const;
export type OverviewForm = (typeof OVERVIEW_FORMS)[number];

export interface OverviewsSide {
  /** Reads the whole log, or what is new in it. `denied` for who does not read the log. */
  frame(progress?: (progress: Progress) => void): Promise<SeenFrame>;
  /** Of what was read. */
  table(kind: OverviewKind, filter: SeenFilter): Promise<SeenTable>;
  /** What is shown, as a file. A line first: nothing is made when it could not be written. */
  file(kind: OverviewKind, filter: SeenFilter, form: OverviewForm, language: 'nl' | 'en'): Promise<PaperFile>;
  /** Who else looked at this doctor's own patients last week; null for who is no doctor here, and where nobody looked. */
  week(): Promise<Week | null>;
  weekFile(language: 'nl' | 'en'): Promise<PaperFile>;
  /** This person has seen it, on this device. */
  weekRead(until: LocalDate): Promise<void>;
}
