export * from './bytes.ts';
export * from './errors.ts';
export * from './ids.ts';
export * from './json.ts';
export * from './ports.ts';
export * from './time.ts';
