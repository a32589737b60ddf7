/** Invented witnesses: two that answer, one of them late where the scene is stale, none where it is empty. */

import { HOUR, MINUTE, plus } from '@ketenkluis/base';
import { ALARM_WORDS } from '@ketenkluis/client';
import type { Proposal, Standing, WitnessSide } from '../model.ts';
import { both, type Stage } from './stage.ts';

const NAMES = ['getuige.huisartsenzorg.example/w1', 'log.universiteit.example/w2'];

const FORK = {
  what: both(ALARM_WORDS.fork.nl.what, ALARM_WORDS.fork.en.what),
  next: both(ALARM_WORDS.fork.nl.next, ALARM_WORDS.fork.en.next),
};

export const inventedStanding = (scene: string): Standing => {
  if (scene === 'empty') return { standing: 'none', named: 0, quorum: 0, fresh: 0, size: 0 };
  const late = scene === 'stale';
  return { standing: late ? 'degraded' : 'confirmed', named: 2, quorum: 2, fresh: late ? 1 : 2, size: 1876 };
};

export function witnessSide(stage: Stage, propose: (proposal: Proposal) => void): WitnessSide {
  const standing = inventedStanding(stage.scene);
  return {
    witnesses: async () => {
      await stage.reach();
      if (stage.scene === 'unproved') return { standing, witnesses: [], alarm: FORK, mayChange: false };
      const late = standing.standing === 'degraded';
      return {
        standing,
        alarm: null,
        mayChange: stage.me.owner,
        witnesses: NAMES.slice(0, standing.named).map((name, i) => ({
          ...{ name, url: `https://${name}`, keys: i === 0 ? ['1f2e3d4c', '5a6b7c8d'] : ['9e0f1a2b', '3c4d5e6f'] },
          ...(late && i === 1
            ? { word: 'old' as const, at: plus(stage.start, -5 * HOUR), size: 1802, fault: 'offline' as const }
            : { word: 'fresh' as const, at: plus(stage.start, -4 * MINUTE), size: 1876, fault: null }),
        })),
      };
    },
    nameWitnesses: async ({ kept, added, quorum }) => {
      await stage.reach(60);
      propose({
        ...{ what: 'witnesses', id: `w-${added.length}`, by: stage.me.name, mine: true, until: null },
        ...{ signed: [stage.me.name], signedByMe: true, complete: false, needed: 2, stale: false, quorum },
        before: standing.named === 0 ? null : { quorum: standing.quorum, named: standing.named },
        witnesses: [
          ...kept.map((name) => ({ name, url: `https://${name}`, keys: ['1f2e3d4c', '5a6b7c8d'] })),
          ...added.map(({ url }) => ({ name: url.replace('https://', ''), url, keys: ['7a7b7c7d', '8e8f9a9b'] })),
        ],
      });
    },
  };
}
