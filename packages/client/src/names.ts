/** What a new colleague is called: said by an owner, sealed to the owners and the practice's agent, never shown to the host. */

import { base64url, fromBase64url, type Instant, isId, type PersonId } from '@ketenkluis/base';
import {
  asSealedBlob,
  decodeStatement,
  encodeStatement,
  expectType,
  type KemPrivateKey,
  type KeyDirectory,
  type Plaintext,
  sealTo,
  signStatement,
} from '@ketenkluis/seal';
import { openSealed } from '@ketenkluis/seal/open';
import type { Session } from './session.ts';

export interface Named {
  readonly name: string;
  /** A role of the catalogue, or the practice's own word. */
  readonly role: string;
}
/** As it goes over the wire. */
export interface SealedName {
  readonly to: PersonId;
  readonly sealed: string;
}

const info = (person: PersonId) => `name ${person}`;

/** One blob for each owner and each agent of the practice. */
export async function sealName(session: Session, person: PersonId, named: Named, at: Instant): Promise<SealedName[]> {
  const people = await session.people();
  const { name, role } = named;
  const statement = await signStatement(
    { t: 'name', v: 1, suite: 1, organisation: session.practice, person, name, role, by: session.person, at },
    session.keys().signer,
  );
  const plain = encodeStatement(statement) as Uint8Array as Plaintext;
  const agents = people.cards(session.now()).filter(({ kind }) => kind === 'agent');
  const readers = [
    ...(people.authority?.owners ?? []),
    ...agents.map(({ subject, kem }) => ({ person: subject, kem })),
  ];
  return await Promise.all(
    readers.map(async (to) => ({
      to: to.person,
      sealed: base64url(await sealTo(fromBase64url(to.kem), info(person), plain)),
    })),
  );
}

/** Everybody's name that the vault keeps for this reader, as owners of the practice signed it. */
export async function namesOf(session: Session): Promise<ReadonlyMap<PersonId, Named>> {
  const [people, { names }] = [await session.people(), await session.me()];
  const found = new Map<PersonId, Named>();
  for (const { person, sealed } of names) {
    if (!isId('person', person)) continue;
    const reader = session.person;
    const named = await openName({ people, names: [{ to: reader, sealed }], reader, key: session.keys().kem, person });
    if (named !== null) found.set(person, named);
  }
  return found;
}

/** The name of this person in what came for `reader`; null where there is none, or none that an owner signed. */
export async function openName(of: {
  readonly people: KeyDirectory;
  readonly names: readonly SealedName[];
  readonly reader: PersonId;
  readonly key: KemPrivateKey;
  readonly person: PersonId;
}): Promise<Named | null> {
  const { people, names, reader, key, person } = of;
  for (const { sealed } of names.filter(({ to }) => to === reader)) {
    try {
      const plain = await openSealed(key, info(person), asSealedBlob(fromBase64url(sealed)));
      const statement = expectType(decodeStatement(plain), 'name');
      const { payload } = statement;
      if (payload.person !== person || !(await people.verify(statement, payload.at))) continue;
      return { name: payload.name, role: payload.role };
    } catch {
      // Sealed to another key, or not what an owner said: the next may be it.
    }
  }
  return null;
}
