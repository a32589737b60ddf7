/** "Controle": every look of the log reviewed, findings from question to decision, the policy, and who still has which rights. */

import type { DossierId, FactId, Instant, LocalDate, PersonId } from '@ketenkluis/base';
import type { Progress, Text } from './shared.ts';

export type FindingStage = 'open' | 'asked' | 'answered' | 'decided' | 'blocked' | 'broken';
export const VERDICTS = ['justified', 'unclear', 'unjustified'] as const;
export type Verdict = (typeof VERDICTS)[number];
export const FOLLOW_UPS = ['none', 'talk', 'measure', 'breach'] as const;
export type FollowUp = (typeof FOLLOW_UPS)[number];

export interface LookSeen {
  readonly line: number;
  readonly at: Instant;
  readonly who: string;
  /** The name where this person may read it; else a short number of the file; null for a search that names nobody. */
  readonly patient: string | null;
  readonly dossier: DossierId | null;
  readonly action: string;
  /** What explains it or does not, and one sentence per feature. */
  readonly why: readonly Text[];
}

export interface StepSeen {
  readonly kind: 'ask' | 'answer' | 'decide' | 'reopen';
  readonly at: Instant;
  readonly by: string;
  readonly whom: string | null;
  /** Null where it is not this person's to read. */
  readonly text: string | null;
  readonly verdict: Verdict | null;
  readonly followUp: FollowUp | null;
}

export interface FindingSeen {
  readonly id: string;
  readonly points: number;
  /** The same for findings that stand out by the same things: they can be decided with one reason. */
  readonly alike: string;
  readonly stage: FindingStage;
  readonly who: readonly {
    readonly person: PersonId;
    readonly name: string;
    readonly waiting: boolean;
    readonly heard: boolean;
  }[];
  readonly patients: readonly string[];
  readonly from: Instant;
  readonly until: Instant;
  /** In a few words, the heaviest look's. */
  readonly why: readonly Text[];
  readonly looks: readonly LookSeen[];
  readonly steps: readonly StepSeen[];
  /** May this person judge it? Not looks of their own, and not their own file. */
  readonly mayJudge: boolean;
  /** Not before this moment may it be called anything but justified while somebody was not heard; null: now. */
  readonly hearUntil: Instant | null;
  readonly decided: { readonly verdict: Verdict; readonly byMe: boolean } | null;
}

export const CHECKS = ['review', 'sample', 'emergency', 'rights'] as const;
export type CheckKind = (typeof CHECKS)[number];
export interface CheckSeen {
  readonly kind: CheckKind;
  readonly due: LocalDate;
  readonly done: LocalDate | null;
  /** Days. */
  readonly late: number;
}

export interface PolicySeen {
  readonly number: number;
  readonly from: Instant;
  readonly board: PersonId;
  readonly officers: readonly { readonly person: PersonId; readonly name: string; readonly outside: boolean }[];
  readonly findingAt: number;
  readonly every: Readonly<Record<CheckKind, number>>;
  readonly sampleSize: number;
  readonly answerDays: number;
  readonly decideDays: number;
}
export type NewPolicy = Omit<PolicySeen, 'number' | 'from' | 'officers'> & {
  readonly officers: readonly PersonId[];
  readonly outside: readonly PersonId[];
};

export interface ControlSeen {
  readonly policy: PolicySeen | null;
  /** An owner proposes a policy, a second person signs it. */
  readonly mayChange: boolean;
  readonly isOfficer: boolean;
  readonly colleagues: readonly { readonly person: PersonId; readonly name: string }[];
  /** Looks of which no review was recorded yet, and the last moment up to which all are; null: never. */
  readonly unreviewed: number;
  readonly reviewedTo: Instant | null;
  readonly looks: number;
  readonly explained: number;
  readonly unexplained: number;
  readonly findings: readonly FindingSeen[];
  /** Looks that nothing explains and that are no finding, drawn for the sample. */
  readonly sample: readonly LookSeen[];
  readonly plan: readonly CheckSeen[];
  readonly weeks: readonly { readonly week: LocalDate; readonly looks: number; readonly findings: number }[];
  /** What could not be judged, by why. */
  readonly missing: readonly { readonly why: string; readonly count: number }[];
  /** Records that do not hold, or that the vault does not show. */
  readonly faults: number;
  /** Emergency looks that wait for somebody. */
  readonly emergencies: number;
}

/** A question to this person about looks of their own. */
export interface QuestionSeen {
  readonly id: string;
  readonly by: string;
  readonly at: Instant;
  readonly text: string;
  readonly looks: readonly Omit<LookSeen, 'why'>[];
  readonly steps: readonly StepSeen[];
  readonly waiting: boolean;
}

export interface RightSeen {
  readonly person: PersonId;
  readonly name: string;
  readonly role: Text;
  readonly owner: boolean;
  readonly places: readonly {
    readonly fact: FactId;
    readonly team: string;
    readonly since: Instant;
    readonly until: Instant | null;
  }[];
}
export interface RightsSeen {
  readonly people: readonly RightSeen[];
  readonly mayConfirm: boolean;
  readonly last: { readonly at: Instant; readonly by: string } | null;
  readonly due: LocalDate | null;
}

export interface ControlSide {
  /** Reads the whole log; the first time takes longer. `denied` for who does not read the log. */
  status(progress?: (progress: Progress) => void): Promise<ControlSeen>;
  ask(finding: string, whom: PersonId, text: string): Promise<void>;
  decide(finding: string, verdict: Verdict, followUp: FollowUp, text: string): Promise<void>;
  /** Justified, one after the other, each in a line of its own with the same reason. */
  justify(ids: readonly string[], ground: string): Promise<unknown>;
  reopen(finding: string, text: string): Promise<void>;
  /** Writes down that all lines up to now were reviewed, or that the sample or the emergencies were read. */
  done(check: Exclude<CheckKind, 'rights'>): Promise<void>;
  setPolicy(policy: NewPolicy): Promise<'proposed'>;
  questions(): Promise<readonly QuestionSeen[]>;
  answer(question: string, text: string): Promise<void>;
  rights(): Promise<RightsSeen>;
  /** Everything shown was looked at and stays. */
  confirmRights(kept: readonly FactId[]): Promise<void>;
}
