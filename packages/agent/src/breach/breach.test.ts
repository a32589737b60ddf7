import { join } from 'node:path';
import { HOUR, instant, plus } from '@ketenkluis/base';
import { parseWorklist } from '@ketenkluis/care';
import { openDossier, openList, type Session } from '@ketenkluis/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileKeyStore } from '../keystore.ts';
import type { Register } from '../register.ts';
import { openState } from '../state.ts';
import { makeWorld, type World } from '../testing/world.ts';
import { exposureOf } from './exposure.ts';
import { apForm, countsOf, hoursLeft, letter, openBreach, partName, patientsOf } from './file.ts';
import { type PracticeWorld, practiceWorld } from './world.ts';

describe('R58, R59: a breach from the practice’s own mirror and register', () => {
  let world: World;
  let found: PracticeWorld;
  let register: Register;
  let nurse: Session;
  let start: number;
  const opened = new Set<string>();
  beforeAll(async () => {
    world = await makeWorld(8, 2);
    const mirror = join(world.dir, 'mirror');
    start = world.clock.clock();
    await world.enrol();
    await world.sync();
    nurse = await world.signIn('poh-s');
    const { rows } = parseWorklist(((await openList(nurse, 'worklist')).content as { list: unknown }).list);
    for (const row of rows.slice(0, 2)) {
      const handles = row.handles.slice(0, 2).map(({ handle }) => handle);
      const { parts } = await openDossier(nurse, { dossier: row.dossier, handles, facts: row.facts });
      for (const part of parts) if (part.outcome === 'permit') opened.add(`${row.dossier}/${part.handle}`);
    }
    // One patient leaves before the incident ends.
    world.patients[3] = { ...world.patients[3]!, died: true };
    await world.sync({ mirror });
    const state = await openState({
      dir: join(world.dir, 'agent'),
      random: world.random,
      keyStore: fileKeyStore(join(world.dir, 'agent')),
    });
    ({ register } = state);
    await state.close();
    found = await practiceWorld(mirror, register);
  });
  afterAll(() => world.close());
  const all = () => ({ from: instant(start), until: plus(world.clock.clock(), 1) });

  it('of an account names what was opened, what could have been, and no one else’s parts', () => {
    const exposed = exposureOf(found.world, { ...all(), accounts: [nurse.person] });
    const read = exposed.filter(({ level }) => level === 'read').map((one) => `${one.dossier}/${one.handle}`);
    expect(new Set(read)).toEqual(opened);
    expect(exposed.some(({ level }) => level === 'reachable')).toBe(true);
    // Her team is all that opens for her: every part has a step of it.
    const steps = found.world.steps.filter(({ team }) =>
      found.world.members.some((member) => member.team === team && member.person === nurse.person),
    );
    expect(exposed.every(({ handle }) => steps.some(({ handles }) => handles!.includes(handle)))).toBe(true);
    // By her device it is the same; of the time before she came in, nothing was read.
    const [device] = [...found.world.devices].find(([, people]) => people.includes(nurse.person))!;
    expect(exposureOf(found.world, { ...all(), devices: [device] })).toEqual(exposed);
    const before = exposureOf(found.world, { from: instant(0), until: instant(start), accounts: [nurse.person] });
    expect(before).toEqual([]);
  });

  it('a backup is ciphertext only; who had left is not in a later one', () => {
    const now = world.clock.clock();
    const late = exposureOf(found.world, { ...all(), backup: now });
    expect(new Set(late.map(({ level }) => level))).toEqual(new Set(['ciphertext']));
    const live = Object.values(register.patients).filter(({ enrolment }) => enrolment?.state === 'enrolled');
    expect(new Set(late.map(({ dossier }) => dossier)).size).toBe(live.length);
    const early = exposureOf(found.world, { ...all(), backup: plus(now, -1500) });
    expect(countsOf(patientsOf(found, early)).persons).toBe(live.length + 1);
  });

  it('starts the clock, fills in the form in its order, and writes to who was readable only', () => {
    const incident = { ...all(), accounts: [nurse.person] };
    const patients = patientsOf(found, exposureOf(found.world, incident));
    const aware = world.clock.clock();
    const file = openBreach([], { what: 'Een laptop is gestolen.', aware, incident, patients });
    expect(file.id).toBe('2026-1');
    expect(openBreach([file], { what: 'Nog een.', aware, incident, patients }).id).toBe('2026-2');
    expect(hoursLeft(file, aware)).toBe(72);
    expect(hoursLeft(file, plus(aware, 73 * HOUR))).toBe(-1);
    expect(hoursLeft({ ...file, reported: { at: aware, reference: 'AP-1' } }, aware)).toBe(null);
    const facts = {
      practice: register.practice,
      nameOf: partName,
      twoOwners: false,
    };
    const form = apForm(file, facts);
    const chapters = [...form.matchAll(/^## (\d+)\./gm)].map(([, number]) => Number(number));
    expect(chapters).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(form).toContain(`Aantal: ${countsOf(patients).persons}. Daarvan 2 gelezen`);
    for (const patient of Object.keys(patients)) expect(form).not.toContain(patient);
    const [someone] = Object.keys(patients);
    expect(letter(file, someone!, 'mevrouw Proef', facts)).toContain('Aan mevrouw Proef');
    const sealed = { ...file, patients: { a: { care: 'ciphertext' as const } } };
    expect(letter(sealed, 'a', 'mevrouw Proef', facts)).toBe(null);
    expect(apForm(sealed, facts)).toContain('AVG 34 lid 3 a');
  });
});
