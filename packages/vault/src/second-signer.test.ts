import { base64url, newId, plus, systemRandom } from '@ketenkluis/base';
import type { me as meMessage, proposals as proposalsMessage } from '@ketenkluis/protocol';
import {
  addSignature,
  type FactOf,
  type Payload,
  payloadHash,
  type Statement,
  sealTo,
  signStatement,
  statementsToWire,
  statementToWire,
} from '@ketenkluis/seal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { partnerFact, startPartner, startTestWorld, type TestSession, type TestWorld } from './testing.ts';

let world: TestWorld;
let partner: TestWorld;
let owner: TestSession;
let nurse: TestSession;
beforeAll(async () => {
  world = await startTestWorld();
  partner = await startPartner(world);
  owner = await world.open(world.practice.gp);
  nurse = await world.open(world.practice.nurse);
});
afterAll(async () => {
  await world.close();
  await partner.close();
});

type Open = z.infer<typeof proposalsMessage>['proposals'][number];

async function proposed(payload: Payload): Promise<{ body: Open; statement: Statement }> {
  const { gp, id } = world.practice;
  const position = (await world.running.vault.people.of(id))!.keys.position;
  const statement = await signStatement(payload, gp.signer);
  const now = world.time.clock();
  const proposal = await signStatement(
    {
      t: 'proposal' as const,
      v: 1 as const,
      suite: 1,
      organisation: id,
      by: gp.id,
      at: now,
      until: plus(now, 3_600_000),
      people: { count: position.count, digest: position.digest! },
      statements: [payloadHash(payload)],
      join: null,
    },
    gp.signer,
  );
  const body = {
    proposal: statementToWire(proposal),
    statements: [statementToWire(statement)],
    wraps: [],
    names: [],
  };
  return { body, statement };
}
const membership = (): FactOf<'membership'> => ({
  t: 'fact',
  v: 1,
  suite: 1,
  id: newId('fact', systemRandom),
  practice: world.practice.id,
  from: world.time.clock(),
  until: null,
  kind: 'membership',
  team: world.practice.gpTeam.id,
  person: world.practice.nurse.id,
});

describe('a second pair of eyes', () => {
  it('R19: a professional sees and signs a partner that waits, and nothing else of the owners', async () => {
    const { body, statement } = await proposed(partnerFact(world, partner));
    const inner = await proposed(membership());
    for (const one of [body, inner.body])
      expect((await world.signed(owner, 'propose', one, { class: 'admin' })).status).toBe(200);
    const seen = (await world.call('proposals', { token: nurse.token })).json<{ proposals: Open[] }>().proposals;
    expect(seen.map(({ statements }) => statements[0]!.header)).toEqual([base64url(statement.bytes)]);

    const more = async (one: { body: Open; statement: Statement }): Promise<Open> => ({
      ...one.body,
      statements: [statementToWire(await addSignature(one.statement, world.practice.nurse.signer))],
    });
    const both = await more({ body, statement });
    expect((await world.signed(nurse, 'propose', both, { class: 'admin' })).status).toBe(403);
    expect((await world.signed(nurse, 'propose', await more(inner), { class: 'session' })).status).toBe(403);
    expect((await world.signed(nurse, 'propose', both, { class: 'session' })).status).toBe(200);
    // A second signer brings nothing of their own.
    const own = await signStatement(partnerFact(world, partner), world.practice.nurse.signer);
    const alone = { ...body, statements: [statementToWire(own)] };
    expect((await world.signed(nurse, 'propose', alone, { class: 'session' })).status).toBe(422);

    const now = (await world.call('proposals', { token: owner.token })).json<{ proposals: Open[] }>().proposals;
    const waits = now.find((one) => one.statements[0]!.header === both.statements[0]!.header)!;
    // One owner and a second signer are two people, but not two owners: this practice needs those too.
    const few = { statements: waits.statements, batches: [], wraps: [] };
    expect((await world.signed(owner, 'statements', few, { class: 'admin' })).status).toBe(422);
    const signed = await addSignature(
      await addSignature(statement, world.practice.nurse.signer),
      world.practice.trustee.signer,
    );
    const wire = { ...statementsToWire([signed]), wraps: [] };
    expect((await world.signed(owner, 'statements', wire, { class: 'admin' })).status).toBe(200);
  });

  it('what a partner is called goes with its fact, sealed to its readers', async () => {
    const other = await startPartner(world);
    const fact = await signStatement(partnerFact(world, other), world.practice.owners);
    const sealed = await sealTo(world.practice.gp.kemPublic, 'test', new Uint8Array([1]));
    const names = [{ to: world.practice.gp.id, sealed: base64url(sealed) }];
    const body = { ...statementsToWire([fact]), wraps: [], names };
    expect((await world.signed(owner, 'statements', body, { class: 'admin' })).status).toBe(200);
    const mine = (await world.call('me', { token: owner.token })).json<z.infer<typeof meMessage>>();
    expect(mine.names).toEqual([{ person: other.practice.id, sealed: base64url(sealed) }]);
    const loose = await signStatement(membership(), world.practice.owners);
    const without = { ...statementsToWire([loose]), wraps: [], names };
    expect((await world.signed(owner, 'statements', without, { class: 'admin' })).status).toBe(422);
    await other.close();
  });
});
