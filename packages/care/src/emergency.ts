/**
 * The emergency summary: a copy on purpose. Break-glass opens this one small scope and no other, so an emergency look
 * shows today's problems, medicines in use, allergies and the latest kidney function, not five years of everything, and
 * re-sealing afterwards is one pack (R21).
 */

import { addMonths, type LocalDate } from '@ketenkluis/base';
import { MEDICATION_GROUPS, PARAMETERS, SCOPES } from './catalogue.ts';
import { firstDay } from './facts.ts';
import { isMeasurement, isUsable, measurementsOf } from './measured.ts';
import type { CareRecord, MedicationRecord } from './records.ts';
import type { Selection } from './selection.ts';

/** An order without an end counts as in use for this long after it was written; our choice. */
const IN_USE_MONTHS = 15;

/** In use on the day, as far as the source tells. */
export function isInUse(record: MedicationRecord, asOf: LocalDate): boolean {
  const end = firstDay(record.end);
  if (end !== undefined) return end >= asOf;
  if (record.openEnd === true) return true;
  if (record.status === 'stopped' || record.status === 'completed') return false;
  const start = firstDay(record.start);
  return start === undefined || start >= addMonths(asOf, -IN_USE_MONTHS);
}

/** From the records of all other scopes of one patient; empty when the owner switched emergencies off. */
export function emergencySummary(records: readonly CareRecord[], asOf: LocalDate, selection: Selection): CareRecord[] {
  if (selection.off.purposes.includes('emergency')) return [];
  const fields = new Set(SCOPES.emergency.fields);
  const kept = records.filter((record) => {
    if (record.kind === 'medication') return fields.has(MEDICATION_GROUPS[record.group].field) && isInUse(record, asOf);
    return record.kind === 'identity' || record.kind === 'problem' || record.kind === 'allergy';
  });
  const kidney = [...measurementsOf(records.filter(isMeasurement))]
    .filter(([parameter]) => fields.has(PARAMETERS[parameter].field))
    .flatMap(([, series]) => series.find(isUsable) ?? []);
  return [...kept, ...kidney];
}
