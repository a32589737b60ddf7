/** Which pages may speak to this vault, and to which vaults its own page may speak. */

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
    await world.close();
    world = await startTestWorld();
    expect((await preflight(PARTNER)).headers['access-control-allow-origin']).toBeUndefined();
  });

  it('are refused as configuration when they are no safe address', async () => {
    await expect(startTestWorld({ partners: ['http://kluis.example'] })).rejects.toMatchObject({
      code: 'vault/bad-config',
    });
    world = await startTestWorld();
  });
});
