/** Those who answer for a practice without treating anybody: the privacy officer and the care group. */

import { makeWorld, type World } from '@ketenkluis/agent/testing';
import { localDate, MINUTE } from '@ketenkluis/base';
import { parseWorklist, type WorklistRow } from '@ketenkluis/care';
import { signStatement, statementsToWire } from '@ketenkluis/seal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  accessOf,
  audit,
  change,
  closeReview,
  directoryContent,
  listHandles,
  openDossier,
  openEmergency,
  openList,
  openReviews,
  overviewContent,
  readContent,
  referralsOf,
  restrict,
  type Session,
  tellPatient,
  writeNote,
} from './index.ts';

const STAFF = [
  { name: 'A. de Eerste', role: 'gp', owner: true, passphrase: 'een twee drie vier' },
  { name: 'C. Verpleger', role: 'poh-s', passphrase: 'vijf zes zeven acht' },
  { name: 'F. Toezicht', role: 'privacy-officer', logOfficer: true, passphrase: 'acht negen een twee' },
  { name: 'G. Zorggroep', role: 'care-group', passphrase: 'twee een negen acht' },
] as const;

describe('who answers for a practice and treats nobody', () => {
  let world: World;
  let nurse: Session;
  let officer: Session;
  let rows: readonly WorklistRow[];
  /** Everything that the vault answered to the care group. */
  const heard: string[] = [];

  const denied = async (work: Promise<unknown>): Promise<string> => {
    try {
      await work;
      return 'it went through';
    } catch (error) {
      const { code, detail } = error as { code: string; detail?: { problem?: string; reason?: string } };
      return detail?.problem ?? detail?.reason ?? code;
    }
  };
  const look = (session: Session, row: WorklistRow) =>
    openDossier(session, { dossier: row.dossier, handles: row.handles.map(({ handle }) => handle), facts: row.facts });

  beforeAll(async () => {
    world = await makeWorld(40, 0, { people: STAFF, threshold: 1 });
    await world.enrol();
    await world.sync();
    nurse = await world.signIn('poh-s');
    const { content } = await openList(nurse, 'worklist');
    rows = parseWorklist((content as { list: unknown }).list).rows;
    officer = await world.signIn('F. Toezicht');
  });
  afterAll(() => world.close());

  it('R15, R38: a privacy officer reads who looked at any patient, proved, and the line says that she did', async () => {
    const [row] = rows;
    await look(nurse, row!);
    const seen = await audit(officer, { dossier: row!.dossier });
    expect(seen.complete).toBe(true);
    expect(seen.lines.map(({ event, who }) => [event, who])).toContainEqual(['release', nurse.person]);
    const after = await audit(nurse, { dossier: row!.dossier });
    expect(after.lines.map(({ event, who }) => [event, who])).toContainEqual(['log-read', officer.person]);
    // Who can open it is hers to know too; not what is in it.
    expect((await accessOf(officer, row!)).facts.length).toBeGreaterThan(0);
  });

  it('R15, R19: a privacy officer opens no part, no list of patients, no note, and writes nothing down', async () => {
    const [row] = rows;
    const { parts } = await look(officer, row!);
    expect(parts.map(({ outcome }) => outcome)).toEqual(row!.handles.map(() => 'deny'));
    expect(await listHandles(officer, 'worklist')).toEqual([]);
    expect(await referralsOf(officer)).toEqual([]);
    const { dossier, facts } = row!;
    const opened = (await look(nurse, row!)).parts.find(({ outcome }) => outcome === 'permit');
    if (opened?.outcome !== 'permit') throw new Error('the nurse sees nothing');
    const teams = [{ team: opened.grant.team, step: opened.grant.fact! }];
    const note = writeNote(officer, { dossier, parent: opened.handle, teams, text: 'gezien', facts });
    expect(await denied(note)).not.toBe('it went through');
    const shut = restrict(officer, { dossier, facts, handles: null, excluded: 'outside', until: null });
    expect(await denied(shut)).toBe('vault/not-allowed');
    expect(await denied(openEmergency(officer, dossier, 'ik wil het dossier zien'))).not.toBe('it went through');
  });

  it('R21: a privacy officer sees every emergency and closes its review', async () => {
    const gp = await world.signIn('gp');
    await openEmergency(gp, rows[1]!.dossier, 'onwel geworden in de wachtkamer');
    const [open] = await openReviews(officer);
    expect(open).toMatchObject({ dossier: rows[1]!.dossier, person: gp.person, closed: null });
    await tellPatient(gp, open!, { how: 'phone', on: localDate(gp.now()) });
    await closeReview(officer, open!, 'in-order', 'navraag gedaan bij de arts');
    expect((await openReviews(officer))[0]!.closed).toMatchObject({ person: officer.person });
  });

  it("R2, R6: a care group's person is shown counts; no answer of the vault to her names a patient or a dossier", async () => {
    world.net.between = async (_url, answer) => {
      const reply = await answer();
      const bytes = await reply.arrayBuffer();
      heard.push(Buffer.from(bytes).toString('utf8'));
      return { ...reply, arrayBuffer: async () => bytes };
    };
    const group = await world.signIn('care-group');
    expect((await listHandles(group, 'overview')).length).toBe(1);
    const opened = await openList(group, 'overview');
    const said = readContent(overviewContent, opened.content);
    expect(said.programmes.some(({ enrolled }) => typeof enrolled === 'number' && enrolled >= 10)).toBe(true);
    expect(said.referrals).toEqual({ sent: '<10', answered: '<10', ended: '<10' });
    const names = readContent(directoryContent, (await openList(group, 'directory')).content);
    world.net.between = null;
    const all = [...heard, JSON.stringify([said, names])].join('\n');
    for (const { dossier, name } of rows) {
      expect(all).not.toContain(dossier);
      expect(all).not.toContain(name);
    }
    // The nurse's own list holds both: the search finds what is there.
    expect(JSON.stringify(rows)).toContain(rows[0]!.dossier);
    expect(heard.length).toBeGreaterThan(3);
  });

  it("R15, R19: a care group's person opens no dossier, no other team's list, and does not read who looked", async () => {
    const group = await world.signIn('care-group');
    for (const slot of ['worklist', 'receipt'] as const) {
      expect(await listHandles(group, slot)).toEqual([]);
      expect(await denied(openList(group, slot))).toBe('no-list');
    }
    const [row] = rows;
    const { parts } = await look(group, row!);
    expect(parts.map(({ outcome }) => outcome)).toEqual(row!.handles.map(() => 'deny'));
    expect(await denied(audit(group, { dossier: row!.dossier }))).toBe('vault/not-allowed');
    expect(await denied(accessOf(group, row!))).toBe('vault/not-allowed');
    expect(await openReviews(group)).toEqual([]);
    expect(await referralsOf(group)).toEqual([]);
    expect(await denied(openEmergency(group, row!.dossier, 'nieuwsgierig naar deze patiënt'))).not.toBe(
      'it went through',
    );
  });

  it('R17: what the owners gave ends at the next question', async () => {
    const owner = await world.signIn('gp');
    const people = await owner.people();
    const [given] = people.standing(owner.now()).filter(({ kind }) => kind === 'oversight');
    const { practice } = owner;
    const end = { t: 'withdrawal', v: 1, suite: 1, practice, fact: given!.id, dossier: null, at: owner.now() } as const;
    const body = { ...statementsToWire([await signStatement(end, owner.keys().signer)]), wraps: [] };
    await change(owner, { endpoint: 'statements', class: 'admin', items: [], annexed: false, body });
    world.clock.move(MINUTE);
    expect(await denied(audit(officer, { dossier: rows[0]!.dossier }))).toBe('vault/not-allowed');
  });
});
