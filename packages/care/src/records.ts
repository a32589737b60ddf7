/**
 * What leaves the practice: small records with closed vocabularies. No record has a place for free text, for an
 * identifier, or for a person other than the patient (R2, R3, R6). Codes are short keys such as `nhg45|1744`
 * (`docs/spec/programme.md` gives the systems); days are Dutch calendar days, or a month or a year where the source
 * knew no more; numbers are decimal text, so that nothing is rounded on the way.
 */

import { z } from 'zod';
import {
  MEDICATION_GROUPS,
  type MedicationGroupId,
  PARAMETERS,
  type ParameterId,
  VACCINATIONS,
  type VaccinationId,
} from './catalogue.ts';

const keysOf = <K extends string>(record: Readonly<Record<K, unknown>>): K[] => Object.keys(record) as K[];

/** `YYYY`, `YYYY-MM` or `YYYY-MM-DD`. */
const day = z.string().regex(/^\d{4}(-\d{2}(-\d{2})?)?$/);
const decimal = z.string().regex(/^-?\d{1,21}(\.\d{1,20})?(e[+-]?\d{1,3})?$/);
/** Codes of problems, measurements and allergies: system and code, no place for words. */
const code = z
  .string()
  .regex(
    /^(icpc\|[A-Z]\d{2}(\.\d{2})?|(nhg45|gpk|prk|hpk|rxnorm|cvx)\|\d{1,10}|snomed\|\d{6,18}|loinc\|\d{1,7}-\d|atc\|[A-Z]\d{2}[A-Z]{0,2}\d{0,2})$/,
  );
/** Answer codes are digits in NHG and SNOMED, and digits with a check digit in LOINC. */
export const ANSWER = /^(yes|no|nhg45a\|\d{1,6}|snomed\|\d{6,18}|loinc\|(LA)?\d{1,7}-\d)$/;
/** A unit without annotation, because the braces of UCUM may hold any text. */
export const UNIT = /^[A-Za-zµμ0-9%/.*^²³[\]_-]{1,20}(\{1\.73_m2\})?$/;
/** An ATC class of three to seven places. */
export const ATC_CODE = /^[A-Z]\d{2}([A-Z]([A-Z](\d{2})?)?)?$/;
export const DOSE_UNITS = ['mg', 'ug', 'g', 'mL', 'L', '[iU]', '1', '{tbl}', '{caps}', '{puff}', '{dosis}'] as const;
export const PERIOD_UNITS = ['h', 'd', 'wk', 'mo'] as const;
export const COMPARATORS = ['<', '<=', '>=', '>'] as const;
export const GENDERS = ['male', 'female', 'other', 'unknown'] as const;
export const NAME_LENGTH = 80;
/** National or international, ten digits or more: a nine-digit number may be a BSN (R6). */
export const PHONE = /^(0([ ()-]?\d){9}|\+([ ()-]?\d){10,14})$/;
const name = z
  .string()
  .min(1)
  .max(NAME_LENGTH * 3);

/**
 * Why a value must be read with care. What the source said is kept; nothing is guessed. `no-code`: there is an answer,
 * in words or in a code system of the practice itself, and words do not leave.
 */
const mark = z.enum(['no-unit', 'implausible', 'not-convertible', 'no-value', 'no-code']);

const identity = z.strictObject({
  kind: z.literal('identity'),
  family: name.optional(),
  given: name.optional(),
  birthDate: day.optional(),
  gender: z.enum(GENDERS).optional(),
  phone: z.array(z.string().regex(PHONE)).max(2).optional(),
  died: z.union([day, z.literal(true)]).optional(),
});

const problem = z.strictObject({
  kind: z.literal('problem'),
  codes: z.array(code).min(1),
  onset: day.optional(),
  /** Only when it is not simply confirmed. */
  verification: z.enum(['unconfirmed', 'provisional', 'differential']).optional(),
});

const measurement = z.strictObject({
  kind: z.literal('measurement'),
  parameter: z.enum(keysOf<ParameterId>(PARAMETERS)),
  code,
  date: day,
  /** In the parameter's unit. Absent with the marks no-unit, not-convertible and no-value. */
  value: decimal.optional(),
  comparator: z.enum(COMPARATORS).optional(),
  /** Codes of a coded answer; `yes` and `no` stand for a boolean. */
  answer: z.array(z.string().regex(ANSWER)).max(4).optional(),
  /** What the source said, when it was not the same number in the same unit. */
  original: z.strictObject({ value: decimal, unit: z.string().regex(UNIT).optional() }).optional(),
  mark: mark.optional(),
  preliminary: z.literal(true).optional(),
});

const medication = z.strictObject({
  kind: z.literal('medication'),
  group: z.enum(keysOf<MedicationGroupId>(MEDICATION_GROUPS)),
  atc: z.string().regex(ATC_CODE),
  status: z.enum(['active', 'on-hold', 'stopped', 'completed', 'unknown']),
  start: day.optional(),
  end: day.optional(),
  /** The source gives a period of use that has begun and has no end: in use, however long ago it began. */
  openEnd: z.literal(true).optional(),
  /** Structured dose only; a dose in words stays in the GP system. */
  dose: z.strictObject({ value: decimal, unit: z.enum(DOSE_UNITS).optional() }).optional(),
  times: z.strictObject({ frequency: decimal, period: decimal, unit: z.enum(PERIOD_UNITS) }).optional(),
  asNeeded: z.literal(true).optional(),
});

const allergy = z.strictObject({
  kind: z.literal('allergy'),
  codes: z.array(code).min(1),
  criticality: z.enum(['low', 'high']).optional(),
  recorded: day.optional(),
  verification: z.enum(['unconfirmed', 'presumed']).optional(),
});

const vaccination = z.strictObject({
  kind: z.literal('vaccination'),
  vaccination: z.enum(keysOf<VaccinationId>(VACCINATIONS)),
  date: day,
});

/** Unknown properties are refused. */
export const careRecordSchema = z.discriminatedUnion('kind', [
  identity,
  problem,
  measurement,
  medication,
  allergy,
  vaccination,
]);

export type DayText = string;
export type Mark = z.infer<typeof mark>;
export type IdentityRecord = z.infer<typeof identity>;
export type ProblemRecord = z.infer<typeof problem>;
export type MeasurementRecord = z.infer<typeof measurement>;
export type MedicationRecord = z.infer<typeof medication>;
export type AllergyRecord = z.infer<typeof allergy>;
export type VaccinationRecord = z.infer<typeof vaccination>;
export type CareRecord = z.infer<typeof careRecordSchema>;

/** The properties above, as part of the selection version: a new one is a wider selection (R12). */
export const KEPT: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  [identity, problem, measurement, medication, allergy, vaccination].map((one) => [
    one.shape.kind.value,
    Object.keys(one.shape).sort(),
  ]),
);
