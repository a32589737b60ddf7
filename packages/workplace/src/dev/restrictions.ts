/** What invented patients shut. */

import type { Instant } from '@ketenkluis/base';
import { workplaceError } from '../errors.ts';
import type { AccessSide, LiftProposal, Restriction } from '../model.ts';
import { type Invented, madeId } from './people.ts';
import { ago, ahead, both, type InventedPartner, type Stage } from './stage.ts';

export function restrictionSide(
  stage: Stage,
  partners: readonly InventedPartner[],
): Pick<AccessSide, 'restrictions' | 'lift' | 'askLift' | 'agreeLift'> {
  const one = (days: number, mine: boolean, more: Pick<Restriction, 'kind' | 'whom' | 'parts'>): Restriction => ({
    ...{ id: madeId('fact', () => stage.roll()), mine, by: mine ? stage.me.name : 'Ilse van Rooijen', mayLift: mine },
    ...{ since: ago(stage, days), until: null, mayAsk: false, asked: null, ...more },
  });
  const mine = one(40, true, { kind: 'outside', whom: null, parts: null });
  const theirs = one(12, false, {
    ...{ kind: 'organisation', whom: partners[3]?.name ?? null },
    parts: [both('Medicatie', 'Medication'), both('Nieren', 'Kidneys')],
  });
  // Recorded by a colleague who left: in one scene another owner asks already.
  const left: Restriction = {
    ...one(300, false, { kind: 'outside', whom: null, parts: null }),
    ...{ by: null, mayAsk: true },
    asked:
      stage.scene === 'partly'
        ? {
            ...{ id: 'lift', by: 'Joost Hofstede', signed: ['Joost Hofstede'], needed: 2, signedByMe: false },
            ...{ mine: false, stale: false, until: ahead(stage, 6) },
          }
        : null,
  };
  let stands = stage.scene === 'assumed' ? [] : stage.me.owner ? [mine, theirs, left] : [mine];
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
    askLift: async (_, id) => {
      await stage.reach(60);
      const asked = {
        ...{ id: 'lift', by: stage.me.name, signed: [stage.me.name], needed: 2, signedByMe: true },
        ...{ mine: true, stale: false, until: ahead(stage, 7) },
      };
      stands = stands.map((shut) => (shut.id === id ? { ...shut, asked } : shut));
    },
    agreeLift: async () => {
      await stage.reach(60);
      stands = stands.filter(({ asked }) => asked === null);
      return 'lifted';
    },
  };
}

/** Among what waits for this owner. */
export const liftAsked = ({ dossier, name }: Invented['row'], until: Instant): LiftProposal => ({
  ...{ what: 'lift', id: 'lift', by: 'Joost Hofstede', mine: false, until, patient: name, dossier },
  ...{ signed: ['Joost Hofstede'], signedByMe: false, needed: 2, complete: false, stale: false },
});
