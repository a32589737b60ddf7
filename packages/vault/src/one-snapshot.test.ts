/** A look that is answered while a newer snapshot comes in: what proves it is the snapshot that stood at its line. */

import { expectType, statementFromWire, verifySnapshotRow } from '@ketenkluis/seal';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deliverAll, enrol, look, newDossier, startTestWorld, type TestWorld, takeSnapshot } from './testing.ts';

let world: TestWorld;
beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world.close());

it('row and snapshot of an answer are of one moment, whatever is signed before it leaves', async () => {
  const agent = await world.open(world.practice.agent);
  const nurse = await world.open(world.practice.nurse);
  const [first, second] = [newDossier(1), newDossier(1)];
  await deliverAll(world, agent, (await enrol(world, first)).into);
  expect((await takeSnapshot(world, agent)).reply.status).toBe(200);
  const { appender } = world.running.vault;
  const append = appender.append.bind(appender);
  let between = true;
  // Between the line of the look and its answer: another patient, and a snapshot of both.
  appender.append = async (operation) => {
    const line = await append(operation);
    if (between && line.entry.common.event === 'release') {
      between = false;
      await deliverAll(world, agent, (await enrol(world, second)).into);
      expect((await takeSnapshot(world, agent)).reply.status).toBe(200);
    }
    return line;
  };
  const reply = await look(world, nurse, [{ dossier: first.id, handle: first.handles[0]! }]);
  expect(between).toBe(false);
  const answer = reply.json<{
    snapshot: Parameters<typeof statementFromWire>[0];
    states: { dossier: string; snapshot: { seq: number; state: string; index: number; path: string[] } }[];
  }>();
  const snapshot = expectType(statementFromWire(answer.snapshot), 'snapshot').payload;
  const { snapshot: shown } = answer.states[0]!;
  const row = { dossier: first.id, seq: shown.seq, state: shown.state } as Parameters<typeof verifySnapshotRow>[0];
  expect(verifySnapshotRow(row, shown as Parameters<typeof verifySnapshotRow>[1], snapshot)).toBe(true);
});
