export { readConfig, type WitnessConfig } from './config.ts';
export { createKeys } from './keys.ts';
export { type RunningWitness, startWitness } from './server.ts';
