/**
 * FHIR date, dateTime and instant (R4 datatypes) as an interval of calendar days in the Netherlands.
 * `2019` is 2019-01-01 up to and including 2019-12-31; an instant falls on its day in Europe/Amsterdam.
 */

import { instant, type LocalDate, localDate } from '@ketenkluis/base';

/** First and last day, both included. */
export interface DateInterval {
  readonly from: LocalDate;
  readonly to: LocalDate;
}

export type DateFault = 'not-a-date' | 'no-such-day' | 'date-placeholder';
export type DateResult = DateInterval | { readonly fault: DateFault };

export const isDateFault = (result: DateResult): result is { readonly fault: DateFault } => 'fault' in result;

const PATTERN =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** 0 for a month that does not exist. */
function daysInMonth(year: number, month: number): number {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return leap ? 29 : (MONTH_DAYS[month - 1] ?? 0);
}

/** The parts of a FHIR date text whose day exists. */
function partsOf(text: unknown): RegExpExecArray | DateFault {
  if (typeof text !== 'string') return 'not-a-date';
  const match = PATTERN.exec(text);
  if (match === null) return text.includes('${') ? 'date-placeholder' : 'not-a-date';
  const [, year, month, day, hour, minute, second, zone] = match;
  if (year === '0000') return 'no-such-day';
  if (month !== undefined) {
    const last = daysInMonth(Number(year), Number(month));
    if (last === 0 || (day !== undefined && (day === '00' || Number(day) > last))) return 'no-such-day';
  }
  if (hour !== undefined) {
    if (Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 60) return 'not-a-date';
    if (zone !== undefined && zone !== 'Z' && (Number(zone.slice(1, 3)) > 14 || Number(zone.slice(4)) > 59))
      return 'not-a-date';
  }
  return match;
}

// A record's date is asked for several times in a row: by the shape, the window, the minimiser.
let lastText: unknown;
let lastParts: RegExpExecArray | DateFault = 'not-a-date';
function parts(text: unknown): RegExpExecArray | DateFault {
  if (text !== lastText || text === undefined) {
    lastParts = partsOf(text);
    lastText = text;
  }
  return lastParts;
}

/** The fault of a date text, without working out its day; undefined when it is good. */
export function dateFault(text: unknown): DateFault | undefined {
  const found = parts(text);
  return typeof found === 'string' ? found : undefined;
}

/** Reads any FHIR date text; a fault is named, never guessed around. */
export function fhirDate(text: unknown): DateResult {
  const found = parts(text);
  if (typeof found === 'string') return { fault: found };
  const [, year, month, day, hour, minute, second, zone] = found;
  if (month === undefined) return { from: `${year}-01-01` as LocalDate, to: `${year}-12-31` as LocalDate };
  if (day === undefined) {
    const last = daysInMonth(Number(year), Number(month));
    return { from: `${year}-${month}-01` as LocalDate, to: `${year}-${month}-${last}` as LocalDate };
  }
  const plain = `${year}-${month}-${day}` as LocalDate;
  // A time without a zone is not FHIR, but its day is plain. Date.UTC reads years below 100 as 19xx.
  if (hour === undefined || zone === undefined || Number(year) < 100) return { from: plain, to: plain };
  const sign = zone[0] === '-' ? -1 : 1;
  const offset = zone === 'Z' ? 0 : sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4)));
  const minutes = Number(hour) * 60 + Number(minute) - offset;
  // Amsterdam was never behind UTC nor more than two hours ahead: until 22:00 UTC it is the same day there.
  if (minutes >= 0 && minutes < 22 * 60) return { from: plain, to: plain };
  const on = localDate(
    instant(Date.UTC(Number(year), Number(month) - 1, Number(day), 0, minutes, Number(second ?? 0))),
  );
  return { from: on, to: on };
}
