/** What a chart says in words, and where a value stands against its target. */

import type { Reading, Series, Target } from '../model.ts';

export type Standing = 'within' | 'above' | 'below';

export function standing(value: number, target: Target | null): Standing | null {
  if (!target || (target.low === null && target.high === null)) return null;
  if (target.high !== null && value > target.high) return 'above';
  if (target.low !== null && value < target.low) return 'below';
  return 'within';
}

export type Drawn = Reading & { readonly value: number };
export const drawable = (reading: Reading): reading is Drawn => reading.drawn && reading.value !== null;

/** Was anything ever measured here as a number, readable or not? */
export const isNumeric = (series: Series): boolean =>
  series.unit !== null || series.readings.some((one) => one.value !== null);

export interface Summary {
  readonly count: number;
  readonly first: Reading;
  readonly last: Drawn;
  readonly previous: Drawn | null;
  readonly min: number;
  readonly max: number;
}

export function summary(series: Series): Summary | null {
  const drawn = series.readings.filter(drawable);
  const last = drawn.at(-1);
  if (!last) return null;
  const values = drawn.map((reading) => reading.value);
  return {
    count: drawn.length,
    first: drawn[0]!,
    last,
    previous: drawn.at(-2) ?? null,
    min: Math.min(...values),
    max: Math.max(...values),
  };
}

/**
 * What has a target first, each half in the order of a control visit (the order given): the same place for every patient
 * of a programme, so that the eye finds it.
 */
export const inOrder = (series: readonly Series[]): Series[] => [
  ...series.filter((one) => one.target !== null),
  ...series.filter((one) => one.target === null),
];

/** Room above and below values and target; a small wobble must not look like a mountain. */
export function scale(values: readonly number[], target: Target | null): [number, number] {
  const all = [...values, ...[target?.low, target?.high].filter((one) => typeof one === 'number')];
  const min = Math.min(...all);
  const max = Math.max(...all);
  const room = (max - min) * 0.15;
  const least = Math.max(Math.abs(max), Math.abs(min)) * 0.12 || 1;
  const short = Math.max(0, least - (max - min) - 2 * room) / 2;
  return [min - room - short, max + room + short];
}
