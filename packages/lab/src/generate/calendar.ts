/** Whole days since 1970-01-01 and the clock of a Dutch practice, without Intl: its tables differ per machine. */

import { DAY, type LocalDate } from '@ketenkluis/base';

export type Day = number;

export const toDay = (text: string): Day => Math.round(Date.parse(`${text.slice(0, 10)}T00:00:00Z`) / DAY);
const cache = new Map<Day, LocalDate>();

export function isoDay(day: Day): LocalDate {
  const known = cache.get(day);
  if (known !== undefined) return known;
  const text = new Date(day * DAY).toISOString().slice(0, 10) as LocalDate;
  if (cache.size < 60_000) cache.set(day, text);
  return text;
}

/** 0 = Sunday. */
export const weekday = (day: Day): number => (((day + 4) % 7) + 7) % 7;
export const yearOf = (day: Day): number => Number(isoDay(day).slice(0, 4));
const lastSunday = (year: number, month: number): Day => {
  const last = toDay(`${year}-${month < 10 ? '0' : ''}${month}-31`);
  return last - weekday(last);
};

/** Offset of Europe/Amsterdam in office hours: EU summer time, last Sunday of March to last Sunday of October. */
function offset(day: Day): string {
  const year = yearOf(day);
  return day >= lastSunday(year, 3) && day < lastSunday(year, 10) ? '+02:00' : '+01:00';
}

const two = (value: number): string => (value < 10 ? `0${value}` : String(value));

/** `minute` counts from midnight. */
export const dateTime = (day: Day, minute: number): string =>
  `${isoDay(day)}T${two(Math.floor(minute / 60))}:${two(minute % 60)}:00${offset(day)}`;

const CLOSED = new Set(['01-01', '04-27', '12-25', '12-26']);

/** The day itself, or the first one after it on which the practice is open. */
export function openDay(day: Day): Day {
  let at = day;
  while (weekday(at) === 0 || weekday(at) === 6 || CLOSED.has(isoDay(at).slice(5))) at++;
  return at;
}

export function ageAt(birth: Day, day: Day): number {
  const from = isoDay(birth);
  const to = isoDay(day);
  const years = Number(to.slice(0, 4)) - Number(from.slice(0, 4));
  return to.slice(5) < from.slice(5) ? years - 1 : years;
}

/** 13-05-2024, as it stands in a Dutch letter. */
export function dutchDay(day: Day): string {
  const [year, month, date] = isoDay(day).split('-');
  return `${date}-${month}-${year}`;
}
