/** R23: a passkey with user verification as a way in: it opens the keyring by its PRF output, and brings a session back. */

import { createHmac } from 'node:crypto';
import { makeWorld, type World } from '@ketenkluis/agent/testing';
import { base64url } from '@ketenkluis/base';
import { credentialOptions } from '@ketenkluis/protocol';
import { addUnlocker } from '@ketenkluis/seal/open';
import { softPasskey } from '@ketenkluis/vault/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  keptDevices,
  memoryStorage,
  openKeyring,
  type PasskeyPort,
  prfSalt,
  type Session,
  signIn,
  touch,
  wire,
} from './index.ts';

/** An authenticator in software with the PRF extension; `secret` never leaves it. */
function authenticator(origin: string, secret: string): PasskeyPort {
  const key = softPasskey();
  const prf = (salt: Uint8Array | null) => salt && new Uint8Array(createHmac('sha256', secret).update(salt).digest());
  const challengeOf = (options: Record<string, unknown>) => ({ origin, challenge: String(options.challenge) });
  return {
    create: async (options, salt) => ({ credential: key.create(challengeOf(options)), prf: prf(salt) }),
    get: async (options, salt) => ({ credential: key.get(challengeOf(options)), prf: prf(salt) }),
  };
}

describe('a passkey', () => {
  let world: World;
  let session: Session;
  let port: PasskeyPort;
  const other = () => wire(session.wire.place, { ...session.wire.ports, storage: memoryStorage() });

  beforeAll(async () => {
    world = await makeWorld(3, 1);
    const storage = memoryStorage();
    session = await world.signIn('gp', storage);
    port = authenticator(session.wire.place.origin, 'een');
    const [device] = await keptDevices(storage);
    const { passphrase } = world.init.people[0]!.first;
    const opened = await openKeyring(session, { by: 'passphrase', device: device!, passphrase });
    const options = await session.call('credential-options', credentialOptions, {});
    const salt = prfSalt(session.practice);
    const { credential, prf } = await port.create(options, salt);
    const unlocker = { kind: 'passkey' as const, credential: String(credential.id), salt, prf: prf! };
    const keyring = base64url(await addUnlocker(opened, unlocker, world.random));
    const body = { challenge: String(options.challenge), credential, keyring };
    const { message } = await session.signed({ class: 'session', action: 'credential' }, body);
    await session.call('credential', z.unknown(), message);
  });
  afterAll(() => world.close());

  it('signs the same person in on a device that keeps nothing', async () => {
    world.clock.move(1000);
    const again = await signIn(other(), { by: 'passkey', port });
    expect(again.person).toBe(session.person);
    expect(again.unlockers.map(({ kind }) => kind).sort()).toEqual(['passkey', 'passphrase', 'passphrase']);
    expect((await again.people()).isMember(again.person, (await again.me()).teams[0]!.team, again.now())).toBe(true);
    again.lock();
    world.clock.move(1000);
    const before = again.id;
    await touch(again, { by: 'passkey', port });
    expect(again.id).toBe(before);
    expect(again.isOpen).toBe(true);
    await again.close();
  });

  it('without its PRF output, or with another one, opens nothing', async () => {
    world.clock.move(1000);
    const silent: PasskeyPort = {
      ...port,
      get: async (options) => ({ ...(await port.get(options, null)), prf: null }),
    };
    await expect(signIn(other(), { by: 'passkey', port: silent })).rejects.toMatchObject({
      code: 'client/wrong-secret',
    });
    const wrong: PasskeyPort = {
      ...port,
      get: async (options) => ({ ...(await port.get(options, null)), prf: world.random(32) }),
    };
    await expect(signIn(other(), { by: 'passkey', port: wrong })).rejects.toMatchObject({
      code: 'client/wrong-secret',
    });
  });

  it('that the practice does not know is one constant refusal', async () => {
    const stranger = authenticator(session.wire.place.origin, 'twee');
    await expect(signIn(other(), { by: 'passkey', port: stranger })).rejects.toMatchObject({ code: 'client/refused' });
  });
});
