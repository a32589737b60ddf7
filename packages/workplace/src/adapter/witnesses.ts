/** Who outside confirms the log, and who names them. */

import { clientError, type LogStanding, logStanding, proposeWitnesses, WITNESS_LAG } from '@ketenkluis/client';
import { workplaceError } from '../errors.ts';
import type { NamedWitness, Standing, WitnessSide } from '../model.ts';
import type { Surroundings } from './people.ts';

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

export function witnessSide(from: Surroundings): WitnessSide {
  return {
    witnesses: () =>
      from.open(async ({ session, me }) => {
        const fact = (await session.people(true)).witnesses;
        const found = await logStanding(session);
        const keys = new Map(fact?.witnesses.map((one) => [one.name, namedWitness(one).keys]));
        return {
          standing: standingOf(found),
          witnesses: found.witnesses.map(({ name, url, word, at, size, fault }) => ({
            ...{ name, url, word, at, size, fault },
            keys: keys.get(name) ?? [],
          })),
          mayChange: me.owner,
        };
      }),
    nameWitnesses: ({ kept, added, quorum }) =>
      from.open(async ({ session }) => {
        const now = (await session.people(true)).witnesses?.witnesses ?? [];
        const witnesses = [
          ...now.filter(({ name }) => kept.includes(name)),
          // The name stands before every key.
          ...added.map(({ url, keys }) => ({ name: keys[0]?.split('+')[0] ?? '', url, keys: [...keys] })),
        ];
        try {
          await proposeWitnesses(session, { witnesses, quorum, lag: WITNESS_LAG });
        } catch (cause) {
          if (!clientError.is(cause, 'bad-proposal')) throw cause;
          throw workplaceError('bad-witness', 'an address or a key of a witness is none', { cause });
        }
      }),
  };
}
