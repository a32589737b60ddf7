/**
 * What no register holds: files gone through together, the wrong line of a list, a call or a word in the corridor that the looker told of
 * on opening. Each is weak, and none counts where anything speaks against the look (docs/spec/review.md, "What the log itself shows").
 */

import type { Matched } from './match.ts';
import { BOUNDS, PATTERNS, type Pattern } from './rules.ts';
import type { Table } from './table.ts';

export interface Patterns {
  /** Index in `PATTERNS` plus one; 0 for none. */
  readonly pattern: Uint8Array;
  /** Files of the day of which this person said why; 0 on a look of which nothing was said. */
  readonly declared: Int32Array;
  /** Files of these weeks of which nothing but this person's own word speaks; 0 on a look of which nothing was said. */
  readonly alone: Int32Array;
}

const code = (pattern: Pattern): number => PATTERNS.indexOf(pattern) + 1;

/** Raises looks without a reason to weak, in place. `against`: bits of what speaks against each look. */
export function seeThrough(table: Table, { strength }: Matched, against: Uint32Array): Patterns {
  const pattern = new Uint8Array(table.count);
  const declared = new Int32Array(table.count);
  const alone = new Int32Array(table.count);
  const bare = (i: number) => strength[i] === 0 && against[i] === 0;
  const found = [...slips(table, strength, bare), ...rounds(table, bare), ...told(table, bare, declared, alone)];
  for (const [i, one] of found) {
    if (pattern[i] !== 0) continue;
    pattern[i] = code(one);
    strength[i] = 1;
  }
  return { pattern, declared, alone };
}

type Seen = [number, Pattern];

/** Looks that are no searches, of each person in order of time. */
function openedBy({ input, order, person, dossier, colleagues }: Table): number[][] {
  const lists = Array.from({ length: colleagues.length }, (): number[] => []);
  for (const i of order) if (dossier[i]! >= 0 && input.looks[i]!.action !== 'search') lists[person[i]!]!.push(i);
  return lists;
}

/** One opening of a file in this whole log, and within a minute another file of which the same person has a strong reason. */
function slips(table: Table, strength: Uint8Array, bare: (i: number) => boolean): Seen[] {
  const { at, dossier, input, looksOf, person } = table;
  const seen: Seen[] = [];
  for (const list of openedBy(table)) {
    for (let n = 0; n < list.length; n++) {
      const i = list[n]!;
      if (input.looks[i]!.action !== 'open' || !bare(i)) continue;
      let right = false;
      for (let m = n + 1; m < list.length && at[list[m]!]! - at[i]! < BOUNDS.slip; m++) {
        const next = list[m]!;
        if (dossier[next] !== dossier[i] && input.looks[next]!.action === 'open' && strength[next] === 2) right = true;
      }
      if (right && looksOf[dossier[i]!]!.every((other) => other === i || person[other] !== person[i]))
        seen.push([i, 'slip']);
    }
  }
  return seen;
}

/** Files that two or more people opened at about the same time, several in a row. */
function rounds(table: Table, bare: (i: number) => boolean): Seen[] {
  const { at, dossier, input, looksOf, person } = table;
  const { near, files, around, before, after } = BOUNDS.round;
  const shared = new Uint8Array(table.count);
  for (const all of looksOf) {
    const looks = all.filter((i) => input.looks[i]!.action !== 'search');
    for (let n = 0; n < looks.length; n++) {
      for (let m = n + 1; m < looks.length && at[looks[m]!]! - at[looks[n]!]! <= near; m++) {
        if (person[looks[m]!] === person[looks[n]!]) continue;
        shared[looks[n]!] = 1;
        shared[looks[m]!] = 1;
      }
    }
  }
  // Per person and file: when it was gone through with others.
  const together = new Map<number, number[]>();
  const people = table.colleagues.length;
  const keyOf = (i: number) => dossier[i]! * people + person[i]!;
  for (const list of openedBy(table)) {
    const row = list.filter((i) => shared[i] === 1);
    let from = 0;
    let until = 0;
    const inside = new Map<number, number>();
    for (const i of row) {
      while (until < row.length && at[row[until]!]! <= at[i]! + around) {
        const file = dossier[row[until++]!]!;
        inside.set(file, (inside.get(file) ?? 0) + 1);
      }
      while (at[row[from]!]! < at[i]! - around) {
        const file = dossier[row[from++]!]!;
        const left = inside.get(file)! - 1;
        if (left === 0) inside.delete(file);
        else inside.set(file, left);
      }
      if (inside.size < files) continue;
      const key = keyOf(i);
      const times = together.get(key);
      if (times === undefined) together.set(key, [at[i]!]);
      else times.push(at[i]!);
    }
  }
  const seen: Seen[] = [];
  for (let i = 0; i < table.count; i++) {
    if (dossier[i]! < 0 || !bare(i)) continue;
    const times = together.get(keyOf(i));
    if (times?.some((time) => at[i]! >= time - before && at[i]! <= time + after)) seen.push([i, 'round']);
  }
  return seen;
}

/** What the looker said, within bounds: too often on one day, for weeks, or again and again on one file, and it says nothing. */
function told(table: Table, bare: (i: number) => boolean, declared: Int32Array, alone: Int32Array): Seen[] {
  const { day, dossier, input, order, person } = table;
  const people = table.colleagues.length;
  const { files, days, within, alone: most } = BOUNDS.declared;
  const weeks = inWeeks(table, bare);
  const ofDay = new Map<number, Set<number>>();
  const ofFile = new Map<number, number[]>();
  const said = [...order].filter((i) => dossier[i]! >= 0 && input.looks[i]!.declared !== undefined);
  const dayKey = (i: number) => day[i]! * people + person[i]!;
  for (const i of said) {
    const today = ofDay.get(dayKey(i));
    if (today === undefined) ofDay.set(dayKey(i), new Set([dossier[i]!]));
    else today.add(dossier[i]!);
  }
  const seen: Seen[] = [];
  for (const i of said) {
    declared[i] = ofDay.get(dayKey(i))!.size;
    const key = dossier[i]! * people + person[i]!;
    const before = (ofFile.get(key) ?? []).filter((one) => one > day[i]! - within);
    if (before.at(-1) !== day[i]!) before.push(day[i]!);
    ofFile.set(key, before);
    alone[i] = weeks(i);
    if (bare(i) && declared[i]! <= files && alone[i]! <= most.files && before.length <= days)
      seen.push([i, input.looks[i]!.declared!]);
  }
  return seen;
}

/** Files in the weeks up to and including the day of a look that rest on this person's own word and nothing else. */
function inWeeks({ count, day, dossier, input, person }: Table, bare: (i: number) => boolean): (i: number) => number {
  const { days } = BOUNDS.declared.alone;
  const files = new Map<string, Set<number>>();
  for (let i = 0; i < count; i++) {
    if (dossier[i]! < 0 || input.looks[i]!.declared === undefined || !bare(i)) continue;
    const key = `${person[i]} ${day[i]}`;
    files.set(key, (files.get(key) ?? new Set()).add(dossier[i]!));
  }
  const known = new Map<string, number>();
  return (i) => {
    const key = `${person[i]} ${day[i]}`;
    const found =
      known.get(key) ??
      new Set(Array.from({ length: days }, (_, n) => [...(files.get(`${person[i]} ${day[i]! - n}`) ?? [])]).flat())
        .size;
    known.set(key, found);
    return found;
  };
}
