/**
 * What a human reads of a line (role, purpose, search term): sealed to the log officers' team before it is sent, bound by hash.
 * The vault keeps bytes (docs/spec/entry.md).
 */

import {
  type Bytes,
  base64url,
  type DossierId,
  fromBase64url,
  newId,
  type RequestId,
  type TeamId,
} from '@ketenkluis/base';
import { type Annex, decodeAnnex, encodeAnnex } from '@ketenkluis/ledger';
import { asSealedBlob, type BlobKey, type Hash, hashOf, newBlobKey, type Plaintext, sealUnder } from '@ketenkluis/seal';
import { openSealed } from '@ketenkluis/seal/open';
import { clientError } from './errors.ts';
import type { AskedItem } from './request.ts';
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

/**
 * Seals the annex of a request that is about to be made; its id binds the two. One key per dossier and session, wrapped once: a request
 * about several dossiers, or none, has one of its own.
 */
export async function sealAnnex(
  session: Session,
  about: About,
  items: readonly Pick<AskedItem, 'dossier'>[] = [],
): Promise<SealedAnnex> {
  const people = await session.people();
  const epoch = people.epochOf(session.wire.place.pins.logTeam as TeamId);
  if (epoch === undefined) throw clientError('no-key-here', "the log officers' team has no key; nothing can be logged");
  const id = newId('request', session.wire.ports.random);
  const plain = encodeAnnex({ ...defaults, ...about }) as Plaintext;
  const dossiers = new Set(items.map(({ dossier }) => dossier));
  const [only] = dossiers.size === 1 ? dossiers : [null];
  const key = await keyFor(session, epoch.payload.kem, only ?? null);
  const blob: Bytes = await sealUnder(key, info(id), plain, session.wire.ports.random);
  return { id, hash: hashOf(blob), wire: base64url(blob) };
}

function keyFor(session: Session, kem: string, dossier: DossierId | null): Promise<BlobKey> {
  const make = () => newBlobKey(fromBase64url(kem), session.wire.ports.random);
  if (dossier === null) return make();
  const name = `${kem} ${dossier}`;
  const known = session.annexKeys.get(name);
  if (known !== undefined) return known;
  const made = make();
  session.annexKeys.set(name, made);
  made.catch(() => session.annexKeys.delete(name));
  return made;
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
      return decodeAnnex(await openSealed(key, info(request), asSealedBlob(bytes), session.annexOpened));
    } catch {
      // Sealed under an older epoch, or this person reads no annexes.
    }
  }
  return null;
}
