/** A backup put back: nobody comes back with it, and the drill says who would have (R4, R5). */

import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  decideDestruction,
  endEnrolment,
  mirroredLines,
  mirroredStatements,
  openState,
  verifyMirror,
} from '@ketenkluis/agent';
import { AS_OF, makeWorld, type World } from '@ketenkluis/agent/testing';
import { mirrorAt, sixYearsOn } from '@ketenkluis/agent/testing/erased';
import { endMembership } from '@ketenkluis/client';
import { createVault, NEWEST_FILE } from '@ketenkluis/vault';
import { sayTime } from '@ketenkluis/vault/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyDrillOf } from './copy-drill.ts';
import { drillOf, keysFrom } from './drill.ts';

let world: World;
let mirror: string;
let backup: string;
const practice = () => world.init.state.register.practice.organisation;
const onState = async <T>(work: (state: Awaited<ReturnType<typeof openState>>) => T | Promise<T>): Promise<T> => {
  const state = await openState({
    dir: join(world.dir, 'agent'),
    random: world.random,
    keyStore: world.init.state.keyStore,
  });
  try {
    return await work(state);
  } finally {
    await state.close();
  }
};
const copyTo = async (name: string): Promise<string> => {
  const to = join(world.dir, name);
  await world.vault().stop();
  cpSync(join(world.dir, 'vault'), to, { recursive: true });
  await world.restartVault();
  return to;
};
const drill = (from: string) =>
  onState(({ register }) => drillOf({ backup: from, mirror, register, clock: world.clock.clock }));

beforeAll(async () => {
  world = await makeWorld(4, 2, { threshold: 1 });
  mirror = join(world.dir, 'mirror');
  await world.enrol();
  await world.sync({ mirror });
  backup = await copyTo('backup');
  // Since: one patient withdrew, another had everything destroyed, a third was sealed anew, a colleague left.
  const keys = (name: string) => world.init.people.find((one) => one.name.startsWith(name))!.keys.signer;
  await onState(async (state) => {
    const { register } = state;
    endEnrolment(register, 'pat-1', 'withdrawn', AS_OF);
    await decideDestruction({
      ...{ register, patient: 'pat-0', asked: AS_OF, now: world.clock.clock(), why: 'gevraagd aan de balie' },
      ...{ decision: { what: 'destroy' }, signers: [keys('A.'), keys('C.')], own: () => false, keyholders: false },
      ...{ statements: await mirroredStatements(mirror), lines: await mirroredLines(mirror) },
    });
    await state.save();
  });
  world.patients[2] = { ...world.patients[2]!, hba1c: [88] };
  const owner = await world.signIn('gp');
  const nurse = world.init.people.find(({ role }) => role === 'poh-s')!.keys.person;
  await endMembership(owner, nurse, { leaves: true });
  cpSync(mirror, join(world.dir, 'old-mirror'), { recursive: true });
  await world.sync({ mirror });
});
afterAll(() => world.close());

describe('a restore drill', () => {
  it('R4: names what an old backup would bring back, and shows that neither vault nor client serves it', async () => {
    const found = await drill(backup);
    expect(found).toMatchObject({ ok: true, failed: [], back: { dossiers: 2, people: 1, years: 0 } });
    expect(found.back.versions).toBeGreaterThan(3);
    expect(found.size).toBeLessThan(found.newest);
    expect(existsSync(join(backup, NEWEST_FILE))).toBe(false);
  });

  it('R4: a backup of now brings nothing back and is served', async () => {
    const fresh = await copyTo('fresh');
    expect(await drill(fresh)).toMatchObject({
      ...{ ok: true, failed: [] },
      back: { dossiers: 0, versions: 0, people: 0, years: 0 },
    });
  });

  it('R5, R14, P5: the own copy opens with the sheets, all of it and without a host, and nobody who withdrew or was destroyed is in it', async () => {
    const { recovery, exit } = world.init.sheets;
    const owner = await world.signIn('gp');
    // One sheet of each is not enough; with enough of them the line stands before anything opens.
    await expect(keysFrom(mirror, [recovery[0]!, exit[0]!], owner)).rejects.toMatchObject({
      code: 'seal/bad-recovery-share',
    });
    await expect(keysFrom(mirror, [...recovery, exit[0]!], owner)).rejects.toMatchObject({
      code: 'seal/bad-recovery-share',
    });
    const keys = await keysFrom(mirror, [...recovery.slice(0, 2), ...exit.slice(0, 2)], owner);
    await world.sync({ mirror });
    const events = (await mirroredLines(mirror)).map(({ entry: { common } }) => common);
    expect(events.filter(({ event }) => event === 'recovery').map(({ actor }) => actor)).toEqual([owner.person]);
    const open = (copy: string, with_ = keys) =>
      onState(({ register }) => copyDrillOf({ copy, mirror, register, keys: with_, clock: world.clock.clock }));
    const found = await open(mirror);
    expect(found).toMatchObject({
      ...{ ok: true, failed: [], copy: 'mirror' },
      back: { dossiers: 0, versions: 0, people: 0, years: 0, names: 0 },
    });
    expect(found.opened).toBe((await verifyMirror(mirror)).packs);
    expect(found.opened).toBeGreaterThan(10);

    // A copy of the folder from before: who would come back is counted, everything that is live opens, and no client believes its log.
    const old = await open(join(world.dir, 'old-mirror'));
    expect(old).toMatchObject({ ok: true, failed: [], back: { dossiers: 2, people: 1, years: 0, names: 2 } });
    expect(old.back.versions).toBeGreaterThan(3);
    expect(old.size).toBeLessThan(old.newest);

    // Somebody of whom the practice forgot to take the copy away; a part that is not there; the keys the wrong way round.
    const kept = join(world.dir, 'kept');
    cpSync(mirror, kept, { recursive: true });
    cpSync(join(world.dir, 'old-mirror', 'objects'), join(kept, 'objects'), { recursive: true });
    expect((await open(kept)).failed).toContain('nobody');
    const short = join(world.dir, 'short');
    cpSync(mirror, short, { recursive: true });
    for (const name of readdirSync(join(short, 'objects'))) {
      const file = join(short, 'objects', name);
      const lines = readFileSync(file, 'utf8').split('\n');
      writeFileSync(file, lines.filter((line) => !line.includes('"kind":"shares"')).join('\n'));
    }
    expect(await open(short)).toMatchObject({ ok: false, opened: 0, failed: ['opens'] });
    await expect(open(mirror, { recovery: keys.exit, exit: keys.recovery })).rejects.toMatchObject({
      code: 'seal/cannot-open',
    });
  });

  it('a backup that is broken, or of another history, fails by name', async () => {
    const broken = join(world.dir, 'broken');
    cpSync(backup, broken, { recursive: true });
    const db = new DatabaseSync(join(broken, 'vault.db'));
    db.exec("UPDATE entry SET stored = x'00' WHERE idx = 3");
    db.close();
    expect((await drill(broken)).failed).toContain('whole');
  });

  it('R4: the agent refuses a vault that was put back, and the vault serves nobody once it knows what others hold', async () => {
    await world.vault().stop();
    const options = { origins: ['http://praktijk.localhost:8443'], bootstrapToken: 'bootstrap-token-for-tests' };
    const old = await createVault({
      ...options,
      dir: backup,
      clock: world.clock.clock,
      steady: world.clock.steady,
      log: false,
    });
    const ask = (running: typeof old) => running.app.inject(`/v1/practices/${practice()}/directory`);
    // Nobody told it: it would answer whoever comes without a memory. That is what the note is for.
    expect((await ask(old)).statusCode).not.toBe(503);
    await old.stop();
    const notes = [readFileSync(join(mirror, 'log', 'checkpoint'), 'utf8')];
    writeFileSync(join(backup, NEWEST_FILE), JSON.stringify({ v: 1, notes }));
    const told = await createVault({
      ...options,
      dir: backup,
      clock: world.clock.clock,
      steady: world.clock.steady,
      log: false,
    });
    expect((await ask(told)).json()).toMatchObject({ type: 'vault/behind' });
    expect((await told.app.inject('/healthz')).json()).toMatchObject({ status: 'behind' });
    await told.stop();
    // With a log that has caught up, and gone on, the same note stops nobody.
    writeFileSync(join(world.dir, 'vault', NEWEST_FILE), JSON.stringify({ v: 1, notes }));
    await world.restartVault();
    expect((await ask(world.vault())).statusCode).not.toBe(503);
    await world.sync({ mirror });
    await world.restartVault();
    expect((await ask(world.vault())).statusCode).not.toBe(503);
    await world.sync({ mirror });
    // A note that somebody else signed is no note.
    writeFileSync(
      join(world.dir, 'vault', NEWEST_FILE),
      JSON.stringify({ v: 1, notes: [notes[0]!.replace(/.{6}=\n$/, 'AAAAA=\n')] }),
    );
    await expect(world.restartVault()).rejects.toMatchObject({ code: 'vault/bad-config' });
    writeFileSync(join(world.dir, 'vault', NEWEST_FILE), JSON.stringify({ v: 1, notes }));
    await world.restartVault();
  });

  it('R44: a backup from before a year went brings it back; neither it nor one from after is taken for broken', async () => {
    const notes = join(world.dir, 'vault', NEWEST_FILE);
    rmSync(notes, { force: true });
    const before = await copyTo('before-the-year');
    const signed = await sixYearsOn(world);
    await world.vault().upkeep();
    // The word that a test may put there goes again: what is copied is what was signed.
    await sayTime(world.vault().vault, practice(), signed);
    await mirrorAt(world, mirror, world.clock.clock());
    const after = await copyTo('after-the-year');
    expect(await drill(before)).toMatchObject({ ok: true, failed: [], back: { years: 1 } });
    expect(await drill(after)).toMatchObject({ ok: true, failed: [], back: { years: 0 } });
  });
});
