/** Keyholders from the naming to the look (docs/spec/keyholder.md). */

import { decideDestruction, mirroredStatements, openState } from '@ketenkluis/agent';
import { AS_OF } from '@ketenkluis/agent/testing';
import { type OrganisationId, systemRandom as random } from '@ketenkluis/base';
import { parseWorklist, type WorklistRow } from '@ketenkluis/care';
import { testHolder } from '@ketenkluis/keyholder/testing';
import { parseVkey } from '@ketenkluis/ledger';
import { asShare, type Hash } from '@ketenkluis/seal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Fetch,
  openDossier,
  openList,
  openOwn,
  ownAccess,
  ownDossiersOf,
  release,
  type Session,
  takeBack,
  takeOver,
  waitingProposals,
  writeNote,
} from './index.ts';
import { guardedBy, proposeKeyholders } from './keyholders.ts';
import { type HeldWorld, makeHeld, nameHolders } from './testing/held.ts';
import { takeIn } from './testing/patient.ts';
import { makeTwo, type Two } from './testing/two.ts';

const rowsOf = async (nurse: Session): Promise<readonly WorklistRow[]> => {
  const { content } = await openList(nurse, 'worklist');
  return parseWorklist((content as { list: unknown }).list).rows;
};
const everything = (row: WorklistRow) => ({
  ...{ dossier: row.dossier, facts: row.facts },
  handles: row.handles.map(({ handle }) => handle),
});
const looked = async (session: Session, row: WorklistRow) =>
  (await openDossier(session, everything(row))).parts.map(({ outcome }) => outcome);

describe('keyholders', () => {
  let held: HeldWorld;
  let row: WorklistRow;
  beforeAll(async () => {
    held = await makeHeld(4, 3);
  });
  afterAll(() => held?.close());
  const down = (...which: number[]) => {
    for (const [i, one] of held.holders.entries()) one.down = which.includes(i);
  };
  const outcomes = (path: string) =>
    held.holders.map(({ said }) => said.filter((one) => one.path === path).map(({ outcome }) => outcome));

  it('P3, R19: two people name them by the same fingerprints; the next sync seals everything again', async () => {
    const { world, holders } = held;
    const owner = await world.signIn('gp');
    expect(await guardedBy(owner)).toBeNull();
    const cards = holders.map(({ card, url }) => ({ ...card, url }));
    await expect(proposeKeyholders(owner, { need: 4, holders: cards })).rejects.toMatchObject({
      code: 'client/bad-proposal',
    });
    await proposeKeyholders(owner, { need: 2, holders: cards });
    const [waits] = await waitingProposals(await world.signIn('B. de Tweede'));
    expect(waits).toMatchObject({ what: 'keyholders', need: 2, signers: [owner.person], threshold: 2 });
    const shown = waits as unknown as { holders: { url: string; fingerprint: string[] }[] };
    expect(shown.holders.map(({ url, fingerprint }) => [url, fingerprint.length])).toEqual(
      holders.map(({ url }) => [url, 6]),
    );
    // One signature is none: a sync names nobody yet.
    expect((await world.sync()).keyholders).toBeNull();
    await held.agree();
    const synced = await world.sync();
    expect(synced.keyholders).toEqual({ holders: 3, need: 2, short: 0 });
    expect(synced.packs).toBeGreaterThan(3);
    expect(await guardedBy(owner)).toMatchObject({ need: 2, holders: [{ url: holders[0]!.url }, {}, {}] });
    // What goes to the exit key is both shares, so that leaving needs no keyholder.
    const wraps = await world
      .vault()
      .vault.storage.read((tx) => tx.selectFrom('wrap').select(['kind', 'ct']).where('kind', '!=', 'c').execute());
    expect(new Set(wraps.map(({ kind, ct }) => `${kind} ${ct.length}`))).toEqual(new Set(['x 80']));
    // A quiet sync asks for nothing and sends nothing.
    expect((await world.sync()).packs).toBe(0);
    expect(outcomes('keep').flat()).toEqual([]);
  });

  it('P3: a look takes pieces of two, with one dead or lying; with one left nothing opens and it says so', async () => {
    const { world, holders } = held;
    const nurse = await world.signIn('poh-s');
    [row] = (await rowsOf(nurse)) as [WorklistRow];
    expect(await looked(nurse, row)).not.toContain('deny');
    for (const dead of [0, 1, 2]) {
      down(dead);
      expect(await looked(nurse, row)).not.toContain('deny');
    }
    down(0, 1);
    const lines = async () => (await world.vault().vault.storage.ledger.state((await nurse.log()).log.origin)).size;
    const before = await lines();
    await expect(looked(nurse, row)).rejects.toMatchObject({
      code: 'client/holders-missing',
      detail: { missing: `${holders[0]!.card.person} ${holders[1]!.card.person}`, lying: '' },
    });
    // It was asked for, so it stands in the log.
    expect(await lines()).toBe(before + 1);
    // One gives another piece than it was given: the two others do, and it is named when they do not.
    down();
    const practice = nurse.practice as OrganisationId;
    const [liar] = holders;
    const versions = liar!.store.read((tx) => tx.held(practice));
    const swap = (to: (one: Hash) => Uint8Array) =>
      liar!.store.commit((tx) => {
        for (const one of versions) {
          const piece = to(one);
          tx.drop(practice, [one]);
          tx.put(practice, one, piece, world.clock.clock());
        }
      });
    const kept = new Map(versions.map((one) => [one, liar!.store.read((tx) => tx.piece(practice, one))!.piece]));
    await swap(() => asShare('p', random(33)));
    expect(await looked(nurse, row)).not.toContain('deny');
    down(1);
    await expect(looked(nurse, row)).rejects.toMatchObject({
      code: 'client/holders-missing',
      detail: { lying: liar!.card.person },
    });
    // A piece of another version is no better.
    const turned = [...versions.slice(1), versions[0]!];
    await swap((one) => kept.get(turned[versions.indexOf(one)]!)!);
    await expect(looked(nurse, row)).rejects.toMatchObject({ detail: { lying: liar!.card.person } });
    await swap((one) => kept.get(one)!);
    expect(await looked(nurse, row)).not.toContain('deny');
    down();
  });

  it('a note is split as well, and is not written with too few; every look by many people at once ends', async () => {
    const { world, holders } = held;
    const nurse = await world.signIn('poh-s');
    const step = (await openDossier(nurse, everything(row))).parts[0] as unknown as {
      grant: { team: never; fact: never };
    };
    const note = {
      ...{ dossier: row.dossier, parent: row.handles[0]!.handle, facts: row.facts, text: 'belt maandag terug' },
      teams: [{ team: step.grant.team, step: step.grant.fact }],
    };
    down(1, 2);
    await expect(writeNote(nurse, note)).rejects.toMatchObject({ code: 'client/holders-missing' });
    down(2);
    const { handle } = await writeNote(nurse, note);
    down();
    const asked = { dossier: row.dossier, handle, facts: row.facts };
    const opened = await release(nurse, { class: 'look', items: [asked] });
    expect(opened.items[0]).toMatchObject({ outcome: 'permit', descriptor: { holders: { need: 2 } } });
    const doctor = await world.signIn('gp');
    const all = await Promise.all([nurse, doctor, nurse, doctor].map((one) => looked(one, row)));
    expect(all.flat()).not.toContain('deny');
    expect(holders.every(({ store }) => store.forks().length === 0)).toBe(true);
    await takeOver(nurse, asked);
  });

  it('a sync commits with two of three and seals again when the third is back; with one it sends nothing', async () => {
    const { world, holders } = held;
    world.patients = world.patients.slice(1);
    down(1, 2);
    await expect(world.sync()).rejects.toMatchObject({ code: 'client/holders-missing' });
    down(2);
    expect((await world.sync()).keyholders).toEqual({ holders: 3, need: 2, short: 1 });
    expect((await world.sync()).keyholders).toEqual({ holders: 3, need: 2, short: 1 });
    down();
    const back = await world.sync();
    expect(back.keyholders).toEqual({ holders: 3, need: 2, short: 0 });
    expect(back.packs).toBeGreaterThan(2);
    const nurse = await world.signIn('poh-s');
    [row] = (await rowsOf(nurse)) as [WorklistRow];
    expect(await looked(nurse, row)).not.toContain('deny');
    // What was never committed, or superseded while one did not hear it, goes with the first sync an hour later.
    world.clock.move(61 * 60_000);
    await world.sync();
    world.clock.move(6 * 60_000);
    for (const one of holders) one.store.sweep(world.clock.clock());
    const lists = holders.map(({ store }) => store.read((tx) => tx.held(nurse.practice)).sort());
    expect(lists[1]).toEqual(lists[0]);
    expect(lists[2]).toEqual(lists[0]);
    expect(holders.map(({ store }) => store.counts()[0]!.pieces)).toEqual(lists.map(({ length }) => length));
  });

  it('R5: of who had everything destroyed no keyholder keeps a piece, and one that is away keeps the request open', async () => {
    const { world, holders } = held;
    const mirror = `${world.dir}/mirror`;
    await world.sync({ mirror });
    const statements = await mirroredStatements(mirror);
    const state = await openState({ dir: `${world.dir}/agent`, random, keyStore: world.init.state.keyStore });
    const signer = (name: string) => world.init.people.find((one) => one.name.startsWith(name))!.keys.signer;
    const patient = Object.entries(state.register.patients).findLast(([, { live }]) => live !== null)!;
    const versions = Object.values(patient[1].live!.heads).map(({ descriptor }) => descriptor);
    await decideDestruction({
      ...{ register: state.register, patient: patient[0], asked: AS_OF, now: world.clock.clock(), why: 'gevraagd' },
      ...{ decision: { what: 'destroy' }, signers: [signer('A.'), signer('B.')], statements, lines: [] },
      ...{ own: () => false, keyholders: true },
    });
    await state.save();
    await state.close();
    const practice = state.register.practice.organisation;
    const keeps = () =>
      holders.map(({ store }) => store.read((tx) => tx.held(practice)).some((one) => versions.includes(one)));
    expect(keeps()).toEqual([true, true, true]);
    down(2);
    // Keyholders and backups are left.
    expect((await world.sync({ mirror })).destructions).toMatchObject({ todo: 2 });
    expect(keeps()).toEqual([false, false, true]);
    down();
    expect((await world.sync({ mirror })).destructions).toMatchObject({ todo: 1 });
    expect(keeps()).toEqual([false, false, false]);
  });

  it('the owners name nobody any more: the next sync seals everything without, and a look asks nobody', async () => {
    const { world } = held;
    const owner = await world.signIn('gp');
    await proposeKeyholders(owner, { need: 0, holders: [] });
    await held.agree();
    const synced = await world.sync();
    expect(synced.keyholders).toBeNull();
    expect(await guardedBy(owner)).toBeNull();
    down(0, 1, 2);
    const nurse = await world.signIn('poh-s');
    [row] = (await rowsOf(nurse)) as [WorklistRow];
    expect(await looked(nurse, row)).not.toContain('deny');
  });
});

describe('keyholders and a partner', () => {
  let two: Two;
  beforeAll(async () => {
    two = await makeTwo(2);
  });
  afterAll(() => two?.close());

  it('P3, R33: what a partner opens, reads and writes, and the patient, goes through the practice’s keyholders too', async () => {
    const { practice } = two;
    const holder = await testHolder({ url: 'http://h0.localhost:4806', clock: practice.clock.clock });
    try {
      two.web.set(holder.url, holder.fetch as Fetch);
      await two.couple();
      const nurse = await practice.signIn('poh-s');
      const { pins } = nurse.wire.place;
      holder.pin([{ practice: nurse.practice, authority: pins.authority, log: parseVkey(pins.log.key) }]);
      await nameHolders(practice, [holder], 1);
      await practice.sync();
      const [row] = (await two.rows(nurse)) as [WorklistRow];
      const handles = await two.send(nurse, row);
      const guest = await two.guest();
      const item = { dossier: row.dossier, handle: handles[0]!, facts: [] };
      const { items } = await release(guest, { class: 'look', items: [item] });
      expect(items[0]).toMatchObject({ outcome: 'permit' });
      // So does what the patient opens of their own.
      const desk = [await practice.signIn('gp'), await practice.signIn('poh-s')] as const;
      const patient = await takeIn(practice, desk, row, 'patient');
      await practice.sync();
      const self = await patient.enter();
      const [own] = await ownDossiersOf(self);
      const opened = await openOwn(self, own!);
      expect(opened.parts.map(({ outcome }) => outcome)).toEqual(own!.handles.map(() => 'permit'));
      holder.down = true;
      await expect(release(guest, { class: 'look', items: [item] })).rejects.toMatchObject({
        code: 'client/holders-missing',
      });
      await expect(openOwn(self, own!)).rejects.toMatchObject({ code: 'client/holders-missing' });
      // Who may look, and taking it back, ask no key of anybody: they work with every keyholder away.
      const mayLook = async () => (await ownAccess(self, own!)).seers.filter(({ partner }) => partner !== null).length;
      expect(await mayLook()).toBe(1);
      await takeBack(self, own!, guest.home!.practice);
      expect(await mayLook()).toBe(0);
      const { items: after } = await release(guest, { class: 'look', items: [item] });
      expect(after[0]).toMatchObject({ outcome: 'deny' });
    } finally {
      holder.close();
    }
  });
});
