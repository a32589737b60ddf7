import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { base64url, MINUTE } from '@ketenkluis/base';
import { asShare, type Hash, payloadHash } from '@ketenkluis/seal';
import { openBundle } from '@ketenkluis/seal/holder';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fsck } from './fsck.ts';
import { createVault } from './start.ts';
import { STAGED_LIFE } from './storage/shares.ts';
import {
  BOOTSTRAP,
  deliverAll,
  empty,
  enrol,
  fakeClock,
  look,
  newDossier,
  ORIGIN,
  type Prepared,
  sealInto,
  startTestWorld,
  type TestDossier,
  type TestSession,
  type TestWorld,
  takeSnapshot,
} from './testing.ts';

let world: TestWorld;
let agent: TestSession;
let dossier: TestDossier;
let first: Awaited<ReturnType<typeof enrol>>;
let seq: number;
beforeEach(async () => {
  world = await startTestWorld();
  agent = await world.open(world.practice.agent);
  dossier = newDossier(1);
  first = await enrol(world, dossier);
  const reply = await deliverAll(world, agent, first.into);
  seq = reply.json<{ dossiers: { seq: number }[] }>().dossiers[0]!.seq;
});
afterEach(async () => {
  await world.close();
});

const next = async (): Promise<Prepared> => {
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
  return into;
};
/** The vault's raw share of a version, as its own key opens it. */
async function rawShare(prepared: Prepared): Promise<Buffer> {
  const wrap = prepared.wraps.find(({ kind }) => kind === 'h')!;
  const header = prepared.payloads.find((payload) => payload.t === 'bundle' && payloadHash(payload) === wrap.bundle);
  if (header?.t !== 'bundle') throw new Error('no bundle');
  const opened = await openBundle(header, world.running.vault.keys.kem);
  return Buffer.from(await opened.unwrap({ ...wrap, kind: 'h' as const }));
}
const bytesOnDisk = (dir: string): Buffer =>
  Buffer.concat(
    readdirSync(dir)
      .filter((name) => name.startsWith('shares.db'))
      .map((name) => readFileSync(join(dir, name))),
  );
const reopen = (dir = world.dir) =>
  createVault({
    dir,
    origins: [ORIGIN],
    bootstrapToken: BOOTSTRAP,
    clock: world.time.clock,
    steady: world.time.steady,
  });

describe('kill-safe', () => {
  it('a failure between sequence and commit leaves no line, no pack, no share; the next delivery stands', async () => {
    const { storage, shares } = world.running.vault;
    const size = async () => (await storage.ledger.state(world.log.origin)).size;
    const before = await size();
    const held = shares.list(world.practice.id);
    const commit = storage.ledger.commit;
    Object.assign(storage.ledger, {
      commit: (writes: Parameters<typeof commit>[0], effects: Parameters<typeof commit>[1]) =>
        commit(writes, async (tx) => {
          await effects(tx);
          throw new Error('power cut');
        }),
    });
    expect((await deliverAll(world, agent, await next())).json()).toMatchObject({ type: 'vault/internal' });
    Object.assign(storage.ledger, { commit });
    expect(await size()).toBe(before);
    expect(shares.list(world.practice.id)).toEqual(held);
    expect((await deliverAll(world, agent, await next())).status).toBe(200);
    await world.running.stop();
    expect(await fsck(world.dir)).toMatchObject({ ok: true, faults: [] });
  });

  it('a copy of the folder taken at any moment is a whole vault; staged shares without a line go at the start', async () => {
    const copy = mkdtempSync(join(tmpdir(), 'ketenkluis-copy-'));
    const { storage, shares } = world.running.vault;
    const commit = storage.ledger.commit;
    const prepared = await next();
    Object.assign(storage.ledger, {
      commit: async (...args: Parameters<typeof commit>) => {
        // As a kill would leave it: shares staged, line not written.
        for (const name of readdirSync(world.dir))
          if (/\.db/.test(name)) copyFileSync(join(world.dir, name), join(copy, name));
        mkdirSync(join(copy, 'keys'));
        for (const name of readdirSync(join(world.dir, 'keys')))
          copyFileSync(join(world.dir, 'keys', name), join(copy, 'keys', name));
        return commit(...args);
      },
    });
    expect((await deliverAll(world, agent, prepared)).status).toBe(200);
    const staged = prepared.packs[0]!.descriptor;
    const raw = await rawShare(prepared);
    expect(shares.list(world.practice.id)).toContain(staged);
    expect(bytesOnDisk(copy).includes(raw)).toBe(true);
    expect((await fsck(copy)).faults.map(({ code }) => code)).toEqual(['orphan-share']);
    const again = await reopen(copy);
    expect(again.vault.shares.list(world.practice.id)).toEqual([payloadHash(first.descriptors[0]!)]);
    await again.stop();
    expect(bytesOnDisk(copy).includes(raw)).toBe(false);
    expect(await fsck(copy)).toMatchObject({ ok: true });
    rmSync(copy, { recursive: true, force: true });
  });

  it('two writers on one log: the second finds itself fenced and writes nothing', async () => {
    const { storage } = world.running.vault;
    const { size, checkpoint, at } = await storage.ledger.state(world.log.origin);
    await storage.write((tx) =>
      tx
        .updateTable('log')
        .set({ size: size + 1 })
        .where('log', '=', world.log.origin)
        .execute(),
    );
    const nurse = await look(world, agent, [{ dossier: dossier.id, handle: dossier.handles[0]! }]);
    expect(nurse.status).toBeGreaterThanOrEqual(500);
    const entries = await storage.ledger.entries(world.log.origin, size, size + 9);
    expect(entries).toEqual([]);
    expect((await storage.ledger.state(world.log.origin)).checkpoint).toBe(checkpoint);
    expect(at).not.toBeNull();
  });

  it('a second vault on the same folder does not start', async () => {
    await expect(reopen()).rejects.toThrow('another vault runs on this folder');
  });

  it('everything is there again after a stop and a start', async () => {
    expect((await takeSnapshot(world, agent)).reply.status).toBe(200);
    await world.running.stop();
    const again = await reopen();
    const reply = await again.app.inject({
      url: world.path('heads'),
      headers: { authorization: `Bearer ${agent.token}` },
    });
    expect(reply.json()).toMatchObject({ dossiers: [{ dossier: dossier.id, seq }] });
    await again.stop();
  });
});

describe('shares', () => {
  it('answer a look that was committed before the next version, and are overwritten five minutes later', async () => {
    const nurse = await world.open(world.practice.nurse);
    const raw = await rawShare(first.into);
    const old = payloadHash(first.descriptors[0]!);
    expect(bytesOnDisk(world.dir).includes(raw)).toBe(true);
    const { shares } = world.running.vault;
    const release = shares.release;
    let late: Map<Hash, string> | undefined;
    // The next version is committed between this look's line and its answer.
    Object.assign(shares, {
      release: (...args: Parameters<typeof release>) => {
        shares.supersede(world.practice.id, [old], args[0].index + 1, world.time.clock());
        late = release(...args);
        return late;
      },
    });
    const reply = await look(world, nurse, [{ dossier: dossier.id, handle: dossier.handles[0]! }]);
    expect(reply.json<{ results: object[] }>().results[0]).toMatchObject({ outcome: 'permit' });
    expect(late?.size).toBe(1);
    // A line after it gets nothing.
    Object.assign(shares, { release });
    const after = await look(world, nurse, [{ dossier: dossier.id, handle: dossier.handles[0]! }]);
    expect(after.json<{ results: object[] }>().results[0]).toMatchObject({ outcome: 'deny', reason: 'gone' });
    world.time.move(5 * MINUTE - 1);
    await world.running.upkeep();
    expect(bytesOnDisk(world.dir).includes(raw)).toBe(true);
    world.time.move(1);
    await world.running.upkeep();
    expect(bytesOnDisk(world.dir).includes(raw)).toBe(false);
  });

  it('of a replaced version are gone from the file after the sweep, those of the new one stay', async () => {
    const raw = await rawShare(first.into);
    const second = await next();
    expect((await deliverAll(world, agent, second)).status).toBe(200);
    world.time.move(5 * MINUTE);
    await world.running.upkeep();
    expect(bytesOnDisk(world.dir).includes(raw)).toBe(false);
    expect(bytesOnDisk(world.dir).includes(await rawShare(second))).toBe(true);
  });

  it('that were staged and never committed are overwritten after an hour, without a restart; those that stand stay', async () => {
    const { shares, storage } = world.running.vault;
    const live = await rawShare(first.into);
    const stray = randomBytes(32);
    const descriptor = base64url(new Uint8Array(randomBytes(32))) as Hash;
    const row = { descriptor, share: asShare('h', new Uint8Array(stray)) };
    shares.stage(world.practice.id, [row], world.time.clock());
    world.time.move(STAGED_LIFE - 1);
    await world.running.upkeep();
    expect(bytesOnDisk(world.dir).includes(stray)).toBe(true);
    world.time.move(1);
    // A database that cannot say what is live keeps everything for the next time.
    const { read } = storage;
    Object.assign(storage, { read: () => Promise.reject(new Error('disk')) });
    await expect(world.running.upkeep()).rejects.toThrow('disk');
    Object.assign(storage, { read });
    expect(shares.list(world.practice.id)).toContain(descriptor);
    await world.running.upkeep();
    expect(shares.list(world.practice.id)).not.toContain(descriptor);
    expect(bytesOnDisk(world.dir).includes(stray)).toBe(false);
    expect(bytesOnDisk(world.dir).includes(live)).toBe(true);
    expect(shares.staged(world.time.clock())).toEqual(new Map());
  });

  it('stand in no other file of the folder', async () => {
    const raw = await rawShare(first.into);
    for (const name of readdirSync(world.dir)) {
      if (!name.startsWith('shares.db') && /\.db|wal/.test(name))
        expect(readFileSync(join(world.dir, name)).includes(raw)).toBe(false);
    }
  });
});

describe('R45: the clock', () => {
  it('sets off an alarm when it moves against the machine, in the log and in the health answer', async () => {
    const time = fakeClock();
    let extra = 0;
    const other = await startTestWorld({ time, steady: () => time.steady() - extra });
    const health = async () => (await other.running.app.inject({ url: '/healthz' })).statusCode;
    expect(await health()).toBe(200);
    extra = 2001;
    expect(await health()).toBe(503);
    const { ledger } = other.running.vault.storage;
    const before = (await ledger.state(other.log.origin)).size;
    await other.running.upkeep();
    await other.running.upkeep();
    const { size } = await ledger.state(other.log.origin);
    expect(size).toBe(before + 1);
    const [line] = await ledger.entries(other.log.origin, before, size);
    expect(new TextDecoder().decode(line!.stored)).toContain('"event":"clock"');
    await other.close();
  });

  it('refuses to write when it stands behind the newest line', async () => {
    world.time.move(60 * MINUTE);
    agent = await world.open(world.practice.agent);
    world.time.move(-10 * MINUTE);
    const reply = await deliverAll(world, agent, await next());
    expect(reply.json()).toMatchObject({ type: 'vault/clock-drift', status: 503 });
  });
});
