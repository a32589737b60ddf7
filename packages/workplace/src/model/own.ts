/** What somebody sees who reads their own dossier, or one that they stand in for (docs/spec/own.md). */

import type { Instant, LocalDate } from '@ketenkluis/base';
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
}
export interface OwnView {
  readonly as: 'patient' | 'representative';
  /** Null once the enrolment has ended: the log stays. */
  readonly record: OwnRecord | null;
  /** Newest first, in both languages. */
  readonly looks: { readonly nl: readonly OwnLook[]; readonly en: readonly OwnLook[] };
  /** Every line proved, and none missing. */
  readonly proved: boolean;
}

export interface OwnSide {
  /** Opens every part, and the log; both are lines of their own. Refused with `denied` where there is no dossier (any more). */
  open(): Promise<OwnView>;
  /** Written to the log before the copy is made. */
  declareCopy(): Promise<void>;
}
