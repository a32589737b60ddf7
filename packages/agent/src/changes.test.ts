/** What a first sync sends, and a later one: nothing, little, or the end of an enrolment. */

import { addDays, localDate, plus } from '@ketenkluis/base';
import { parseWorklist, type WorklistRow } from '@ketenkluis/care';
import { audit, openDossier, openList, type Session } from '@ketenkluis/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENDED_WITHIN, endEnrolment, endedLate } from './ending.ts';
import { fileKeyStore } from './keystore.ts';
import { openState } from './state.ts';
import { AS_OF, makeWorld, type World } from './testing/world.ts';

const rowsOf = async (session: Session): Promise<readonly WorklistRow[]> =>
  parseWorklist(((await openList(session, 'worklist')).content as { list: unknown }).list).rows;

const lookAt = (session: Session, row: WorklistRow) =>
  openDossier(session, { dossier: row.dossier, handles: row.handles.map(({ handle }) => handle), facts: row.facts });

describe('syncs', () => {
  let world: World;
  const state = () =>
    openState({ dir: `${world.dir}/agent`, random: world.random, keyStore: fileKeyStore(`${world.dir}/agent`) });
  beforeAll(async () => {
    world = await makeWorld(40);
  });
  afterAll(() => world.close());

  it('R1: a first sync enrols the candidates and sends exactly those', async () => {
    expect((await world.enrol()).enrolled).toBe(27);
    const result = await world.sync();
    expect(result).toMatchObject({ changed: 27, receipt: { patients: 40, left: 27 } });
    // R9: one pack, with its own shares, per scope of each dossier; lists, names and receipts besides.
    expect(result.packs - result.lists).toBe(result.receipt.scopes.reduce((sum, { patients }) => sum + patients, 0));
  });

  it('a nurse opens the list and one dossier, and the log proves it', async () => {
    const session = await world.signIn('poh-s');
    const rows = await rowsOf(session);
    expect(rows).toHaveLength(27);
    const dossier = await lookAt(session, rows[0]!);
    expect(dossier.parts.every(({ outcome }) => outcome === 'permit')).toBe(true);
    expect(dossier.confirmation.state).toBe('confirmed');
    const looked = await audit(session, { dossier: rows[0]!.dossier });
    expect(looked.complete).toBe(true);
    expect(looked.lines.some(({ event, who }) => event === 'release' && who === session.person)).toBe(true);
  });

  it('sends at most 5 KiB for an unchanged practice, and a new snapshot', async () => {
    world.net.sent = 0;
    const result = await world.sync();
    expect(result).toMatchObject({ changed: 0, packs: 0, lists: 0, snapshot: { number: 2 } });
    expect(world.net.sent).toBeLessThanOrEqual(5 * 1024);
  });

  it('seals only the scope that changed, and the patient reads the new value', async () => {
    const before = world.patients[3]!;
    world.patients[3] = { ...before, hba1c: [99] };
    const result = await world.sync();
    expect(result.changed).toBe(1);
    const session = await world.signIn('poh-s');
    const row = (await rowsOf(session)).find(({ name }) => name.startsWith(before.family))!;
    const dossier = await lookAt(session, row);
    const part = dossier.parts.find((one) => one.outcome === 'permit' && one.envelope.scope === 'hba1c');
    expect(JSON.stringify(part)).toContain('"value":"99"');
    // The scope itself, nothing of the others; the lists tell of a class that changed, the receipt of the delivery.
    expect(result.packs - result.lists).toBe(1);
  });

  it('R1: remembers a refusal and sends nothing of who refused', async () => {
    const opened = await state();
    endEnrolment(opened.register, 'pat-6', 'refused', AS_OF);
    await opened.save();
    await opened.close();
    const result = await world.sync();
    expect(result.ended).toBe(1);
    expect(result.receipt.left).toBe(26);
    const again = await world.enrol();
    expect(again).toMatchObject({ enrolled: 0, refused: 1 });
    expect((await world.sync()).receipt.left).toBe(26);
  });

  it('R4: an ended dossier opens for nobody, and its row is dropped from an older list', async () => {
    const session = await world.signIn('poh-s');
    const rows = await rowsOf(session);
    const row = rows.find(({ name }) => name.startsWith('Verzonnen9,'))!;
    await lookAt(session, row);
    world.patients[9] = { ...world.patients[9]!, died: true };
    expect((await world.sync()).ended).toBe(1);
    const dossier = await lookAt(session, row);
    expect(dossier.parts.every((part) => part.outcome === 'deny')).toBe(true);
    expect((await rowsOf(session)).some(({ dossier: other }) => other === row.dossier)).toBe(false);
    const register = await state();
    expect(register.register.patients['pat-9']!.enrolment).toMatchObject({
      state: 'ended',
      reason: 'deceased',
      removed: true,
    });
    await register.close();
  });

  it('R4: what ended is gone within 24 hours; what stood longer the sync counts, and takes away', async () => {
    const onState = async <T>(work: (register: Awaited<ReturnType<typeof state>>['register']) => T): Promise<T> => {
      const held = await state();
      const made = work(held.register);
      await held.save();
      await held.close();
      return made;
    };
    expect(ENDED_WITHIN).toBe(24 * 3_600_000);
    const now = world.clock.clock();
    const [yesterday, before] = [1, 2].map((days) => addDays(localDate(now), -days));
    // Yesterday's may still be of the last 24 hours; that of the day before is not.
    await onState((register) => {
      const enrolled = Object.entries(register.patients).flatMap(([id, { enrolment, live }]) =>
        enrolment?.state === 'enrolled' && live !== null ? [id] : [],
      );
      endEnrolment(register, enrolled.at(-1)!, 'withdrawn', before!);
      endEnrolment(register, enrolled.at(-2)!, 'withdrawn', yesterday!);
      expect(endedLate(register, now)).toBe(1);
      expect(endedLate(register, plus(now, ENDED_WITHIN))).toBe(2);
    });
    expect(await world.sync()).toMatchObject({ ended: 2, endedLate: 1 });
    expect(await world.sync()).toMatchObject({ ended: 0, endedLate: 0 });
    await onState((register) => expect(endedLate(register, plus(now, 9 * ENDED_WITHIN))).toBe(0));
  });

  it('ends nobody when half of the source is missing, and says how many', async () => {
    const all = world.patients;
    world.patients = all.slice(0, 20);
    const result = await world.sync();
    expect(result.ended).toBe(0);
    expect(result.receipt.stayed).toContainEqual({ reason: 'missing', count: expect.any(Number) });
    world.patients = all;
  });

  it('ends the enrolment of one who left the practice', async () => {
    world.patients = world.patients.filter(({ id }) => id !== 'pat-12');
    expect((await world.sync()).ended).toBe(1);
  });

  it('an assistant sees names and days, and no scope with values', async () => {
    const session = await world.signIn('assistant');
    const rows = await rowsOf(session);
    expect(rows.length).toBeGreaterThan(20);
    expect(new Set(rows.flatMap(({ handles }) => handles.map(({ scope }) => scope)))).toEqual(new Set(['identity']));
    expect(rows.every(({ classes }) => Object.keys(classes).length === 0)).toBe(true);
  });
});
