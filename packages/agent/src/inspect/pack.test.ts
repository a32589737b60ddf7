/** The inspection pack of a real practice: a policy that is partly kept, a finding, a leaver, and hands that change a file afterwards. */

import { spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { appendFileSync, cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { POLICY_VERSION } from '@ketenkluis/access';
import {
  base64url,
  canonicalJson,
  DAY,
  type DossierId,
  fromUtf8,
  lengthPrefixed,
  systemRandom,
  utf8,
} from '@ketenkluis/base';
import { parseWorklist } from '@ketenkluis/care';
import {
  agree,
  couplePartners,
  declare,
  listHandles,
  openDossier,
  openList,
  proposeControl,
  proposeDemand,
  readContent,
  type Session,
  waitingProposals,
  worklistContent,
} from '@ketenkluis/client';
import { overviewOf } from '@ketenkluis/client/audit-record';
import {
  assemble,
  type DisclosedFindings,
  declareOverview,
  discloseFindings,
  readEvidence,
  readLog,
  readRecords,
  recordCheck,
  sayStep,
  seenIn,
  standing,
} from '@ketenkluis/client/overseer';
import { encodeStatement, hashOf } from '@ketenkluis/seal';
import { getDocumentProxy } from 'unpdf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mirroredLines } from '../breach/world.ts';
import { openPost } from '../post/post.ts';
import type { Register } from '../register.ts';
import { openState } from '../state.ts';
import { testMailbox } from '../testing/mailbox.ts';
import { makeWorld, type World } from '../testing/world.ts';
import { cardHolds, checkPack } from './check.ts';
import { holdFindings } from './findings.ts';
import { inspectionPack, PACK } from './pack.ts';

const STAFF = [
  { name: 'A. de Eerste', role: 'gp', owner: true, passphrase: 'een twee drie vier' },
  { name: 'C. Verpleger', role: 'poh-s', passphrase: 'vijf zes zeven acht' },
  { name: 'F. Toezicht', role: 'privacy-officer', logOfficer: true, passphrase: 'acht negen een twee' },
] as const;

describe('the inspection pack', () => {
  let world: World;
  let out: string;
  let text: string;
  let dossier: string;
  let mirror: string;
  let nursePerson: string;

  async function overseen(owner: Session, nurse: Session, officer: Session): Promise<void> {
    await proposeControl(owner, {
      ...{ board: owner.person, officers: [officer.person], outside: [officer.person], findingAt: 30 },
      every: { review: 7, sample: 30, emergency: 7, rights: 90 },
      ...{ sampleSize: 10, answerDays: 14, decideDays: 30 },
    });
    const [waits] = await waitingProposals(officer);
    await agree(officer, waits!.hash);
    await couplePartners(owner);
    const [index, evidence] = [await readLog(officer), await readEvidence(officer)];
    const assembled = assemble(index, evidence);
    const recorded = await readRecords(officer, { index, subjects: assembled.input.subjects });
    const { review, findings, digest } = standing(assembled, recorded, { findingAt: 30, officers: [officer.person] });
    await recordCheck(officer, {
      ...{ kind: 'check', check: 'review', lines: { from: 0, until: index.size }, rules: review.rules, read: null },
      ...{ looks: review.looks, explained: review.outcomes.explained, unexplained: review.outcomes.unexplained },
      findings: { count: findings.length, digest },
    });
    const { name, lines, finding } = findings.find(({ finding: one }) => one.people.includes(nurse.person))!;
    const { points, rules, features, people } = finding;
    const about = { points, rules, features: [...features], looks: [] };
    const asked = { finding: name, lines, people, before: [], about };
    await sayStep(officer, asked, { kind: 'ask', whom: nurse.person, text: 'GEHEIME VRAAG over dit dossier' });
  }

  /** Asked on paper twice: the later one counts. */
  async function demanded(owner: Session, second: Session): Promise<void> {
    const ways = [
      { means: 'dezi' as const, issuer: 'https://dezi.example' },
      { means: 'eid' as const, issuer: 'https://digid.example' },
    ];
    for (const patients of ['high', 'substantial'] as const) {
      world.clock.move(1);
      await proposeDemand(owner, { desk: 'https://balie.example', ways, staff: null, patients });
      const [waits] = await waitingProposals(second);
      await agree(second, waits!.hash);
      await couplePartners(owner);
    }
  }

  beforeAll(async () => {
    world = await makeWorld(6, 0, { people: STAFF, threshold: 1 });
    await world.enrol();
    await world.sync();
    const [owner, nurse, officer] = [
      await world.signIn('gp'),
      await world.signIn('poh-s'),
      await world.signIn('F. Toezicht'),
    ];
    const { rows } = parseWorklist(((await openList(nurse, 'worklist')).content as { list: unknown }).list);
    const row = rows[0]!;
    dossier = row.dossier;
    nursePerson = nurse.person;
    await openDossier(nurse, {
      dossier: row.dossier,
      handles: row.handles.map(({ handle }) => handle),
      facts: row.facts,
    });
    await overseen(owner, nurse, officer);
    await demanded(owner, nurse);
    mirror = join(world.dir, 'mirror');
    await world.sync({ mirror });
    world.clock.move(9 * DAY);
    const texts = join(world.dir, 'texts');
    mkdirSync(texts);
    writeFileSync(join(texts, 'v1.txt'), 'Wij delen een deel van uw dossier met het zorgteam.');
    out = join(world.dir, 'pack');
    const state = await openState({ dir: join(world.dir, 'agent'), random: systemRandom });
    try {
      const patient = Object.entries(state.register.patients).find(
        ([, { enrolment }]) => enrolment !== null && 'ids' in enrolment && enrolment.ids.dossier === dossier,
      )![0];
      await inspectionPack({ register: state.register, mirror, out, texts, patient, clock: world.clock.clock });
      const file = await getDocumentProxy(new Uint8Array(readFileSync(join(out, PACK.pdf))), { verbosity: 0 });
      const pages = await Promise.all(
        Array.from({ length: file.numPages }, async (_, i) => {
          const { items } = await (await file.getPage(i + 1)).getTextContent();
          return items.map((item) => ('str' in item ? item.str : '')).join(' ');
        }),
      );
      text = pages.join(' ').replace(/\s+/g, ' ');
      // Nobody's number or name of a patient, and nothing that was sealed.
      for (const id of Object.keys(state.register.patients)) expect(text).not.toContain(id);
    } finally {
      await state.close();
    }
  });
  afterAll(() => world.close());

  it('R57: answers in the order in which inspectors ask, from this practice: policy, arrears, findings, texts, two factors', () => {
    const order = [
      ...[
        '1. Wie kan een dossier openen',
        '2. Wie deed wat',
        '3. Controlebeleid',
        '4. Vertrekkers',
        '5. Twee factoren',
      ],
      ...['6. Hoe patiënten', '7. DPIA', '8. Het logboek zelf'],
    ].map((title) => text.lastIndexOf(title));
    expect(order.every((at, i) => at > (order[i - 1] ?? 0))).toBe(true);
    // Who can open this file and why, and who did.
    expect(text).toContain(dossier);
    expect(text).toMatch(/C\. Verpleger vaste controle: ingeschreven en aangemeld/);
    expect(text).toMatch(/\d{4}-\d\d-\d\d C\. Verpleger dossier geraadpleegd \d+/);
    // By which rules it is decided, and their texts.
    expect(text.replaceAll(' ', '')).toMatch(new RegExp(`${POLICY_VERSION}.{20,40}mapregels`));
    expect(readFileSync(join(out, PACK.rules, 'look.cedar'), 'utf8')).toMatch(/^\/\/ VRAAG: /);
    // Policy, the check that was done, what is late, and that a finding waits; its words stay sealed.
    expect(text).toMatch(/F\. Toezicht \(extern\) elke 7 dagen/);
    expect(text).toMatch(/beoordeling van alle regels F\. Toezicht 0–\d+ 1 /);
    expect(text).toContain('er is achterstand: 2 controles zijn niet op tijd gedaan');
    expect(text).toMatch(/Besproken 1 Wacht op antwoord 1/);
    expect(text).toMatch(/gevraagd F\. Toezicht 1 /);
    for (const sealed of ['GEHEIME', 'erzonnen']) expect(text).not.toContain(sealed);
    // Recertification, ways in, texts with their sums, the installation's own facts.
    expect(text).toContain('De rechten zijn nog niet nagelopen');
    expect(text).toMatch(/C\. Verpleger 2 apparaten met wachtzin 2 1 /);
    expect(text).toMatch(/v1 letter 4 /);
    expect(text).toContain('teksten/v1.txt');
    expect(text).toContain('Er is geen inbreuk vastgelegd');
    expect(text).toContain('Voeg de getekende overeenkomst met de host toe');
    expect(text).toContain('De praktijk heeft geen getuigen genoemd');
    expect(text).toContain('Het HIS van de praktijk heeft een eigen logboek');
  });

  it('R57, R26: says what the owners signed about a sign-on outside, as it was said last, and who vouches there', () => {
    expect(text).toMatch(/Van wie hier werkt niet gevraagd/);
    expect(text).toMatch(/Van elke patiënt met inzage niveau substantieel/);
    expect(text).toMatch(/Aanmeldbalie https:\/\/balie\.example/);
    expect(text).toMatch(/Wie ervoor instaat https:\/\/dezi\.example, https:\/\/digid\.example/);
    expect(text).toMatch(/Door de eigenaren en een tweede ondertekenaar, sinds \d/);
    expect(text).not.toContain('niveau hoog');
    expect(text).not.toContain('de eigenaren hebben hier niets voor ondertekend');
  });

  it('R57: checks with our program and with openssl alone; any file that is changed, taken out or put in is refused', async () => {
    expect(await checkPack(out)).toMatchObject({ ok: true, faults: [] });
    const tools = { cwd: out, encoding: 'utf8' } as const;
    const verify = ['pkeyutl', '-verify', '-pubin', '-inkey', PACK.signer, '-rawin', '-in', PACK.sums];
    const openssl = spawnSync('openssl', [...verify, '-sigfile', PACK.signature], tools);
    // Where the two programs are; what they say is what docs/inspector.md promises.
    if (openssl.error === undefined) expect(openssl.stdout).toContain('Signature Verified Successfully');
    const sums = spawnSync('sha256sum', ['--check', '--quiet', PACK.sums], tools);
    if (sums.error === undefined) expect([sums.status, sums.stdout]).toEqual([0, '']);

    const broken = async (change: (dir: string) => void) => {
      const dir = join(world.dir, 'changed');
      rmSync(dir, { recursive: true, force: true });
      cpSync(out, dir, { recursive: true });
      change(dir);
      return (await checkPack(dir)).faults.map(({ kind, file }) => `${kind} ${file}`);
    };
    expect(await broken((dir) => appendFileSync(join(dir, PACK.pdf), ' '))).toEqual([`changed ${PACK.pdf}`]);
    expect(await broken((dir) => rmSync(join(dir, PACK.page)))).toEqual([`missing ${PACK.page}`]);
    expect(await broken((dir) => renameSync(join(dir, PACK.texts, 'v1.txt'), join(dir, PACK.texts, 'v2.txt')))).toEqual(
      ['missing teksten/v1.txt', 'added teksten/v2.txt'],
    );
    // The sums made true again without the key; then everything signed by a key of one's own.
    const resum = (dir: string) => {
      appendFileSync(join(dir, PACK.pdf), ' ');
      const lines = readFileSync(join(dir, PACK.sums), 'utf8').split('\n').filter(Boolean);
      const sumOf = (name: string) =>
        createHash('sha256')
          .update(readFileSync(join(dir, name)))
          .digest('hex');
      writeFileSync(
        join(dir, PACK.sums),
        lines.map((line) => `${sumOf(line.slice(66))}  ${line.slice(66)}\n`).join(''),
      );
    };
    expect(await broken(resum)).toEqual([`signature ${PACK.sums}`]);
    const forged = await broken((dir) => {
      const { publicKey, privateKey } = generateKeyPairSync('ed25519');
      writeFileSync(join(dir, PACK.signer), publicKey.export({ format: 'pem', type: 'spki' }));
      resum(dir);
      writeFileSync(join(dir, PACK.signature), sign(null, readFileSync(join(dir, PACK.sums)), privateKey));
    });
    expect(forged).toEqual([`signature ${PACK.sums}`, `signer ${PACK.signer}`]);
    // A log with one line less does not give what was signed.
    const [lines] = [join(PACK.log, 'log', 'lines', '000000.txt')];
    const cut = await broken((dir) =>
      writeFileSync(join(dir, lines), readFileSync(join(dir, lines), 'utf8').split('\n').slice(0, -2).join('\n')),
    );
    expect(cut).toEqual([`changed ${lines}`, `log ${PACK.log}`]);
  });

  it('R57: a line that names the hash of a card by any other event makes nobody the signer', async () => {
    const { card, by } = JSON.parse(readFileSync(join(out, PACK.manifest), 'utf8')) as { card: string; by: string };
    const lines = (await mirroredLines(join(out, PACK.log))).map(({ entry }) => entry);
    expect(cardHolds(lines, card, by)).toBe(true);
    const as = (more: object) => lines.map((one) => ({ ...one, common: { ...one.common, ...more } }));
    expect(cardHolds(as({ event: 'access' }), card, by)).toBe(false);
    expect(cardHolds(as({ outcome: 'refused' }), card, by)).toBe(false);
    expect(cardHolds(as({ practice: `org_${'a'.repeat(26)}` }), card, by)).toBe(false);
  });

  it('R51: the doctors’ list, and no other, tells at the next delivery who looked at their patients last week; mail says once that it is ready', async () => {
    const said = async (change: (register: Register) => void) => {
      const state = await openState({ dir: join(world.dir, 'agent'), random: systemRandom });
      change(state.register);
      await state.save();
      await state.close();
    };
    const mails = (role: string, mail: string) =>
      said(({ staff }) => Object.assign(staff.find((one) => one.role === role)!, { mail }));
    const box = await testMailbox();
    const mailed = async () => {
      const post = openPost({
        host: '127.0.0.1',
        port: box.port,
        security: 'none',
        from: 'a@b.example',
        timeout: 9000,
      });
      const { weekly } = await world.sync({ post });
      post.close();
      return weekly;
    };
    // Nobody named an address, or it is of somebody who has no such overview: nobody is written to.
    expect((await world.sync()).weekly).toBeNull();
    await mails('privacy-officer', 'toezicht@b.example');
    await mails('poh-s', 'poh@b.example');
    expect(await mailed()).toEqual({ sent: 0, failed: 0 });
    await mails('gp', 'arts@b.example');
    // What did not go waits; what went goes once a week, whatever is delivered in between.
    box.refuse = true;
    expect(await mailed()).toEqual({ sent: 0, failed: 1 });
    box.refuse = false;
    expect(await mailed()).toEqual({ sent: 1, failed: 0 });
    expect(await mailed()).toEqual({ sent: 0, failed: 0 });
    await box.close();
    const [letter, ...none] = box.letters;
    expect([letter!.to, none]).toEqual([['arts@b.example'], []]);
    const [, body] = letter!.text.split('\r\n\r\n');
    expect(body!.replaceAll('=\r\n', '')).toBe(
      'Het overzicht van vorige week staat klaar op uw startpagina. Log in om het te lezen.\r\n',
    );
    for (const said of [dossier, nursePerson, 'Verpleger', 'Eerste', 'http']) expect(letter!.text).not.toContain(said);
    const gp = await world.signIn('gp');
    const weeks = [];
    for (const { team } of await listHandles(gp, 'worklist')) {
      const { content } = await openList(gp, 'worklist', team);
      weeks.push(readContent(worklistContent, content).week);
    }
    expect(weeks.filter((week) => week !== undefined)).toEqual([
      {
        ...{ from: '2026-01-05', until: '2026-01-11' },
        lines: [{ dossier, doctor: null, who: nursePerson, days: ['2026-01-05'], marks: [] }],
      },
    ]);
    expect(weeks.length).toBeGreaterThan(1);
  });

  it('R38, R51: the officer’s overview counts every line of people; taking it along is a line first, of each patient it names', async () => {
    const officer = await world.signIn('F. Toezicht');
    const { seen } = await readLog(officer);
    const names = { person: () => null, organisation: () => null, patient: () => null };
    const byColleague = overviewOf(seenIn(seen, names), 'colleague');
    expect(byColleague.find(({ key }) => key === nursePerson)).toMatchObject({ looks: 1, patients: 1, refused: 0 });
    expect(byColleague.some(({ key }) => key === officer.person)).toBe(true);
    const about = { purpose: 'overzicht van het logboek meegeven' };
    expect(await declareOverview(officer, { event: 'export', dossiers: [dossier as DossierId], about })).toBe(1);
    expect(await declareOverview(officer, { event: 'export', dossiers: [], about })).toBe(1);
    const after = overviewOf(seenIn((await readLog(officer)).seen, names), 'patient', { events: ['export'] });
    expect(after.map(({ key, lines }) => [key, lines])).toEqual([
      [null, 1],
      [dossier, 1],
    ]);
    // Somebody who does not oversee cannot say that they take the log of a patient along whom they do not treat, and reads no whole log.
    const nurse = await world.signIn('poh-s');
    await expect(readLog(nurse)).rejects.toMatchObject({ code: 'client/refused' });
  });

  it('R38, R50, R57: a log officer gives along how every finding ended, after a line; the pack and its check hold it against the log', async () => {
    const [nurse, officer] = [await world.signIn('poh-s'), await world.signIn('F. Toezicht')];
    const steps = async (who: Session, index: Awaited<ReturnType<typeof readLog>> | null) => {
      const [one] = (await readRecords(who, { index, subjects: [] })).findings.values();
      return { ...one!, before: one!.steps, about: null };
    };
    await sayStep(nurse, await steps(nurse, null), { kind: 'answer', text: 'GEHEIM ANTWOORD' });
    const decided = {
      kind: 'decide',
      verdict: 'unjustified',
      followUp: 'talk',
      text: 'WOORD VAN DE FUNCTIONARIS',
    } as const;
    await sayStep(officer, await steps(officer, await readLog(officer)), decided);

    // Who reads no words gives none along, and no line says that they did.
    await expect(discloseFindings(nurse, { words: true })).rejects.toMatchObject({ code: 'client/denied' });
    const [bare, full] = [
      await discloseFindings(officer, { words: false }),
      await discloseFindings(officer, { words: true }),
    ];
    for (const secret of ['GEHEIM ANTWOORD', 'features', dossier]) expect(fromUtf8(full)).not.toContain(secret);
    expect([fromUtf8(bare), fromUtf8(full)].map((said) => said.includes(decided.text))).toEqual([false, true]);

    // Before the practice's copy holds the line it is no part of a pack.
    const state = await openState({ dir: join(world.dir, 'agent'), random: systemRandom });
    const { register } = state;
    await state.close();
    const file = join(world.dir, 'findings.json');
    writeFileSync(file, full);
    const packed = join(world.dir, 'with-findings');
    const make = () => inspectionPack({ register, mirror, out: packed, findings: file, clock: world.clock.clock });
    await expect(make()).rejects.toMatchObject({ code: 'agent/bad-mirror' });
    rmSync(packed, { recursive: true });
    // Nor does the next sync take what was taken along of a patient's log for a change of the dossier.
    await world.sync({ mirror });
    await make();
    expect(await checkPack(packed)).toMatchObject({ ok: true, faults: [] });
    const page = readFileSync(join(packed, PACK.page), 'utf8')
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ');
    expect(page).toMatch(
      / POH-S 1 2026-01-05 2026-01-14 2026-01-14, logfunctionaris \(extern\) niet terecht gesprek /i,
    );
    expect(page).toContain(`Besluit ${decided.text}`);
    for (const secret of ['GEHEIM ANTWOORD', dossier]) expect(page).not.toContain(secret);
    // R38: each of the two stands as a line of its own, by who made it.
    const places = await mirroredLines(join(packed, PACK.log));
    const lines = places.filter(
      ({ entry: { common } }) => common.event === 'export' && common.actor === officer.person,
    );
    const said = JSON.parse(fromUtf8(full)) as { said: DisclosedFindings; card: string };
    expect(lines.at(-1)!.index).toBe(said.said.line);
    expect(lines.at(-2)!.index).toBe((JSON.parse(fromUtf8(bare)) as typeof said).said.line);

    // Whoever signs: nothing may be left out, moved, or said of a step that the log does not hold.
    const held = async (change: (of: DisclosedFindings) => unknown, by = officer) => {
      const copy = structuredClone(said.said);
      change(copy);
      const bytes = lengthPrefixed(utf8('ketenkluis.findings.v1'), canonicalJson(copy));
      const signature = base64url(await by.keys().signer.sign(bytes));
      return (await holdFindings(canonicalJson({ ...said, said: copy, signature }), places)).fault;
    };
    type Finding = DisclosedFindings['findings'][number];
    const one = (of: DisclosedFindings) =>
      of.findings[0] as Mutable<Finding> & { steps: Mutable<Finding['steps'][number]>[] };
    const policy = (of: DisclosedFindings) => of as Mutable<DisclosedFindings>;
    expect(await held(() => undefined)).toBeNull();
    expect(await held(() => undefined, nurse)).toBe('unsigned');
    expect(await held((of) => of.findings.splice(0))).toBe('left-out');
    expect(await held((of) => one(of).steps.pop())).toBe('left-out');
    expect(await held((of) => of.checks.splice(0))).toBe('left-out');
    expect(await held((of) => one(of).steps.reverse())).toBe('out-of-order');
    expect(await held((of) => Object.assign(one(of).steps[1]!, { line: said.said.line }))).toBe('not-in-log');
    expect(await held((of) => Object.assign(one(of).steps[2]!.record, { number: 9 }))).toBe('not-in-log');
    expect(await held((of) => Object.assign(one(of).steps[2]!, { verdict: null }))).toBe('outcome');
    expect(await held((of) => Object.assign(one(of).steps[1]!, { text: 'x' }))).toBe('outcome');
    expect(await held((of) => Object.assign(policy(of), { line: of.line - 1 }))).toBe('undeclared');
    expect(await held((of) => Object.assign(policy(of), { size: 9_999 }))).toBe('undeclared');
    const other = (await mirroredLines(join(packed, PACK.log))).filter(({ entry }) => entry.common.event !== 'card');
    expect(await holdFindings(full, other)).toEqual({ fault: 'signer' });
    // A colleague who came by the file, and took a list of their own along, gives it along in their own name.
    const [list] = await listHandles(nurse, 'worklist');
    const items = [{ dossier: null, handle: list!.handle, facts: [] }];
    const { index } = await declare(nurse, { event: 'export', items, about: { purpose: 'werklijst' } });
    // A finding about an owner: the owner says of all others how they ended, and of this one only that it did.
    const owner = await world.signIn('gp');
    const [row] = parseWorklist(((await openList(owner, 'worklist')).content as { list: unknown }).list).rows;
    await openDossier(owner, {
      ...{ dossier: row!.dossier, facts: row!.facts },
      handles: row!.handles.map(({ handle }) => handle),
    });
    const { looks, people } = await readLog(officer);
    const own = looks.line[looks.person.findIndex((one) => people[one] === owner.person)]!;
    const about = { finding: hashOf(utf8('own')), lines: [own], people: [owner.person] };
    const words = { points: 0, rules: '1', features: [], looks: [] };
    const readOn = async (who: Session, log: Awaited<ReturnType<typeof readLog>> | null) =>
      (await readRecords(who, { index: log, subjects: [] })).findings.get(about.finding)!.steps;
    await sayStep(
      officer,
      { ...about, before: [], about: words },
      { kind: 'ask', whom: owner.person, text: 'Waarom?' },
    );
    await sayStep(owner, { ...about, before: await readOn(owner, null), about: null }, { kind: 'answer', text: 'Zo.' });
    const ended = { kind: 'decide', verdict: 'justified', followUp: 'none', text: 'GOED GEDAAN' } as const;
    const logNow = await readLog(officer);
    await sayStep(officer, { ...about, before: await readOn(officer, logNow), about: null }, ended);
    const told = async (by: Session) => {
      const bytes = await discloseFindings(by, { words: true });
      const { findings } = (JSON.parse(fromUtf8(bytes)) as { said: DisclosedFindings }).said;
      const outcomes = findings.map(({ finding, steps: all }) => [
        finding === about.finding,
        ...all
          .filter(({ record }) => record.kind === 'decide')
          .flatMap(({ verdict, followUp, text }) => [verdict, followUp, text]),
        all.length,
      ]);
      return { bytes, outcomes: outcomes.sort() };
    };
    const theirs = [false, decided.verdict, decided.followUp, decided.text, 3];
    const mine = await told(owner);
    expect(mine.outcomes).toEqual([theirs, [true, null, null, null, 3]]);
    expect(fromUtf8(mine.bytes)).not.toContain('Waarom?');
    const whole = await told(officer);
    expect(whole.outcomes).toEqual([theirs, [true, ended.verdict, ended.followUp, ended.text, 3]]);
    await world.sync({ mirror });
    const newest = await mirroredLines(mirror);
    for (const { bytes } of [mine, whole]) expect((await holdFindings(bytes, newest)).fault).toBeNull();
    writeFileSync(file, mine.bytes);
    const ownPack = join(world.dir, 'with-own');
    await inspectionPack({ register, mirror, out: ownPack, findings: file, clock: world.clock.clock });
    expect(readFileSync(join(ownPack, PACK.page), 'utf8')).toContain('gaat over wie het meegaf');
    // Nor do they sign, in a file of their own making, that it ended well.
    const forgedOwn = JSON.parse(fromUtf8(mine.bytes)) as { said: DisclosedFindings };
    const step = forgedOwn.said.findings.find(({ finding }) => finding === about.finding)!.steps.at(-1)!;
    Object.assign(step, { verdict: 'justified', followUp: 'none' });
    const again = lengthPrefixed(utf8('ketenkluis.findings.v1'), canonicalJson(forgedOwn.said));
    const withOwn = { ...forgedOwn, signature: base64url(await owner.keys().signer.sign(again)) };
    expect((await holdFindings(canonicalJson(withOwn), newest)).fault).toBe('outcome');
    const better = structuredClone(said.said);
    Object.assign(better, { by: nurse.person, line: index, size: index + 1 });
    for (const step of one(better).steps) Object.assign(step, { verdict: null, followUp: null, text: null });
    const card = base64url(encodeStatement((await nurse.people()).cardStatement(nurse.person)!));
    const signature = base64url(
      await nurse.keys().signer.sign(lengthPrefixed(utf8('ketenkluis.findings.v1'), canonicalJson(better))),
    );
    const forged = join(world.dir, 'forged.json');
    writeFileSync(forged, canonicalJson({ said: better, card, signature }));
    const out = join(world.dir, 'with-forged');
    await expect(inspectionPack({ register, mirror, out, findings: forged, clock: world.clock.clock })).rejects.toThrow(
      '(signer)',
    );

    // However much was said: it is read page after page, and no answer holds more than its bound.
    const { storage } = world.vault().vault;
    const stood = await readRecords(owner, { index: null, subjects: [] });
    await storage.write(async (tx) => {
      const one = await tx.selectFrom('record').selectAll().limit(1).executeTakeFirstOrThrow();
      const words = new Uint8Array(60_000);
      for (let n = 0; n < 150; n++)
        await tx
          .insertInto('record')
          .values({ ...one, words, hash: `${n}`.padEnd(43, 'x') as never, line: 1_000_000 + n })
          .execute();
    });
    const pages: string[] = [];
    world.net.between = (url, answer) => {
      if (url.includes('/records')) pages.push(url);
      return answer();
    };
    const read = await readRecords(owner, { index: null, subjects: [] });
    world.net.between = null;
    expect([...read.findings.keys()]).toEqual([...stood.findings.keys()]);
    expect(pages).toHaveLength(3);

    // In a pack that somebody signed anew as well.
    writeFileSync(join(packed, PACK.findings), fromUtf8(full).replace('"talk"', '"none"'));
    expect((await checkPack(packed)).faults.map(({ kind }) => kind)).toEqual(['changed', 'findings']);
  });
});

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
