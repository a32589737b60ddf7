import { makeWorld, type World } from '@ketenkluis/agent/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Fetch,
  keptDevices,
  memoryStorage,
  parseDeviceLink,
  type Session,
  signIn,
  takeDeviceLink,
  wire,
} from './index.ts';

describe('the key directory in pages', () => {
  let world: World;
  let whole: Session;
  beforeAll(async () => {
    world = await makeWorld(3, 2);
    whole = await world.signIn('gp');
  });
  afterAll(() => world.close());

  /** The same person at a vault that gives `limit` statements at a time, and says of the next page what `next` makes of it. */
  async function paged(limit: number, next: (said: number | null) => number | null = (said) => said) {
    let asked = 0;
    const { place, ports } = whole.wire;
    const fetch: Fetch = async (address, options) => {
      if (!address.includes('/directory?')) return ports.fetch(address, options);
      asked++;
      const answer = await ports.fetch(`${address}&limit=${limit}`, options);
      const json = JSON.parse(new TextDecoder().decode(await answer.arrayBuffer())) as { next: number | null };
      const bytes = new TextEncoder().encode(JSON.stringify({ ...json, next: next(json.next) }));
      return { status: answer.status, headers: answer.headers, arrayBuffer: async () => bytes.buffer };
    };
    const storage = memoryStorage();
    const { link, passphrase } = world.init.people[0]!.first;
    await takeDeviceLink(storage, parseDeviceLink(link));
    const [device] = await keptDevices(storage);
    world.clock.move(1000);
    const session = await signIn(wire(place, { ...ports, fetch, storage }), {
      by: 'passphrase',
      device: device!,
      passphrase,
    });
    return { session, asked: () => asked };
  }

  it('is the same whatever the size of a page', async () => {
    const { position } = await whole.people(true);
    expect(position.count).toBeGreaterThan(8);
    for (const limit of [1, 3, position.count, 500]) {
      const { session, asked } = await paged(limit);
      expect((await session.people()).position).toEqual(position);
      expect(asked()).toBe(Math.ceil(position.count / limit));
    }
  });

  it('is refused when a page is left out, comes again, or never ends', async () => {
    const bad = { code: 'client/bad-answer' };
    for (const next of [
      (said: number | null) => said && said + 1,
      (said: number | null) => said && said - 1,
      () => 1,
    ]) {
      const { session } = await paged(3, next);
      await expect(session.people()).rejects.toMatchObject(bad);
    }
  });
});
