/** What would leave this practice, counted, without sending anything and without an account (issue contract of `preview`). */

import type { LocalDate } from '@ketenkluis/base';
import { compileSelection, PROGRAMMES, type ProgrammeId, type Selection } from '@ketenkluis/care';
import { reasonOf } from '@ketenkluis/fhir';
import { type PracticeSink, type Progress, readPractice } from './source/practice.ts';
import type { Source } from './source/source.ts';

export interface PreviewOptions {
  readonly source: Source;
  readonly asOf: LocalDate;
  /** `candidates`: count as if all of them were enrolled. */
  readonly enrol?: 'candidates';
  /** Who is enrolled by the register; nobody when absent. */
  readonly enrolled?: (patient: string) => readonly ProgrammeId[];
  /** All four programmes when absent. */
  readonly selection?: Selection;
  /** Parse every line and name every fault. */
  readonly check?: boolean;
  readonly onProgress?: (progress: Progress) => void;
  /** Folders that other users of this computer can read. */
  readonly onLoose?: (folders: readonly string[]) => void;
}

export interface Preview {
  readonly asOf: LocalDate;
  readonly patients: number;
  readonly candidates: Readonly<Record<string, number>>;
  /** Patients, alive and of age, with this inclusion code active. */
  readonly byCode: Readonly<Record<string, number>>;
  readonly enrolled: Readonly<Record<string, number>>;
  /** JSON scalar leaves of the resources that were parsed. */
  readonly fields: { readonly kept: number; readonly dropped: number };
  readonly skipped: number;
  readonly rejected: readonly { readonly file: string; readonly line: number; readonly reason: string }[];
}

const nowhere: PracticeSink = {
  restart: () => undefined,
  records: () => undefined,
};

/** Throws only what the disk throws; every fault of the source stands in `rejected`. */
export async function preview(options: PreviewOptions): Promise<Preview> {
  const { source, asOf, onProgress } = options;
  const reading = await readPractice(source, {
    asOf,
    selection: options.selection ?? compileSelection(Object.values(PROGRAMMES)),
    enrolled: options.enrol === 'candidates' ? 'candidates' : (options.enrolled ?? (() => [])),
    sink: nowhere,
    check: options.check === true,
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  if (reading.loose.length > 0) options.onLoose?.(reading.loose);
  const { patients, candidates, byCode, enrolled, fields, skipped } = reading;
  const rejected = reading.rejected.map((one) => ({ file: one.file, line: one.line, reason: reasonOf(one) }));
  return { asOf, patients, candidates, byCode, enrolled, fields, skipped, rejected };
}
