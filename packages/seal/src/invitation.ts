/**
 * Invitations (docs/spec/keys.md): a link whose fragment holds a one-time key; the new colleague answers with a join signed by that
 * key and by the own new key; both sides see one short code before the inviter signs a card.
 */

import {
  type Bytes,
  base64url,
  equalBytes,
  fromBase64url,
  HOUR,
  type Instant,
  type InvitationId,
  lengthPrefixed,
  newId,
  type OrganisationId,
  type PersonId,
  parseId,
  plus,
  type Random,
  type Signer,
  type TeamId,
  type Verifier,
} from '@ketenkluis/base';
import { domain, sha256 } from './encoding.ts';
import { sealError } from './errors.ts';
import { generateSigningKey, webSigner } from './signing.ts';
import { type Statement, signStatement, verifyStatement } from './statement.ts';
import type { Invitation } from './statements.ts';
import { argon2id } from './stretch.ts';

const CODE = domain('join-code');
export const INVITATION_LIFE = 72 * HOUR;
const CODE_DIGITS = 12;

export interface NewInvitation {
  /** To be signed by the inviter, an owner. */
  readonly payload: Invitation;
  /** Goes behind the `#` of the link, and nowhere else: browsers send no fragment to a server. */
  readonly fragment: string;
}

export async function createInvitation(input: {
  readonly organisation: OrganisationId;
  readonly team: TeamId;
  readonly by: PersonId;
  readonly at: Instant;
  readonly random: Random;
}): Promise<NewInvitation> {
  const { organisation, team, by, at, random } = input;
  const { seed, publicKey } = await generateSigningKey(random);
  const id = newId('invitation', random);
  const key = base64url(publicKey);
  const until = plus(at, INVITATION_LIFE);
  return {
    payload: { t: 'invitation', v: 1, suite: 1, id, organisation, team, key, by, at, until },
    fragment: `${id}.${base64url(seed)}`,
  };
}

/** Throws `seal/bad-invitation` for a link that was cut off or mistyped. */
export function parseInvitationFragment(fragment: string): { readonly id: InvitationId; readonly seed: Bytes } {
  try {
    const [id, seed, ...more] = fragment.replace(/^#/, '').split('.');
    const bytes = fromBase64url(seed ?? '');
    if (bytes.length !== 32 || more.length > 0) throw sealError('bad-invitation', 'wrong length');
    return { id: parseId('invitation', id), seed: bytes };
  } catch (cause) {
    throw sealError('bad-invitation', 'this invitation link is not complete; ask for it again', { cause });
  }
}

/** The new colleague's answer, signed with the link's key and with the own new key. Throws `seal/bad-invitation`. */
export async function createJoin(input: {
  readonly invitation: Invitation;
  readonly seed: Bytes;
  /** `by` is the new person's id. */
  readonly signer: Signer;
  readonly kem: Uint8Array;
  readonly at: Instant;
}): Promise<Statement<'join'>> {
  const { invitation, signer, at } = input;
  const oneTime = await webSigner({ by: invitation.id, seed: input.seed });
  if (!equalBytes(oneTime.publicKey, fromBase64url(invitation.key))) {
    throw sealError('bad-invitation', 'this link does not belong to this invitation');
  }
  return signStatement(
    {
      t: 'join',
      v: 1,
      suite: 1,
      invitation: invitation.id,
      person: parseId('person', signer.by),
      sign: base64url(signer.publicKey),
      kem: base64url(input.kem),
      at,
    },
    [oneTime, signer],
  );
}

/** True if the join answers this invitation in time, with both signatures. The invitation's own signature is the caller's to check. */
export async function verifyJoin(
  invitation: Invitation,
  join: Statement<'join'>,
  at: Instant,
  verifier: Verifier,
): Promise<boolean> {
  const { payload } = join;
  const inTime = [at, payload.at].every((time) => invitation.at <= time && time < invitation.until);
  const short = invitation.until - invitation.at <= INVITATION_LIFE;
  if (!inTime || !short || payload.invitation !== invitation.id || payload.sign === invitation.key) return false;
  const keyOf = (by: string) =>
    by === invitation.id
      ? fromBase64url(invitation.key)
      : by === payload.person
        ? fromBase64url(payload.sign)
        : undefined;
  return verifyStatement(join, keyOf, verifier, { threshold: 2 });
}

/**
 * Twelve digits that both sides compare, for example by phone. Whoever took the link can make joins until one has the same code,
 * so each try costs an Argon2id (64 MiB): 40 bits of those do not fit into 72 hours.
 */
export async function joinCode(invitation: Statement<'invitation'>, join: Statement<'join'>): Promise<string> {
  const input = lengthPrefixed(CODE, fromBase64url(invitation.hash), fromBase64url(join.hash));
  const salt = sha256(lengthPrefixed(CODE, fromBase64url(invitation.hash)));
  const digest = await argon2id(input, salt, { memoryKiB: 65_536, passes: 1, lanes: 1 }, 16);
  const number = digest.reduce((sum, byte) => (sum * 256n + BigInt(byte)) % 10n ** BigInt(CODE_DIGITS), 0n);
  return number
    .toString()
    .padStart(CODE_DIGITS, '0')
    .replace(/(...)(?=.)/g, '$1 ');
}
