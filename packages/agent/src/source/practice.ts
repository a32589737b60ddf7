/**
 * Reads a practice in two steps without ever holding it: first who is there and who is a candidate, then, of the chosen
 * patients only, what the programmes list, minimised before it is handed on (design 8: read, select, minimise).
 * What is skipped without parsing, and why that is safe: docs/spec/source.md.
 */

import type { LocalDate } from '@ketenkluis/base';
import { type CareRecord, minimise, type ProgrammeId, type ScopeId, type Selection } from '@ketenkluis/care';
import {
  type Appointment,
  type Encounter,
  type FhirRecord,
  type FileReading,
  literalReference,
  loadUnits,
  type Observation,
  patientReference,
  ReferenceIndex,
  type Rejection,
  type Resource,
  type SourceFile,
} from '@ketenkluis/fhir';
import { checkSource } from './check.ts';
import { CHOOSING_TYPES, type Choice, Chooser } from './choose.ts';
import { type Contact, contactOf } from './contact.ts';
import { LineFilter } from './filter.ts';
import { BitSet, IdSet } from './idset.ts';
import { readNamed } from './named.ts';
import { type Registration, registrationOf } from './process.ts';
import type { Source } from './source.ts';

/** Patients go by their id in the GP system; it stays in the practice. */
export interface PracticeSink {
  /** The records of one resource, all of one scope. */
  records(patient: string, scope: ScopeId, records: readonly CareRecord[]): void;
  contact?(patient: string, contact: Contact): void;
  registration?(patient: string, registration: Registration): void;
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
  /** Parses every line once more and names every fault; what is taken stays the same. */
  readonly check?: boolean;
  /** Skips nothing: the slow twin of the same reading, for tests. */
  readonly parseAll?: boolean;
  readonly onProgress?: (progress: Progress) => void;
}

export interface FileReport extends FileReading {
  readonly name: string;
}

export interface PracticeReading extends Omit<Choice, 'candidateFor'> {
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
  readonly parsed: BitSet;
  /** Holds a type that the second reading wants. */
  wanted: boolean;
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

/** fullUrls of a Bundle, needed before its first entry can be taken. */
async function indexOf(file: SourceFile): Promise<ReferenceIndex> {
  const index = new ReferenceIndex();
  await readNamed(file, {
    record: ({ fullUrl, resource }) => index.add(fullUrl, resource),
    reject: () => undefined,
  });
  return index;
}

/** Faults of the source are in the answer; what is thrown comes from the disk, the sink or `agent/no-source`. */
export async function readPractice(source: Source, options: PracticeOptions): Promise<PracticeReading> {
  const { asOf, selection, sink, onProgress, parseAll = false } = options;
  const faults = new Faults();
  for (const finding of source.findings) faults.add(finding);
  const files = source.files.length;

  const checkedLeaves =
    options.check === true
      ? await checkSource(source, faults.add, (file, done) => onProgress?.({ step: 'check', file, files, done }))
      : undefined;

  const taking = new Set(Object.keys(selection.scan).filter((type) => type !== 'Medication'));
  const chooser = new Chooser(selection, asOf, faults.add);
  const states: FileState[] = [];
  let leaves = 0;

  for (const [done, file] of source.files.entries()) {
    onProgress?.({ step: 'choose', file: file.name, files, done });
    const parsed = new BitSet();
    const index = new ReferenceIndex();
    let wanted = parseAll;
    const reading = await readNamed(file, {
      wants(type) {
        if (!wanted && taking.has(type)) wanted = true;
        return parseAll || CHOOSING_TYPES.has(type);
      },
      ...(parseAll ? {} : { skip: (text, from, to, type) => chooser.skip(text, from, to, type) }),
      parsed: (ordinal) => parsed.add(ordinal),
      record(record) {
        leaves += record.leaves;
        if (record.fullUrl !== undefined) index.add(record.fullUrl, record.resource);
        chooser.record(record);
      },
      reject: faults.add,
    });
    if (reading.refused === undefined) chooser.endFile(index);
    else chooser.forget(file.name);
    states.push({ file, parsed, wanted, reading });
  }

  const { candidateFor, ...choice } = chooser.choose();
  const chosen = new Map<string, readonly ProgrammeId[]>();
  const enrolled: Record<string, number> = Object.fromEntries(selection.programmes.map(({ id }) => [id, 0]));
  const programmesOf = (patient: string): readonly ProgrammeId[] => {
    const may = candidateFor.get(patient) ?? [];
    if (options.enrolled === 'candidates') return may;
    return options.enrolled(patient, may).filter((id) => Object.hasOwn(enrolled, id));
  };
  for (const patient of chooser.patients()) {
    const programmes = programmesOf(patient);
    if (programmes.length === 0) continue;
    chosen.set(patient, programmes);
    for (const id of programmes) enrolled[id]!++;
  }

  const filter = new LineFilter(selection, chosen, asOf);
  const units = await loadUnits();
  const taken = new IdSet();
  let keptLeaves = 0;

  const take = ({ type, file, line, resource }: FhirRecord): void => {
    const own = resource as Resource;
    const reference = type === 'Patient' ? `Patient/${own.id}` : patientReference(own);
    const target = literalReference(reference);
    const programmes = target?.type === 'Patient' ? chosen.get(target.id) : undefined;
    if (target === undefined || programmes === undefined) return;
    const id = `${type}/${own.id}`;
    const contact =
      type === 'Encounter' || type === 'Appointment' ? contactOf(own as Encounter | Appointment, asOf) : undefined;
    const registration = type === 'Observation' ? registrationOf(own as Observation, selection, asOf) : undefined;
    const found = minimise(own, { selection, programmes, asOf, units, medication: chooser.medication });
    if (contact === undefined && registration === undefined && found.scope === undefined) return;
    // The first record of an id counts; only records that would be taken can be in each other's way.
    if (!taken.add(id)) {
      faults.add({ file, line, code: 'duplicate-id' });
      return;
    }
    if (contact !== undefined) sink.contact?.(target.id, contact);
    if (registration !== undefined) sink.registration?.(target.id, registration);
    if (found.scope === undefined) return;
    keptLeaves += found.kept;
    sink.records(target.id, found.scope, found.records);
  };

  if (chosen.size > 0) {
    for (const [done, state] of states.entries()) {
      if (!state.wanted || state.reading.refused !== undefined) continue;
      onProgress?.({ step: 'take', file: state.file.name, files, done });
      let fresh = false;
      const references = state.reading.format === 'document' ? await indexOf(state.file) : undefined;
      await readNamed(state.file, {
        wants: (type) => parseAll || taking.has(type),
        ...(parseAll ? {} : { skip: (text, from, to, type) => filter.skip(text, from, to, type) }),
        parsed(ordinal) {
          fresh = !state.parsed.has(ordinal);
          state.parsed.add(ordinal);
        },
        record(record) {
          if (fresh) leaves += record.leaves;
          if (taking.has(record.type)) take(record);
        },
        reject: faults.add,
        ...(references === undefined ? {} : { references }),
      });
    }
  }

  const skipped = states.reduce((sum, { reading, parsed }) => sum + reading.records - parsed.size, 0);
  return {
    ...choice,
    enrolled,
    chosen: chosen.size,
    fields: { kept: keptLeaves, dropped: (checkedLeaves ?? leaves) - keptLeaves },
    skipped: checkedLeaves === undefined ? skipped : 0,
    rejected: faults.list,
    files: states.map(({ file, reading }) => ({ name: file.name, ...reading })),
    loose: source.loose,
  };
}
