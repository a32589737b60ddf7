/** Side doors: what one endpoint refuses, another one must not take; what a partner brings must not stop others. */

import { newId, systemRandom } from '@ketenkluis/base';
import type { Fact, FactOf } from '@ketenkluis/seal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  befriend,
  deliverAll,
  enrol,
  newDossier,
  referralFacts,
  startPartner,
  startTestWorld,
  type TestDossier,
  type TestSession,
  type TestWorld,
  takeSnapshot,
  withdrawal,
  withStates,
} from './testing.ts';

let world: TestWorld;
let partner: TestWorld;
let agent: TestSession;
beforeAll(async () => {
  world = await startTestWorld();
  partner = await startPartner(world);
  await befriend(world, partner);
  agent = await world.open(world.practice.agent);
});
afterAll(async () => {
  await world.close();
  await partner.close();
});

const enrolled = async (): Promise<TestDossier> => {
  const dossier = newDossier();
  const { into } = await enrol(world, dossier);
  expect((await deliverAll(world, agent, into)).text).toContain('receipt');
  expect((await takeSnapshot(world, agent)).reply.status).toBe(200);
  return dossier;
};
const factsIn = (dossier: TestDossier) =>
  world.running.vault.storage.read((tx) =>
    tx.selectFrom('fact').select('kind').where('dossier', '=', dossier.id).where('ended', 'is', null).execute(),
  );

describe('the door for owners', () => {
  it('R15, R34: takes no fact of a dossier that a professional signed: those are weighed where they belong', async () => {
    const dossier = await enrolled();
    const before = await factsIn(dossier);
    const id = () => newId('fact', systemRandom);
    const handed = { relation: id(), step: id(), write: id(), consent: id(), letter: newId('handle', systemRandom) };
    const facts = referralFacts(world, partner, dossier, handed);
    const restriction: FactOf<'restriction'> = {
      ...{ t: 'fact', v: 1, suite: 1, id: id(), practice: world.practice.id, from: world.time.clock(), until: null },
      ...{ kind: 'restriction', dossier: dossier.id, handles: null, excluded: 'outside' },
    };
    const tries: readonly (readonly Fact[])[] = [facts, facts.filter(({ kind }) => kind === 'consent'), [restriction]];
    const owner = await world.open(world.practice.gp);
    for (const some of tries) {
      const body = { ...(await withStates(world, owner, some)), wraps: [] };
      expect((await world.signed(owner, 'statements', body, { class: 'admin' })).status).toBe(422);
      expect(await factsIn(dossier)).toEqual(before);
    }
    // Ending is one owner's still.
    const body = { ...(await withStates(world, owner, [withdrawal(world, dossier.step, dossier.id)])), wraps: [] };
    expect((await world.signed(owner, 'statements', body, { class: 'admin' })).status).toBe(200);
  });
});
