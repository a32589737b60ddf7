/** What an inviter called a colleague, kept in this browser sealed to the inviter's own key until the invitation is over. */

import { canonicalJson, fromBase64url, type InvitationId, type PersonId, parseCanonicalJson } from '@ketenkluis/base';
import type { Named } from '@ketenkluis/client';
import { asSealedBlob, type Plaintext, sealTo } from '@ketenkluis/seal';
import { openSealed } from '@ketenkluis/seal/open';
import { z } from 'zod';
import { workplaceError } from '../errors.ts';
import type { Inside } from './inside.ts';
import type { BrowserStorage } from './storage.ts';

const place = (person: PersonId, id: InvitationId) => `invited-name:${person}:${id}`;
const info = (id: InvitationId) => `invited ${id}`;
const named = z.strictObject({ name: z.string(), role: z.string() });

export async function keepInvited(
  storage: BrowserStorage,
  { session, me }: Inside,
  id: InvitationId,
  { name, role }: Named,
): Promise<void> {
  const own = (await session.people()).authority?.owners.find(({ person }) => person === me.person);
  if (own === undefined) throw workplaceError('denied', 'owners invite', { detail: { reason: 'class-not-allowed' } });
  const plain = canonicalJson({ name, role }) as Uint8Array as Plaintext;
  await storage.set(place(me.person, id), await sealTo(fromBase64url(own.kem), info(id), plain));
}

export async function invitedAs(
  storage: BrowserStorage,
  { session, me }: Inside,
  id: InvitationId,
): Promise<Named | null> {
  const kept = await storage.get(place(me.person, id));
  if (!(kept instanceof Uint8Array)) return null;
  const opened = await openSealed(session.keys().kem, info(id), asSealedBlob(new Uint8Array(kept)));
  return named.parse(parseCanonicalJson(opened));
}

export const dropInvited = (storage: BrowserStorage, person: PersonId, id: InvitationId): Promise<void> =>
  storage.delete(place(person, id));
