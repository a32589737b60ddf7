/** The walk of design 9, a leaver: refused at once, wrapped anew n of m, fresh at the next sync (R17, R19). */

import { rmSync } from 'node:fs';
import { makeWorld, type World } from '@ketenkluis/agent/testing';
import type { PersonId, TeamId } from '@ketenkluis/base';
import { parseWorklist, type WorklistRow } from '@ketenkluis/care';
import type { BundleHeader, KemPrivateKey } from '@ketenkluis/seal';
import { openBundle } from '@ketenkluis/seal/open';
import { fsck } from '@ketenkluis/vault';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  agreeRenewal,
  endMembership,
  freshSince,
  keptDevices,
  memoryStorage,
  openDossier,
  openList,
  parseDeviceLink,
  rewrap,
  type Session,
  signIn,
  takeDeviceLink,
  waitingProposals,
  waitingRenewals,
  wire,
  writeNote,
} from './index.ts';

const NOTES = 31;

describe('a colleague leaves', () => {
  let world: World;
  let first: Session;
  let second: Session;
  let nurse: Session;
  let team: TeamId;
  let rows: readonly WorklistRow[];
  let old: { readonly epoch: number; readonly key: KemPrivateKey };

  async function enter(name: string): Promise<Session> {
    world.clock.move(1000);
    const person = world.init.people.find((one) => one.name === name)!;
    const link = parseDeviceLink(person.first.link);
    const storage = memoryStorage();
    await takeDeviceLink(storage, link);
    const [device] = await keptDevices(storage);
    const { origin, practice, authority, log, logTeam } = link;
    const ports = { fetch: world.net.fetch, clock: world.clock.clock, random: world.random, storage };
    const wired = wire({ origin, pins: { practice, authority, log, logTeam } }, ports);
    return await signIn(wired, { by: 'passphrase', device: device!, passphrase: person.first.passphrase });
  }
  const look = (session: Session, row: WorklistRow) =>
    openDossier(session, { dossier: row.dossier, handles: row.handles.map(({ handle }) => handle), facts: row.facts });
  /** Wrapped client shares in the vault's database that a team key of that epoch opens, by handle. */
  async function opensWith(key: KemPrivateKey): Promise<string[]> {
    const { storage } = world.vault().vault;
    return await storage.read(async (tx) => {
      const wraps = await tx
        .selectFrom('wrap')
        .selectAll()
        .where('kind', '=', 'c')
        .where('recipient', '=', team)
        .execute();
      const headers = await tx.selectFrom('statement').selectAll().where('type', '=', 'bundle').execute();
      const bundles = new Map(
        headers.map(({ hash, header }) => [hash, JSON.parse(new TextDecoder().decode(header)) as BundleHeader]),
      );
      const opened: string[] = [];
      for (const { bundle, idx, descriptor, ct } of wraps) {
        const wrap = { bundle, index: idx, descriptor, kind: 'c' as const, ct };
        const got = await openBundle(bundles.get(bundle)!, key).then(
          (one) => one.unwrap(wrap),
          () => null,
        );
        if (got !== null) opened.push(descriptor);
      }
      return opened;
    });
  }
  const onLists = async () =>
    new Set(
      (await world.vault().vault.storage.read((tx) => tx.selectFrom('handle').selectAll().execute()))
        .filter((row) => row.dossier === null)
        .map(({ descriptor }) => descriptor as string),
    );

  beforeAll(async () => {
    world = await makeWorld(9, 4);
    await world.enrol();
    await world.sync();
    // As in any practice, some parts have had a version since: the grant that they came with still names what they were before.
    world.patients = world.patients.map((one, i) =>
      i % 2 === 0 ? { ...one, systolic: [...one.systolic, 155], hba1c: [...one.hba1c] } : one,
    );
    expect((await world.sync()).changed).toBeGreaterThan(0);
    [first, second, nurse] = [await enter('A. de Eerste'), await enter('B. de Tweede'), await enter('C. Verpleger')];
    rows = parseWorklist(((await openList(nurse, 'worklist')).content as { list: unknown }).list).rows;
    team = (await nurse.me()).teams[0]!.team;
    const epoch = (await nurse.people()).epochOf(team)!.payload.number;
    old = { epoch, key: await nurse.teamKey(team, epoch) };
    // Notes stand under one of the dossiers.
    const opened = await look(nurse, rows[0]!);
    const part = opened.parts.find((one) => one.outcome === 'permit')!;
    if (part.outcome !== 'permit') throw new Error('no part opens');
    // And more of them than one person may bring: wrapping them anew is no bringing.
    for (let nth = 0; nth < NOTES; nth++) {
      await writeNote(nth < 29 ? nurse : second, {
        ...{
          dossier: rows[0]!.dossier,
          parent: part.handle,
          facts: rows[0]!.facts,
          text: 'Voetcontrole vooruitgeschoven.',
        },
        teams: [{ team, step: part.grant.fact! }],
      });
    }
  });
  afterAll(async () => {
    await world.vault().stop();
    const report = await fsck(`${world.dir}/vault`);
    rmSync(world.dir, { recursive: true, force: true });
    expect(report.faults).toEqual([]);
  });

  it('R17, R19: one owner ends the membership and the next look is refused; the new key takes both owners', async () => {
    expect((await opensWith(old.key)).length).toBeGreaterThan(rows.length);
    world.clock.move(1000);
    expect(await endMembership(first, nurse.person, { leaves: true })).toBe('proposed');
    const refused = await look(nurse, rows[1]!);
    expect(refused.parts.every((part) => part.outcome === 'deny' && part.reason === 'not-member')).toBe(true);

    expect(await waitingProposals(second)).toEqual([]);
    const [renewal, ...more] = await waitingRenewals(second);
    expect(more).toEqual([]);
    expect(renewal).toMatchObject({ teams: [team], leave: [nurse.person], stale: false, by: first.person });
    expect(await agreeRenewal(second, renewal!.hash)).toBe('renewed');
    const people = await second.people(true);
    const next = people.epochOf(team)!.payload;
    expect(next.members.map(({ person }) => person)).not.toContain(nurse.person);
    expect(next.kem).not.toBe(people.epochNumber(team, old.epoch)!.kem);
    expect(people.cardOf(nurse.person, second.now())).toBeUndefined();
    await expect(nurse.me(true)).rejects.toMatchObject({ code: 'client/refused' });
  });

  it('R17: a remaining member wraps everything for the new key, n of m, opening nothing; then the old key opens no dossier in a stolen dump', async () => {
    const said: string[] = [];
    world.clock.move(1000);
    const before = await fsck(`${world.dir}/vault`);
    expect(before.faults).toEqual([]);
    expect(new Set(before.waiting.map(({ code }) => code))).toEqual(new Set(['grant-to-old-key']));
    // Fewer parts in a request than one dossier has: it takes several requests, and every grant stays whole.
    const most = 10;
    const result = await rewrap(second, ({ done, total }) => said.push(`${done}/${total}`), most);
    const asked = await world.vault().vault.storage.read((tx) => tx.selectFrom('asked').select('header').execute());
    const named = asked
      .map(({ header }) => JSON.parse(new TextDecoder().decode(header)) as { action: string; items: unknown[] })
      .filter(({ action }) => action === 'regrant-ask' || action === 'regrant')
      .map(({ items }) => items.length);
    expect(Math.max(...named)).toBeLessThanOrEqual(most);
    expect(named.length).toBeGreaterThan(2 * (NOTES / most));
    expect(result).toEqual({ done: rows.length, left: 0 });
    expect(said[0]).toBe(`0/${rows.length}`);
    expect(said.at(-1)).toBe(`${rows.length}/${rows.length}`);
    // Nothing is left to do: stopped and begun again, it goes on where it was.
    expect(await rewrap(second)).toEqual({ done: 0, left: 0 });
    const lists = await onLists();
    expect((await opensWith(old.key)).filter((descriptor) => !lists.has(descriptor))).toEqual([]);
    const newest = (await second.people()).epochOf(team)!.payload.number;
    expect((await opensWith(await second.teamKey(team, newest))).length).toBeGreaterThan(rows.length);
    const opened = await look(second, rows[0]!);
    expect(opened.parts.some(({ outcome }) => outcome === 'permit')).toBe(true);
    expect(opened.notes).toHaveLength(NOTES);
    const note = await openDossier(second, { dossier: rows[0]!.dossier, handles: opened.notes, facts: rows[0]!.facts });
    expect(JSON.stringify(note.parts)).toContain('Voetcontrole');
  });

  it('the practice monitor explains every line, and the next sync seals fresh: with the old key nothing of it opens', async () => {
    // Refused, wrapped anew, and of nothing a version since.
    const counted = async () => (await freshSince(second)).filter((one) => one.team === team);
    expect(await counted()).toMatchObject([{ team, done: 0, total: rows.length }]);
    const result = await world.sync();
    second = await enter('B. de Tweede');
    expect(await counted()).toMatchObject([{ done: rows.length, total: rows.length }]);
    // Whoever is in no team that was left is told nothing of it.
    expect(await freshSince(await enter('D. Assistent'))).toEqual([]);
    expect(result.changed).toBe(rows.length);
    expect(await opensWith(old.key)).toEqual([]);
    second = await enter('B. de Tweede');
    const opened = await look(second, rows[0]!);
    expect(opened.parts.some(({ outcome }) => outcome === 'permit')).toBe(true);
    expect(opened.confirmation.state).toBe('confirmed');
  });

  it('R19: an owner cannot end another owner alone, and a remaining member wraps for no team but the own', async () => {
    first = await enter('A. de Eerste');
    await expect(endMembership(first, second.person as PersonId, { leaves: true })).rejects.toMatchObject({
      code: 'client/refused',
    });
    expect(await rewrap(await enter('D. Assistent'))).toEqual({ done: 0, left: 0 });
  });
});
