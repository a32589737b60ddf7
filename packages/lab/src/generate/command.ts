/** `ketenkluis generate`. */

import { parseLocalDate } from '@ketenkluis/base';
import type { Job } from '../main.ts';
import { DEFAULT_AS_OF, DEFAULT_PATIENTS, DEFAULT_SEED } from './practice.ts';
import { writePractice } from './write.ts';

export interface GenerateCommand {
  readonly patients?: number;
  readonly seed?: string;
  readonly asOf?: string;
  readonly out: string;
  readonly truth?: string;
  readonly format?: string;
}

export const generate =
  (options: GenerateCommand): Job =>
  async () => {
    const { truth, files } = writePractice({
      patients: options.patients ?? DEFAULT_PATIENTS,
      seed: options.seed ?? DEFAULT_SEED,
      asOf: options.asOf === undefined ? DEFAULT_AS_OF : parseLocalDate(options.asOf),
      out: options.out,
      format: options.format === 'csv' ? 'csv' : 'fhir',
      ...(options.truth === undefined ? {} : { truth: options.truth }),
    });
    const { canaries, ...counts } = truth;
    process.stderr.write(`${truth.patients} fictional patients in ${files.length} files\n`);
    return { json: { ...counts, canaries: canaries.length, files }, failed: false };
  };
