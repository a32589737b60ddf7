/** Burgerservicenummer: nine digits, 11-test with weight -1 for the last digit, never 000000000 (requirement R7). */

import { DATA_ABSENT_REASON, normaliseSystem, SYSTEM } from './codes.ts';
import type { Identifier } from './resource.ts';

declare const brand: unique symbol;
/** A BSN that passed the test. It never leaves the practice (R6) and never stands in an error or log. */
export type Bsn = string & { readonly [brand]: 'Bsn' };

/** Accepts nine digits only; a leading zero is part of the number. */
export function isBsn(text: unknown): text is Bsn {
  if (typeof text !== 'string' || !/^\d{9}$/.test(text) || text === '000000000') return false;
  let sum = 0;
  for (let i = 0; i < 9; i++) sum += (text.charCodeAt(i) - 48) * (i === 8 ? -1 : 9 - i);
  return sum % 11 === 0;
}

export type BsnReading =
  | { readonly kind: 'bsn'; readonly bsn: Bsn }
  | { readonly kind: 'masked' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'fault'; readonly fault: 'bsn-wrong' | 'bsn-short' | 'bsn-twice' };

const isMasked = (identifier: Identifier): boolean =>
  [
    ...(Array.isArray(identifier._value?.extension) ? identifier._value.extension : []),
    ...(Array.isArray(identifier.extension) ? identifier.extension : []),
  ].some((extension) => extension?.url === DATA_ABSENT_REASON && extension.valueCode !== undefined);

/**
 * What the identifiers of a patient say about the BSN. A number of eight digits lost its leading zero on the way
 * (`bsn-short`): named, not repaired. Two different numbers: `bsn-twice`.
 */
export function readBsn(identifiers: readonly Identifier[] | undefined): BsnReading {
  let reading: BsnReading = { kind: 'absent' };
  for (const identifier of Array.isArray(identifiers) ? (identifiers as readonly Identifier[]) : []) {
    if (typeof identifier?.system !== 'string' || normaliseSystem(identifier.system) !== SYSTEM.bsn) continue;
    if (identifier.value === undefined) {
      if (reading.kind === 'absent' && isMasked(identifier)) reading = { kind: 'masked' };
    } else if (!isBsn(identifier.value)) {
      return { kind: 'fault', fault: /^\d{8}$/.test(String(identifier.value)) ? 'bsn-short' : 'bsn-wrong' };
    } else if (reading.kind === 'bsn' && reading.bsn !== identifier.value) {
      return { kind: 'fault', fault: 'bsn-twice' };
    } else {
      reading = { kind: 'bsn', bsn: identifier.value };
    }
  }
  return reading;
}
