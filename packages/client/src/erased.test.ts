/** Whoever reads one dossier's log after a year of it was erased (docs/spec/retention.md). */

import { instant } from '@ketenkluis/base';
import { checkChain, type ErasedShard, openCheckpoint, parseVkey } from '@ketenkluis/ledger';
import type { auditAnswer } from '@ketenkluis/protocol';
import { createVerifier } from '@ketenkluis/seal';
import {
  deliverAll,
  enrol,
  look,
  newDossier,
  startTestWorld,
  type TestWorld,
  takeSnapshot,
} from '@ketenkluis/vault/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { z } from 'zod';
import { erasedIn, erasedLeaf, wholeBut } from './erased.ts';
import { provedLine } from './log.ts';

type Answer = z.infer<typeof auditAnswer>;
let world: TestWorld;
let answer: Answer;
/** Lines of the log that the vault read for the last answer. */
let asked: (readonly [number, number])[] = [];
const dossier = newDossier(1);
const now = Date.UTC(2032, 0, 3);

beforeAll(async () => {
  world = await startTestWorld({ days: 7 * 365 });
  const agent = await world.open(world.practice.agent);
  const { into } = await enrol(world, dossier);
  await deliverAll(world, agent, into);
  await takeSnapshot(world, agent);
  const nurse = await world.open(world.practice.nurse);
  for (let i = 0; i < 3; i++) await look(world, nurse, [{ dossier: dossier.id, handle: dossier.handles[0]! }]);
  world.time.move(now - world.time.clock());
  await takeSnapshot(world, await world.open(world.practice.agent));
  await world.running.upkeep();
  const gp = await world.open(world.practice.gp);
  // Asked twice: the first stands in the answer to the second, behind the year.
  for (const _ of [1, 2]) {
    const annex = await world.annex();
    const items = [{ dossier: dossier.id, handle: null, facts: [] }];
    const about = { class: 'audit' as const, items, annex: annex.hash };
    const { ledger } = world.running.vault.storage;
    const entries = vi.spyOn(ledger, 'entries');
    const reply = await world.signed(gp, 'audit', { from: 0, until: now + 1000, annex: annex.text }, about);
    expect(reply.status).toBe(200);
    asked = entries.mock.calls.map(([, from, to]) => [from, to]);
    entries.mockRestore();
    answer = reply.json<Answer>();
  }
});
afterAll(() => world.close());

async function read(said: NonNullable<Answer['erased']>, at = now) {
  const under = await openCheckpoint(answer.checkpoint, { log: parseVkey(world.log.key) }, createVerifier());
  const shown = [...answer.lines, answer.line].map((line) => provedLine(line, under));
  const shards = erasedIn(said, { log: world.log.origin, now: instant(at), under, shown });
  const links = [...new Map(shown.map((line) => [line.index, line])).values()]
    .flatMap(({ index, items }) => items.map((one) => ({ ...one, line: index })))
    .filter(({ item }) => item.dossier === dossier.id && item.seq !== null)
    .sort((a, b) => a.item.seq! - b.item.seq!);
  const before = (answer.before ?? []).map((one) => erasedLeaf(one, under));
  return { links, shards, before };
}

describe('a dossier whose older looks went with their year', () => {
  it('is answered by single lines: the year that went is not read through', async () => {
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.every(([from, to]) => to === from + 1)).toBe(true);
    expect(answer.before).toHaveLength(1);
  });

  it('R44: is whole but for what was lawfully erased: the lines around it bear it out', async () => {
    const { links, shards, before } = await read(answer.erased!);
    expect(shards).toHaveLength(1);
    expect(checkChain(links).ok).toBe(false);
    expect(wholeBut(links, shards, before)).toBe(true);
    // Without the year it is a gap; the first look behind it that is left out is one too: the next does not name the last that went.
    expect(wholeBut(links, [], before)).toBe(false);
    expect(wholeBut(links.slice(0, -2).concat(links.slice(-1)), shards, before)).toBe(false);
    expect(wholeBut(links, shards, [])).toBe(false);
    const after: ErasedShard = { ...shards[0]!, from: 0, to: 1 };
    expect(wholeBut(links, [after], before)).toBe(false);
  });

  it('R44: a year that is not over, another year, other lines or a line that says nothing is refused', async () => {
    const [one] = answer.erased!;
    await expect(read([one!], Date.UTC(2031, 11, 31))).rejects.toThrow('before their five years');
    await expect(read([{ ...one!, year: 2020 }])).rejects.toThrow('before their five years');
    await expect(read([{ ...one!, to: one!.to - 1 }])).rejects.toThrow('before their five years');
    await expect(read([{ ...one!, line: answer.line }])).rejects.toThrow('before their five years');
  });
});
