/**
 * Between the tab in which somebody works and the one in which they signed on outside: same origin, same browser, nothing stored. The tab that
 * comes back says its address; the one that waits knows its own by the `state` that it began with, and everybody else's is not for it.
 */

import { cameBack } from '@ketenkluis/client';
import { z } from 'zod';

const NAME = 'ketenkluis.sign-on';

const said = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('back'), address: z.string().max(8000) }),
  /** Is anybody back? Whoever was asleep while it was said asks again. */
  z.strictObject({ kind: z.literal('ask') }),
  z.strictObject({ kind: z.literal('taken'), state: z.string().max(500) }),
]);
type Said = z.infer<typeof said>;

export interface OtherTab {
  /** One answer for this `state`. */
  stop(): void;
}

const channelWith = (heard: (said: Said) => void): { say(what: Said): void; close(): void } => {
  const channel = new BroadcastChannel(NAME);
  channel.onmessage = ({ data }) => {
    const parsed = said.safeParse(data);
    if (parsed.success) heard(parsed.data);
  };
  return { say: (what) => channel.postMessage(what), close: () => channel.close() };
};

/** Listens until an address comes that carries one of these states; `took` answers whether it was one of them. */
export function waitForBack(took: (state: string, address: string, cancelled: boolean) => boolean): OtherTab {
  const { say, close } = channelWith((what) => {
    if (what.kind !== 'back' || !URL.canParse(what.address)) return;
    const back = cameBack(what.address);
    if (back !== null && took(back.state, what.address, back.cancelled)) say({ kind: 'taken', state: back.state });
  });
  const seen = () => {
    if (document.visibilityState === 'visible') say({ kind: 'ask' });
  };
  const page = typeof document === 'undefined' ? null : document;
  page?.addEventListener('visibilitychange', seen);
  return {
    stop: () => {
      page?.removeEventListener('visibilitychange', seen);
      close();
    },
  };
}

/** Of the tab that is back: says so until the other one took it. False: this address is no answer of a provider. */
export function sayBack(address: string, taken: () => void): boolean {
  const back = cameBack(address);
  if (back === null) return false;
  const { say, close } = channelWith((what) => {
    if (what.kind === 'ask') say({ kind: 'back', address });
    if (what.kind === 'taken' && what.state === back.state) {
      taken();
      close();
    }
  });
  say({ kind: 'back', address });
  return true;
}
