/** Two witnesses that the owners named, a practice on its vault, and what its people see of it (docs/spec/witness.md). */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeWorld, type World } from '@ketenkluis/agent/testing';
import { base64, base64url, HOUR, MINUTE } from '@ketenkluis/base';
import {
  agree,
  logStanding,
  memoryStorage,
  proposeWitnesses,
  type Session,
  waitingProposals,
} from '@ketenkluis/client';
import { checkpointText, formatNote, merkleRoot, parseNote, readCheckpoint, signCheckpoint } from '@ketenkluis/ledger';
import type { witnessed } from '@ketenkluis/protocol';
import { createKeys, type RunningWitness, readConfig, startWitness } from '@ketenkluis/witness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';

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
});
