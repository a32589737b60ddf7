import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HOUR, MINUTE } from '@ketenkluis/base';
import { cosignedBy, openCheckpoint, parseNote, parseVkey } from '@ketenkluis/ledger';
import { witnessed } from '@ketenkluis/protocol';
import { createVerifier } from '@ketenkluis/seal';
import { createVault } from '@ketenkluis/vault';
import { nameWitnesses, startTestWorld, type TestWorld } from '@ketenkluis/vault/testing';
import { createKeys, type RunningWitness, readConfig, startWitness } from '@ketenkluis/witness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';

type Answer = { readonly status: number; readonly text: string };
const NAME = 'witness.example/w1';
const verifier = createVerifier();
const dir = mkdtempSync(join(tmpdir(), 'witnessed-'));
const { vkeys } = createKeys(dir, NAME);
let world: TestWorld;
let witness: RunningWitness;
let url: string;

/** What stands at the witness's address: nobody, the witness, or somebody who changes what it says. */
let front: (body: string) => Promise<Answer | null> = async () => null;
let asked: (() => void) | undefined;
const nextPost = () => new Promise<void>((resolve) => (asked = resolve));
async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts).toString();
}
const server = createServer((request, response) => {
  void (async () => {
    const answer = await front(await textOf(request));
    if (answer === null) request.socket.destroy();
    else response.writeHead(answer.status).end(answer.text);
    asked?.();
  })();
});
const honest = async (body: string): Promise<Answer> => {
  const response = await fetch(`${witness.url}/add-checkpoint`, { method: 'POST', body });
  return { status: response.status, text: await response.text() };
};

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  world = await startTestWorld({ witnesses: [url], witnessPause: 0 });
  const file = join(dir, 'witness.json');
  const logs = [{ origin: world.log.origin, key: world.log.key }];
  writeFileSync(file, JSON.stringify({ name: NAME, dir: '.', port: 0, logs }));
  witness = await startWitness(readConfig(file), { clock: world.time.clock });
  expect(await witnesses().state()).toEqual([]);
  world.time.move(1000);
  await nameWitnesses(world, { witnesses: [{ name: NAME, url, keys: [...vkeys] }] });
});
afterAll(async () => {
  await world.close();
  await witness.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(dir, { recursive: true });
});

const witnesses = () => world.running.vault.witnesses;
const state = async () => (await witnesses().state())[0]!;
async function checkpoint(): Promise<string> {
  const { token } = await world.open(world.practice.gp);
  await witnesses().idle();
  return (await world.call('checkpoint', { token })).text;
}
async function said(token: string): Promise<z.infer<typeof witnessed>> {
  return witnessed.parse((await world.call('witnessed', { token })).json());
}
const trust = () => ({ log: parseVkey(world.log.key), witnesses: vkeys.map(parseVkey), quorum: 1 });
/** Until the vault has tried again with what stands at the address now. */
async function tried(how: typeof front): Promise<void> {
  front = how;
  const post = nextPost();
  witnesses().poke(world.log.origin);
  await post;
  await witnesses().idle();
}

describe('a vault and its witness', () => {
  it('R42: no look waits for a witness that is away, and its absence is seen', async () => {
    const note = await checkpoint();
    expect(parseNote(note).signatures).toHaveLength(1);
    await expect(openCheckpoint(note, trust(), verifier)).rejects.toThrow('too few');
    const { size } = await openCheckpoint(note, { log: trust().log }, verifier);
    expect(await state()).toEqual({ name: NAME, behind: size, failing: 1 });
    const metrics = (await world.running.app.inject({ method: 'GET', url: '/metrics' })).body;
    expect(metrics).toContain(`ketenkluis_witness_behind_lines{witness="${NAME}"} ${size}\n`);
    expect(metrics).toContain(`ketenkluis_witness_failing_logs{witness="${NAME}"} 1\n`);
  });

  it('R42: when it is back the newest checkpoint carries its cosignatures', async () => {
    await tried(honest);
    expect(await state()).toEqual({ name: NAME, behind: 0, failing: 0 });
    const before = await openCheckpoint(await checkpoint(), trust(), verifier);
    const after = await openCheckpoint(await checkpoint(), trust(), verifier);
    expect(after.size).toBeGreaterThan(before.size);
    expect(parseNote(await checkpoint()).signatures.map(({ name }) => name)).toEqual([world.log.origin, NAME, NAME]);
  });

  it('R42: nothing is kept of a witness that lies, by another key or about another tree', async () => {
    const other = createKeys(mkdtempSync(join(dir, 'other-')), NAME);
    const lies: (typeof front)[] = [
      async (body) => {
        const note = parseNote(body.slice(body.indexOf('\n\n') + 2));
        const [origin, size] = note.text.split('\n') as [string, string];
        const signatures = other.cosign(note.text, { origin, size: Number(size), root: new Uint8Array(32) }, 1);
        const line = ({ bytes }: (typeof signatures)[number]) => `— ${NAME} ${Buffer.from(bytes).toString('base64')}\n`;
        return { status: 200, text: signatures.map(line).join('') };
      },
      async (body) => {
        const { text } = await honest(body);
        return {
          status: 200,
          text: text.replace(/(— \S+ \S{40})(.)/, (_, head, one) => head + (one === 'A' ? 'B' : 'A')),
        };
      },
      async () => ({ status: 200, text: 'x'.repeat(70_000) }),
      async () => ({ status: 200, text: '' }),
      async () => ({ status: 409, text: '999999\n' }),
      async () => ({ status: 422, text: '' }),
      async () => ({ status: 404, text: '' }),
    ];
    for (const lie of lies) {
      front = lie;
      const note = await checkpoint();
      expect(parseNote(note).signatures).toHaveLength(1);
      const { behind, failing } = await state();
      expect([behind > 0, failing]).toEqual([true, 1]);
      // The honest one signed the same checkpoint behind the second lie: 409 tells the vault how far.
      await tried(honest);
      expect(await state()).toMatchObject({ behind: 0, failing: 0 });
    }
    expect((await openCheckpoint(await checkpoint(), trust(), verifier)).size).toBeGreaterThan(0);
  });

  it('R42: what was cosigned long ago is cosigned again, though nothing was written', async () => {
    front = honest;
    const { token } = await world.open(world.practice.gp);
    await witnesses().idle();
    const [one] = (await said(token)).witnesses;
    expect(one).toMatchObject({ name: NAME, proof: [], fault: null });
    const path = createHash('sha256').update(world.log.origin).digest('hex');
    const seconds = async () => {
      const text = await (await fetch(`${witness.url}/${path}/checkpoint`)).text();
      return cosignedBy(parseNote(text), vkeys.map(parseVkey))!.seconds;
    };
    const before = await seconds();
    for (const [minutes, later] of [
      [29, 0],
      [2, 31 * 60],
    ] as const) {
      world.time.move(minutes * MINUTE);
      await world.running.upkeep();
      await witnesses().idle();
      expect(await seconds()).toBe(before + later);
    }
  });

  it('R42: only an address that the owners named and the operator allowed is posted to', async () => {
    let posts = 0;
    // One is under way to the old address, and is answered when another is named.
    const [begun, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    front = async (body) => {
      posts += 1;
      begun.resolve();
      await held.promise;
      return honest(body);
    };
    world.time.move(1000);
    await world.open(world.practice.gp);
    await begun.promise;
    const other = 'http://127.0.0.1:9';
    await nameWitnesses(world, { witnesses: [{ name: NAME, url: other, keys: [...vkeys] }] });
    held.resolve();
    await witnesses().idle();
    posts = 0;
    await checkpoint();
    expect(posts).toBe(0);
    const { token } = await world.open(world.practice.gp);
    const [one] = (await said(token)).witnesses;
    expect(one).toMatchObject({ name: NAME, note: expect.any(String), fault: 'not-allowed' });
    expect(await state()).toMatchObject({ name: NAME, failing: 1 });
    // Nobody any more: nothing is kept, nothing posted, and the checkpoint stands alone.
    world.time.move(1000);
    await nameWitnesses(world, { witnesses: [] });
    expect(parseNote(await checkpoint()).signatures).toHaveLength(1);
    expect([(await said(token)).witnesses, await witnesses().state(), posts]).toEqual([[], [], 0]);
    world.time.move(1000);
    await nameWitnesses(world, { witnesses: [{ name: NAME, url, keys: [...vkeys] }] });
    await checkpoint();
    expect(posts).toBeGreaterThan(0);
  });

  it('P3, R42: who waits for the quorum has its word after one post, whatever the pause; a witness that is away holds nobody up', async () => {
    const other = await startTestWorld({ witnesses: [url], witnessPause: HOUR });
    const folder = join(dir, 'patient');
    const { vkeys: keys } = createKeys(folder, NAME);
    const logs = [{ origin: other.log.origin, key: other.log.key }];
    writeFileSync(join(folder, 'witness.json'), JSON.stringify({ name: NAME, dir: '.', port: 0, logs }));
    const theirs = await startWitness(readConfig(join(folder, 'witness.json')), { clock: other.time.clock });
    let open = () => {};
    const held = new Promise<void>((resolve) => (open = resolve));
    front = async (body) => {
      await held;
      const response = await fetch(`${theirs.url}/add-checkpoint`, { method: 'POST', body });
      return { status: response.status, text: await response.text() };
    };
    const first = nextPost();
    await nameWitnesses(other, { witnesses: [{ name: NAME, url, keys: [...keys] }] });
    // Lines that came while a post was under way wait for the next, an hour later.
    const { token } = await other.open(other.practice.gp);
    open();
    await first;
    const { witnesses: of, storage } = other.running.vault;
    await of.idle();
    const { size } = await storage.ledger.state(other.log.origin);
    expect((await of.kept(other.log.origin))[0]!.size).toBeLessThan(size);
    const answer = await other.call('witnessed', { token, query: `?upto=${size}` });
    expect(witnessed.parse(answer.json()).witnesses).toMatchObject([{ proof: [], fault: null }]);
    expect((await of.kept(other.log.origin))[0]!.size).toBe(size);
    // Away: the answer comes all the same, and says so.
    front = async () => null;
    await other.open(other.practice.gp);
    const without = await other.call('witnessed', { token, query: `?upto=${size + 100}` });
    expect(witnessed.parse(without.json()).witnesses[0]).toMatchObject({ fault: 'offline' });
    await other.close();
    await theirs.stop();
  });

  it('R42: while the quorum is out of reach, whoever waits for it keeps the vault from nothing', async () => {
    front = honest;
    world.time.move(1000);
    const away = {
      name: 'witness.example/w2',
      url: 'http://127.0.0.1:9',
      keys: [...createKeys(join(dir, 'w2'), 'witness.example/w2').vkeys],
    };
    await nameWitnesses(world, { witnesses: [{ name: NAME, url, keys: [...vkeys] }, away] });
    await checkpoint();
    const { storage } = world.running.vault;
    const { size } = await storage.ledger.state(world.log.origin);
    const real = storage.read;
    let reads = 0;
    Object.assign(storage, {
      read: (work: never) => {
        reads += 1;
        return real(work);
      },
    });
    await witnesses().soon(world.log.origin, size);
    Object.assign(storage, { read: real });
    expect(reads).toBeGreaterThan(0);
    expect(reads).toBeLessThan(20);
  });

  it('takes no address that is none', async () => {
    const bad = ['http://witness.example', 'https://witness.example/?a=1', 'https://a@witness.example', 'witness', ''];
    for (const [i, one] of bad.entries()) {
      const options = { dir: join(dir, `v${i}`), origins: ['http://x.localhost'], bootstrapToken: '', log: false };
      await expect(createVault({ ...options, witnesses: [one] })).rejects.toThrow(`the witness ${one}`);
    }
  });
});
