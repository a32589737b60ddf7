/**
 * Looks with keyholders and a witness behind a line of 30 ms (docs/bench.md): one after the other, and many at once; with one keyholder
 * dead. Keyholders, witness, delay and client share one process here, the vault has its own.
 */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { parseId, systemRandom } from '@ketenkluis/base';
import { parseWorklist, type WorklistRow } from '@ketenkluis/care';
import {
  agree,
  clientError,
  openDossier,
  openList,
  proposeWitnesses,
  readContent,
  type Session,
  WITNESS_LAG,
  waitingProposals,
  worklistContent,
} from '@ketenkluis/client';
import { proposeKeyholders } from '@ketenkluis/client/keyholders';
import { createKeys, type RunningKeyholder, startKeyholder } from '@ketenkluis/keyholder';
import { parseVkey } from '@ketenkluis/ledger';
import { createKeys as createWitness, startWitness } from '@ketenkluis/witness';
import { newPractice } from '../demo/world.ts';
import { DEFAULT_AS_OF, DEFAULT_SEED, writePractice } from '../generate/index.ts';
import { type Measured, percentile, timed } from './figure.ts';
import type { Ground } from './ground.ts';

const PATIENTS = 60;
const DELAY = 30;
const LOOKS = 30;
const BURST = 48;
const AT_ONCE = 8;
const WITNESS = 'witness.example/bench';

interface Line {
  readonly url: string;
  /** Where it leads; undefined: nobody is there. */
  to: string | undefined;
  close(): void;
}

/** A way with 30 ms in it, both directions together. */
async function line(): Promise<Line> {
  const self: Line = { url: '', to: undefined, close: () => void server.close() };
  const server: Server = createServer((request, response) => {
    void (async () => {
      const parts: Buffer[] = [];
      for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
      await wait(DELAY);
      if (self.to === undefined) return void request.socket.destroy();
      const { method = 'POST' } = request;
      const body = method === 'GET' ? {} : { body: Buffer.concat(parts) };
      const answer = await fetch(`${self.to}${request.url}`, { method, ...body });
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' });
      response.end(Buffer.from(await answer.arrayBuffer()));
    })().catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(self, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

export async function keyholder(on: Ground): Promise<readonly Measured[]> {
  const source = await on.folder('held-source');
  writePractice({ patients: PATIENTS, seed: DEFAULT_SEED, asOf: DEFAULT_AS_OF, out: source });
  const lines = await Promise.all([line(), line(), line()]);
  const outside = await line();
  const practice = await newPractice({
    ...{ vaultDir: await on.folder('held-vault'), agentDir: await on.folder('held-agent') },
    witnesses: [outside.url],
  });
  const running: { stop(): Promise<void> }[] = [];
  const out: Measured[] = [];
  try {
    await practice.enrol(source, DEFAULT_AS_OF);
    await practice.sync(source, DEFAULT_AS_OF);
    const owner = await practice.signIn('Hanneke Wielinga');
    const second = await practice.signIn('Youssef Benali');
    const signed = async () => {
      const [waits] = await waitingProposals(second);
      await agree(second, waits!.hash);
    };
    out.push(...(await measure(await practice.signIn('poh-s'), 'without keyholders')));

    const { pins } = practice.place;
    const pin = {
      practice: parseId('organisation', pins.practice),
      authority: pins.authority,
      log: parseVkey(pins.log.key),
    };
    const holders: RunningKeyholder[] = [];
    for (const [i, one] of lines.entries()) {
      const dir = await on.folder(`holder-${i}`);
      await createKeys(dir, systemRandom);
      const place = { url: one.url, dir, host: '127.0.0.1', port: 0, metricsPort: null };
      const started = await startKeyholder({ ...place, practices: [pin] });
      one.to = started.address;
      holders.push(started);
      running.push(started);
    }
    await proposeKeyholders(owner, {
      need: 2,
      holders: holders.map(({ card }, i) => ({ ...card, url: lines[i]!.url })),
    });
    await signed();
    await practice.sync(source, DEFAULT_AS_OF);
    out.push(...(await measure(await practice.signIn('poh-s'), '2 of 3 keyholders, 30 ms')));
    lines[2]!.to = undefined;
    out.push(...(await measure(await practice.signIn('poh-s'), 'the same, one of them dead')));
    lines[2]!.to = holders[2]!.address;

    const dir = await on.folder('witness');
    const { vkeys } = createWitness(dir, WITNESS);
    const logs = new Map([[pin.log.name, pin.log]]);
    const witness = await startWitness({ name: WITNESS, dir, host: '127.0.0.1', port: 0, logs });
    running.push(witness);
    outside.to = witness.url;
    await proposeWitnesses(owner, {
      quorum: 1,
      lag: WITNESS_LAG,
      witnesses: [{ name: WITNESS, url: outside.url, keys: [...vkeys] }],
    });
    await signed();
    // The keyholders learn of the witness with the next sync.
    await practice.sync(source, DEFAULT_AS_OF);
    out.push(...(await measure(await practice.signIn('poh-s'), '2 of 3 keyholders and a witness, 30 ms')));
    return out;
  } finally {
    await practice.close();
    await Promise.all(running.map((one) => one.stop()));
    for (const one of [...lines, outside]) one.close();
  }
}

async function measure(nurse: Session, what: string): Promise<Measured[]> {
  const opened = await openList(nurse, 'worklist');
  const { rows } = parseWorklist(readContent(worklistContent, opened.content).list);
  const one = async (i: number) => {
    const row: WorklistRow = rows[i % rows.length]!;
    const handles = row.handles.map(({ handle }) => handle);
    const { parts } = await openDossier(nurse, { dossier: row.dossier, handles, facts: row.facts });
    if (parts.some(({ outcome }) => outcome === 'deny')) throw new Error('a look was refused');
  };
  for (let i = 0; i < 5; i++) await one(i);
  const runs: number[] = [];
  for (let i = 0; i < LOOKS; i++) runs.push((await timed(() => one(i))).ms);
  let next = 0;
  const burst: number[] = [];
  let late = 0;
  const worker = async () => {
    while (next < BURST) {
      try {
        burst.push((await timed(() => one(next++))).ms);
      } catch (error) {
        // Who does not answer within ten seconds is missing: on a machine that is too busy that is what is measured.
        if (!clientError.is(error, 'holders-missing')) throw error;
        late += 1;
      }
    }
  };
  const all = await timed(() => Promise.all(Array.from({ length: AT_ONCE }, worker)));
  await nurse.close();
  return [
    { work: `look, ${what}, p50`, unit: 'ms', runs },
    { work: `look, ${what}, p99`, unit: 'ms', runs: [percentile(runs, 0.99)] },
    {
      ...{ work: `looks, ${what}, ${AT_ONCE} at once`, unit: '/s', runs: [(burst.length / all.ms) * 1000] },
      note: `each of them p50 ${percentile(burst, 0.5).toFixed(0)} ms, p99 ${percentile(burst, 0.99).toFixed(0)} ms; ${late} too late; one client's processor and the keyholders on it`,
    },
  ];
}
