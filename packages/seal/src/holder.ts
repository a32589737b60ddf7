/** Door two: a holder (vault, keyholder) opens the bundle addressed to it and checks its own shares, with the AES-GCM of its runtime. */

export { type OpenBundle, openBundle } from './bundle.ts';
export { nodeAead } from './node-aead.ts';
export { type Aead, bringAead } from './suite.ts';
