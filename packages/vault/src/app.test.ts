import { afterEach, describe, expect, it } from 'vitest';
import { startTestWorld, type TestWorld } from './testing.ts';

let world: TestWorld;
afterEach(() => world?.close());

describe('the vault', () => {
  it('takes a practice in and lets its people in by key', async () => {
    world = await startTestWorld();
    const nurse = await world.open(world.practice.nurse);
    const me = await world.call('me', { token: nurse.token });
    expect(me.status).toBe(200);
    expect(me.json()).toMatchObject({
      person: world.practice.nurse.id,
      teams: [{ team: world.practice.nurseTeam.id }],
    });
  });
});
