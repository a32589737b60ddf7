/** Invented ways to sign on outside: at the door, while somebody works, and at the desk. Nothing of it leaves the page. */

import { workplaceError } from '../errors.ts';
import type { PinSide, SignOn, SignOnSide, SignOnTrouble, SignOnWay } from '../model.ts';

const way = (means: SignOnWay['means'], name: string, host: string): SignOnWay => ({
  ...{ means, name, host },
  href: 'about:blank',
});
const STAFF = [way('dezi', 'Dezi', 'inloggen.dezi.example'), way('oidc', 'Praktijkaccount', 'account.wilgen.example')];
const CITIZEN = [way('eid', 'DigiD', 'inloggen.digid.example')];

export interface InventedSignOn {
  readonly side: SignOnSide;
  /** Until the person signed on, or stopped. */
  ask(): Promise<void>;
  /** The other tab is back; with what went wrong there. */
  back(trouble?: SignOnTrouble): void;
}

export function inventedSignOn(citizen: boolean): InventedSignOn {
  let now: SignOn | null = null;
  let waits: { resolve(): void; reject(error: Error): void } | null = null;
  const listeners = new Set<() => void>();
  const put = (next: SignOn | null) => {
    now = next;
    for (const listener of listeners) listener();
  };
  const ways = citizen ? CITIZEN : STAFF;
  const base: SignOn = {
    ...{ stage: 'choose', level: citizen ? 'substantial' : 'high', citizen, ways, way: null, trouble: null },
  };
  const stops: ReadonlySet<SignOnTrouble> = new Set(['other', 'away', 'none', 'failed']);
  return {
    side: {
      get: () => now,
      subscribe: (changed) => {
        listeners.add(changed);
        return () => listeners.delete(changed);
      },
      go(chosen) {
        put({ ...base, stage: 'waiting', way: chosen });
        return true;
      },
      again: () => put(base),
      stop() {
        put(null);
        waits?.reject(workplaceError('identity-needed', 'nobody signed on'));
      },
    },
    ask: () =>
      new Promise((resolve, reject) => {
        waits = { resolve, reject };
        put(base);
      }),
    back(trouble) {
      if (trouble === undefined) {
        put(null);
        waits?.resolve();
      } else put({ ...base, ...(stops.has(trouble) ? { stage: 'stopped', ways: [] } : {}), trouble });
    },
  };
}

/** The telephone shows 123 456; whoever shows 654 321 is somebody else. */
export function pinSide(of: {
  readonly scene: string;
  readonly reach: () => Promise<void>;
  readonly again: (proposal: string) => void;
}): PinSide {
  const { scene, reach } = of;
  const proposals = new Map<string, string>();
  const done = (id: string, other = false) => {
    const proposal = proposals.get(id);
    const same = proposal === undefined || !other;
    if (proposal !== undefined && same) of.again(proposal);
    return { done: true, level: 'substantial', same } as const;
  };
  let made = 0;
  return {
    async with() {
      await reach();
      if (scene === 'sign-on-away') return 'away';
      return scene === 'sign-on' ? { name: 'DigiD', asks: 'substantial', phone: true } : null;
    },
    async begin(whose, where) {
      await reach();
      const id = `pin-${++made}`;
      if ('proposal' in whose) proposals.set(id, whose.proposal);
      return where === 'phone'
        ? { id, link: 'https://balie.wilgen.example/aan/7k4m9q2pxd', way: null }
        : { id, link: null, way: CITIZEN[0]! };
    },
    async number(id, number) {
      await reach();
      const digits = number.replace(/\D/g, '');
      if (digits === '123456' || digits === '654321') return done(id, digits === '654321');
      return { done: false, trouble: 'refused', again: true };
    },
    async back(id) {
      await reach();
      return done(id);
    },
    drop: async () => undefined,
    async settings() {
      await reach();
      if (!scene.startsWith('sign-on')) return { level: null, desk: null, means: null, patients: { all: 0, asked: 0 } };
      const means =
        scene === 'sign-on-away'
          ? null
          : ([
              { means: 'dezi', name: 'Dezi', asks: null, phone: false },
              { means: 'eid', name: 'DigiD', asks: 'substantial', phone: true },
            ] as const);
      return { level: 'high', desk: 'https://balie.wilgen.example', means, patients: { all: 14, asked: 11 } };
    },
  };
}
