/** Passkeys (WebAuthn level 3): user verification is required, the relying party is the workplace's full host name. */

import { type Bytes, base64url, type Instant, MINUTE, type OrganisationId, plus } from '@ketenkluis/base';
import type {
  AuthenticationResponseJSON,
  GenerateRegistrationOptionsOpts,
  PublicKeyCredentialCreationOptionsJSON,
  RegistrationResponseJSON,
  WebAuthnCredential,
} from '@simplewebauthn/server';
import { z } from 'zod';
import type { Tx } from './storage/storage.ts';
import type { Vault } from './vault.ts';

export const CHALLENGE_LIFE = 2 * MINUTE;

/** Loaded at the first passkey: with what it brings it is a third of what a vault would load before it listens. */
const library = () => import('@simplewebauthn/server');

/** What a browser is asked to make. */
export async function registrationOptions(
  wanted: GenerateRegistrationOptionsOpts,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  return (await library()).generateRegistrationOptions(wanted);
}

/** A fresh challenge, for any practice id that is asked about, so that asking says nothing (R22). */
export async function newChallenge(
  vault: Vault,
  practice: OrganisationId,
): Promise<{ challenge: string; until: Instant }> {
  const challenge = base64url(vault.random(32));
  const at = vault.clock();
  const until = plus(at, CHALLENGE_LIFE);
  await vault.storage.write(async (tx) => {
    await tx.deleteFrom('challenge').where('practice', '=', practice).where('until', '<=', at).execute();
    await tx.insertInto('challenge').values({ practice, challenge, until }).execute();
  });
  return { challenge, until };
}

/** True once. */
export async function takeChallenge(
  tx: Tx,
  practice: OrganisationId,
  challenge: string,
  at: Instant,
): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('challenge')
    .where('practice', '=', practice)
    .where('challenge', '=', challenge)
    .where('until', '>', at)
    .executeTakeFirst();
  return numDeletedRows === 1n;
}

const hosts = (vault: Vault): string[] => vault.origins.map((origin) => new URL(origin).hostname);

/** What is read before the library checks all of it. */
const shape = z.looseObject({ id: z.string().max(1400), type: z.literal('public-key'), response: z.looseObject({}) });
export const credentialId = (credential: unknown): string | undefined => shape.safeParse(credential).data?.id;

export interface NewCredential {
  readonly credential: string;
  readonly key: Bytes;
  readonly counter: number;
  readonly transports: string;
}

/** A new passkey, or undefined when anything about it is wrong. */
export async function checkRegistration(
  vault: Vault,
  challenge: string,
  credential: unknown,
): Promise<NewCredential | undefined> {
  if (!shape.safeParse(credential).success) return undefined;
  const { verifyRegistrationResponse } = await library();
  try {
    const { registrationInfo } = await verifyRegistrationResponse({
      response: credential as RegistrationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: [...vault.origins],
      expectedRPID: hosts(vault),
      requireUserVerification: true,
    });
    if (!registrationInfo) return undefined;
    const { id, publicKey, counter, transports } = registrationInfo.credential;
    return { credential: id, key: new Uint8Array(publicKey), counter, transports: JSON.stringify(transports ?? []) };
  } catch {
    return undefined;
  }
}

/** The authenticator's new counter, or undefined when anything about the answer is wrong. */
export async function checkAssertion(
  vault: Vault,
  challenge: string,
  credential: unknown,
  known: { readonly credential: string; readonly key: Bytes; readonly counter: number },
): Promise<number | undefined> {
  if (credentialId(credential) !== known.credential) return undefined;
  const stored: WebAuthnCredential = { id: known.credential, publicKey: known.key, counter: known.counter };
  const { verifyAuthenticationResponse } = await library();
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: credential as AuthenticationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: [...vault.origins],
      expectedRPID: hosts(vault),
      credential: stored,
      requireUserVerification: true,
    });
    return verified && authenticationInfo.userVerified ? authenticationInfo.newCounter : undefined;
  } catch {
    return undefined;
  }
}
