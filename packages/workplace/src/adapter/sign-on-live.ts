/** What the screens see of a sign-on outside; how it goes is fetched when somebody is asked for one (sign-on.ts). */

import type { Ports } from '@ketenkluis/client';
import type { SignOn, SignOnSide } from '../model.ts';
import { fetchedOnce } from './late.ts';
import type { SignOnFlow } from './sign-on.ts';

export interface SignOnLive extends SignOnSide {
  readonly identity: NonNullable<Ports['identity']>;
  /** Runs what may ask for a sign-on, and keeps the screen where the vault did not take what came of it. */
  during<T>(work: () => Promise<T>): Promise<T>;
}

export function signOnLive(of: { readonly fetch: Ports['fetch']; readonly clock: Ports['clock'] }): SignOnLive {
  let now: SignOn | null = null;
  let flow: SignOnFlow | null = null;
  const listeners = new Set<() => void>();
  const show = (next: SignOn | null) => {
    now = next;
    for (const listener of listeners) listener();
  };
  const load = fetchedOnce(async () => (await import('./sign-on.ts')).signOnFlow({ ...of, show }));
  return {
    get: () => now,
    subscribe: (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    identity: async (about) => {
      flow = await load();
      return await flow.identity(about);
    },
    async during(work) {
      try {
        const done = await work();
        flow?.settled(null);
        return done;
      } catch (error) {
        flow?.settled(error);
        throw error;
      }
    },
    go: (way) => flow?.go(way) ?? false,
    again: () => flow?.again(),
    stop: () => flow?.stop(),
  };
}
