import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { base64, fromBase64, fromHex, type Instant, instant, systemClock, utf8 } from '@ketenkluis/base';
import {
  checkpointText,
  consistencyProof,
  cosignedBy,
  formatVkey,
  merkleRoot,
  openCheckpoint,
  parseNote,
  parseVkey,
  sha256,
  signCheckpoint,
} from '@ketenkluis/ledger';
import { createVerifier, webSigner } from '@ketenkluis/seal';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';
import { createKeys, startWitness } from './index.ts';
import { openKeys } from './keys.ts';
import { parseAddCheckpoint } from './request.ts';

const ORIGIN = 'ketenkluis.log/witnessed';
const START = instant(Date.UTC(2026, 0, 5, 8));
const verifier = createVerifier();
const signer = await webSigner({ by: ORIGIN, seed: new Uint8Array(32).fill(7) });
const LOG = { name: ORIGIN, type: 1 as const, publicKey: signer.publicKey };
const lite = JSON.parse(readFileSync(new URL('litewitness.vectors.json', import.meta.url), 'utf8'));
const others = JSON.parse(
  readFileSync(new URL('../../ledger/vectors/cosignature.json', import.meta.url), 'utf8'),
).monkeys;

const leaves = (count: number, salt = 'leaf') => Array.from({ length: count }, (_, i) => utf8(`${salt} ${i}`));
const at = (all: readonly Uint8Array[]) => ({ origin: ORIGIN, size: all.length, root: merkleRoot(all) });
const body = (old: number, proof: readonly Uint8Array[], note: string) =>
  [`old ${old}`, ...proof.map((hash) => base64(hash as Uint8Array<ArrayBuffer>)), '', note].join('\n');
/** What an honest log posts. */
async function grown(old: number, size: number): Promise<string> {
  const all = leaves(size);
  const proof = old === 0 || old === size ? [] : consistencyProof(all, old);
  return body(old, proof, await signCheckpoint(at(all), signer));
}

let root: string;
let now: Instant = START;
const started: { stop(): Promise<void> }[] = [];
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'witness-'));
});
afterAll(async () => {
  for (const one of started) await one.stop();
  rmSync(root, { recursive: true });
});

let made = 0;
/** A folder with keys and a configuration for our log and those of others' vectors. */
function place(): string {
  made += 1;
  const dir = join(root, `w${made}`);
  createKeys(dir, 'witness.example/w1');
  const others1 = {
    origin: lite.origin,
    key: formatVkey({ name: lite.origin, type: 1, publicKey: fromHex(lite.key) }),
  };
  const logs = [{ origin: ORIGIN, key: formatVkey(LOG) }, others1, { origin: 'monkeys', key: others.vkey }];
  const file = join(dir, 'witness.json');
  writeFileSync(file, JSON.stringify({ name: 'witness.example/w1', dir: '.', port: 0, logs }));
  return file;
}
const said: string[] = [];
async function start(file: string) {
  const running = await startWitness(readConfig(file), {
    clock: () => now,
    say: (line) => said.push(JSON.stringify(line)),
  });
  started.push(running);
  return running;
}
async function post(url: string, text: string) {
  const response = await fetch(`${url}/add-checkpoint`, { method: 'POST', body: text });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

describe('a witness (C2SP tlog-witness)', () => {
  it('R42: cosigns what continues, with Ed25519 and ML-DSA-44, and says what it cosigned', async () => {
    const { url, vkeys } = await start(place());
    expect(vkeys.map((vkey) => parseVkey(vkey).type)).toEqual([4, 6]);
    const trust = { log: LOG, witnesses: vkeys.map(parseVkey), quorum: 1 };
    for (const [old, size] of [
      [0, 3],
      [3, 3],
      [3, 300],
    ] as const) {
      const answer = await post(url, await grown(old, size));
      expect(answer.status).toBe(200);
      expect(answer.text).toMatch(/^(— witness\.example\/w1 \S+\n){2}$/);
      const note = (await signCheckpoint(at(leaves(size)), signer)) + answer.text;
      expect(await openCheckpoint(note, trust, verifier)).toMatchObject({ origin: ORIGIN, size });
      const { seconds, signatures } = cosignedBy(parseNote(note), trust.witnesses)!;
      expect([seconds, signatures.length]).toEqual([START / 1000, 2]);
      // Each key alone holds too.
      for (const key of trust.witnesses) await openCheckpoint(note, { ...trust, witnesses: [key] }, verifier);
    }
    const newest = await (await fetch(`${url}/${Buffer.from(sha256(utf8(ORIGIN))).toString('hex')}/checkpoint`)).text();
    expect(await openCheckpoint(newest, trust, verifier)).toMatchObject({ size: 300 });
    const health = await fetch(`${url}/healthz`);
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok', logs: 3, forks: 0 }]);
    for (const path of ['/', `/${'0'.repeat(64)}/checkpoint`, '/add-checkpoint'])
      expect((await fetch(url + path)).status).toBe(404);
  });

  it("another witness's requests are answered as it answers them", async () => {
    const { url } = await start(place());
    const statuses = [];
    for (const request of lite.requests) {
      const answer = await post(url, request.body);
      statuses.push(answer.status);
      if ('answer' in request) expect(answer).toMatchObject({ text: request.answer, type: 'text/x.tlog.size' });
    }
    // Its second ends in base64 that RFC 4648 calls malformed; 403 for an unknown log there is 404 in the specification now.
    const expected = [200, 400, 404, 422, 422, 200, 409, 200, 409];
    expect(statuses).toEqual(expected);
    for (const [i, { status }] of lite.requests.entries()) if (i !== 1 && i !== 2) expect(expected[i]).toBe(status);
    const proof = others.proof.map((hash: string) => fromHex(hash));
    expect((await post(url, body(0, [], others.size5))).status).toBe(200);
    expect((await post(url, body(5, [], others.size8))).status).toBe(422);
    expect((await post(url, body(2, proof, others.size8))).text).toBe('5\n');
    expect((await post(url, body(5, proof, others.size8))).status).toBe(200);
    expect((await post(url, body(8, proof, others.size5))).status).toBe(400);
  });

  it('refuses in the order of the specification', async () => {
    const { url } = await start(place());
    await post(url, await grown(0, 5));
    const note = await signCheckpoint(at(leaves(7)), signer);
    const stranger = await webSigner({ by: ORIGIN, seed: new Uint8Array(32).fill(8) });
    const proof = consistencyProof(leaves(7), 5);
    const empty = { origin: ORIGIN, size: 0, root: merkleRoot([]) };
    const cases: [string, number, string][] = [
      ['nothing', 400, ''],
      ['no old line', 400, note],
      ['leading zero', 400, body(5, proof, note).replace('old 5', 'old 05')],
      ['no number', 400, body(5, proof, note).replace('old 5', 'old x')],
      ['short hash', 400, body(5, [proof[0]!.subarray(1)], note)],
      ['64 hashes', 400, body(5, Array(64).fill(proof[0]), note)],
      ['carriage returns', 400, body(5, proof, note).replaceAll('\n', '\r\n')],
      ['too long', 400, body(5, proof, note) + '— x AAAAAAA=\n'.repeat(6000)],
      ['extension line', 400, body(5, proof, note.replace('\n\n', '\nmore\n\n'))],
      ['unknown origin', 404, body(5, proof, note.replaceAll(ORIGIN, 'elsewhere'))],
      ['unknown key', 403, body(5, proof, await signCheckpoint(at(leaves(7)), stranger))],
      ['changed tree', 403, body(5, proof, note.replace('\n7\n', '\n8\n'))],
      ['old above size', 400, body(8, [], note)],
      ['old not the last', 409, body(4, consistencyProof(leaves(7), 4), note)],
      ['rolled back', 409, body(3, [], await signCheckpoint(at(leaves(3)), signer))],
      ['empty again', 409, body(0, [], await signCheckpoint(empty, signer))],
      ['no proof', 422, body(5, [], note)],
      ['other proof', 422, body(5, consistencyProof(leaves(7, 'other'), 5), note)],
      ['same with a proof', 422, body(5, proof, await signCheckpoint(at(leaves(5)), signer))],
    ];
    for (const [name, status, text] of cases) {
      const answer = await post(url, text);
      expect([name, answer.status]).toEqual([name, status]);
      expect(answer.text).toBe(status === 409 ? '5\n' : '');
    }
    expect((await post(url, body(5, proof, note))).status).toBe(200);
    // From nothing: the empty tree has one root, and needs no proof.
    const fresh = await start(place());
    const other = { ...empty, root: merkleRoot(leaves(1)) };
    expect((await post(fresh.url, body(0, [], await signCheckpoint(other, signer)))).status).toBe(422);
    expect((await post(fresh.url, body(0, proof, note))).status).toBe(422);
    expect((await post(fresh.url, body(0, [], await signCheckpoint(empty, signer)))).status).toBe(200);
    expect((await post(fresh.url, await grown(0, 4))).status).toBe(200);
  });

  it('R42: a log that shows two trees gets no second signature, and both notes are kept for anybody', async () => {
    const file = place();
    const first = await start(file);
    await post(first.url, await grown(0, 5));
    const other = await signCheckpoint(at(leaves(5, 'other')), signer);
    expect((await post(first.url, body(5, [], other))).status).toBe(422);
    expect((await post(first.url, body(0, [], other))).status).toBe(409);
    // Signed by nobody who may: proves nothing.
    expect((await post(first.url, body(5, [], other.replace('\n5\n', '\n6\n')))).status).toBe(403);
    const forks = (await (await fetch(`${first.url}/forks`)).json()) as { cosigned: string; offered: string }[];
    expect(forks).toHaveLength(1);
    const [mine, theirs] = [
      await openCheckpoint(
        forks[0]!.cosigned,
        { log: LOG, witnesses: first.vkeys.map(parseVkey), quorum: 1 },
        verifier,
      ),
      await openCheckpoint(forks[0]!.offered, { log: LOG }, verifier),
    ];
    expect([mine.size, theirs.size, base64(mine.root) === base64(theirs.root)]).toEqual([5, 5, false]);
    await first.stop();
    const second = await start(file);
    expect(await (await fetch(`${second.url}/forks`)).json()).toEqual(forks);
    expect((await post(second.url, body(5, [], other))).status).toBe(422);
    expect((await post(second.url, await grown(5, 6))).status).toBe(200);
  });

  it('R42: of two posts that race one wins, within one process and across two', async () => {
    const file = place();
    const [one, two] = [await start(file), await start(file)];
    await post(one.url, await grown(0, 1));
    for (let size = 2; size < 12; size += 3) {
      const old = size === 2 ? 1 : size - 1;
      const bodies = await Promise.all([grown(old, size), grown(old, size + 1), grown(old, size + 2)]);
      const answers = await Promise.all(bodies.map((text, i) => post(i % 2 === 0 ? one.url : two.url, text)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
      const won = size + answers.findIndex(({ status }) => status === 200);
      for (const { status, text } of answers) if (status === 409) expect(text).toBe(`${won}\n`);
      if (won < size + 2) expect((await post(two.url, await grown(won, size + 2))).status).toBe(200);
    }
  });

  it('R42, R45: a clock behind its own last word signs nothing', async () => {
    const { url } = await start(place());
    await post(url, await grown(0, 1));
    now = instant(START - 1000);
    expect((await post(url, await grown(1, 2))).status).toBe(503);
    expect((await fetch(`${url}/healthz`)).status).toBe(503);
    now = START;
    expect((await post(url, await grown(1, 2))).status).toBe(200);
  });

  it('R42: whatever kills it, the next one never signs a smaller tree or another of the same size', async () => {
    const file = place();
    const spawned = async () => {
      const main = new URL('witness.process.ts', import.meta.url).pathname;
      const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, file], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [port] = await new Promise<string[]>((resolve, reject) => {
        child.stdout.once('data', (bytes: Buffer) => resolve(String(bytes).trim().split('\n')));
        child.once('exit', () => reject(new Error('the witness did not start')));
      });
      const dead = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      const kill = () => {
        child.kill('SIGKILL');
        return dead;
      };
      return { url: `http://127.0.0.1:${port}`, kill };
    };
    let known = 0;
    const { url: doomed, kill } = await spawned();
    // Posts until the process is killed under them: the last one may have been written and never answered.
    for (let alive = true; alive; ) {
      try {
        const { status } = await post(doomed, await grown(known, known + 1));
        expect(status).toBe(200);
        known += 1;
        if (known === 5) void kill();
      } catch (error) {
        if (known < 5) throw error;
        alive = false;
      }
    }
    await kill();
    now = systemClock();
    const { url } = await start(file);
    const { status, text } = await post(url, await grown(0, 1));
    expect(status).toBe(409);
    const kept = Number(text);
    // Never less than what was answered; at most the one that was not answered any more.
    expect([known, known + 1]).toContain(kept);
    const other = await signCheckpoint(at(leaves(kept, 'other')), signer);
    expect((await post(url, body(kept, [], other))).status).toBe(422);
    expect((await post(url, await grown(kept, kept + 1))).status).toBe(200);
    now = START;
  });

  it('keeps its keys to itself, and its log without who asked', async () => {
    const file = place();
    const dir = join(file, '..');
    const config = readConfig(file);
    for (const name of ['ed25519.key', 'ml-dsa-44.key'])
      expect(statSync(join(dir, 'keys', name)).mode & 0o777).toBe(0o600);
    expect(() => createKeys(dir, 'witness.example/w1')).toThrow('already');
    expect(openKeys(dir, config.name).vkeys).toEqual(openKeys(dir, config.name).vkeys);
    expect(() => openKeys(join(dir, 'elsewhere'), config.name)).toThrow('witness init');
    const allowed = /^\{"status":\d+(,"origin":"[a-z0-9./-]+","size":\d+)?(,"fork":true)?\}$/i;
    expect(said.length).toBeGreaterThan(20);
    for (const line of said) expect(line).toMatch(allowed);
    const bad = (change: object) => {
      writeFileSync(join(dir, 'bad.json'), JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...change }));
      return () => readConfig(join(dir, 'bad.json'));
    };
    const [log] = JSON.parse(readFileSync(file, 'utf8')).logs;
    expect(bad({ logs: [] })).toThrow('wrong at: logs');
    expect(bad({ logs: [log, log] })).toThrow('twice');
    expect(bad({ logs: [{ ...log, key: openKeys(dir, config.name).vkeys[0] }] })).toThrow("not a log's");
    expect(bad({ logs: [{ ...log, key: 'x' }] })).toThrow('no verifier key');
    expect(bad({ trust: 'first-use' })).toThrow('wrong');
  });

  it('reads no body but the one form', async () => {
    const good = utf8(await grown(3, 7));
    expect(parseAddCheckpoint(good)).toMatchObject({ old: 3, checkpoint: { size: 7 } });
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 }), (where, by) => {
        const changed = good.slice();
        changed[where] = by;
        const read = parseAddCheckpoint(changed);
        if (read === undefined) return;
        const again = utf8(
          `${[`old ${read.old}`, ...read.proof.map((hash) => base64(hash))].join('\n')}\n\n${checkpointText(read.checkpoint)}`,
        );
        expect(changed.subarray(0, again.length)).toEqual(again);
      }),
    );
    expect(fromBase64(base64(good))).toEqual(good);
  });
});
