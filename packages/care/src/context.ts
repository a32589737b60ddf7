/** What the parts of the minimiser share. */

import { addMonths, type LocalDate } from '@ketenkluis/base';
import type { Medication, Units } from '@ketenkluis/fhir';
import type { FieldId, ProgrammeId } from './catalogue.ts';
import { firstDay } from './facts.ts';
import type { CareRecord, DayText } from './records.ts';
import type { Selection, Years } from './selection.ts';

export interface MinimiseContext {
  readonly selection: Selection;
  /** The programmes this patient takes part in; none of them: nothing passes. */
  readonly programmes: readonly ProgrammeId[];
  readonly asOf: LocalDate;
  readonly units: Units;
  /** Finds a Medication by its reference text, where the source keeps them apart. */
  readonly medication?: (reference: string) => Medication | undefined;
}

/** What a part of the minimiser found: the field decides the scope, `leaves` were taken from the source. */
export interface Found {
  readonly field: FieldId;
  readonly records: readonly CareRecord[];
  readonly leaves: number;
}

/** The longest look-back among the patient's programmes; undefined when none of them lists it. */
export function yearsFor(years: Years, programmes: readonly ProgrammeId[]): number | undefined {
  let longest: number | undefined;
  for (const id of programmes) {
    const one = years[id];
    if (one !== undefined && (longest === undefined || one > longest)) longest = one;
  }
  return longest;
}

export const listedFor = (listed: readonly ProgrammeId[], programmes: readonly ProgrammeId[]): boolean =>
  listed.some((id) => programmes.includes(id));

const firstDays = new Map<string, LocalDate>();

/** First day of the look-back. Remembered, because a whole reading asks for the same few. */
export function since(asOf: LocalDate, years: number): LocalDate {
  const name = `${asOf} ${years}`;
  let day = firstDays.get(name);
  if (day === undefined) {
    day = addMonths(asOf, -12 * years);
    if (firstDays.size < 100) firstDays.set(name, day);
  }
  return day;
}

/** As exact as the source: a year and a month stay one, a time becomes its Dutch day. */
export const dayText = (text: unknown): DayText | undefined => asExact(text, firstDay(text));

/** The same for a text whose first day is known already. */
export const asExact = (text: unknown, day: LocalDate | undefined): DayText | undefined =>
  day !== undefined && typeof text === 'string' && (text.length === 4 || text.length === 7) ? text : day;

/** A file may hold anything where a list is meant. */
export const list = <T>(value: readonly T[] | undefined): readonly T[] => (Array.isArray(value) ? value : []);
