/** A look that is committed together with a change of the directory is judged by the directory after it (R17, R38). */

import { signStatement, statementsToWire } from '@ketenkluis/seal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  append,
  deliverAll,
  enrol,
  look,
  newDossier,
  ownCommon,
  startTestWorld,
  type TestDossier,
  type TestWorld,
  takeSnapshot,
} from './testing.ts';

let world: TestWorld;
let dossier: TestDossier;
beforeAll(async () => {
  world = await startTestWorld();
  dossier = newDossier(1);
  const agent = await world.open(world.practice.agent);
  expect((await deliverAll(world, agent, (await enrol(world, dossier)).into)).status).toBe(200);
  expect((await takeSnapshot(world, agent)).reply.status).toBe(200);
});
afterAll(() => world.close());

/** Holds the log until `open`, and says when the next line waits behind it. */
function held() {
  const { vault } = world.running;
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const first = append(vault, {
    ...{ practice: world.practice.id, log: world.log.origin, request: null, keys: ['gate'] },
    before: () => gate,
    plan: async () => ({
      common: ownCommon(vault, world.practice.id, {
        ...{
          event: 'attempt',
          action: 'E',
          class: 'session',
          outcome: 'refused',
          actor: world.practice.gp.id,
          reason: 'not-authenticated',
        },
      }),
      items: [],
    }),
  });
  const inner = vault.appender.append.bind(vault.appender);
  let waits: (() => void) | null = null;
  (vault.appender as { append: typeof inner }).append = (operation) => {
    const line = inner(operation);
    waits?.();
    return line;
  };
  const nextWaits = () => new Promise<void>((resolve) => (waits = resolve));
  return {
    nextWaits,
    async release() {
      (vault.appender as { append: typeof inner }).append = inner;
      open();
      await first;
    },
  };
}

describe('a look in one batch with a change of the directory', () => {
  it('R17: whose membership ends in the line before it is refused, though both were asked together', async () => {
    const { practice } = world;
    const nurse = await world.open(practice.nurse);
    const owner = await world.open(practice.gp);
    const part = [{ dossier: dossier.id, handle: dossier.handles[0]! }];
    expect((await look(world, nurse, part)).json()).toMatchObject({ results: [{ outcome: 'permit' }] });
    const membership = world.running.vault.people
      .of(practice.id)
      .then((people) =>
        people!.keys
          .memberships(world.time.clock())
          .find(({ person, team }) => person === practice.nurse.id && team === practice.nurseTeam.id),
      );
    const fact = (await membership)!.id;
    const end = await signStatement(
      {
        ...{ t: 'withdrawal' as const, v: 1 as const, suite: 1, practice: practice.id, fact, dossier: null },
        at: world.time.clock(),
      },
      practice.gp.signer,
    );
    const log = held();
    const ended = log.nextWaits();
    const ending = world.signed(owner, 'statements', { ...statementsToWire([end]), wraps: [] }, { class: 'admin' });
    await ended;
    const asked = log.nextWaits();
    const looking = look(world, nurse, part);
    await asked;
    await log.release();
    expect((await ending).status).toBe(200);
    const answer = (await looking).json<{ results: { outcome: string; reason?: string }[] }>();
    expect(answer.results[0]).toMatchObject({ outcome: 'deny', reason: 'not-member' });
  });

  it('R24: whose session ended after they asked and before their turn came is refused', async () => {
    const { storage } = world.running.vault;
    const { practice } = world;
    const nurse = await world.open(practice.nurse);
    const log = held();
    const asked = log.nextWaits();
    const looking = look(world, nurse, [{ dossier: dossier.id, handle: dossier.handles[0]! }]);
    await asked;
    const at = world.time.clock();
    await storage.write((tx) =>
      tx.updateTable('session').set({ ended: at }).where('session', '=', nurse.session).execute(),
    );
    await log.release();
    const { status, json } = await looking;
    expect([status, json<{ type: string }>().type]).toEqual([401, 'vault/session-ended']);
  });
});
