/** A patient asks that everything be destroyed: through all copies, cut off anywhere, and nothing comes back (docs/spec/destruction.md). */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  addDays,
  type DossierId,
  fromBase64url,
  type LocalDate,
  localDate,
  type OrganisationId,
} from '@ketenkluis/base';
import { fsck } from '@ketenkluis/vault';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mirroredLines, mirroredStatements } from '../breach/world.ts';
import { fileKeyStore } from '../keystore.ts';
import { readObjects } from '../mirror-files.ts';
import type { Register } from '../register.ts';
import { openState } from '../state.ts';
import { makeWorld, type World } from '../testing/world.ts';
import { verifyMirror } from '../verify.ts';
import { decideDestruction } from './decide.ts';
import { allowAgain, isForgotten } from './forgotten.ts';
import { destructionReport, partnerAnswered, partnerLetter, settleCopies } from './settle.ts';

const ASKED = '2026-01-05' as LocalDate;
const PARTNER = `org_${'a'.repeat(26)}` as OrganisationId;
let world: World;
let mirror: string;
let gone: DossierId;
const patient = 'pat-1';
const signer = (name: string) => world.init.people.find((one) => one.name.startsWith(name))!.keys.signer;

async function onState<T>(work: (register: Register) => T | Promise<T>, save = false): Promise<T> {
  const dir = join(world.dir, 'agent');
  const state = await openState({ dir, random: world.random, keyStore: fileKeyStore(dir) });
  try {
    const made = await work(state.register);
    if (save) await state.save();
    return made;
  } finally {
    await state.close();
  }
}
const today = () => localDate(world.clock.clock());
const copies = () =>
  onState(({ destructions }) => Object.fromEntries(destructions![0]!.copies.map(({ what, state }) => [what, state])));
/** Rows of the vault that speak of the dossier, by table. */
async function rows() {
  const { storage } = world.vault().vault;
  return storage.read(async (tx) => {
    const count = async () =>
      (await tx.selectFrom('snapshot_row').selectAll().where('dossier', '=', gone).execute()).length;
    const packs = await tx
      .selectFrom('handle')
      .innerJoin('pack', (on) => on.onRef('pack.descriptor', '=', 'handle.descriptor'))
      .select('pack.descriptor')
      .where('handle.dossier', '=', gone)
      .execute();
    return { packs: packs.length, rows: await count() };
  });
}

beforeAll(async () => {
  world = await makeWorld(4, 3);
  mirror = join(world.dir, 'mirror');
  await world.enrol();
  await world.sync({ mirror });
  gone = await onState(({ patients }) => {
    const { enrolment } = patients[patient]!;
    if (enrolment?.state !== 'enrolled') throw new Error('nobody was enrolled');
    return enrolment.ids.dossier;
  });
});
afterAll(() => world.close());

const decide = async (by: readonly [string, string], more: object = {}) => {
  const [statements, lines] = [await mirroredStatements(mirror), await mirroredLines(mirror)];
  return onState(
    (register) =>
      decideDestruction({
        ...{ register, patient, asked: ASKED, now: world.clock.clock(), why: 'gevraagd aan de balie' },
        ...{ decision: { what: 'destroy' as const }, signers: [signer(by[0]), signer(by[1])] as const },
        ...{ statements, lines, own: () => false, keyholders: false, ...more },
      }),
    true,
  );
};

describe('R5: destruction on request', () => {
  it('R19: two different people sign it, the first an owner; a refusal names its ground and destroys nothing', async () => {
    await expect(decide(['A.', 'A.'])).rejects.toMatchObject({ code: 'agent/bad-destruction' });
    await expect(decide(['C.', 'A.'])).rejects.toMatchObject({ code: 'agent/not-an-owner' });
    const stranger = { ...signer('C.'), publicKey: signer('B.').publicKey };
    await expect(decide(['A.', 'C.'], { signers: [signer('A.'), stranger] })).rejects.toThrow('two different people');
    const refused = await decide(['A.', 'C.'], {
      ...{ decision: { what: 'refuse', ground: 'other-person' }, why: 'erfelijke aandoening van een kind' },
    });
    expect(refused).toMatchObject({ number: 1, decision: 'refuse', ground: 'other-person', copies: [] });
    expect(await onState((register) => register.patients[patient]!.enrolment?.state)).toBe('enrolled');
    await onState((register) => delete register.destructions, true);
  });

  it('goes through vault, lists, register and mirror; cut off between any two steps it goes on, and says nothing before it is so', async () => {
    const before = await rows();
    expect(before.packs).toBeGreaterThan(2);
    const handed = (await mirroredLines(mirror)).at(-1)!.entry;
    const seen = {
      ...handed,
      common: { ...handed.common, organisation: PARTNER },
      items: [{ ...handed.items[0]!, dossier: gone, outcome: 'success' as const }],
    };
    await onState((register) => {
      const at = world.clock.clock();
      register.petitions = { seen: [], looked: { [gone]: at }, told: {} };
      const look = { line: 1, at, event: 'release' as const, outcome: 'success' as const, who: PARTNER };
      register.looked = [...(register.looked ?? []), { ...look, dossier: gone }];
    }, true);
    const made = await decide(['A.', 'C.'], { lines: [{ entry: seen }] });
    expect(made).toMatchObject({ due: '2026-04-05', signed: [{}, {}] });
    expect(await copies()).toEqual({
      ...{ vault: 'todo', lists: 'todo', register: 'todo', mirror: 'todo', partner: 'todo', backups: 'todo' },
      log: 'refused',
    });
    const steps: string[] = [];
    for (;;) {
      // Each step once: the next run goes further.
      const onStep = (name: string) => {
        if (!steps.includes(name)) throw new Error(`cut ${name}`);
      };
      const cut = await world.sync({ mirror, onStep }).catch((error: Error) => error.message.replace('cut ', ''));
      if (typeof cut !== 'string') {
        expect(cut.destructions).toEqual({ requests: 1, todo: 2, overdue: 0, due: '2026-04-05' });
        break;
      }
      steps.push(cut);
      const [state, { packs }] = [await copies(), await rows()];
      expect([cut, state.vault === 'todo' || packs === 0]).toEqual([cut, true]);
    }
    const all = ['counted', 'explained', 'delivered 1', 'sent', 'signed', 'confirmed', 'saved', 'mirrored', 'settled'];
    expect(steps).toEqual(expect.arrayContaining(all));
    expect(await copies()).toMatchObject({ vault: 'done', lists: 'done', register: 'done', mirror: 'done' });
    expect(await rows()).toEqual({ packs: 0, rows: 0 });
    await world.vault().stop();
    expect((await fsck(join(world.dir, 'vault'))).faults).toEqual([]);
    await world.restartVault();
  });

  it('leaves no way from the person to the lines: the register names nobody, and the lines still verify', async () => {
    const text = await onState((register) => JSON.stringify(register));
    expect(text).not.toContain(`"${patient}"`);
    expect(text).not.toContain(`\\"${patient}\\"`);
    expect(await onState(({ confirmations }) => confirmations[0]!.redacted)).toBe(true);
    expect(await onState(({ looked, petitions }) => JSON.stringify([looked, petitions]))).not.toContain(gone);
    const objects = readdirSync(join(mirror, 'objects')).flatMap((name) =>
      readObjects(readFileSync(join(mirror, 'objects', name))),
    );
    const stated = objects.filter(({ kind }) => kind === 'statement').map(({ bytes }) => fromBase64url(bytes));
    const ofDossier = stated.map((bytes) => Buffer.from(bytes).toString('latin1')).filter((one) => one.includes(gone));
    expect(ofDossier.every((one) => /"t":"(withdrawal|state|snapshot)"/.test(one))).toBe(true);
    expect(await verifyMirror(mirror)).toMatchObject({ ok: true, faults: [] });
    expect((await mirroredLines(mirror)).some(({ entry }) => entry.items.some(({ dossier }) => dossier === gone))).toBe(
      true,
    );
  });

  it('does not come back: not with a sync, not with a batch, not under another record; only by name, after an owner says so', async () => {
    const { changed } = await world.sync({ mirror });
    expect(changed).toBe(0);
    expect(await world.enrol()).toMatchObject({ enrolled: 0, refused: 1 });
    await expect(world.enrol([patient])).rejects.toMatchObject({ code: 'agent/not-a-candidate' });
    expect(await onState(({ patients }) => patients[patient])).toBeUndefined();
    expect(await onState((register) => [isForgotten(register, patient), isForgotten(register, 'pat-2')])).toEqual([
      true,
      false,
    ]);
  });

  it('waits for keyholders and for the patient’s own access until they say so themselves', async () => {
    const register = await onState((one) => structuredClone(one));
    const [one] = register.destructions!;
    const todo = { ...one!.copies[0]!, state: 'todo' as const, at: null };
    one!.copies.push({ ...todo, what: 'keyholders' }, { ...todo, what: 'own' });
    const state = (what: string) => one!.copies.find((copy) => copy.what === what)!.state;
    const settle = (kept: boolean, owned: boolean) =>
      settleCopies(register, { today: today(), kept, mirror: undefined, owned: () => owned });
    // One of them did not answer, and somebody still opens the dossier as the patient.
    await settle(false, true);
    expect([state('keyholders'), state('own')]).toEqual(['todo', 'todo']);
    await settle(true, true);
    expect([state('keyholders'), state('own')]).toEqual(['done', 'todo']);
    await settle(true, false);
    expect([state('keyholders'), state('own'), state('backups')]).toEqual(['done', 'done', 'todo']);
    // Backups are stated to live ten days here, thirty where nobody said anything.
    const later = (days: number) =>
      settleCopies(register, { today: addDays(today(), days), kept: true, mirror: undefined, owned: () => false });
    await later(29);
    expect(state('backups')).toBe('todo');
    register.backups = { host: 10, practice: 5, at: today() };
    await later(10);
    expect(state('backups')).toBe('done');
  });

  it('a partner confirms or says why not; what is late is loud; when all is settled even the tag leads nowhere', async () => {
    const letter = await onState(({ destructions }) =>
      partnerLetter(destructions![0]!, 'Praktijk', 'Podotherapie', destructions![0]!.dossier!),
    );
    expect(letter).toContain('2026-04-05');
    expect(letter).not.toContain(patient);
    const late = addDays('2026-04-05' as LocalDate, 1);
    expect(await onState((register) => destructionReport(register, late))).toMatchObject({ todo: 2, overdue: 2 });
    await onState((register) => partnerAnswered(register, 1, PARTNER, today(), 'eigen behandelaar'), true);
    expect(await onState(({ destructions }) => destructions![0])).toMatchObject({ patient: null, dossier: null });
    await expect(onState((register) => partnerAnswered(register, 1, PARTNER, today(), null))).rejects.toThrow('waits');
    world.clock.move(31 * 86_400_000);
    expect((await world.sync({ mirror })).destructions).toMatchObject({ todo: 0, overdue: 0, due: null });
    expect(await copies()).toMatchObject({ backups: 'done', partner: 'refused', log: 'refused' });
    expect(await onState((register) => allowAgain(register, patient), true)).toBe(true);
    expect(await world.enrol([patient])).toMatchObject({ enrolled: 1 });
  });
});
