/** Which measurement of a parameter counts: the latest day, and on that day the best code (NHG order of preference). */

import type { LocalDate } from '@ketenkluis/base';
import { type CheckedTarget, PARAMETERS, type ParameterId } from './catalogue.ts';
import { firstDay } from './facts.ts';
import type { CareRecord, MeasurementRecord } from './records.ts';

export const isMeasurement = (record: CareRecord): record is MeasurementRecord => record.kind === 'measurement';

/** Something was measured that can be read: a plausible number in the Dutch unit, or a coded answer. */
export const isUsable = (record: MeasurementRecord): boolean =>
  record.mark === undefined && (record.value !== undefined || record.answer !== undefined);

/** Enough to say that it was done on that day: an answer in words counts, a number nobody can read does not. */
export const isDone = (record: MeasurementRecord): boolean => isUsable(record) || record.mark === 'no-code';

function rankOf(record: MeasurementRecord): number {
  const at = PARAMETERS[record.parameter].codes.findIndex((one) => one.code === record.code);
  return at === -1 ? Number.MAX_SAFE_INTEGER : at;
}

const said = (record: MeasurementRecord): string =>
  record.value ?? record.original?.value ?? record.answer?.join() ?? '';

/**
 * Newest first; on one day what can be read before what cannot, then the preferred code. What is still alike is ordered
 * by its text, so that the order of a file decides nothing.
 */
const byPreference = (a: MeasurementRecord, b: MeasurementRecord): number => {
  if (a.date !== b.date) return a.date < b.date ? 1 : -1;
  const usable = Number(isUsable(b)) - Number(isUsable(a));
  return usable || rankOf(a) - rankOf(b) || (said(a) < said(b) ? -1 : said(a) > said(b) ? 1 : 0);
};

/** All measurements by parameter, in order of preference. */
export function measurementsOf(records: readonly CareRecord[]): Map<ParameterId, MeasurementRecord[]> {
  const series = new Map<ParameterId, MeasurementRecord[]>();
  for (const record of records) {
    if (!isMeasurement(record)) continue;
    const one = series.get(record.parameter);
    if (one === undefined) series.set(record.parameter, [record]);
    else one.push(record);
  }
  for (const one of series.values()) one.sort(byPreference);
  return series;
}

export function dateOf(record: MeasurementRecord): LocalDate | undefined {
  return firstDay(record.date);
}

/** Within the bound of the programme's target. */
export function meetsTarget(value: number, target: CheckedTarget): boolean {
  if (target.below !== undefined) return value < target.below;
  if (target.atMost !== undefined) return value <= target.atMost;
  return target.atLeast !== undefined && value >= target.atLeast;
}
