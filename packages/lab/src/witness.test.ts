import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCheckpoint, parseNote, parseVkey } from '@ketenkluis/ledger';
import { createVerifier } from '@ketenkluis/seal';
import { createVault } from '@ketenkluis/vault';
import { startTestWorld, type TestWorld } from '@ketenkluis/vault/testing';
import { createKeys, type RunningWitness, readConfig, startWitness } from '@ketenkluis/witness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

type Answer = { readonly status: number; readonly text: string };
const NAME = 'witness.example/w1';
const verifier = createVerifier();
const dir = mkdtempSync(join(tmpdir(), 'witnessed-'));
const { vkeys } = createKeys(dir, NAME);
let world: TestWorld;
let witness: RunningWitness;

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
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  world = await startTestWorld({ witnesses: [{ name: NAME, url, keys: vkeys }], witnessPause: 0 });
  const file = join(dir, 'witness.json');
  const logs = [{ origin: world.log.origin, key: world.log.key }];
  writeFileSync(file, JSON.stringify({ name: NAME, dir: '.', port: 0, logs }));
  witness = await startWitness(readConfig(file), { clock: world.time.clock });
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

  it('takes no witness without an address and keys of its own', async () => {
    const good = { name: NAME, url: 'https://witness.example/w1', keys: vkeys };
    const bad = [
      { ...good, url: 'http://witness.example' },
      { ...good, url: 'https://witness.example/?a=1' },
      { ...good, name: 'witness.example/w2' },
      { ...good, keys: [] },
      { ...good, keys: [world.log.key] },
    ];
    for (const [i, one] of bad.entries()) {
      const options = { dir: join(dir, `v${i}`), origins: ['http://x.localhost'], bootstrapToken: '', log: false };
      await expect(createVault({ ...options, witnesses: [one] })).rejects.toThrow(`the witness ${one.name}`);
    }
  });
});
