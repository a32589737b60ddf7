export * from './bsn.ts';
export * from './codes.ts';
export * from './dates.ts';
export * from './quantity.ts';
export * from './resource.ts';
