/** One person of a care group with a card in two practices, each on a vault of its own: one sign-in. */

import { makeWorld, type World } from '@ketenkluis/agent/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Fetch,
  linkedPractices,
  linkPractice,
  listHandles,
  memoryStorage,
  openList,
  overviewContent,
  readContent,
  type Session,
  unlinkPractice,
  withLinked,
} from './index.ts';

const OTHER = 'http://elders.localhost:8443';
const staff = (passphrase: string) =>
  [
    { name: 'A. de Eerste', role: 'gp', owner: true, passphrase: 'een twee drie vier' },
    { name: 'G. Zorggroep', role: 'care-group', passphrase },
  ] as const;

describe('one person in two practices', () => {
  let one: World;
  let two: World;
  let storage: ReturnType<typeof memoryStorage>;
  let home: Session;
  beforeAll(async () => {
    const web = new Map<string, Fetch>();
    one = await makeWorld(12, 0, { web, people: staff('twee een negen acht'), threshold: 1 });
    two = await makeWorld(40, 0, {
      web,
      origin: OTHER,
      clock: one.clock,
      people: staff('zes vijf vier drie'),
      threshold: 1,
    });
    for (const world of [one, two]) {
      await world.enrol();
      await world.sync();
    }
    storage = memoryStorage();
    home = await one.signIn('care-group', storage);
  });
  afterAll(async () => {
    await one.close();
    await two.close();
  });
  const counts = async (session: Session) => {
    expect((await listHandles(session, 'overview')).length).toBe(1);
    const { programmes } = readContent(overviewContent, (await openList(session, 'overview')).content);
    return programmes.map(({ enrolled }) => enrolled);
  };

  it('R23: gathers the counts of both after one sign-in; without the keys of home what this device keeps opens nothing', async () => {
    const link = two.init.people.find(({ role }) => role === 'care-group')!.first;
    await expect(linkPractice(home, link.link, 'niet dit woord dus')).rejects.toThrow();
    expect(await linkedPractices(home)).toEqual([]);
    const added = await linkPractice(home, link.link, link.passphrase);
    expect(added).toMatchObject({ origin: OTHER });
    await expect(linkPractice(home, link.link, link.passphrase)).rejects.toMatchObject({
      code: 'client/bad-device-link',
    });

    // Another day: one gesture at home, on the same device.
    home = await one.signIn('care-group', storage);
    const [there, ...more] = await linkedPractices(home);
    expect([there, more]).toEqual([added, []]);
    one.clock.move(1000);
    const both = [await counts(home), await withLinked(home, there!, counts)];
    expect(both[0]).not.toEqual(both[1]);

    // Nobody else opens it: the sealed word is none without the keys of home.
    const colleague = await one.signIn('gp');
    expect(await linkedPractices(colleague)).toEqual([]);
    await expect(withLinked(colleague, there!, counts)).rejects.toThrow();
    expect(JSON.stringify(there)).not.toContain(link.passphrase);
    home.lock();
    await expect(withLinked(home, there!, counts)).rejects.toMatchObject({ code: 'client/not-open' });
    home = await one.signIn('care-group', storage);
    await unlinkPractice(home, there!.practice);
    expect(await linkedPractices(home)).toEqual([]);
    await expect(withLinked(home, there!, counts)).rejects.toMatchObject({ code: 'client/bad-device-link' });
  });
});
