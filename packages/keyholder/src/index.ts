export { type KeyholderConfig, type PracticePin, readConfig } from './config.ts';
export { createKeys, type HolderCard } from './keys.ts';
export { type RunningKeyholder, startKeyholder } from './server.ts';
