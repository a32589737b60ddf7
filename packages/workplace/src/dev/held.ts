/** Invented keyholders: two of whom one must answer, none where the practice is empty. */

import type { KeyholderSide, Proposal } from '../model.ts';
import type { Stage } from './stage.ts';

const HOLDERS = [
  { url: 'https://sleutels.huisartsenzorg.example', fingerprint: '4821 0937 5516 2204 8890 1347' },
  { url: 'https://sleutels.apotheek.example', fingerprint: '7730 4412 0098 6651 2083 9945' },
];
const ADDED = '1180 5529 6034 7718 2290 4461';

export function keyholderSide(stage: Stage, propose: (proposal: Proposal) => void): KeyholderSide {
  const holders = stage.scene === 'empty' ? [] : HOLDERS;
  return {
    keyholders: async () => {
      await stage.reach();
      return { need: Math.min(1, holders.length), holders, mayChange: stage.me.owner };
    },
    nameKeyholders: async ({ kept, added, need }) => {
      await stage.reach(60);
      propose({
        ...{ what: 'keyholders', id: `k-${added.length}`, by: stage.me.name, mine: true, until: null },
        ...{ signed: [stage.me.name], signedByMe: true, complete: false, needed: 2, stale: false, need },
        holders: [
          ...holders.filter(({ url }) => kept.includes(url)),
          ...added.map((_, i) => ({ url: `https://sleutels${i + 1}.example`, fingerprint: ADDED })),
        ],
      });
    },
  };
}
