import { errorFactory } from '@ketenkluis/base';

/** The closed union of what can go wrong in this package. */
export const keyholderError = errorFactory('keyholder', ['bad-config', 'bad-keys', 'not-empty']);

/** Why a request is refused: the whole of what is said of it. */
export const REFUSALS = [
  'bad-request',
  'unknown',
  'clock-behind',
  'not-signed',
  'not-allowed',
  'not-logged',
  'not-witnessed',
  'not-included',
  'wrong-line',
  'stale',
  'bad-proof',
  'fork',
  'used',
  'no-piece',
  'other-piece',
] as const;
export type Refusal = (typeof REFUSALS)[number];
