/** The input as numbered columns: everybody and every dossier a small integer, days and hours of the clock in Amsterdam worked out once. */

import { DAY, HOUR } from '@ketenkluis/base';
import type { Colleague, ReviewInput, Subject } from './types.ts';

export interface Table {
  readonly input: ReviewInput;
  readonly count: number;
  readonly at: Float64Array;
  readonly person: Int32Array;
  /** -1 for none. */
  readonly dossier: Int32Array;
  /** Calendar day since 1970-01-01. */
  readonly day: Int32Array;
  readonly hour: Uint8Array;
  /** By number; undefined for who or what stands in looks and in no list. */
  readonly colleagues: readonly (Colleague | undefined)[];
  readonly subjects: readonly (Subject | undefined)[];
  /** Per dossier: its looks and its reasons, each in order of time (looks) and of `from` (reasons), then of the input. */
  readonly looksOf: readonly (readonly number[])[];
  readonly reasonsOf: readonly (readonly number[])[];
  /** Looks in order of time, then of the input. */
  readonly order: Int32Array;
  /** Person of every reason by number, -1 for none or somebody who never looked. */
  readonly reasonPerson: Int32Array;
}

const clock = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Europe/Amsterdam',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  hourCycle: 'h23',
});

export interface LocalTime {
  readonly day: number;
  readonly hour: number;
}

/** Amsterdam's offset has been whole hours since 1940, so one answer per hour is enough. */
export function localClock(): (at: number) => LocalTime {
  const known = new Map<number, LocalTime>();
  return (at) => {
    const key = Math.floor(at / HOUR);
    let time = known.get(key);
    if (time === undefined) {
      // 2025-01-06, 08
      const text = clock.format(key * HOUR);
      time = { day: Math.round(Date.parse(`${text.slice(0, 10)}T00:00:00Z`) / DAY), hour: Number(text.slice(12)) };
      known.set(key, time);
    }
    return time;
  };
}

class Numbers<Id extends string> {
  readonly #known = new Map<Id, number>();
  of(id: Id): number {
    let number = this.#known.get(id);
    if (number === undefined) {
      number = this.#known.size;
      this.#known.set(id, number);
    }
    return number;
  }
  find = (id: Id): number => this.#known.get(id) ?? -1;
  get size(): number {
    return this.#known.size;
  }
}

export function tableOf(input: ReviewInput): Table {
  const { looks, reasons } = input;
  const count = looks.length;
  const people = new Numbers<string>();
  const dossiers = new Numbers<string>();
  const at = new Float64Array(count);
  const person = new Int32Array(count);
  const dossier = new Int32Array(count);
  const day = new Int32Array(count);
  const hour = new Uint8Array(count);
  const local = localClock();
  for (let i = 0; i < count; i++) {
    const look = looks[i]!;
    at[i] = look.at;
    person[i] = people.of(look.person);
    dossier[i] = look.dossier === null ? -1 : dossiers.of(look.dossier);
    const time = local(look.at);
    day[i] = time.day;
    hour[i] = time.hour;
  }
  const colleagues = new Array<Colleague | undefined>(people.size).fill(undefined);
  for (const one of input.colleagues) {
    const number = people.find(one.id);
    if (number >= 0) colleagues[number] = one;
  }
  const subjects = new Array<Subject | undefined>(dossiers.size).fill(undefined);
  for (const one of input.subjects) {
    const number = dossiers.find(one.id);
    if (number >= 0) subjects[number] = one;
  }
  const order = Int32Array.from({ length: count }, (_, i) => i).sort((a, b) => at[a]! - at[b]! || a - b);
  const looksOf = Array.from({ length: dossiers.size }, (): number[] => []);
  for (const i of order) if (dossier[i]! >= 0) looksOf[dossier[i]!]!.push(i);
  const reasonsOf = Array.from({ length: dossiers.size }, (): number[] => []);
  const reasonPerson = new Int32Array(reasons.length).fill(-1);
  reasons.forEach((reason, r) => {
    if (reason.person !== null) reasonPerson[r] = people.find(reason.person);
    const number = dossiers.find(reason.dossier);
    if (number >= 0) reasonsOf[number]!.push(r);
  });
  for (const list of reasonsOf) list.sort((a, b) => reasons[a]!.from - reasons[b]!.from || a - b);
  return {
    ...{ input, count, at, person, dossier, day, hour, colleagues, subjects, looksOf, reasonsOf, order, reasonPerson },
  };
}
