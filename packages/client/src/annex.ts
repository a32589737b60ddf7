/**
 * What a human reads of a line (role, purpose, search term): sealed to the log officers' team before it is sent, bound by hash.
 * The vault keeps bytes (docs/spec/entry.md).
 */

import { type Bytes, base64url, fromBase64url, newId, type RequestId, type TeamId } from '@ketenkluis/base';
import { type Annex, decodeAnnex, encodeAnnex } from '@ketenkluis/ledger';
import { asSealedBlob, type Hash, hashOf, type Plaintext, sealTo } from '@ketenkluis/seal';
import { openSealed } from '@ketenkluis/seal/open';
import { clientError } from './errors.ts';
import type { Session } from './session.ts';

/** What the caller knows; the rest has a plain default. */
export type About = Partial<Omit<Annex, 'v'>>;

export interface SealedAnnex {
  readonly id: RequestId;
  readonly hash: Hash;
  readonly wire: string;
}

const info = (request: string) => `annex ${request}`;

const defaults: Annex = {
  v: 1,
  role: { code: 'professional', text: 'zorgverlener' },
  responsibleRole: null,
  initiator: true,
  purpose: 'zorg aan de patient',
  step: null,
  reason: null,
  userName: null,
  searchTerm: null,
  objectName: null,
};

/** Seals the annex of a request that is about to be made; its id binds the two. */
export async function sealAnnex(session: Session, about: About): Promise<SealedAnnex> {
  const people = await session.people();
  const epoch = people.epochOf(session.wire.place.pins.logTeam as TeamId);
  if (epoch === undefined) throw clientError('no-key-here', "the log officers' team has no key; nothing can be logged");
  const id = newId('request', session.wire.ports.random);
  const plain = encodeAnnex({ ...defaults, ...about }) as Plaintext;
  const blob: Bytes = await sealTo(fromBase64url(epoch.payload.kem), info(id), plain);
  return { id, hash: hashOf(blob), wire: base64url(blob) };
}

/** Opens an annex with the log team's key, newest epoch first; null when this person is not in that team or it does not open. */
export async function readAnnex(
  session: Session,
  request: string,
  stated: string | null,
  wire: string,
): Promise<Annex | null> {
  const bytes = fromBase64url(wire);
  if (stated === null || hashOf(bytes) !== stated) return null;
  const people = await session.people();
  const team = session.wire.place.pins.logTeam as TeamId;
  const newest = people.epochOf(team)?.payload.number ?? -1;
  for (let epoch = newest; epoch >= 0; epoch--) {
    try {
      const key = await session.teamKey(team, epoch);
      return decodeAnnex(await openSealed(key, info(request), asSealedBlob(bytes)));
    } catch {
      // Sealed under an older epoch, or this person reads no annexes.
    }
  }
  return null;
}
