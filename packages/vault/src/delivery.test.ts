import { deflateRawSync } from 'node:zlib';
import { concat, type DossierId, lengthPrefixed, newId, systemRandom, u32 } from '@ketenkluis/base';
import { DELIVERY_TYPE, receiptBytes } from '@ketenkluis/protocol';
import { createVerifier, encodeStatement, type Hash, hashOf, payloadHash } from '@ketenkluis/seal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_INFLATED } from './delivery-parse.ts';
import {
  deliverAll,
  deliveryBytes,
  dossierFacts,
  empty,
  enrol,
  look,
  newDossier,
  type Prepared,
  type Reply,
  sealInto,
  send,
  startTestWorld,
  type TestSession,
  type TestWorld,
  takeSnapshot,
  withdrawal,
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

const size = async () => (await world.running.vault.storage.ledger.state(world.log.origin)).size;
const seqOf = (reply: Reply, dossier: DossierId) =>
  reply.json<{ dossiers: { dossier: DossierId; seq: number }[] }>().dossiers.find((one) => one.dossier === dossier)!
    .seq;
const count = (table: 'pack' | 'wrap' | 'granted' | 'statement' | 'fact') =>
  world.running.vault.storage.read(async (tx) => (await tx.selectFrom(table).select('practice').execute()).length);

/** Nothing at all was written: no line, no pack, no share. */
async function refusedWhole(send_: () => Promise<Reply>, type: string, attempts = 0): Promise<Reply> {
  const before = [
    await size(),
    await count('pack'),
    await count('statement'),
    world.running.vault.shares.list(world.practice.id).length,
  ];
  const reply = await send_();
  expect(reply.json()).toMatchObject({ type });
  expect([
    await size(),
    await count('pack'),
    await count('statement'),
    world.running.vault.shares.list(world.practice.id).length,
  ]).toEqual([before[0]! + attempts, ...before.slice(1)]);
  return reply;
}
const refuses = (prepared: Prepared, type: string) => refusedWhole(() => deliverAll(world, agent, prepared), type);

describe('a delivery', () => {
  it("is one line with an item per change, and comes with the vault's signed receipt", async () => {
    const dossier = newDossier(3);
    const { into } = await enrol(world, dossier);
    const before = await size();
    const body = await deliveryBytes(world, agent, into);
    const reply = await send(world, agent, body);
    expect(reply.status).toBe(200);
    expect(await size()).toBe(before + 1);
    expect(seqOf(reply, dossier.id)).toBe(4 + 3 + 1 + 1);
    const { receipt } = reply.json<{ receipt: { hash: string; sig: string } }>();
    const asked = await world.running.vault.storage.read((tx) =>
      tx.selectFrom('asked').select('header').where('line', '=', before).executeTakeFirstOrThrow(),
    );
    const request = payloadHash(JSON.parse(new TextDecoder().decode(asked.header)));
    const message = receiptBytes(
      world.practice.id,
      request,
      into.wraps.filter((wrap) => wrap.kind === 'h').map((wrap) => wrap.ct),
    );
    expect(receipt.hash).toBe(hashOf(message));
    const good = await createVerifier().verify(
      world.running.vault.keys.signer.publicKey,
      message,
      Buffer.from(receipt.sig, 'base64url'),
    );
    expect(good).toBe(true);
  });

  it('moves a head by compare-and-set; the old pack, its grant and its wraps go', async () => {
    const dossier = newDossier(1);
    const first = await enrol(world, dossier);
    const seq = seqOf(await deliverAll(world, agent, first.into), dossier.id);
    const packs = await count('pack');
    const next = async (version: number, prev: Hash, expected: number) => {
      const into = empty();
      into.expect.push({ dossier: dossier.id, seq: expected });
      await sealInto(
        world,
        into,
        world.practice.agent,
        dossier.id,
        [{ handle: dossier.handles[0]!, version, prev, text: `v${version}` }],
        [{ team: world.practice.nurseTeam, fact: dossier.step }],
      );
      return into;
    };
    const old = payloadHash(first.descriptors[0]!);
    await refuses(await next(2, old, seq + 1), 'vault/conflict');
    await refuses(await next(3, old, seq), 'vault/conflict');
    await refuses(await next(2, hashOf(new Uint8Array(1)), seq), 'vault/conflict');
    const second = await next(2, old, seq);
    expect((await deliverAll(world, agent, second)).status).toBe(200);
    expect(await count('pack')).toBe(packs);
    const left = await world.running.vault.storage.read((tx) =>
      tx.selectFrom('wrap').select('kind').where('descriptor', '=', old).execute(),
    );
    expect(left).toEqual([]);
    await refuses(second, 'vault/conflict');
    const opened = await look(world, nurse, [{ dossier: dossier.id, handle: dossier.handles[0]! }]);
    expect(opened.json<{ results: { outcome: string }[] }>().results[0]!.outcome).toBe('permit');
  });

  it('a look meanwhile is no conflict: it has a number of its own but moves nothing', async () => {
    const dossier = newDossier(1);
    const first = await enrol(world, dossier);
    const seq = seqOf(await deliverAll(world, agent, first.into), dossier.id);
    await look(world, nurse, [{ dossier: dossier.id, handle: dossier.handles[0]! }]);
    const into = empty();
    into.expect.push({ dossier: dossier.id, seq });
    const prev = payloadHash(first.descriptors[0]!);
    await sealInto(
      world,
      into,
      world.practice.agent,
      dossier.id,
      [{ handle: dossier.handles[0]!, version: 2, prev }],
      [{ team: world.practice.nurseTeam, fact: dossier.step }],
    );
    expect((await deliverAll(world, agent, into)).status).toBe(200);
  });

  it('P1: takes nothing of a dossier without a live enrolment', async () => {
    const dossier = newDossier(1);
    const { into } = await enrol(world, dossier);
    const without = into.payloads.filter((payload) => !(payload.t === 'fact' && payload.kind === 'enrolment'));
    await refuses({ ...into, payloads: without }, 'vault/bad-statement');
  });

  it('R19: refuses facts, teams and statements that the mandate does not name', async () => {
    const dossier = newDossier(1);
    const outside = {
      ...empty(),
      payloads: dossierFacts(world, dossier, world.practice.officerTeam),
      expect: [{ dossier: dossier.id, seq: 0 }],
    };
    await refuses(outside, 'vault/bad-statement');
    const member = {
      ...empty(),
      payloads: [{ ...world.practice.memberships[0]!.payload, id: newId('fact', systemRandom) }],
    };
    await refuses(member as Prepared, 'vault/bad-statement');
    const mine = { ...empty(), payloads: [world.practice.mandate.payload] };
    await refuses(mine as Prepared, 'vault/bad-statement');
  });

  it('R19: refuses a delivery by somebody without a mandate, whoever signed the batch', async () => {
    const gp = await world.open(world.practice.gp);
    const { into } = await enrol(world, newDossier(1));
    const body = await deliveryBytes(world, gp, into, { signer: world.practice.agent.signer });
    await refusedWhole(() => send(world, gp, body), 'vault/not-allowed', 1);
    const stolen = await deliveryBytes(world, agent, into, {
      signer: { ...world.practice.gp.signer, by: world.practice.agent.id },
    });
    await refusedWhole(() => send(world, agent, stolen), 'vault/bad-statement');
  });

  it('refuses packs, shares and grants that do not fit together', async () => {
    const sealed = async () => (await enrol(world, newDossier(1))).into;
    const one = await sealed();
    one.packs[0]!.bytes[one.packs[0]!.bytes.length - 1]! ^= 1;
    await refuses(one, 'vault/bad-pack');
    const two = await sealed();
    await refuses({ ...two, packs: [] }, 'vault/bad-pack');
    const three = await sealed();
    await refuses({ ...three, wraps: three.wraps.filter((wrap) => wrap.kind !== 'x') }, 'vault/bad-wrap');
    await refuses({ ...three, wraps: three.wraps.filter((wrap) => wrap.kind !== 'h') }, 'vault/bad-wrap');
    await refuses({ ...three, wraps: three.wraps.filter((wrap) => wrap.kind !== 'c') }, 'vault/bad-wrap');
    await refuses({ ...three, payloads: three.payloads.filter((payload) => payload.t !== 'grant') }, 'vault/bad-wrap');
    const four = await sealed();
    const h = four.wraps.find((wrap) => wrap.kind === 'h')!;
    h.ct[0]! ^= 1;
    await refuses(four, 'vault/bad-statement');
  });

  it("refuses the share of one version under another version's commitment", async () => {
    const dossier = newDossier(2);
    const { into } = await enrol(world, dossier);
    const packs = into.packs.map((pack) => pack.descriptor);
    const swap = (hash: Hash) => (hash === packs[0] ? packs[1]! : packs[0]!);
    await refuses(
      {
        ...into,
        wraps: into.wraps.map((wrap) => (wrap.kind === 'h' ? { ...wrap, descriptor: swap(wrap.descriptor) } : wrap)),
      },
      'vault/bad-statement',
    );
  });

  it('refuses a share that is well wrapped and is not the one its descriptor commits to', async () => {
    const dossier = newDossier(1);
    const into = empty();
    into.payloads.push(...dossierFacts(world, dossier, world.practice.nurseTeam));
    into.expect.push({ dossier: dossier.id, seq: 0 });
    const grants = [{ team: world.practice.nurseTeam, fact: dossier.step }];
    await sealInto(
      world,
      into,
      world.practice.agent,
      dossier.id,
      [{ handle: dossier.handles[0]!, wrongShare: true }],
      grants,
    );
    await refuses(into, 'vault/bad-wrap');
  });

  it('refuses a grant without a live step of that team for that handle', async () => {
    const dossier = newDossier(1);
    const other = newDossier(1);
    const { into } = await enrol(world, dossier, world.practice.nurseTeam);
    const payloads = into.payloads.map((payload) =>
      payload.t === 'fact' && payload.kind === 'step' ? { ...payload, handles: other.handles.slice() } : payload,
    );
    await refuses({ ...into, payloads }, 'vault/bad-statement');
    const elsewhere = into.payloads.map((payload) =>
      payload.t === 'fact' && payload.kind === 'step' ? { ...payload, team: world.practice.gpTeam.id } : payload,
    );
    await refuses({ ...into, payloads: elsewhere }, 'vault/bad-statement');
  });

  it('refuses handles and facts that are used already, and a delivery that does not say where it stands', async () => {
    const dossier = newDossier(1);
    const { into } = await enrol(world, dossier);
    await refuses({ ...into, expect: [] }, 'vault/bad-request');
    const reply = await deliverAll(world, agent, into);
    const again = await enrol(world, { ...newDossier(1), handles: dossier.handles });
    await refuses(again.into, 'vault/conflict');
    const facts = {
      ...empty(),
      payloads: dossierFacts(world, dossier, world.practice.nurseTeam).slice(0, 1),
      expect: [{ dossier: dossier.id, seq: seqOf(reply, dossier.id) }],
    };
    await refuses(facts, 'vault/conflict');
  });

  it('refuses a manifest that inflates without end, one cut off, and a body changed under its signature', async () => {
    const rest = new Uint8Array(deflateRawSync(Buffer.alloc(MAX_INFLATED + 1, 0x20)));
    const request = await world.request(agent, 'delivery', rest, { class: 'sync' });
    const body = concat(lengthPrefixed(encodeStatement(request)), rest);
    const refused = await refusedWhole(() => send(world, agent, body), 'vault/bad-request');
    expect(refused.json()).toMatchObject({ title: 'the delivery does not inflate within its limit' });
    const { into } = await enrol(world, newDossier(1));
    const good = await deliveryBytes(world, agent, into);
    await refusedWhole(() => send(world, agent, good.slice(0, -5)), 'vault/request-refused', 1);
    const late = await deliveryBytes(world, agent, into);
    late[late.length - 1]! ^= 1;
    await refusedWhole(() => send(world, agent, late), 'vault/request-refused', 1);
    await refusedWhole(() => send(world, agent, concat(u32(0xffff_ffff), rest)), 'vault/bad-request');
  });

  it('refuses a body over its limit before it is looked at', async () => {
    const reply = await world.call('delivery', {
      token: agent.token,
      bytes: { type: DELIVERY_TYPE, body: new Uint8Array(13 * 1024 * 1024) },
    });
    expect(reply.json()).toMatchObject({ type: 'vault/too-large', status: 413 });
  });

  it('R4: withdrawing the enrolment takes packs, grants, wraps and shares at once; the lines stay; the id is not used again', async () => {
    const dossier = newDossier(2);
    const { into, descriptors } = await enrol(world, dossier);
    const line = await size();
    const seq = seqOf(await deliverAll(world, agent, into), dossier.id);
    const end = {
      ...empty(),
      payloads: [withdrawal(world, dossier.enrolment, dossier.id)],
      expect: [{ dossier: dossier.id, seq }],
    };
    expect((await deliverAll(world, agent, end)).status).toBe(200);
    const { storage, shares } = world.running.vault;
    const hashes = descriptors.map(payloadHash);
    const left = await storage.read(async (tx) => [
      ...(await tx.selectFrom('pack').select('descriptor').where('descriptor', 'in', hashes).execute()),
      ...(await tx.selectFrom('wrap').select('descriptor').where('descriptor', 'in', hashes).execute()),
      ...(await tx.selectFrom('granted').select('descriptor').where('dossier', '=', dossier.id).execute()),
    ]);
    expect(left).toEqual([]);
    expect(shares.list(world.practice.id).filter((hash) => hashes.includes(hash))).toEqual([]);
    // Of all that came with it only the enrolment and the batch that signs it stay.
    const statements = await storage.read((tx) =>
      tx.selectFrom('statement').select('type').where('line', '=', line).execute(),
    );
    expect(statements.map(({ type }) => type).sort()).toEqual(['batch', 'fact']);
    const items = await storage.read((tx) =>
      tx.selectFrom('dossier_item').select('seq').where('dossier', '=', dossier.id).execute(),
    );
    expect(items).toHaveLength(4 + 2 + 1 + 1 + 2);
    const reply = await look(world, nurse, [{ dossier: dossier.id, handle: dossier.handles[0]! }]);
    expect(reply.json<{ results: unknown[] }>().results[0]).toMatchObject({ reason: 'enrolment-ended' });
    const again = await enrol(world, { ...newDossier(1), id: dossier.id });
    await refuses({ ...again.into, expect: [{ dossier: dossier.id, seq: seq + 2 }] }, 'vault/conflict');
  });

  it('R17: withdrawing a step takes its grants along, and the wrapped shares with them', async () => {
    const dossier = newDossier(1);
    const { into, descriptors } = await enrol(world, dossier);
    const seq = seqOf(await deliverAll(world, agent, into), dossier.id);
    const end = {
      ...empty(),
      payloads: [withdrawal(world, dossier.step, dossier.id)],
      expect: [{ dossier: dossier.id, seq }],
    };
    expect((await deliverAll(world, agent, end)).status).toBe(200);
    const hash = payloadHash(descriptors[0]!);
    const wraps = await world.running.vault.storage.read((tx) =>
      tx.selectFrom('wrap').select('kind').where('descriptor', '=', hash).execute(),
    );
    expect(wraps.map(({ kind }) => kind)).toEqual(['x']);
    const reply = await look(world, nurse, [{ dossier: dossier.id, handle: dossier.handles[0]! }]);
    expect(reply.json<{ results: unknown[] }>().results[0]).toMatchObject({ reason: 'step-ended' });
  });

  it('a list names who joined and left, opens nothing of a dossier, and says who is gone since', async () => {
    const dossier = newDossier(1);
    const { into } = await enrol(world, dossier);
    const list = newId('handle', systemRandom);
    await sealInto(
      world,
      into,
      world.practice.agent,
      null,
      [{ handle: list, slot: 'worklist', team: world.practice.nurseTeam.id }],
      [{ team: world.practice.nurseTeam, fact: null }],
    );
    into.lists.push({ team: world.practice.nurseTeam.id, joined: [dossier.id], left: [] });
    const reply = await deliverAll(world, agent, into);
    expect(reply.status).toBe(200);
    const open = () => look(world, nurse, [{ dossier: null, handle: list }], { class: 'list' });
    expect((await open()).json()).toMatchObject({
      results: [{ outcome: 'permit', dossier: null }],
      states: [],
      gone: [],
    });
    const gp = await world.open(world.practice.gp);
    expect((await look(world, gp, [{ dossier: null, handle: list }], { class: 'list' })).json()).toMatchObject({
      results: [{ reason: 'not-member' }],
    });
    const heads = await world.call('heads', { token: agent.token });
    expect(heads.json<{ teams: unknown[] }>().teams).toContainEqual(
      expect.objectContaining({ handle: list, listed: [dossier.id] }),
    );
    expect((await takeSnapshot(world, agent)).reply.status).toBe(200);
    const end = {
      ...empty(),
      payloads: [withdrawal(world, dossier.enrolment, dossier.id)],
      expect: [{ dossier: dossier.id, seq: seqOf(reply, dossier.id) }],
    };
    expect((await deliverAll(world, agent, end)).status).toBe(200);
    expect((await open()).json()).toMatchObject({ gone: [dossier.id] });

    // R5: sealed by an agent that had not confirmed the end, it may name that row still; by one that had, it does not.
    const sealAnew = async () => {
      const heads = (await world.call('heads', { token: agent.token })).json<{
        teams: { handle: string; descriptor: Hash; version: number }[];
      }>();
      const head = heads.teams.find(({ handle }) => handle === list)!;
      const next = empty();
      await sealInto(
        world,
        next,
        world.practice.agent,
        null,
        [
          {
            ...{ handle: list, slot: 'worklist', team: world.practice.nurseTeam.id },
            ...{ version: head.version + 1, prev: head.descriptor },
          },
        ],
        [{ team: world.practice.nurseTeam, fact: null }],
      );
      expect((await deliverAll(world, agent, next)).status).toBe(200);
    };
    await sealAnew();
    expect((await open()).json()).toMatchObject({ gone: [dossier.id] });
    expect((await takeSnapshot(world, agent)).reply.status).toBe(200);
    expect((await open()).json()).toMatchObject({ gone: [dossier.id] });
    await sealAnew();
    expect((await open()).json()).toMatchObject({ results: [{ outcome: 'permit' }], gone: [] });
    const rows = await world.running.vault.storage.read((tx) => tx.selectFrom('list_row').selectAll().execute());
    expect(rows).toEqual([]);
  });
});
