import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DAY, fromUtf8, type PersonId } from '@ketenkluis/base';
import { decodeEntry, folderOf, openCheckpoint, parseVkey, shardHash, verifyLedger } from '@ketenkluis/ledger';
import { createVerifier, type Hash } from '@ketenkluis/seal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fsck } from './fsck.ts';
import { erasePetitions } from './petition-pages.ts';
import { erasedOf } from './retention.ts';
import {
  deliverAll,
  enrol,
  fakeClock,
  look,
  newDossier,
  reopenTestWorld,
  sayTime,
  startTestWorld,
  type TestWorld,
  takeSnapshot,
} from './testing.ts';

/** One practice from January 2026 on; nothing is looked at for six years. */
let world: TestWorld;
let early: Awaited<ReturnType<typeof openCheckpoint>>;
let looked: number;
/** Lines of 2026. */
let ofYear: number;
const state = () => world.running.vault.storage.ledger.state(world.log.origin);
const lines = async () => world.running.vault.storage.ledger.entries(world.log.origin, 0, (await state()).size);
const shards = () => world.running.vault.storage.read((tx) => erasedOf(tx, world.practice.id));

beforeAll(async () => {
  world = await startTestWorld({ days: 7 * 365 });
  const agent = await world.open(world.practice.agent);
  const nurse = await world.open(world.practice.nurse);
  const dossier = newDossier(1);
  const { into } = await enrol(world, dossier);
  expect((await deliverAll(world, agent, into)).status).toBe(200);
  expect((await takeSnapshot(world, agent)).reply.status).toBe(200);
  looked = (await state()).size;
  const item = { dossier: dossier.id, handle: dossier.handles[0]! };
  expect((await look(world, nurse, [item])).json()).toMatchObject({ results: [{ outcome: 'permit' }] });
  const { checkpoint, size } = await state();
  ofYear = size;
  early = await openCheckpoint(checkpoint!, { log: parseVkey(world.log.key) }, createVerifier());
});
afterAll(() => world.close());

const verdict = async () =>
  verifyLedger({
    folder: folderOf(world.running.vault.storage.ledger, world.log.origin),
    trust: { log: parseVkey(world.log.key) },
    verifier: createVerifier(),
    seen: [early],
    entries: async (from, to) =>
      (await world.running.vault.storage.ledger.entries(world.log.origin, from, to)).filter(
        ({ stored }) => stored.length > 0,
      ),
    erased: await shards(),
  });

describe('R44: retention of the log', () => {
  it('nothing goes while a line of the year is younger than five years', async () => {
    // 2031-12-31, an hour before midnight UTC.
    world.time.move(Date.UTC(2031, 11, 31, 23) - world.time.clock());
    expect((await takeSnapshot(world, await world.open(world.practice.agent))).reply.status).toBe(200);
    await world.running.upkeep();
    expect(await shards()).toEqual([]);
    expect((await lines()).every(({ stored }) => stored.length > 0)).toBe(true);
  });

  it('R44: a vault that starts under a clock that is years ahead erases nothing, and a named alarm stands', async () => {
    const copy = mkdtempSync(join(tmpdir(), 'ketenkluis-retention-'));
    await world.running.vault.storage.tidy();
    cpSync(world.dir, copy, { recursive: true });
    rmSync(join(copy, 'vault.lock'));
    // The practice's last signed word of the time is of 2031.
    const ahead = await reopenTestWorld(world, copy, fakeClock(Date.UTC(2033, 5, 1)));
    await ahead.running.upkeep();
    const { storage } = ahead.running.vault;
    expect(await storage.read((tx) => erasedOf(tx, world.practice.id))).toEqual([]);
    const health = await ahead.running.app.inject('/healthz');
    expect(health.json()).toMatchObject({ status: 'retention-unconfirmed' });
    const metrics = await ahead.running.app.inject('/metrics');
    expect(metrics.body).toContain('ketenkluis_retention_unconfirmed_practices 1');
    // An owner may sign a snapshot as well, and alone moves no year with it; the agent's word does.
    const gone = () => storage.read((tx) => erasedOf(tx, world.practice.id));
    const said = (by: PersonId) => sayTime(ahead.running.vault, world.practice.id, ahead.time.clock(), by);
    await said(world.practice.gp.id);
    await ahead.running.upkeep();
    expect(await gone()).toEqual([]);
    await said(world.practice.agent.id);
    await ahead.running.upkeep();
    expect(await gone()).toHaveLength(1);
    await ahead.close();
  });

  it('then the year is over by the clock of the practice too: its agent signs a snapshot', async () => {
    world.time.move(2 * 3_600_000);
    await world.running.upkeep();
    expect(await shards()).toEqual([]);
    // Nobody calls for help: practices sync once a week at the least.
    expect((await world.running.app.inject('/healthz')).json()).toMatchObject({ status: 'ok' });
    const agent = await world.open(world.practice.agent);
    expect((await takeSnapshot(world, agent)).reply.status).toBe(200);
  });

  it('then the whole year goes but for what others prove their keys with, a line says so, and old checkpoints verify', async () => {
    // What a patient asked in that year and was answered, what still waits, and an address: of another line, which so stays.
    const { storage } = world.running.vault;
    const practice = world.practice.id;
    const asked = [
      ['ask', looked, looked, null],
      ['answer', looked, null, 0],
      ['ask', looked - 1, null, null],
      ['alert', looked - 1, null, null],
      // Asked in that year and answered in a later one: it stays until its answer goes, and what was said to it with it.
      ['ask', looked - 1, ofYear + 1, null],
      ['extend', looked - 1, null, 4],
    ] as const;
    const named = (number: number) => `${number}`.padEnd(43, 'A') as Hash;
    await storage.write(async (tx) => {
      const [row] = await tx.selectFrom('statement').selectAll().limit(1).execute();
      for (const [number, [kind, line, answered, to]] of asked.entries()) {
        const hash = named(number);
        const words = new Uint8Array([1]);
        const at = world.time.clock();
        const of = {
          person: world.practice.gp.id,
          dossier: newDossier(7).id,
          asked: to === null ? null : named(to),
          at,
        };
        await tx
          .insertInto('petition')
          .values({ practice, hash, line, kind, answered, words, ...of })
          .execute();
        await tx
          .insertInto('statement')
          .values({ ...row!, hash, line, type: 'petition', directory: 0, item: 90 + number })
          .execute();
      }
    });
    await world.running.upkeep();
    const left = await storage.read((tx) => tx.selectFrom('petition').select(['kind', 'line']).execute());
    expect(left).toEqual(asked.slice(2).map(([kind, line]) => ({ kind, line })));
    // With the year of the answer the question goes as well.
    await storage.write(async (tx) => {
      await erasePetitions(tx, practice, ofYear + 2);
      expect(await tx.selectFrom('petition').select('kind').execute()).toEqual([{ kind: 'ask' }, { kind: 'alert' }]);
    });
    await storage.write(async (tx) => {
      await tx.deleteFrom('petition').execute();
      expect((await tx.deleteFrom('statement').where('type', '=', 'petition').execute())[0]!.numDeletedRows).toBe(2n);
    });
    expect(await shards()).toEqual([{ log: world.log.origin, year: 2026, from: 0, to: ofYear }]);
    const all = await lines();
    expect(all[looked]!.stored).toHaveLength(0);
    expect(all[looked]!.leaf.length).toBeGreaterThan(60);
    // Leaf 0, the authority record, still stands.
    expect(all[0]!.stored.length).toBeGreaterThan(0);
    const { entry } = decodeEntry(all.at(-1)!.stored);
    expect(entry.common).toMatchObject({ event: 'erase', outcome: 'success' });
    expect(entry.items[0]!.object).toBe(shardHash((await shards())[0]!));
    expect(await verdict()).toMatchObject({ ok: true, faults: [] });
    // Nothing of that look is left in the database, its freed pages included.
    const table = await world.running.vault.storage.read((tx) => tx.selectFrom('annex').selectAll().execute());
    expect(table).toEqual([]);
  });

  it('R44: a line of an earlier year that stayed goes with the next one, once nothing of it stands any more', async () => {
    const copy = mkdtempSync(join(tmpdir(), 'ketenkluis-retention-'));
    await world.running.vault.storage.tidy();
    cpSync(world.dir, copy, { recursive: true });
    rmSync(join(copy, 'vault.lock'));
    const later = await reopenTestWorld(world, copy, fakeClock(Date.UTC(2038, 0, 2)));
    const { storage } = later.running.vault;
    const { origin } = world.log;
    const of = async () => storage.ledger.entries(origin, 0, (await storage.ledger.state(origin)).size);
    // The newest line of 2026 that brought in what still stood in 2032, and stands no more.
    const stayed = (await of()).findLast(({ index, stored }) => index < ofYear && stored.length > 0)!;
    expect(stayed.index).toBeGreaterThan(0);
    await storage.write((tx) => tx.deleteFrom('statement').where('line', '=', stayed.index).execute());
    await sayTime(later.running.vault, world.practice.id, later.time.clock(), world.practice.agent.id);
    await later.running.upkeep();
    const all = await of();
    expect(await storage.read((tx) => erasedOf(tx, world.practice.id))).toHaveLength(3);
    expect(all[stayed.index]!.stored).toHaveLength(0);
    expect(all[stayed.index]!.leaf).toEqual(stayed.leaf);
    expect(all[0]!.stored.length).toBeGreaterThan(0);
    const found = await verifyLedger({
      ...{ folder: folderOf(storage.ledger, origin), trust: { log: parseVkey(world.log.key) } },
      ...{ verifier: createVerifier(), seen: [early] },
      entries: async (from, to) =>
        (await storage.ledger.entries(origin, from, to)).filter((one) => one.stored.length > 0),
      erased: await storage.read((tx) => erasedOf(tx, world.practice.id)),
    });
    expect(found).toMatchObject({ ok: true, faults: [] });
    await later.close();
  });

  it('comes once, and the log goes on', async () => {
    const { size } = await state();
    await world.running.upkeep();
    expect((await state()).size).toBe(size);
    world.time.move(DAY);
    await world.open(world.practice.gp).catch(() => undefined);
    expect(await verdict()).toMatchObject({ ok: true });
  });

  it('fsck finds it whole, and rejects a shard that went early, one that no line names, and lines that just went', async () => {
    await world.running.stop();
    expect(await fsck(world.dir)).toMatchObject({ ok: true, faults: [] });
    const damaged = async (sql: string) => {
      const copy = mkdtempSync(join(tmpdir(), 'ketenkluis-retention-'));
      cpSync(world.dir, copy, { recursive: true });
      const db = new DatabaseSync(join(copy, 'vault.db'));
      db.exec(sql);
      db.close();
      const { faults } = await fsck(copy);
      rmSync(copy, { recursive: true, force: true });
      return new Set(faults.map(({ code }) => code));
    };
    // The host says that what stands there was written six years before it was.
    expect(await damaged('UPDATE erased SET year = 2020')).toContain('erased-early');
    expect(await damaged('UPDATE erased SET year = 2020')).toContain('erased-without-line');
    expect(await damaged('UPDATE erased SET to_line = to_line + 1')).toContain('erased-without-line');
    // The erasing line itself is of 2032.
    expect(await damaged('UPDATE erased SET to_line = to_line + 1')).toContain('erased-early');
    expect(await damaged('DELETE FROM erased')).toContain('line-changed');
    expect(await damaged("UPDATE entry SET stored = x'' WHERE idx = (SELECT max(idx) FROM entry)")).toContain(
      'line-changed',
    );
  });

  it('the pages hold nothing of the look any more', async () => {
    const { readFileSync } = await import('node:fs');
    const bytes = readFileSync(join(world.dir, 'vault.db'));
    const text = fromUtf8(new Uint8Array(bytes.filter((byte) => byte >= 0x20 && byte < 0x7f)));
    expect(text).not.toContain('"event":"release"');
  });
});
