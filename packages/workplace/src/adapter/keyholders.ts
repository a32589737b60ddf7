/** Who outside keeps a piece of every key, and who names them. */

import { clientError } from '@ketenkluis/client';
import { guardedBy, type HeldCard, heldCard, proposeKeyholders } from '@ketenkluis/client/keyholders';
import { workplaceError } from '../errors.ts';
import type { KeyholderSide, NamedKeyholder } from '../model.ts';
import type { Surroundings } from './people.ts';

export const namedKeyholder = ({ url, fingerprint }: Pick<HeldCard, 'url' | 'fingerprint'>): NamedKeyholder => ({
  ...{ url, fingerprint: fingerprint.join(' ') },
});

export function keyholderSide(from: Surroundings): KeyholderSide {
  return {
    keyholders: () =>
      from.open(async ({ session, me }) => {
        const found = await guardedBy(session);
        return { need: found?.need ?? 0, holders: (found?.holders ?? []).map(namedKeyholder), mayChange: me.owner };
      }),
    nameKeyholders: ({ kept, added, need }) =>
      from.open(async ({ session }) => {
        const bad = (cause?: unknown) =>
          workplaceError('bad-keyholder', 'this is no card of a keyholder', cause === undefined ? {} : { cause });
        const now = (await guardedBy(session))?.holders ?? [];
        const cards = added.map((text) => heldCard(text));
        if (cards.includes(undefined)) throw bad();
        const fresh = cards.filter((one) => one !== undefined);
        const holders = [...now.filter(({ url }) => kept.includes(url)), ...fresh].map(
          ({ person, sign, kem, url }) => ({
            ...{ person, sign, kem, url },
          }),
        );
        try {
          await proposeKeyholders(session, { need, holders });
        } catch (cause) {
          throw clientError.is(cause, 'bad-proposal') ? bad(cause) : cause;
        }
      }),
  };
}
