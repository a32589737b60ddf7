/** How many grants one referral may bring, so that nobody makes a dossier too large to read (docs/spec/partners.md, "Referral"). */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  befriend,
  deliverAll,
  enrol,
  newDossier,
  type ReferOptions,
  referTo,
  startPartner,
  startTestWorld,
  type TestSession,
  type TestWorld,
  takeSnapshot,
} from './testing.ts';

let world: TestWorld;
let partner: TestWorld;
let agent: TestSession;
let nurse: TestSession;
beforeAll(async () => {
  world = await startTestWorld();
  partner = await startPartner(world);
  await befriend(world, partner);
  agent = await world.open(world.practice.agent);
  nurse = await world.open(world.practice.nurse);
});
afterAll(async () => {
  await world.close();
  await partner.close();
});

/** A referral of so many parts. */
async function referred(parts: number, bend?: ReferOptions['bend']) {
  const dossier = newDossier(parts);
  expect((await deliverAll(world, agent, (await enrol(world, dossier)).into)).status).toBe(200);
  expect((await takeSnapshot(world, agent)).reply.status).toBe(200);
  const { reply } = await referTo(world, partner, nurse, dossier, bend ? { bend } : {});
  const granted = await world.running.vault.storage.read((tx) =>
    tx
      .selectFrom('granted')
      .select(['descriptor', 'grant_hash'])
      .where('dossier', '=', dossier.id)
      .where('team', '=', partner.practice.nurseTeam.id)
      .execute(),
  );
  return { reply, opens: granted.length, grants: new Set(granted.map(({ grant_hash }) => grant_hash)).size };
}
/** A grant for every part by itself, and one for the letter. */
const apart: ReferOptions['bend'] = (into) => {
  const made = into.payloads.flatMap((payload) =>
    payload.t === 'grant' && payload.team === partner.practice.nurseTeam.id
      ? payload.packs.map((pack) => ({ ...payload, packs: [pack] }))
      : [payload],
  );
  into.payloads.splice(0, into.payloads.length, ...made);
};

describe('the grants of a referral', () => {
  it('R15: are at most four for the partner’s team, whatever the number of parts; one covers them all', async () => {
    const whole = await referred(7);
    expect([whole.reply.status, whole.opens, whole.grants]).toEqual([200, 8, 2]);
    const four = await referred(3, apart);
    expect([four.reply.status, four.opens, four.grants]).toEqual([200, 4, 4]);
    const five = await referred(4, apart);
    expect(five.reply.json()).toMatchObject({
      ...{ type: 'vault/bad-statement', title: 'the parts of a referral are granted together' },
    });
    expect([five.opens, five.grants]).toEqual([0, 0]);
  });
});
