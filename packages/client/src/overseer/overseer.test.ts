/** A practice's real log, judged by its log officer, and a finding from question to decision. */

import { AS_OF, makeWorld, type World } from '@ketenkluis/agent/testing';
import { addDays, DAY, localDate } from '@ketenkluis/base';
import { parseWorklist, type WorklistRow } from '@ketenkluis/care';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  agree,
  type ControlTerms,
  controlsOf,
  declare,
  memoryStorage,
  openDossier,
  openList,
  proposeControl,
  type Session,
  waitingProposals,
} from '../index.ts';
import { arrearsOf } from '../review/index.ts';
import {
  assemble,
  coveredTo,
  planOf,
  readEvidence,
  readLog,
  readRecords,
  recordCheck,
  type StandingFinding,
  sayStep,
  standing,
} from './index.ts';

const STAFF = [
  { name: 'A. de Eerste', role: 'gp', owner: true, passphrase: 'een twee drie vier' },
  { name: 'C. Verzonnen', role: 'poh-s', passphrase: 'vijf zes zeven acht' },
  { name: 'F. Toezicht', role: 'privacy-officer', logOfficer: true, passphrase: 'acht negen een twee' },
] as const;

const RESULT = {
  ...{ resourceType: 'DiagnosticReport', id: 'res-1', status: 'final' },
  ...{
    subject: { reference: 'Patient/pat-0' },
    issued: `${AS_OF}T07:00:00+01:00`,
    conclusion: 'vrije tekst die blijft',
  },
};

describe('the review of a real log', () => {
  let world: World;
  let owner: Session;
  let nurse: Session;
  let officer: Session;
  let rows: readonly WorklistRow[];

  const look = (session: Session, row: WorklistRow, about = {}) =>
    openDossier(session, {
      ...{ dossier: row.dossier, handles: row.handles.map(({ handle }) => handle), facts: row.facts, about },
    });
  const refusal = async (work: Promise<unknown>): Promise<string> => {
    try {
      await work;
      return 'it went through';
    } catch (error) {
      const { code, detail } = error as { code: string; detail?: { problem?: string } };
      return detail?.problem ?? code;
    }
  };
  const judged = async (session: Session) => {
    const [index, evidence] = [await readLog(session), await readEvidence(session)];
    const assembled = assemble(index, evidence);
    const recorded = await readRecords(session, { index, subjects: assembled.input.subjects });
    const policy = (await controlsOf(session)).at(-1)?.fact ?? null;
    return { index, evidence, assembled, recorded, ...standing(assembled, recorded, policy) };
  };
  const about = ({ name, lines, finding, recorded }: StandingFinding) => ({
    ...{ finding: name, lines, people: finding.people, before: recorded?.steps ?? [] },
    about: { points: finding.points, rules: finding.rules, features: [...finding.features], looks: [] },
  });
  const terms = (): ControlTerms => ({
    ...{ board: owner.person, officers: [officer.person], outside: [officer.person], findingAt: 30 },
    every: { review: 7, sample: 30, emergency: 7, rights: 90 },
    ...{ sampleSize: 10, answerDays: 14, decideDays: 30 },
  });

  beforeAll(async () => {
    world = await makeWorld(12, 0, { people: STAFF, threshold: 1 });
    world.patients = world.patients.map((one, i) =>
      i === 0 ? { ...one, appointments: [{ id: 'app-1', start: `${AS_OF}T10:00`, by: 'gp' }], more: [RESULT] } : one,
    );
    await world.enrol();
    await world.sync();
    owner = await world.signIn('gp');
    nurse = await world.signIn('poh-s');
    officer = await world.signIn('F. Toezicht');
    rows = parseWorklist(((await openList(nurse, 'worklist')).content as { list: unknown }).list).rows;
  });
  afterAll(() => world.close());

  it('R48: every look of the log is judged; an appointment that only the practice knows explains one; what is missing is counted', async () => {
    const seen = rows.find(({ name }) => name.startsWith('Verzonnen0'))!;
    const other = rows.find(({ dossier }) => dossier !== seen.dossier)!;
    await look(owner, seen);
    const items = [{ dossier: null, handle: (await openList(nurse, 'worklist')).handle, facts: [] }];
    await declare(nurse, { event: 'search', items, about: {} });
    await look(nurse, other, { searchTerm: 'verzonnen' });
    const { assembled, review, index } = await judged(officer);
    const looks = assembled.input.looks.map(({ person, dossier, action }) => [person, dossier, action]);
    expect(looks).toEqual([
      [owner.person, seen.dossier, 'open'],
      // The words of a search stand sealed with the opening that followed: it was about that patient.
      [nurse.person, other.dossier, 'search'],
      [nurse.person, other.dossier, 'open'],
    ]);
    expect([0, 1, 2].map((i) => review.judged(i).strength)).toEqual(['weak', 'none', 'none']);
    // Of two reasons of one day the first counts.
    expect(review.judged(0).reason).toMatchObject({ kind: 'appointment', dossier: seen.dossier });
    expect(assembled.input.reasons.map(({ kind, from, until }) => [kind, localDate(from), localDate(until)])).toEqual([
      ['appointment', AS_OF, AS_OF],
      ['result', AS_OF, AS_OF],
    ]);
    // She is called as her patients are here, and nobody's address is known: said, not guessed.
    expect(review.judged(2).signs.map(({ feature }) => feature)).not.toContain('same-surname');
    expect(review.notJudged).toMatchObject({ looker: 0, subject: 0, address: 3 });
    expect(assembled.missing).toMatchObject({ unread: 0, partners: 0, lists: 2, before: 0 });
    // The log is read whole, and what the officer keeps of it is sealed.
    expect(index.size).toBeGreaterThan(10);
  });

  it('R6, R48: what the host keeps for it holds no name, no address and no day; a quiet sync sends it no second time', async () => {
    const evidence = (await readEvidence(officer))!;
    expect(evidence.subjects).toHaveLength(rows.length);
    expect(JSON.stringify(evidence)).not.toContain('erzonnen');
    expect(evidence.reasons).toMatchObject([
      { kind: 'appointment', day: AS_OF, person: null },
      { kind: 'result', day: AS_OF, person: null, team: null },
    ]);
    expect(JSON.stringify(evidence)).not.toContain('vrije');
    const quiet = await world.sync();
    expect(quiet.lists).toBe(0);
    // Nobody else's teams have it.
    expect(await refusal(openList(nurse, 'review'))).toBe('client/denied');
  });

  it('R49: two people set the control policy; what is planned and not done is in arrears', async () => {
    expect(await refusal(recordCheck(officer, await check()))).toBe('client/refused');
    await proposeControl(owner, terms());
    const [waits] = await waitingProposals(officer);
    expect(waits).toMatchObject({ what: 'control', before: null, threshold: 2 });
    await agree(officer, waits!.hash);
    expect(await controlsOf(owner)).toEqual([]);
    // Whoever is no owner signs, and an owner's client puts it into the log.
    const { settleOutward } = await import('../proposals.ts');
    expect(await settleOutward(owner)).toBe(1);
    expect((await controlsOf(officer)).map(({ fact }) => fact.number)).toEqual([1]);
    await recordCheck(officer, await check());
    const { index, recorded } = await judged(officer);
    expect(coveredTo(recorded)).toBeGreaterThan(10);
    const in9 = (9 * DAY + officer.now()) as ReturnType<Session['now']>;
    const plan = planOf(await controlsOf(officer), recorded, index, in9);
    expect(arrearsOf(plan).map(({ kind }) => kind)).toEqual(['review', 'emergency']);
    expect(localDate(in9)).toBe(addDays(localDate(officer.now()), 9));
  });

  async function check() {
    const { index, review, findings, digest } = await judged(officer);
    return {
      ...({ kind: 'check', check: 'review', lines: { from: 0, until: index.size }, rules: review.rules } as const),
      ...{ looks: review.looks, explained: review.outcomes.explained, read: null },
      unexplained: review.outcomes.unexplained,
      findings: { count: findings.length, digest },
    };
  }

  it('R50: ask, answer, decide, each signed and in the log; nobody else hears of it', async () => {
    const { findings } = await judged(officer);
    const mine = findings.find(({ finding }) => finding.people.includes(nurse.person))!;
    expect(mine.judges).toEqual([officer.person]);
    // Somebody who looked has no say over it, whatever their client sends; nor has a colleague who is no officer.
    expect(await refusal(sayStep(nurse, about(mine), { kind: 'decide', ...fine }))).toBe('vault/not-allowed');
    expect(await refusal(sayStep(owner, about(mine), { kind: 'decide', ...fine }))).toBe('vault/not-allowed');
    await sayStep(officer, about(mine), { kind: 'ask', whom: nurse.person, text: 'Waarom keek u in dit dossier?' });
    const asked = await readRecords(nurse, { index: null, subjects: [] });
    const [question] = [...asked.findings.values()];
    expect(question!.steps[0]!.words?.text).toBe('Waarom keek u in dit dossier?');
    expect((await readRecords(owner, { index: null, subjects: [] })).findings.size).toBe(1);
    const reply = { ...about(mine), finding: question!.finding, lines: question!.lines, before: question!.steps };
    // An officer who answers for her, or asks another question in its place, is refused.
    expect(await refusal(sayStep(officer, about(mine), { kind: 'ask', whom: nurse.person, text: 'Iets anders' }))).toBe(
      'vault/conflict',
    );
    await sayStep(nurse, reply, { kind: 'answer', text: 'De patiënt belde over de uitslag.' });
    const [open] = (await judged(officer)).findings.filter(({ recorded }) => recorded !== null);
    expect(open!.recorded).toMatchObject({ fault: null, state: { state: 'answered' } });
    await sayStep(officer, about(open!), { kind: 'decide', ...fine });
    const after = await judged(officer);
    expect(after.recorded).toMatchObject({ broken: [], hidden: [] });
    const [done] = after.findings.filter(({ recorded }) => recorded !== null);
    expect(done!.recorded!.state).toMatchObject({ state: 'decided', decision: { verdict: 'justified' } });
    // Whoever decided over their own file is found by every reader, and so is a record that the host keeps back or puts another in for.
    const { index } = after;
    const dossier = mine.finding.dossiers[0]!;
    const own = await readRecords(owner, { index, subjects: [{ id: dossier, colleague: officer.person }] });
    expect(own.broken.map(({ fault }) => fault)).toEqual(['own-file']);
    world.net.between = async (url, answer) => {
      const reply = await answer();
      if (!url.includes('/records?')) return reply;
      const { records } = JSON.parse(Buffer.from(await reply.arrayBuffer()).toString('utf8'));
      const [first, second, ...more] = records;
      const bytes = Buffer.from(JSON.stringify({ records: [{ ...second, line: first.line }, ...more], next: null }));
      return { ...reply, arrayBuffer: async () => new Uint8Array(bytes).buffer };
    };
    const less = await readRecords(owner, { index, subjects: [] });
    world.net.between = null;
    expect(less.hidden).toHaveLength(1);
    expect(less.broken.map(({ fault }) => fault)).toContain('not-in-log');
    // Who was asked reads how it ended.
    const told = await readRecords(nurse, { index: null, subjects: [] });
    expect([...told.findings.values()][0]!.steps.at(-1)!.words).toMatchObject({ verdict: 'justified' });
  });
  const fine = { text: 'Telefonisch contact, nagegaan.', verdict: 'justified', followUp: 'none' } as const;

  it('R50: a look that comes after a decision is a finding of its own', async () => {
    const { findings } = await judged(officer);
    const decided = findings.find(({ recorded }) => recorded !== null)!;
    const row = rows.find(({ dossier }) => dossier === decided.finding.dossiers[0])!;
    await look(nurse, row);
    const again = (await judged(officer)).findings.filter(({ finding }) => finding.dossiers.includes(row.dossier));
    expect(again.map(({ recorded }) => recorded?.state?.state ?? 'open').sort()).toEqual(['decided', 'open']);
  });

  it('R41, R48: a line left out, or a kept index that is not true, is found', async () => {
    const fresh = await world.signIn('F. Toezicht', memoryStorage());
    const size = (await readLog(fresh)).size;
    world.net.between = async (url, answer) => {
      const reply = await answer();
      if (!url.includes('/entries')) return reply;
      const page = JSON.parse(Buffer.from(await reply.arrayBuffer()).toString('utf8'));
      // The host takes one look out, and shows the line before it twice.
      page.entries.splice(5, 1, page.entries[4]);
      const bytes = Buffer.from(JSON.stringify(page));
      return { ...reply, arrayBuffer: async () => new Uint8Array(bytes).buffer };
    };
    const other = await world.signIn('F. Toezicht', memoryStorage());
    expect(await refusal(readLog(other))).toBe('client/not-included');
    world.net.between = null;
    expect((await readLog(other)).size).toBeGreaterThan(size);
  });
});
