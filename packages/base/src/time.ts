/** Two kinds of time that cannot be mixed up: an instant (UTC) and a calendar day in the Netherlands. */

import { baseError } from './errors.ts';

declare const brand: unique symbol;
/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number & { readonly [brand]: 'Instant' };
/** `YYYY-MM-DD` in Europe/Amsterdam; compares as text. */
export type LocalDate = string & { readonly [brand]: 'LocalDate' };

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export function instant(milliseconds: number): Instant {
  if (!Number.isSafeInteger(milliseconds)) throw baseError('bad-time', 'an instant is whole milliseconds');
  return milliseconds as Instant;
}

export const plus = (at: Instant, milliseconds: number): Instant => instant(at + milliseconds);
export const isoInstant = (at: Instant): string => new Date(at).toISOString();

const amsterdam = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Europe/Amsterdam',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});

/** The calendar day in Amsterdam at this instant. */
export const localDate = (at: Instant): LocalDate => amsterdam.format(at) as LocalDate;

/** The first instant of a day in Amsterdam; the clock never changes at midnight there. */
export const dayStart = (day: LocalDate): Instant =>
  [2, 1].map((hours) => instant(Date.parse(`${day}T00:00:00Z`) - hours * HOUR)).find((at) => localDate(at) === day)!;

/** Accepts a real calendar day only: 2020-02-30 is `base/bad-time`. */
export function parseLocalDate(text: string): LocalDate {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  const date = match ? new Date(`${text}T00:00:00Z`) : undefined;
  if (!date || Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== text) {
    throw baseError('bad-time', 'expected a real day as YYYY-MM-DD');
  }
  return text as LocalDate;
}

/** Whole days from a to b; negative when b is earlier. */
export const daysBetween = (a: LocalDate, b: LocalDate): number =>
  Math.round((Date.parse(`${b}T00:00:00Z`) - Date.parse(`${a}T00:00:00Z`)) / DAY);

export const addDays = (day: LocalDate, days: number): LocalDate =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10) as LocalDate;

/** Adds calendar months; a day past the month's end becomes its last day. */
export function addMonths(day: LocalDate, months: number): LocalDate {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number];
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + months, Math.min(date, last))).toISOString().slice(0, 10) as LocalDate;
}

/** Whole years of age on a day; someone born on 29 February ages on 1 March. */
export function ageOn(birth: LocalDate, day: LocalDate): number {
  const years = Number(day.slice(0, 4)) - Number(birth.slice(0, 4));
  return day.slice(5) < birth.slice(5) ? years - 1 : years;
}
