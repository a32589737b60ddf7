/**
 * Somebody signs on outside while their session waits (docs/identity.md). The provider opens in another tab: keys, session and the secret of
 * the flow stay in the memory of this one, and nothing of it is stored. Fetched when it is first needed.
 */

import { KetenkluisError } from '@ketenkluis/base';
import {
  type BegunSignOn,
  clientError,
  countedMeans,
  type DeskDoor,
  deskDoor,
  type Ports,
  SIGN_ON_LIFE,
  type SignOnMeans,
} from '@ketenkluis/client';
import { ASSURANCE_LEVELS, expectType, type StatementWire, statementFromWire } from '@ketenkluis/seal';
import { workplaceError } from '../errors.ts';
import type { SignOn, SignOnLevel, SignOnTrouble, SignOnWay } from '../model.ts';
import { type OtherTab, waitForBack } from './other-tab.ts';

type Identity = NonNullable<Ports['identity']>;
type About = Parameters<Identity>[0];
type Clock = Ports['clock'];

/** Whoever goes this late would come back to nothing. */
const MARGIN = 60_000;

export const wayOf = ({ means, name }: SignOnMeans, { url }: BegunSignOn): SignOnWay => ({
  ...{ means, name, href: url, host: new URL(url).host },
});

/** The level that a word of the agent speaks of; the vault and who pins it check the word itself. Throws where it is no such word. */
export const levelIn = (word: StatementWire): SignOnLevel =>
  expectType(statementFromWire(word), 'assurance').payload.level;

export const reaches = (level: SignOnLevel, least: SignOnLevel | null): boolean =>
  least === null || ASSURANCE_LEVELS.indexOf(level) >= ASSURANCE_LEVELS.indexOf(least);

/** What went wrong at the desk, as the screen says it. */
export const troubleOf = (error: unknown, late: boolean): Extract<SignOnTrouble, 'away' | 'refused' | 'expired'> => {
  if (!clientError.is(error, 'desk-refused')) return 'away';
  return late ? 'expired' : 'refused';
};

interface Flow {
  readonly about: About;
  readonly door: DeskDoor | null;
  readonly tab: OtherTab;
  begun: readonly { readonly way: SignOnWay; readonly begun: BegunSignOn }[];
  /** When the links were made. */
  at: number;
  resolve(word: StatementWire): void;
  reject(error: Error): void;
}

export interface SignOnFlow {
  readonly identity: Identity;
  go(way: SignOnWay): boolean;
  again(): void;
  stop(): void;
  /** What came of the word at the vault. True: the screen says so, and stays. */
  settled(error: unknown): boolean;
}

export function signOnFlow(of: {
  readonly fetch: Ports['fetch'];
  readonly clock: Clock;
  readonly show: (now: SignOn | null) => void;
}): SignOnFlow {
  const { fetch, clock, show } = of;
  let flow: Flow | null = null;
  let shown: SignOn | null = null;
  const put = (next: SignOn | null) => {
    shown = next;
    show(next);
  };
  const become = (about: About, stage: SignOn['stage'], more: Partial<SignOn> = {}) => {
    const { level, citizen } = about.desk;
    put({ stage, level, citizen, ways: [], way: null, trouble: null, ...more });
  };
  const end = () => {
    flow?.tab.stop();
    flow = null;
  };

  /** Links are made before the person chooses: following one is then one click, which no browser stops. */
  async function prepare(trouble: SignOnTrouble | null): Promise<void> {
    const now = flow;
    if (now === null) return;
    const { about, door } = now;
    become(about, 'asking', { trouble });
    now.begun = [];
    try {
      // What the practice did not name counts for nothing, whoever offers it.
      const all = door === null ? [] : countedMeans(await door.means(), about.desk);
      const fitting = all.filter(({ means }) => (means === 'eid') === about.desk.citizen);
      const { person, session } = about;
      now.at = clock();
      const begun = await Promise.all(
        fitting.map(async (one) => {
          const made = await door!.begin(one.means, { person, session });
          return { way: wayOf(one, made), begun: made };
        }),
      );
      if (flow !== now) return;
      now.begun = begun;
      if (begun.length === 0) become(about, 'stopped', { trouble: 'none' });
      else become(about, 'choose', { ways: begun.map(({ way }) => way), trouble });
    } catch {
      if (flow === now) become(about, 'stopped', { trouble: 'away' });
    }
  }

  async function finish(now: Flow, begun: BegunSignOn, address: string): Promise<void> {
    const { about, door } = now;
    become(about, 'checking');
    try {
      const word = await door!.finish(begun, address);
      if (flow !== now) return;
      if (!reaches(levelIn(word), about.desk.level)) return void prepare('low');
      const { resolve } = now;
      end();
      resolve(word);
    } catch (error) {
      if (flow === now) await prepare(troubleOf(error, clock() - now.at >= SIGN_ON_LIFE));
    }
  }

  const back = (state: string, address: string, cancelled: boolean): boolean => {
    const now = flow;
    const found = now?.begun.find(({ begun }) => begun.state === state);
    // Somebody else's answer, or one that came twice.
    if (!now || !found) return false;
    now.begun = [];
    void (cancelled ? prepare('cancelled') : finish(now, found.begun, address));
    return true;
  };

  return {
    identity: (about) =>
      new Promise((resolve, reject) => {
        flow?.reject(workplaceError('identity-needed', 'another sign-on began'));
        end();
        const { origin } = about.desk;
        const door = origin === null ? null : deskDoor(origin, fetch);
        flow = { about, door, tab: waitForBack(back), begun: [], at: clock(), resolve, reject };
        void prepare(null);
      }),
    go(way) {
      if (flow === null || shown === null) return false;
      if (clock() - flow.at > SIGN_ON_LIFE - MARGIN) {
        void prepare('expired');
        return false;
      }
      put({ ...shown, stage: 'waiting', way, trouble: null });
      return true;
    },
    again() {
      if (flow === null) put(null);
      else void prepare(null);
    },
    stop() {
      const now = flow;
      end();
      put(null);
      now?.reject(workplaceError('identity-needed', 'the person did not sign on'));
    },
    settled(error) {
      if (shown === null) return false;
      if (error === null || flow !== null) {
        end();
        put(null);
        return false;
      }
      const problem = error instanceof KetenkluisError ? error.detail.problem : undefined;
      const trouble = problem === 'vault/refused' ? 'other' : problem === 'vault/identity-needed' ? 'low' : 'failed';
      put({ ...shown, stage: 'stopped', ways: [], way: null, trouble });
      return true;
    },
  };
}
