/** Which pages may speak to this vault, and to which vaults its own page may speak. */

import { newId, systemRandom } from '@ketenkluis/base';
import { afterEach, describe, expect, it } from 'vitest';
import { startTestWorld, type TestWorld } from './testing.ts';

let world: TestWorld;
afterEach(() => world?.close());

const PARTNER = 'https://kluis.podotherapie.example';
const preflight = (origin: string) =>
  world.running.app.inject({
    method: 'OPTIONS',
    url: world.path('release'),
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    },
  });

describe('pages of other organisations', () => {
  it('may speak to the vault when its host named their origin, with a token and without cookies', async () => {
    world = await startTestWorld({ partners: [PARTNER] });
    const reply = await preflight(PARTNER);
    expect(reply.statusCode).toBe(204);
    expect(reply.headers['access-control-allow-origin']).toBe(PARTNER);
    expect(reply.headers['access-control-allow-credentials']).toBeUndefined();
  });

  it('may not otherwise', async () => {
    world = await startTestWorld({ partners: [PARTNER] });
    expect((await preflight('https://evil.example')).headers['access-control-allow-origin']).toBeUndefined();
    // The page of this vault speaks to itself and to those who are named, and to a desk that is none of them not at all.
    const policy = async () => (await preflight(PARTNER)).headers['content-security-policy'];
    expect(await policy()).toContain(`connect-src 'self' ${PARTNER};`);
    await world.close();
    const desks = { [newId('organisation', systemRandom)]: 'https://balie.example' };
    world = await startTestWorld({ desks });
    expect((await preflight(PARTNER)).headers['access-control-allow-origin']).toBeUndefined();
    // R26: a desk is spoken to, and speaks to nobody.
    expect(await policy()).toContain("connect-src 'self' https://balie.example;");
    expect((await preflight('https://balie.example')).headers['access-control-allow-origin']).toBeUndefined();
  });

  it('are refused as configuration when they are no safe address', async () => {
    await expect(startTestWorld({ partners: ['http://kluis.example'] })).rejects.toMatchObject({
      code: 'vault/bad-config',
    });
    // What a URL allows in a host, and a policy of the browser would read as every host or as a rule of its own.
    for (const origin of [
      'https://balie.example/path',
      'https://*',
      'https://*.example',
      'https://balie.example;sandbox',
    ]) {
      const desks = { [newId('organisation', systemRandom)]: origin };
      await expect(startTestWorld({ desks }), origin).rejects.toMatchObject({ code: 'vault/bad-config' });
    }
    world = await startTestWorld();
  });
});
