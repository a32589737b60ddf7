import { fromBase64url } from '@ketenkluis/base';
import type { releaseAnswer } from '@ketenkluis/protocol';
import { createVerifier, type Statement, statementsFromWire, suite } from '@ketenkluis/seal';
import { openBundle, openPack } from '@ketenkluis/seal/open';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import {
  deliverAll,
  enrol,
  look,
  newDossier,
  startTestWorld,
  type TestSession,
  type TestWorld,
  takeSnapshot,
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

describe('first sync and morning', () => {
  it('P3: what the agent delivered opens for the nurse after a committed line', async () => {
    const dossier = newDossier();
    const { into } = await enrol(world, dossier);
    const accepted = await deliverAll(world, agent, into);
    expect(accepted.text).toContain('receipt');
    expect(accepted.status).toBe(200);
    const { reply } = await takeSnapshot(world, agent);
    expect(reply.text).toContain('line');
    const answer = await look(world, nurse, [{ dossier: dossier.id, handle: dossier.handles[0]! }]);
    expect(answer.status).toBe(200);
    const { results, batches, states } = answer.json<z.infer<typeof releaseAnswer>>();
    const [first] = results;
    if (first?.outcome !== 'permit') throw new Error('denied');
    expect(states[0]).toMatchObject({ dossier: dossier.id, changes: [] });
    const [descriptor, bundle] = statementsFromWire({
      statements: [first.descriptor, first.bundle],
      batches,
    }) as [Statement<'descriptor'>, Statement<'bundle'>];
    const team = await openBundle(bundle.payload, await suite(1).kem.importPrivate(world.practice.nurseTeam.seed));
    const c = await team.unwrap({ ...first.wrap, ct: fromBase64url(first.wrap.ct) });
    const opened = await openPack({
      pack: fromBase64url(first.pack) as never,
      shares: { c: c as never, h: fromBase64url(first.h) as never },
      descriptor: descriptor.payload,
      keyOf: () => world.practice.agent.signer.publicKey,
      verifier: createVerifier(),
    });
    expect(new TextDecoder().decode(opened.content)).toContain(dossier.handles[0]);
  });
});
