/** What new colleagues and partners are called: said by an owner, sealed to its readers, never shown to the host. */

import {
  base64url,
  type FactId,
  fromBase64url,
  type Instant,
  isId,
  type OrganisationId,
  type PersonId,
} from '@ketenkluis/base';
import {
  asSealedBlob,
  decodeStatement,
  encodeStatement,
  expectType,
  type FactOf,
  type KemPrivateKey,
  type KeyDirectory,
  type Payload,
  type Plaintext,
  type Statement,
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
/** Who a partner is and what its teams do, as an owner said it. */
export type Profile = Pick<Payload<'profile'>, 'partner' | 'name' | 'ura' | 'proof' | 'origin' | 'teams'>;
/** As it goes over the wire. */
export interface SealedName {
  readonly to: PersonId;
  readonly sealed: string;
}

/** What a setting for assumed consent means, as an owner said it. */
export interface Explanation {
  /** Roles of the catalogue. */
  readonly categories: readonly string[];
  readonly text: string;
}

const info = (person: PersonId) => `name ${person}`;
const explanationInfo = (fact: FactId) => `explanation ${fact}`;
const profileInfo = (organisation: OrganisationId) => `profile ${organisation}`;

type Reader = { readonly person: PersonId; readonly kem: string };

/** Owners and agents of the practice. */
function readersOf(people: KeyDirectory, at: Instant): Reader[] {
  const agents = people.cards(at).filter(({ kind }) => kind === 'agent');
  return [
    ...(people.authority?.owners ?? []).map(({ person, kem }) => ({ person, kem })),
    ...agents.map(({ subject, kem }) => ({ person: subject, kem })),
  ];
}

/** Blobs that one proposal takes. */
const MAX_READERS = 32;
function withSeconds(people: KeyDirectory, at: Instant): Reader[] {
  const readers = readersOf(people, at);
  const known = new Set(readers.map(({ person }) => person));
  const seconds = people
    .cards(at)
    .filter(({ subject, kind }) => (kind === 'professional' || kind === 'trustee') && !known.has(subject))
    .map(({ subject, kem }) => ({ person: subject, kem }));
  return [...readers, ...seconds].slice(0, MAX_READERS);
}

const sealFor = (readers: readonly Reader[], text: string, statement: Statement): Promise<SealedName[]> =>
  Promise.all(
    readers.map(async ({ person, kem }) => ({
      to: person,
      sealed: base64url(await sealTo(fromBase64url(kem), text, encodeStatement(statement) as Uint8Array as Plaintext)),
    })),
  );

/** One blob for each owner and each agent of the practice; with `seconds` for whoever may be the second person to sign, too. */
export async function sealName(
  session: Session,
  person: PersonId,
  named: Named,
  at: Instant,
  options: { readonly seconds?: boolean } = {},
): Promise<SealedName[]> {
  const people = await session.people();
  const { name, role } = named;
  const statement = await signStatement(
    { t: 'name', v: 1, suite: 1, organisation: session.practice, person, name, role, by: session.person, at },
    session.keys().signer,
  );
  const readers = options.seconds ? withSeconds(people, at) : readersOf(people, session.now());
  return await sealFor(readers, info(person), statement);
}

/** Who a partner is; its hash stands in the fact. */
export const signProfile = (session: Session, said: Profile, at: Instant): Promise<Statement<'profile'>> =>
  signStatement(
    { t: 'profile', v: 1, suite: 1, organisation: session.practice, ...said, by: session.person, at },
    session.keys().signer,
  );

/** For the owners, the agents, and those who may be the second person to sign: they compare the same fingerprint. */
export async function sealProfile(session: Session, said: Statement<'profile'>): Promise<SealedName[]> {
  const { partner, at } = said.payload;
  return await sealFor(withSeconds(await session.people(), at), profileInfo(partner), said);
}

/** The words under a setting; its hash stands in the fact. */
export const signExplanation = (
  session: Session,
  { fact, categories, text }: Explanation & { readonly fact: FactId },
  at: Instant,
): Promise<Statement<'explanation'>> =>
  signStatement(
    {
      ...{ t: 'explanation' as const, v: 1 as const, suite: 1, organisation: session.practice },
      ...{ fact, categories: [...categories], text, by: session.person, at },
    },
    session.keys().signer,
  );

export async function sealExplanation(session: Session, said: Statement<'explanation'>): Promise<SealedName[]> {
  const { fact, at } = said.payload;
  return await sealFor(withSeconds(await session.people(), at), explanationInfo(fact), said);
}

/** The words that this setting's hash names, in what came for `reader`; null where there are none. */
export async function openExplanation(of: {
  readonly people: KeyDirectory;
  readonly names: readonly SealedName[];
  readonly reader: PersonId;
  readonly key: KemPrivateKey;
  readonly fact: FactOf<'assumption'>;
}): Promise<Explanation | null> {
  const { people, names, reader, key, fact } = of;
  for (const { sealed } of names.filter(({ to }) => to === reader)) {
    try {
      const plain = await openSealed(key, explanationInfo(fact.id), asSealedBlob(fromBase64url(sealed)));
      const statement = expectType(decodeStatement(plain), 'explanation');
      const { payload } = statement;
      if (statement.hash !== fact.explanation || payload.fact !== fact.id) continue;
      if (await people.verify(statement, payload.at)) return { categories: payload.categories, text: payload.text };
    } catch {
      // Sealed to another key, or not what an owner said: the next may be it.
    }
  }
  return null;
}

/** The words under these settings that the vault keeps for this reader. */
export async function explanationsOf(
  session: Session,
  facts: readonly FactOf<'assumption'>[],
): Promise<ReadonlyMap<FactId, Explanation>> {
  const [people, { names }] = [await session.people(), await session.me()];
  const found = new Map<FactId, Explanation>();
  for (const fact of facts) {
    const reader = session.person;
    const to = names.filter(({ person }) => person === fact.id).map(({ sealed }) => ({ to: reader, sealed }));
    const said = await openExplanation({ people, names: to, reader, key: session.keys().kem, fact });
    if (said !== null) found.set(fact.id, said);
  }
  return found;
}

/** The live partners' profiles that the vault keeps for this reader: the very ones that two people signed the facts with. */
export async function profilesOf(session: Session): Promise<ReadonlyMap<OrganisationId, Profile>> {
  const [people, { names }] = [await session.people(), await session.me()];
  const found = new Map<OrganisationId, Profile>();
  for (const fact of people.partners(session.now())) {
    const reader = session.person;
    const own = names.filter(({ person }) => person === fact.organisation);
    const to = own.map(({ sealed }) => ({ to: reader, sealed }));
    const said = await openProfile({ people, names: to, reader, key: session.keys().kem, fact });
    if (said !== null) found.set(fact.organisation, said);
  }
  return found;
}

/** The profile that this partner fact names, in what came for `reader`; null where there is none: another one counts nowhere. */
export async function openProfile(of: {
  readonly people: KeyDirectory;
  readonly names: readonly SealedName[];
  readonly reader: PersonId;
  readonly key: KemPrivateKey;
  readonly fact: Pick<FactOf<'partner'>, 'organisation' | 'profile'>;
}): Promise<Profile | null> {
  const { people, names, reader, key, fact } = of;
  const partner = fact.organisation;
  for (const { sealed } of names.filter(({ to }) => to === reader)) {
    try {
      const plain = await openSealed(key, profileInfo(partner), asSealedBlob(fromBase64url(sealed)));
      const statement = expectType(decodeStatement(plain), 'profile');
      const { payload } = statement;
      if (statement.hash !== fact.profile || payload.partner !== partner) continue;
      if (!(await people.verify(statement, payload.at))) continue;
      const { name, ura, proof, origin, teams } = payload;
      return { partner, name, ura, proof, origin, teams };
    } catch {
      // Sealed to another key, or not what an owner said: the next may be it.
    }
  }
  return null;
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
