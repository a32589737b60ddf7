/** What a patient asks and takes along, and what the practice answers (docs/spec/petition.md; docs/spec/own.md, "A copy"). */

import type { Instant, LocalDate } from '@ketenkluis/base';
import type { Hash, PetitionAbout } from '@ketenkluis/seal';

export type { PetitionAbout } from '@ketenkluis/seal';
export type PetitionVerdict = 'given' | 'refused' | 'done';

export interface Asked {
  readonly id: Hash;
  readonly about: PetitionAbout;
  readonly at: Instant;
  /** What the patient wrote; null where it does not open for this reader. */
  readonly text: string | null;
  /** Null once it has its answer. */
  readonly waiting: { readonly due: LocalDate; readonly late: boolean } | null;
  readonly answer: {
    readonly at: Instant;
    /** Null where it does not open for this reader. */
    readonly words: { readonly verdict: PetitionVerdict; readonly name: string | null; readonly text: string } | null;
  } | null;
}
export interface MyRequests {
  /** Newest first. */
  readonly asked: readonly Asked[];
  /** Places in the log of somebody of the practice whose name may be asked. */
  readonly askable: ReadonlySet<number>;
  /** Messages when somebody looked; null where the practice has nobody to send them. */
  readonly alert: boolean | null;
  /** Something that was asked does not hold, or is not shown. */
  readonly broken: boolean;
}

/** As the practice reads one. */
export interface PatientRequest extends Asked {
  /** By name where this reader's list has it; else the dossier's number. */
  readonly patient: string;
  /** Who is asked about; null where no name is asked. */
  readonly whom: { readonly name: string | null; readonly line: number; readonly me: boolean } | null;
}
export interface PatientRequests {
  /** What waits first, the next due on top; then the answered ones, newest first. */
  readonly requests: readonly PatientRequest[];
  /** Lines of what does not hold. */
  readonly broken: readonly number[];
}

export interface PetitionSide {
  /** After `own.open`: what this patient asked. */
  mine(): Promise<MyRequests>;
  /** One request for each person who stands in these lines. */
  askName(lines: readonly number[], reason: string): Promise<void>;
  ask(about: Exclude<PetitionAbout, 'name'>, text: string): Promise<void>;
  /** Null: no messages any more. */
  alert(address: string | null): Promise<void>;
  /** Record and log for other programs. A line stands before. */
  fhir(): Promise<{ readonly name: string; readonly type: string; readonly text: string }>;

  /** For owners and who oversees: how many wait, and how many of those for too long. Opens nothing. */
  waiting(): Promise<{ readonly open: number; readonly late: number }>;
  /** For the same. */
  list(): Promise<PatientRequests>;
  /** Refused for whom it is about. */
  answer(id: Hash, said: { readonly verdict: PetitionVerdict; readonly text: string }): Promise<void>;
}
