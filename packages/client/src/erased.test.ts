/** Whoever reads one dossier's log after a year of it was erased (docs/spec/retention.md). */

import { injected } from '@ketenkluis/agent/testing';
import { instant, systemRandom } from '@ketenkluis/base';
import { checkChain, type ErasedShard, openCheckpoint, parseVkey } from '@ketenkluis/ledger';
import type { auditAnswer } from '@ketenkluis/protocol';
import { createVerifier } from '@ketenkluis/seal';
import {
  deliverAll,
  enrol,
  look,
  newDossier,
  ORIGIN,
  startTestWorld,
  type TestWorld,
  takeSnapshot,
} from '@ketenkluis/vault/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { z } from 'zod';
import { type AuditEvent, exportAudit, FILE_KINDS, type FileKind } from './audit-record/index.ts';
import { erasedIn, erasedLeaf, wholeBut } from './erased.ts';
import { audit, memoryStorage, signIn, wire } from './index.ts';
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

  it('R44, R40: is exported in each form with what is left, and with the year that went told as such', async () => {
    const { gp, id, authority, officerTeam } = world.practice;
    const pins = { practice: id, authority: authority.hash, log: world.log, logTeam: officerTeam.id };
    const { fetch } = injected(() => world.running);
    const ports = { fetch, clock: world.time.clock, random: systemRandom, storage: memoryStorage() };
    const session = await signIn(wire({ origin: ORIGIN, url: ORIGIN, pins }, ports), {
      ...{ by: 'key', person: gp.id, signer: gp.signer },
      secrets: { sign: gp.signSeed, kem: gp.kemSeed },
    });
    const names = {
      ...{ reader: id, people: new Map(), organisations: new Map(), parts: new Map() },
      patients: new Map([[dossier.id, 'J. Proef']]),
    };
    const made: Partial<Record<FileKind, string>> = {};
    for (const kind of FILE_KINDS) made[kind] = (await exportAudit(session, { dossier: dossier.id, kind, names })).text;
    const found = await audit(session, { dossier: dossier.id });
    expect(found.complete).toBe(true);
    const [shard] = answer.erased!;
    expect(found.erased).toEqual([{ year: 2026, from: shard!.from, to: shard!.to }]);
    // Two reads of before, and for each file its declaration and its own read; the look that stays because its line still stands too.
    const stay = found.lines.length;
    const last = `${shard!.to - 1}`;
    const rows = made.csv!.trimEnd().split('\r\n').slice(2);
    expect(rows.filter((row) => row.startsWith(`${shard!.from}-${last};`))).toHaveLength(1);
    expect(rows[0]).toContain(';2026;');
    expect(rows[0]).toContain('?erased');
    expect(made.xml!.match(/<record>/g)!.length).toBeGreaterThan(1);
    expect(made.xml).toContain(`<field key="line" title="Regel in het logboek">${shard!.from}-${last}</field>`);
    const { entry } = JSON.parse(made.fhir!) as { entry: { resource: AuditEvent | { resourceType: string } }[] };
    expect(entry[0]!.resource).toMatchObject({
      ...{ resourceType: 'OperationOutcome', id: 'erased' },
      issue: [{ severity: 'information', code: 'deleted', diagnostics: expect.stringContaining('of 2026') }],
    });
    // Each file holds the lines that were there when it was made: none of the year but what still stands, and none left out.
    const events = entry.filter(({ resource }) => resource.resourceType === 'AuditEvent');
    expect(events.length).toBeGreaterThan(0);
    const lines = new Set(rows.slice(1).map((row) => Number(row.split(';')[0])));
    expect([...lines].every((line) => found.lines.some(({ index }) => index === line))).toBe(true);
    const later = found.lines.filter(({ index }) => !lines.has(index)).map(({ event }) => event);
    expect(lines.size + later.length).toBe(stay);
    expect(new Set(later)).toEqual(new Set(['export', 'log-read']));
  });
});
