/** What is due is worked out here, from the days in the list: so a quiet practice need not send a new list daily. */

import { daysBetween, type LocalDate } from '@ketenkluis/base';
import type { DueItem, WorklistRow } from '../model.ts';

/** An item counts as "soon" when its day is at most this far away. */
export const SOON_DAYS = 30;

export type DueState = 'late' | 'soon' | 'later';
export interface Timed {
  readonly item: DueItem;
  readonly state: DueState;
  /** Days past its day; negative while it is still to come. */
  readonly late: number;
}

export function timed(item: DueItem, today: LocalDate): Timed {
  const late = daysBetween(item.due, today);
  return { item, state: late > 0 ? 'late' : -late <= SOON_DAYS ? 'soon' : 'later', late };
}

/** The longest overdue first, then what comes first. Items far away are left out. */
export function dueNow(items: readonly DueItem[], today: LocalDate): Timed[] {
  return items
    .map((item) => timed(item, today))
    .filter((one) => one.state !== 'later')
    .sort((a, b) => b.late - a.late);
}

/** One number to sort a list by: who waits longest comes highest; nothing due is -Infinity. */
export function urgency(now: readonly Timed[]): number {
  const first = now[0];
  if (!first) return Number.NEGATIVE_INFINITY;
  return first.late * 100 + now.filter((one) => one.state === 'late').length;
}

export interface Prepared {
  readonly row: WorklistRow;
  readonly now: readonly Timed[];
  readonly urgency: number;
  readonly needle: string;
  /** Family name first, as in the practice's own lists. */
  readonly sortName: string;
}

const fold = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase();

/** A birth date as people type it: 20-11-1950, 20111950 and 1950-11-20. */
const digits = (birth: string | null): string => {
  const parts = (birth ?? '').split('-').reverse();
  return `${parts.join('-')} ${parts.join('')} ${birth ?? ''}`;
};

/** Once per list: the work that sorting and searching would otherwise repeat for every key stroke. */
export const prepare = (rows: readonly WorklistRow[], today: LocalDate): Prepared[] =>
  rows.map((row) => {
    const now = dueNow(row.due, today);
    return {
      row,
      now,
      urgency: urgency(now),
      needle: `${fold(row.name)} ${digits(row.birthDate)}`,
      sortName: fold(row.name),
    };
  });

export type DueFilter = 'all' | 'late' | 'soon';
export interface Filter {
  readonly programme: string | null;
  readonly due: DueFilter;
  readonly search: string;
}

/** Every word of the search must occur: "jan 1950" finds a Jansen born in 1950. */
export function matches(one: Prepared, filter: Filter): boolean {
  const ofProgramme = (item: Timed) => filter.programme === null || item.item.programmes.includes(filter.programme);
  if (filter.programme !== null && !one.row.programmes.includes(filter.programme)) return false;
  if (filter.due !== 'all' && !one.now.some((item) => item.state === filter.due && ofProgramme(item))) return false;
  const words = fold(filter.search).split(/\s+/).filter(Boolean);
  return words.every((word) => one.needle.includes(word));
}
