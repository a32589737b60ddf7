/** A delivery that ends while a look is being answered: the answer is of one moment, or its reader finds a dossier that is not whole. */

import type { releaseAnswer } from '@ketenkluis/protocol';
import { expectType, statementsFromWire, verifySnapshotRow } from '@ketenkluis/seal';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { z } from 'zod';
import { deliverAll, enrol, look, newDossier, startTestWorld, type TestWorld, takeSnapshot } from './testing.ts';

let world: TestWorld;
beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world.close());

it('R41: the state of a dossier is shown under the snapshot that it was read with, whatever lands before the answer leaves', async () => {
  const agent = await world.open(world.practice.agent);
  const nurse = await world.open(world.practice.nurse);
  const [dossier, other] = [newDossier(), newDossier()];
  expect((await deliverAll(world, agent, (await enrol(world, dossier)).into)).status).toBe(200);
  expect((await takeSnapshot(world, agent)).reply.status).toBe(200);
  expect((await deliverAll(world, agent, (await enrol(world, other)).into)).status).toBe(200);

  const { appender } = world.running.vault;
  const append = appender.append.bind(appender);
  let [landed, waiting] = [0, true];
  Object.assign(appender, {
    append: async (...asked: Parameters<typeof append>) => {
      const line = await append(...asked);
      if (waiting) {
        waiting = false;
        landed = (await takeSnapshot(world, agent)).reply.status;
      }
      return line;
    },
  });
  const reply = await look(world, nurse, [{ dossier: dossier.id, handle: dossier.handles[0]! }]);
  Object.assign(appender, { append });
  expect([landed, reply.status]).toEqual([200, 200]);

  const answer = reply.json<z.infer<typeof releaseAnswer>>();
  const [statement] = statementsFromWire({ statements: [answer.snapshot!], batches: answer.batches });
  const snapshot = expectType(statement!, 'snapshot').payload;
  expect(snapshot.number).toBe(1);
  const [state] = answer.states;
  const row = { dossier: dossier.id, seq: state!.snapshot!.seq, state: state!.snapshot!.state };
  expect(verifySnapshotRow(row, state!.snapshot!, snapshot)).toBe(true);
});
