/** Branded random ids: 128 bits, lower-case base32, kind prefix (design 4). They are derived from nothing. */

import { base32, fromBase32 } from './bytes.ts';
import { baseError } from './errors.ts';
import type { Random } from './ports.ts';

const PREFIX = {
  organisation: 'org',
  person: 'per',
  team: 'tea',
  dossier: 'dos',
  handle: 'han',
  fact: 'fac',
  entry: 'ent',
  request: 'req',
  session: 'ses',
  device: 'dev',
  invitation: 'inv',
} as const;

export type IdKind = keyof typeof PREFIX;
declare const brand: unique symbol;
export type Id<K extends IdKind> = string & { readonly [brand]: K };

export type OrganisationId = Id<'organisation'>;
export type PersonId = Id<'person'>;
export type TeamId = Id<'team'>;
export type DossierId = Id<'dossier'>;
export type HandleId = Id<'handle'>;
export type FactId = Id<'fact'>;
export type EntryId = Id<'entry'>;
export type RequestId = Id<'request'>;
export type SessionId = Id<'session'>;
export type DeviceId = Id<'device'>;
export type InvitationId = Id<'invitation'>;

export const newId = <K extends IdKind>(kind: K, random: Random): Id<K> =>
  `${PREFIX[kind]}_${base32(random(16))}` as Id<K>;

const patterns = Object.fromEntries(
  Object.entries(PREFIX).map(([kind, prefix]) => [kind, new RegExp(`^${prefix}_[a-z2-7]{25}[aeimquy4]$`)]),
) as Record<IdKind, RegExp>;

/** Source for schemas: the one canonical form, spare bits zero. One pattern for all who ask. */
export const idPattern = (kind: IdKind): RegExp => patterns[kind];

export const isId = <K extends IdKind>(kind: K, text: unknown): text is Id<K> =>
  typeof text === 'string' && patterns[kind].test(text);

/** Throws `base/bad-id` unless `text` is a canonical id of this kind. */
export function parseId<K extends IdKind>(kind: K, text: unknown): Id<K> {
  if (!isId(kind, text)) throw baseError('bad-id', `this is no ${kind} id`);
  return text;
}

/** The 16 random bytes of an id, for length-prefixed hashing. */
export const idBytes = (id: Id<IdKind>): Uint8Array => fromBase32(id.slice(4));
