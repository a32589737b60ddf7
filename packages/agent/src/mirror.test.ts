import { appendFileSync, chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { base64url, type DossierId, fromBase64url, type Instant, utf8 } from '@ketenkluis/base';
import { alarmOf, audit, declare, type Session } from '@ketenkluis/client';
import { type LogIndex, openIndex, readLog } from '@ketenkluis/client/overseer';
import { annexesPage, entriesPage, requestsPage } from '@ketenkluis/protocol';
import { hashOf, type Plaintext, sealTo } from '@ketenkluis/seal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { fileKeyStore } from './keystore.ts';
import { readLines } from './lines.ts';
import { readObjects } from './mirror-files.ts';
import { openState } from './state.ts';
import { type BendPage, linkTo, mirrorAt, monitorAt, sixYearsOn } from './testing/erased.ts';
import { makeWorld, type World } from './testing/world.ts';
import { verifyMirror } from './verify.ts';

async function dossiersOf(world: World): Promise<DossierId[]> {
  const dir = join(world.dir, 'agent');
  const state = await openState({ dir, random: world.random, keyStore: fileKeyStore(dir) });
  await state.close();
  return Object.keys(state.register.vault.chains!.heads) as DossierId[];
}

describe('the mirror', () => {
  let world: World;
  let dir: string;
  /** As they read the log before its first year went. */
  let officer: Session;
  let overseen: LogIndex | undefined;
  let peopleThen: ReturnType<Session['people']>;
  let thenAt: Instant;
  const objects = () =>
    readdirSync(join(dir, 'objects')).flatMap((name) => readObjects(readFileSync(join(dir, 'objects', name))));
  const annexed = () =>
    readdirSync(join(dir, 'annexes')).flatMap((name) => readObjects(readFileSync(join(dir, 'annexes', name))));
  const asked = () =>
    readdirSync(join(dir, 'requests')).flatMap((name) => readObjects(readFileSync(join(dir, 'requests', name))));
  const count = (kind: string) => objects().filter((one) => one.kind === kind).length;
  beforeAll(async () => {
    world = await makeWorld(12, 2);
    dir = join(world.dir, 'mirror');
    await world.enrol();
    await world.sync({ mirror: dir });
  });
  afterAll(() => world.close());

  it('R6: state and mirror are for their own user alone, whatever the umask and whatever stood there', async () => {
    const before = process.umask(0);
    try {
      for (const folder of [join(world.dir, 'agent'), dir]) chmodSync(folder, 0o755);
      world.patients[1] = { ...world.patients[1]!, hba1c: [61] };
      await world.sync({ mirror: dir });
      for (const folder of [join(world.dir, 'agent'), dir]) {
        expect(statSync(folder).mode & 0o777).toBe(0o700);
        for (const one of readdirSync(folder, { recursive: true, withFileTypes: true })) {
          const mode = statSync(join(one.parentPath, one.name)).mode & 0o777;
          expect([one.name, mode]).toEqual([one.name, one.isFile() ? 0o600 : 0o700]);
        }
      }
    } finally {
      process.umask(before);
    }
  });

  it('R41: holds the whole log, and verifies offline', async () => {
    const verdict = await verifyMirror(dir);
    expect(verdict.faults).toEqual([]);
    expect(verdict.ok).toBe(true);
    expect(verdict.entries).toBe(verdict.size);
    expect(verdict.packs).toBeGreaterThan(40);
  });

  it('holds packs, escrowed shares, wraps, keyrings and the sealed register', async () => {
    expect(count('pack')).toBe(count('shares'));
    expect(count('keyring')).toBe(2);
    expect(count('wraps')).toBe(5);
    const shares = objects().find(({ kind }) => kind === 'shares')!;
    const kinds = (JSON.parse(new TextDecoder().decode(fromBase64url(shares.bytes))) as { kind: string }[]).map(
      ({ kind }) => kind,
    );
    expect(kinds).toContain('x');
    expect(kinds).not.toContain('h');
    expect(readFileSync(join(dir, 'register.kksb')).subarray(0, 4).toString()).toBe('KKSB');
  });

  it('grows with each sync, and keeps nothing of a dossier that ended or a pack that was replaced', async () => {
    const before = count('pack');
    world.patients[0] = { ...world.patients[0]!, hba1c: [77] };
    await world.sync({ mirror: dir });
    expect(count('pack')).toBe(before);
    world.patients[3] = { ...world.patients[3]!, died: true };
    await world.sync({ mirror: dir });
    expect(count('pack')).toBeLessThan(before);
    const verdict = await verifyMirror(dir);
    expect(verdict.faults).toEqual([]);
  });

  it('P5: what stands here goes only when the vault showed all of it that still counts', async () => {
    const file = join(dir, 'mirror.json');
    const names = () =>
      objects()
        .map(({ kind, name }) => `${kind} ${name}`)
        .sort();
    const before = names();
    // Who is who changed, as far as this copy knows: everything is read anew.
    const again = () => writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), size: 0 }));
    type Page = { objects: { kind: string; name: string; bytes: string }[] };
    const bends: ((page: Page) => void)[] = [
      (page) => page.objects.splice(0),
      (page) =>
        page.objects.splice(
          page.objects.findIndex(({ kind }) => kind === 'pack'),
          1,
        ),
      (page) =>
        page.objects.splice(
          page.objects.findIndex(({ kind }) => kind === 'shares'),
          1,
        ),
      (page) => {
        const [one, other] = page.objects.filter(({ kind }) => kind === 'pack');
        one!.bytes = other!.bytes;
      },
    ];
    for (const bend of bends) {
      again();
      world.net.between = async (url, ask) => {
        const answer = await ask();
        if (!url.includes('/mirror') || answer.status !== 200) return answer;
        const page = JSON.parse(new TextDecoder().decode(await answer.arrayBuffer())) as Page;
        if (page.objects.length > 0) bend(page);
        const bytes = utf8(JSON.stringify(page));
        return { ...answer, arrayBuffer: async () => bytes.buffer as ArrayBuffer };
      };
      await expect(world.sync({ mirror: dir })).rejects.toMatchObject({ code: 'agent/vault-forked' });
      expect(names()).toEqual(before);
    }
    world.net.between = null;
    again();
    const packs = count('pack');
    await world.sync({ mirror: dir });
    expect([count('pack'), count('shares')]).toEqual([packs, packs]);
    expect(readdirSync(dir).filter((name) => name.startsWith('objects'))).toEqual(['objects']);
    expect(await verifyMirror(dir)).toMatchObject({ ok: true });
  });

  it('a changed line, leaf or pack is named', async () => {
    const lines = join(dir, 'log', 'lines', '000000.txt');
    const good = readFileSync(lines, 'utf8');
    const rows = good.split('\n');
    [rows[2], rows[3]] = [rows[3]!, rows[2]!];
    writeFileSync(lines, rows.join('\n'));
    expect((await verifyMirror(dir)).faults[0]).toMatchObject({ kind: 'entry', index: 2 });
    writeFileSync(lines, good);

    const file = join(dir, 'objects', readdirSync(join(dir, 'objects'))[0]!);
    const text = readFileSync(file, 'utf8');
    const pack = readObjects(readFileSync(file)).find(({ kind }) => kind === 'pack')!;
    const flipped = `${pack.bytes.slice(0, -4)}${pack.bytes.endsWith('AAAA') ? 'BBBA' : 'AAAA'}`;
    writeFileSync(file, text.replace(pack.bytes, flipped));
    expect((await verifyMirror(dir)).faults).toContainEqual(expect.objectContaining({ kind: 'pack' }));
    writeFileSync(file, text);
    expect((await verifyMirror(dir)).ok).toBe(true);
  });

  it('P5, R39: who looked, in which role and why leaves with the practice: every annex, held against its line', async () => {
    const held = () => world.vault().vault.storage.read((tx) => tx.selectFrom('annex').selectAll().execute());
    const stood = await held();
    const nurse = await world.signIn('gp');
    for (const dossier of await dossiersOf(world)) await audit(nurse, { dossier });
    await nurse.close();
    const first = await world.sync({ mirror: dir });
    const rows = await held();
    expect(rows.length).toBeGreaterThan(stood.length);
    expect(first.mirror).toMatchObject({ annexes: rows.length - stood.length, missing: 0 });
    const copy = () => new Map(annexed().map(({ name, bytes }) => [name, bytes]));
    expect(copy()).toEqual(new Map(rows.map(({ hash, bytes }) => [hash as string, base64url(bytes)])));
    expect(await verifyMirror(dir)).toMatchObject({ ok: true, annexes: rows.length });
    // Nothing new: nothing is asked for.
    const asked: string[] = [];
    world.net.between = (url, ask) => {
      asked.push(url);
      return ask();
    };
    expect((await world.sync({ mirror: dir })).mirror).toMatchObject({ annexes: 0, missing: 0 });
    expect(asked.filter((url) => url.includes('/entries')).length).toBeGreaterThan(0);
    expect(asked.filter((url) => url.includes('/annexes'))).toEqual([]);
    world.net.between = null;

    const [file] = readdirSync(join(dir, 'annexes')).map((name) => join(dir, 'annexes', name));
    const good = readFileSync(file!, 'utf8');
    const [line, ...others] = good.trimEnd().split('\n');
    const { name } = JSON.parse(line!) as { name: string };
    const named = async (text: string) => {
      writeFileSync(file!, text);
      const { ok, faults } = await verifyMirror(dir);
      expect(ok).toBe(false);
      return faults.map(({ kind, message }) => `${kind}: ${message.replaceAll(/\d+/g, 'N')}`);
    };
    const another = (JSON.parse(others[0]!) as { bytes: string }).bytes;
    const left = others.map((one) => `${one}\n`).join('');
    expect(await named(left)).toEqual(['annex: the annex of line N is missing; copy it with the next sync']);
    expect(await named(`${JSON.stringify({ kind: 'annex', name, bytes: another })}\n${left}`)).toEqual([
      'annex: the annex of line N is not the one that the line names',
    ]);
    const more = `${JSON.stringify({ kind: 'annex', name: 'A'.repeat(43), bytes: another })}\n`;
    expect(await named(`${good}${more}`)).toEqual([
      'annex: an annex in annexes/N.ndjson is named by no line that is here',
    ]);
    writeFileSync(file!, good);

    // A copy of an older agent: none but what came with statements, among the objects. The next sync completes it.
    const state = JSON.parse(readFileSync(join(dir, 'mirror.json'), 'utf8')) as { annexes?: number };
    delete state.annexes;
    writeFileSync(join(dir, 'mirror.json'), JSON.stringify(state));
    rmSync(join(dir, 'annexes'), { recursive: true });
    const old = join(dir, 'objects', readdirSync(join(dir, 'objects'))[0]!);
    appendFileSync(old, `${line!}\n`);
    expect((await verifyMirror(dir)).faults).toHaveLength(rows.length);
    // A vault that keeps one back is told of, and asked again.
    const hidden = rows[1]!;
    const hide = (practice: string) =>
      world.vault().vault.storage.write((tx) =>
        tx
          .updateTable('annex')
          .set({ practice: practice as never })
          .where('hash', '=', hidden.hash)
          .execute(),
      );
    await hide('org_elsewhere');
    const short = await world.sync({ mirror: dir });
    expect(short.mirror).toMatchObject({ annexes: rows.length - 1, missing: 1 });
    expect(short.alarms).toContain('annex');
    expect((await verifyMirror(dir)).faults).toMatchObject([{ kind: 'annex' }]);
    await hide(hidden.practice);
    const whole = await world.sync({ mirror: dir });
    expect(whole.mirror).toMatchObject({ annexes: 1, missing: 0 });
    expect(whole.alarms).not.toContain('annex');
    expect(count('annex')).toBe(0);
    expect(copy().size).toBe(rows.length);
    expect(await verifyMirror(dir)).toMatchObject({ ok: true, faults: [] });
  });

  it('P5, R41: the signed request behind every line leaves with the practice, held against its line', async () => {
    const { storage } = world.vault().vault;
    const rows = await storage.read((tx) => tx.selectFrom('asked').select('header').execute());
    const verdict = await verifyMirror(dir);
    expect(verdict).toMatchObject({ ok: true, requests: rows.length });
    expect(rows.length).toBeGreaterThan(10);
    expect(new Set(asked().map(({ bytes }) => bytes))).toEqual(new Set(rows.map(({ header }) => base64url(header))));
    const file = join(dir, 'requests', readdirSync(join(dir, 'requests'))[0]!);
    const good = readFileSync(file, 'utf8');
    const [first, ...others] = good.trimEnd().split('\n');
    const bent = JSON.stringify({ ...JSON.parse(first!), bytes: (JSON.parse(others[0]!) as { bytes: string }).bytes });
    for (const text of [others.join('\n'), [bent, ...others].join('\n')]) {
      writeFileSync(file, `${text}\n`);
      expect((await verifyMirror(dir)).faults).toMatchObject([{ kind: 'request' }]);
    }
    writeFileSync(file, good);
    // A copy of an older agent has none and is not blamed for it; the next sync completes it.
    const state = JSON.parse(readFileSync(join(dir, 'mirror.json'), 'utf8')) as { requests?: number };
    delete state.requests;
    writeFileSync(join(dir, 'mirror.json'), JSON.stringify(state));
    rmSync(join(dir, 'requests'), { recursive: true });
    expect(await verifyMirror(dir)).toMatchObject({ ok: true, requests: null });
    expect((await world.sync({ mirror: dir })).mirror!.requests).toBeGreaterThanOrEqual(rows.length);
    expect(await verifyMirror(dir)).toMatchObject({ ok: true, faults: [] });
  });

  it('P5: what the vault keeps back is asked for by its line alone, and no line after it twice', async () => {
    const { storage } = world.vault().vault;
    const file = join(dir, 'mirror.json');
    const state = () =>
      JSON.parse(readFileSync(file, 'utf8')) as { size: number; annexes: number; requests: number; lacking?: object };
    const hide = (lines: readonly number[], from: string, to: string) =>
      storage.write(async (tx) => {
        const row = { practice: to as never };
        for (const table of ['annex', 'asked'] as const)
          await tx
            .updateTable(table)
            .set(row)
            .where('line', 'in', lines)
            .where('practice', '=', from as never)
            .execute();
      });
    const [own] = await storage.read((tx) => tx.selectFrom('annex').selectAll().execute());
    const asked: string[] = [];
    const run = async () => {
      asked.length = 0;
      world.net.between = (url, ask) => {
        if (/\/(annexes|requests)\?/.test(url)) asked.push(url.replace(/.*\//, ''));
        return ask();
      };
      const { mirror } = await world.sync({ mirror: dir });
      world.net.between = null;
      return mirror!;
    };
    const [line, later] = await storage
      .read((tx) => tx.selectFrom('annex').select('line').orderBy('line').execute())
      .then((rows) => rows.map((row) => row.line));
    await hide([line!, later!], own!.practice, 'org_elsewhere');
    writeFileSync(file, JSON.stringify({ ...state(), annexes: 0, requests: 0 }));
    for (const folder of ['annexes', 'requests']) rmSync(join(dir, folder), { recursive: true });
    expect((await run()).missing).toBe(4);
    const lines = [line!, later!];
    const lacking = { lines, beyond: null };
    expect(state()).toMatchObject({ lacking: { annexes: lacking, requests: lacking } });
    // Everything that came since is asked for; of what came before, those lines alone.
    const { size } = state();
    expect([state().annexes, state().requests]).toEqual([size, size]);
    expect((await run()).missing).toBe(4);
    const narrow = lines.flatMap((at) => [`annexes?from=${at}&to=${at + 1}`, `requests?from=${at}&to=${at + 1}`]);
    const [wide, ...others] = asked.filter((url) => !narrow.includes(url));
    expect(others).toEqual([]);
    expect(Number(/^requests\?from=(\d+)$/.exec(wide!)?.[1])).toBeGreaterThanOrEqual(size);
    expect(narrow.filter((url) => !asked.includes(url))).toEqual([]);
    // More than is remembered is told and counted, and asked for when the others came.
    const before = state();
    const said = { annexes: { lines: [line!], beyond: { count: 7, from: later! } } };
    writeFileSync(file, JSON.stringify({ ...before, lacking: said }));
    expect((await run()).missing).toBe(8);
    expect(state().lacking).toEqual(said);
    await hide([line!], 'org_elsewhere', own!.practice);
    expect(await run()).toMatchObject({ annexes: 1, missing: 1 });
    expect(state().lacking).toEqual({ annexes: { lines: [later!], beyond: null } });
    await hide([later!], 'org_elsewhere', own!.practice);
    writeFileSync(file, JSON.stringify({ ...state(), lacking: before.lacking }));
    expect(await run()).toMatchObject({ annexes: 1, missing: 0 });
    expect(state().lacking).toBeUndefined();
    expect(await verifyMirror(dir)).toMatchObject({ ok: true, faults: [] });
  });

  it('a page of lines, annexes or requests ends after a bound of bytes, and is read on from there', async () => {
    const { storage } = world.vault().vault;
    const { practice } = (await storage.read((tx) => tx.selectFrom('annex').selectAll().execute()))[0]!;
    const session = await world.signIn('gp');
    await declare(session, { event: 'search', items: [] });
    const bytes = world.random(29_000);
    const added = Array.from({ length: 300 }, (_, i) => ({
      ...{ practice, bytes, line: Math.floor(i / 10) },
      hash: base64url(world.random(32)) as never,
    }));
    const header = new Uint8Array(290_000);
    const asked = Array.from({ length: 40 }, (_, line) => ({ practice, line, header }));
    const stood = await storage.read((tx) => tx.selectFrom('asked').selectAll().where('line', '<', 40).execute());
    const swap = (rows: typeof stood) =>
      storage.write(async (tx) => {
        await tx.deleteFrom('asked').where('line', '<', 40).execute();
        for (const one of rows) await tx.insertInto('asked').values(one).execute();
      });
    await swap(asked);
    await storage.write(async (tx) => {
      for (const one of added) await tx.insertInto('annex').values(one).execute();
    });
    const pages = async <T extends { until: number }>(name: 'annexes' | 'requests', schema: z.ZodType<T>) => {
      const found: T[] = [];
      for (let from = 0; from < 60; from = found.at(-1)!.until)
        found.push(await session.call(name, schema as never, undefined, `?from=${from}&to=60`));
      return found;
    };
    const ofAnnexes = await pages('annexes', annexesPage);
    const ofRequests = await pages('requests', requestsPage);
    const size = (page: object) => JSON.stringify(page).length;
    for (const page of [...ofAnnexes, ...ofRequests]) expect(size(page)).toBeLessThan(6.5 * 1024 * 1024);
    expect(ofAnnexes.length).toBeGreaterThan(1);
    expect(ofRequests.length).toBeGreaterThan(1);
    const came = new Set(ofAnnexes.flatMap(({ annexes }) => annexes.map(({ hash }) => hash)));
    expect(added.filter(({ hash }) => !came.has(hash))).toEqual([]);
    const lines = ofRequests.flatMap(({ requests }) => requests.map(({ line }) => line));
    expect(lines.filter((line) => line < 40)).toEqual(asked.map(({ line }) => line));
    expect(Math.max(...ofRequests.map(({ until }) => until))).toBe(60);
    // Whole lines too: one of a delivery holds up to 2,000 items.
    const forty = await storage.read((tx) => tx.selectFrom('entry').selectAll().where('idx', '<', 40).execute());
    const store = (of: (line: (typeof forty)[number]) => Uint8Array<ArrayBuffer>) =>
      storage.write(async (tx) => {
        for (const one of forty)
          await tx
            .updateTable('entry')
            .set({ stored: of(one) })
            .where('log', '=', one.log)
            .where('idx', '=', one.idx)
            .execute();
      });
    await store(() => header);
    const { entries } = await session.call('entries', entriesPage, undefined, '?from=0');
    await store(({ stored }) => stored as Uint8Array<ArrayBuffer>);
    expect([entries.length, entries[0]!.length]).toEqual([20, base64url(header).length]);
    await session.close();
    await swap(stood);
    await storage.write((tx) => tx.deleteFrom('annex').where('bytes', '=', bytes).execute());
  });

  it('R44: what the vault erased after its five years goes here too, and an early erasure is refused', async () => {
    const { vault } = world.vault();
    const before = (await verifyMirror(dir)).size;
    const [dossier] = await dossiersOf(world);
    await audit(await world.signIn('gp'), { dossier: dossier! });
    await world.sync({ mirror: dir });
    const annexes = await vault.storage.read((tx) => tx.selectFrom('annex').selectAll().execute());
    const kept = annexes.at(-1)!.hash;
    expect(annexed().map(({ name }) => name)).toContain(kept);
    officer = await world.signIn('gp');
    await declare(officer, { event: 'search', items: [] });
    overseen = structuredClone(await readLog(officer));
    [peopleThen, thenAt] = [officer.people(), officer.now()];
    await sixYearsOn(world);
    await world.vault().upkeep();
    const now = world.clock.clock();
    await expect(mirrorAt(world, dir, Date.UTC(2031, 0, 2))).rejects.toMatchObject({ code: 'agent/vault-forked' });
    expect(annexed().map(({ name }) => name)).toContain(kept);
    await mirrorAt(world, dir, now);
    const verdict = await verifyMirror(dir);
    expect(verdict.faults).toEqual([]);
    expect(verdict.size).toBeGreaterThan(before);
    expect(verdict.entries).toBeLessThan(verdict.size);
    // Who looked and why goes with its line.
    expect(annexed()).toEqual([]);
    expect(verdict.annexes).toBe(0);
    // What still stands keeps its line, and the request that brought it.
    expect(asked()).toHaveLength(verdict.requests!);
    // A fresh folder has the leaves from the vault, and verifies as well.
    const fresh = join(world.dir, 'fresh');
    await mirrorAt(world, fresh, now);
    expect((await verifyMirror(fresh)).faults).toEqual([]);
    // Lines that went and that no line names are missed.
    const file = join(dir, 'mirror.json');
    const state = JSON.parse(readFileSync(file, 'utf8')) as { erased: { year: number }[] };
    const said = (erased: object[]) => writeFileSync(file, JSON.stringify({ ...state, erased }));
    said([]);
    expect((await verifyMirror(dir)).faults[0]).toMatchObject({ kind: 'entry' });
    said(state.erased.map((one) => ({ ...one, year: one.year - 1 })));
    expect((await verifyMirror(dir)).faults[0]).toMatchObject({ kind: 'erased' });
  });

  it('R44: the monitor passes over a year that was lawfully erased, and is alarmed by one that was not', async () => {
    const now = world.clock.clock();
    const { lines, frontier } = await monitorAt(world, now);
    expect(lines.length).toBeLessThan(frontier.size);
    const alarm = (bend: BendPage, at: number = now) =>
      monitorAt(world, at, bend).catch((error: unknown) => alarmOf(error));
    // By its own clock the year is not over; no year is said to be gone; another year is said; half of it is said.
    expect(await alarm((page) => page, Date.UTC(2031, 11, 31))).toBe('gap');
    expect(await alarm((page) => ({ ...page, erased: [] }))).toBe('leaf');
    const bent = (change: object) => (page: Parameters<BendPage>[0]) => ({
      ...page,
      erased: page.erased!.map((one) => ({ ...one, ...change })),
    });
    expect(await alarm(bent({ year: 2020 }))).toBe('gap');
    expect(await alarm(bent({ to: frontier.size }))).toBe('gap');
  });

  it('R44: who oversees the log passes over the year as well, and keeps nothing of it on the device', async () => {
    expect(overseen!.looks.line.length).toBeGreaterThan(0);
    const { session } = await linkTo(world, world.clock.clock(), (page) => page);
    const keys = { storage: new Map<string, unknown>(), kept: overseen! };
    const there = {
      ...session,
      ...{ practice: officer.practice, person: officer.person, keys: () => officer.keys() },
      wire: { ports: { storage: { get: async () => keys.storage.get('index'), set: async () => undefined } } },
      people: async () => ({ cardOf: () => undefined, timeAt: (at: Instant) => at }),
      log: async () => ({ ...(await session.log()), log: officer.wire.place.pins.log }),
    } as unknown as Session;
    const anew = await readLog(there);
    expect(anew.looks.line).toEqual([]);
    // A device that read it before, with that year in what it kept.
    const card = (await peopleThen).cardOf(officer.person, thenAt)!;
    const info = 'ketenkluis.review-index.v1';
    const plain = utf8(JSON.stringify(overseen)) as Uint8Array as Plaintext;
    keys.storage.set('index', await sealTo(fromBase64url(card.kem), info, plain));
    expect(await openIndex(there)).toEqual(overseen);
    const again = await readLog(there);
    expect(again.looks.line).toEqual([]);
    expect(again).toEqual(anew);
  });

  it('R39: an annex is one line’s: monitor, mirror and verification name a second line with it', async () => {
    const { vault } = world.vault();
    const now = world.clock.clock();
    const { lines } = await monitorAt(world, now);
    const { origin: log } = world.init.state.register.vault.log;
    const { v: _, id: __, at: ___, ...common } = lines.at(-1)!.entry.common;
    const bytes = world.random(64);
    const annex = hashOf(bytes);
    const name = async (withBytes: boolean) => {
      const { seq: _seq, prev: _prev, ...item } = lines.at(-1)!.entry.items[0]!;
      const { index } = await vault.appender.append({
        ...{ log, keys: [] },
        prepare: async () => ({
          draft: { common, items: [{ ...item, annex }], chains: new Map() },
          effect: async (tx, line) => {
            const row = { practice: common.practice, hash: annex, bytes, line: line.index };
            if (withBytes) await tx.insertInto('annex').values(row).execute();
          },
        }),
      });
      return index;
    };
    const first = await name(true);
    expect(await mirrorAt(world, dir, now)).toMatchObject({ annexes: 1, missing: 0 });
    const second = await name(false);
    expect(await mirrorAt(world, dir, now)).toMatchObject({ annexes: 0, missing: 1 });
    expect((await verifyMirror(dir)).faults).toEqual([
      { kind: 'annex', index: second, message: `line ${second} names the annex of line ${first}` },
    ]);
    expect(await mirrorAt(world, dir, now)).toMatchObject({ annexes: 0, missing: 0 });
    // Named once, and the log goes on: what comes after it is read.
    const { second: named, lines: read, frontier } = await monitorAt(world, now);
    expect(named).toEqual([{ line: second, first }]);
    expect(read.at(-1)!.index).toBe(second);
    const later = await name(false);
    const { register } = world.init.state;
    const checkpoint = { size: frontier.size, root: frontier.root(), peaks: frontier.peaks() };
    const next = { ...register, vault: { ...register.vault, checkpoint, chains: null } };
    const on = await readLines(await linkTo(world, now as Instant, (page) => page), next);
    expect([on.second, on.lines.map(({ index }) => index)]).toEqual([[], [later]]);
  });
});
