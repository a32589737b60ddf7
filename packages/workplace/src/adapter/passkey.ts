/** Passkeys through the browser (WebAuthn level 3 with PRF). The PRF output never leaves this file but to unlock. */

import type { PasskeyPort, PasskeyResult } from '@ketenkluis/client';
import {
  type AuthenticationResponseJSON,
  browserSupportsWebAuthn,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  startAuthentication,
  startRegistration,
} from '@simplewebauthn/browser';
import { workplaceError } from '../errors.ts';

export type Where = 'here' | 'phone';

interface PrfResults {
  readonly prf?: { readonly results?: { readonly first?: unknown } };
}

/** Takes the PRF output out of the answer, so that it cannot be sent to the vault by accident. */
export function withoutPrf(answer: RegistrationResponseJSON | AuthenticationResponseJSON): PasskeyResult {
  const { prf, ...rest } = answer.clientExtensionResults as PrfResults & Record<string, unknown>;
  const first = prf?.results?.first;
  const output =
    first instanceof ArrayBuffer
      ? new Uint8Array(first)
      : ArrayBuffer.isView(first)
        ? new Uint8Array(new Uint8Array(first.buffer, first.byteOffset, first.byteLength))
        : null;
  return { credential: { ...answer, clientExtensionResults: rest }, prf: output?.length === 32 ? output : null };
}

const evaluate = (salt: Uint8Array) => ({ prf: { eval: { first: salt } } });

async function asked<T>(ceremony: () => Promise<T>): Promise<T> {
  try {
    return await ceremony();
  } catch (cause) {
    throw workplaceError('passkey-cancelled', 'the passkey ceremony did not finish', { cause });
  }
}

export const passkeysWork = (): boolean => browserSupportsWebAuthn();

/** `phone`: only a phone or roaming key, as on a computer that others use. */
export function passkeyPort(where: Where): PasskeyPort {
  return {
    async create(options, salt) {
      const known = options as unknown as PublicKeyCredentialCreationOptionsJSON;
      const optionsJSON = {
        ...known,
        authenticatorSelection: {
          ...known.authenticatorSelection,
          authenticatorAttachment: where === 'phone' ? ('cross-platform' as const) : ('platform' as const),
          residentKey: 'required' as const,
          requireResidentKey: true,
          userVerification: 'required' as const,
        },
        hints: where === 'phone' ? (['hybrid', 'security-key'] as const).slice() : (['client-device'] as const).slice(),
        extensions: { ...known.extensions, ...evaluate(salt) },
      };
      const made = withoutPrf(await asked(() => startRegistration({ optionsJSON })));
      if (made.prf !== null) return made;
      // Some authenticators only say at creation that they can, and answer at the first use.
      const id = made.credential.id;
      if (typeof id !== 'string') return made;
      const second = await this.get(
        {
          challenge: known.challenge,
          ...(known.rp.id === undefined ? {} : { rpId: known.rp.id }),
          allowCredentials: [{ id, type: 'public-key' }],
          userVerification: 'required',
        },
        salt,
      );
      return { credential: made.credential, prf: second.prf };
    },
    async get(options, salt) {
      const known = options as unknown as PublicKeyCredentialRequestOptionsJSON;
      const optionsJSON = {
        ...known,
        ...(where === 'phone' ? { hints: (['hybrid', 'security-key'] as const).slice() } : {}),
        extensions: { ...known.extensions, ...(salt === null ? {} : evaluate(salt)) },
      };
      return withoutPrf(await asked(() => startAuthentication({ optionsJSON })));
    },
  };
}
