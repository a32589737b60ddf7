/**
 * What leaves the practice: small records with closed vocabularies. No record has a place for free text, for an
 * identifier, or for a person other than the patient (R2, R3, R6). Codes are short keys such as `nhg45|1744`
 * (`docs/spec/programme.md` gives the systems); days are Dutch calendar days, or a month or a year where the source
 * knew no more; numbers are decimal text, so that nothing is rounded on the way.
 */

import type { MedicationGroupId, ParameterId, VaccinationId } from './catalogue.ts';

/** `YYYY`, `YYYY-MM` or `YYYY-MM-DD`. */
export type DayText = string;
export type ShortKey = string;

/** Why a value must be read with care. The value is kept as it was; nothing is guessed. */
export type Mark = 'no-unit' | 'implausible' | 'not-convertible' | 'no-value';

export interface IdentityRecord {
  readonly kind: 'identity';
  readonly family?: string;
  readonly given?: string;
  readonly birthDate?: DayText;
  readonly gender?: 'male' | 'female' | 'other' | 'unknown';
  readonly phone?: readonly string[];
  readonly died?: DayText | true;
}

export interface ProblemRecord {
  readonly kind: 'problem';
  readonly codes: readonly ShortKey[];
  readonly onset?: DayText;
  /** Only when it is not simply confirmed. */
  readonly verification?: 'unconfirmed' | 'provisional' | 'differential';
}

export interface MeasurementRecord {
  readonly kind: 'measurement';
  readonly parameter: ParameterId;
  readonly code: ShortKey;
  readonly date: DayText;
  /** Decimal, in the parameter's unit. */
  readonly value?: string;
  readonly comparator?: '<' | '<=' | '>=' | '>';
  /** Codes of a coded answer; `yes` and `no` stand for a boolean. */
  readonly answer?: readonly ShortKey[];
  /** What the source said, when it was not the same number in the same unit. */
  readonly original?: { readonly value: string; readonly unit?: string };
  readonly mark?: Mark;
  readonly preliminary?: true;
}

export interface MedicationRecord {
  readonly kind: 'medication';
  readonly group: MedicationGroupId;
  readonly atc: string;
  readonly status: 'active' | 'on-hold' | 'stopped' | 'completed' | 'unknown';
  readonly start?: DayText;
  readonly end?: DayText;
  /** Structured dose only; a dose in words stays in the GP system. */
  readonly dose?: { readonly value: string; readonly unit?: string };
  readonly times?: { readonly frequency: number; readonly period: number; readonly unit: 'h' | 'd' | 'wk' | 'mo' };
  readonly asNeeded?: true;
}

export interface AllergyRecord {
  readonly kind: 'allergy';
  readonly codes: readonly ShortKey[];
  readonly criticality?: 'low' | 'high';
  readonly recorded?: DayText;
  readonly verification?: 'unconfirmed' | 'presumed';
}

export interface VaccinationRecord {
  readonly kind: 'vaccination';
  readonly vaccination: VaccinationId;
  readonly date: DayText;
}

export type CareRecord =
  | IdentityRecord
  | ProblemRecord
  | MeasurementRecord
  | MedicationRecord
  | AllergyRecord
  | VaccinationRecord;

/** The properties above, as part of the selection version: a new one is a wider selection (R12). */
export const KEPT = {
  identity: ['family', 'given', 'birthDate', 'gender', 'phone', 'died'],
  problem: ['codes', 'onset', 'verification'],
  measurement: ['parameter', 'code', 'date', 'value', 'comparator', 'answer', 'original', 'mark', 'preliminary'],
  medication: ['group', 'atc', 'status', 'start', 'end', 'dose', 'times', 'asNeeded'],
  allergy: ['codes', 'criticality', 'recorded', 'verification'],
  vaccination: ['vaccination', 'date'],
} as const satisfies {
  readonly [K in CareRecord['kind']]: readonly Exclude<keyof Extract<CareRecord, { kind: K }>, 'kind'>[];
};
