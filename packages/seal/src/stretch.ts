/** Argon2id (RFC 9106): what makes each guess at a passphrase or a join code slow. */

import type { Bytes } from '@ketenkluis/base';
import { argon2id as webAssembly } from 'hash-wasm';

export interface Argon2Cost {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly lanes: number;
}

/** `salt` has 8 bytes or more; the answer has `length` bytes. */
export type Argon2id = (secret: Uint8Array, salt: Uint8Array, cost: Argon2Cost, length: number) => Promise<Bytes>;

/** Runs everywhere. */
export const webArgon2id: Argon2id = async (password, salt, { memoryKiB, passes, lanes }, hashLength) =>
  new Uint8Array(
    await webAssembly({
      ...{ password, salt, hashLength, outputType: 'binary' },
      ...{ memorySize: memoryKiB, iterations: passes, parallelism: lanes },
    }),
  );

let current = webArgon2id;
/** A runtime may bring its own: Node's takes half the time, on another thread. */
export function bringArgon2id(native: Argon2id): void {
  current = native;
}

export const argon2id: Argon2id = (...of) => current(...of);
