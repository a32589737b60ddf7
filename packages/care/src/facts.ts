/**
 * What the choice of patients needs to know: birth, death and problems with dates, and nothing else of a record.
 * Dates are intervals (`2019` is a whole year): a problem counts from the first possible day of its onset, and no
 * longer from the first possible day of its end.
 */

import { addMonths, type LocalDate } from '@ketenkluis/base';
import {
  type CodeableConcept,
  type CodingKey,
  type Condition,
  codeKeys,
  fhirDate,
  isDateFault,
  type Patient,
  type Quantity,
} from '@ketenkluis/fhir';

export interface ProblemFact {
  readonly keys: readonly CodingKey[];
  readonly onset?: LocalDate;
  readonly abatement?: LocalDate;
  /** Asked only where the date of the beginning or of the end is missing. */
  readonly clinical?: 'active' | 'ended';
  /** Refuted or entered in error: counts for nothing. */
  readonly void: boolean;
}

export interface PatientFacts {
  readonly birthDate?: LocalDate;
  /** Day of death; `true` when only the fact is known. */
  readonly died?: LocalDate | true;
  readonly problems: readonly ProblemFact[];
}

/** First possible day; undefined when the text is no FHIR date. */
export function firstDay(text: unknown): LocalDate | undefined {
  if (text === undefined) return undefined;
  const read = fhirDate(text);
  return isDateFault(read) ? undefined : read.from;
}

const ENDED = new Set(['inactive', 'remission', 'resolved']);
const ACTIVE = new Set(['active', 'recurrence', 'relapse']);
const VOID = new Set(['refuted', 'entered-in-error']);

export function codesOf(concept: CodeableConcept | undefined): string[] {
  if (typeof concept !== 'object' || concept === null || !Array.isArray(concept.coding)) return [];
  return concept.coding.flatMap((coding) => (typeof coding?.code === 'string' ? [coding.code] : []));
}

interface WithAge extends Condition {
  readonly onsetAge?: Quantity;
  readonly abatementAge?: Quantity;
}

/** R4 lets onset and abatement be a date, a period or an age; text and ranges give no date. */
function dayOf(record: WithAge, what: 'onset' | 'abatement'): LocalDate | undefined {
  const onset = what === 'onset';
  const direct = firstDay(onset ? record.onsetDateTime : record.abatementDateTime);
  if (direct !== undefined) return direct;
  const period = onset ? record.onsetPeriod : record.abatementPeriod;
  return firstDay(onset ? period?.start : (period?.end ?? period?.start));
}

const yearsOf = (age: Quantity | undefined): number | undefined =>
  typeof age?.value === 'number' && age.code === 'a' && age.value >= 0 && age.value < 130
    ? Math.floor(age.value)
    : undefined;

/** An end is written down but no day can be read from it. */
const endsSomehow = (condition: Condition): boolean =>
  Object.keys(condition).some((name) => name.startsWith('abatement'));

/** What of a Condition says when it counts, for as long as the birth of its patient is not known. Small: a practice waits with thousands. */
export interface ProblemSaid {
  readonly keys: readonly CodingKey[];
  readonly onset: LocalDate | undefined;
  readonly onsetAge: number | undefined;
  readonly recorded: LocalDate | undefined;
  readonly abatement: LocalDate | undefined;
  readonly abatementAge: number | undefined;
  readonly clinical: 'active' | 'ended' | undefined;
  /** That it ended is written, with or without a day. */
  readonly ends: boolean;
  readonly void: boolean;
}

export function problemSaid(condition: Condition): ProblemSaid {
  const record: WithAge = condition;
  const clinical = codesOf(condition.clinicalStatus);
  return {
    keys: codeKeys(condition),
    onset: dayOf(record, 'onset'),
    onsetAge: yearsOf(record.onsetAge),
    recorded: firstDay(condition.recordedDate),
    abatement: dayOf(record, 'abatement'),
    abatementAge: yearsOf(record.abatementAge),
    clinical: clinical.some((code) => ENDED.has(code))
      ? 'ended'
      : clinical.some((code) => ACTIVE.has(code))
        ? 'active'
        : undefined,
    ends: endsSomehow(condition),
    void: codesOf(condition.verificationStatus).some((code) => VOID.has(code)),
  };
}

/** With the birth date, by which an age is a day. */
export function settled(said: ProblemSaid, birthDate?: LocalDate): ProblemFact {
  const aged = (years: number | undefined) =>
    birthDate === undefined || years === undefined ? undefined : addMonths(birthDate, years * 12);
  const onset = said.onset ?? aged(said.onsetAge) ?? said.recorded;
  const abatement = said.abatement ?? aged(said.abatementAge);
  const status = said.clinical ?? (abatement === undefined && said.ends ? 'ended' : undefined);
  return {
    keys: said.keys,
    ...(onset === undefined ? {} : { onset }),
    ...(abatement === undefined ? {} : { abatement }),
    ...(status === undefined ? {} : { clinical: status }),
    void: said.void,
  };
}

export const problemFact = (condition: Condition, birthDate?: LocalDate): ProblemFact =>
  settled(problemSaid(condition), birthDate);

/** Birth and death of a Patient; the problems come from its Conditions. */
export function personFact(patient: Patient): Pick<PatientFacts, 'birthDate' | 'died'> {
  const birthDate = firstDay(patient.birthDate);
  const died =
    firstDay(patient.deceasedDateTime) ??
    (patient.deceasedDateTime !== undefined || patient.deceasedBoolean === true ? true : undefined);
  return { ...(birthDate === undefined ? {} : { birthDate }), ...(died === undefined ? {} : { died }) };
}
