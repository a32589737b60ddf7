/** The patient's own: from the desk to the dossier and its log, and nobody else's (docs/spec/own.md). */

import { join } from 'node:path';
import { endEnrolment, openState } from '@ketenkluis/agent';
import { AS_OF, makeWorld, type World } from '@ketenkluis/agent/testing';
import { parseWorklist, type WorklistRow } from '@ketenkluis/care';
import { ENDPOINTS, type EndpointName } from '@ketenkluis/protocol';
import { signStatement, statementsToWire } from '@ketenkluis/seal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  admitOwn,
  agree,
  audit,
  change,
  endOwn,
  inviteOwn,
  type OwnDossier,
  openDossier,
  openList,
  openOwn,
  openWhole,
  ownDossiersOf,
  ownersOf,
  ownLog,
  restrict,
  type Session,
  waitingProposals,
} from './index.ts';
import { settleOutward } from './proposals.ts';
import { type Joined, joinBy } from './testing/joining.ts';

describe('R28, R52: a patient reads their own dossier', () => {
  let world: World;
  let gp: Session;
  let nurse: Session;
  let rows: readonly WorklistRow[];
  let patient: Joined;
  let parent: Joined;

  const problem = async (work: Promise<unknown>): Promise<string> => {
    try {
      await work;
      return 'it went through';
    } catch (error) {
      const { code, detail } = error as { code: string; detail?: { problem?: string } };
      return detail?.problem ?? code;
    }
  };
  const look = ({ dossier, handles, facts }: WorklistRow) =>
    openDossier(nurse, {
      ...{ dossier, handles: handles.map(({ handle }) => handle), facts },
      about: {
        ...{ role: { code: 'professional', text: 'Praktijkondersteuner' }, userName: 'C. Verpleger' },
        ...{ purpose: 'controle', step: 'kwartaalcontrole', searchTerm: 'jansen', reason: 'typte iets' },
      },
    });
  /** By one owner, with a second person who saw the same. */
  async function enrol(row: WorklistRow, as: 'patient' | 'representative'): Promise<Joined> {
    const invited = await inviteOwn(gp);
    const joined = await joinBy(world, gp, invited);
    const desk = { dossier: row.dossier, as, checked: 'document' } as const;
    expect(await admitOwn(gp, invited.id, { name: row.name, role: as }, desk)).toBe('proposed');
    expect(await ownersOf(gp, row.dossier)).not.toContainEqual(expect.objectContaining({ person: joined.person }));
    const [waiting] = await waitingProposals(nurse);
    expect(waiting).toMatchObject({ what: 'own', threshold: 2, named: { name: row.name }, ...desk });
    // The owner puts it into the log: who is no owner only signs.
    expect(await agree(nurse, waiting!.hash)).toBe('signed');
    expect(await ownersOf(gp, row.dossier)).not.toContainEqual(expect.objectContaining({ person: joined.person }));
    expect(await settleOutward(gp)).toBe(1);
    return joined;
  }

  beforeAll(async () => {
    world = await makeWorld(4, 2, { threshold: 1 });
    await world.enrol();
    await world.sync();
    gp = await world.signIn('gp');
    nurse = await world.signIn('poh-s');
    rows = parseWorklist(((await openList(nurse, 'worklist')).content as { list: unknown }).list).rows;
    // Before there is a patient's team: a line without a copy for them.
    await look(rows[0]!);
    patient = await enrol(rows[0]!, 'patient');
    parent = await enrol(rows[1]!, 'representative');
    await world.sync();
    nurse = await world.signIn('poh-s');
    await nurse.people(true);
  });
  afterAll(async () => world.close());

  it('R19: nobody becomes a patient or a representative by one person of the practice', async () => {
    const [own] = await ownersOf(gp, rows[0]!.dossier);
    expect(own).toMatchObject({ as: 'patient', checked: 'document', person: patient.person });
    const { id, ...said } = own!;
    const more = { ...said, id: `fac_${'c'.repeat(25)}a` as typeof id, from: gp.now(), dossier: rows[2]!.dossier };
    const body = { ...statementsToWire([await signStatement(more, gp.keys().signer)]), wraps: [] };
    const alone = change(gp, { endpoint: 'statements', class: 'admin', items: [], annexed: false, body });
    expect(await problem(alone)).not.toBe('it went through');
  });

  it('opens every part that came from the GP system, and shows who looked in which role, without a name (R52, R54)', async () => {
    const session = await patient.enter();
    const [own, ...more] = await ownDossiersOf(session);
    expect(more).toEqual([]);
    expect(own).toMatchObject({ dossier: rows[0]!.dossier, as: 'patient', ended: false });
    const opened = await openOwn(session, own!);
    // The summary for emergencies too, and what the ids are called; both are on no list.
    expect(opened.parts.length).toBe(rows[0]!.handles.length + 2);
    expect(opened.parts.every(({ outcome }) => outcome === 'permit')).toBe(true);

    await look(rows[0]!);
    const log = await ownLog(session, own!);
    expect(log.complete).toBe(true);
    const looks = log.lines.filter(({ who, event }) => who === nurse.person && event === 'release');
    expect(looks.map(({ annex }) => annex === null)).toEqual([true, false]);
    expect(looks[1]!.annex).toMatchObject({
      role: { text: 'Praktijkondersteuner' },
      ...{ purpose: 'controle', step: 'kwartaalcontrole', userName: null, searchTerm: null, reason: null },
    });
    expect(log.lines.some(({ who, class: kind }) => who === session.person && kind === 'own')).toBe(true);
    // The officers read all of the same line.
    const officer = await audit(gp, { dossier: rows[0]!.dossier });
    expect(officer.lines.find(({ index }) => index === looks[1]!.index)!.annex).toMatchObject({
      userName: 'C. Verpleger',
      searchTerm: 'jansen',
    });
  });

  it("R22: never opens another's dossier or log, nor anything but their own, and is not told why", async () => {
    const session = await patient.enter();
    const [own] = await ownDossiersOf(session);
    const other = { ...own!, dossier: rows[1]!.dossier, handles: rows[1]!.handles.map(({ handle }) => handle) };
    const tried = await openOwn(session, other);
    expect(tried.parts.map((part) => part.outcome === 'deny' && part.reason)).toEqual(
      other.handles.map(() => 'unknown'),
    );
    const unknown = `dos_${'c'.repeat(25)}a` as WorklistRow['dossier'];
    expect(await problem(ownLog(session, other))).toBe(await problem(ownLog(session, { ...own!, dossier: unknown })));
    expect(await problem(audit(session, { dossier: own!.dossier }))).toBe('vault/refused');
    const asColleague = await openDossier(session, { ...own!, facts: [], class: 'look' });
    expect(asColleague.parts.every(({ outcome }) => outcome === 'deny')).toBe(true);
    const closed = (Object.keys(ENDPOINTS) as EndpointName[]).filter(
      (name) =>
        ENDPOINTS[name].method === 'GET' && !('patients' in ENDPOINTS[name]) && !/[:*]/.test(ENDPOINTS[name].path),
    );
    for (const name of closed.filter((one) => one !== 'vault-info'))
      expect([name, await problem(session.call(name, z.unknown()))]).toEqual([name, 'vault/refused']);
    // The other one reads theirs.
    const theirs = await parent.enter();
    const [child] = await ownDossiersOf(theirs);
    expect(child).toMatchObject({ dossier: rows[1]!.dossier, as: 'representative' });
    expect((await openOwn(theirs, child!)).parts.every(({ outcome }) => outcome === 'permit')).toBe(true);
    expect(await ownDossiersOf(nurse)).toEqual([]);
  });

  it('a restriction shuts colleagues out and not the patient', async () => {
    const { dossier, facts } = rows[0]!;
    await restrict(gp, { dossier, facts, handles: null, excluded: nurse.person, until: null });
    const session = await patient.enter();
    const [own] = await ownDossiersOf(session);
    expect((await openOwn(session, own!)).parts.every(({ outcome }) => outcome === 'permit')).toBe(true);
    expect((await look(rows[0]!)).parts.every(({ outcome }) => outcome === 'deny')).toBe(true);
  });

  it('R17: ends at once, and at the next sync what was sealed for them is sealed without them', async () => {
    const [own] = await ownersOf(gp, rows[1]!.dossier);
    const session = await parent.enter();
    const [mine] = await ownDossiersOf(session);
    await endOwn(gp, own!);
    expect(await ownDossiersOf(session)).toEqual([]);
    expect((await openOwn(session, mine!)).parts.every(({ outcome }) => outcome === 'deny')).toBe(true);
    const { changed } = await world.sync();
    expect(changed).toBeGreaterThan(0);
    const granted = async () => {
      const { storage } = world.vault().vault;
      const rows = await storage.read((tx) => tx.selectFrom('granted').select('team').execute());
      return rows.filter(({ team }) => team === own!.team).length;
    };
    expect(await granted()).toBe(0);
    expect((await world.sync()).changed).toBe(0);
  });

  it('R53: a patient opens all that there is, or is told that something is left out; after the end there is the log', async () => {
    const session = await patient.enter();
    const [own] = await ownDossiersOf(session);
    const found = await openWhole(session, own!);
    expect(found).toMatchObject({ whole: true, opened: { parts: { length: own!.handles.length } } });
    /** The host bends which dossiers, and which parts of them, are this person's. */
    const bent = async (change: (all: readonly OwnDossier[]) => unknown) => {
      world.net.between = async (url, ask) => {
        const answer = await ask();
        if (!url.endsWith('/own') || answer.status !== 200) return answer;
        const { dossiers } = JSON.parse(new TextDecoder().decode(await answer.arrayBuffer())) as OwnAnswer;
        const bytes = new TextEncoder().encode(JSON.stringify({ dossiers: change(dossiers) }));
        return { ...answer, arrayBuffer: async () => bytes.buffer as ArrayBuffer };
      };
      const said = await problem(ownDossiersOf(session).then((all) => openWhole(session, all[0]!)));
      world.net.between = null;
      return said;
    };
    expect(await bent((all) => all)).toBe('it went through');
    expect(await bent(() => [])).toBe('client/state-unexplained');
    expect(await bent((all) => all.map((one) => ({ ...one, handles: one.handles.slice(1) })))).toBe(
      'client/state-unexplained',
    );
    const ended = (one: OwnDossier) => ({ ...one, handles: [], facts: [], ended: true });
    expect(await bent((all) => all.map(ended))).toBe('client/state-unexplained');
    // Now it does end.
    const state = await openState({ dir: join(world.dir, 'agent'), random: world.random });
    const [id] = Object.entries(state.register.patients).find(
      ([, { enrolment }]) => enrolment !== null && 'ids' in enrolment && enrolment.ids.dossier === own!.dossier,
    )!;
    endEnrolment(state.register, id, 'withdrawn', AS_OF);
    await state.save();
    await state.close();
    await world.sync();
    const later = await patient.enter();
    const [left] = await ownDossiersOf(later);
    expect(left).toMatchObject({ dossier: own!.dossier, ended: true, handles: [] });
    const log = await openWhole(later, left!);
    expect(log).toMatchObject({ opened: null, access: null, whole: true });
    expect(log.log.lines.length).toBeGreaterThan(found.log.lines.length);
  });
});

type OwnAnswer = { readonly dossiers: readonly OwnDossier[] };
