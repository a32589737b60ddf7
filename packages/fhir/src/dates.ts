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

const PATTERN = /^\d{4}(?:-\d{2}(?:-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})?)?)?)?$/;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** 0 for a month that does not exist. */
function daysInMonth(year: number, month: number): number {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return leap ? 29 : (MONTH_DAYS[month - 1] ?? 0);
}

/** Two digits of a text that has the pattern. */
const two = (text: string, at: number): number => (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48;
const yearOf = (text: string): number => two(text, 0) * 100 + two(text, 2);

/** Where the zone begins; the length of the text when it has none. */
function zoneAt(text: string): number {
  if (text.endsWith('Z')) return text.length - 1;
  const sign = text.charAt(text.length - 6);
  return text.length > 16 && (sign === '+' || sign === '-') ? text.length - 6 : text.length;
}

// No capturing and no parts: this runs for every date of every record that is looked at.
function faultOf(text: unknown): DateFault | undefined {
  if (typeof text !== 'string') return 'not-a-date';
  if (!PATTERN.test(text)) return text.includes('${') ? 'date-placeholder' : 'not-a-date';
  const year = yearOf(text);
  if (year === 0) return 'no-such-day';
  if (text.length === 4) return undefined;
  const last = daysInMonth(year, two(text, 5));
  if (last === 0) return 'no-such-day';
  if (text.length === 7) return undefined;
  const day = two(text, 8);
  if (day === 0 || day > last) return 'no-such-day';
  if (text.length === 10) return undefined;
  const zone = zoneAt(text);
  if (two(text, 11) > 23 || two(text, 14) > 59 || (text.charAt(16) === ':' && two(text, 17) > 60)) return 'not-a-date';
  if (zone + 1 < text.length && (two(text, zone + 1) > 14 || two(text, zone + 4) > 59)) return 'not-a-date';
  return undefined;
}

// A record's date is asked for several times in a row: by the shape, the window, the minimiser.
let lastText = '2000';
let lastFault: DateFault | undefined;

/** The fault of a date text, without working out its day; undefined when it is good. */
export function dateFault(text: unknown): DateFault | undefined {
  if (typeof text !== 'string') return 'not-a-date';
  if (text !== lastText) {
    lastFault = faultOf(text);
    lastText = text;
  }
  return lastFault;
}

/** Reads any FHIR date text; a fault is named, never guessed around. */
export function fhirDate(text: unknown): DateResult {
  const fault = dateFault(text);
  if (fault !== undefined) return { fault };
  const date = String(text);
  if (date.length === 4) return { from: `${date}-01-01` as LocalDate, to: `${date}-12-31` as LocalDate };
  if (date.length === 7) {
    return { from: `${date}-01` as LocalDate, to: `${date}-${daysInMonth(yearOf(date), two(date, 5))}` as LocalDate };
  }
  const plain = date.slice(0, 10) as LocalDate;
  const zone = zoneAt(date);
  // A time without a zone is not FHIR, but its day is plain. Date.UTC reads years below 100 as 19xx.
  if (date.length === 10 || zone === date.length || yearOf(date) < 100) return { from: plain, to: plain };
  const sign = date.charAt(zone) === '-' ? -1 : 1;
  const offset = date.charAt(zone) === 'Z' ? 0 : sign * (two(date, zone + 1) * 60 + two(date, zone + 4));
  const minutes = two(date, 11) * 60 + two(date, 14) - offset;
  // Amsterdam was never behind UTC nor more than two hours ahead: until 22:00 UTC it is the same day there.
  if (minutes >= 0 && minutes < 22 * 60) return { from: plain, to: plain };
  const on = localDate(instant(Date.UTC(yearOf(date), two(date, 5) - 1, two(date, 8), 0, minutes)));
  return { from: on, to: on };
}
