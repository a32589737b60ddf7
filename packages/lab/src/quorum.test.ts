/** Two witnesses that the owners named, a practice on its vault, and what its people see of it (docs/spec/witness.md). */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyMirror } from '@ketenkluis/agent';
import { makeWorld, type World } from '@ketenkluis/agent/testing';
import { mirrorAt, sixYearsOn } from '@ketenkluis/agent/testing/erased';
import { base64, base64url, HOUR, MINUTE } from '@ketenkluis/base';
import {
  agree,
  alarmOf,
  followDossier,
  logStanding,
  memoryStorage,
  proposeWitnesses,
  type Session,
  waitingProposals,
} from '@ketenkluis/client';
import { ALARM_WORDS } from '@ketenkluis/client/alarm-words';
import { checkpointText, formatNote, merkleRoot, parseNote, readCheckpoint, signCheckpoint } from '@ketenkluis/ledger';
import type { witnessed } from '@ketenkluis/protocol';
import { erasedOf } from '@ketenkluis/vault/testing';
import { createKeys, type RunningWitness, readConfig, startWitness } from '@ketenkluis/witness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { buildGoVerifier, hasGo } from './go-verifier.ts';

const NAMES = ['witness.example/a', 'witness.example/b'] as const;
const dir = mkdtempSync(join(tmpdir(), 'quorum-'));
const keys = NAMES.map((name, i) => createKeys(join(dir, `w${i}`), name));
const away = new Set<number>();
const running: RunningWitness[] = [];

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts).toString();
}
/** The witnesses' addresses: known before the vault starts, and each may be away. */
const front = createServer((request, response) => {
  void (async () => {
    const which = Number(request.url?.[2]);
    const body = await bodyOf(request);
    if (away.has(which) || running[which] === undefined) return void request.socket.destroy();
    const answer = await fetch(`${running[which].url}/add-checkpoint`, { method: 'POST', body });
    response.writeHead(answer.status).end(await answer.text());
    answered[which]?.();
  })();
});
const answered: (() => void)[] = [];
/** Until this witness has been asked again: a vault waits a moment after it was away. */
const back = (which: number) => new Promise<void>((resolve) => (answered[which] = resolve));

let world: World;
let gp: Session;
let second: Session;
let named: { name: string; url: string; keys: string[] }[];
const witnesses = () => world.vault().vault.witnesses;
/** What a vault says instead; undefined: the truth. */
let lie: ((answer: z.infer<typeof witnessed>) => void) | undefined;

beforeAll(async () => {
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
  named = NAMES.map((name, i) => ({ name, url: `${base}/w${i}`, keys: [...keys[i]!.vkeys] }));
  world = await makeWorld(2, 3, { threshold: 1, witnesses: named.map(({ url }) => url) });
  world.net.between = async (url, ask) => {
    const answer = await ask();
    if (lie === undefined || !url.includes('/log/witnessed')) return answer;
    const json = JSON.parse(new TextDecoder().decode(await answer.arrayBuffer()));
    lie(json);
    const bytes = new TextEncoder().encode(JSON.stringify(json));
    return { ...answer, arrayBuffer: async () => bytes.buffer as ArrayBuffer };
  };
  const { log } = world.init.state.register.vault;
  for (const [i, name] of NAMES.entries()) {
    const file = join(dir, `w${i}`, 'witness.json');
    const logs = [{ origin: log.origin, key: log.key }];
    writeFileSync(file, JSON.stringify({ name, dir: '.', port: 0, logs }));
    running.push(await startWitness(readConfig(file), { clock: world.clock.clock }));
  }
  gp = await world.signIn('gp');
  second = await world.signIn('B. de Tweede');
});
afterAll(async () => {
  await world.close();
  for (const one of running) await one.stop();
  front.closeAllConnections();
  await new Promise((resolve) => front.close(resolve));
  rmSync(dir, { recursive: true });
});

const log = () => gp.log();
async function name(quorum: number, list = named): Promise<void> {
  world.clock.move(1000);
  await proposeWitnesses(gp, { quorum, lag: HOUR, witnesses: list });
  const [waits] = await waitingProposals(second);
  expect(waits).toMatchObject({ what: 'witnesses', threshold: 2, fact: { quorum } });
  expect(await agree(second, waits!.hash)).toBe('admitted');
  await witnesses().idle();
}

describe('the owners name two witnesses', () => {
  it('R42: nobody outside confirms until two people named them, then both do', async () => {
    expect(await logStanding(gp)).toMatchObject({ standing: 'none', named: 0 });
    await name(2);
    const found = await logStanding(gp, []);
    expect(found).toMatchObject({ named: 2, quorum: 2, fresh: 2, standing: 'confirmed' });
    expect(found.witnesses.map(({ word, fault }) => [word, fault])).toEqual([
      ['fresh', null],
      ['fresh', null],
    ]);
    // A line that was just written waits for its word, and has it a moment later.
    const at = gp.now();
    const newest = (await log()).seen()!.size;
    expect((await logStanding(gp, [{ index: newest + 5, at }])).standing).toBe('pending');
    await witnesses().idle();
    expect((await logStanding(gp, [{ index: newest - 1, at }])).standing).toBe('confirmed');
  });

  it('R42: one that is away or silent is seen, and after the lag the log is degraded, never quietly confirmed', async () => {
    away.add(1);
    await world.signIn('gp');
    await witnesses().idle();
    const line = [{ index: (await log()).seen()!.size + 1, at: gp.now() }];
    const soon = await logStanding(gp, line);
    expect(soon).toMatchObject({ standing: 'pending' });
    expect(soon.witnesses[1]).toMatchObject({ fault: 'offline' });
    world.clock.move(HOUR + MINUTE);
    const again = await world.signIn('gp');
    expect(await logStanding(again, line)).toMatchObject({ standing: 'degraded' });
    const asked = back(1);
    away.clear();
    gp = await world.signIn('gp');
    await asked;
    await witnesses().idle();
    expect(await logStanding(gp, line)).toMatchObject({ standing: 'confirmed', fresh: 2 });
  });

  it('R42: hidden, old, future and foreign notes and lost proofs confirm nothing; the twin without the lie does', async () => {
    const lies: [string, typeof lie][] = [
      ['hidden', (answer) => void answer.witnesses.splice(1)],
      [
        'hidden',
        (answer) => Object.assign(answer, { witnesses: answer.witnesses.map((one) => ({ ...one, note: null })) }),
      ],
      ['one for both', ({ witnesses: [a, b] }) => Object.assign(b!, { note: a!.note, proof: a!.proof })],
      [
        'without its signature',
        ({ witnesses: [, b] }) => {
          const { text, signatures } = parseNote(b!.note!);
          b!.note = formatNote({ text, signatures: signatures.slice(0, 1) });
        },
      ],
      ['without a proof', ({ witnesses: [, b] }) => Object.assign(b!, { proof: [] })],
    ];
    // The newest line is beyond what they said: every note needs its proof.
    away.add(0).add(1);
    await world.signIn('gp');
    await witnesses().idle();
    for (const [what, how] of lies) {
      lie = undefined;
      const honest = await logStanding(gp);
      expect([what, honest.standing]).toEqual([what, 'confirmed']);
      lie = how;
      const told = await logStanding(gp);
      expect([what, told.size]).toEqual([what, 0]);
      expect(told.standing).toBe('degraded');
    }
    lie = undefined;
    away.clear();
  });

  it('R41, R42: the agent copies what the witnesses said; a verifier in Go, from the spec pages alone, says the same and refuses every change', async () => {
    await world.enrol();
    const mirror = join(world.dir, 'mirror');
    expect((await world.sync({ mirror })).alarms).toEqual([]);
    await witnesses().idle();
    const synced = await world.sync({ mirror });
    expect(synced).toMatchObject({ alarms: [], outside: { quorum: 2, fresh: 2 } });
    const own = await verifyMirror(mirror);
    expect(own).toMatchObject({ ok: true, faults: [], outside: { named: 2, quorum: 2, size: synced.outside.size } });
    expect(own.entries).toBe(own.size);

    const go = hasGo() ? buildGoVerifier(dir) : null;
    if (go === null) console.log('the verifier in Go is skipped: golang-go and golang-golang-x-mod-dev are not here');
    const { size, root, entries } = own;
    const theirs = go?.(mirror);
    if (theirs) {
      expect(theirs.fault).toBeUndefined();
      expect(theirs).toMatchObject({ ok: true, size, root, entries, quorum: 2, confirmed: own.outside.size });
      expect(theirs.dossiers).toBe(2);
    }
    const at = (path: string) => join(mirror, 'log', path);
    const files = readdirSync(join(mirror, 'log'), { recursive: true, encoding: 'utf8' });
    const newest = (prefix: string) =>
      files.filter((path) => path.startsWith(prefix) && path.endsWith(`.p/${size % 256}`)).at(0)!;
    const flip = (from: number) => (bytes: Buffer) => {
      bytes[from < 0 ? bytes.length + from : from]! ^= 1;
      return bytes;
    };
    const text = (change: (text: string) => string) => (bytes: Buffer) => Buffer.from(change(bytes.toString()));
    const foreign = createKeys(join(dir, 'foreign'), NAMES[0]);
    const said = JSON.parse(readFileSync(at('witnesses.json'), 'utf8')) as { witnesses: { note: string }[] };
    const resigned = (() => {
      const note = parseNote(said.witnesses[0]!.note);
      const { origin, size: of, root: hash } = readCheckpoint(said.witnesses[0]!.note);
      const lies = foreign.cosign(note.text, { origin, size: of, root: hash }, 1);
      return formatNote({ ...note, signatures: [...note.signatures.slice(0, 1), ...lies] });
    })();
    const swapped = (rows: string[]) => [rows[0], rows[2], rows[1], ...rows.slice(3)].join('\n');
    const mutations: [string, string, (bytes: Buffer) => Buffer][] = [
      ['signature', 'checkpoint', text((note) => note.replace(/.{6}=\n$/, 'AAAAA=\n'))],
      ['size', 'checkpoint', text((note) => note.replace(/\n\d+\n/, (line) => `\n${Number(line) - 1}\n`))],
      ['leaf', newest('tile/entries/'), flip(-1)],
      ['bundle cut off', newest('tile/entries/'), (bytes) => bytes.subarray(0, -1)],
      ['tile', newest('tile/0/'), flip(40)],
      [
        'line changed',
        'lines/000000.txt',
        text((lines) => lines.replace(/(.{20})(.)(\n)/, (_, a, one, end) => `${a}${one === 'A' ? 'B' : 'A'}${end}`)),
      ],
      ['lines swapped', 'lines/000000.txt', text((lines) => swapped(lines.split('\n')))],
      ['line gone', 'lines/000000.txt', text((lines) => lines.split('\n').slice(0, -2).join('\n'))],
      [
        'cosignature by another key',
        'witnesses.json',
        text((all) => all.replace(JSON.stringify(said.witnesses[0]!.note), JSON.stringify(resigned))),
      ],
    ];
    for (const [what, path, change] of mutations) {
      const good = readFileSync(at(path));
      writeFileSync(at(path), change(Buffer.from(good)));
      const verdict = await verifyMirror(mirror);
      const counts = (one: { ok: boolean; confirmed: number }) => one.ok && one.confirmed > 0;
      expect([what, counts({ ok: verdict.ok, confirmed: verdict.outside.size })]).toEqual([what, false]);
      if (go) expect([what, counts(go(mirror))]).toEqual([what, false]);
      writeFileSync(at(path), good);
    }
    expect((await verifyMirror(mirror)).ok).toBe(true);
    if (go) expect(go(mirror).ok).toBe(true);
    // Somebody saw another tree before: a fork, also for a stranger.
    const signer = await world.vault().vault.keys.log((await log()).log.origin);
    const other = { origin: (await log()).log.origin, size: 2, root: merkleRoot([new Uint8Array(1)]) };
    const seen = join(dir, 'seen');
    writeFileSync(seen, await signCheckpoint(other, signer));
    if (go) expect(go(mirror, [seen])).toMatchObject({ ok: false, fault: expect.stringContaining('fork') });
  });

  it('R42, R45: whoever holds one dossier follows it, and is alarmed; the agent is too, and signs nothing on a fork', async () => {
    const { storage: tables } = world.vault().vault;
    const [enrolled] = await tables.read((tx) =>
      tx.selectFrom('fact').select('dossier').where('kind', '=', 'enrolment').execute(),
    );
    const dossier = enrolled!.dossier!;
    const storage = memoryStorage();
    const reader = await world.signIn('gp', storage);
    expect((await followDossier(reader, dossier)).alarms).toEqual([]);
    expect((await followDossier(reader, dossier)).alarms).toEqual([]);
    // A chain that was longer once, or another one, is never followed again.
    const name = `followed:${reader.practice}:${dossier}`;
    const kept = (await storage.get(name)) as { seq: number; hash: string };
    await storage.set(name, { ...kept, seq: kept.seq + 99 });
    expect((await followDossier(reader, dossier)).alarms).toEqual(['rolled-back']);
    await storage.set(name, { ...kept, hash: base64url(new Uint8Array(32)) });
    expect((await followDossier(reader, dossier)).alarms).toEqual(['fork']);
    await storage.set(name, kept);
    lie = (answer) => Object.assign(answer, { witnesses: [] });
    expect((await followDossier(reader, dossier)).alarms).toEqual(['unconfirmed']);
    expect((await world.sync()).alarms).toEqual(['unconfirmed']);
    const number = (await world.sync()).snapshot.number;
    // A witness that signed another tree of the same size, along with the log's key.
    const signer = await world.vault().vault.keys.log((await log()).log.origin);
    const { origin } = (await log()).log;
    const split = async (size: number) => {
      const tree = { origin, size, root: merkleRoot([new Uint8Array(2)]) };
      const note = parseNote(await signCheckpoint(tree, signer));
      const lies = keys[0]!.cosign(checkpointText(tree), tree, Math.floor(world.clock.clock() / 1000));
      return formatNote({ ...note, signatures: [...note.signatures, ...lies] });
    };
    const two = await split(2);
    lie = (answer) => Object.assign(answer.witnesses[0]!, { note: two, proof: [base64url(new Uint8Array(32))] });
    const failed = await world.sync().catch((error: unknown) => error);
    expect([alarmOf(failed), ALARM_WORDS.fork.nl.next]).toEqual(['fork', expect.stringContaining('bewijs')]);
    lie = undefined;
    // The twin: the same practice without the lie signs the very next one.
    expect((await world.sync()).snapshot.number).toBe(number + 1);
  });

  it('R42: a split view is a fork: both notes are kept and nothing of this log is believed any more', async () => {
    const storage = memoryStorage();
    const victim = await world.signIn('gp', storage);
    const view = await victim.log();
    await victim.people(true);
    const seen = readCheckpoint(view.note()!);
    // The vault's own key signs another tree, and a witness that goes along with it signs it too.
    const other = { origin: seen.origin, size: seen.size, root: merkleRoot([new Uint8Array(seen.size)]) };
    const signer = await world.vault().vault.keys.log(seen.origin);
    const note = parseNote(await signCheckpoint(other, signer));
    const cosigned = keys[0]!.cosign(checkpointText(other), other, Math.floor(victim.now() / 1000));
    const split = formatNote({ ...note, signatures: [...note.signatures, ...cosigned] });
    lie = (answer) => {
      const size = readCheckpoint(answer.checkpoint).size;
      expect(size).toBeGreaterThanOrEqual(seen.size);
      Object.assign(answer.witnesses[0]!, { note: split, proof: size === seen.size ? [] : [base64url(seen.root)] });
    };
    await expect(logStanding(victim)).rejects.toMatchObject({ code: 'client/fork' });
    lie = undefined;
    expect(view.evidence()?.other).toBe(split);
    expect(readCheckpoint(view.evidence()!.own!).origin).toBe(seen.origin);
    await expect(victim.people(true)).rejects.toMatchObject({ code: 'client/fork' });
    await expect(logStanding(victim)).rejects.toMatchObject({ code: 'client/fork' });
    // Also after this device comes back.
    await expect(world.signIn('gp', storage).then((again) => again.people(true))).rejects.toMatchObject({
      code: 'client/fork',
    });
    // The twin: without the owners' statement nobody asks the witnesses, and the same vault shows two trees unseen.
    expect(base64(other.root)).not.toBe(base64(seen.root));
    expect(await logStanding(gp)).toMatchObject({ standing: 'confirmed' });
  });

  it('R44: a year goes when two witnesses put their time beyond it too; the verifier in Go knows it as erased, and refuses an early one', async () => {
    const { vault } = world.vault();
    const { organisation } = world.init.state.register.practice;
    const shards = () => vault.storage.read((tx) => erasedOf(tx, organisation));
    away.add(0).add(1);
    await sixYearsOn(world);
    await world.vault().upkeep();
    // The agent says that it is 2032; whoever the owners named outside has not said so yet.
    expect(await shards()).toEqual([]);
    away.clear();
    // What was under way to a witness when the clock moved is signed for the time before: asked until both have said the new one.
    await expect
      .poll(async () => {
        await world.vault().upkeep();
        return (await shards()).length;
      })
      .toBe(1);
    const folder = join(world.dir, 'after');
    await mirrorAt(world, folder, world.clock.clock());
    const own = await verifyMirror(folder);
    expect(own).toMatchObject({ ok: true, faults: [] });
    const go = hasGo() ? buildGoVerifier(dir) : null;
    const theirs = go?.(folder);
    if (theirs) expect(theirs).toEqual({ ...theirs, ok: true, size: own.size, root: own.root, entries: own.entries });
    const file = join(folder, 'mirror.json');
    const said = JSON.parse(readFileSync(file, 'utf8')) as { erased: { year: number; from: number; to: number }[] };
    const faults: [string, (one: (typeof said.erased)[number]) => object[]][] = [
      ['does not', () => []],
      ['early', (one) => [{ ...one, year: one.year - 1 }]],
      ['one line more', (one) => [{ ...one, to: one.to + 1 }]],
      ['another year beside it', (one) => [one, { year: 2019, from: one.from, to: one.to }]],
    ];
    for (const [what, change] of faults) {
      writeFileSync(file, JSON.stringify({ ...said, erased: said.erased.flatMap(change) }));
      expect([what, (await verifyMirror(folder)).ok, go?.(folder).ok ?? false]).toEqual([what, false, false]);
    }
  });
});
