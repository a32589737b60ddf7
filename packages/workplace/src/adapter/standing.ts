/** Who outside confirms the log, in what the screens show. */

import type { LogStanding } from '@ketenkluis/client';
import type { NamedWitness, Standing } from '../model.ts';

/** Of a verifier key (name+id+key) the id: what people compare. */
const keyIdOf = (vkey: string): string => vkey.split('+')[1] ?? '';
export const namedWitness = (one: {
  readonly name: string;
  readonly url: string;
  readonly keys: readonly string[];
}): NamedWitness => ({ name: one.name, url: one.url, keys: one.keys.map(keyIdOf) });

export const standingOf = ({ standing, named, quorum, fresh, size }: LogStanding): Standing => ({
  ...{ standing, named, quorum, fresh, size },
});
