/** Both sides of an invitation: an owner invites and confirms; a new colleague makes keys here and waits. */

import {
  base64url,
  canonicalJson,
  fromBase64url,
  type InvitationId,
  newId,
  type OrganisationId,
  parseCanonicalJson,
  plus,
  type TeamId,
} from '@ketenkluis/base';
import {
  change,
  checkPassphrase,
  type Pins,
  pins as pinsSchema,
  prfSalt,
  type Session,
  type Wire,
} from '@ketenkluis/client';
import { challenge as challengeSchema, invitationState } from '@ketenkluis/protocol';
import {
  type Card,
  createInvitation,
  createJoin,
  expectType,
  generateSigningKey,
  joinCode,
  parseInvitationFragment,
  type Statement,
  signStatement,
  statementFromWire,
  statementsToWire,
  statementToWire,
  suite,
  verifyJoin,
  webSigner,
  webVerifier,
} from '@ketenkluis/seal';
import { createEpoch, createKeyring, type NewUnlocker } from '@ketenkluis/seal/open';
import { z } from 'zod';
import { workplaceError } from '../errors.ts';
import type { Joining } from '../model.ts';
import { passkeyPort } from './passkey.ts';
import type { BrowserStorage } from './storage.ts';
import { creationOptions, newDevice } from './unlockers.ts';

/** Colleagues get a card for this long; the agent reminds before it ends. */
const CARD_LIFE = 365 * 24 * 3_600_000;
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
  await send(session, [await signStatement(made.payload, session.keys().signer)], []);
  return { id: made.payload.id, link: encodeInvitation(made.fragment, session.wire.place.pins) };
}

async function send(session: Session, statements: readonly Statement[], wraps: readonly Uint8Array[]): Promise<void> {
  const sent = statementsToWire(statements);
  await change(session, {
    endpoint: 'statements',
    class: 'admin',
    items: [],
    annexed: false,
    body: { ...sent, wraps: wraps.map((one) => base64url(one)) },
  });
}

const ask = async (wired: Pick<Session['wire'], 'call'>, practice: OrganisationId, id: InvitationId) => {
  const path = `/v1/practices/${practice}/invitations/${id}`;
  const found = await wired.call('invitation', invitationState, { path });
  return {
    state: found.state,
    invitation: expectType(statementFromWire(found.invitation), 'invitation'),
    joins: found.joins.map((one) => expectType(statementFromWire(one), 'join')),
  };
};

export interface Invited {
  readonly team: TeamId;
  readonly until: Statement<'invitation'>['payload']['until'];
  readonly state: z.infer<typeof invitationState>['state'];
  readonly code: string | null;
}

/** What the inviter sees: a code when exactly one genuine join came. Two mean that the link was seen by others. */
export async function watch(session: Session, id: InvitationId): Promise<Invited> {
  const { state, invitation, joins } = await ask(session.wire, session.practice, id);
  const genuine = await onlyJoin(session, invitation, joins);
  const code = genuine === null ? null : await joinCode(invitation, genuine);
  return { team: invitation.payload.team, until: invitation.payload.until, state, code };
}

async function onlyJoin(
  session: Session,
  invitation: Statement<'invitation'>,
  joins: readonly Statement<'join'>[],
): Promise<Statement<'join'> | null> {
  const found: Statement<'join'>[] = [];
  for (const join of joins) {
    if (await verifyJoin(invitation.payload, join, session.now(), webVerifier)) found.push(join);
  }
  return found.length === 1 ? found[0]! : null;
}

/** Card, membership and a next epoch of the team with the new colleague in it, in one line of the log. */
export async function confirm(session: Session, id: InvitationId): Promise<void> {
  const { random } = session.wire.ports;
  const people = await session.people(true);
  const { authority } = people;
  const { signer } = session.keys();
  if (authority === undefined || authority.threshold > 1) {
    throw workplaceError('needs-owners', 'more owners must sign a new colleague, and there is no way for that yet');
  }
  const { invitation, joins } = await ask(session.wire, session.practice, id);
  const join = await onlyJoin(session, invitation, joins);
  if (invitation.payload.by !== session.person || join === null) {
    throw workplaceError('conflict', 'this invitation was not used, or more than once');
  }
  const at = session.now();
  const { team } = invitation.payload;
  const { person, sign, kem } = join.payload;
  const card: Card = {
    t: 'card',
    v: 1,
    suite: 1,
    organisation: session.practice,
    subject: person,
    kind: 'professional',
    number: 0,
    sign,
    kem,
    from: at,
    until: plus(at, CARD_LIFE),
  };
  const signedCard = await signStatement(card, signer);
  const membership = await signStatement(
    {
      t: 'fact',
      v: 1,
      suite: 1,
      kind: 'membership',
      id: newId('fact', random),
      practice: session.practice,
      team,
      person,
      from: at,
      until: null,
    },
    signer,
  );
  const before = people.epochOf(team);
  // Who joins gets the current key; only where the inviter does not have it, or a card has changed, a new one is made.
  const pair = before === undefined ? null : await session.teamPair(team).catch(() => null);
  const members = (before?.payload.members ?? []).flatMap((one) => people.cardStatement(one.person) ?? []);
  const kept = (before?.payload.members ?? []).every((one) => people.cardStatement(one.person)?.hash === one.card);
  const epoch = await createEpoch({
    ...(pair !== null && kept ? { keys: pair } : {}),
    organisation: session.practice,
    team,
    number: (before?.payload.number ?? -1) + 1,
    prev: before?.hash ?? null,
    members: [...members, signedCard],
    recoveryKey: fromBase64url(authority.recovery.kem),
    at,
    random,
  });
  await send(session, [signedCard, membership, await signStatement(epoch.payload, signer)], [epoch.wraps]);
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
  const first = await ask(wired, practice, id);
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
    confirmed: async () => (await ask(wired, practice, id)).state === 'confirmed',
  };
}
