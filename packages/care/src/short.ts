/** Short code keys of the minimised records: `nhg45|1744` instead of the whole URI. */

import { type CodingKey, SYSTEM } from '@ketenkluis/fhir';
import { SYSTEMS } from './catalogue.ts';

/** Short name -> URI, the systems of answers included. */
export const RECORD_SYSTEMS: Readonly<Record<string, string>> = { ...SYSTEMS, nhg45a: SYSTEM.nhg45Answer };

const shortOf = new Map(Object.entries(RECORD_SYSTEMS).map(([short, uri]) => [uri, short]));

/** Only for keys of a listed system; another key has no short form and gives `?|`, which no list holds. */
export function shortKey(key: CodingKey): string {
  const bar = key.lastIndexOf('|');
  const short = shortOf.get(key.slice(0, bar));
  return short === undefined ? '?|' : `${short}|${key.slice(bar + 1)}`;
}
