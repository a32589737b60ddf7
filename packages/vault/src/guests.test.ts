import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { befriend, knock, startPartner, startTestWorld, type TestWorld, visit } from './testing.ts';

let world: TestWorld;
let partner: TestWorld;
beforeAll(async () => {
  world = await startTestWorld();
  partner = await startPartner(world);
  await befriend(world, partner);
});
afterAll(async () => {
  await world.close();
  await partner.close();
});

describe('a visit of a partner', () => {
  it('opens on a live partner fact, the directory, the card and a membership of the day', async () => {
    const guest = await visit(world, partner);
    expect((await world.call('directory', { token: guest.token })).status).toBe(200);
    expect((await world.call('me', { token: guest.token })).status).toBe(404);
    const reply = await knock(world, partner);
    expect(reply.json()).toMatchObject({ stage: 'open', keyring: null, person: partner.practice.nurse.id });
  });
});
