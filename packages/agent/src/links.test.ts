/** Records that became one, and one that was of two people: which dossier stays, and that nobody may see more (docs/spec/source.md). */

import type { DossierId } from '@ketenkluis/base';
import { parseWorklist, type WorklistRow } from '@ketenkluis/care';
import { openDossier, openList, restrict, type Session, writeNote } from '@ketenkluis/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyPatient, endEnrolment } from './ending.ts';
import { fileKeyStore } from './keystore.ts';
import { carryWords } from './links.ts';
import type { PatientRecord, Register } from './register.ts';
import { openState } from './state.ts';
import type { MadePatient } from './testing/records.ts';
import { AS_OF, makeWorld, type World } from './testing/world.ts';

const ENROLLED = [0, 1, 3, 4, 6, 7, 9, 10, 12, 13, 15].map((n) => `pat-${n}`);

describe('merge and split', () => {
  let world: World;
  let nurse: Session;
  const before = new Map<string, DossierId>();
  const registered = async (): Promise<Record<string, PatientRecord>> => {
    const state = await openState({
      ...{ dir: `${world.dir}/agent`, random: world.random, keyStore: fileKeyStore(`${world.dir}/agent`) },
    });
    await state.close();
    return state.register.patients;
  };
  const change = (patient: string, more: Partial<MadePatient>) => {
    const at = world.patients.findIndex(({ id }) => id === patient);
    world.patients[at] = { ...world.patients[at]!, ...more };
  };
  const link = (patient: string, type: string, ...others: string[]) =>
    change(patient, { links: others.map((other) => ({ type, other })) });
  const rows = async (): Promise<readonly WorklistRow[]> =>
    parseWorklist(((await openList(nurse, 'worklist')).content as { list: unknown }).list).rows;
  const rowOf = async (patient: string) => {
    const { family } = world.patients.find(({ id }) => id === patient)!;
    return (await rows()).find(({ name }) => name.startsWith(`${family},`));
  };
  const look = ({ dossier, handles, facts }: WorklistRow) =>
    openDossier(nurse, { dossier, facts, handles: handles.map(({ handle }) => handle) });
  const values = async (row: WorklistRow, scope: string): Promise<string> => {
    const part = (await look(row)).parts.find((one) => one.outcome === 'permit' && one.envelope.scope === scope);
    return JSON.stringify(part && 'content' in part ? part.content : null);
  };
  const note = async (row: WorklistRow, scope: string) => {
    const { handle: parent } = row.handles.find((one) => one.scope === scope)!;
    const [part] = (await openDossier(nurse, { dossier: row.dossier, handles: [parent], facts: row.facts })).parts;
    if (part?.outcome !== 'permit') throw new Error('the nurse cannot open this part');
    const teams = [{ team: part.grant.team, step: part.grant.fact! }];
    await writeNote(nurse, { dossier: row.dossier, parent, teams, facts: row.facts, text: 'over twee mensen' });
  };

  beforeAll(async () => {
    world = await makeWorld(24, 2);
    await world.enrol(ENROLLED);
    await world.sync();
    nurse = await world.signIn('poh-s');
    for (const [patient, { enrolment }] of Object.entries(await registered()))
      if (enrolment?.state === 'enrolled') before.set(patient, enrolment.ids.dossier);
    const shut = (await rowOf('pat-6'))!;
    await restrict(nurse, { ...shut, handles: null, excluded: 'outside', until: null });
    await note((await rowOf('pat-7'))!, 'nutrition');
    await note((await rowOf('pat-15'))!, 'hba1c');
    const state = await openState({
      ...{ dir: `${world.dir}/agent`, random: world.random, keyStore: fileKeyStore(`${world.dir}/agent`) },
    });
    endEnrolment((await state).register, 'pat-18', 'refused', AS_OF);
    await state.save();
    await state.close();
    await world.sync();

    link('pat-0', 'replaced-by', 'pat-3');
    link('pat-1', 'replaced-by', 'pat-16');
    link('pat-4', 'replaces', 'pat-18');
    link('pat-6', 'replaced-by', 'pat-9');
    link('pat-7', 'replaced-by', 'pat-19', 'pat-21');
    change('pat-10', { birthDate: '1971-02-03' });
    link('pat-12', 'replaced-by', 'pat-22');
    change('pat-22', { birthDate: '1980-04-05' });
    link('pat-13', 'seealso', 'pat-18');
    change('pat-15', { hba1c: [] });
    await world.sync();
  });
  afterAll(() => world.close());

  it('of two dossiers the surviving record keeps its own; where it had none the other goes on under it', async () => {
    const now = await registered();
    expect(now['pat-0']!.enrolment).toMatchObject({ state: 'ended', reason: 'merged', removed: true });
    expect((await rowOf('pat-3'))!.dossier).toBe(before.get('pat-3'));
    expect(await rowOf('pat-0')).toBeUndefined();
    const moved = (await rowOf('pat-16'))!;
    expect(moved.dossier).toBe(before.get('pat-1'));
    expect(now['pat-1']!.enrolment).toBeNull();
    // What stands under the old record is not taken; what is shown is the surviving record's.
    expect(await values(moved, 'nutrition')).toContain('"value":"154"');
    expect(await values(moved, 'nutrition')).not.toContain('"value":"139"');
  });

  it('R1: a refusal under either record is a refusal, and so between records of one person', async () => {
    const now = await registered();
    for (const patient of ['pat-4', 'pat-13']) {
      expect(now[patient]!.enrolment).toMatchObject({ state: 'ended', reason: 'refused', removed: true });
      expect(await rowOf(patient)).toBeUndefined();
    }
    expect(await world.enrol(['pat-4'])).toMatchObject({ enrolled: 0 });
  });

  it('R34: the dossier with a restriction is the one that stays', async () => {
    expect((await rowOf('pat-9'))!.dossier).toBe(before.get('pat-6'));
    expect((await registered())['pat-6']!.enrolment).toMatchObject({
      ...{ state: 'ended', reason: 'merged', removed: true, ids: { dossier: before.get('pat-9') } },
    });
  });

  it('R4: of a record that was of two people everything goes, notes too; each of them is asked anew', async () => {
    const now = await registered();
    expect(now['pat-7']!.enrolment).toMatchObject({ state: 'ended', reason: 'split', removed: true });
    expect(now['pat-19']!.enrolment).toBeNull();
    const live = await world
      .vault()
      .vault.storage.read((tx) =>
        tx
          .selectFrom('handle')
          .select('handle')
          .where('dossier', '=', before.get('pat-7')!)
          .where('state', '=', 'live')
          .execute(),
      );
    expect(live).toEqual([]);
    expect(await world.enrol(['pat-19'])).toMatchObject({ enrolled: 1 });
    await world.sync();
    expect((await rowOf('pat-19'))!.dossier).not.toBe(before.get('pat-7'));
  });

  it('a record that is of somebody else now, or a link to somebody else, carries nothing over', async () => {
    const now = await registered();
    expect(now['pat-10']).toMatchObject({
      enrolment: { state: 'ended', reason: 'split', removed: true },
      byName: true,
    });
    expect(now['pat-12']!.enrolment).toMatchObject({ state: 'ended', reason: 'merged', removed: true });
    expect(now['pat-22']!.enrolment).toBeNull();
    // Not by itself, and by name with a dossier of its own.
    await world.enrol('candidates');
    expect((await registered())['pat-10']!.enrolment).toMatchObject({ state: 'ended' });
    expect(await world.enrol(['pat-10'])).toMatchObject({ enrolled: 1 });
    await world.sync();
    expect((await rowOf('pat-10'))!.dossier).not.toBe(before.get('pat-10'));
  });

  it('what is in the record no more is shown no more, also where a note hangs under it', async () => {
    const row = (await rowOf('pat-15'))!;
    expect(row.dossier).toBe(before.get('pat-15'));
    expect(await values(row, 'hba1c')).toMatch(/"records":\[\]/);
  });

  it('a later sync of the same links changes nothing', async () => {
    await world.sync();
    expect(await world.sync()).toMatchObject({ changed: 0, ended: 0 });
  });
});

describe('a word under another record', () => {
  type Links = Readonly<Record<string, readonly string[]>>;
  const carried = (
    patients: Record<string, Partial<PatientRecord>>,
    replaced: Links,
    same: [string, string][] = [],
  ) => {
    const whole = Object.entries(patients).map(([id, more]) => [id, { ...emptyPatient(), ...more }]);
    const register = { patients: Object.fromEntries(whole) } as unknown as Register;
    const links = { replaced: new Map(Object.entries(replaced)), same };
    carryWords(register, { links, known: () => undefined } as never, AS_OF);
    return register.patients;
  };
  const refused = { enrolment: { state: 'refused', since: AS_OF } } as Partial<PatientRecord>;
  const enrolled = { enrolment: { state: 'enrolled', since: AS_OF, ids: {} } } as unknown as Partial<PatientRecord>;
  const objection = { answer: 'objection', holder: 'x' } as unknown as NonNullable<PatientRecord['said']>[number];

  it('R1: a refusal goes along a chain of records, to whoever is not known yet, and into both halves', () => {
    const now = carried({ a: refused, c: enrolled }, { a: ['b'], b: ['c', 'd'] });
    expect(now.b!.enrolment).toMatchObject({ state: 'refused' });
    expect(now.c!.enrolment).toMatchObject({ state: 'ended', reason: 'refused' });
    expect(now.d!.enrolment).toMatchObject({ state: 'refused' });
  });

  it('R1: what was merged or split, and could come back by name, may not any more; another end keeps its reason', () => {
    const ended = (reason: string) =>
      ({ enrolment: { state: 'ended', since: AS_OF, reason, ids: {}, removed: true } }) as unknown as typeof refused;
    const now = carried({ a: refused, b: ended('merged'), c: ended('split'), d: ended('deceased') }, { a: ['b'] }, [
      ['c', 'b'],
      ['d', 'c'],
    ]);
    expect(now.b!.enrolment).toMatchObject({ state: 'ended', reason: 'refused', removed: true });
    expect(now.c!.enrolment).toMatchObject({ state: 'ended', reason: 'refused' });
    expect(now.d!.enrolment).toMatchObject({ state: 'ended', reason: 'deceased' });
  });

  it('R32: an objection goes along once and a consent never; where the book is full the copy goes instead', () => {
    const full = Array.from({ length: 500 }, (_, i) => ({ ...objection, data: `${i}` }));
    const consent = { ...objection, answer: 'consent' as const };
    const now = carried(
      { a: { said: [objection, consent] }, b: enrolled, c: { ...enrolled, said: full } },
      { a: ['b', 'c'] },
    );
    expect(now.b).toMatchObject({ said: [objection], enrolment: { state: 'enrolled' } });
    expect(now.c).toMatchObject({ said: full, enrolment: { state: 'ended', reason: 'refused' } });
  });
});
