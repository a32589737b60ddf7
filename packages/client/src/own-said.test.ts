/** The patient's own word (docs/spec/own.md, "In their own hands"): between two vaults, with nobody of the practice online. */

import { DAY, localDate, newId, plus } from '@ketenkluis/base';
import type { WorklistRow } from '@ketenkluis/care';
import { type FactOf, payloadHash, signBatch, signersOf, statementsToWire } from '@ketenkluis/seal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { change } from './change.ts';
import {
  accessOf,
  agreeTo,
  audit,
  consentChanges,
  consentTo,
  endOwn,
  groundsOf,
  legendContent,
  liftOwn,
  type OwnDossier,
  openDossier,
  openersOf,
  openOwn,
  ownAccess,
  ownDossiersOf,
  ownersOf,
  ownLog,
  type Referral,
  readContent,
  referralsOf,
  refuse,
  restrict,
  restrictionsOf,
  type Session,
  takeBack,
  takeOver,
  writeNote,
} from './index.ts';
import { stepTo } from './sharing.ts';
import type { Joined } from './testing/joining.ts';
import { takeIn } from './testing/patient.ts';
import { smuggle } from './testing/smuggle.ts';
import { makeTwo, type Two } from './testing/two.ts';

describe('what a patient says themselves', () => {
  let two: Two;
  let gp: Session;
  let nurse: Session;
  let guest: Session;
  let row: WorklistRow;
  let sent: Referral;
  let patient: Joined;
  let mother: Joined;
  let self: Session;
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
  /** The podiatrist opens what the referral lists. */
  const looks = async () => {
    const facts = sent.facts.map(({ id }) => id);
    const { parts } = await openDossier(guest, { dossier: row.dossier, handles: sent.handles, facts });
    return parts.map((part) => (part.outcome === 'permit' ? 'permit' : part.reason));
  };
  const mine = async (session: Session): Promise<OwnDossier> => (await ownDossiersOf(session))[0]!;
  const sync = async () => {
    await two.practice.sync();
    [nurse, gp] = [await two.practice.signIn('poh-s'), await two.practice.signIn('gp')];
    guest = await two.guest();
    self = await patient.enter();
    own = await mine(self);
  };
  const partner = () => sent.partner;
  const legendIn = async (session: Session, of: OwnDossier) => {
    const { parts } = await openOwn(session, of);
    const part = parts.find((one) => one.outcome === 'permit' && one.envelope.type === 'legend');
    return readContent(legendContent, part?.outcome === 'permit' ? part.content : null);
  };
  const live = async (kind: 'consent' | 'restriction') =>
    (await ownAccess(self, own)).facts.filter(({ fact }) => fact.kind === kind);

  beforeAll(async () => {
    two = await makeTwo(3);
    await two.couple();
    nurse = await two.practice.signIn('poh-s');
    gp = await two.practice.signIn('gp');
    [row] = (await two.rows(nurse)) as [WorklistRow];
    await two.send(nurse, row, { parts: 2 });
    patient = await takeIn(two.practice, [gp, nurse], row, 'patient');
    mother = await takeIn(two.practice, [gp, nurse], row, 'representative');
    await two.practice.sync();
    nurse = await two.practice.signIn('poh-s');
    gp = await two.practice.signIn('gp');
    guest = await two.guest();
    [sent] = (await referralsOf(guest)) as [Referral];
    self = await patient.enter();
    own = await mine(self);
  }, 120_000);
  afterAll(() => two.close());

  it('R37, R52: reads who can open what, on which facts, with nothing kept back', async () => {
    await restrict(gp, {
      dossier: row.dossier,
      facts: row.facts,
      handles: [row.handles[2]!.handle],
      excluded: 'outside',
      until: null,
    });
    const access = await ownAccess(self, own);
    expect(access.hidden).toBe(0);
    const theirs = access.seers.find(({ partner: one }) => one === partner());
    expect(theirs).toMatchObject({
      handles: expect.arrayContaining([...sent.handles]),
      consent: { organisation: partner() },
    });
    expect(access.seers.filter(({ partner: one }) => one === null).length).toBeGreaterThan(0);
    const said = access.facts.filter(({ fact }) => fact.kind === 'consent' || fact.kind === 'restriction');
    expect(said.map(({ fact, by }) => [fact.kind, by]).sort()).toEqual([
      ['consent', nurse.person],
      ['restriction', gp.person],
    ]);
    const { openers, readers } = await openersOf(self, access);
    expect(openers.find(({ partner: one }) => one === partner())).toMatchObject({
      ...{
        ground: 'referral',
        consent: 'asked',
        until: expect.any(Number),
        handles: expect.arrayContaining([...sent.handles]),
      },
    });
    expect(
      new Set(openers.filter(({ partner: one }) => one === null).map(({ ground, consent }) => `${ground} ${consent}`)),
    ).toEqual(new Set(['registration null', 'emergency null']));
    expect(readers.map(({ person, as }) => [person, as])).toEqual([
      [patient.person, 'patient'],
      [mother.person, 'representative'],
    ]);
    // A colleague is shown no restriction; only that something stands.
    expect((await accessOf(nurse, { dossier: row.dossier, facts: row.facts })).hidden).toBe(1);
  });

  it('R52, R54: what the ids are called comes sealed to them alone: organisations and roles, and nobody’s name', async () => {
    const legend = await legendIn(self, own);
    expect(legend).toMatchObject({
      practice: expect.any(String),
      partners: [
        { organisation: partner(), name: 'Podotherapie Het Spoor', teams: [{ team: two.team, role: 'podiatrist' }] },
      ],
    });
    expect(legend.readers.map(({ role }) => role)).toEqual(['patient', 'representative']);
    expect(JSON.stringify(legend)).not.toMatch(/per_|Verpleger|Tweede/);
    // On no list, in no step, and on no grant but theirs.
    const listed = new Set(row.handles.map(({ handle }) => handle));
    const access = await ownAccess(self, own);
    const extra = access.handles.filter(({ handle, class: kind }) => kind === 'source' && !listed.has(handle));
    const shut = await openDossier(nurse, {
      dossier: row.dossier,
      handles: extra.map(({ handle }) => handle),
      facts: row.facts,
    });
    expect(shut.parts.every(({ outcome }) => outcome === 'deny')).toBe(true);
  });

  it('R52: each look says on what ground; asked again here over the facts, and told as a claim where they are gone', async () => {
    await looks();
    await openDossier(nurse, {
      dossier: row.dossier,
      handles: row.handles.slice(0, 1).map(({ handle }) => handle),
      facts: row.facts,
    });
    // A program that says what is not so.
    await openDossier(nurse, {
      ...{ dossier: row.dossier, handles: row.handles.slice(0, 1).map(({ handle }) => handle), facts: row.facts },
      about: { ground: 'appointment' },
    });
    const { lines } = await ownLog(self, own);
    const told = await groundsOf(self, { access: await ownAccess(self, own), legend: null, lines });
    const said = lines
      .filter(({ event, class: kind }) => event === 'release' && kind === 'look')
      .map(({ index }) => told.get(index));
    expect(said.slice(-3)).toEqual([
      { ground: 'referral', proved: true },
      { ground: 'registration', proved: true },
      { ground: 'appointment', proved: false },
    ]);
    // The practice's own agenda says so: then it is.
    const last = lines.findLast(({ event, class: kind }) => event === 'release' && kind === 'look')!;
    const legend = { ...(await legendIn(self, own)), booked: [{ day: localDate(last.at!), roles: ['poh-s'] }] };
    const roles = legend.teams.map(({ role }) => role);
    expect(roles).toContain('poh-s');
    const booked = await groundsOf(self, { access: null, legend, lines });
    expect(booked.get(last.index)).toEqual({ ground: 'appointment', proved: true });
    const others = await groundsOf(self, {
      access: null,
      legend: { ...legend, booked: [{ day: localDate(last.at!), roles: ['gp'] }] },
      lines,
    });
    expect(others.get(last.index)).toEqual({ ground: 'appointment', proved: false });
    // Nothing to replay it with any more: as it was said.
    expect((await groundsOf(self, { access: null, legend: null, lines })).get(last.index - 1)).toMatchObject({
      proved: false,
    });
  });

  it('R33: takes back a consent that the desk wrote down; the next look is refused, with nobody of the practice online', async () => {
    expect(await looks()).toEqual(sent.handles.map(() => 'permit'));
    await takeBack(self, own, partner());
    expect(await looks()).toEqual(sent.handles.map(() => 'unknown'));
    expect(await live('consent')).toEqual([]);
    expect(await problem(takeBack(self, own, partner()))).toBe('client/refused');
    // The desk sees it, and who said it.
    const log = await audit(gp, { dossier: row.dossier });
    const line = log.lines.findLast(({ event }) => event === 'consent');
    expect(line).toMatchObject({ who: patient.person, class: 'say', outcome: 'success', signature: 'signed' });
    expect((await ownLog(self, own)).complete).toBe(true);
  });

  it('R31: agrees from their own device: signed by their card, open from the next sync on, for what was named and no longer than they read', async () => {
    const too = { partner: partner(), handles: sent.handles.slice(0, 1), until: plus(self.now(), 400 * DAY) };
    expect(await problem(agreeTo(self, own, too))).toBe('vault/bad-statement');
    await agreeTo(self, own, { ...too, until: plus(self.now(), 90 * DAY) });
    await sync();
    const [consent] = await live('consent');
    expect(consent).toMatchObject({ by: patient.person, fact: { through: own.own, handles: too.handles } });
    const answers = await looks();
    expect([answers[0], answers[1]]).toEqual(['permit', 'unknown']);
  }, 60_000);

  it('R32, R34: an objection of the patient beats every consent, of the desk too, and no colleague lifts it', async () => {
    await refuse(self, own, { handles: null, excluded: [partner()] });
    expect((await looks())[0]).toBe('unknown');
    await consentTo(nurse, {
      ...{ dossier: row.dossier, facts: row.facts, partner: partner(), handles: sent.handles },
      until: plus(nurse.now(), 30 * DAY),
    });
    expect((await looks())[0]).toBe('unknown');
    expect(await restrictionsOf(nurse, { dossier: row.dossier, facts: row.facts })).toEqual([]);
    const [seen] = (await restrictionsOf(gp, { dossier: row.dossier })).filter(
      ({ fact }) => fact.by === patient.person,
    );
    expect(seen).toMatchObject({ fact: { excluded: partner(), handles: null } });
    // Who stands in sees it as well, and lifts only what they shut themselves.
    const hers = await mother.enter();
    const her = await mine(hers);
    expect(await problem(liftOwn(hers, her, seen!.fact.id))).toBe('client/refused');
    await liftOwn(self, own, seen!.fact.id);
    expect((await looks())[0]).toBe('permit');
    // What the desk shut at the patient's word is theirs to lift as well.
    for (const { fact } of await live('restriction')) await liftOwn(self, own, fact.id);
    expect(await live('restriction')).toEqual([]);
  });

  it('R16, R19: nobody says it in their name, and they say it of nothing but their own and of nobody who works here', async () => {
    const until = plus(self.now(), DAY);
    const said = { partner: partner(), handles: sent.handles, until };
    // The practice itself, a colleague, an own team: said at the desk.
    for (const excluded of [self.practice, nurse.person, (await ownAccess(self, own)).seers[0]!.team])
      expect(await problem(refuse(self, own, { handles: null, excluded: [excluded] }))).toBe('vault/bad-statement');
    // A colleague who writes the patient's name over it, and one who takes the patient's way in.
    const forged: FactOf<'consent'> = {
      ...{ t: 'fact', v: 1, suite: 1, kind: 'consent', id: `fac_${'c'.repeat(25)}a` as FactOf<'consent'>['id'] },
      ...{ practice: nurse.practice, from: nurse.now(), dossier: row.dossier, organisation: partner() },
      ...{ handles: [...sent.handles], until, through: own.own },
    };
    const { proved } = await accessOf(nurse, { dossier: row.dossier, facts: row.facts });
    const { signer } = nurse.keys();
    const at = nurse.now();
    const { statements } = await signBatch([forged, stepTo(nurse, proved, proved.live)], {
      ...{ practice: nurse.practice, at, signer },
    });
    expect(signersOf(statements[0]!)).toEqual([nurse.person]);
    const people = await nurse.people();
    expect(people.maySign(forged, [nurse.person], at)).toBe(false);
    expect(people.maySign(forged, [patient.person], at)).toBe(true);
    expect(people.maySign(forged, [mother.person], at)).toBe(false);
    expect(people.maySign({ ...forged, dossier: `dos_${'c'.repeat(25)}a` as never }, [patient.person], at)).toBe(false);
    expect(statementsToWire(statements).statements.length).toBe(2);
    expect(await problem(agreeTo(nurse, own, said))).toBe('vault/not-allowed');
    // Of a dossier that is another's, answered as if there were none.
    const other = { ...own, dossier: (await two.rows(nurse))[1]!.dossier };
    const none = { ...own, dossier: `dos_${'c'.repeat(25)}a` as OwnDossier['dossier'] };
    expect(await problem(ownAccess(self, other))).toBe(await problem(ownAccess(self, none)));
    expect(await problem(ownAccess(self, none))).toBe('vault/refused');
  });

  it('R37: reads who asked whether to share and who changed it: role, time and line, what stands and what does not', async () => {
    const programs = new Set<string>(
      (await self.people()).cards(self.now()).flatMap(({ kind, subject }) => (kind === 'agent' ? [subject] : [])),
    );
    const { lines } = await ownLog(self, own);
    const changes = consentChanges(lines, await ownAccess(self, own), (person) => programs.has(person));
    const shown = changes.map(({ deed, by, whom }) => [deed, by, whom === partner() ? 'partner' : whom]);
    // Newest first: two lifted, the desk's yes, the patient's no, their own yes and taking back; before that the desk shut and the nurse asked.
    expect(shown).toEqual([
      ...[1, 2].map(() => ['taken', 'patient', null]),
      ['agreed', 'colleague', 'partner'],
      ['changed', 'patient', null],
      ['agreed', 'patient', 'partner'],
      ['taken', 'patient', null],
      ['changed', 'colleague', null],
      ['asked', 'colleague', null],
    ]);
    const [asked, shut] = [changes.at(-1)!, changes.at(-2)!];
    // From before anybody read the dossier as the patient: no word was sealed to them.
    expect(asked).toMatchObject({ purpose: null, over: changes[5]!.line });
    expect(changes[2]).toMatchObject({ purpose: 'wat de patient zegt', over: null });
    expect(shut.over).toBeGreaterThan(shut.line);
    const line = lines.find(({ index }) => index === asked.line)!;
    expect([line.who, line.at]).toEqual([nurse.person, asked.at]);
    // While it stands it says with whom; and what does not prove is told by nobody.
    const then = consentChanges(
      lines,
      { facts: [{ fact: sent.consent!, hash: 'x' as never, by: nurse.person }] },
      () => false,
    );
    expect(then.at(-1)).toMatchObject({ deed: 'asked', whom: partner(), handles: sent.consent!.handles, over: null });
    const bent = lines.map((one) => (one.index === asked.line ? { ...one, verified: false } : one));
    expect(consentChanges(bent, null, () => false)).toHaveLength(changes.length - 1);
  });

  it('R17: with who said it goes what they opened, at once; what they shut stays shut', async () => {
    await takeBack(self, own, partner());
    const hers = await mother.enter();
    const her = await mine(hers);
    await agreeTo(hers, her, { partner: partner(), handles: sent.handles, until: plus(hers.now(), 30 * DAY) });
    await refuse(hers, her, { handles: [row.handles[3]!.handle], excluded: ['outside'] });
    await sync();
    expect(await looks()).toEqual(sent.handles.map(() => 'permit'));
    const [fact] = (await ownersOf(gp, row.dossier)).filter(({ person }) => person === mother.person);
    await endOwn(gp, fact!);
    expect(await looks()).toEqual(sent.handles.map(() => 'unknown'));
    expect(await problem(ownAccess(hers, her))).toBe('vault/refused');
    expect((await live('restriction')).map(({ by }) => by)).toEqual([mother.person]);
    // The agent closes what rested on it, and everything still adds up.
    await sync();
    expect((await ownAccess(self, own)).seers.some(({ partner: one }) => one === partner())).toBe(false);
    expect((await ownLog(self, own)).complete).toBe(true);
  }, 60_000);

  it('R34: whoever says and takes back without end shuts nobody of the practice out, and the patient can still shut', async () => {
    const until = plus(self.now(), DAY);
    const fill = (session: Session, of: OwnDossier, by: string): FactOf<'restriction'> => ({
      ...{ t: 'fact', v: 1, suite: 1, kind: 'restriction', practice: session.practice, from: session.now(), until },
      id: newId('fact', session.wire.ports.random),
      ...{ dossier: of.dossier, handles: null, excluded: `org_${'c'.repeat(25)}a` as never, by: by as never },
    });
    const say = async (session: Session, of: OwnDossier, states: FactOf<'restriction'>[], ends: string[]) => {
      const access = await ownAccess(session, of);
      const gone = access.facts.filter(({ fact }) => ends.includes(fact.id)).map(({ hash }) => hash);
      const at = session.now();
      const live = [...access.proved.live.filter((hash) => !gone.includes(hash)), ...states.map(payloadHash)];
      const withdrawals = ends.map((fact) => ({
        ...({ t: 'withdrawal', v: 1, suite: 1 } as const),
        ...{ practice: session.practice, fact: fact as never, dossier: of.dossier, at },
      }));
      const { statements } = await signBatch([...states, ...withdrawals, stepTo(session, access.proved, live)], {
        ...{ practice: session.practice, at, signer: session.keys().signer },
      });
      await change(session, {
        ...{ endpoint: 'consent', class: 'say', event: 'consent' },
        items: [{ dossier: of.dossier, handle: null, facts: [of.own] }],
        about: { purpose: 'x' },
        body: { ...statementsToWire(statements) },
      });
    };
    /** As often as it goes, and what ended it. */
    const flood = async (session: Session, of: OwnDossier): Promise<string> => {
      for (let round = 0; round < 5; round++) {
        const states = Array.from({ length: 50 }, () => fill(session, of, session.person));
        const end = await problem(
          say(session, of, states, []).then(() =>
            say(
              session,
              of,
              [],
              states.map(({ id }) => id),
            ),
          ),
        );
        if (end !== 'it went through') return end;
      }
      return 'it went through';
    };
    const other = await takeIn(two.practice, [gp, nurse], row, 'representative');
    const theirs = await other.enter();
    const opened = async () => {
      const { parts } = await openDossier(nurse, {
        ...{ dossier: row.dossier, facts: row.facts, handles: row.handles.slice(0, 1).map(({ handle }) => handle) },
      });
      return parts.map(({ outcome }) => outcome);
    };
    const first = await flood(theirs, await mine(theirs));
    expect(await opened()).toEqual(['permit']);
    expect(first).toBe('vault/too-large');
    // What somebody else said leaves the patient's own word alone.
    await refuse(self, own, { handles: null, excluded: [partner()] });
    expect(await flood(self, own)).toBe('vault/too-large');
    expect(await opened()).toEqual(['permit']);
    // After the practice confirmed it, it goes again.
    await sync();
    await refuse(self, own, { handles: null, excluded: ['outside'] });
  }, 60_000);

  it('R33, R34: together with a dishonest host they bring back nothing that the desk took down: colleague and agent say so', async () => {
    await sync();
    const about = { dossier: row.dossier, facts: row.facts };
    const parent = row.handles[0]!.handle;
    const [part] = (await openDossier(nurse, { ...about, handles: [parent] })).parts;
    const grant = part?.outcome === 'permit' ? part.grant : null;
    const teams = [{ team: grant!.team, step: grant!.fact! }];
    const note = await writeNote(nurse, { ...about, parent, teams, text: 'Belt morgen terug.' });
    await consentTo(nurse, { ...about, partner: partner(), handles: sent.handles, until: plus(nurse.now(), DAY) });
    const desk = (await live('consent'))[0]!;
    await takeBack(self, own, partner());
    const access = await ownAccess(self, own);
    expect(access.facts.some(({ hash }) => hash === desk.hash)).toBe(false);
    const back = { fact: desk.fact.id, hash: desk.hash };
    await smuggle(two.practice, self, {
      ...{ dossier: row.dossier, own: own.own },
      live: access.proved.live,
      back,
      named: true,
    });
    expect(await problem(accessOf(nurse, about))).toBe('client/state-unexplained');
    // A colleague whose look rests on other facts changes something on top of it, and the host shows the line in part.
    await takeOver(nurse, { ...about, handle: note.handle });
    two.practice.net.between = async (url, ask) => {
      const answer = await ask();
      if (!url.includes('/access') || answer.status !== 200) return answer;
      const json = JSON.parse(new TextDecoder().decode(await answer.arrayBuffer())) as {
        states: { changes: { items: unknown[] }[] }[];
      };
      json.states[0]!.changes.at(-2)!.items.shift();
      const bytes = new TextEncoder().encode(JSON.stringify(json));
      return { ...answer, arrayBuffer: async () => bytes.buffer as ArrayBuffer };
    };
    expect(await problem(accessOf(nurse, about))).toBe('client/state-unexplained');
    two.practice.net.between = null;
    await expect(two.practice.sync()).rejects.toMatchObject({
      code: 'agent/vault-forked',
      message: expect.stringContaining('a patient brought what somebody else had signed'),
    });
  }, 60_000);
});
