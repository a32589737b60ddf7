/** A patient of whom nothing is known yet, and the end of an enrolment (docs/spec/register.md). */

import type { LocalDate } from '@ketenkluis/base';
import type { EndReason, PatientRecord, Register } from './register.ts';

export const emptyPatient = (): PatientRecord => ({ participations: [], notices: [], enrolment: null, live: null });

/** Ends an enrolment or writes down a refusal; the next sync takes the copy away. Who was never enrolled is remembered as refusing. */
export function endEnrolment(register: Register, patient: string, reason: EndReason, since: LocalDate): void {
  const record = register.patients[patient] ?? emptyPatient();
  register.patients[patient] = record;
  const { enrolment } = record;
  if (enrolment?.state === 'enrolled') {
    record.enrolment = { state: 'ended', since, reason, ids: enrolment.ids, removed: record.live === null };
  } else if (enrolment === null && reason === 'refused') {
    record.enrolment = { state: 'refused', since };
  }
}
