/** Days, moments and numbers as people in a Dutch practice write them. Partial dates (`2019`, `2019-05`) stay partial. */

import { addDays, ageOn, HOUR, type Instant, instant, type LocalDate, localDate } from '@ketenkluis/base';
import type { Language } from '../i18n/index.ts';

const LOCALE = { nl: 'nl-NL', en: 'en-GB' } as const;
const ZONE = 'Europe/Amsterdam';

const cache = new Map<string, Intl.DateTimeFormat>();
function formatter(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language}${JSON.stringify(options)}`;
  const known = cache.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat(LOCALE[language], options);
  cache.set(key, made);
  return made;
}

/** `2026-11-20` -> "20 nov 2026"; `2026-11` -> "nov 2026"; `2026` -> "2026"; anything else as it came. */
export function day(value: LocalDate | string, language: Language): string {
  const match = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?/.exec(value);
  if (!match) return value;
  const [, year, month, date] = match;
  if (month === undefined) return year!;
  const at = new Date(`${year}-${month}-${date ?? '01'}T12:00:00Z`);
  if (Number.isNaN(at.getTime())) return value;
  const text = formatter(language, {
    timeZone: 'UTC',
    year: 'numeric',
    month: 'short',
    ...(date === undefined ? {} : { day: 'numeric' }),
  }).format(at);
  return text.replace('.', '');
}

/** Short for columns: `20-11-2026` (nl) or `20/11/2026` (en); what is not known is left out. */
export const shortDay = (value: string, language: Language): string =>
  value
    .split('-')
    .reverse()
    .join(language === 'nl' ? '-' : '/');

/** "ma", "Mon". */
export const weekday = (value: LocalDate, language: Language): string =>
  formatter(language, { timeZone: 'UTC', weekday: 'short' }).format(new Date(`${value}T12:00:00Z`));

/** Whole years; of a birth year or month alone the age on its first day, marked as not exact. */
export function age(
  birth: string | null,
  today: LocalDate,
): { readonly years: number; readonly exact: boolean } | null {
  const match = /^(\d{4})(-\d{2})?(-\d{2})?$/.exec(birth ?? '');
  if (!match) return null;
  const whole = `${match[1]}${match[2] ?? '-01'}${match[3] ?? '-01'}` as LocalDate;
  return { years: ageOn(whole, today), exact: match[3] !== undefined };
}

/** "20 nov 2026, 23:10" in Amsterdam. */
export const moment = (at: Instant, language: Language): string =>
  formatter(language, {
    timeZone: ZONE,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  })
    .format(new Date(at))
    .replace('.', '')
    .replace(/,? om /, ', ');

/** "zaterdag 21 november 2026", for a letter. */
export const longDay = (value: LocalDate, language: Language): string =>
  formatter(language, { timeZone: 'UTC', weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(
    new Date(`${value}T12:00:00Z`),
  );
/** "zaterdag 21 november 2026 om 09:12" in Amsterdam. */
export const longMoment = (at: Instant, language: Language): string =>
  `${longDay(localDate(at), language)} ${language === 'nl' ? 'om' : 'at'} ${formatter(language, {
    ...{ timeZone: ZONE, hour: '2-digit', minute: '2-digit' },
  }).format(new Date(at))}`;

export interface Near {
  readonly key: 'today' | 'yesterday' | 'tomorrow' | null;
  readonly text: string;
}

/** Today, yesterday and tomorrow as a key for the words; every other day written out. */
export function nearDay(value: LocalDate, today: LocalDate, language: Language): Near {
  const key =
    value === today
      ? 'today'
      : value === addDays(today, -1)
        ? 'yesterday'
        : value === addDays(today, 1)
          ? 'tomorrow'
          : null;
  return { key, text: day(value, language) };
}

/** Decimal comma in Dutch, at most two decimals, no grouping below 10,000. */
export const number = (value: number, language: Language): string =>
  new Intl.NumberFormat(LOCALE[language], {
    maximumFractionDigits: 2,
    useGrouping: Math.abs(value) >= 10_000,
  }).format(value);

/** UCUM codes as people read them. */
const UNITS: Readonly<Record<string, string>> = {
  'mm[Hg]': 'mmHg',
  'mL/min/{1.73_m2}': 'ml/min/1,73 m²',
  'mL/min': 'ml/min',
  'kg/m2': 'kg/m²',
  'umol/L': 'µmol/l',
  'mmol/L': 'mmol/l',
  '{score}': 'punten',
  '1': '',
};
export const unit = (code: string | null): string => {
  if (code === null) return '';
  const known = UNITS[code];
  return known ?? code.replace(/\{[^}]*\}/g, '').replace(/\/L\b/, '/l');
};

export function bytes(count: number, language: Language): string {
  const steps = ['B', 'KB', 'MB', 'GB'] as const;
  let value = count;
  let step = 0;
  while (value >= 1000 && step < steps.length - 1) {
    value /= 1000;
    step++;
  }
  return `${number(Math.round(value * 10) / 10, language)} ${steps[step]}`;
}

export type Span = readonly ['days' | 'weeks' | 'months', number];
/** A length of time as people say it: days up to two weeks, weeks up to ten, then months. */
export const span = (days: number): Span =>
  days < 14 ? ['days', days] : days < 70 ? ['weeks', Math.floor(days / 7)] : ['months', Math.floor(days / 30.44)];

/** The last whole minute of a day in Amsterdam (`YYYY-MM-DD`), summer and winter. */
export function endOfDay(value: string): Instant {
  const utc = Date.parse(`${value}T23:59:00Z`);
  // One or two hours before UTC; the one on which it is still that day.
  const summer = instant(utc - 2 * HOUR);
  const winter = instant(utc - HOUR);
  return localDate(winter) === value ? winter : summer;
}
