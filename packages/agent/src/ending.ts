/** A patient of whom nothing is known yet, and the end of an enrolment (docs/spec/register.md). */

import { addDays, DAY, type Instant, type LocalDate, localDate, plus } from '@ketenkluis/base';
import type { EndReason, PatientRecord, Register } from './register.ts';

/**
 * Within this the copy of whoever ended is gone, keys and shares with it (R4; AVG 5(1)(e), 17: without undue delay). An end that comes to
 * the vault takes it in the transaction of its line; what the register alone knows waits for a sync, so that one runs every day.
 */
export const ENDED_WITHIN = DAY;

/** Ends whose copy still stands, of a day that has been over for that long. */
export const endedLate = ({ patients }: Pick<Register, 'patients'>, now: Instant): number =>
  Object.values(patients).filter(
    ({ enrolment }) =>
      enrolment?.state === 'ended' &&
      !enrolment.removed &&
      addDays(enrolment.since, 1) <= localDate(plus(now, -ENDED_WITHIN)),
  ).length;

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
