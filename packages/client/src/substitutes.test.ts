/** Monday 08:00: the owners are ill, only the assistant is there (R18, R27); and broken glass (R21). */

import { rmSync } from 'node:fs';
import { makeWorld, type World } from '@ketenkluis/agent/testing';
import {
  addDays,
  base64url,
  DAY,
  type DeviceId,
  fromBase64url,
  HOUR,
  type InvitationId,
  type LocalDate,
  localDate,
  MINUTE,
  newId,
  type OrganisationId,
  plus,
  type Signer,
  type TeamId,
} from '@ketenkluis/base';
import { parseWorklist, type WorklistRow } from '@ketenkluis/care';
import { challenge as challengeMessage, sessionOpened, sessionProofBytes } from '@ketenkluis/protocol';
import {
  createInvitation,
  createJoin,
  type FactOf,
  generateSigningKey,
  hashOf,
  parseInvitationFragment,
  signStatement,
  statementsToWire,
  statementToWire,
  webSigner,
} from '@ketenkluis/seal';
import { createKeyring } from '@ketenkluis/seal/open';
import { fsck } from '@ketenkluis/vault';
import { type TestPerson, testPerson } from '@ketenkluis/vault/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  activate,
  admit,
  agree,
  audit,
  type Called,
  callPatient,
  callsForMe,
  change,
  closeReview,
  endPlace,
  keptDevices,
  memoryStorage,
  openCalled,
  openDossier,
  openEmergency,
  openList,
  openReviews,
  parseDeviceLink,
  Session,
  signIn,
  substitutesToCall,
  takeDeviceLink,
  tellPatient,
  waitingProposals,
  wire,
  writeNote,
} from './index.ts';

const REASON = 'bewusteloos binnengebracht, geen dossier bekend';

describe('Monday 08:00', () => {
  let world: World;
  let first: Session;
  let second: Session;
  let assistant: Session;
  let locum: TestPerson;
  let gp: TeamId;
  let emergency: TeamId;
  let rows: readonly WorklistRow[];

  const placeOf = () => {
    const { origin, practice, authority, log, logTeam } = parseDeviceLink(world.init.people[0]!.first.link);
    return { origin, pins: { practice, authority, log, logTeam } };
  };
  const ports = () => ({
    fetch: world.net.fetch,
    clock: world.clock.clock,
    random: world.random,
    storage: memoryStorage(),
  });

  /** Signs in as somebody of the staff by name. */
  async function enter(name: string): Promise<Session> {
    world.clock.move(1000);
    const person = world.init.people.find((one) => one.name === name)!;
    const own = ports();
    await takeDeviceLink(own.storage, parseDeviceLink(person.first.link));
    const [device] = await keptDevices(own.storage);
    return await signIn(wire(placeOf(), own), {
      by: 'passphrase',
      device: device!,
      passphrase: person.first.passphrase,
    });
  }
  /** Signs in with the keys of somebody who joined. */
  async function enterAs(person: TestPerson): Promise<Session> {
    world.clock.move(1000);
    const wired = wire(placeOf(), ports());
    const { challenge } = await wired.call('challenge', challengeMessage);
    const { id, signer } = devices.get(person.id)!;
    const proof = sessionProofBytes(wired.place.origin, wired.place.pins.practice as OrganisationId, challenge, id);
    const body = { by: 'device', challenge, device: id, signature: base64url(await signer.sign(proof)) };
    const { session, token, idle, until } = await wired.call('session-open', sessionOpened, { body });
    const start = { session, token, person: person.id, device: id, idle, until, unlockers: [], names: {} };
    return await Session.begin(wired, start, { sign: person.signSeed, kem: person.kemSeed }, 'keyring');
  }

  const devices = new Map<string, { id: DeviceId; signer: Signer }>();
  async function deviceOf(person: TestPerson) {
    const { seed } = await generateSigningKey(world.random);
    const id = newId('device', world.random);
    const signer = await webSigner({ by: id, seed });
    devices.set(person.id, { id, signer });
    const at = world.clock.clock();
    const sign = base64url(signer.publicKey);
    const stated = { t: 'device' as const, v: 1 as const, suite: 1, id, person: person.id, sign, at };
    return statementToWire(await signStatement(stated, person.signer));
  }

  /** The owners approve somebody from outside for a team: one invites and signs, the other signs as well. */
  async function approve(person: TestPerson, team: TeamId, until = plus(first.now(), 30 * DAY)): Promise<void> {
    const { random } = world;
    const at = first.now();
    const made = await createInvitation({ organisation: first.practice, team, by: first.person, at, random });
    const invitation = await signStatement(made.payload, first.keys().signer);
    await change(first, {
      ...{ endpoint: 'statements', class: 'admin', items: [], annexed: false },
      body: { ...statementsToWire([invitation]), wraps: [] },
    });
    const { seed } = parseInvitationFragment(made.fragment);
    const join = await createJoin({ invitation: made.payload, seed, signer: person.signer, kem: person.kemPublic, at });
    const unlocker = { kind: 'passkey' as const, credential: 'AAAA', salt: random(32), prf: random(32) };
    const secrets = { sign: person.signSeed, kem: person.kemSeed };
    const keyring = await createKeyring({ person: person.id, secrets, unlockers: [unlocker], random });
    await first.wire.call('join', z.unknown(), {
      path: `/v1/practices/${first.practice}/invitations/${made.payload.id}/join`,
      body: { join: statementToWire(join), keyring: base64url(keyring), device: await deviceOf(person), passkey: null },
    });
    const as = { until, activators: [assistant.person] };
    const id: InvitationId = made.payload.id;
    expect(await admit(first, id, { name: 'W. Waarnemer', role: 'gp' }, as)).toBe('proposed');
    const [waiting] = await waitingProposals(second);
    expect(waiting).toMatchObject({ substitute: as, threshold: 2 });
    expect(await agree(second, waiting!.hash)).toBe('admitted');
  }

  const lastLine = async () => {
    const { ledger } = world.vault().vault.storage;
    const { size } = await ledger.state(placeOf().pins.log.origin);
    const [stored] = await ledger.entries(placeOf().pins.log.origin, size - 1, size);
    const { decodeEntry } = await import('@ketenkluis/ledger');
    return decodeEntry(stored!.stored).entry;
  };
  const identity = (row: WorklistRow) => row.handles.find(({ scope }) => scope === 'identity')!.handle;
  const handOver = (row: WorklistRow, more: Partial<Parameters<typeof callPatient>[1]> = {}) =>
    callPatient(assistant, {
      ...{ dossier: row.dossier, handle: identity(row), facts: row.facts, to: locum.id, name: row.name },
      ...{ birthDate: null, reason: 'benauwd sinds vannacht', ...more },
    });

  beforeAll(async () => {
    world = await makeWorld(9, 4);
    await world.enrol();
    await world.sync();
    first = await enter('A. de Eerste');
    second = await enter('B. de Tweede');
    assistant = await enter('D. Assistent');
    const people = await first.people();
    const epochs = new Map(people.memberships(first.now()).map(({ team, person }) => [`${person} ${team}`, team]));
    const slots = (await first.me()).teams;
    gp = slots.find(({ team, handles }) => handles.length === 3 && !epochs.has(`${nurse()} ${team}`))!.team;
    emergency = slots.find(({ handles }) => handles.length === 0)!.team;
    locum = await testPerson(world.random);
    await approve(locum, gp);
    rows = parseWorklist(((await openList(assistant, 'worklist')).content as { list: unknown }).list).rows;
  });
  const nurse = () => world.init.people.find(({ role }) => role === 'poh-s')!.person;
  afterAll(async () => {
    // By itself every minute; this clock went on by hours.
    await world.vault().upkeep();
    await world.vault().stop();
    const report = await fsck(`${world.dir}/vault`);
    rmSync(world.dir, { recursive: true, force: true });
    expect(report.faults).toEqual([]);
  });

  it('R18: who is approved has no team key and opens nothing before being called in', async () => {
    const her = await enterAs(locum);
    expect((await her.me()).teams).toEqual([]);
    expect(await callsForMe(her)).toEqual([]);
    await expect(
      openDossier(her, { dossier: rows[0]!.dossier, handles: [identity(rows[0]!)], facts: [] }),
    ).resolves.toMatchObject({ parts: [{ outcome: 'deny', reason: 'not-member' }] });
    await expect(handOver(rows[0]!)).rejects.toMatchObject({ code: 'client/no-key-here' });
  });

  it('R18, R27: the assistant calls the locum in, hands over the patient at the door, and the locum opens that dossier: three steps', async () => {
    const steps: string[] = [];
    const { pool } = (await substitutesToCall(assistant))[0]!;
    await activate(assistant, pool, plus(assistant.now(), 10 * HOUR));
    steps.push('call in');
    await handOver(rows[0]!);
    steps.push('hand over');
    const her = await enterAs(locum);
    const [called, ...others] = await callsForMe(her);
    expect(others).toEqual([]);
    expect(called).toMatchObject({ dossier: rows[0]!.dossier, name: rows[0]!.name, reason: 'benauwd sinds vannacht' });
    const opened = await openCalled(her, called!);
    steps.push('open');
    expect(steps).toHaveLength(3);
    expect(opened.parts.length).toBeGreaterThan(2);
    expect(opened.parts.every(({ outcome }) => outcome === 'permit')).toBe(true);
    // R27: who did it, and the owner who approved it and answers.
    const { common, items } = await lastLine();
    expect(common).toMatchObject({ actor: locum.id, responsible: first.person, event: 'release' });
    expect(items[0]!.facts).toContain(called!.call);

    const seen = await audit(first, { dossier: rows[0]!.dossier });
    expect(seen.lines.map(({ event }) => event)).toContain('call');
    // R16: of another patient nothing, although the team has the key.
    const other = await openDossier(her, { dossier: rows[1]!.dossier, handles: [identity(rows[1]!)], facts: [] });
    expect(other.parts).toMatchObject([{ outcome: 'deny', reason: 'no-call' }]);
    await expect(openList(her, 'worklist')).rejects.toMatchObject({ code: 'client/denied' });
    const rights = { dossier: rows[0]!.dossier, handle: called!.handles[0]!, facts: called!.facts };
    await expect(callPatient(her, { ...rights, to: locum.id, name: 'x', birthDate: null })).rejects.toMatchObject({
      code: 'client/refused',
    });

    // A note by the locum stands, and the next sync takes it up.
    const part = opened.parts.find((one) => one.outcome === 'permit')!;
    const step = part.outcome === 'permit' ? part.grant.fact! : (undefined as never);
    const { handle } = await writeNote(her, {
      ...{ dossier: called!.dossier, parent: part.handle!, teams: [{ team: gp, step }], facts: called!.facts },
      text: 'Gezien, prednison gestart.',
    });
    const read = await openDossier(first, { dossier: called!.dossier, handles: [handle], facts: called!.facts });
    expect(JSON.stringify(read.parts)).toContain('prednison');
    await world.sync({ acceptSelection: true });
  });

  it('R17: what was handed over is over when its time is, and at once when the place ends', async () => {
    const her = await enterAs(locum);
    const [called] = (await callsForMe(her)) as [Called];
    const { place } = (await substitutesToCall(assistant))[0]!;
    await handOver(rows[2]!, { until: plus(assistant.now(), 20 * MINUTE) });
    expect(await callsForMe(her)).toHaveLength(2);
    world.clock.move(14 * MINUTE);
    assistant = await enter('D. Assistent');
    world.clock.move(7 * MINUTE);
    const later = await enterAs(locum);
    expect((await callsForMe(later)).map(({ dossier }) => dossier)).toEqual([called.dossier]);
    assistant = await enter('D. Assistent');
    await endPlace(assistant, place!.id);
    expect((await later.me(true)).teams).toEqual([]);
    expect(await callsForMe(later)).toEqual([]);
    const after = await openDossier(later, { dossier: called.dossier, handles: called.handles, facts: called.facts });
    expect(after.parts.every((part) => part.outcome === 'deny' && part.reason === 'not-member')).toBe(true);
    // Called in again the team key comes again; a day later the sealed word is gone from the vault.
    await world.vault().upkeep();
    world.clock.move(2 * DAY);
    await world.vault().upkeep();
    const left = await world.vault().vault.storage.read((tx) => tx.selectFrom('called').selectAll().execute());
    expect(left).toEqual([]);
  });

  it('a call that a colleague did not sign, for longer than a day, or of somebody they may not hand over, is none', async () => {
    assistant = await enter('D. Assistent');
    const { pool } = (await substitutesToCall(assistant))[0]!;
    const { place } = await activate(assistant, pool, plus(assistant.now(), 3 * DAY));
    await expect(handOver(rows[0]!, { until: plus(assistant.now(), DAY + 1) })).rejects.toMatchObject({
      code: 'client/refused',
    });
    await expect(handOver({ ...rows[0]!, dossier: newId('dossier', world.random) })).rejects.toMatchObject({
      code: 'client/refused',
    });
    const at = assistant.now();
    const note = fromBase64url('S0tTQg');
    const fact: FactOf<'call'> = {
      ...{ t: 'fact', v: 1, suite: 1, kind: 'call', id: newId('fact', world.random), practice: assistant.practice },
      ...{ from: at, until: plus(at, HOUR), dossier: rows[0]!.dossier, person: locum.id, note: hashOf(note) },
    };
    const forged = await signStatement(fact, { ...locum.signer, by: assistant.person });
    await expect(
      change(assistant, {
        ...{ endpoint: 'call', class: 'grant', event: 'call' },
        items: [{ dossier: rows[0]!.dossier, handle: identity(rows[0]!), facts: rows[0]!.facts }],
        body: { statement: statementToWire(forged), note: base64url(note) },
      }),
    ).rejects.toMatchObject({ code: 'client/refused' });
    await endPlace(assistant, place.id);
  });

  describe('R21: an emergency', () => {
    const restart = async () => {
      first = await enter('A. de Eerste');
      second = await enter('B. de Tweede');
    };

    it('opens the summary with a reason, flagged; the patient is told, and somebody else closes the review', async () => {
      await restart();
      const row = rows[3]!;
      await expect(openEmergency(first, row.dossier, 'spoed')).rejects.toMatchObject({ code: 'client/refused' });
      const opened = await openEmergency(first, row.dossier, REASON);
      expect(opened.parts).toMatchObject([
        { outcome: 'permit', envelope: { scope: 'emergency' }, grant: { team: emergency } },
      ]);
      const { common, items } = await lastLine();
      expect(common).toMatchObject({ event: 'emergency', class: 'emergency', actor: first.person });
      expect(items[0]).toMatchObject({ checks: { emergency: true, relation: false }, relation: null });

      const [review] = await openReviews(second);
      expect(review).toMatchObject({
        ...{ dossier: row.dossier, person: first.person, closed: null, reason: REASON, told: null },
      });
      // The patient is told before anybody says that it was in order.
      await expect(closeReview(second, review!, 'in-order', 'terecht')).rejects.toMatchObject({
        code: 'client/refused',
        detail: { problem: 'vault/conflict' },
      });
      const today = localDate(second.now());
      for (const on of [addDays(today, -1), addDays(today, 1), '2026-02-30' as LocalDate]) {
        await expect(tellPatient(second, review!, { how: 'letter', on })).rejects.toMatchObject({
          detail: { problem: 'vault/bad-request' },
        });
      }
      // Nobody excuses themselves; and somebody else says why.
      await expect(tellPatient(first, review!, { how: 'not' }, 'ik vond het niet nodig')).rejects.toMatchObject({
        detail: { problem: 'vault/not-allowed' },
      });
      await expect(tellPatient(second, review!, { how: 'not' }, 'nee')).rejects.toMatchObject({
        code: 'client/refused',
      });
      await tellPatient(second, review!, { how: 'not' }, 'patiënt is gisteren overleden');
      await tellPatient(first, review!, { how: 'phone', on: today });
      expect((await lastLine()).common).toMatchObject({ event: 'told', class: 'audit', actor: first.person });
      expect(await openReviews(second)).toMatchObject([
        { closed: null, told: { how: 'phone', on: today, person: first.person } },
      ]);
      await expect(closeReview(first, review!, 'in-order', 'eigen keuring')).rejects.toMatchObject({
        code: 'client/refused',
      });
      await closeReview(second, review!, 'in-order', 'terecht: patiënt was niet aanspreekbaar');
      expect(await openReviews(second)).toMatchObject([{ closed: { person: second.person, finding: 'in-order' } }]);
      await expect(closeReview(second, review!, 'in-order', 'nog eens')).rejects.toMatchObject({
        code: 'client/refused',
      });
      await expect(tellPatient(second, review!, { how: 'letter', on: today })).rejects.toMatchObject({
        detail: { problem: 'vault/conflict' },
      });
    });

    it('is sealed afresh at the next sync, and an ordinary look never opens it', async () => {
      const heads = async () =>
        (await world.vault().vault.storage.read((tx) => tx.selectFrom('handle').selectAll().execute())).filter(
          (handle) => handle.dossier === rows[3]!.dossier,
        );
      const before = new Map((await heads()).map(({ handle, version }) => [handle, version]));
      await world.sync();
      const moved = (await heads()).filter(({ handle, version }) => version !== before.get(handle));
      expect(moved).toHaveLength(1);
      await restart();
      const look = await openDossier(first, { dossier: rows[3]!.dossier, handles: [moved[0]!.handle], facts: [] });
      expect(look.parts).toMatchObject([{ outcome: 'deny' }]);
    });

    it('opens nothing for who is not in that team, and says no more than that', async () => {
      assistant = await enter('D. Assistent');
      await expect(openEmergency(assistant, rows[3]!.dossier, REASON)).rejects.toMatchObject({ code: 'client/denied' });
      await expect(openEmergency(first, newId('dossier', world.random), REASON)).rejects.toMatchObject({
        code: 'client/denied',
      });
    });

    it('at most three dossiers of one person in an hour; the fourth is refused and is a line', async () => {
      world.clock.move(2 * HOUR);
      await restart();
      for (const row of rows.slice(0, 3)) await openEmergency(first, row.dossier, REASON);
      await openEmergency(first, rows[0]!.dossier, REASON);
      await expect(openEmergency(first, rows[4]!.dossier, REASON)).rejects.toMatchObject({
        code: 'client/denied',
        detail: { reason: 'too-many' },
      });
      expect((await lastLine()).common).toMatchObject({ event: 'emergency', outcome: 'refused', reason: 'too-many' });
      await openEmergency(second, rows[4]!.dossier, REASON);
    });
  });
});
