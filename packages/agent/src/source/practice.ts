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
  /** Places that needed a parse in either reading. */
  readonly parsed: BitSet;
  /** Holds a type that the second reading takes. */
  readonly wanted: boolean;
  /** Begins with one type that decides nothing: the first reading stopped there and takes the rest on trust. */
  readonly trusted: boolean;
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

/** A trusted file held something that decides who is chosen. */
class Mistrust extends Error {
  readonly file: string;
  constructor(file: string) {
    super('a file of another type holds patients or problems');
    this.file = file;
  }
}

/** First reading of one file. */
async function chooseFrom(file: SourceFile, chooser: Chooser, taking: ReadonlySet<string>, trust: boolean, faults: Faults) {
  const parsed = new BitSet();
  const index = new ReferenceIndex();
  const types = new Set<string>();
  let leaves = 0;
  let plain = trust;
  let looked = 0;
  const reading = await readNamed(file, {
    wants(type) {
      if (types.size < 2) types.add(type);
      if (CHOOSING_TYPES.has(type) || !trust) plain = false;
      return !trust || CHOOSING_TYPES.has(type);
    },
    skip: (text, from, to, type) => trust && chooser.skip(text, from, to, type),
    stop: () => plain && types.size === 1 && looked++ > 0,
    parsed(ordinal) {
      plain = false;
      parsed.add(ordinal);
    },
    record(record) {
      leaves += record.leaves;
      if (record.fullUrl !== undefined) index.add(record.fullUrl, record.resource);
      chooser.record(record);
    },
    reject: faults.add,
  });
  return { parsed, leaves, reading, index, types, plain };
}
