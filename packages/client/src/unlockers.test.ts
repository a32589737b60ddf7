import { makeWorld, type World } from '@ketenkluis/agent/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  endOwnUnlocker,
  endUnlocker,
  keptDevices,
  memoryStorage,
  openKeyring,
  parseDeviceLink,
  type Session,
  signIn,
  takeDeviceLink,
  waysIn,
} from './index.ts';

describe('ways in', () => {
  let world: World;
  let nurse: Session;
  beforeAll(async () => {
    world = await makeWorld(3, 2);
    nurse = await world.signIn('poh-s');
  });
  afterAll(() => world.close());

  /** The nurse with the way in that lies on paper. */
  async function bySecond() {
    world.clock.move(1000);
    const { link: text, passphrase } = world.init.people.find(({ role }) => role === 'poh-s')!.second;
    const link = parseDeviceLink(text);
    const storage = memoryStorage();
    await takeDeviceLink(storage, link);
    const [device] = await keptDevices(storage);
    const wired = { ...nurse.wire, ports: { ...nurse.wire.ports, storage } };
    const proof = { by: 'passphrase' as const, device: device!, passphrase };
    return { proof, session: await signIn(wired, proof) };
  }

  it('never the last but one of one’s own', async () => {
    const { proof, session } = await bySecond();
    const mine = (await waysIn(session)).get(session.person)!;
    expect(mine.map(({ kind, ended }) => [kind, ended])).toEqual([
      ['passphrase', null],
      ['passphrase', null],
    ]);
    const opened = await openKeyring(session, proof);
    await expect(endOwnUnlocker(session, opened, mine[0]!.unlocker)).rejects.toMatchObject({
      code: 'seal/too-few-unlockers',
    });
    await session.close();
  });

  it('R14: what an owner ends after a loss is out at once; the next sign-in drops its wrap from the keyring', async () => {
    const owner = await world.signIn('gp');
    expect((await waysIn(owner)).get(nurse.person)).toHaveLength(2);
    expect((await waysIn(nurse)).has(owner.person)).toBe(false);
    await endUnlocker(owner, nurse.person, nurse.device!);

    await expect(nurse.me(true)).rejects.toMatchObject({ code: 'client/session-ended' });
    await expect(world.signIn('poh-s')).rejects.toMatchObject({ code: 'client/refused' });
    const { session: back } = await bySecond();
    expect(back.unlockers).toHaveLength(1);
    expect(back.unlockers.some((one) => one.kind === 'passphrase' && one.device === nurse.device)).toBe(false);
    expect((await back.me()).person).toBe(nurse.person);
    const again = await bySecond();
    expect(again.session.unlockers).toHaveLength(1);
    await expect(endUnlocker(back, owner.person, owner.device!)).rejects.toMatchObject({ code: 'client/refused' });
  });
});
