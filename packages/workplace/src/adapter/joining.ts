/** Both sides of an invitation: an owner invites and confirms; a new colleague makes keys here and waits. */

import {
  base64url,
  canonicalJson,
  fromBase64url,
  type InvitationId,
  newId,
  type OrganisationId,
  parseCanonicalJson,
  type TeamId,
} from '@ketenkluis/base';
import {
  change,
  checkPassphrase,
  type Pins,
  pins as pinsSchema,
  prfSalt,
  readInvitation,
  type Session,
  type Wire,
} from '@ketenkluis/client';
import { challenge as challengeSchema, type invitationState } from '@ketenkluis/protocol';
import {
  createInvitation,
  createJoin,
  generateSigningKey,
  joinCode,
  parseInvitationFragment,
  type Statement,
  signStatement,
  statementsToWire,
  statementToWire,
  suite,
  webSigner,
} from '@ketenkluis/seal';
import { createKeyring, type NewUnlocker } from '@ketenkluis/seal/open';
import { z } from 'zod';
import { workplaceError } from '../errors.ts';
import type { Joining } from '../model.ts';
import { passkeyPort } from './passkey.ts';
import type { BrowserStorage } from './storage.ts';
import { creationOptions, newDevice } from './unlockers.ts';

const BETWEEN = '~';

/** The link also says which practice it is: the browser of a new colleague knows nothing yet. */
export const encodeInvitation = (fragment: string, pins: Pins): string =>
  `${fragment}${BETWEEN}${base64url(canonicalJson(pins))}`;

export function parseInvitation(link: string): { readonly fragment: string; readonly pins: Pins } {
  const [fragment = '', packed = '', ...more] = link.split(BETWEEN);
  try {
    if (more.length > 0) throw workplaceError('bad-link', 'too many parts');
    return { fragment, pins: pinsSchema.parse(parseCanonicalJson(fromBase64url(packed))) };
  } catch (cause) {
    throw workplaceError('bad-link', 'this invitation link is not complete', { cause });
  }
}

export async function invite(
  session: Session,
  team: TeamId,
): Promise<{ readonly id: InvitationId; readonly link: string }> {
  const { random } = session.wire.ports;
  const at = session.now();
  const made = await createInvitation({ organisation: session.practice, team, by: session.person, at, random });
  const sent = statementsToWire([await signStatement(made.payload, session.keys().signer)]);
  await change(session, {
    endpoint: 'statements',
    class: 'admin',
    items: [],
    annexed: false,
    body: { ...sent, wraps: [] },
  });
  return { id: made.payload.id, link: encodeInvitation(made.fragment, session.wire.place.pins) };
}

export interface Invited {
  readonly team: TeamId;
  readonly until: Statement<'invitation'>['payload']['until'];
  readonly state: z.infer<typeof invitationState>['state'];
  readonly code: string | null;
}

/** What the inviter sees: a code when exactly one genuine join came. Two mean that the link was seen by others. */
export async function watch(session: Session, id: InvitationId): Promise<Invited> {
  const { state, invitation, join } = await readInvitation(session.wire, session.practice, id);
  const { team, until } = invitation.payload;
  return { team, until, state, code: join === null ? null : await joinCode(invitation, join) };
}

/** The new colleague's side. Keys are made at once and kept in memory until the keyring is sealed. */
export async function join(options: {
  readonly wired: Wire;
  readonly fragment: string;
  readonly storage: BrowserStorage;
}): Promise<Joining> {
  const { wired, storage } = options;
  const { ports, place } = wired;
  const practice = place.pins.practice as OrganisationId;
  const { id, seed } = parseInvitationFragment(options.fragment);
  const first = await readInvitation(wired, practice, id);
  const person = newId('person', ports.random);
  const signing = await generateSigningKey(ports.random);
  const kem = await suite(1).kem.generate(ports.random);
  const signer = await webSigner({ by: person, seed: signing.seed, publicKey: signing.publicKey });

  const unlockers: NewUnlocker[] = [];
  let passkey: { readonly challenge: string; readonly credential: Record<string, unknown> } | null = null;
  let device: Statement<'device'> | null = null;
  return {
    until: first.invitation.payload.until,
    state: first.state,
    async addPasskey(where) {
      if (passkey !== null) throw workplaceError('failed', 'a second passkey is added after the first sign-in');
      const { challenge } = await wired.call('challenge', challengeSchema, { body: {} });
      const salt = prfSalt(practice);
      const host = new URL(place.origin).hostname;
      const { credential, prf } = await passkeyPort(where).create(creationOptions(host, person, challenge), salt);
      if (prf === null || typeof credential.id !== 'string') {
        throw workplaceError('passkey-no-prf', 'this passkey keeps no keys');
      }
      passkey = { challenge, credential };
      unlockers.push({ kind: 'passkey', credential: credential.id, salt, prf });
    },
    async addPassphrase(passphrase) {
      checkPassphrase(passphrase);
      const made = await newDevice(storage, ports, person);
      const at = ports.clock();
      device = await signStatement(
        { t: 'device', v: 1, suite: 1, id: made.device, person, sign: made.sign, at },
        signer,
      );
      unlockers.push({ kind: 'passphrase', device: made.device, deviceKey: made.deviceKey, passphrase });
    },
    async finish() {
      const secrets = { sign: signing.seed, kem: kem.seed };
      const keyring = await createKeyring({ person, secrets, unlockers, random: ports.random });
      const at = ports.clock();
      const { invitation } = first;
      const joined = await createJoin({ invitation: invitation.payload, seed, signer, kem: kem.publicKey, at });
      await wired.call('join', z.unknown(), {
        path: `/v1/practices/${practice}/invitations/${id}/join`,
        body: {
          join: statementToWire(joined),
          keyring: base64url(keyring),
          device: device === null ? null : statementToWire(device),
          passkey,
        },
      });
      signing.seed.fill(0);
      kem.seed.fill(0);
      return await joinCode(invitation, joined);
    },
    confirmed: async () => (await readInvitation(wired, practice, id)).state === 'confirmed',
  };
}
