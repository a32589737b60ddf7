/** What an owner's sign-in does for the others: says who works here today, and shows the vault the keys of new partners. */

import { couplePartners, vouch } from '@ketenkluis/client';
import type { Inside } from './inside.ts';

const under = new WeakMap<Inside, Promise<void>>();

/** Once for each time that somebody comes in. Rejects for whoever waits for it; a sign-in does not. */
export function duties(inside: Inside): Promise<void> {
  const busy = under.get(inside);
  if (busy !== undefined) return busy;
  const work = async () => {
    const { me, session } = inside;
    if (!me.owner) return;
    // Only people of a partner visit others; a practice need not say each day who works there.
    if (me.partner) await vouch(session);
    await coupled(inside);
  };
  const started = work();
  under.set(inside, started);
  started.catch(() => under.delete(inside));
  return started;
}

/** The second person signs at another moment than the owner signs in: asked again wherever partners are looked at. */
export async function coupled({ me, session }: Inside): Promise<void> {
  if (me.owner) await couplePartners(session);
}
