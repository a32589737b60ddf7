/** What the generator means by a patient, before any file format. Both writers (FHIR and CSV) and the truth read this. */

import type { Day } from './calendar.ts';
import type { MeasureKey } from './measures.ts';
import type { Address, Sex, Surname } from './names.ts';
import type { StaffKey } from './staff.ts';

export type ProgrammeId = 'diabetes' | 'copd' | 'asthma' | 'cvrm';
export const PROGRAMMES: readonly ProgrammeId[] = ['diabetes', 'copd', 'asthma', 'cvrm'];

/** Somebody who is no patient but stands in a record. */
export interface Other {
  readonly relation: string;
  readonly name: string;
  readonly phone: string;
}

export interface Person {
  /** Random-looking and unique; every id of this patient's resources holds it. */
  readonly key: string;
  readonly household: number;
  readonly sex: Sex;
  readonly born: Day;
  readonly given: readonly string[];
  readonly call: string;
  readonly own: Surname;
  readonly partner: Surname | undefined;
  /** undefined = masked. */
  readonly bsn: string | undefined;
  readonly address: Address;
  readonly phone: string;
  readonly mobile: string | undefined;
  readonly email: string | undefined;
  readonly registered: Day;
  readonly died: Day | undefined;
  /** Left the practice; the record stays. */
  readonly departed: Day | undefined;
  readonly contact: Other | undefined;
  readonly gp: StaffKey;
  readonly language: string | undefined;
}

export type Sensitivity = 'none' | 'mental' | 'sexual';

export interface Episode {
  readonly icpc: string;
  readonly title: string;
  /** A code of another system that says the same. */
  readonly snomed: string | undefined;
  /** As written in the record: a day, a month, a year, or nothing. */
  readonly onset: string | undefined;
  readonly abated: string | undefined;
  /** Written only where the record has no dates, or agrees with them. */
  readonly clinical: 'active' | 'resolved' | undefined;
  readonly verification: 'confirmed' | 'refuted' | 'entered-in-error' | undefined;
  readonly sensitivity: Sensitivity;
  readonly note: string | undefined;
  /** How the code is spelled in the file. */
  readonly spelling: 'plain' | 'oid' | 'extension';
  readonly attention: boolean;
}

export type Answer = { readonly code: string | undefined; readonly text: string };

export interface Measurement {
  readonly measure: MeasureKey;
  readonly day: Day;
  readonly minute: number;
  readonly value: number | Answer | undefined;
  /** Text of the unit as the source wrote it; undefined = no unit. */
  readonly unit: string | undefined;
  readonly coding: 'both' | 'nhg' | 'loinc';
  readonly status: 'final' | 'entered-in-error';
  /** Only the year and month of the day are written. */
  readonly monthOnly: boolean;
  readonly comment: string | undefined;
  readonly by: StaffKey;
  /** Index into the visits of the record; -1 = none, -2 = a visit that is not in the file. */
  readonly visit: number;
}

export interface Prescription {
  readonly atc: string;
  readonly text: string;
  readonly dosage: string;
  readonly start: Day;
  readonly stop: Day | undefined;
  readonly note: string | undefined;
  readonly by: StaffKey;
  readonly sensitivity: Sensitivity;
}

export type Way = 'consult' | 'visite' | 'telefonisch' | 'e-consult';

/** The lines of one contact: subjectief, objectief, evaluatie, plan. */
export interface Soep {
  readonly icpc: string;
  readonly s: string;
  readonly o: string;
  readonly e: string;
  readonly p: string;
}

export interface Visit {
  readonly day: Day;
  readonly minute: number;
  readonly minutes: number;
  readonly way: Way;
  readonly by: StaffKey;
  readonly episode: number;
  readonly sensitivity: Sensitivity;
  readonly reason: string | undefined;
  readonly soep: Soep | undefined;
}

export interface Appointment {
  readonly day: Day;
  readonly minute: number;
  readonly minutes: number;
  readonly status: 'booked' | 'fulfilled' | 'noshow' | 'cancelled';
  readonly by: StaffKey;
  /** SNOMED code of what will be done, where the book says it. */
  readonly service?: string;
  readonly description: string;
  readonly comment: string | undefined;
}

export interface Allergy {
  readonly system: 'atc' | 'snomed';
  readonly code: string;
  readonly text: string;
  readonly since: Day;
  readonly note: string | undefined;
}

/** A letter of a specialist, as it came in. */
export interface Letter {
  readonly day: Day;
  readonly title: string;
  readonly text: string;
}

export interface Relative {
  readonly relation: string;
  readonly name: string;
  readonly condition: string;
  readonly note: string;
}

/** Where this patient stands in a programme's registration; nobody is enrolled without being asked. */
export type Register = 'consented' | 'refused' | 'not-asked';

export type CanaryField =
  | 'name'
  | 'address'
  | 'phone'
  | 'email'
  | 'bsn'
  | 'contact-person'
  | 'narrative'
  | 'episode-note'
  | 'journal'
  | 'third-person'
  | 'mental-health'
  | 'sexual-health'
  | 'observation-comment'
  | 'medication-note'
  | 'allergy-note'
  | 'appointment-note'
  | 'letter'
  | 'family-history';

/** What may leave, sealed, once this patient is enrolled; every other field never leaves at all. */
export const SEALED_FIELDS: readonly CanaryField[] = ['name', 'phone'];

export interface Planted {
  readonly token: string;
  readonly field: CanaryField;
}

export interface PatientRecord {
  readonly person: Person;
  readonly episodes: readonly Episode[];
  readonly measurements: readonly Measurement[];
  readonly prescriptions: readonly Prescription[];
  readonly visits: readonly Visit[];
  readonly appointments: readonly Appointment[];
  readonly allergies: readonly Allergy[];
  readonly vaccinations: readonly Day[];
  readonly letters: readonly Letter[];
  readonly relatives: readonly Relative[];
  readonly register: ReadonlyMap<ProgrammeId, Register>;
  readonly canaries: readonly Planted[];
  readonly narrative: string;
  /** The source writes the patient's name beside every reference. */
  readonly namesEverywhere: boolean;
}
