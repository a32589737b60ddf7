/** What a patient asks and takes along, from their own device to the practice's answer (docs/spec/petition.md, docs/spec/own.md "A copy"). */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentError, type Letter, type Post } from '@ketenkluis/agent';
import { makeWorld, mirroredStatements, petitionRows, type World } from '@ketenkluis/agent/testing';
import { base64url, DAY, fromBase64url, type Instant, lengthPrefixed, localDate, plus, utf8 } from '@ketenkluis/base';
import {
  type CareRecord,
  PROGRAMME_IDS,
  parseRecords,
  parseWorklist,
  recordEntries,
  type WorklistRow,
} from '@ketenkluis/care';
import { countWaiting, dueDay, PETITIONS_PAGE, waitingAt } from '@ketenkluis/protocol';
import { hashOf, sealTo, signStatement, statementToWire } from '@ketenkluis/seal';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditEvents, balpFaults, copyBundle, profileOf, recordsOf } from './audit-record/index.ts';
import { change } from './change.ts';
import { hostingOf, stateHosting } from './hosting.ts';
import {
  declare,
  endOwn,
  type OwnDossier,
  openDossier,
  openList,
  openOwn,
  ownDossiersOf,
  ownersOf,
  ownLog,
  readContent,
  type Session,
  scopeContent,
} from './index.ts';
import { answerPetition, askName, askRight, extendPetition, petitionsOf, setAlert } from './petitions.ts';
import type { Joined } from './testing/joining.ts';
import { takeIn } from './testing/patient.ts';

describe('R53: the clock of one month', () => {
  const at = (text: string) => Date.parse(text) as Instant;

  it('runs to the same day of the next month, and where there is none to its last; never unnoticed', () => {
    // In Amsterdam: 31 January at 23:30 is 22:30 UTC; a minute past midnight is the next day.
    expect(dueDay(at('2026-01-31T22:30:00Z'))).toBe('2026-02-28');
    expect(dueDay(at('2028-01-31T12:00:00Z'))).toBe('2028-02-29');
    expect(dueDay(at('2026-01-30T23:01:00Z'))).toBe('2026-02-28');
    expect(dueDay(at('2026-12-31T12:00:00Z'))).toBe('2027-01-31');
    expect(dueDay(at('2026-03-31T12:00:00Z'))).toBe('2026-04-30');
    expect(dueDay(at('2026-02-28T12:00:00Z'))).toBe('2026-03-28');
    const moment = fc.integer({ min: at('2024-01-01T00:00:00Z'), max: at('2040-01-01T00:00:00Z') });
    fc.assert(
      fc.property(moment, fc.integer({ min: 0, max: 120 }), (asked, days) => {
        const came = localDate(asked as Instant);
        const due = dueDay(asked as Instant);
        const months = (day: string) => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7));
        expect(months(due)).toBe(months(came) + 1);
        // The same day, or a shorter month's last.
        const next = localDate(plus(Date.parse(`${due}T12:00:00Z`) as Instant, DAY));
        if (due.slice(8) !== came.slice(8)) expect([next.slice(8), due.slice(8) < came.slice(8)]).toEqual(['01', true]);
        const now = plus(asked as Instant, days * DAY);
        const { late, days: left } = waitingAt(asked as Instant, now);
        expect(late).toBe(localDate(now) > due);
        expect(left < 0).toBe(late);
        // Whatever else waits, this one is counted, and late as soon as it is.
        const counted = countWaiting([{ at: asked as Instant }, { at: now }], now);
        expect(counted).toMatchObject({ open: 2, late: late ? 1 : 0, next: due < dueDay(now) ? due : dueDay(now) });
        // A day more than a month's 31: the clock may go back an hour in it.
        if (days > 32) expect(counted.late).toBe(1);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('what a patient asks and takes along', () => {
  let world: World;
  let gp: Session;
  let second: Session;
  let rows: readonly WorklistRow[];
  let patient: Joined;
  let parent: Joined;
  let me: Session;
  let own: OwnDossier;

  const problem = async (work: Promise<unknown>): Promise<string> => {
    try {
      await work;
      return 'it went through';
    } catch (error) {
      const { code, detail } = error as { code: string; detail?: { problem?: string } };
      return detail?.problem ?? code;
    }
  };
  const enrol = (row: WorklistRow, as: 'patient' | 'representative') => takeIn(world, [gp, second], row, as);
  const look = (by: Session, { dossier, handles, facts }: WorklistRow) =>
    openDossier(by, {
      ...{ dossier, handles: handles.map(({ handle }) => handle), facts },
      about: { role: { code: 'gp', text: 'Huisarts' }, userName: 'A. de Eerste', purpose: 'controle' },
    });
  const rowsOf = async (by: Session) =>
    parseWorklist(((await openList(by, 'worklist')).content as { list: unknown }).list).rows;

  beforeAll(async () => {
    world = await makeWorld(2, 3, { threshold: 1 });
    await world.enrol();
    await world.sync();
    gp = await world.signIn('gp');
    second = await world.signIn('B. de Tweede');
    rows = await rowsOf(gp);
    patient = await enrol(rows[0]!, 'patient');
    parent = await enrol(rows[1]!, 'representative');
    await world.sync();
    gp = await world.signIn('gp');
    second = await world.signIn('B. de Tweede');
    await look(gp, (await rowsOf(gp))[0]!);
    me = await patient.enter();
    own = (await ownDossiersOf(me))[0]!;
  });
  afterAll(async () => world.close());

  /** As a changed program says it. */
  const said = async (by: Session, of: OwnDossier, kind: 'ask' | 'alert', at: Instant) => {
    const payload = {
      ...({ t: 'petition', v: 1, suite: 1 } as const),
      ...{ practice: by.practice, dossier: of.dossier, by: by.person, at, own: of.own, team: of.team },
    };
    const blobs = [
      await sealTo(fromBase64url((await by.people()).epochOf(of.team)!.payload.kem), 'x', utf8('{}') as never),
    ];
    const words = hashOf(lengthPrefixed(...blobs));
    const full =
      kind === 'ask' ? ({ ...payload, kind, about: 'other', words } as const) : ({ ...payload, kind, words } as const);
    return change(by, {
      ...{ endpoint: 'petition', class: 'own', items: [{ dossier: of.dossier, handle: null, facts: [of.own] }] },
      body: {
        statement: statementToWire(await signStatement(full, by.keys().signer)),
        words: blobs.map((one) => base64url(one)),
      },
    });
  };

  it('R53: what every reader would hold for unsigned by its date is not taken', async () => {
    // From before they had their key.
    expect(await problem(said(me, own, 'ask', plus(me.now(), -110_000)))).toBe('vault/bad-statement');
  });

  it('R53, R54: record and log are taken along as FHIR at once, said in the log before, and nobody is named', async () => {
    const items = [{ dossier: own.dossier, handle: own.handles[0]!, facts: [own.own, ...own.facts] }];
    await declare(me, { event: 'export', items, class: 'own', about: { purpose: 'eigen afschrift' } });
    const records: CareRecord[] = [];
    for (const part of (await openOwn(me, own)).parts) {
      if (part.outcome !== 'permit') throw new Error('a patient reads every part');
      if (part.envelope.type !== 'fhir') continue;
      const content = readContent(scopeContent, part.content);
      if (content.scope !== 'emergency') records.push(...parseRecords(content.records));
    }
    const log = await ownLog(me, own);
    expect(log.complete).toBe(true);
    let n = 0;
    const nextId = () => {
      n += 1;
      return `${n}`;
    };
    const names = {
      ...{ reader: me.practice, people: new Map(), organisations: new Map(), parts: new Map() },
      patients: new Map(),
    };
    const bundle = copyBundle({
      ...{ practice: me.practice, at: me.now(), log, names },
      record: recordEntries(records, [...PROGRAMME_IDS].slice(0, 1), nextId),
    });
    const text = JSON.stringify(bundle);
    const events = recordsOf(log, names).records.flatMap(auditEvents);
    expect(events.length).toBeGreaterThan(4);
    for (const event of events) {
      const profile = profileOf(event);
      if (profile !== null) expect(balpFaults(event, profile)).toEqual([]);
    }
    const types = bundle.entry.map(({ resource }) => resource.resourceType);
    expect(types.filter((type) => type === 'AuditEvent').length).toBe(events.length);
    expect(types).toEqual(expect.arrayContaining(['Patient', 'Condition', 'Observation']));
    // The look stands in it with its role and a random id, and the export before it; no name of anybody who works here.
    expect(events.some(({ agent }) => agent.some(({ role }) => role?.[0]?.text === 'Huisarts'))).toBe(true);
    expect(text).toContain(gp.person);
    expect(text).toContain('"code":"export"');
    for (const name of ['Eerste', 'Tweede', 'Verpleger']) expect(text).not.toContain(name);
    expect(text).not.toMatch(/\b\d{9}\b/);
  });

  it('R54: a name is asked for, weighed by somebody else, and the answer is read by who asked alone', async () => {
    const log = await ownLog(me, own);
    const line = log.lines.find(({ who, event }) => who === gp.person && event === 'release')!;
    await askName(me, own, line, 'Ik ken deze persoon misschien.');
    const [asked] = (await petitionsOf(gp, null)).all;
    expect(asked).toMatchObject({ about: 'name', text: 'Ik ken deze persoon misschien.', answer: null });
    expect(asked!.payload).toMatchObject({ line: line.index, whom: gp.person });
    expect(asked!.waiting).toMatchObject({ late: false, due: dueDay(asked!.at) });
    // Whom it is about has no say: not by their own program, and not by another that signs anything.
    const said = { verdict: 'given', name: 'A. de Eerste', text: 'Uw huisarts.' } as const;
    expect(await problem(answerPetition(gp, asked!, said))).toBe('client/refused');
    const forged = async (whom: typeof gp.person | null) => {
      const blobs = [await sealTo(kem, 'x', utf8('{}') as never)];
      const payload = {
        ...({ t: 'petition', v: 1, suite: 1, kind: 'answer', about: 'name' } as const),
        ...{ practice: gp.practice, dossier: own.dossier, by: gp.person, at: gp.now(), petition: asked!.hash },
        ...{ whom, words: hashOf(lengthPrefixed(...blobs)) },
      };
      const statement = statementToWire(await signStatement(payload, gp.keys().signer));
      const items = [{ dossier: own.dossier, handle: null, facts: [] }];
      const body = { statement, words: blobs.map((one) => base64url(one)) };
      return change(gp, { endpoint: 'petition', class: 'audit', items, body });
    };
    const kem = fromBase64url((await gp.people()).epochOf(own.team)!.payload.kem);
    expect(await problem(forged(gp.person))).toBe('vault/not-allowed');
    expect(await problem(forged(null))).toBe('vault/bad-statement');
    const nurse = await world.signIn('poh-s');
    expect(await problem(answerPetition(nurse, asked!, said))).toBe('vault/not-allowed');
    expect((await petitionsOf(gp, null)).all[0]!.answer).toBeNull();

    await answerPetition(second, asked!, said);
    expect(await problem(answerPetition(second, asked!, said))).toBe('vault/conflict');
    me = await patient.enter();
    const read = await petitionsOf(me, await ownLog(me, own));
    expect(read.broken).toEqual([]);
    expect(read.all[0]!.answer).toMatchObject({ by: second.person, words: said });
    expect(read.all[0]!.waiting).toBeNull();
    // Both stand in the patient's own log, and say nothing of what was decided.
    const lines = (await ownLog(me, own)).lines.filter(({ event }) => event === 'petition' || event === 'answer');
    expect(lines.map(({ event, outcome }) => `${event} ${outcome}`)).toEqual([
      ...['petition success', 'answer refused', 'answer refused', 'answer success'],
    ]);
    // Another patient sees nothing of it.
    const other = await parent.enter();
    expect((await petitionsOf(other, null)).all).toEqual([]);
  });

  it('R52: an owner says where the data lie and under which law, and the patient reads it; a colleague may not', async () => {
    const said = {
      ...{ operator: 'Kluisbeheer Noord', owner: { name: 'Stichting Zorgdata', country: 'NL' }, places: ['NL'] },
      ...{ law: 'Nederlands recht', certificates: [{ norm: 'NEN 7510', by: 'Keurmeester BV', until: '2028-05-01' }] },
    };
    expect(await hostingOf(me)).toBeNull();
    expect(await problem(stateHosting(await world.signIn('poh-s'), said))).not.toBe('it went through');
    expect(await problem(stateHosting(gp, { ...said, places: ['Holland'] }))).toBe('client/refused');
    expect(await problem(stateHosting(gp, { ...said, more: 1 }))).toBe('client/refused');
    await stateHosting(gp, { ...said, operator: 'Een ander' });
    await stateHosting(second, said);
    expect(await hostingOf(me)).toEqual(said);
    me = await patient.enter();
  });

  it("R22: nobody asks about another's dossier or a line that is not theirs", async () => {
    const log = await ownLog(me, own);
    const theirs = { ...own, dossier: rows[1]!.dossier };
    const line = log.lines.find(({ who }) => who === gp.person)!;
    expect(await problem(askName(me, theirs, line, ''))).toBe('vault/refused');
    expect(await problem(askRight(me, theirs, 'paper', 'x'))).toBe('vault/refused');
    expect(await problem(askName(me, own, { index: 0, who: gp.person }, ''))).toBe('vault/bad-statement');
    expect(await problem(askName(me, own, { index: line.index, who: second.person }, ''))).toBe('vault/bad-statement');
    expect(await problem(askName(me, own, { index: 1e6, who: gp.person }, ''))).toBe('vault/bad-statement');
    expect(await problem(askRight(gp, own, 'paper', 'x'))).not.toBe('it went through');
  });

  it('R53, R5: a copy on paper, a correction or destruction is asked for, and stands until it has its answer', async () => {
    await askRight(me, own, 'correct', 'Ik rook niet meer sinds 2019.');
    await askRight(me, own, 'erase', '');
    await setAlert(me, own, 'patient@example.org');
    const list = await petitionsOf(second, null);
    expect(list.all.map(({ about, answer }) => [about, answer === null])).toEqual([
      ['name', false],
      ['correct', true],
      ['erase', true],
    ]);
    // The address is nobody's but the agent's.
    expect(list.alert).toBeNull();
    expect((await petitionsOf(me, null)).alert).toMatchObject({ on: true });
    await answerPetition(gp, list.all[1]!, { verdict: 'done', name: null, text: 'Aangepast in het HIS.' });
    expect((await petitionsOf(me, null)).all[1]!.answer?.words).toMatchObject({ verdict: 'done' });
  });

  it('R53: the month is lengthened once, by at most two, before it is over, and the patient reads why', async () => {
    await askRight(me, own, 'other', 'Wilt u alles van de laatste tien jaar voor mij uitzoeken?');
    const asked = (await petitionsOf(gp, null)).all.find(({ about }) => about === 'other')!;
    const more = {
      months: 2,
      ground: 'number',
      text: 'Het zijn veel gegevens, en wij zoeken ze een voor een na.',
    } as const;
    expect(await problem(extendPetition(await world.signIn('poh-s'), asked, more))).toBe('vault/not-allowed');
    await expect(extendPetition(gp, asked, { ...more, text: ' ' })).rejects.toThrow();
    await expect(extendPetition(gp, asked, { ...more, months: 3 as 2 })).rejects.toThrow();
    const name = (await petitionsOf(gp, null)).all.find(({ about }) => about === 'name')!;
    expect(await problem(extendPetition(gp, name, more))).toBe('client/refused');
    expect(await problem(extendPetition(second, name, more))).toBe('vault/conflict');
    await extendPetition(gp, asked, more);
    expect(await problem(extendPetition(second, asked, { ...more, months: 1 }))).toBe('vault/conflict');
    me = await patient.enter();
    const read = await petitionsOf(me, await ownLog(me, own));
    expect(read.broken).toEqual([]);
    const until = dueDay(asked.at, 2);
    expect(read.all.find(({ about }) => about === 'other')).toMatchObject({
      extension: { by: gp.person, until, reason: { ground: 'number', text: more.text } },
      waiting: { due: until, late: false },
    });
  });

  it('R52: who wants it hears once a day that somebody looked, by a message that says nothing else; what failed goes at the next run', async () => {
    const letters: Letter[] = [];
    let down = true;
    const post: Post = {
      send: async (letter) => {
        if (down) throw agentError('not-sent', 'down');
        letters.push(letter);
      },
      close: () => undefined,
    };
    const synced = async () => {
      world.clock.move(60_000);
      return (await world.sync({ post })).petitions;
    };
    // The patient's own reading and the agent's work are no news.
    expect((await synced()).told).toEqual({ sent: 0, failed: 0 });
    const again = async () => {
      gp = await world.signIn('gp');
      await look(gp, (await rowsOf(gp))[0]!);
    };
    await again();
    expect((await synced()).told).toEqual({ sent: 0, failed: 1 });
    down = false;
    expect((await synced()).told).toEqual({ sent: 1, failed: 0 });
    await again();
    expect((await synced()).told).toEqual({ sent: 0, failed: 0 });
    expect(letters).toEqual([
      {
        ...{ to: 'patient@example.org', subject: 'Bericht van uw huisartsenpraktijk' },
        text: 'Er is naar uw dossier gekeken. Log in om te zien door wie.\r\n',
      },
    ]);
    world.clock.move(DAY);
    expect((await synced()).told).toEqual({ sent: 1, failed: 0 });
    me = await patient.enter();
    await setAlert(me, own, null);
    await again();
    world.clock.move(DAY);
    expect((await synced()).told).toEqual({ sent: 0, failed: 0 });
    expect(letters).toHaveLength(2);
  });

  it('R53: what waits is counted by the agent and for an inspector, loud once a month is over, and cannot be hidden', async () => {
    const first = await world.sync();
    expect(first.petitions).toMatchObject({ open: 2, late: 0, told: null });
    expect(first.alarms).not.toContain('overdue');
    world.clock.move(33 * DAY);
    const mirror = mkdtempSync(join(tmpdir(), 'ketenkluis-asked-'));
    const late = await world.sync({ mirror: join(mirror, 'mirror') });
    expect(late.petitions).toMatchObject({ open: 2, late: 1 });
    expect(late.alarms).toContain('overdue');
    gp = await world.signIn('gp');
    const over = (await petitionsOf(gp, null)).all.find(({ waiting }) => waiting?.late)!;
    const more = { months: 1, ground: 'complex', text: 'Te laat om dit te zeggen.' } as const;
    expect(await problem(extendPetition(gp, over, more))).toBe('vault/bad-statement');
    const statements = await mirroredStatements(join(mirror, 'mirror'));
    expect(petitionRows(statements, world.clock.clock())).toEqual([
      ...[
        ['wie was dit?', 1, 1, 0, 0, 0, 0],
        ['kopie op papier', 0, 0, 0, 0, 0, 0],
        ['verbeteren', 1, 1, 0, 0, 0, 0],
      ],
      ...[
        ['vernietigen', 1, 0, 0, 1, 1, 0],
        ['iets anders', 1, 0, 0, 1, 0, 1],
      ],
    ]);
    rmSync(mirror, { recursive: true });
    // A vault that leaves one out: nothing is signed any more.
    world.net.between = async (url, answer) => {
      const reply = await answer();
      if (!url.includes('/petitions?')) return reply;
      const bytes = new TextEncoder().encode(JSON.stringify({ petitions: [], next: null }));
      return { ...reply, arrayBuffer: async () => bytes.buffer as ArrayBuffer };
    };
    await expect(world.sync()).rejects.toMatchObject({ code: 'agent/vault-forked', detail: { alarm: 'gap' } });
    world.net.between = null;
  });

  it('R53: a vault that shows an answer, or a longer month, that it never wrote down stops no clock', async () => {
    const waits = (await petitionsOf(gp, null)).all.find(({ waiting }) => waiting?.late)!;
    me = await patient.enter();
    const common = {
      t: 'petition',
      v: 1,
      suite: 1,
      practice: gp.practice,
      dossier: own.dossier,
      by: gp.person,
    } as const;
    const of = { petition: waits.hash, about: waits.about, whom: null, words: 'A'.repeat(43) } as const;
    const forged = await Promise.all([
      signStatement({ ...common, ...of, at: gp.now(), kind: 'answer' } as never, gp.keys().signer),
      signStatement({ ...common, ...of, at: waits.at, kind: 'extend', months: 2 } as never, gp.keys().signer),
    ]);
    for (const statement of forged) {
      let line = 1_000_000;
      world.net.between = async (url, answer) => {
        const reply = await answer();
        if (!url.includes('/petitions?')) return reply;
        const json = JSON.parse(new TextDecoder().decode(await reply.arrayBuffer())) as {
          petitions: { line: number; proof?: unknown }[];
        };
        const last = json.petitions.at(-1)!;
        if (statement === forged[0]) line = last.line;
        // With the proof of another line, where there is one: it stands in the log, and says something else.
        json.petitions.push({ ...last, line, statement: statementToWire(statement), words: null } as never);
        const bytes = new TextEncoder().encode(JSON.stringify(json));
        return { ...reply, arrayBuffer: async () => bytes.buffer as ArrayBuffer };
      };
      // The practice's own screen holds each against the proof of its line, counts it as waiting, and names it.
      for (const whole of [true, false]) {
        const at = await petitionsOf(gp, null, whole);
        expect(at.all.find(({ hash }) => hash === waits.hash)).toMatchObject({
          ...{ answer: null, extension: null },
          waiting: { late: true, due: waits.waiting!.due },
        });
        expect(at.broken).toEqual([line]);
      }
      expect((await world.sync()).petitions).toMatchObject({ open: 2, late: 1 });
      const read = await petitionsOf(me, await ownLog(me, own));
      expect(read.broken).toHaveLength(1);
      expect(read.all.find(({ hash }) => hash === waits.hash)).toMatchObject({ answer: null, extension: null });
    }
    world.net.between = null;
  });

  it('R53: an `own` that ends dated before what was asked stops no snapshot, and what was asked waits', async () => {
    gp = await world.signIn('gp');
    const them = await parent.enter();
    const theirs = (await ownDossiersOf(them))[0]!;
    const before = (await world.sync()).petitions.open;
    await said(them, theirs, 'ask', plus(them.now(), 100_000));
    const [fact] = (await ownersOf(gp, theirs.dossier)).filter(({ person }) => person === parent.person);
    await endOwn(gp, fact!);
    expect((await world.sync()).petitions.open).toBe(before + 1);
    expect((await world.sync()).petitions.open).toBe(before + 1);
  });

  it('R53: one patient who says it over and over fills nobody else’s list', async () => {
    me = await patient.enter();
    const ends: string[] = [];
    for (let n = 0; n < 25; n++) ends.push(await problem(said(me, own, 'alert', plus(me.now(), n))));
    expect(ends.filter((one) => one === 'vault/conflict').length).toBeGreaterThan(0);
    // Only the newest address is kept.
    const { storage } = world.vault().vault;
    const kept = await storage.read((tx) =>
      tx.selectFrom('petition').select('words').where('kind', '=', 'alert').where('words', 'is not', null).execute(),
    );
    expect(kept.length).toBe(1);
  });

  it('R53: however many were asked in all, every one is shown: page after page, and pages that go in circles are refused', async () => {
    gp = await world.signIn('gp');
    const before = await petitionsOf(gp, null);
    const { storage } = world.vault().vault;
    await storage.write(async (tx) => {
      const one = await tx.selectFrom('petition').selectAll().limit(1).executeTakeFirstOrThrow();
      // More than two pages of rows lie behind them.
      for (let n = 0; n < PETITIONS_PAGE * 2 + 1; n += 100)
        await tx
          .insertInto('petition')
          .values(
            Array.from({ length: 100 }, (_, i) => ({
              ...one,
              hash: `${n + i}`.padEnd(43, 'x') as never,
              line: 10_000 + n + i,
            })),
          )
          .execute();
    });
    const pages: string[] = [];
    world.net.between = (url, answer) => {
      if (url.includes('/petitions?')) pages.push(url.split('?')[1]!);
      return answer();
    };
    const after = await petitionsOf(gp, null);
    expect(after.all.map(({ hash }) => hash)).toEqual(before.all.map(({ hash }) => hash));
    expect(pages).toHaveLength(3);
    // A page ends after a bound of bytes as well: 12 MB of words are no one answer.
    pages.length = 0;
    await storage.write((tx) =>
      tx
        .updateTable('petition')
        .set({ words: new Uint8Array(60_000) })
        .where('line', '>=', 10_000)
        .where('line', '<', 10_200)
        .execute(),
    );
    expect((await petitionsOf(gp, null)).all.map(({ hash }) => hash)).toEqual(before.all.map(({ hash }) => hash));
    expect(pages.length).toBeGreaterThan(3);
    world.net.between = async (url, answer) => {
      const reply = await answer();
      if (!url.includes('/petitions?')) return reply;
      const bytes = new TextEncoder().encode(JSON.stringify({ petitions: [], next: 7 }));
      return { ...reply, arrayBuffer: async () => bytes.buffer as ArrayBuffer };
    };
    expect(await problem(petitionsOf(gp, null))).toBe('client/bad-answer');
    world.net.between = null;
  });
});
