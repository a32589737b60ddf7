export * from './endpoints.ts';
export * from './kept.ts';
export * from './messages.ts';
export * from './origin.ts';
export * from './urgent.ts';
export * from './wire.ts';
export * from './witnessed.ts';
