import { DAY, HOUR, newId, plus, systemRandom } from '@ketenkluis/base';
import { ENDPOINTS, type EndpointName } from '@ketenkluis/protocol';
import { signStatement, statementsToWire } from '@ketenkluis/seal';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { proofOf } from './proofs.ts';
import {
  append,
  befriend,
  dayMembership,
  directoryOf,
  item,
  knock,
  ownCommon,
  partnerFact,
  startPartner,
  startTestWorld,
  type TestWorld,
  type Vouched,
  visit,
  vouch,
} from './testing.ts';

let world: TestWorld;
let partner: TestWorld;
beforeAll(async () => {
  world = await startTestWorld();
  partner = await startPartner(world);
  await befriend(world, partner);
});
afterAll(async () => {
  await world.close();
  await partner.close();
});

/** The answer to whoever is nobody, but for what differs by request. */
const nobody = { status: 404, text: '{"type":"vault/refused","title":"not available","status":404}' };
const seen = ({ status, text }: { status: number; text: string }) => ({
  status,
  text: text.replace(/,"requestId":"[^"]*"/, ''),
});

/** A day membership in a line of B's own log, whatever it says: a vault that writes down what it should not. */
async function bent(more: Parameters<typeof dayMembership>[3], by = partner.practice.gp): Promise<Vouched> {
  const { nurse, nurseTeam } = partner.practice;
  const statement = await signStatement(dayMembership(partner, nurse, nurseTeam, more), by.signer);
  const { vault } = partner.running;
  const practice = partner.practice.id;
  const line = await append(vault, {
    practice,
    log: partner.log.origin,
    request: null,
    keys: [],
    plan: async () => ({
      common: ownCommon(vault, practice, {
        event: 'fact',
        action: 'C',
        class: 'admin',
        outcome: 'success',
        actor: by.id,
      }),
      items: [item({ kind: 'fact', object: statement.hash, facts: [statement.payload.id] })],
    }),
  });
  const { statements, batches } = statementsToWire([statement]);
  return {
    memberships: [{ statement: statements[0]!, line: proofOf(line) }],
    batches,
    checkpoint: line.checkpoint,
    assurance: null,
  };
}

describe('a visit of a partner', () => {
  it('opens on a live partner fact, the directory, the card and a membership of the day', async () => {
    const guest = await visit(world, partner);
    expect((await world.call('directory', { token: guest.token })).status).toBe(200);
    const reply = await knock(world, partner);
    expect(reply.json()).toMatchObject({ stage: 'open', keyring: null, person: partner.practice.nurse.id });
  });

  it('R22: knows no endpoint but those for guests; the rest answers as if there were no session', async () => {
    const { token } = await visit(world, partner);
    const closed = (Object.keys(ENDPOINTS) as EndpointName[]).filter((name) => !('guests' in ENDPOINTS[name]));
    expect(closed.length).toBeGreaterThan(20);
    for (const name of closed) {
      const body = ENDPOINTS[name].method === 'POST' ? {} : undefined;
      const [as, without] = await Promise.all([
        world.call(name, { token, ...(body ? { body } : {}) }),
        world.call(name, { ...(body ? { body } : {}) }),
      ]);
      expect({ name, ...seen(as) }).toEqual({ name, ...seen(without) });
    }
    for (const name of ['me', 'heads', 'mirror', 'entries', 'unlockers', 'vouched', 'proposals'] as const)
      expect({ name, ...seen(await world.call(name, { token })) }).toEqual({ name, ...nobody });
  });

  it('R17, R22: refuses a membership that has ended, begins later, lives longer than a day, or is of another team', async () => {
    const now = world.time.clock();
    const wrong = [
      { from: plus(now, -2 * DAY), until: plus(now, -DAY) },
      { from: plus(now, HOUR), until: plus(now, 2 * HOUR) },
      { until: plus(now, DAY + 1) },
      { until: null },
      { team: partner.practice.gpTeam.id },
      { person: partner.practice.gp.id },
      { practice: world.practice.id },
    ];
    for (const more of wrong) expect(seen(await knock(world, partner, { vouched: await bent(more) }))).toEqual(nobody);
    // By somebody who may not say so; and what is left right is let in.
    const { nurse, trustee } = partner.practice;
    expect(seen(await knock(world, partner, { vouched: await bent({}, nurse) }))).toEqual(nobody);
    expect((await knock(world, partner, { vouched: await bent({}, trustee) })).status).toBe(200);
  });

  it('R22: refuses a membership that is in no line, and one under the checkpoint of another log', async () => {
    const honest = await vouch(partner);
    const { memberships } = await bent({});
    const mixed = { ...honest, memberships: [{ ...memberships[0]!, line: honest.memberships[0]!.line }] };
    expect(seen(await knock(world, partner, { vouched: mixed }))).toEqual(nobody);
    const stranger = await startPartner(world);
    const { checkpoint } = await vouch(stranger);
    expect(seen(await knock(world, partner, { change: { checkpoint } }))).toEqual(nobody);
    await stranger.close();
  });

  it('R22: refuses another signature, a used challenge, another organisation, and own people by this door', async () => {
    const { nurse, gp } = partner.practice;
    const reply = await knock(world, partner, { change: { signature: 'A'.repeat(86) } });
    expect(seen(reply)).toEqual(nobody);
    const change = { organisation: newId('organisation', systemRandom) };
    expect(seen(await knock(world, partner, { change }))).toEqual(nobody);
    expect(seen(await knock(world, partner, { change: { person: gp.id } }))).toEqual(nobody);
    expect(seen(await knock(world, partner, { change: { person: world.practice.nurse.id } }))).toEqual(nobody);
    expect(seen(await knock(world, partner, { change: { challenge: 'A'.repeat(43) } }))).toEqual(nobody);
    expect((await knock(world, partner, { person: nurse })).status).toBe(200);
  });

  it('R22: refuses a directory that is shorter than known, forked, or not the one that was compared', async () => {
    const known = await directoryOf(partner);
    expect(seen(await knock(world, partner, { statements: known.slice(0, -1) }))).toEqual(nobody);
    const other = await startPartner(world);
    expect(seen(await knock(world, partner, { statements: await directoryOf(other) }))).toEqual(nobody);
    expect(seen(await knock(world, partner, { statements: [], after: known.length + 1 }))).toEqual(nobody);
    expect((await knock(world, partner, { statements: [], after: known.length })).status).toBe(200);
    await other.close();
  });

  it('R24: a touch by the same guest brings the visit back; nobody else touches it', async () => {
    const guest = await visit(world, partner);
    world.time.move(16 * 60_000);
    expect((await world.call('directory', { token: guest.token })).json()).toMatchObject({
      type: 'vault/session-idle',
    });
    const touched = await knock(world, partner, { token: guest.token });
    const { token, stage } = touched.json<{ token: string; stage: string }>();
    expect(stage).toBe('open');
    expect((await world.call('directory', { token })).status).toBe(200);
    expect((await world.call('directory', { token: guest.token })).status).toBe(404);
    const nurse = await world.open(world.practice.nurse);
    expect((await knock(world, partner, { token: nurse.token })).status).toBe(403);
  });

  it('R19: a partner stands on two people; one owner ends it, and whoever visits is refused at once', async () => {
    const other = await startPartner(world);
    const owner = await world.open(world.practice.gp);
    const alone = await signStatement(partnerFact(world, other), world.practice.gp.signer);
    const stated = { ...statementsToWire([alone]), wraps: [] };
    expect((await world.signed(owner, 'statements', stated, { class: 'admin' })).status).toBe(422);
    const fact = await befriend(world, other);
    const guest = await visit(world, other);
    expect((await world.call('directory', { token: guest.token })).status).toBe(200);
    const gone = await signStatement(
      {
        t: 'withdrawal' as const,
        v: 1 as const,
        suite: 1,
        practice: world.practice.id,
        fact: fact.id,
        dossier: null,
        at: world.time.clock(),
      },
      world.practice.gp.signer,
    );
    const ended = await world.signed(
      owner,
      'statements',
      { ...statementsToWire([gone]), wraps: [] },
      { class: 'admin' },
    );
    expect(ended.status).toBe(200);
    expect(seen(await world.call('directory', { token: guest.token }))).toEqual(nobody);
    expect(seen(await knock(world, other))).toEqual(nobody);
    await other.close();
  });

  it('R17: the visit ends with the membership; a card that was ended at home counts as soon as it is known', async () => {
    const other = await startPartner(world);
    await befriend(world, other);
    const word = await vouch(other);
    world.time.move(23 * HOUR + 30 * 60_000);
    const guest = await visit(world, other, { vouched: word });
    expect((await world.call('directory', { token: guest.token })).status).toBe(200);
    world.time.move(31 * 60_000);
    expect((await world.call('directory', { token: guest.token })).status).toBe(401);

    const again = await visit(world, other);
    const owner = await other.open(other.practice.gp);
    const card = await other.practice.card(
      other.practice.nurse,
      'professional',
      1,
      other.practice.cards.get(other.practice.nurse.id)!.payload.from,
    );
    const wire = { ...statementsToWire([card]), wraps: [] };
    const late = await other.signed(owner, 'statements', wire, { class: 'admin' });
    expect(late.text).toContain('line');
    const boss = await world.open(world.practice.gp);
    const body = { organisation: other.practice.id, ...statementsToWire(await directoryOf(other)) };
    expect((await world.signed(boss, 'partner-directory', body, { class: 'admin' })).status).toBe(200);
    expect(seen(await world.call('directory', { token: again.token }))).toEqual(nobody);
    await other.close();
  });
});
