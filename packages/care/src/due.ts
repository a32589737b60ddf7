/**
 * What is due for whom, over the full local record, so refusers are recalled too (R1). The answer holds days and
 * classes, never a value. It does not depend on today: age and "overdue" are computed on screen, and a quiet practice
 * sends the same bytes again (design 6, lists).
 */

import { addMonths, type LocalDate } from '@ketenkluis/base';
import type { Appointment, Encounter } from '@ketenkluis/fhir';
import { type CheckedDue, PARAMETERS, type ParameterId, PROGRAMMES, type ProgrammeId } from './catalogue.ts';
import { firstDay } from './facts.ts';
import { dateOf, isDone, isUsable, measurementsOf, meetsTarget } from './measured.ts';
import type { CareRecord, MeasurementRecord } from './records.ts';
import type { Selection } from './selection.ts';

/** `invalid`: the latest result cannot be read as a value; it is not the same as none. */
export type IndicatorClass = 'goal' | 'above' | 'below' | 'missing' | 'invalid';

export interface DueItem {
  readonly parameter: ParameterId;
  readonly last?: LocalDate;
  readonly due: LocalDate;
}

export interface DueInput {
  readonly programmes: readonly ProgrammeId[];
  /** Since when the patient takes part: what was never measured is due from then. */
  readonly since: LocalDate;
  readonly records: readonly CareRecord[];
  /** Days on which the patient was seen or spoken to. */
  readonly contacts: readonly LocalDate[];
}

export interface DueResult {
  readonly lastSeen?: LocalDate;
  readonly nextDue?: LocalDate;
  /** Earliest first. */
  readonly items: readonly DueItem[];
  /** Never recorded under a code we know, while not all codes are known: nobody can say whether it is due. */
  readonly unknown: readonly ParameterId[];
  readonly classes: Readonly<Partial<Record<ParameterId, IndicatorClass>>>;
}

/** The day of a contact that took place. */
export function contactDay(resource: Encounter | Appointment): LocalDate | undefined {
  if (resource.resourceType === 'Encounter') {
    const took = resource.status === 'finished' || resource.status === 'in-progress' || resource.status === 'onleave';
    return took ? firstDay(resource.period?.start) : undefined;
  }
  return resource.status === 'fulfilled' ? firstDay(resource.start) : undefined;
}

function lastOf(
  rule: CheckedDue,
  series: ReadonlyMap<ParameterId, readonly MeasurementRecord[]>,
): LocalDate | undefined {
  let last: LocalDate | undefined;
  for (const parameter of rule.anyOf ?? [rule.parameter]) {
    const found = series.get(parameter)?.find(isDone);
    const day = found === undefined ? undefined : dateOf(found);
    if (day !== undefined && (last === undefined || day > last)) last = day;
  }
  return last;
}

function classOf(
  newest: MeasurementRecord | undefined,
  target: (typeof PROGRAMMES)[ProgrammeId]['targets'][number],
): IndicatorClass {
  if (newest === undefined) return 'missing';
  if (!isUsable(newest) || newest.value === undefined) return 'invalid';
  const value = Number(newest.value);
  if (!Number.isFinite(value)) return 'invalid';
  if (meetsTarget(value, target)) return 'goal';
  return target.atLeast === undefined ? 'above' : 'below';
}

/** Two programmes that ask the same thing give one item, at the shorter interval. */
export function dueFor(input: DueInput, selection?: Selection): DueResult {
  const series = measurementsOf(input.records);
  const items = new Map<ParameterId, DueItem>();
  const unknown = new Set<ParameterId>();
  const classes: Partial<Record<ParameterId, IndicatorClass>> = {};
  for (const id of input.programmes) {
    for (const rule of PROGRAMMES[id].due) {
      const last = lastOf(rule, series);
      if (last === undefined && PARAMETERS[rule.parameter].unsourced !== undefined) {
        unknown.add(rule.parameter);
        continue;
      }
      const due = last === undefined ? input.since : addMonths(last, rule.everyMonths);
      const had = items.get(rule.parameter);
      if (had === undefined || due < had.due) {
        items.set(rule.parameter, { parameter: rule.parameter, ...(last === undefined ? {} : { last }), due });
      }
    }
    if (selection?.off.purposes.includes('indicators') === true) continue;
    for (const target of PROGRAMMES[id].targets) {
      const one = classOf(series.get(target.parameter)?.[0], target);
      // The stricter of two programmes speaks.
      if (classes[target.parameter] === undefined || classes[target.parameter] === 'goal')
        classes[target.parameter] = one;
    }
  }
  const sorted = [...items.values()].sort((a, b) =>
    a.due === b.due ? (a.parameter < b.parameter ? -1 : 1) : a.due < b.due ? -1 : 1,
  );
  const lastSeen = input.contacts.reduce<LocalDate | undefined>(
    (a, b) => (a === undefined || b > a ? b : a),
    undefined,
  );
  return {
    ...(lastSeen === undefined ? {} : { lastSeen }),
    ...(sorted[0] === undefined ? {} : { nextDue: sorted[0].due }),
    items: sorted,
    unknown: [...unknown].sort(),
    classes,
  };
}
