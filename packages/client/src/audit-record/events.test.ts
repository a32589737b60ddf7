/** Every event of NEN 7513 made once, through people's own clients, and what becomes of it in an export. */

import { localDate, MINUTE, newId, type PersonId } from '@ketenkluis/base';
import type { WorklistRow } from '@ketenkluis/care';
import { decodeEntry, type EVENTS } from '@ketenkluis/ledger';
import { parseShareSheet } from '@ketenkluis/seal';
import { parse } from 'csv-parse/sync';
import { SaxesParser } from 'saxes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  acceptReferral,
  accessOf,
  audit,
  closeReview,
  declare,
  directoryContent,
  dossierOf,
  endReferral,
  keptDevices,
  listHandles,
  memoryStorage,
  openDossier,
  openEmergency,
  openList,
  openReviews,
  partnersOf,
  readContent,
  recoverTeamKey,
  referralsOf,
  type Session,
  takeOver,
  tellPatient,
  touch,
  writeNote,
} from '../index.ts';
import { BY, makeTwo, type Two } from '../testing/two.ts';
import { isLineOf, NEN_EVENTS, UNWRITTEN } from './events.ts';
import { XML_NAMESPACE } from './files.ts';
import {
  type AuditEvent,
  type AuditFile,
  auditEvents,
  balpFaults,
  exportAudit,
  FILE_KINDS,
  printAudit,
  profileOf,
  type RecordNames,
  recordsOf,
  rowOf,
  rowOfEvent,
} from './index.ts';

type Line = { index: number } & ReturnType<typeof decodeEntry>['entry'];

/** Without the row of titles. */
const csvRows = ({ text }: AuditFile): Record<string, string>[] =>
  (parse(text, { delimiter: ';', bom: true, columns: true }) as Record<string, string>[]).slice(1);

describe('every event of NEN 7513', () => {
  let two: Two;
  let nurse: Session;
  let lines: Line[];
  let names: RecordNames;
  let file: AuditFile;
  let guestId: PersonId;
  const read = async (): Promise<Line[]> => {
    const { ledger } = two.practice.vault().vault.storage;
    const { origin } = nurse.wire.place.pins.log;
    const { size } = await ledger.state(origin);
    const found = await ledger.entries(origin, 0, size);
    return found.map(({ stored }, index) => ({ index, ...decodeEntry(stored).entry }));
  };
  const refused = async (work: Promise<unknown>) =>
    await expect(work).rejects.toMatchObject({ code: expect.any(String) });

  const namesFor = async (session: Session, row: WorklistRow): Promise<RecordNames> => {
    const { content } = await openList(session, 'directory');
    const { practice, people, partners } = readContent(directoryContent, content);
    return {
      reader: session.practice,
      people: new Map(people.map(({ person, name, role }) => [person, { name, role: { code: role, text: role } }])),
      organisations: new Map([
        [session.practice, practice.name],
        ...(await partnersOf(session, partners)).flatMap(({ organisation, profile }) =>
          profile === null ? [] : [[organisation, profile.name] as const],
        ),
      ]),
      parts: new Map(row.handles.map(({ handle, scope }) => [handle, scope])),
      patients: new Map([[row.dossier, row.name]]),
    };
  };

  beforeAll(async () => {
    two = await makeTwo();
    await two.couple();
    const storage = memoryStorage();
    nurse = await two.practice.signIn('poh-s', storage);
    const [row, other] = await two.rows(nurse);
    const { dossier, facts } = row!;
    const parent = row!.handles[0]!.handle;
    const [part] = (await openDossier(nurse, { dossier, handles: [parent], facts })).parts;
    if (part?.outcome !== 'permit') throw new Error('the nurse sees nothing');
    const teams = [{ team: part.grant.team, step: part.grant.fact! }];
    await accessOf(nurse, row!);
    // At her own screen.
    const [worklist] = await listHandles(nurse, 'worklist');
    const onList = [{ dossier: null, handle: worklist!.handle, facts: [] }];
    await declare(nurse, { event: 'search', items: onList, about: { searchTerm: 'jans' } });
    for (const event of ['print', 'copy', 'export'] as const)
      await declare(nurse, { event, items: [{ dossier, handle: parent, facts }] });
    const note = await writeNote(nurse, { dossier, parent, teams, facts, text: 'voeten gezien' });
    await takeOver(nurse, { dossier, handle: note.handle, facts });
    // To a partner, and back.
    await two.send(nurse, row!);
    const guest = await two.guest();
    guestId = guest.person;
    const received = (await referralsOf(guest)).find((one) => one.dossier === dossier)!;
    await openDossier(guest, dossierOf(received));
    await acceptReferral(guest, received, BY);
    // Who may not.
    const locked = [{ dossier: other!.dossier, handle: other!.handles[0]!.handle, facts: [] }];
    await openDossier(guest, { dossier: other!.dossier, handles: [other!.handles[0]!.handle], facts: [] });
    await refused(declare(guest, { event: 'print', items: locked }));
    const annexless = await nurse.signed(
      { class: 'list', action: 'audit', items: [] },
      { from: 0, until: 1, annex: null },
    );
    await refused(nurse.call('audit', { parse: (x: unknown) => x } as never, annexless.message));
    // In an emergency, and after it.
    const gp = await two.practice.signIn('gp');
    await openEmergency(gp, other!.dossier, 'onwel geworden in de wachtkamer');
    const [open] = await openReviews(nurse);
    await tellPatient(gp, open!, { how: 'phone', on: localDate(gp.now()) });
    await closeReview(nurse, open!, 'in-order', 'navraag gedaan bij de arts');
    // Who looked, and who looked at that.
    await refused(audit(nurse, { dossier: newId('dossier', two.practice.random) }));
    names = await namesFor(nurse, row!);
    file = await exportAudit(nurse, { dossier, kind: 'csv', names });
    const mine = (await referralsOf(nurse)).find((one) => one.dossier === dossier)!;
    await endReferral(nurse, mine, facts);
    // Keys put together again, away and back, a patient who died, a clock that jumps.
    const sheets = two.practice.init.sheets.recovery.slice(0, 2).map((text) => parseShareSheet(text).share);
    await recoverTeamKey(gp, part.grant.team, sheets);
    nurse.lock();
    const [device] = await keptDevices(storage);
    await touch(nurse, { by: 'passphrase', device: device!, passphrase: 'vijf zes zeven acht' });
    const alive = [row!.name, other!.name];
    two.practice.patients = two.practice.patients.map((one) =>
      alive.some((name) => name.startsWith(one.family)) ? one : { ...one, died: true },
    );
    await two.practice.sync();
    two.practice.clock.jump(5 * MINUTE);
    await two.practice.vault().upkeep();
    lines = await read();
  });
  afterAll(() => two.close());

  it('R38: each is a line of the log, made here once by the people and programs it is about', () => {
    const absent = NEN_EVENTS.flatMap(({ name, lines: kinds }) =>
      kinds.filter((kind) => !lines.some((line) => isLineOf(kind, line))).map((kind) => [name, kind]),
    );
    expect(absent).toEqual([]);
    // What cannot be a line says why.
    for (const { name, lines: kinds, not } of NEN_EVENTS)
      expect(kinds.length > 0 || (not ?? '') !== '', name).toBe(true);
    const told = new Set(NEN_EVENTS.flatMap(({ lines: kinds }) => kinds.map(({ event }) => event)));
    const written = new Set(lines.map(({ common }) => common.event));
    for (const code of Object.keys(UNWRITTEN) as (typeof EVENTS)[number][]) {
      expect([told.has(code), written.has(code)], code).toEqual([false, false]);
    }
  });

  it('R38, R39: what is searched for, and for what purpose, stands in the annex: sealed, and open to a log officer alone', async () => {
    const [search] = lines.filter(({ common }) => common.event === 'search');
    expect(search!.common).toMatchObject({ declared: true, class: 'list', outcome: 'success' });
    expect(search!.items[0]!.annex).not.toBeNull();
    expect(JSON.stringify(lines)).not.toContain('jans');
    const purposes = (rows: readonly Record<string, string>[]) =>
      new Set(rows.filter((row) => row['7.2.1'] === 'log-read').map(({ purpose }) => purpose));
    expect(purposes(csvRows(file))).toEqual(new Set(['?sealed']));
    const gp = await two.practice.signIn('gp');
    const [row] = await two.rows(await two.practice.signIn('poh-s'));
    const theirs = await exportAudit(gp, { dossier: row!.dossier, kind: 'csv', names });
    expect(purposes(csvRows(theirs))).toEqual(new Set(['controle van het logboek']));
    expect(csvRows(theirs).find((one) => one['7.2.1'] === 'export' && one['7.4.1'] === 'release')).toMatchObject({
      ...{ purpose: 'export', '7.3.4.text': 'zorgverlener', '7.3.5.declared': 'true' },
    });
  });

  it('R39, R47: the file names the practice’s own people, and of the partner’s nothing but the partner', () => {
    const rows = parse(file.text, { delimiter: ';', bom: true, columns: true, from_line: 1 }) as Record<
      string,
      string
    >[];
    const [, ...records] = rows;
    const looks = records.filter((row) => row['7.2.1'] === 'release' && row['7.4.3'] !== '?none');
    const own = looks.filter((row) => row['7.3.1.organisation'] === nurse.practice);
    const theirs = looks.filter((row) => row['7.3.1.organisation'] !== nurse.practice);
    expect([own.length > 0, theirs.length > 0]).toEqual([true, true]);
    for (const row of own) expect(row).toMatchObject({ '7.3.3': 'C. Verpleger', '7.2.6.relation': 'true' });
    for (const row of theirs) {
      expect(row).toMatchObject({ '7.3.1': '?other-organisation', '7.3.3': '?other-organisation' });
      expect(row).toMatchObject({ '7.3.1.organisationName': 'Podotherapie Het Spoor', '7.2.6.consent': 'true' });
      expect(row['7.4.8']).toMatch(/^fac_/);
    }
    expect(file.text).not.toContain('van Asselt');
    expect(file.text).not.toContain(guestId);
    expect(file.name).toMatch(/^wie-keek-\d{4}-\d{2}-\d{2}\.csv$/);
    // Taking it along stands in what is taken along, before everything that was read for it.
    expect(records.filter((row) => row['7.2.1'] === 'export' && row['7.4.1'] === 'state')).toHaveLength(1);
  });

  it('R46, R40, R47: a look through a second vault comes out of each export with its organisation and its request', async () => {
    const session = await two.practice.signIn('poh-s');
    const [row] = await two.rows(session);
    const theirs = lines.find(
      ({ common }) => common.event === 'release' && common.actor === guestId && common.outcome === 'success',
    )!.common;
    expect(theirs.organisation).not.toBe(session.practice);
    const texts = new Map<string, string>();
    for (const kind of FILE_KINDS)
      texts.set(kind, (await exportAudit(session, { dossier: row!.dossier, kind, names })).text);
    const said = { trace: theirs.request!, '7.3.1.organisation': theirs.organisation };
    const named = { '7.3.1.organisationName': 'Podotherapie Het Spoor', '7.3.1': '?other-organisation' };
    const csv = csvRows({ name: '', type: '', text: texts.get('csv')! });
    const ofLook = csv.filter((one) => one['trace'] === theirs.request);
    expect(ofLook.length).toBeGreaterThan(0);
    for (const one of ofLook) expect(one).toMatchObject({ ...said, ...named, '7.3.3': '?other-organisation' });

    // The same record in XML, cell by cell, by a parser that takes nothing but XML.
    const records: Record<string, string>[] = [];
    let field: { key: string; text: string } | null = null;
    const parser = new SaxesParser({ xmlns: true });
    parser.on('error', (error) => {
      throw error;
    });
    parser.on('opentag', ({ local, uri, attributes }) => {
      expect(uri).toBe(XML_NAMESPACE);
      if (local === 'record') records.push({});
      const missing = attributes.missing?.value;
      if (local === 'field') field = { key: attributes.key!.value, text: missing === undefined ? '' : `?${missing}` };
    });
    parser.on('text', (text) => {
      if (field !== null) field.text += text;
    });
    parser.on('closetag', ({ local }) => {
      if (local === 'field' && field !== null) records.at(-1)![field.key] = field.text;
      if (local === 'field') field = null;
    });
    parser.write(texts.get('xml')!).close();
    const plain = (one: Record<string, string>) => ({ ...one, ...named, line: Number(one['line']) });
    expect(records.filter((one) => one['trace'] === theirs.request).map(plain)).toEqual(ofLook.map(plain));

    const bundle = JSON.parse(texts.get('fhir')!) as { entry: { resource: AuditEvent }[] };
    const events = bundle.entry.filter(({ resource }) => JSON.stringify(resource).includes(theirs.request!));
    // The look itself, and the consent that let the other organisation in.
    expect(new Set(events.map(({ resource }) => profileOf(resource)))).toEqual(
      new Set(['PatientRead', 'AuthZconsent']),
    );
    for (const { resource } of events) {
      const name = profileOf(resource);
      if (name !== null) expect(balpFaults(resource, name)).toEqual([]);
      expect(JSON.stringify(resource)).toContain(theirs.organisation);
      expect(JSON.stringify(resource)).toContain('Podotherapie Het Spoor');
    }
    for (const text of texts.values()) {
      expect(text).not.toContain(guestId);
      expect(text).not.toContain('van Asselt');
    }
  });

  it('R38: nothing is read or made when the line could not be written', async () => {
    const session = await two.practice.signIn('poh-s');
    const [row] = await two.rows(session);
    const asked: string[] = [];
    two.practice.net.between = async (url, answer) => {
      asked.push(new URL(url).pathname.split('/').at(-1)!);
      if (url.endsWith('/declarations')) throw new TypeError('the network is gone');
      return await answer();
    };
    for (const kind of ['csv', 'xml', 'fhir'] as const)
      await expect(exportAudit(session, { dossier: row!.dossier, kind, names })).rejects.toMatchObject({
        code: 'client/offline',
      });
    await expect(printAudit(session, { dossier: row!.dossier })).rejects.toMatchObject({ code: 'client/offline' });
    two.practice.net.between = null;
    expect(asked).toContain('declarations');
    expect(asked).not.toContain('audits');
  });

  it('R40: the same lines as FHIR conform to the profiles they name, and read back the same', async () => {
    const session = await two.practice.signIn('poh-s');
    const [row] = await two.rows(session);
    const found = await printAudit(session, { dossier: row!.dossier });
    const { records, unproved } = recordsOf(found, names);
    expect([found.complete, unproved]).toEqual([true, []]);
    const events = records.flatMap(auditEvents);
    const profiles = new Set(events.map(profileOf));
    expect(profiles).toEqual(
      new Set([
        ...(['PatientRead', 'PatientCreate', 'PatientUpdate', 'PatientDelete', 'AuthZconsent'] as const),
        'PrivacyDisclosure.Source' as const,
      ]),
    );
    for (const event of events) {
      const name = profileOf(event);
      if (name !== null) expect(balpFaults(event, name)).toEqual([]);
    }
    for (const record of records) expect(rowOfEvent(auditEvents(record)[0]!)).toEqual(rowOf(record));
  });
});
