/** Invented ways to sign on outside: at the door, while somebody works, and at the desk. Nothing of it leaves the page. */

import { DAY, type Instant, plus } from '@ketenkluis/base';
import { workplaceError } from '../errors.ts';
import type {
  AskedOfSignOn,
  OfferedWay,
  PinSide,
  Proposal,
  SignOn,
  SignOnSide,
  SignOnTrouble,
  SignOnWay,
} from '../model.ts';
import type { Stage } from './stage.ts';

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

const ASKED = {
  desk: 'https://balie.wilgen.example',
  ways: [
    { means: 'dezi', issuer: 'https://inloggen.dezi.example' },
    { means: 'eid', issuer: 'https://inloggen.digid.example' },
  ],
  ...{ staff: 'high', patients: null },
} as const satisfies AskedOfSignOn;
const OFFERED: readonly OfferedWay[] = [
  { means: 'dezi', name: 'Dezi', issuer: 'https://inloggen.dezi.example', asks: null, phone: false },
  { means: 'eid', name: 'DigiD', issuer: 'https://inloggen.digid.example', asks: 'substantial', phone: true },
];

/** Asked of every patient too. */
const OF_ALL = { ...ASKED, patients: 'substantial' } as const satisfies AskedOfSignOn;
/** Somebody else wants to ask less of who works here, and nothing of patients. */
export const demandAsked = (until: Instant): Proposal => ({
  ...{ what: 'demand', id: 'v8', by: 'Joost Hofstede', mine: false, until, stale: false },
  ...{ signed: ['Joost Hofstede'], signedByMe: false, complete: false, needed: 2 },
  asks: { ...ASKED, staff: 'substantial' },
  ...{ before: OF_ALL, lower: true, shutOut: 0 },
});

/** The telephone shows 123 456; whoever shows 654 321 is somebody else. */
export function pinSide(of: {
  readonly stage: Stage;
  readonly propose: (proposal: Proposal) => void;
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
      if (scene === 'sign-on-shut') return 'shut';
      const always = scene === 'sign-on-lower';
      return scene === 'sign-on' || always ? { name: 'DigiD', asks: 'substantial', phone: true, always } : null;
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
      const mayChange = of.stage.me.owner;
      if (!scene.startsWith('sign-on')) {
        const host = { level: null, desk: null, differs: false };
        return { signed: null, host, means: [], patients: { all: 0, asked: 0 }, mayChange };
      }
      return {
        signed: {
          ...(scene === 'sign-on-lower' ? OF_ALL : ASKED),
          since: plus(of.stage.start, -40 * DAY),
          by: ['Youssef Karimi', 'Hanneke de Bruin'],
        },
        host: { level: 'high', desk: ASKED.desk, differs: scene === 'sign-on-differs' },
        means: scene === 'sign-on' || scene === 'sign-on-lower' ? OFFERED : null,
        patients: { all: 14, asked: 11 },
        mayChange,
      };
    },
    async offered(desk) {
      await reach();
      if (desk !== ASKED.desk) throw workplaceError('desk-away', 'nobody answers');
      return OFFERED;
    },
    async ask(asks) {
      await reach();
      of.propose({
        ...{ what: 'demand', id: `d-${++made}`, by: of.stage.me.name, mine: true, until: null },
        ...{ signed: [of.stage.me.name], signedByMe: true, complete: false, needed: 2, stale: false },
        ...{ asks, before: ASKED, lower: asks.staff === null, shutOut: asks.patients === null ? 0 : 3 },
      });
    },
  };
}
