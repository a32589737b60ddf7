/** Static public compression dictionaries, made from synthetic data only; the pack header says which one. */

import { type Bytes, utf8 } from '@ketenkluis/base';
import { dictionary1 } from './dictionary-1.ts';
import { sealError } from './errors.ts';

const dictionaries: readonly Bytes[] = [new Uint8Array(), utf8(dictionary1)];

/** What new packs are sealed with. */
export const CURRENT_DICTIONARY = dictionaries.length - 1;

/** Throws `seal/bad-header` for a number that is not known here. */
export function dictionary(number: number): Bytes {
  const found = dictionaries[number];
  if (!found) throw sealError('bad-header', `compression dictionary ${number} is not known here; update the program`);
  return found;
}
