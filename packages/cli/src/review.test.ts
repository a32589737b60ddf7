/** A practice reviews its log: what only the practice knows, an officer from outside, rights each quarter, who looked as a file. */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AS_OF, makeWorld, type World } from '@ketenkluis/agent/testing';
import { DAY } from '@ketenkluis/base';
import { parseWorklist, type WorklistRow } from '@ketenkluis/care';
import {
  agree,
  agreeRenewal,
  type ControlTerms,
  controlsOf,
  endMembership,
  openDossier,
  openList,
  proposeControl,
  SAID,
  type Session,
  waitingProposals,
  waitingRenewals,
} from '@ketenkluis/client';
import {
  assemble,
  planOf,
  readEvidence,
  readLog,
  readRecords,
  recordRights,
  standing,
} from '@ketenkluis/client/overseer';
import { arrearsOf, wordsOf } from '@ketenkluis/client/review';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { known } from './known.ts';
import { type LookedOptions, looked } from './looked.ts';

const STAFF = [
  { name: 'A. de Eerste', role: 'gp', owner: true, passphrase: 'een twee drie vier' },
  { name: 'B. de Tweede', role: 'gp', owner: true, passphrase: 'vier drie twee een' },
  { name: 'C. Verpleger', role: 'poh-s', passphrase: 'vijf zes zeven acht' },
  { name: 'F. Toezicht', role: 'privacy-officer', logOfficer: true, passphrase: 'acht negen een twee' },
] as const;

describe('the review of a practice, from its own computer', () => {
  let world: World;
  let [owner, second, nurse, officer] = [] as unknown as [Session, Session, Session, Session];
  let rows: readonly WorklistRow[];
  const called = (patient: number) =>
    rows.find(({ name }) => name.startsWith(`Verzonnen${patient},`) || name === `Verzonnen${patient}`)!;
  const look = (session: Session, row: WorklistRow, about = {}) =>
    openDossier(session, {
      ...{ dossier: row.dossier, handles: row.handles.map(({ handle }) => handle), facts: row.facts, about },
    });
  const refusal = async (work: Promise<unknown>): Promise<string> => {
    try {
      await work;
      return 'it went through';
    } catch (error) {
      const { code, detail } = error as { code: string; detail?: { problem?: string; reason?: string } };
      return detail?.problem ?? detail?.reason ?? code;
    }
  };
  const read = async () => {
    const [index, evidence] = [await readLog(officer), (await readEvidence(officer))!];
    const assembled = assemble(index, evidence);
    const recorded = await readRecords(officer, { index, subjects: assembled.input.subjects });
    return { index, evidence, recorded, assembled, ...standing(assembled, recorded, null) };
  };

  beforeAll(async () => {
    world = await makeWorld(12, 0, { people: STAFF, threshold: 2 });
    const [meeting] = world.patients;
    const task = {
      ...{ resourceType: 'Task', id: 'mdo-1', status: 'completed', for: { reference: `Patient/${meeting!.id}` } },
      code: { coding: [{ system: 'urn:ketenkluis:fhir:work', code: 'meeting' }] },
      ...{ executionPeriod: { start: AS_OF }, owner: { reference: 'Practitioner/prac-c' } },
    };
    // Who is called as the nurse speaks against a look; one is not.
    world.patients = world.patients.map((one, i) =>
      i === 0 ? { ...one, more: [task] } : i === 4 ? { ...one, family: 'Anders' } : one,
    );
    await world.enrol();
    nurse = await world.signIn('poh-s');
    const dir = join(world.dir, 'agent');
    // Before the first reading: what only the practice knows.
    await known({ dir, colleague: nurse.person, practitioner: ['prac-c'], file: world.patients[1]!.id });
    await known({ dir, patient: world.patients[3]!.id });
    expect(await refusal(known({ dir, patient: 'pat-nobody' }))).toBe('cli/bad-option');
    expect(await refusal(known({ dir, colleague: nurse.person }))).toBe('cli/bad-option');
    await world.sync();
    owner = await world.signIn('A. de Eerste');
    second = await world.signIn('B. de Tweede');
    officer = await world.signIn('F. Toezicht');
    rows = parseWorklist(((await openList(nurse, 'worklist')).content as { list: unknown }).list).rows;
  });
  afterAll(() => world.close());

  it('R48: what `known` says reaches the review: own file, well-known patient, whose meeting it was; and a word on opening', async () => {
    await look(nurse, called(0));
    await look(nurse, called(1));
    await look(nurse, called(3));
    await look(nurse, rows.find(({ name }) => name.startsWith('Anders'))!, { purpose: SAID.phone });
    const { review, evidence } = await read();
    expect(evidence.reasons).toEqual([
      expect.objectContaining({ kind: 'meeting', day: AS_OF, person: nurse.person, team: null }),
    ]);
    const judged = [0, 1, 2, 3].map((i) => review.judged(i));
    expect(judged.map(({ strength, pattern }) => [strength, pattern])).toEqual([
      ['strong', null],
      ['none', null],
      ['none', null],
      ['weak', 'phone'],
    ]);
    expect(judged.map((one) => wordsOf(one, 'nl').join(' '))).toEqual([
      expect.stringContaining('Verklaard door een teamoverleg.'),
      expect.stringContaining('Dit is het eigen dossier.'),
      expect.stringContaining('gemarkeerd als bekend persoon'),
      expect.stringContaining('Zelf gezegd: telefonisch contact.'),
    ]);
  });

  it('R48: an officer from outside reads every line and reason, and no content', async () => {
    const row = called(0);
    expect(await refusal(openList(officer, 'worklist'))).toBe('no-list');
    const opened = await look(officer, row).catch((error: { code: string }) => error.code);
    const parts = typeof opened === 'string' ? [] : opened.parts;
    expect(parts.map(({ outcome }) => outcome)).toEqual(row.handles.map(() => 'deny'));
    const { assembled, recorded } = await read();
    expect(assembled.input.looks.filter(({ person }) => person === nurse.person)).toHaveLength(4);
    expect(assembled.missing.unread).toBe(0);
    expect(recorded).toMatchObject({ broken: [], hidden: [] });
    expect(JSON.stringify(assembled)).not.toContain('Verzonnen');
  });

  it('R49: each quarter somebody goes through all rights; who is struck out is refused at once and is gone by two signatures', async () => {
    const terms: ControlTerms = {
      ...{ board: owner.person, officers: [officer.person], outside: [officer.person], findingAt: 50 },
      every: { review: 7, sample: 30, emergency: 7, rights: 91 },
      ...{ sampleSize: 10, answerDays: 14, decideDays: 30 },
    };
    await proposeControl(owner, terms);
    await agree(second, (await waitingProposals(second)).find((one) => 'what' in one && one.what === 'control')!.hash);
    const places = async () =>
      (await owner.people(true)).standing(owner.now()).flatMap((one) => (one.kind === 'membership' ? [one] : []));
    const before = await places();
    expect(new Set(before.map(({ person }) => person)).size).toBe(4);
    // A colleague who neither answers for it nor reviews cannot say that all is well.
    const all = { kept: before.map(({ id }) => id), ended: [] };
    expect(await refusal(recordRights(nurse, all))).toMatch(/refused|not-allowed/);
    const late = async (days: number) => {
      const { index, recorded } = await read();
      const plan = planOf(
        await controlsOf(officer),
        recorded,
        index,
        (owner.now() + days * DAY) as ReturnType<Session['now']>,
      );
      return arrearsOf(plan).filter(({ kind }) => kind === 'rights').length;
    };
    // Nobody did it: after the quarter it is in arrears, after two quarters twice.
    expect([await late(90), await late(93), await late(184)]).toEqual([0, 1, 2]);

    world.clock.move(60_000);
    const struck = before.filter(({ person }) => person === nurse.person);
    expect(await endMembership(owner, nurse.person, { leaves: true })).toBe('proposed');
    expect(await refusal(openList(nurse, 'worklist'))).not.toBe('it went through');
    const [renewal] = await waitingRenewals(second);
    expect(await agreeRenewal(second, renewal!.hash)).toBe('renewed');
    const after = await places();
    expect(after.map(({ person }) => person)).not.toContain(nurse.person);
    expect((await owner.people(true)).cardOf(nurse.person, owner.now())).toBeUndefined();
    await recordRights(owner, { kept: after.map(({ id }) => id), ended: struck.map(({ id }) => id) });
    const { recorded } = await read();
    expect(recorded.checks.map(({ kind, by, record }) => [kind, by, record])).toEqual([
      ['rights', owner.person, expect.objectContaining({ ended: struck.map(({ id }) => id) })],
    ]);
    // This quarter is done; the next one comes.
    expect([await late(93), await late(184)]).toEqual([0, 1]);
  });

  it('R38, R39, R40: who looked is a file with names, made by who may open them; the log has it first, and nothing is written over', async () => {
    const row = called(0);
    const enter = (session: Session) => async () => ({ session, close: async () => undefined });
    const make = (more: Partial<LookedOptions>, session = owner) =>
      looked({ sheet: '', out: join(world.dir, 'x'), format: 'csv', dossier: row.dossier, ...more }, enter(session));
    const files = ['csv', 'fhir', 'xml'].map((format) => ({ format, out: join(world.dir, `wie-keek.${format}`) }));
    for (const one of files) await make(one);
    const texts = files.map(({ out }) => readFileSync(out, 'utf8'));
    for (const text of texts) {
      expect(text).toContain('C. Verpleger');
      expect(text).toContain(row.name);
      expect(text).toContain('Praktijk De Proef');
    }
    // Each file holds the line that says that it was made.
    expect(texts.map((text) => text.match(/wie keek meegeven/g)?.length ?? 0).every((count) => count > 0)).toBe(true);
    expect(JSON.parse(texts[1]!)).toMatchObject({ resourceType: 'Bundle', type: 'collection' });
    expect(statSync(files[0]!.out).mode & 0o077).toBe(0);
    expect(await refusal(make(files[0]!))).toBe('EEXIST');
    // By the id of the GP system, which only the register knows; and by somebody who treats nobody: without the patient's name.
    const seen = join(world.dir, 'toezicht.csv');
    const asked = { dir: join(world.dir, 'agent'), patient: world.patients[0]!.id, out: seen };
    const { dossier: _, ...rest } = { dossier: row.dossier, sheet: '', format: 'csv', ...asked };
    await looked(rest, enter(officer));
    expect(readFileSync(seen, 'utf8')).not.toContain(row.name);
    expect(await refusal(make({ format: 'pdf' }))).toBe('cli/bad-option');
    expect(await refusal(make({ dossier: 'x' }))).toBe('cli/bad-option');
    // Somebody who left makes none, and leaves no file behind.
    const gone = join(world.dir, 'weg.csv');
    expect(await refusal(make({ out: gone }, nurse))).not.toBe('it went through');
    expect(existsSync(gone)).toBe(false);
  });
});
