/** A practice's records with a new measurement for some patients: copies of the files, lines added at the end of one. */

import { appendFileSync, cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalDate } from '@ketenkluis/base';

/** Systolic blood pressure, with LOINC. */
const measurement = (patient: string, day: LocalDate, number: number) => ({
  resourceType: 'Observation',
  id: `bench-${number}`,
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '8480-6' }] },
  subject: { reference: `Patient/${patient}` },
  effectiveDateTime: day,
  valueQuantity: { value: 128 + (number % 20), unit: 'mm[Hg]', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' },
});

/** Copies `from` to `to` and gives each of these patients one measurement on this day. */
export function withNewMeasurements(from: string, to: string, patients: readonly string[], day: LocalDate): void {
  cpSync(from, to, { recursive: true });
  const file = join(to, 'Observation.ndjson');
  const last = readFileSync(file).at(-1);
  const lines = patients.map((patient, number) => JSON.stringify(measurement(patient, day, number)));
  appendFileSync(file, `${last === 10 ? '' : '\n'}${lines.join('\n')}\n`);
}
