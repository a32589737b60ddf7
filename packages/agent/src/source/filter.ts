/**
 * Decides from the text of a line alone that it can stay unparsed (docs/spec/source.md, "Skipping"). Every test looks
 * for more than it needs: a line is skipped only when no reading of it could be wanted. The reader asks only about lines
 * without a backslash, so what stands between quotes is what JSON.parse would give.
 */

import { addDays, addMonths, type LocalDate } from '@ketenkluis/base';
import type { AllowLine, Selection } from '@ketenkluis/care';
import { WORK_BEFORE, WORK_DATES, WORK_TYPES } from './work.ts';

const PATIENT = 'Patient/';
const CODE = 'code"';
const QUOTE = 0x22;
const COLON = 0x3a;
const SLASH = 0x2f;

const isSpace = (char: number): boolean => char === 0x20 || char === 0x09 || char === 0x0d;

/** Characters of a resource id: letters, digits, dot, hyphen, underscore. */
const ID_CHAR = new Uint8Array(128);
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_') ID_CHAR[char.charCodeAt(0)] = 1;

/** How many years back a code may lie; Infinity where the date decides nothing. */
export type Years = number;

export class CodeList {
  readonly codes: ReadonlyMap<string, Years>;
  /** Beginnings of codes. */
  readonly prefixes: readonly string[];
  /** Names of properties that force a parse. */
  readonly markers: readonly string[];
  /** First characters of everything above: most values in a line fail on this already. */
  readonly #initials = new Uint8Array(128);

  constructor(codes: ReadonlyMap<string, Years>, prefixes: readonly string[] = [], markers: readonly string[] = []) {
    this.codes = codes;
    this.prefixes = prefixes;
    this.markers = markers;
    for (const one of [...codes.keys(), ...prefixes]) this.#initials[one.charCodeAt(0)] = 1;
  }

  /** The look-back of the value that begins at `from` and ends at the next quote; 0 when it is not listed. */
  yearsAt(text: string, from: number): Years {
    if (this.#initials[text.charCodeAt(from)] !== 1) return 0;
    const value = text.slice(from, text.indexOf('"', from));
    const found = this.codes.get(value);
    if (found !== undefined) return found;
    return this.prefixes.some((prefix) => value.startsWith(prefix)) ? Number.POSITIVE_INFINITY : 0;
  }
}

/**
 * The longest look-back of any listed value of a member named `code`; 0 when there is none. The text may hold more codes
 * than the record's own (units, categories): that only makes it look longer.
 */
export function listedYears(line: string, list: CodeList): Years {
  let years = 0;
  for (let at = line.indexOf(CODE); at >= 0; at = line.indexOf(CODE, at + CODE.length)) {
    let next = at + CODE.length;
    while (isSpace(line.charCodeAt(next))) next++;
    if (line.charCodeAt(next) !== COLON) continue;
    next++;
    while (isSpace(line.charCodeAt(next))) next++;
    if (line.charCodeAt(next) !== QUOTE) continue;
    const found = list.yearsAt(line, next + 1);
    if (found > years) years = found;
  }
  if (years > 0) return years;
  return list.markers.some((marker) => line.includes(`"${marker}"`)) ? Number.POSITIVE_INFINITY : 0;
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

const PERSON = 'Patient';

/**
 * May a whole block of lines be passed over? Only when each `Patient` in it begins a reference to a patient who is not
 * chosen: then no line is a Patient, names a chosen one, or holds a Bundle that does either.
 */
export class BlockProbe {
  readonly #chosen: { has(id: string): boolean };
  #id = '';

  constructor(chosen: { has(id: string): boolean }) {
    this.#chosen = chosen;
  }

  skip(text: string): boolean {
    for (let at = text.indexOf(PERSON); at >= 0; at = text.indexOf(PERSON, at + PATIENT.length)) {
      if (text.charCodeAt(at + PERSON.length) !== SLASH) return false;
      const from = at + PATIENT.length;
      // The same patient as before, and not one whose id only begins alike.
      if (this.#id !== '' && text.startsWith(this.#id, from) && ID_CHAR[text.charCodeAt(from + this.#id.length)] !== 1)
        continue;
      let end = from;
      while (ID_CHAR[text.charCodeAt(end)] === 1) end++;
      const id = text.slice(from, end);
      if (this.#chosen.has(id)) return false;
      this.#id = id;
    }
    return true;
  }
}

/**
 * Could a member whose name begins with one of `names` hold a date from `first` up to and including `last`? Every such
 * member in the line is looked at, wherever it stands; a value that is not plainly a date outside the window counts as
 * inside. One day of slack on both sides takes care of time zones.
 */
export class DateWindow {
  readonly #first: string;
  readonly #last: string;
  readonly #names: readonly string[];

  constructor(first: LocalDate, last: LocalDate, names: readonly string[]) {
    this.#first = addDays(first, -1);
    this.#last = addDays(last, 1);
    this.#names = names;
  }

  /** `at` is the end of a name: the value that follows is a date text outside the window. */
  #outside(text: string, at: number): boolean {
    let next = at;
    // The rest of the name, the colon, and the quote that opens the value.
    for (const quote of [true, false]) {
      while (text.charCodeAt(next) !== QUOTE) {
        const char = text.charCodeAt(next);
        const expected = quote ? ID_CHAR[char] === 1 : char === COLON || isSpace(char);
        if (!expected) return false;
        next++;
      }
      next++;
    }
    // `2019`, `2019-05` and `2019-05-03T...` compare as text up to the length that is there.
    let end = next;
    while (end - next < 10 && text.charCodeAt(end) !== QUOTE) end++;
    const date = text.slice(next, end);
    if (!DATE_START.test(date)) return false;
    return date < this.#first.slice(0, date.length) || date > this.#last.slice(0, date.length);
  }

  mayHold(line: string): boolean {
    for (const name of this.#names) {
      for (let at = line.indexOf(name); at >= 0; at = line.indexOf(name, at + name.length)) {
        if (!this.#outside(line, at + name.length)) return true;
      }
    }
    return false;
  }
}

const DATE_START = /^\d{4}(?:-\d{2}(?:-\d{2})?)?$/;
const OBSERVED = ['effective', 'issued'];
const CONTACT = ['start'];
const ORDERED = ['authoredOn', 'start', 'end', 'effective', 'dateAsserted'];
const VACCINATED = ['occurrence'];
/** An order of one of these states may count whatever its age. */
const IN_USE = ['"active"', '"on-hold"', '"unknown"'];
const NEVER = '9999-12-01' as LocalDate;

const bare = (code: string): string => code.slice(code.lastIndexOf('|') + 1);

/** The longest look-back of a kind of record, over all programmes. */
const longest = (selection: Selection, kind: AllowLine['kind']): Years =>
  Math.max(
    0,
    ...selection.lines.filter((line) => line.kind === kind).map((line) => line.years ?? Number.POSITIVE_INFINITY),
  );

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
  readonly #windows = new Map<string, DateWindow>();
  readonly #contacts: DateWindow;
  readonly #work: DateWindow | undefined;
  readonly #orders: DateWindow | undefined;
  readonly #patients: PatientProbe;
  readonly #blocks: BlockProbe;
  readonly #asOf: LocalDate;

  /**
   * `booked`: contacts and appointments are wanted up to this day, where it lies after `asOf`. `worked`: the first day of which work is wanted;
   * left out, none is.
   */
  constructor(
    selection: Selection,
    chosen: { has(id: string): boolean },
    asOf: LocalDate,
    booked: LocalDate = asOf,
    worked?: LocalDate,
  ) {
    if (worked !== undefined) this.#work = new DateWindow(addDays(worked, -WORK_BEFORE), asOf, WORK_DATES);
    this.#patients = new PatientProbe(chosen);
    this.#blocks = new BlockProbe(chosen);
    this.#asOf = asOf;
    const medication = longest(selection, 'medication');
    if (Number.isFinite(medication)) this.#orders = new DateWindow(addMonths(asOf, -12 * medication), NEVER, ORDERED);
    this.#contacts = new DateWindow(addMonths(asOf, -12 * CONTACT_YEARS), asOf < booked ? booked : asOf, CONTACT);
    for (const [type, { codes, prefixes, markers, all }] of Object.entries(selection.scan)) {
      if (all) continue;
      const years = type === 'Observation' ? measurementYears(selection) : new Map<string, Years>();
      const otherwise = type === 'Immunization' ? longest(selection, 'vaccination') : Number.POSITIVE_INFINITY;
      const listed = new Map(codes.map((code) => [code, years.get(code) ?? otherwise] as const));
      this.#lists.set(type, new CodeList(listed, prefixes, markers));
    }
  }

  #window(type: string, years: Years): DateWindow {
    const key = `${type} ${years}`;
    let window = this.#windows.get(key);
    if (window === undefined) {
      const names = type === 'Observation' ? OBSERVED : VACCINATED;
      window = new DateWindow(addMonths(this.#asOf, -12 * years), this.#asOf, names);
      this.#windows.set(key, window);
    }
    return window;
  }

  skipBlock(text: string): boolean {
    return this.#blocks.skip(text);
  }

  skip(text: string, from: number, to: number, type: string): boolean {
    if (type === 'Patient') return false;
    if (!this.#patients.namesChosen(text, from, to)) return true;
    // A slice costs nothing, and a search in it ends with the line.
    const line = text.slice(from, to);
    if (type === 'Encounter' || type === 'Appointment') return !this.#contacts.mayHold(line);
    if (WORK_TYPES.has(type)) return this.#work === undefined || !this.#work.mayHold(line);
    const list = this.#lists.get(type);
    if (list === undefined) return false;
    const years = listedYears(line, list);
    if (years === 0) return true;
    if (this.#orders !== undefined && (type === 'MedicationRequest' || type === 'MedicationStatement')) {
      return IN_USE.every((state) => !line.includes(state)) && !this.#orders.mayHold(line);
    }
    return years !== Number.POSITIVE_INFINITY && !this.#window(type, years).mayHold(line);
  }
}
