/** What a patient asks and takes along, and what the practice answers (docs/spec/petition.md; docs/spec/own.md, "A copy"). */

import type { Instant, LocalDate } from '@ketenkluis/base';
import type { Hash, PetitionAbout } from '@ketenkluis/seal';

export type { PetitionAbout } from '@ketenkluis/seal';
export type PetitionVerdict = 'given' | 'refused' | 'done';
/** Why the practice takes longer (AVG 12(3)). */
export type LongerBy = 'complex' | 'number';

export interface Answered {
  readonly at: Instant;
  /** The other organisation that answered, by name; null: the practice. */
  readonly by: string | null;
  /** Null where it does not open for this reader. */
  readonly words: { readonly verdict: PetitionVerdict; readonly name: string | null; readonly text: string } | null;
  /** It should have opened for this reader: what was asked waits on. */
  readonly unreadable: boolean;
}

export interface Asked {
  readonly id: Hash;
  readonly about: PetitionAbout;
  readonly at: Instant;
  /** What the patient wrote; null where it does not open for this reader. */
  readonly text: string | null;
  /** Answers that nobody could read, called so by the patient or the practice; `mayUnread`: the one that stands may be as well. */
  readonly unread: number;
  readonly mayUnread: boolean;
  /** Null once it has an answer that can be read. */
  readonly waiting: { readonly due: LocalDate; readonly late: boolean } | null;
  readonly answer: Answered | null;
  /** The practice takes longer, and said so in time. */
  readonly longer: {
    readonly at: Instant;
    readonly until: LocalDate;
    /** Null where it does not open for this reader. */
    readonly reason: { readonly ground: LongerBy; readonly text: string } | null;
  } | null;
}
export interface MyRequests {
  /** Newest first. */
  readonly asked: readonly Asked[];
  /** Places in the log of somebody whose name may be asked; and those of them who are of another organisation. */
  readonly askable: ReadonlySet<number>;
  readonly elsewhere: ReadonlySet<number>;
  /** Of those: nobody else there may answer, so the practice does. */
  readonly alone: ReadonlySet<number>;
  /** Messages when somebody looked; null where the practice has nobody to send them. */
  readonly alert: boolean | null;
  /** Something that was asked does not hold, or is not shown. */
  readonly broken: boolean;
}

/** As the practice reads one. */
export interface PatientRequest extends Asked {
  /** By name where this reader's list has it; else the dossier's number. */
  readonly patient: string;
  /** Who is asked about; null where no name is asked. `partner`: they are of that organisation, which was asked as well. */
  readonly whom: {
    readonly name: string | null;
    readonly line: number;
    readonly me: boolean;
    readonly partner: string | null;
    /** Nobody else of that organisation may answer. */
    readonly alone: boolean;
  } | null;
  /** Its first month still runs, and was not lengthened before. */
  readonly mayExtend: boolean;
}
/** What a practice, or its patient, asks of this organisation. */
export interface PosedRequest {
  readonly id: Hash;
  readonly practice: string;
  /** A name, or to destroy what is kept here of a patient of that practice. */
  readonly about: 'name' | 'erase';
  readonly at: Instant;
  readonly due: LocalDate;
  readonly late: boolean;
  /** What the patient wrote; null where it does not open for this reader. */
  readonly text: string | null;
  /** `alone`: nobody else here may answer, so the practice does. */
  readonly whom: { readonly name: string | null; readonly me: boolean; readonly alone: boolean } | null;
  /** Of a destruction: what is kept here, and who it is about as far as that says. */
  readonly kept: { readonly patient: string | null; readonly copies: number; readonly mayRemove: boolean } | null;
  readonly answer: Answered | null;
}
export interface PosedRequests {
  /** What waits first, the next due on top. */
  readonly requests: readonly PosedRequest[];
  /** Practices that gave no answer now. */
  readonly away: readonly string[];
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
  /** The answer opens for nobody who should read it: it is asked for anew. */
  askAgain(id: Hash): Promise<void>;
  /** Null: no messages any more. */
  alert(address: string | null): Promise<void>;
  /** Record and log for other programs. A line stands before. */
  fhir(): Promise<{ readonly name: string; readonly type: string; readonly text: string }>;

  /** For owners and who oversees: how many wait, and how many of those for too long. Opens nothing. */
  waiting(): Promise<{ readonly open: number; readonly late: number }>;
  /** For the same. */
  list(): Promise<PatientRequests>;
  /** Refused for whom it is about. `name`: of a partner's person, as the partner or a message said it. */
  answer(
    id: Hash,
    said: { readonly verdict: PetitionVerdict; readonly text: string; readonly name?: string },
  ): Promise<void>;
  /** Once, in the first month. */
  extend(id: Hash, more: { readonly months: 1 | 2; readonly ground: LongerBy; readonly text: string }): Promise<void>;

  /** For an owner or officer of an organisation that practices refer to: what they ask, by a visit to each. */
  posed(): Promise<PosedRequests>;
  /** What was kept here of that patient goes first, where it is to be destroyed. */
  answerPosed(id: Hash, said: { readonly verdict: PetitionVerdict; readonly text: string }): Promise<void>;
}
