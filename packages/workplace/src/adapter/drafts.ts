/** Drafts of notes, kept in this browser sealed to the person's own key: only the same person can open them again. */

import { type DossierId, fromBase64url, fromUtf8, type PersonId, utf8 } from '@ketenkluis/base';
import { asSealedBlob, type Plaintext, sealTo } from '@ketenkluis/seal';
import { openSealed } from '@ketenkluis/seal/open';
import type { Inside } from './inside.ts';
import type { BrowserStorage } from './storage.ts';

const prefix = (person: PersonId) => `draft:${person}:`;
const info = (dossier: DossierId) => `draft ${dossier}`;

/** Enough to seal a draft even after the screen locked: the public half only. */
export interface Drafter {
  readonly person: PersonId;
  readonly kem: Uint8Array;
}

export async function drafterOf({ session, me }: Inside): Promise<Drafter | null> {
  const kem = (await session.people()).cardOf(me.person, session.now())?.kem;
  return kem === undefined ? null : { person: me.person, kem: fromBase64url(kem) };
}

export async function readDraft(storage: BrowserStorage, inside: Inside, dossier: DossierId): Promise<string> {
  const kept = await storage.get(`${prefix(inside.me.person)}${dossier}`);
  if (!(kept instanceof Uint8Array)) return '';
  const opened = await openSealed(inside.session.keys().kem, info(dossier), asSealedBlob(new Uint8Array(kept)));
  return fromUtf8(opened);
}

export async function keepDraft(
  storage: BrowserStorage,
  drafter: Drafter,
  dossier: DossierId,
  text: string,
): Promise<void> {
  const name = `${prefix(drafter.person)}${dossier}`;
  if (text === '') return await storage.delete(name);
  await storage.set(name, await sealTo(drafter.kem, info(dossier), utf8(text) as Plaintext));
}

export const countDrafts = async (storage: BrowserStorage, person: PersonId): Promise<number> =>
  (await storage.names(prefix(person))).length;

/** Of everybody: a change of user leaves none behind. */
export async function dropDrafts(storage: BrowserStorage): Promise<void> {
  for (const name of await storage.names('draft:')) await storage.delete(name);
}
