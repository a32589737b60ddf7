/** Small pieces that every resource of the generator is built from. */

import type { CodeableConcept, Coding, Patient, Reference } from '@medplum/fhirtypes';
import type { PatientRecord } from './model.ts';

/** The practice's own code lists: where no NHG number is known to us. */
export const LOCAL = 'https://delinde.example/';
export const coding = (system: string, code: string, display?: string): Coding => ({
  system,
  code,
  ...(display === undefined ? {} : { display }),
});
export const concept = (...codings: Coding[]): CodeableConcept => ({ coding: codings });
export const HL7_CODES = 'http://terminology.hl7.org/CodeSystem/';

/** `geen retinopathie` becomes `geen-retinopathie`. */
export const slug = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]+/g, '-');

export interface Frame {
  readonly record: PatientRecord;
  readonly key: string;
  readonly patient: Reference<Patient>;
  /** With the patient's name beside it, as many systems write it. */
  readonly named: Reference<Patient>;
}

export const encounterId = (key: string, visit: number): string => `enc-${key}-${visit}`;
