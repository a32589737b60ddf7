/** Door two: a holder (vault, keyholder) opens the bundle addressed to it and checks its own shares. */

export { type OpenBundle, openBundle } from './bundle.ts';
