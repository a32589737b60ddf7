/**
 * What a human reads of a line (role, purpose, search term): sealed to the log officers' team before it is sent, bound by hash, and of one
 * dossier a copy without names to whoever reads it as the patient. The vault keeps bytes (docs/spec/entry.md, docs/spec/own.md).
 */

import { base64url, type DossierId, fromBase64url, newId, type RequestId, type TeamId } from '@ketenkluis/base';
import { type Annex, decodeAnnex, encodeAnnex } from '@ketenkluis/ledger';
import {
  type BlobKey,
  type Hash,
  hashOf,
  joinAnnex,
  type KeyDirectory,
  newBlobKey,
  type Plaintext,
  sealUnder,
  splitAnnex,
} from '@ketenkluis/seal';
import { openSealed } from '@ketenkluis/seal/open';
import { clientError } from './errors.ts';
import type { AskedItem } from './request.ts';
import type { Session } from './session.ts';

/**
 * What can be said of a look on opening it: these purposes and no others explain a little, within bounds (docs/spec/review.md, "What the log
 * itself shows").
 */
export const SAID = { phone: 'telefonisch contact', consultation: 'overleg' } as const;
export type Saying = keyof typeof SAID;

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

/** Whoever works here has no name for a patient (R54), and what they typed is for the log officers. */
const withoutNames = (annex: Annex): Annex => ({ ...annex, userName: null, searchTerm: null, reason: null });

/** The one dossier that a request names; null for none, and for more: nobody reads a word about another's. */
function soleDossier(items: readonly { readonly dossier: DossierId | null }[]): DossierId | null {
  const [one, ...more] = new Set(items.map(({ dossier }) => dossier));
  return one !== undefined && more.length === 0 ? one : null;
}

/**
 * Seals the annex of a request that is about to be made; its id binds the two. One key per reader, dossier and session, wrapped once: a
 * request about several dossiers, or none, has one of its own, and no copy for a patient.
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
  const annex = { ...defaults, ...about };
  const dossier = soleDossier(items);
  const seal = async (kem: string, plain: Annex) =>
    sealUnder(
      await keyFor(session, kem, dossier),
      info(id),
      encodeAnnex(plain) as Plaintext,
      session.wire.ports.random,
    );
  const blob = joinAnnex(
    await Promise.all([
      seal(epoch.payload.kem, annex),
      ...patientKeys(people, session, dossier).map((kem) => seal(kem, withoutNames(annex))),
    ]),
  );
  return { id, hash: hashOf(blob), wire: base64url(blob) };
}

/** Keys of who reads this dossier as the patient or for them. On a visit the directory is the practice's own all the same. */
function patientKeys(people: KeyDirectory, session: Session, dossier: DossierId | null): string[] {
  if (dossier === null) return [];
  const owns = people.owns(session.now()).filter((fact) => fact.dossier === dossier);
  return owns.flatMap(({ team }) => people.epochOf(team)?.payload.kem ?? []);
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

/**
 * Opens an annex: with the log team's key, newest epoch first, or as the patient with the own team's. Null when this person is in neither,
 * it does not open, or its form is not known here.
 */
export async function readAnnex(
  session: Session,
  request: string,
  stated: string | null,
  wire: string,
): Promise<Annex | null> {
  const bytes = fromBase64url(wire);
  if (stated === null || hashOf(bytes) !== stated) return null;
  const people = await session.people();
  try {
    const [officers, ...patients] = splitAnnex(bytes);
    const own = people.owns(session.now()).filter(({ person }) => person === session.person);
    const teams = own.length > 0 ? own.map(({ team }) => team) : [session.wire.place.pins.logTeam as TeamId];
    const blobs = own.length > 0 ? patients : [officers];
    for (const team of teams) {
      const newest = people.epochOf(team)?.payload.number ?? -1;
      for (let epoch = newest; epoch >= 0; epoch--) {
        for (const blob of blobs) {
          try {
            const key = await session.teamKey(team, epoch);
            return decodeAnnex(await openSealed(key, info(request), blob, session.annexOpened));
          } catch {
            // Sealed under an older epoch or to somebody else, or this person reads no annexes.
          }
        }
      }
    }
  } catch {
    // No annex that this program knows.
  }
  return null;
}
