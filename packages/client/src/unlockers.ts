/** Ways in, at the vault: which there are, ended by an owner after a loss, and what a changed keyring leaves out (R14). */

import { type Bytes, base64url, type PersonId } from '@ketenkluis/base';
import { done, unlockers as unlockersMessage } from '@ketenkluis/protocol';
import { parseKeyring, type Statement, statementToWire } from '@ketenkluis/seal';
import { type OpenedKeyring, removeUnlockers } from '@ketenkluis/seal/open';
import type { z } from 'zod';
import type { Session } from './session.ts';

/** `since` and `used` are days (midnight UTC); `ended` is the moment from which it opens nothing. */
export type WayIn = z.infer<typeof unlockersMessage>['people'][number]['unlockers'][number];

/** One's own ways in; for an owner those of every colleague. Throws `client/refused`, `client/offline`. */
export async function waysIn(session: Session): Promise<ReadonlyMap<PersonId, readonly WayIn[]>> {
  const { people } = await session.call('unlockers', unlockersMessage);
  return new Map(people.map(({ person, unlockers }) => [person, unlockers]));
}

/** Puts the next keyring at the vault; what it leaves out opens nothing from then on. */
export async function putKeyring(
  session: Session,
  keyring: Bytes,
  device: Statement<'device'> | null = null,
): Promise<void> {
  const body = { keyring: base64url(keyring), device: device === null ? null : statementToWire(device) };
  const { message } = await session.signed({ class: 'session', action: 'keyring' }, body);
  await session.call('keyring', done, message);
  session.unlockers = parseKeyring(keyring).header.unlockers;
}

/** Ends one of one's own ways in. Throws `seal/too-few-unlockers` when fewer than two would stay. */
export async function endOwnUnlocker(session: Session, opened: OpenedKeyring, unlocker: string): Promise<void> {
  await putKeyring(session, await removeUnlockers(opened, new Set([unlocker]), session.wire.ports.random));
}

/** An owner ends a colleague's way in: refused at once, its sessions over, one line. Throws `client/refused`. */
export async function endUnlocker(session: Session, person: PersonId, unlocker: string): Promise<void> {
  const body = { person, unlocker };
  const { message } = await session.signed({ class: 'admin', action: 'unlocker-end' }, body);
  await session.call('unlocker-end', done, message);
}

/** Leaves out of the keyring what an owner has ended; one way in may be all that is left. */
export async function dropEnded(session: Session, opened: OpenedKeyring, ended: readonly string[]): Promise<void> {
  if (ended.length === 0) return;
  await putKeyring(session, await removeUnlockers(opened, new Set(ended), session.wire.ports.random, 1));
}
