export * from './bsn.ts';
export * from './codes.ts';
export * from './dates.ts';
export * from './quantity.ts';
export { readFile } from './read.ts';
export type { FhirRecord, FileReading, ReadHandler, SourceFile } from './reading.ts';
export * from './references.ts';
export * from './reject.ts';
export * from './resource.ts';
