/** What speaks against a look, each a count or a comparison that a log officer can make again by hand. */

import { type Matched, nearness, windowOf } from './match.ts';
import { BOUNDS, ENDS, FEATURES, type Feature } from './rules.ts';
import type { Table } from './table.ts';
import type { ReviewInput } from './types.ts';

export const bitOf = Object.fromEntries(FEATURES.map((feature, i) => [feature, 1 << i])) as Record<Feature, number>;

/** What is known of a look before anything explains it: who is whose, the hour, what was taken along. */
export function plainBits(table: Table): Uint32Array {
  const bits = new Uint32Array(table.count);
  relations(table, bits);
  hours(table, bits);
  return bits;
}

export interface Features {
  /** One bit per feature, in the order of `FEATURES`. */
  readonly bits: Uint32Array;
  /** People without a strong reason around this look on this dossier. */
  readonly crowd: Int32Array;
  /** Days without any reason, this one included, by this person on this dossier. */
  readonly repeats: Int32Array;
  /** Dossiers this day, and of these without any reason. */
  readonly dossiers: Int32Array;
  readonly unexplained: Int32Array;
  /** Median day of the person and of the role. */
  readonly usual: Int32Array;
  readonly usualOfRole: Int32Array;
  /** Files of the day of which the looker said why; 0 where nothing was said. */
  readonly declared: Int32Array;
  /** Files of these weeks that rest on their word alone. */
  readonly alone: Int32Array;
}

/** Lower of the two in the middle; 0 of none. */
export function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[(values.length - 1) >> 1] ?? 0;
}

/** How many dossiers bear each surname. */
export function bearersOf(input: ReviewInput): ReadonlyMap<string, number> {
  const bearers = new Map<string, number>();
  for (const { surnames } of input.subjects) {
    for (const name of new Set(surnames)) bearers.set(name, (bearers.get(name) ?? 0) + 1);
  }
  return bearers;
}

export const isRare = (bearers: number, dossiers: number): boolean =>
  bearers <= Math.max(1, Math.floor(dossiers / BOUNDS.rareSurname));

function relations(table: Table, bits: Uint32Array): void {
  const bearers = bearersOf(table.input);
  const dossiers = table.input.subjects.length;
  for (let i = 0; i < table.count; i++) {
    const subject = table.subjects[table.dossier[i]!];
    if (subject === undefined) continue;
    let found = subject.vip ? bitOf.vip : 0;
    const { person } = table.input.looks[i]!;
    if (subject.colleague === person) {
      bits[i]! |= found | bitOf['own-file'];
      continue;
    }
    if (subject.colleague !== null) found |= bitOf.colleague;
    const looker = table.colleagues[table.person[i]!];
    if (looker !== undefined) {
      if (looker.home !== null && looker.home === subject.home) found |= bitOf['same-home'];
      else if (looker.street !== null && looker.street === subject.street) found |= bitOf['same-street'];
      const shared = looker.surnames.filter((name) => subject.surnames.includes(name));
      if (shared.length > 0) {
        const rare = shared.some((name) => isRare(bearers.get(name) ?? 0, dossiers));
        found |= rare ? bitOf['same-surname'] : bitOf['common-surname'];
      }
    }
    bits[i]! |= found;
  }
}

function hours(table: Table, bits: Uint32Array): void {
  const { night, open } = BOUNDS;
  for (let i = 0; i < table.count; i++) {
    const hour = table.hour[i]!;
    // Day 0 was a Thursday.
    const weekend = (((table.day[i]! + 3) % 7) + 7) % 7 >= 5;
    if (hour >= night.from || hour < night.until) bits[i]! |= bitOf.night;
    else if (weekend || hour < open.from || hour >= open.until) bits[i]! |= bitOf['off-hours'];
    const { action } = table.input.looks[i]!;
    if (action === 'print' || action === 'export' || action === 'copy') bits[i]! |= bitOf['taken-along'];
  }
}

/** People around each look on a dossier: a window that slides over its looks. */
function crowds(table: Table, { strength }: Matched, crowd: Int32Array): void {
  const { around } = BOUNDS.crowd;
  for (const all of table.looksOf) {
    const treating = new Set(all.filter((i) => strength[i] === 2).map((i) => table.person[i]!));
    const looks = all.filter((i) => !treating.has(table.person[i]!));
    const inside = new Map<number, number>();
    let from = 0;
    let until = 0;
    for (const i of all) {
      const when = table.at[i]!;
      while (until < looks.length && table.at[looks[until]!]! <= when + around) {
        const who = table.person[looks[until++]!]!;
        inside.set(who, (inside.get(who) ?? 0) + 1);
      }
      while (from < until && table.at[looks[from]!]! < when - around) {
        const who = table.person[looks[from++]!]!;
        const left = inside.get(who)! - 1;
        if (left === 0) inside.delete(who);
        else inside.set(who, left);
      }
      crowd[i] = inside.size;
    }
  }
}

/** Days without a reason per person and dossier, and looks on it that are no searches, in order of time. */
function pairs(table: Table, { strength }: Matched, repeats: Int32Array, bits: Uint32Array): void {
  const people = table.colleagues.length;
  const days = new Map<number, number[]>();
  const opened = new Map<number, number[]>();
  const keyOf = (i: number) => table.dossier[i]! * people + table.person[i]!;
  const note = (key: number, at: number) => {
    const list = opened.get(key);
    if (list === undefined) opened.set(key, [at]);
    else list.push(at);
  };
  for (const i of table.order) {
    const search = table.input.looks[i]!.action === 'search';
    if (!search) {
      if (table.dossier[i]! >= 0) note(keyOf(i), table.at[i]!);
      // On any dossier: beside a search for several names.
      note(-1 - table.person[i]!, table.at[i]!);
    }
    if (table.dossier[i]! < 0) continue;
    const key = keyOf(i);
    let list = days.get(key);
    if (list === undefined) {
      list = [];
      days.set(key, list);
    }
    const today = table.day[i]!;
    if (strength[i] === 0 && list.at(-1) !== today) list.push(today);
    const first = firstAfter(list, today - BOUNDS.repeats.within);
    repeats[i] = list.length - first;
  }
  for (let i = 0; i < table.count; i++) {
    if (table.input.looks[i]!.action !== 'search') continue;
    const list = opened.get(table.dossier[i]! < 0 ? -1 - table.person[i]! : keyOf(i)) ?? [];
    const near = list[firstAfter(list, table.at[i]! - BOUNDS.searchOnly - 1)];
    if (near === undefined || near > table.at[i]! + BOUNDS.searchOnly) bits[i]! |= bitOf['search-only'];
  }
}

/** Position of the first value above `bound` in an ascending list. */
function firstAfter(list: readonly number[], bound: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]! > bound) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Dossiers per person and day, and what a usual day is. */
function volumes(table: Table, { strength }: Matched, to: Features): void {
  const size = table.colleagues.length;
  const byDay = new Map<number, { all: Set<number>; bare: Set<number> }>();
  const keyOf = (i: number) => table.day[i]! * size + table.person[i]!;
  for (let i = 0; i < table.count; i++) {
    if (table.dossier[i]! < 0) continue;
    let one = byDay.get(keyOf(i));
    if (one === undefined) {
      one = { all: new Set(), bare: new Set() };
      byDay.set(keyOf(i), one);
    }
    one.all.add(table.dossier[i]!);
    if (strength[i] === 0) one.bare.add(table.dossier[i]!);
  }
  const own = Array.from({ length: size }, (): number[] => []);
  const roles = new Map<string, number[]>();
  const roleOf = (person: number) => table.colleagues[person]?.role ?? '';
  for (const [key, { all }] of byDay) {
    const person = ((key % size) + size) % size;
    own[person]!.push(all.size);
    const list = roles.get(roleOf(person));
    if (list === undefined) roles.set(roleOf(person), [all.size]);
    else list.push(all.size);
  }
  const usual = own.map(medianOf);
  const usualOfRole = new Map([...roles].map(([role, counts]) => [role, medianOf(counts)]));
  for (let i = 0; i < table.count; i++) {
    const day = byDay.get(keyOf(i));
    to.dossiers[i] = day?.all.size ?? 0;
    to.unexplained[i] = day?.bare.size ?? 0;
    to.usual[i] = usual[table.person[i]!]!;
    to.usualOfRole[i] = usualOfRole.get(roleOf(table.person[i]!)) ?? 0;
  }
}

/** What ended before the look, and emergencies that the file does not show. */
function endings(table: Table, bits: Uint32Array): void {
  const { reasons, colleagues } = table.input;
  const byId = new Map(colleagues.map((one) => [one.id, one]));
  table.looksOf.forEach((looks, dossier) => {
    const ending = table.reasonsOf[dossier]!.filter((r) => ENDS.has(reasons[r]!.kind));
    const encounters = table.reasonsOf[dossier]!.filter((r) => reasons[r]!.kind === 'encounter');
    if (
      ending.length === 0 &&
      encounters.length === 0 &&
      looks.every((i) => table.input.looks[i]!.action !== 'emergency')
    )
      return;
    for (const i of looks) {
      const when = table.at[i]!;
      let last = Number.NEGATIVE_INFINITY;
      for (const r of ending) {
        const reason = reasons[r]!;
        if (reason.from > when) break;
        const of = reason.person === null ? undefined : byId.get(reason.person);
        const near = nearness(reason, table.colleagues[table.person[i]!], table.input.looks[i]!.person, of);
        const window = near === 'practice' ? null : windowOf(reason, near);
        if (window !== null) last = Math.max(last, reason.until + window.after);
      }
      if (last < when && last >= when - BOUNDS.afterEnd) bits[i]! |= bitOf['after-end'];
      if (table.input.looks[i]!.action !== 'emergency') continue;
      const { before, after } = BOUNDS.emergency;
      const seen = encounters.some((r) => reasons[r]!.from <= when + after && reasons[r]!.until >= when - before);
      if (!seen) bits[i]! |= bitOf.emergency;
    }
  });
}

/** `bits`: those of `plainBits`; they are added to. What the looker said why of: `declared` that day, `alone` in weeks. */
export function featuresOf(
  table: Table,
  matched: Matched,
  bits: Uint32Array,
  { declared, alone }: Pick<Features, 'declared' | 'alone'>,
): Features {
  const numbers = () => new Int32Array(table.count);
  const all: Features = {
    ...{ bits, crowd: numbers(), repeats: numbers(), dossiers: numbers(), unexplained: numbers() },
    ...{ usual: numbers(), usualOfRole: numbers(), declared, alone },
  };
  crowds(table, matched, all.crowd);
  pairs(table, matched, all.repeats, bits);
  volumes(table, matched, all);
  endings(table, bits);
  const { volume } = BOUNDS;
  for (let i = 0; i < table.count; i++) {
    if (all.crowd[i]! >= BOUNDS.crowd.people) bits[i]! |= bitOf.crowd;
    if (all.repeats[i]! >= BOUNDS.repeats.days) bits[i]! |= bitOf.repeats;
    if (all.unexplained[i]! >= BOUNDS.manyUnexplained) bits[i]! |= bitOf['many-unexplained'];
    if (declared[i]! > BOUNDS.declared.files) bits[i]! |= bitOf['declared-often'];
    if (alone[i]! > BOUNDS.declared.alone.files) bits[i]! |= bitOf['declared-long'];
    const usual = Math.max(all.usual[i]!, all.usualOfRole[i]!);
    if (all.dossiers[i]! > volume.least && all.dossiers[i]! > volume.times * usual) bits[i]! |= bitOf.volume;
  }
  return all;
}
