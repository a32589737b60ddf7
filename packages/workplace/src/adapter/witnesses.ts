/** Who outside confirms the log, and who names them. */

import {
  ALARM_WORDS,
  alarmOf,
  clientError,
  type LogStanding,
  logStanding,
  proposeWitnesses,
  WITNESS_LAG,
} from '@ketenkluis/client';
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
        const none = { standing: 'none', named: 0, quorum: 0, fresh: 0, size: 0 } as const;
        let found: LogStanding;
        try {
          found = await logStanding(session);
        } catch (error) {
          const alarm = alarmOf(error);
          if (alarm === null) throw error;
          const { nl, en } = ALARM_WORDS[alarm];
          const words = { what: { nl: nl.what, en: en.what }, next: { nl: nl.next, en: en.next } };
          return { standing: none, witnesses: [], alarm: words, mayChange: false };
        }
        return {
          standing: standingOf(found),
          witnesses: found.witnesses.map((one) => {
            const { word, at, size, fault } = one;
            return { ...namedWitness(one), word, at, size, fault };
          }),
          alarm: null,
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
