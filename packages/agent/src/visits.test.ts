/** R16, R17: what appointments open and close, at a real vault, for the assistants of a small practice. */

import { DAY, type DossierId, type FactId, type HandleId, type LocalDate } from '@ketenkluis/base';
import { parseWorklist, rowAt, type WorklistRow } from '@ketenkluis/care';
import { accessOf, audit, openDossier, openList, readContent, type Session, worklistContent } from '@ketenkluis/client';
import type { Hash } from '@ketenkluis/seal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileKeyStore } from './keystore.ts';
import { afterDelivery, emptyLive, withNote } from './live.ts';
import type { Register } from './register.ts';
import { openState } from './state.ts';
import type { MadeAppointment } from './testing/records.ts';
import { makeWorld, type World } from './testing/world.ts';

const PRESSURE = 'blood-pressure';
/** 09:00 in the Netherlands on this day when the world begins. */
const TODAY = '2026-01-05';

describe('R16, R17: an appointment with an assistant', () => {
  let world: World;
  let assistant: Session;
  const book = (index: number, ...appointments: MadeAppointment[]) => {
    world.patients = world.patients.map((one, i) => (i === index ? { ...one, appointments } : one));
  };
  const register = async <T>(work: (register: Register) => T): Promise<T> => {
    const dir = `${world.dir}/agent`;
    const state = await openState({ dir, random: world.random, keyStore: fileKeyStore(dir) });
    try {
      return work(state.register);
    } finally {
      await state.close();
    }
  };
  const idsOf = (index: number) =>
    register(({ patients }) => {
      const { enrolment, live } = patients[`pat-${index}`]!;
      if (enrolment?.state !== 'enrolled') throw new Error('not enrolled');
      return { ...enrolment, live };
    });
  const rows = async (session = assistant): Promise<ReadonlyMap<DossierId, WorklistRow>> => {
    const list = parseWorklist(readContent(worklistContent, (await openList(session, 'worklist')).content).list);
    return new Map(list.rows.map((row) => [row.dossier, row]));
  };
  /** What the list and the clock give, as the workplace asks for it: scope to outcome. */
  const opens = async (index: number): Promise<Record<string, string>> => {
    const { ids } = await idsOf(index);
    const row = rowAt((await rows()).get(ids.dossier)!, world.clock.clock());
    const { parts } = await openDossier(assistant, {
      dossier: ids.dossier,
      handles: row.handles.map(({ handle }) => handle),
      facts: row.facts,
    });
    const scopeOf = new Map(row.handles.map(({ scope, handle }) => [handle, scope]));
    return Object.fromEntries(parts.map((part) => [scopeOf.get(part.handle!)!, part.outcome]));
  };
  /** Asks for the blood pressure with whatever facts there are: what the vault says. */
  const asks = async (index: number): Promise<string> => {
    const { ids } = await idsOf(index);
    const facts = (ids.visits ?? []).map(({ fact }) => fact);
    const { parts } = await openDossier(assistant, {
      dossier: ids.dossier,
      handles: [ids.handles[PRESSURE]!],
      facts: [ids.enrolment, ids.relation, ...facts],
    });
    const [part] = parts;
    return part?.outcome === 'deny' ? part.reason : (part?.outcome ?? 'nothing');
  };

  beforeAll(async () => {
    world = await makeWorld(10);
    await world.enrol();
    book(0, { id: 'a0', start: `${TODAY}T11:00` });
    book(6, { id: 'a1', start: `${TODAY}T11:20`, by: 'gp' });
    book(3, { id: 'a3', start: '2026-01-07T09:00' });
    book(9, { id: 'a4', start: `${TODAY}T12:00`, kind: 'WALKIN' }, { id: 'b4', start: `${TODAY}T12:20`, by: 'nobody' });
    const { appointments } = await world.sync();
    expect(appointments).toEqual({
      ...{ open: 2, opened: 2, closed: 0 },
      ignored: { 'unknown-kind': 1, 'no-performer': 1 },
    });
    assistant = await world.signIn('assistant');
  });
  afterAll(async () => {
    await assistant?.close();
    await world.close();
  });

  it('R16: today it opens what is measured; without one, or with one that cannot be told, only who to call', async () => {
    expect(await opens(0)).toEqual({ identity: 'permit', [PRESSURE]: 'permit' });
    for (const other of [6, 9]) {
      expect(await opens(other)).toEqual({ identity: 'permit' });
      expect(await asks(other)).toBe('step-without-handle');
    }
  });

  it('R17: the day after tomorrow it opens nothing yet, though its facts are there', async () => {
    expect(await opens(3)).toEqual({ identity: 'permit' });
    const { ids, live } = await idsOf(3);
    expect(live!.facts[ids.visits![0]!.fact]).toBeDefined();
    expect(await asks(3)).not.toBe('permit');
  });

  it('who can see what names the step with its end, and the log shows the look like any other', async () => {
    const gp = await world.signIn('gp');
    const { ids } = await idsOf(0);
    const { seers } = await accessOf(gp, { dossier: ids.dossier });
    const [visit] = ids.visits!;
    const seer = seers.find(({ step }) => step.id === visit!.fact);
    expect(seer).toMatchObject({ team: visit!.team, partner: null, handles: [ids.handles[PRESSURE]] });
    expect(seer?.until).toBe(visit!.until);
    const { lines, complete } = await audit(gp, { dossier: ids.dossier });
    expect(complete).toBe(true);
    expect(
      lines.some(
        ({ who, event, handles }) =>
          event === 'release' && who === assistant.person && handles.includes(ids.handles[PRESSURE]!),
      ),
    ).toBe(true);
    await gp.close();
  });

  it('nothing of the appointment but ids and times leaves, and the same again sends nothing', async () => {
    const { headers } = await world.vault().vault.storage.read(async (tx) => ({
      headers: (await tx.selectFrom('statement').select('header').execute())
        .map((one) => String(one.header))
        .join('\n'),
    }));
    for (const word of ['vrije tekst', 'ROUTINE', 'measuring', '"a0"']) expect(headers).not.toContain(word);
    const { appointments, changed, lists } = await world.sync();
    expect(appointments).toMatchObject({ open: 2, opened: 0, closed: 0 });
    expect([changed, lists]).toEqual([0, 0]);
  });

  it('R17: one that moves takes its window along', async () => {
    const before = (await idsOf(0)).ids.visits![0]!;
    book(0, { id: 'a0', start: '2026-01-07T11:00' });
    expect((await world.sync()).appointments).toMatchObject({ open: 2, opened: 1, closed: 1 });
    const { ids, live } = await idsOf(0);
    expect(live!.facts[before.fact]).toBeUndefined();
    expect(ids.visits!.filter(({ over }) => !over)).toMatchObject([{ day: '2026-01-07' as LocalDate }]);
    expect(await opens(0)).toEqual({ identity: 'permit' });
    expect(await asks(0)).not.toBe('permit');
  });

  it('R17: on the day it opens, cancelled it closes, and without any sync it ends by itself', async () => {
    await assistant.close();
    world.clock.move(2 * DAY);
    book(0, { id: 'a0', start: '2026-01-07T11:00', status: 'cancelled' });
    assistant = await world.signIn('assistant');
    expect(await asks(0)).toBe('permit');
    expect(await opens(3)).toEqual({ identity: 'permit', [PRESSURE]: 'permit' });
    expect((await world.sync({ asOf: '2026-01-07' as LocalDate })).appointments).toMatchObject({ open: 1, closed: 1 });
    expect(await asks(0)).not.toBe('permit');
    expect(await opens(3)).toMatchObject({ [PRESSURE]: 'permit' });
    await assistant.close();
    world.clock.move(2 * DAY);
    assistant = await world.signIn('assistant');
    expect(await opens(3)).toEqual({ identity: 'permit' });
    expect(await asks(3)).toBe('step-without-handle');
    // The next sync tidies up, and seals the part afresh for who still sees it.
    const pressed = (await idsOf(3)).live!.heads[PRESSURE]!.version;
    expect((await world.sync({ asOf: '2026-01-09' as LocalDate })).appointments).toMatchObject({ open: 0, closed: 1 });
    const { ids, live } = await idsOf(3);
    expect(live!.heads[PRESSURE]!.version).toBe(pressed + 1);
    expect(ids.visits!.every(({ over, fact }) => over && live!.facts[fact] === undefined)).toBe(true);
  });
});

describe('R17: what hangs on a window', () => {
  it("a note's grant on it goes with it, and the others stay", () => {
    const step = 'fac_a' as FactId;
    const note = { handle: 'han_n' as HandleId, descriptor: 'd' as Hash, grants: ['g1', 'g2'] as Hash[] };
    const live = withNote({ ...emptyLive(), facts: { [step]: 'f' as Hash } }, { ...note, on: { g1: step } });
    const over = { fact: step, team: 'tea_a' as never, handles: [], until: 0 as never, facts: [step], grants: [] };
    const after = afterDelivery(live, { facts: {}, heads: {}, grants: [], drop: [], over: [over], withdrawn: [step] });
    expect(after.facts).toEqual({});
    expect(after.notes[0]!.grants).toEqual(['g2']);
  });
});
