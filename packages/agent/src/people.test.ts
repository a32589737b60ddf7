/** People and their keys over the whole chain: notes, locks, joiners, leavers, recovery, and what an owner must say first. */

import { join } from 'node:path';
import { base64url, fromBase64url, HOUR, MINUTE, newId, type PersonId, plus, type TeamId } from '@ketenkluis/base';
import { compileSelection, PROGRAMMES, parseWorklist, type WorklistRow } from '@ketenkluis/care';
import {
  audit,
  change,
  clientError,
  keptDevices,
  memoryStorage,
  openDossier,
  openList,
  parseDeviceLink,
  recordRecovery,
  recoverTeamKey,
  type Session,
  signIn,
  takeDeviceLink,
  takeOver,
  touch,
  wire,
  writeNote,
} from '@ketenkluis/client';
import { decodeEntry } from '@ketenkluis/ledger';
import {
  dossierState,
  type Hash,
  type Payload,
  parseShareSheet,
  recoveryCommitment,
  type Statement,
  signStatement,
  statementsToWire,
} from '@ketenkluis/seal';
import { createEpoch } from '@ketenkluis/seal/open';
import { fsck } from '@ketenkluis/vault';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileKeyStore } from './keystore.ts';
import { stateOf } from './live.ts';
import { cardOf, newKeys } from './people.ts';
import { restoreState } from './restore.ts';
import { openState } from './state.ts';
import { AS_OF, makeWorld, type World } from './testing/world.ts';

describe('people', () => {
  let world: World;
  let nurse: Session;
  let rows: readonly WorklistRow[];
  const state = () =>
    openState({
      dir: join(world.dir, 'agent'),
      random: world.random,
      keyStore: fileKeyStore(join(world.dir, 'agent')),
    });
  const look = (session: Session, row: WorklistRow) =>
    openDossier(session, {
      dossier: row.dossier,
      handles: row.handles.map(({ handle }) => handle),
      facts: row.facts,
    });
  const list = async (session: Session) =>
    parseWorklist(((await openList(session, 'worklist')).content as { list: unknown }).list).rows;
  const linesOf = async (event: string) => {
    const { ledger } = world.vault().vault.storage;
    const { origin } = nurse.wire.place.pins.log;
    const stored = await ledger.entries(origin, 0, (await ledger.state(origin)).size);
    return stored.map((one) => decodeEntry(one.stored).entry).filter(({ common }) => common.event === event);
  };
  const owners = () => world.init.people.filter(({ owner }) => owner).map(({ keys }) => keys.signer);
  const both = <P extends Payload>(payload: P) => signStatement(payload, owners());
  const admin = async (statements: readonly Statement[], wraps: readonly Uint8Array[] = []) => {
    const gp = await world.signIn('gp');
    const body = { ...statementsToWire(statements), wraps: wraps.map((one) => base64url(one)) };
    await change(gp, { endpoint: 'statements', class: 'admin', items: [], annexed: false, body });
    await gp.close();
  };

  beforeAll(async () => {
    world = await makeWorld(9);
    await world.enrol();
    await world.sync({ mirror: join(world.dir, 'mirror') });
    nurse = await world.signIn('poh-s');
    rows = await list(nurse);
  });
  afterAll(() => world.close());

  it('R6: ids at the vault are random: two births of the same practice share none', async () => {
    const opened = await state();
    const ids = Object.entries(opened.register.patients).flatMap(([patient, { enrolment }]) =>
      enrolment?.state === 'enrolled' ? [[patient, enrolment.ids.dossier] as const] : [],
    );
    await opened.close();
    expect(new Set(ids.map(([, dossier]) => dossier)).size).toBe(6);
    expect(ids.every(([patient, dossier]) => !dossier.includes(patient))).toBe(true);
    const other = await makeWorld(3, 1);
    await other.enrol();
    const dir = join(other.dir, 'agent');
    const second = await openState({ dir, random: other.random, keyStore: fileKeyStore(dir) });
    const first = new Set<string>(ids.map(([, dossier]) => dossier));
    for (const { enrolment } of Object.values(second.register.patients)) {
      if (enrolment?.state === 'enrolled') expect(first.has(enrolment.ids.dossier)).toBe(false);
    }
    await second.close();
    await other.close();
  });

  it('a note is written, read by the doctor, survives a sync, and goes when it is taken over', async () => {
    const row = rows[0]!;
    const opened = await look(nurse, row);
    const part = opened.parts.find((one) => one.outcome === 'permit')!;
    if (part.outcome !== 'permit') throw new Error('nothing opened');
    const teams = [{ team: part.grant.team, step: part.grant.fact! }];
    const { handle } = await writeNote(nurse, {
      dossier: row.dossier,
      parent: part.handle,
      teams,
      facts: row.facts,
      text: 'voeten gezien',
    });
    expect((await world.sync()).changed).toBe(0);
    const gp = await world.signIn('gp');
    const again = await look(gp, row);
    expect(again.notes).toEqual([handle]);
    const read = await openDossier(gp, { dossier: row.dossier, handles: again.notes, facts: row.facts });
    expect(JSON.stringify(read.parts)).toContain('voeten gezien');
    await takeOver(gp, { dossier: row.dossier, handle, facts: row.facts });
    expect((await look(gp, row)).notes).toEqual([]);
    expect((await audit(gp, { dossier: row.dossier })).complete).toBe(true);
    expect((await world.sync()).changed).toBe(0);
    await gp.close();
  });

  it('R24: silence locks, one touch brings the same session back; after twelve hours nothing does', async () => {
    const storage = memoryStorage();
    const session = await world.signIn('poh-s', storage);
    await look(session, rows[0]!);
    world.clock.move(16 * MINUTE);
    await expect(look(session, rows[0]!)).rejects.toMatchObject({ code: 'client/session-idle' });
    expect(session.bundles.size).toBeGreaterThan(0);
    session.lock();
    expect(session.bundles.size).toBe(0);
    await expect(look(session, rows[0]!)).rejects.toMatchObject({ code: 'client/not-open' });
    const [device] = await keptDevices(storage);
    const person = world.init.people.find(({ role }) => role === 'poh-s')!;
    const proof = { by: 'passphrase' as const, device: device!, passphrase: person.first.passphrase };
    const before = session.id;
    await touch(session, proof);
    expect(session.id).toBe(before);
    expect((await look(session, rows[0]!)).parts.length).toBeGreaterThan(0);
    world.clock.move(13 * HOUR);
    session.lock();
    await expect(touch(session, proof)).rejects.toMatchObject({ code: 'client/session-ended' });
  });

  it('R23: a wrong passphrase opens nothing, and neither does the device alone', async () => {
    const person = world.init.people.find(({ role }) => role === 'assistant')!;
    const link = parseDeviceLink(person.first.link);
    const storage = memoryStorage();
    const device = await takeDeviceLink(storage, link);
    const { origin, practice, authority, log, logTeam } = link;
    const ports = { fetch: world.net.fetch, clock: world.clock.clock, random: world.random, storage };
    const wired = wire({ origin, pins: { practice, authority, log, logTeam } }, ports);
    await expect(signIn(wired, { by: 'passphrase', device, passphrase: 'fout' })).rejects.toMatchObject({
      code: 'client/wrong-secret',
    });
    expect(device.sign.extractable).toBe(false);
    expect(device.hmac.extractable).toBe(false);
  });

  it('the way in on paper works as well', async () => {
    const person = world.init.people.find(({ role }) => role === 'assistant')!;
    const paper = parseDeviceLink(person.second.link);
    const storage = memoryStorage();
    const device = await takeDeviceLink(storage, paper);
    const { origin, practice, authority, log, logTeam } = paper;
    const ports = { fetch: world.net.fetch, clock: world.clock.clock, random: world.random, storage };
    const wired = wire({ origin, pins: { practice, authority, log, logTeam } }, ports);
    const session = await signIn(wired, { by: 'passphrase', device, passphrase: person.second.passphrase });
    expect(session.unlockers).toHaveLength(2);
    await session.close();
  });

  it('a joiner gets the current key and opens what stood there before', async () => {
    const keys = await newKeys(world.random);
    const at = world.clock.clock();
    const gp = await world.signIn('gp');
    const people = await gp.people(true);
    const team = people.memberships(at).find(({ person }) => person === nurse.person)!.team as TeamId;
    const before = people.epochOf(team)!;
    const organisation = gp.practice;
    const card = await both(cardOf(keys, { organisation, kind: 'professional', from: at, until: plus(at, HOUR) }));
    const membership = await both({
      ...{ t: 'fact', v: 1, suite: 1, kind: 'membership', id: newId('fact', world.random), practice: organisation },
      ...{ from: at, until: null, team, person: keys.person },
    } as Payload<'fact'>);
    const epoch = await createEpoch({
      organisation,
      team,
      number: before.payload.number + 1,
      prev: before.hash,
      members: [...before.payload.members.map(({ person }) => people.cardStatement(person)!), card],
      recoveryKey: fromBase64url(people.authority!.recovery.kem),
      at,
      random: world.random,
      keys: await gp.teamPair(team),
    });
    await gp.close();
    await admin([card, membership, await both(epoch.payload)], [epoch.wraps]);
    const joined = await signIn(wire(gp.wire.place, { ...gp.wire.ports, storage: memoryStorage() }), {
      by: 'key',
      person: keys.person,
      signer: keys.signer,
      secrets: keys.secrets,
    });
    const own = await list(joined);
    expect((await look(joined, own[0]!)).parts.every(({ outcome }) => outcome === 'permit')).toBe(true);
    // The key is the same: nothing is sealed again for it.
    expect((await world.sync()).packs).toBe(0);
  });

  it('a leaver forces a new key: everything of that team is sealed again at the next sync', async () => {
    const at = world.clock.clock();
    const gp = await world.signIn('gp');
    const people = await gp.people(true);
    const assistant = world.init.people.find(({ role }) => role === 'assistant')!.keys.person;
    const fact = people.memberships(at).find(({ person }) => person === assistant)!;
    const before = people.epochOf(fact.team)!;
    const epoch = await createEpoch({
      organisation: gp.practice,
      team: fact.team,
      number: before.payload.number + 1,
      prev: before.hash,
      members: [],
      recoveryKey: fromBase64url(people.authority!.recovery.kem),
      at,
      random: world.random,
    });
    const ended = await both({
      t: 'withdrawal',
      v: 1,
      suite: 1,
      practice: gp.practice,
      fact: fact.id,
      dossier: null,
      at,
    });
    await gp.close();
    const gone = await world.signIn('assistant');
    await admin([ended, await both(epoch.payload)], [epoch.wraps]);
    await expect(list(gone)).rejects.toThrow();
    const result = await world.sync();
    expect(result.changed).toBe(6);
    expect((await world.sync()).changed).toBe(0);
  });

  it('R4: an owner ends an enrolment from a workplace; the agent remembers it', async () => {
    const opened = await state();
    const [patient, record] = Object.entries(opened.register.patients).find(
      ([, one]) => one.enrolment?.state === 'enrolled',
    )!;
    await opened.close();
    if (record.enrolment?.state !== 'enrolled') throw new Error('nobody is enrolled');
    const { dossier, enrolment } = record.enrolment.ids;
    const at = world.clock.clock();
    const gp = await world.signIn('gp');
    const practice = gp.practice;
    await gp.close();
    const ended = await signStatement(
      { t: 'withdrawal', v: 1, suite: 1, practice, fact: enrolment, dossier, at },
      owners()[0]!,
    );
    const before = await state();
    const stood = before.register.patients[patient]!.live!;
    const step = await signStatement(
      {
        ...{ t: 'state' as const, v: 1 as const, suite: 1, practice, dossier, at, by: owners()[0]!.by as PersonId },
        // The register counts a snapshot when its line was read: the newest is one further.
        after: before.register.snapshot!.number + 1,
        prev: stateOf(dossier, stood),
        state: dossierState(dossier, []),
      },
      owners()[0]!,
    );
    await before.close();
    // Relation, step or right to write of a dossier that goes on end with the agent: from here they would stand unexplained.
    const { relation, steps, writes } = record.enrolment.ids;
    for (const fact of [relation, Object.values(steps)[0]![0]!.fact, Object.values(writes)[0]!]) {
      const one = await signStatement({ ...ended.payload, fact }, owners()[0]!);
      await expect(admin([one, step])).rejects.toMatchObject({ detail: { problem: 'vault/bad-statement' } });
    }
    const colleague = await world.signIn('poh-s');
    const open = await list(colleague);
    const outcomes = async (row: WorklistRow) =>
      new Set((await look(colleague, row)).parts.map(({ outcome }) => outcome));
    for (const row of open) expect(await outcomes(row)).toEqual(new Set(['permit']));
    await admin([ended, step]);
    // At once, with no snapshot between: this one is gone, the others open, nothing is unexplained.
    for (const row of open) expect([...(await outcomes(row))]).toEqual([row.dossier === dossier ? 'deny' : 'permit']);
    await colleague.close();
    expect((await world.sync()).receipt.left).toBe(5);
    const after = await state();
    expect(after.register.patients[patient]!.enrolment).toMatchObject({
      state: 'ended',
      reason: 'withdrawn',
      removed: true,
    });
    await after.close();
    expect((await world.enrol()).enrolled).toBe(0);
  });

  it('nothing wider leaves before an owner has accepted it; narrower just does', async () => {
    const fewer = compileSelection(Object.values(PROGRAMMES), { fields: ['smoking'] });
    expect((await world.sync({ selection: fewer })).changed).toBeGreaterThanOrEqual(0);
    await expect(world.sync()).rejects.toMatchObject({ code: 'agent/widened' });
    await world.sync({ acceptSelection: true });
    const [other] = world.init.people.filter(({ owner }) => !owner);
    const opened = await state();
    expect(opened.register.owners.some(({ person }) => person === other!.keys.person)).toBe(false);
    await opened.close();
  });

  it('R14: two recovery sheets bring the register back on another computer, one does not', async () => {
    const mirror = join(world.dir, 'mirror');
    await world.sync({ mirror });
    const [one, two] = world.init.sheets.recovery;
    const dir = join(world.dir, 'elsewhere');
    const assistant = await world.signIn('assistant');
    const record = (shares: readonly Hash[]) => recordRecovery(assistant, shares);
    const options = { mirror, dir, random: world.random, keyStore: fileKeyStore(dir), record };
    const recoveries = async () => (await linesOf('recovery')).length;
    const before = await recoveries();
    await expect(restoreState({ ...options, sheets: [one!] })).rejects.toMatchObject({
      code: 'seal/bad-recovery-share',
    });
    await expect(restoreState({ ...options, sheets: [one!, world.init.sheets.exit[1]!] })).rejects.toThrow();
    // Too few or wrong sheets are not asked about; and without the line nothing comes back.
    expect(await recoveries()).toBe(before);
    const silent = { ...options, sheets: [one!, two!], record: () => Promise.reject(new Error('no line')) };
    await expect(restoreState(silent)).rejects.toThrow('no line');
    await expect(openState({ dir, random: world.random, keyStore: fileKeyStore(dir) })).rejects.toMatchObject({
      code: 'agent/not-initialised',
    });
    const restored = await restoreState({ ...options, sheets: [one!, two!] });
    const [line, ...more] = (await linesOf('recovery')).slice(before);
    expect(more).toEqual([]);
    expect(line!.common).toMatchObject({ actor: assistant.person, outcome: 'success' });
    const sheets = [one!, two!].map((text) => recoveryCommitment(parseShareSheet(text).share));
    expect(line!.items.map(({ object }) => object)).toEqual(sheets);
    const original = await state();
    expect(Object.keys(restored.register.patients)).toEqual(Object.keys(original.register.patients));
    expect(restored.register.practice).toEqual(original.register.practice);
    await original.close();
    await restored.close();
  });

  it('R14: a team’s key comes back with the sheets of two people, after a line that names team key and sheets', async () => {
    const { recovery, exit } = world.init.sheets;
    const share = (text: string) => parseShareSheet(text).share;
    const [one, two] = recovery.map(share);
    const other = await world.signIn('assistant');
    const member = await world.signIn('poh-s');
    const known = new Set((await other.me()).teams.map(({ team }) => team));
    const { team } = (await member.me()).teams.find((one) => !known.has(one.team))!;
    const before = (await linesOf('recovery')).length;
    const bad = { code: 'seal/bad-recovery-share' };
    await expect(recoverTeamKey(other, team, [one!])).rejects.toMatchObject(bad);
    await expect(recoverTeamKey(other, team, [one!, one!])).rejects.toMatchObject(bad);
    await expect(recoverTeamKey(other, team, [one!, share(exit[0]!)])).rejects.toMatchObject(bad);
    // The vault refuses sheets that are none, or too few, by itself.
    const hashes = [one!, two!].map(recoveryCommitment);
    const refused = { code: 'client/refused' };
    await expect(recordRecovery(other, [hashes[0]!, recoveryCommitment(share(exit[0]!))])).rejects.toMatchObject(
      refused,
    );
    await expect(recordRecovery(other, [hashes[0]!, hashes[0]!])).rejects.toMatchObject(refused);
    await expect(recordRecovery(other, hashes, [hashes[0]!])).rejects.toMatchObject(refused);
    expect(await linesOf('recovery')).toHaveLength(before);

    const pair = await recoverTeamKey(other, team, [two!, one!]);
    expect(base64url(pair.seed)).toBe(base64url((await member.teamPair(team)).seed));
    const line = (await linesOf('recovery')).at(-1)!;
    expect(line.common.actor).toBe(other.person);
    const epoch = (await other.people()).epochOf(team)!;
    expect(line.items.map(({ object }) => object)).toEqual([hashes[1], hashes[0], epoch.hash]);
    await other.close();
  });

  it('a batch is signed by an owner, and two agents do not work on one state', async () => {
    const held = await state();
    await expect(state()).rejects.toMatchObject({ code: 'agent/busy' });
    await held.close();
    expect(clientError.is(null)).toBe(false);
    expect(AS_OF).toBe('2026-01-05');
  });

  it("and the vault's own check finds nothing at the end", async () => {
    await world.vault().stop();
    expect((await fsck(join(world.dir, 'vault'))).faults).toEqual([]);
    await world.restartVault();
  });
});
