/** What invented patients shut. */

import { workplaceError } from '../errors.ts';
import type { AccessSide, Restriction } from '../model.ts';
import { madeId } from './people.ts';
import { ago, both, type InventedPartner, type Stage } from './stage.ts';

export function restrictionSide(
  stage: Stage,
  partners: readonly InventedPartner[],
): Pick<AccessSide, 'restrictions' | 'lift'> {
  const one = (days: number, mine: boolean, more: Pick<Restriction, 'kind' | 'whom' | 'parts'>): Restriction => ({
    ...{ id: madeId('fact', () => stage.roll()), mine, by: mine ? stage.me.name : 'Ilse van Rooijen', mayLift: mine },
    ...{ since: ago(stage, days), until: null, ...more },
  });
  const mine = one(40, true, { kind: 'outside', whom: null, parts: null });
  const theirs = one(12, false, {
    ...{ kind: 'organisation', whom: partners[3]?.name ?? null },
    parts: [both('Medicatie', 'Medication'), both('Nieren', 'Kidneys')],
  });
  let stands = stage.scene === 'assumed' ? [] : stage.me.owner ? [mine, theirs] : [mine];
  return {
    restrictions: async () => {
      await stage.reach(60);
      if (stage.scene === 'denied') throw workplaceError('denied', 'no', { detail: { reason: 'no-relation' } });
      return stands;
    },
    lift: async (_, id) => {
      await stage.reach(60);
      stands = stands.filter((shut) => shut.id !== id);
    },
  };
}
