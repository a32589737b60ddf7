/** What the patient shut, as the vault answers about it. */

import { newId, systemRandom } from '@ketenkluis/base';
import type { FactOf } from '@ketenkluis/seal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  deliverAll,
  empty,
  enrol,
  look,
  newDossier,
  startTestWorld,
  type TestDossier,
  type TestSession,
  type TestWorld,
  withdrawal,
} from './testing.ts';

let world: TestWorld;
let agent: TestSession;
let nurse: TestSession;
let gp: TestSession;
beforeAll(async () => {
  world = await startTestWorld();
  agent = await world.open(world.practice.agent);
  nurse = await world.open(world.practice.nurse);
  gp = await world.open(world.practice.gp);
});
afterAll(() => world.close());

interface Results {
  readonly results: readonly Record<string, unknown>[];
  readonly states: readonly unknown[];
  readonly commits?: readonly { readonly dossier: string; readonly seq: number }[];
}
const shutTo = (
  dossier: TestDossier,
  excluded: FactOf<'restriction'>['excluded'],
  handles: FactOf<'restriction'>['handles'] = null,
): FactOf<'restriction'> => ({
  t: 'fact',
  v: 1,
  suite: 1,
  id: newId('fact', systemRandom),
  practice: world.practice.id,
  from: world.time.clock(),
  until: null,
  kind: 'restriction',
  dossier: dossier.id,
  handles,
  excluded,
});
const seqOf = async (dossier: TestDossier): Promise<number> =>
  world.running.vault.storage.read(async (tx) => {
    const row = await tx.selectFrom('dossier').selectAll().where('dossier', '=', dossier.id).executeTakeFirstOrThrow();
    return row.changed;
  });
const deliver = async (dossier: TestDossier, ...payloads: ReturnType<typeof empty>['payloads']) => {
  const expected = [{ dossier: dossier.id, seq: await seqOf(dossier) }];
  const reply = await deliverAll(world, agent, { ...empty(), payloads, expect: expected });
  expect(reply.status).toBe(200);
};
const ask = async (who: TestSession, dossier: TestDossier, at = 0) =>
  (await look(world, who, [{ dossier: dossier.id, handle: dossier.handles[at]! }])).json<Results>();
const enrolled = async () => {
  const dossier = newDossier(2);
  expect((await deliverAll(world, agent, (await enrol(world, dossier)).into)).status).toBe(200);
  return dossier;
};
/** What was asked is in the answer; all else must be alike. */
const alike = ({ results, states }: Results) => ({
  states,
  results: results.map(({ dossier: _, handle: __, ...rest }) => rest),
});

describe('a restriction', () => {
  it('R22: answers a colleague as if there were no such patient, from the moment its line stands', async () => {
    const dossier = await enrolled();
    expect((await ask(nurse, dossier)).results[0]).toMatchObject({ outcome: 'permit' });
    await deliver(dossier, shutTo(dossier, nurse.person.id));
    expect(alike(await ask(nurse, dossier))).toEqual(alike(await ask(nurse, newDossier())));
  });

  it('R34: of one part leaves the other part open, and the part looks like none', async () => {
    const dossier = await enrolled();
    await deliver(dossier, shutTo(dossier, world.practice.nurseTeam.id, [dossier.handles[0]!]));
    expect((await ask(nurse, dossier, 1)).results[0]).toMatchObject({ outcome: 'permit' });
    const unknownPart = { ...dossier, handles: newDossier().handles };
    expect(alike(await ask(nurse, dossier))).toEqual(alike(await ask(nurse, unknownPart)));
  });

  it('R34: of somebody else or of everybody outside hinders no one here, and lifted it is over', async () => {
    const dossier = await enrolled();
    const shut = shutTo(dossier, nurse.person.id);
    await deliver(dossier, shutTo(dossier, gp.person.id), shutTo(dossier, 'outside'));
    expect((await ask(nurse, dossier)).results[0]).toMatchObject({ outcome: 'permit' });
    await deliver(dossier, shut);
    expect((await ask(nurse, dossier)).results[0]).toMatchObject({ outcome: 'deny' });
    await deliver(dossier, withdrawal(world, shut.id, dossier.id));
    expect((await ask(nurse, dossier)).results[0]).toMatchObject({ outcome: 'permit' });
  });
});
