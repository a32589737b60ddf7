/** What the pure packages need from outside. Nothing else may reach for a clock or for randomness. */

import type { Bytes } from './bytes.ts';
import { type Instant, instant } from './time.ts';

export type Clock = () => Instant;
/** `length` fresh random bytes from a cryptographic source. */
export type Random = (length: number) => Bytes;

/** Signs for one key; `by` names who it speaks for (a person, agent or log id). */
export interface Signer {
  readonly by: string;
  readonly publicKey: Bytes;
  sign(message: Uint8Array): Promise<Bytes>;
}

/** Answers false on any bad input; never throws. */
export interface Verifier {
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean>;
}

/** The one place that may ask the machine for the time. */
export const systemClock: Clock = () => instant(Date.now());
export const systemRandom: Random = (length) => crypto.getRandomValues(new Uint8Array(length));
/** Milliseconds that only ever grow, whatever is done to the clock; from no particular start. */
export const steadyCount = (): number => performance.now();
