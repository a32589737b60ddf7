/** The practice's own monitor against a vault that lies to the agent: an alarm, and no snapshot is signed. */

import { base64url, DAY, fromBase64url, instant } from '@ketenkluis/base';
import { decodeEntry } from '@ketenkluis/ledger';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { fileKeyStore } from './keystore.ts';
import { explain } from './monitor.ts';
import { type AgentState, openState } from './state.ts';
import { makeWorld, type World } from './testing/world.ts';

describe('the monitor', () => {
  let world: World;
  let snapshots = 0;
  type Answer = Record<string, unknown>;
  const lie = (path: string, change: (answer: Answer) => void) => {
    world.net.between = async (url, ask) => {
      if (url.endsWith('/snapshots')) snapshots += 1;
      const answer = await ask();
      if (!url.includes(path) || answer.status !== 200) return answer;
      const json = JSON.parse(new TextDecoder().decode(await answer.arrayBuffer())) as Answer;
      change(json);
      const bytes = new TextEncoder().encode(JSON.stringify(json));
      return { ...answer, arrayBuffer: async () => bytes.buffer as ArrayBuffer };
    };
  };
  const open = (): Promise<AgentState> =>
    openState({ dir: `${world.dir}/agent`, random: world.random, keyStore: fileKeyStore(`${world.dir}/agent`) });

  beforeAll(async () => {
    world = await makeWorld(6, 1);
    await world.enrol();
    await world.sync();
  });
  afterEach(() => {
    world.net.between = null;
    snapshots = 0;
  });
  afterAll(() => world.close());

  it('a line that was changed, or left out, is an alarm', async () => {
    lie('/entries', (answer) => {
      const entries = answer.entries as string[];
      const bytes = fromBase64url(entries[0]!);
      bytes[bytes.length - 3]! ^= 1;
      entries[0] = base64url(bytes);
    });
    await expect(world.sync()).rejects.toMatchObject({ code: 'agent/vault-forked' });
    lie('/entries', (answer) => void (answer.entries as string[]).shift());
    await expect(world.sync()).rejects.toMatchObject({ code: 'agent/vault-forked' });
    expect(snapshots).toBe(0);
  });

  it('a vault that makes something else of a delivery is an alarm', async () => {
    world.patients[0] = { ...world.patients[0]!, hba1c: [81] };
    lie('/deliveries', (answer) => {
      const [dossier] = answer.dossiers as { state: string }[];
      dossier!.state = base64url(world.random(32));
    });
    await expect(world.sync()).rejects.toMatchObject({ code: 'agent/vault-forked' });
    expect(snapshots).toBe(0);
    world.net.between = null;
    // The delivery itself stood; the next run finds it in the log and sends nothing twice.
    expect((await world.sync()).changed).toBe(0);
  });

  it('a log that is shorter than it was is an alarm', async () => {
    const state = await open();
    const { checkpoint } = state.register.vault;
    state.register.vault.checkpoint = { ...checkpoint!, size: checkpoint!.size + 100 };
    await state.save();
    await state.close();
    await expect(world.sync()).rejects.toMatchObject({ code: 'client/rolled-back' });
    const again = await open();
    again.register.vault.checkpoint = checkpoint;
    await again.save();
    await again.close();
    await world.sync();
  });

  it('a line that is older than the one before it is an alarm', async () => {
    const state = await open();
    const { practice } = state.register;
    const people = (await world.vault().vault.people.of(practice.organisation))!;
    const { size } = await world.vault().vault.storage.ledger.state(people.log);
    const [last] = await world.vault().vault.storage.ledger.entries(people.log, size - 1, size);
    const { stored } = last!;
    const { entry } = decodeEntry(stored);
    const next = (at: number) => ({
      index: size,
      stored,
      entry: { ...entry, items: [], common: { ...entry.common, at: instant(at), requestHash: null } },
    });
    const lines = (at: number) => [{ index: size - 1, stored, entry }, next(at)];
    const { at } = entry.common;
    expect(() => explain(state.register, lines(at), [], people.keys)).not.toThrow();
    expect(() => explain(state.register, lines(at - 1), [], people.keys)).toThrow('older than the one before it');
    await state.close();
  });

  it('R45: clocks that differ, and a snapshot that is older than it may be, are alarms that stop nothing', async () => {
    const clock = () => instant(world.clock.clock() + 40_000);
    expect((await world.sync()).alarms).toEqual([]);
    const apart = await world.sync({ clock });
    expect(apart.alarms).toEqual(['clock-drift']);
    // Weekly: twice that is two weeks.
    world.clock.move(15 * DAY);
    const late = await world.sync();
    expect(late.alarms).toEqual(['stale-snapshot']);
    expect(late.snapshot.number).toBe(apart.snapshot.number + 1);
    expect((await world.sync()).alarms).toEqual([]);
  });

  it('somebody who changes a dossier and may not is an alarm', async () => {
    const state = await open();
    const record = Object.values(state.register.patients).find(({ live }) => live !== null)!;
    // As if the vault had put a fact there that nobody signed: the agent's own book does not explain the state.
    delete record.live!.facts[Object.keys(record.live!.facts)[0]!];
    await state.save();
    await state.close();
    await expect(world.sync()).rejects.toThrow();
    expect(snapshots).toBe(0);
  });
});
