/** Who asked for destruction and may not come back by themselves (docs/spec/destruction.md): tags, no names and no ids. */

import { Fingerprints } from '../contents.ts';
import type { Register } from '../register.ts';

/** HMAC under the agent's own key: recognises a patient, names nobody. */
export const tagOf = (register: Register, patient: string): string =>
  new Fingerprints(register.fingerprintKey).of('destroyed', register.practice.organisation, patient);

export const isForgotten = (register: Register, patient: string): boolean =>
  (register.forgotten ?? []).length > 0 && register.forgotten!.includes(tagOf(register, patient));

/** An owner says that this patient asked to come back. False where nobody like that is remembered. */
export function allowAgain(register: Register, patient: string): boolean {
  if (!isForgotten(register, patient)) return false;
  const tag = tagOf(register, patient);
  register.forgotten = register.forgotten!.filter((one) => one !== tag);
  return true;
}
