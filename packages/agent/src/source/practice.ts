/**
 * Reads a practice in two steps without ever holding it: first who is there and who is a candidate, then, of the chosen
 * patients only, what the programmes list, minimised before it is handed on (design 8: read, select, minimise).
 * What is skipped without parsing, and why that is safe: docs/spec/source.md.
 */

import type { LocalDate } from '@ketenkluis/base';
import type { Booking, CareRecord, ProgrammeId, ScopeId, Selection } from '@ketenkluis/care';
import {
  type Bsn,
  type FileReading,
  loadUnits,
  type PatientLinks,
  ReferenceIndex,
  type Rejection,
  type SourceFile,
} from '@ketenkluis/fhir';
import type { Dwelling } from '../evidence.ts';
import { checkSource } from './check.ts';
import { CHOOSING_TYPES, type Choice, Chooser, type Known } from './choose.ts';
import type { Contact } from './contact.ts';
import { LineFilter } from './filter.ts';
import { BitSet } from './idset.ts';
import { readNamed } from './named.ts';
import type { Registration } from './process.ts';
import type { Source } from './source.ts';
import { Taker } from './take.ts';
import { WORK_TYPES, type Work } from './work.ts';

/** Patients go by their id in the GP system; it stays in the practice. */
export interface PracticeSink {
  /** Everything handed over so far is void: the reading begins again. Happens when a file was not what it began as. */
  restart(): void;
  /** The records of one resource, all of one scope. */
  records(patient: string, scope: ScopeId, records: readonly CareRecord[]): void;
  contact?(patient: string, contact: Contact): void;
  /** Appointments and contacts between the days of `booked`, planned ones too, and what became of them. */
  booking?(patient: string, booking: Booking): void;
  registration?(patient: string, registration: Registration): void;
  /** Traces of work in other registers, from the day of `worked` on. */
  work?(patient: string, work: Work): void;
  /** The number of every patient that has a good one; it stays where it is handed over. */
  bsn?(patient: string, bsn: Bsn): void;
  /** What the patient is called and where they live; worked out only when it is asked for. */
  dwelling?(patient: string, dwelling: () => Dwelling): void;
}

/** What the first reading knows of records that may be of one person, or of another one than before. */
export interface Found {
  readonly links: PatientLinks;
  /** Undefined: not in this source. */
  known(patient: string): Known | undefined;
}

export interface Progress {
  readonly step: 'check' | 'choose' | 'take';
  readonly file: string;
  readonly files: number;
  /** Files done in this step. */
  readonly done: number;
}

export interface PracticeOptions {
  readonly asOf: LocalDate;
  /** The programmes and what they list, compiled by `@ketenkluis/care`. */
  readonly selection: Selection;
  /** Who is chosen: every candidate, or what the register says. A programme outside the selection counts for nothing. */
  readonly enrolled: 'candidates' | ((patient: string, candidateFor: readonly ProgrammeId[]) => readonly ProgrammeId[]);
  readonly sink: PracticeSink;
  /** Told once the first reading is through, before anybody is chosen. A record that is replaced is never chosen. */
  readonly found?: (found: Found) => void | Promise<void>;
  /** The days, both included, whose appointments are handed on; none when left out. */
  readonly booked?: { readonly from: LocalDate; readonly to: LocalDate };
  /** The first day of which work is handed on; none when left out. */
  readonly worked?: LocalDate;
  /** Parses every line once more and names every fault; what is taken stays the same. */
  readonly check?: boolean;
  /** Skips nothing: the slow twin of the same reading, for tests. */
  readonly parseAll?: boolean;
  readonly onProgress?: (progress: Progress) => void;
}

export interface FileReport extends FileReading {
  readonly name: string;
}

export interface PracticeReading extends Omit<Choice, 'candidateFor' | 'links'> {
  /** Chosen patients by programme. */
  readonly enrolled: Readonly<Record<string, number>>;
  /** Chosen patients, whatever the number of their programmes. */
  readonly chosen: number;
  /** JSON scalar leaves of the resources that were parsed. */
  readonly fields: { readonly kept: number; readonly dropped: number };
  /** Lines, rows and entries that needed no parse. */
  readonly skipped: number;
  readonly rejected: readonly Rejection[];
  readonly files: readonly FileReport[];
  /** Folders that other users of this computer can read. */
  readonly loose: readonly string[];
}

/** What is known of one file between the two readings. */
interface FileState {
  readonly file: SourceFile;
  /** Places that needed a parse in either reading. */
  readonly parsed: BitSet;
  /** Holds a type that the second reading takes. */
  readonly wanted: boolean;
  /** Begins with one type that decides nothing: the first reading stopped there and takes the rest on trust. */
  readonly trusted: boolean;
  /** Which patient stands where, so that those who are not chosen need no second parse. */
  readonly people: ReadonlyMap<number, string>;
  reading: FileReading;
}

/** One fault of a line is named once, however often the line is read. */
class Faults {
  readonly list: Rejection[] = [];
  readonly #seen = new Set<string>();

  add = (rejection: Rejection): void => {
    const key = `${rejection.file}\n${rejection.line}\n${rejection.code}\n${rejection.field ?? ''}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.list.push(rejection);
  };
}

/** What the records that are taken refer to. */
const REFERRED_TO = new Set(['Patient', 'Medication', 'Practitioner', 'PractitionerRole']);

/** fullUrls of a Bundle, needed before its first entry can be taken. */
async function indexOf(file: SourceFile): Promise<ReferenceIndex> {
  const index = new ReferenceIndex();
  await readNamed(file, {
    wants: (type) => REFERRED_TO.has(type),
    record: ({ fullUrl, resource }) => index.add(fullUrl, resource),
    reject: () => undefined,
  });
  return index;
}

/** A trusted file held something that decides who is chosen. */
class Mistrust extends Error {
  readonly file: string;
  constructor(file: string) {
    super('a file of another type holds patients or problems');
    this.file = file;
  }
}

/** First reading of one file; `trust` lets it stop after a beginning that decides nothing. */
async function chooseFrom(
  file: SourceFile,
  chooser: Chooser,
  taking: ReadonlySet<string>,
  options: { readonly trust: boolean; readonly parseAll: boolean; readonly reject: (rejection: Rejection) => void },
): Promise<FileState & { readonly leaves: number }> {
  const parsed = new BitSet();
  const index = new ReferenceIndex();
  const types = new Set<string>();
  const people = new Map<number, string>();
  let leaves = 0;
  let decides = false;
  let trusted = false;
  const reading = await readNamed(file, {
    wants(type) {
      if (types.size < 100) types.add(type);
      const choosing = CHOOSING_TYPES.has(type);
      if (choosing) decides = true;
      return choosing || options.parseAll;
    },
    skip: (text, from, to, type) => !options.parseAll && chooser.skip(text, from, to, type),
    stop() {
      trusted = options.trust && !decides && types.size === 1 && parsed.size === 0;
      return trusted;
    },
    parsed: (ordinal) => parsed.add(ordinal),
    record(record) {
      leaves += record.leaves;
      if (record.fullUrl !== undefined) index.add(record.fullUrl, record.resource);
      else if (record.type === 'Patient') people.set(record.ordinal, record.resource.id!);
      chooser.record(record);
    },
    reject: options.reject,
  });
  chooser.endFile(index);
  return {
    file,
    people,
    parsed,
    reading,
    leaves,
    trusted,
    wanted: options.parseAll || trusted || [...types].some((type) => taking.has(type)),
  };
}

/** Faults of the source are in the answer; what is thrown comes from the disk, the sink or `agent/no-source`. */
export async function readPractice(source: Source, options: PracticeOptions): Promise<PracticeReading> {
  const faults = new Faults();
  for (const finding of source.findings) faults.add(finding);
  const files = source.files.length;
  const onCheck = (file: string, done: number) => options.onProgress?.({ step: 'check', file, files, done });
  const checkedLeaves = options.check === true ? await checkSource(source, faults.add, onCheck) : undefined;

  const suspects = new Set<string>();
  for (;;) {
    try {
      const reading = await attempt(source, options, faults, suspects);
      if (checkedLeaves === undefined) return reading;
      return {
        ...reading,
        skipped: 0,
        fields: { kept: reading.fields.kept, dropped: checkedLeaves - reading.fields.kept },
      };
    } catch (error) {
      if (!(error instanceof Mistrust)) throw error;
      suspects.add(error.file);
      options.sink.restart();
    }
  }
}

async function attempt(
  source: Source,
  options: PracticeOptions,
  faults: Faults,
  suspects: ReadonlySet<string>,
): Promise<PracticeReading> {
  const { asOf, selection, sink, onProgress, parseAll = false } = options;
  const files = source.files.length;
  const taking = new Set(Object.keys(selection.scan).filter((type) => type !== 'Medication'));
  if (options.worked !== undefined) for (const type of WORK_TYPES) taking.add(type);
  const chooser = new Chooser(
    selection,
    asOf,
    faults.add,
    (patient, bsn) => sink.bsn?.(patient, bsn),
    (patient, dwelling) => sink.dwelling?.(patient, dwelling),
  );
  const states: FileState[] = [];
  let leaves = 0;
  for (const [done, file] of source.files.entries()) {
    onProgress?.({ step: 'choose', file: file.name, files, done });
    const trust = !parseAll && !suspects.has(file.name);
    const state = await chooseFrom(file, chooser, taking, { trust, parseAll, reject: faults.add });
    leaves += state.leaves;
    states.push(state);
  }

  const { candidateFor, links, ...choice } = chooser.choose();
  await options.found?.({ links, known: (patient) => chooser.known(patient) });
  const chosen = new Map<string, readonly ProgrammeId[]>();
  const enrolled: Record<string, number> = Object.fromEntries(selection.programmes.map(({ id }) => [id, 0]));
  const programmesOf = (patient: string): readonly ProgrammeId[] => {
    const may = candidateFor.get(patient) ?? [];
    if (options.enrolled === 'candidates') return may;
    return options.enrolled(patient, may).filter((id) => Object.hasOwn(enrolled, id));
  };
  for (const patient of chooser.patients()) {
    const programmes = links.replaced.has(patient) ? [] : programmesOf(patient);
    if (programmes.length === 0) continue;
    chosen.set(patient, programmes);
    for (const id of programmes) enrolled[id]!++;
  }

  const filter = new LineFilter(selection, chosen, asOf, options.booked?.to, options.worked);
  const { medication } = chooser;
  // The tables of units are loaded for a reason only.
  const taker =
    chosen.size === 0
      ? undefined
      : new Taker({
          ...{ selection, asOf, chosen, sink, reject: faults.add, medication, units: await loadUnits() },
          ...(options.booked === undefined ? {} : { booked: { ...options.booked, codesOf: chooser.codesOf } }),
          ...(options.worked === undefined
            ? {}
            : { worked: { since: options.worked, asOf, codesOf: chooser.codesOf } }),
        });
  for (const [done, state] of states.entries()) {
    if (!state.wanted || state.reading.refused !== undefined) continue;
    // With nobody chosen only the files taken on trust are still looked at, to be sure of them.
    if (chosen.size === 0 && !state.trusted) continue;
    onProgress?.({ step: 'take', file: state.file.name, files, done });
    const references = state.reading.format === 'document' ? await indexOf(state.file) : undefined;
    const { parsed, people, trusted } = state;
    let fresh = false;
    const reading = await readNamed(state.file, {
      wants(type) {
        if (trusted && CHOOSING_TYPES.has(type)) throw new Mistrust(state.file.name);
        return parseAll || (chosen.size > 0 && taking.has(type));
      },
      ...(parseAll
        ? {}
        : {
            skip: (text, from, to, type) => filter.skip(text, from, to, type),
            skipBlock: (text) => filter.skipBlock(text),
            known(ordinal) {
              const patient = people.get(ordinal);
              return patient !== undefined && !chosen.has(patient);
            },
          }),
      parsed(ordinal) {
        fresh = !parsed.has(ordinal);
        parsed.add(ordinal);
      },
      record(record) {
        if (fresh) leaves += record.leaves;
        taker?.take(record);
      },
      reject: faults.add,
      ...(references === undefined ? {} : { references }),
    });
    if (trusted) state.reading = reading;
  }

  const kept = taker?.keptLeaves ?? 0;
  return {
    ...choice,
    enrolled,
    chosen: chosen.size,
    fields: { kept, dropped: leaves - kept },
    skipped: states.reduce((sum, { reading, parsed }) => sum + reading.records - parsed.size, 0),
    rejected: faults.list,
    files: states.map(({ file, reading }) => ({ name: file.name, ...reading })),
    loose: source.loose,
  };
}
