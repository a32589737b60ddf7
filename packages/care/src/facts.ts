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
function dayOf(condition: Condition, what: 'onset' | 'abatement', birthDate: LocalDate | undefined) {
  const record = condition as WithAge;
  const onset = what === 'onset';
  const direct = firstDay(onset ? record.onsetDateTime : record.abatementDateTime);
  if (direct !== undefined) return direct;
  const period = onset ? record.onsetPeriod : record.abatementPeriod;
  const edge = firstDay(onset ? period?.start : (period?.end ?? period?.start));
  if (edge !== undefined) return edge;
  const age = onset ? record.onsetAge : record.abatementAge;
  if (birthDate === undefined || typeof age?.value !== 'number' || age.code !== 'a') return undefined;
  return age.value >= 0 && age.value < 130 ? addMonths(birthDate, Math.floor(age.value) * 12) : undefined;
}

/** An end is written down but no day can be read from it. */
const endsSomehow = (condition: Condition): boolean =>
  Object.keys(condition).some((name) => name.startsWith('abatement'));

export function problemFact(condition: Condition, birthDate?: LocalDate): ProblemFact {
  const onset = dayOf(condition, 'onset', birthDate) ?? firstDay(condition.recordedDate);
  const abatement = dayOf(condition, 'abatement', birthDate);
  const clinical = codesOf(condition.clinicalStatus);
  const says = clinical.some((code) => ENDED.has(code))
    ? 'ended'
    : clinical.some((c) => ACTIVE.has(c))
      ? 'active'
      : undefined;
  const status = says ?? (abatement === undefined && endsSomehow(condition) ? 'ended' : undefined);
  return {
    keys: codeKeys(condition),
    ...(onset === undefined ? {} : { onset }),
    ...(abatement === undefined ? {} : { abatement }),
    ...(status === undefined ? {} : { clinical: status }),
    void: codesOf(condition.verificationStatus).some((code) => VOID.has(code)),
  };
}

/** Birth and death of a Patient; the problems come from its Conditions. */
export function personFact(patient: Patient): Pick<PatientFacts, 'birthDate' | 'died'> {
  const birthDate = firstDay(patient.birthDate);
  const died =
    firstDay(patient.deceasedDateTime) ??
    (patient.deceasedDateTime !== undefined || patient.deceasedBoolean === true ? true : undefined);
  return { ...(birthDate === undefined ? {} : { birthDate }), ...(died === undefined ? {} : { died }) };
}
