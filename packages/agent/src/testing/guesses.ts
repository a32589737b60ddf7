/** Devices of a test sign in dozens of times with one passphrase: each slow guess is made once per process. */

import { base64url } from '@ketenkluis/base';
import { type Argon2id, bringArgon2id } from '@ketenkluis/seal/open';
import { bringNative, nodeArgon2id } from '../native.ts';

const made = new Map<string, ReturnType<Argon2id>>();
const once: Argon2id = async (secret, salt, cost, length) => {
  const { memoryKiB, passes, lanes } = cost;
  const key = [base64url(secret), base64url(salt), memoryKiB, passes, lanes, length].join();
  const known = made.get(key) ?? nodeArgon2id(secret, salt, cost, length);
  made.set(key, known);
  return (await known).slice();
};

export function rememberGuesses(): void {
  bringNative();
  bringArgon2id(once);
}
