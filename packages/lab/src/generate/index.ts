/** The generator of a fictional Dutch GP practice: `docs/generate.md`. */

export { CSV_HEADERS, type CsvTableName, generateCsv } from './csv.ts';
export type { CanaryField, ProgrammeId, Register } from './model.ts';
export {
  DEFAULT_AS_OF,
  DEFAULT_PATIENTS,
  DEFAULT_SEED,
  type GenerateOptions,
  generatePractice,
  type LineSink,
  MOST_PATIENTS,
  type SmallPractice,
  smallPractice,
} from './practice.ts';
export { PRACTICE, type StaffKey, type StaffMember, staff } from './staff.ts';
export type { Canary, Truth } from './truth.ts';
export { type WriteOptions, writePractice } from './write.ts';
