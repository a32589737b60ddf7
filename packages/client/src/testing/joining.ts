/** Somebody who answers an invitation with keys of their own and one device, and signs in with it. */

import type { World } from '@ketenkluis/agent/testing';
import { base64url, type InvitationId, newId, type OrganisationId, type PersonId, type Signer } from '@ketenkluis/base';
import { challenge as challengeMessage, sessionOpened, sessionProofBytes } from '@ketenkluis/protocol';
import {
  createJoin,
  generateSigningKey,
  type Invitation,
  parseInvitationFragment,
  signStatement,
  statementToWire,
  webSigner,
} from '@ketenkluis/seal';
import { createKeyring } from '@ketenkluis/seal/open';
import { testPerson } from '@ketenkluis/vault/testing';
import { z } from 'zod';
import { memoryStorage, type Ports, Session, wire } from '../index.ts';

export interface Joined {
  readonly person: PersonId;
  readonly signer: Signer;
  /** `identity`: where they sign on outside, if they are asked to. */
  enter(identity?: Ports['identity']): Promise<Session>;
}

/** Where they come in: a way to its vault, and its time. */
export type JoinWorld = Pick<World, 'random' | 'clock' | 'fetch'>;

export async function joinBy(
  world: JoinWorld,
  by: Session,
  invited: { readonly id: InvitationId; readonly fragment: string; readonly invitation: Invitation },
): Promise<Joined> {
  const { random, clock } = world;
  const { place } = by.wire;
  const person = await testPerson(random);
  const device = newId('device', random);
  const key = await webSigner({ by: device, seed: (await generateSigningKey(random)).seed });
  const { seed } = parseInvitationFragment(invited.fragment);
  const { signer, kemPublic: kem } = person;
  const secrets = { sign: person.signSeed, kem: person.kemSeed };
  const join = await createJoin({ invitation: invited.invitation, seed, signer, kem, at: clock.clock() });
  const unlocker = { kind: 'passkey' as const, credential: 'AAAA', salt: random(32), prf: random(32) };
  const keyring = await createKeyring({ person: person.id, secrets, unlockers: [unlocker], random });
  const stated = {
    ...{ t: 'device' as const, v: 1 as const, suite: 1, id: device, person: person.id },
    ...{ sign: base64url(key.publicKey), at: clock.clock() },
  };
  await by.wire.call('join', z.unknown(), {
    path: `/v1/practices/${by.practice}/invitations/${invited.id}/join`,
    body: {
      ...{ join: statementToWire(join), keyring: base64url(keyring), passkey: null },
      device: statementToWire(await signStatement(stated, signer)),
    },
  });
  return {
    person: person.id,
    signer,
    async enter(identity) {
      clock.move(1000);
      const ports = {
        ...{ fetch: world.fetch, clock: clock.clock, random, storage: memoryStorage() },
        ...(identity && { identity }),
      };
      const wired = wire(place, ports);
      const { challenge } = await wired.call('challenge', challengeMessage, { body: {} });
      const proof = sessionProofBytes(place.origin, place.pins.practice as OrganisationId, challenge, device);
      const body = { by: 'device', challenge, device, signature: base64url(await key.sign(proof)) };
      const { session, token, idle, until } = await wired.call('session-open', sessionOpened, { body });
      const start = { session, token, person: person.id, device, idle, until, unlockers: [], names: {} };
      return await Session.begin(wired, start, secrets, 'keyring');
    },
  };
}
