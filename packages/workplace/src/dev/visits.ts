/** Patients who come to be measured today: the assistant may open more of them, on the ground of the appointment. */

import { addDays, dayStart, type LocalDate } from '@ketenkluis/base';
import { fieldsInScope, type ProgrammeId, SCOPES, type ScopeId } from '@ketenkluis/care';
import type { Ground } from '../model.ts';
import { dice, type Invented, madeId } from './people.ts';

/** What a measuring appointment opens. */
export const measured = (programmes: readonly ProgrammeId[]): ScopeId[] =>
  (Object.keys(SCOPES) as ScopeId[]).filter(
    (scope) => !SCOPES[scope].copy && fieldsInScope(scope, programmes).includes('blood-pressure'),
  );

/** The first patients with diabetes: two today, one tomorrow. */
export function withVisits(people: readonly Invented[], today: LocalDate): Invented[] {
  const roll = dice(23);
  const days = [today, addDays(today, 1), today];
  return people.map((one) => {
    const day = one.row.programmes.includes('diabetes') ? days.shift() : undefined;
    if (day === undefined) return one;
    const handles = measured(one.row.programmes).map((scope) => ({ scope, handle: madeId('handle', roll) }));
    const facts = [madeId('fact', roll)];
    const visit = { from: dayStart(day), until: dayStart(addDays(day, 2)), handles, facts };
    return { ...one, row: { ...one.row, visits: [visit] } };
  });
}

export const groundOf = (one: Invented): Ground[] =>
  (one.row.visits ?? []).map(({ from, until }) => ({ kind: 'appointment', from, until }));
