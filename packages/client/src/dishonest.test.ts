/** A vault that lies: each lie is noticed and nothing is shown. The honest twin of each is the same look without the lie. */

import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeWorld, type World } from '@ketenkluis/agent/testing';
import { base64url, fromBase64url } from '@ketenkluis/base';
import { parseWorklist, type WorklistRow } from '@ketenkluis/care';
import { readCheckpoint, signCheckpoint } from '@ketenkluis/ledger';
import { signStatement, statementsToWire } from '@ketenkluis/seal';
import { createEpoch } from '@ketenkluis/seal/open';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { audit, change, memoryStorage, openDossier, openList, type Session } from './index.ts';

type Answer = Record<string, unknown>;
type Released = { outcome: string; handle: string; [key: string]: unknown };

describe('a dishonest vault', () => {
  let world: World;
  let session: Session;
  let rows: readonly WorklistRow[];

  const lie = (path: string, change: (answer: Answer) => void | Promise<void>) => {
    world.net.between = async (url, ask) => {
      const answer = await ask();
      if (!url.includes(path) || answer.status !== 200) return answer;
      const json = JSON.parse(new TextDecoder().decode(await answer.arrayBuffer())) as Answer;
      await change(json);
      const bytes = new TextEncoder().encode(JSON.stringify(json));
      return { ...answer, arrayBuffer: async () => bytes.buffer as ArrayBuffer };
    };
  };
  const look = (row: WorklistRow, parts = row.handles.length) =>
    openDossier(session, {
      dossier: row.dossier,
      handles: row.handles.slice(0, parts).map(({ handle }) => handle),
      facts: row.facts,
    });
  const first = (answer: Answer) => (answer.results as Released[])[0]!;
  const flip = (text: string) => `${text.slice(0, 40)}${text[40] === 'A' ? 'B' : 'A'}${text.slice(41)}`;

  beforeAll(async () => {
    world = await makeWorld(9, 2);
    await world.enrol();
    await world.sync();
    session = await world.signIn('poh-s');
    rows = parseWorklist(((await openList(session, 'worklist')).content as { list: unknown }).list).rows;
  });
  afterEach(() => {
    world.net.between = null;
  });
  afterAll(() => world.close());

  it('without a lie everything opens', async () => {
    const { parts } = await look(rows[0]!);
    expect(parts.every(({ outcome }) => outcome === 'permit')).toBe(true);
  });

  it('R12: gives the pack of another dossier', async () => {
    const other = await capture(() => look(rows[1]!));
    lie('/releases', (answer) => {
      const mine = first(answer);
      const theirs = first(other);
      for (const part of ['pack', 'h', 'descriptor', 'grant', 'bundle', 'wrap', 'facts']) mine[part] = theirs[part];
      answer.batches = [...(answer.batches as unknown[]), ...(other.batches as unknown[])];
    });
    await expect(look(rows[0]!)).rejects.toMatchObject({ code: 'client/wrong-item' });
  });

  it('R12: gives another pack under the right descriptor', async () => {
    const other = await capture(() => look(rows[1]!));
    lie('/releases', (answer) => {
      first(answer).pack = first(other).pack;
    });
    await expect(look(rows[0]!)).rejects.toMatchObject({ code: 'client/wrong-item' });
  });

  it('gives a share that is not the committed one', async () => {
    lie('/releases', (answer) => {
      const one = first(answer);
      one.h = `${String(one.h).slice(0, 42)}${String(one.h).endsWith('A') ? 'E' : 'A'}`;
    });
    await expect(look(rows[0]!)).rejects.toMatchObject({ code: 'client/wrong-item' });
  });

  it('drops a fact or a pack from what is live', async () => {
    lie('/releases', (answer) => {
      const [state] = answer.states as { live: string[] }[];
      state!.live.pop();
    });
    await expect(look(rows[0]!)).rejects.toMatchObject({ code: 'client/state-unexplained' });
  });

  it('states another live set, consistently, that no line explains', async () => {
    const { dossierState } = await import('@ketenkluis/seal');
    lie('/releases', (answer) => {
      const [state] = answer.states as { dossier: never; live: never[]; state: string }[];
      state!.live.pop();
      state!.state = dossierState(state!.dossier, state!.live);
    });
    await expect(look(rows[0]!)).rejects.toMatchObject({ code: 'client/state-unexplained' });
  });

  it('R41: shows a line that is not in the log, or another line than this one', async () => {
    const other = await capture(() => look(rows[1]!));
    lie('/releases', (answer) => {
      const line = answer.line as { leaf: string };
      line.leaf = flip(line.leaf);
    });
    await expect(look(rows[0]!)).rejects.toMatchObject({ code: 'client/not-included' });
    lie('/releases', (answer) => {
      answer.line = other.line;
    });
    await expect(look(rows[0]!)).rejects.toMatchObject({ code: 'client/not-included' });
  });

  it('refuses to prove that the log only grew', async () => {
    lie('/releases', (answer) => {
      answer.consistency = null;
    });
    await expect(look(rows[0]!)).rejects.toMatchObject({ code: 'client/not-included' });
  });

  it('answers more, or other, than was asked', async () => {
    lie('/releases', (answer) => {
      (answer.results as Released[]).push({ ...first(answer) });
    });
    await expect(look(rows[0]!)).rejects.toMatchObject({ code: 'client/vault-says-more' });
  });

  it('hides a card that this device has seen', async () => {
    lie('/directory', (answer) => {
      (answer.entries as unknown[]).pop();
    });
    await expect(session.people(true)).rejects.toMatchObject({ code: 'client/rolled-back' });
  });

  it('shows a fresh device another beginning of the practice', async () => {
    lie('/directory', (answer) => {
      (answer.entries as unknown[]).shift();
    });
    const fresh = await world.signIn('gp', memoryStorage());
    await expect(fresh.people()).rejects.toMatchObject({ code: 'client/wrong-practice' });
  });

  it('leaves a look out of "who looked": the numbering has a gap', async () => {
    await look(rows[0]!);
    const honest = await audit(session, { dossier: rows[0]!.dossier });
    expect(honest.complete).toBe(true);
    lie('/audits', (answer) => {
      const lines = answer.lines as { index: number }[];
      lines.splice(lines.length - 1, 1);
      lines.splice(1, 1);
    });
    expect((await audit(session, { dossier: rows[0]!.dossier })).complete).toBe(false);
  });

  it('changes a line of "who looked": that line shows as not proved', async () => {
    lie('/audits', (answer) => {
      const [line] = answer.lines as { items: { part: string }[] }[];
      line!.items[0]!.part = flip(line!.items[0]!.part);
    });
    const seen = await audit(session, { dossier: rows[0]!.dossier });
    expect(seen.lines.filter(({ verified }) => !verified)).toHaveLength(1);
    expect(seen.complete).toBe(false);
  });

  it('frames a person: a request that another key signed', async () => {
    lie('/audits', (answer) => {
      for (const line of answer.lines as { request: string | null }[]) {
        if (line.request !== null) line.request = flip(line.request);
      }
    });
    const seen = await audit(session, { dossier: rows[0]!.dossier });
    expect(seen.lines.some(({ signature }) => signature === 'false')).toBe(true);
    expect(seen.complete).toBe(false);
  });

  it('shows the snapshot of before, to a device that has seen a newer one', async () => {
    const before = await capture(() => look(rows[0]!));
    world.patients[0] = { ...world.patients[0]!, hba1c: [88] };
    await world.sync();
    await look(rows[1]!);
    lie('/releases', (answer) => {
      answer.snapshot = before.snapshot;
      answer.batches = [...(answer.batches as unknown[]), ...(before.batches as unknown[])];
    });
    await expect(look(rows[1]!)).rejects.toMatchObject({ code: 'client/rolled-back' });
    lie('/releases', (answer) => {
      answer.snapshot = null;
    });
    await expect(look(rows[1]!)).rejects.toMatchObject({ code: 'client/rolled-back' });
  });

  it('hides the new key of a team from a device that never saw it: the snapshot names it', async () => {
    const gp = await world.signIn('gp');
    const people = await gp.people();
    const newest = people.epochs().find(({ payload }) => payload.members.length === 0)!;
    const made = await createEpoch({
      organisation: gp.practice,
      team: newest.payload.team,
      number: newest.payload.number + 1,
      prev: newest.hash,
      members: [],
      recoveryKey: fromBase64url(people.authority!.recovery.kem),
      at: world.clock.clock(),
      random: world.random,
    });
    const owner = world.init.people[0]!.keys.signer;
    const body = {
      ...statementsToWire([await signStatement(made.payload, owner)]),
      wraps: [base64url(made.wraps)],
    };
    await change(gp, { endpoint: 'statements', class: 'admin', items: [], annexed: false, body });
    await gp.close();
    await world.sync();
    lie('/directory', (answer) => {
      (answer.entries as unknown[]).pop();
    });
    const fresh = await world.signIn('poh-s', memoryStorage());
    await expect(openList(fresh, 'worklist')).rejects.toMatchObject({ code: 'client/directory-hidden' });
    world.net.between = null;
    const honest = await world.signIn('poh-s', memoryStorage());
    expect((await openList(honest, 'worklist')).team).toBeDefined();
  });

  it('R41: signs two logs that contradict each other: noticed, and never forgotten', async () => {
    const victim = await world.signIn('gp', memoryStorage());
    await victim.people();
    const { origin } = victim.wire.place.pins.log;
    const signer = await world.vault().vault.keys.log(origin);
    lie('/directory', async (answer) => {
      const { size } = readCheckpoint(String(answer.checkpoint));
      answer.checkpoint = await signCheckpoint({ origin, size: size + 1, root: world.random(32) }, signer);
      answer.consistency = [base64url(world.random(32))];
    });
    await expect(victim.people(true)).rejects.toMatchObject({ code: 'client/fork' });
    world.net.between = null;
    await expect(victim.people(true)).rejects.toMatchObject({ code: 'client/fork' });
  });

  it('is put back from a backup: this device has seen more of the log', async () => {
    const dir = join(world.dir, 'vault');
    const copy = join(world.dir, 'backup');
    await world.vault().stop();
    cpSync(dir, copy, { recursive: true });
    await world.restartVault();
    const person = await world.signIn('gp');
    await person.people();
    await openList(person, 'worklist');
    const { storage } = person.wire.ports;
    await world.vault().stop();
    rmSync(dir, { recursive: true });
    cpSync(copy, dir, { recursive: true });
    await world.restartVault();
    const again = await world.signIn('gp', storage);
    await expect(again.people()).rejects.toMatchObject({ code: 'client/rolled-back' });
  });

  async function capture(work: () => Promise<unknown>): Promise<Answer> {
    let seen: Answer = {};
    lie('/releases', (answer) => {
      seen = structuredClone(answer);
    });
    await work();
    world.net.between = null;
    return seen;
  }
});
