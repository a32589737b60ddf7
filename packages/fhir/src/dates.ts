/**
 * FHIR date, dateTime and instant (R4 datatypes) as an interval of calendar days in the Netherlands.
 * `2019` is 2019-01-01 up to and including 2019-12-31; an instant falls on its day in Europe/Amsterdam.
 */

import { DAY, instant, type LocalDate, localDate } from '@ketenkluis/base';

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

function daysInMonth(year: number, month: number): number {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return leap ? 29 : (MONTH_DAYS[month - 1] ?? 0);
}

const fault = (code: DateFault): DateResult => ({ fault: code });

/** Day in Amsterdam of a point in time. Its offset to UTC was never below 0 nor above 2 hours, so only the end of a UTC day asks the calendar. */
function dayOf(milliseconds: number): LocalDate {
  const time = ((milliseconds % DAY) + DAY) % DAY;
  if (time < 22 * 3_600_000) return new Date(milliseconds - time).toISOString().slice(0, 10) as LocalDate;
  return localDate(instant(milliseconds));
}

/** Reads any FHIR date text; a fault is named, never guessed around. */
export function fhirDate(text: unknown): DateResult {
  if (typeof text !== 'string') return fault('not-a-date');
  if (text.includes('${')) return fault('date-placeholder');
  const match = PATTERN.exec(text);
  if (match === null) return fault('not-a-date');
  const [, yearText, monthText, dayText, hour, minute, second, zone] = match;
  const year = Number(yearText);
  if (year === 0) return fault('no-such-day');
  if (monthText === undefined) {
    return { from: `${yearText}-01-01` as LocalDate, to: `${yearText}-12-31` as LocalDate };
  }
  const month = Number(monthText);
  if (month < 1 || month > 12) return fault('no-such-day');
  const last = daysInMonth(year, month);
  if (dayText === undefined) {
    return { from: `${yearText}-${monthText}-01` as LocalDate, to: `${yearText}-${monthText}-${last}` as LocalDate };
  }
  const day = Number(dayText);
  if (day < 1 || day > last) return fault('no-such-day');
  const plain = `${yearText}-${monthText}-${dayText}` as LocalDate;
  if (hour === undefined) return { from: plain, to: plain };
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 60) return fault('not-a-date');
  // A time without zone is not FHIR, but its day is plain.
  if (zone === undefined) return { from: plain, to: plain };
  const sign = zone[0] === '-' ? -1 : 1;
  const offset = zone === 'Z' ? 0 : sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6)));
  if (Math.abs(offset) > 14 * 60) return fault('not-a-date');
  const at = Date.UTC(year, month - 1, day, Number(hour), Number(minute) - offset, Number(second ?? 0));
  // Date.UTC reads years below 100 as 19xx; no record is that old.
  const on = year < 100 ? plain : dayOf(at);
  return { from: on, to: on };
}
