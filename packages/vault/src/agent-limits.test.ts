/** What an agent may not, whatever its mandate: other teams, people's notes, one handle twice. */

import { newId, systemRandom } from '@ketenkluis/base';
import { type Payload, payloadHash } from '@ketenkluis/seal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  deliverAll,
  dossierFacts,
  empty,
  enrol,
  look,
  newDossier,
  sealInto,
  startTestWorld,
  type TestDossier,
  type TestSession,
  type TestWorld,
  writeNote,
} from './testing.ts';

let world: TestWorld;
let agent: TestSession;
let nurse: TestSession;
beforeAll(async () => {
  world = await startTestWorld();
  agent = await world.open(world.practice.agent);
  nurse = await world.open(world.practice.nurse);
});
afterAll(() => world.close());

const seqOf = async (dossier: string): Promise<number> => {
  const heads = await world.call('heads', { token: agent.token });
  return heads.json<{ dossiers: { dossier: string; seq: number }[] }>().dossiers.find((one) => one.dossier === dossier)!
    .seq;
};
const enrolled = async (handles = 2) => {
  const dossier = newDossier(handles);
  const first = await enrol(world, dossier);
  expect((await deliverAll(world, agent, first.into)).status).toBe(200);
  return { dossier, first };
};

/** A batch is never empty: a further write fact rides along. */
const another = (dossier: TestDossier): Payload[] =>
  dossierFacts(world, dossier, world.practice.nurseTeam)
    .filter((payload) => payload.t === 'fact' && payload.kind === 'write')
    .map((payload) => ({ ...payload, id: newId('fact', systemRandom) }) as Payload);

describe('an agent', () => {
  it('R19: seals no list for a team that its mandate does not name', async () => {
    const { officerTeam, nurseTeam } = world.practice;
    const list = async (team: typeof nurseTeam) => {
      const into = empty();
      const handle = newId('handle', systemRandom);
      await sealInto(
        world,
        into,
        world.practice.agent,
        null,
        [{ handle, slot: 'receipt', team: team.id }],
        [{ team, fact: null }],
      );
      return deliverAll(world, agent, into);
    };
    expect((await list(officerTeam)).json()).toMatchObject({ type: 'vault/bad-statement' });
    expect((await list(nurseTeam)).status).toBe(200);
  });

  it('R19: grants nothing of a dossier to such a team', async () => {
    const { dossier, first } = await enrolled(1);
    const into = empty();
    into.expect.push({ dossier: dossier.id, seq: await seqOf(dossier.id) });
    const next = { handle: dossier.handles[0]!, version: 2, prev: payloadHash(first.descriptors[0]!) };
    await sealInto(
      world,
      into,
      world.practice.agent,
      dossier.id,
      [next],
      [{ team: world.practice.officerTeam, fact: dossier.step }],
    );
    expect((await deliverAll(world, agent, into)).json()).toMatchObject({ type: 'vault/bad-statement' });
  });

  it('brings a handle once in a delivery: no new version together with its end, no end twice', async () => {
    const { dossier, first } = await enrolled();
    const seq = await seqOf(dossier.id);
    const handle = dossier.handles[0]!;
    const fresh = async () => {
      const into = empty();
      into.expect.push({ dossier: dossier.id, seq });
      const next = { handle, version: 2, prev: payloadHash(first.descriptors[0]!) };
      await sealInto(
        world,
        into,
        world.practice.agent,
        dossier.id,
        [next],
        [{ team: world.practice.nurseTeam, fact: dossier.step }],
      );
      return into;
    };
    const both = await fresh();
    both.drop.push(handle);
    expect((await deliverAll(world, agent, both)).json()).toMatchObject({ type: 'vault/bad-statement' });
    const twice = {
      ...empty(),
      payloads: another(dossier),
      drop: [handle, handle],
      expect: [{ dossier: dossier.id, seq }],
    };
    expect((await deliverAll(world, agent, twice)).json()).toMatchObject({ type: 'vault/bad-statement' });
    expect((await deliverAll(world, agent, await fresh())).status).toBe(200);
  });

  it('drops no note of a colleague, nor the handle under which one hangs', async () => {
    const { dossier } = await enrolled();
    const note = await writeNote(world, nurse, dossier, world.practice.nurseTeam);
    expect(note.reply.status).toBe(200);
    const drop = async (handle: string) => {
      const expected = { dossier: dossier.id, seq: await seqOf(dossier.id) };
      return deliverAll(world, agent, {
        ...empty(),
        payloads: another(dossier),
        drop: [handle as never],
        expect: [expected],
      });
    };
    expect((await drop(note.handle)).json()).toMatchObject({ type: 'vault/bad-statement' });
    expect((await drop(dossier.handles[0]!)).json()).toMatchObject({ type: 'vault/conflict' });
    const seen = await look(world, nurse, [{ dossier: dossier.id, handle: dossier.handles[1]! }]);
    expect(seen.json<{ states: { notes: string[] }[] }>().states[0]!.notes).toEqual([note.handle]);
    // Another handle goes; the note stays.
    expect((await drop(dossier.handles[1]!)).status).toBe(200);
  });
});
