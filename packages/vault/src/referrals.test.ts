import { fromBase64url } from '@ketenkluis/base';
import type { releaseAnswer } from '@ketenkluis/protocol';
import { type Statement, statementsFromWire, suite, webVerifier } from '@ketenkluis/seal';
import { openBundle, openPack } from '@ketenkluis/seal/open';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import {
  befriend,
  deliverAll,
  enrol,
  look,
  newDossier,
  referTo,
  startPartner,
  startTestWorld,
  type TestDossier,
  type TestSession,
  type TestWorld,
  takeSnapshot,
  visit,
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

const enrolled = async (): Promise<TestDossier> => {
  const dossier = newDossier();
  const { into } = await enrol(world, dossier);
  expect((await deliverAll(world, agent, into)).text).toContain('receipt');
  expect((await takeSnapshot(world, agent)).reply.status).toBe(200);
  return dossier;
};

/** What the partner's own key opens of one released item. */
async function read(answer: z.infer<typeof releaseAnswer>, position: number): Promise<string> {
  const result = answer.results[position];
  if (result?.outcome !== 'permit') throw new Error(`denied: ${JSON.stringify(result)}`);
  const [descriptor, bundle] = statementsFromWire({
    statements: [result.descriptor, result.bundle],
    batches: answer.batches,
  }) as [Statement<'descriptor'>, Statement<'bundle'>];
  const key = await suite(1).kem.importPrivate(partner.practice.nurseTeam.seed);
  const c = await (await openBundle(bundle.payload, key)).unwrap({ ...result.wrap, ct: fromBase64url(result.wrap.ct) });
  const people = [world.practice.agent, world.practice.nurse, partner.practice.nurse];
  const opened = await openPack({
    pack: fromBase64url(result.pack) as never,
    shares: { c: c as never, h: fromBase64url(result.h) as never },
    descriptor: descriptor.payload,
    keyOf: (by) => people.find(({ id }) => id === by)?.signer.publicKey,
    verifier: webVerifier,
  });
  return new TextDecoder().decode(opened.content);
}

describe('a referral', () => {
  it('R15, R31: opens for the partner what the step and the consent name, and the letter', async () => {
    const dossier = await enrolled();
    const [first] = dossier.handles;
    const guest = await visit(world, partner);
    const before = await look(world, guest, [{ dossier: dossier.id, handle: first! }]);
    expect(before.json<z.infer<typeof releaseAnswer>>().results).toMatchObject([
      { outcome: 'deny', reason: 'unknown' },
    ]);
    const { reply, handed } = await referTo(world, partner, nurse, dossier, { handles: [first!] });
    expect(reply.text).toContain('line');
    const answer = (
      await look(
        world,
        guest,
        [...dossier.handles, handed.letter].map((handle) => ({ dossier: dossier.id, handle })),
      )
    ).json<z.infer<typeof releaseAnswer>>();
    expect(answer.results.map(({ outcome }) => outcome)).toEqual(['permit', 'deny', 'permit']);
    expect(await read(answer, 0)).toContain(first!);
    expect(await read(answer, 2)).toContain(handed.letter);
    expect(answer.line.items.map(({ position }) => position)).toEqual([0, 2]);
  });
});
