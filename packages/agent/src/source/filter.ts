/**
 * Decides from the text of a line alone that it can stay unparsed (docs/spec/source.md, "Skipping"). Every test looks
 * for more than it needs: a line is skipped only when no reading of it could be wanted. The reader asks only about lines
 * without a backslash, so what stands between quotes is what JSON.parse would give.
 */

import { addDays, addMonths, type LocalDate } from '@ketenkluis/base';
import type { Selection } from '@ketenkluis/care';

const PATIENT = 'Patient/';
const CODE = 'code"';
const QUOTE = 0x22;
const COLON = 0x3a;

const isSpace = (char: number): boolean => char === 0x20 || char === 0x09 || char === 0x0d;

/** Characters of a resource id: letters, digits, dot, hyphen, underscore. */
const ID_CHAR = new Uint8Array(128);
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_') ID_CHAR[char.charCodeAt(0)] = 1;

/** How many years back a code may lie; Infinity where the date decides nothing. */
export type Years = number;

export interface CodeList {
  readonly codes: ReadonlyMap<string, Years>;
  /** Beginnings of codes. */
  readonly prefixes: readonly string[];
  /** Names of properties that force a parse. */
  readonly markers: readonly string[];
}

/**
 * The longest look-back of any listed value of a member named `code`; 0 when there is none. The text may hold more codes
 * than the record's own (units, categories): that only makes it look longer.
 */
export function listedYears(text: string, from: number, to: number, list: CodeList): Years {
  let years = 0;
  for (let at = text.indexOf(CODE, from); at >= 0 && at < to; at = text.indexOf(CODE, at + CODE.length)) {
    let next = at + CODE.length;
    while (isSpace(text.charCodeAt(next))) next++;
    if (text.charCodeAt(next) !== COLON) continue;
    next++;
    while (isSpace(text.charCodeAt(next))) next++;
    if (text.charCodeAt(next) !== QUOTE) continue;
    const value = text.slice(next + 1, text.indexOf('"', next + 1));
    const found = list.codes.get(value);
    if (found !== undefined && found > years) years = found;
    for (const prefix of list.prefixes) if (value.startsWith(prefix)) return Number.POSITIVE_INFINITY;
  }
  if (years > 0) return years;
  for (const marker of list.markers) {
    const at = text.indexOf(`"${marker}"`, from);
    if (at >= 0 && at < to) return Number.POSITIVE_INFINITY;
  }
  return 0;
}

/** Walks forward through the text of a block once, however many lines it is asked about. */
class Cursor {
  #text = '';
  #at = 0;

  /** First `Patient/` at or after `from`; -1 when there is none. */
  next(text: string, from: number): number {
    if (text !== this.#text) {
      this.#text = text;
      this.#at = text.indexOf(PATIENT, from);
    } else if (this.#at >= 0 && this.#at < from) this.#at = text.indexOf(PATIENT, from);
    return this.#at;
  }
}

/** Does the line name a patient of whom something is taken? Remembers the last answer: files go patient by patient. */
export class PatientProbe {
  readonly #chosen: { has(id: string): boolean };
  readonly #cursor = new Cursor();
  #id = '';
  #answer = false;

  constructor(chosen: { has(id: string): boolean }) {
    this.#chosen = chosen;
  }

  #has(text: string, from: number): boolean {
    if (this.#id !== '' && text.startsWith(this.#id, from) && ID_CHAR[text.charCodeAt(from + this.#id.length)] !== 1) {
      return this.#answer;
    }
    let end = from;
    while (ID_CHAR[text.charCodeAt(end)] === 1) end++;
    this.#id = text.slice(from, end);
    this.#answer = this.#chosen.has(this.#id);
    return this.#answer;
  }

  namesChosen(text: string, from: number, to: number): boolean {
    let at = this.#cursor.next(text, from);
    while (at >= 0 && at < to) {
      if (this.#has(text, at + PATIENT.length)) return true;
      at = this.#cursor.next(text, at + PATIENT.length);
    }
    return false;
  }
}

/**
 * Matches any text that begins like a date from `first` up to and including `last`, one day of slack on both sides for
 * time zones. A resource whose date lies between them holds such a text.
 */
export function dateWindow(first: LocalDate, last: LocalDate): RegExp {
  const from = addDays(first, -1);
  const to = addDays(last, 1);
  const parts: string[] = [];
  const [low, high] = [Number(from.slice(0, 4)), Number(to.slice(0, 4))];
  for (let year = low + 1; year < high; year++) parts.push(String(year));
  // The years at the edges by month, so that a window of five years does not let seven through.
  for (const year of new Set([low, high])) {
    const months: string[] = [];
    for (let month = 1; month <= 12; month++) {
      const text = `${year}-${String(month).padStart(2, '0')}`;
      if (text >= from.slice(0, 7) && text <= to.slice(0, 7)) months.push(text.slice(5));
    }
    // `"2020"` alone is a date too.
    parts.push(`${year}(?:"|-(?:${months.join('|')}))`);
  }
  return new RegExp(`"(?:${parts.join('|')})`, 'g');
}

function holds(pattern: RegExp, text: string, from: number, to: number): boolean {
  pattern.lastIndex = from;
  const match = pattern.exec(text);
  return match !== null && match.index < to;
}

const bare = (code: string): string => code.slice(code.lastIndexOf('|') + 1);

/** The look-back per code where a date decides: measurements and panels, not the registrations of the practice itself. */
function measurementYears(selection: Selection): Map<string, Years> {
  const years = new Map<string, Years>();
  for (const { kind, code, years: back } of selection.lines) {
    if ((kind !== 'measurement' && kind !== 'panel') || back === undefined) continue;
    years.set(bare(code), Math.max(back, years.get(bare(code)) ?? 0));
  }
  for (const key of selection.process.keys()) years.set(bare(key), Number.POSITIVE_INFINITY);
  return years;
}

/** Appointments and encounters are evidence of who was seen of late. */
export const CONTACT_YEARS = 2;

/** Everything that the second reading takes, by type. */
export class LineFilter {
  readonly #lists = new Map<string, CodeList>();
  readonly #windows = new Map<Years, RegExp>();
  readonly #patients: PatientProbe;
  readonly #asOf: LocalDate;

  constructor(selection: Selection, chosen: { has(id: string): boolean }, asOf: LocalDate) {
    this.#patients = new PatientProbe(chosen);
    this.#asOf = asOf;
    for (const [type, { codes, prefixes, markers, all }] of Object.entries(selection.scan)) {
      if (all) continue;
      const years = type === 'Observation' ? measurementYears(selection) : new Map<string, Years>();
      const listed = new Map(codes.map((code) => [code, years.get(code) ?? Number.POSITIVE_INFINITY] as const));
      this.#lists.set(type, { codes: listed, prefixes, markers });
    }
  }

  #inWindow(text: string, from: number, to: number, years: Years): boolean {
    if (years === Number.POSITIVE_INFINITY) return true;
    let window = this.#windows.get(years);
    if (window === undefined) {
      window = dateWindow(addMonths(this.#asOf, -12 * years), this.#asOf);
      this.#windows.set(years, window);
    }
    return holds(window, text, from, to);
  }

  skip(text: string, from: number, to: number, type: string): boolean {
    if (type === 'Patient') return false;
    if (!this.#patients.namesChosen(text, from, to)) return true;
    if (type === 'Encounter' || type === 'Appointment') return !this.#inWindow(text, from, to, CONTACT_YEARS);
    const list = this.#lists.get(type);
    if (list === undefined) return false;
    const years = listedYears(text, from, to, list);
    return years === 0 || !this.#inWindow(text, from, to, years);
  }
}
