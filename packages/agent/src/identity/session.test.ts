/** R25, R26: from the local issuer through the desk's door and the client to an open session at a vault that asks for high. */

import { fromBase64url, systemRandom } from '@ketenkluis/base';
import { memoryStorage, type Ports } from '@ketenkluis/client';
import type { AssuranceLevel, StatementWire } from '@ketenkluis/seal';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { nodeSigner } from '../native.ts';
import { type TestIssuer, testIssuer } from '../testing/issuer.ts';
import { makeWorld, type World } from '../testing/world.ts';
import { identityDesk, linkIdentity, staffOf } from './desk.ts';
import { deziAdapter } from './dezi.ts';
import { type IdentityDoor, openIdentityDoor } from './listen.ts';

const ORIGIN = 'https://werkplek.example';

describe('R25, R26: a practice that asks for high', () => {
  let world: World;
  let issuer: TestIssuer;
  let door: IdentityDoor;
  const refused: string[] = [];
  beforeAll(async () => {
    world = await makeWorld(3, 1);
    issuer = await testIssuer();
    const { register } = world.init.state;
    const { organisation, ura } = register.practice;
    const [owner] = world.init.people;
    linkIdentity(register, owner!.keys.person, 'dezi', '900000009');
    (world.vault().vault.assurance as unknown as Map<string, AssuranceLevel>).set(organisation, 'high');
    const desk = identityDesk({
      practice: organisation,
      ura,
      personOf: staffOf(register),
      roles: { gp: ['01.015'] },
      adapters: [deziAdapter(issuer.dezi(), () => world.clock.clock())],
      agent: nodeSigner({ by: register.agent.person, seed: fromBase64url(register.agent.sign) }),
      clock: world.clock.clock,
      random: systemRandom,
    });
    door = await openIdentityDoor({
      ...{ desk, origins: [ORIGIN], host: '127.0.0.1', port: 0 },
      refused: (why) => refused.push(why),
    });
  });
  afterAll(async () => {
    await door.close();
    await issuer.close();
    await world.close();
  });
  beforeEach(() => {
    issuer.attestation = valid();
    refused.length = 0;
  });

  /** The world's clock is not the machine's: the attestation is of the world's time. */
  const valid = (more = {}) => {
    const now = Math.floor(world.clock.clock() / 1000);
    return { claims: { nbf: now - 60, exp: now + 3600, ...more } };
  };
  const post = async (path: string, body: unknown, origin = ORIGIN) => {
    const answer = await fetch(`http://127.0.0.1:${door.port}/identity/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin },
      body: JSON.stringify(body),
    });
    return {
      status: answer.status,
      body: answer.status === 200 ? ((await answer.json()) as Record<string, unknown>) : null,
    };
  };
  /** What the workplace does when the vault asks for it. */
  const signOn: Ports['identity'] = async ({ person, session }) => {
    const begun = await post('begin', { means: 'dezi', person, session });
    const { url, secret } = begun.body as { url: string; secret: string };
    const done = await post('finish', { callback: issuer.signOn(url), secret });
    if (done.body === null) throw new Error('refused at the desk');
    return done.body.assurance as StatementWire;
  };

  it('opens for who signs on with Dezi, and for nobody without', async () => {
    await expect(world.signIn('gp')).rejects.toMatchObject({ detail: { problem: 'vault/identity-needed' } });
    const session = await world.signIn('gp', memoryStorage(), signOn);
    expect((await session.me()).person).toBe(session.person);
    await session.close();
  });

  it('R25: stays shut when the attestation is of another organisation, or revoked, and the door says nothing of why', async () => {
    issuer.attestation = valid({ abonnee_nummer: '00000002' });
    await expect(world.signIn('gp', memoryStorage(), signOn)).rejects.toThrow('refused at the desk');
    issuer.attestation = valid();
    issuer.status = { body: '{"status":"ingetrokken"}' };
    await expect(world.signIn('gp', memoryStorage(), signOn)).rejects.toThrow('refused at the desk');
    issuer.status = { body: '{"status":"geldig"}' };
    expect(refused).toEqual(['other-organisation', 'revoked']);
  });

  it('the word for one session is nothing in another', async () => {
    let first: StatementWire | undefined;
    const session = await world.signIn('gp', memoryStorage(), async (about) => {
      first = await signOn(about);
      return first;
    });
    await session.close();
    const again = world.signIn('gp', memoryStorage(), async () => first!);
    await expect(again).rejects.toMatchObject({ detail: { problem: 'vault/refused' } });
  });

  it('the door answers the workplace alone, and one thing to everything else', async () => {
    const { person, session } = { person: `per_${'a'.repeat(26)}`, session: `ses_${'a'.repeat(26)}` };
    const good = { means: 'dezi', person, session };
    expect((await post('begin', good)).status).toBe(200);
    expect((await post('begin', good, 'https://evil.example')).status).toBe(403);
    expect((await post('begin', { ...good, person: 'x' })).status).toBe(403);
    expect((await post('begin', { ...good, means: 'oidc' })).status).toBe(403);
    expect((await post('other', good)).status).toBe(403);
    expect((await post('finish', { callback: 'x'.repeat(20_000), secret: 'x' })).status).toBe(403);
    expect((await post('finish', { callback: 'https://werkplek.example/?code=x', secret: 'x' })).status).toBe(403);
  });
});
