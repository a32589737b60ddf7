/** The way back under a demand (docs/identity.md; R14, R26): desk and agent's folder are gone, and the sheets bring the practice back. */

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileKeyStore } from '@ketenkluis/agent';
import { makeWorld, type World } from '@ketenkluis/agent/testing';
import { type Asked, agree, openList, proposeDemand, type Session, waitingProposals } from '@ketenkluis/client';
import { decodeEntry } from '@ketenkluis/ledger';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { demand } from './demand.ts';
import { drill } from './drill.ts';
import { type Enter, sheetsPort } from './enter.ts';
import { hosting } from './hosting.ts';
import { looked } from './looked.ts';
import { restore } from './practice.ts';

const ASKED: Asked = {
  ...{ desk: 'https://balie.example', staff: 'high', patients: null },
  ways: [{ means: 'dezi', issuer: 'https://dezi.example' }],
};

let world: World;
let files: string[];
/** By the name of a person, as a command does by the path of their sheet. */
const enter: Enter = async (name, more = {}) => {
  const { sheets } = more;
  const session = await world.signIn(name, undefined, undefined, sheets && sheetsPort(sheets));
  return { session, close: () => session.close() };
};
const problem = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'it went through';
  } catch (error) {
    const { code, detail } = error as { code: string; detail?: { problem?: string } };
    return detail?.problem ?? code;
  }
};
const lines = async () => {
  const { ledger } = world.vault().vault.storage;
  const { origin } = world.init.state.register.vault.log;
  const stored = await ledger.entries(origin, 0, (await ledger.state(origin)).size);
  return stored.map((one) => decodeEntry(one.stored).entry);
};
const [GP, SECOND] = ['A. de Eerste', 'B. de Tweede'];

/** Everybody who works here signs on at level high, and there is nowhere to do it any more. */
async function demandHigh(): Promise<void> {
  const [owner, other] = [await world.signIn(GP), await world.signIn(SECOND)];
  await proposeDemand(owner, ASKED);
  const [waiting] = await waitingProposals(other);
  expect(await agree(other, waiting!.hash)).toBe('admitted');
}

beforeEach(async () => {
  world = await makeWorld(2, 3);
  await world.enrol();
  await world.sync({ mirror: join(world.dir, 'mirror') });
  files = world.init.sheets.recovery.map((text, i) => {
    const file = join(world.dir, `recovery-${i + 1}.txt`);
    writeFileSync(file, text);
    return file;
  });
  await demandHigh();
});
afterEach(() => world.close());

describe('the way back', () => {
  it('R14, R26: without desk and agent nobody gets in; the sheets bring the register back, lift the demand, and owners get in again', async () => {
    const [dir, mirror] = [join(world.dir, 'agent'), join(world.dir, 'mirror')];
    rmSync(dir, { recursive: true });
    expect(await problem(world.signIn(GP))).toBe('vault/identity-needed');
    expect(await problem(restore({ dir, mirror, sheets: files.slice(0, 1), person: GP }, enter))).toBe(
      'seal/bad-recovery-share',
    );
    const before = (await lines()).filter(({ common }) => common.event === 'recovery').length;
    expect(before).toBe(0);

    const two = files.slice(0, 2);
    const back = await restore({ dir, mirror, sheets: two, person: GP }, enter, fileKeyStore(dir));
    expect(back.json).toMatchObject({ patients: 2, sheets: 2 });
    const said = (await lines()).filter(({ common }) => ['recovery', 'identity'].includes(common.event));
    expect(said.map(({ common }) => common.event)).toEqual(['recovery', 'identity', 'recovery']);
    // The line of the raise names the request behind the line with the sheets.
    expect(said[1]!.items.map(({ object }) => object)).toEqual([said[0]!.common.requestHash]);
    // The agent's own key is back: it is asked for no level, and works.
    expect((await world.sync({ mirror })).changed).toBe(0);

    const lifted = await demand({ person: GP, second: [SECOND], sheets: two, staff: 'none' }, enter);
    expect(lifted).toMatchObject({ json: { ...ASKED, staff: null, state: 'admitted' }, failed: false });
    const owner = await world.signIn(GP);
    expect((await openList(owner, 'worklist')).content).toBeDefined();
    expect((await owner.people(true)).demand).toMatchObject({ ...ASKED, staff: null });
  });

  it('R26: a drill of the own copy, and who runs the vault, go the same way; a look does not', async () => {
    const mirror = join(world.dir, 'mirror');
    const dir = join(world.dir, 'agent');
    const exit = world.init.sheets.exit.map((text, i) => {
      const file = join(world.dir, `exit-${i + 1}.txt`);
      writeFileSync(file, text);
      return file;
    });
    const sheets = [...files.slice(0, 2), ...exit.slice(0, 2)];
    const without: Enter = (name) => enter(name);
    expect(await problem(drill({ dir, mirror, sheets, person: GP }, without))).toBe('vault/identity-needed');
    expect((await drill({ dir, mirror, sheets, person: GP }, enter)).json).toMatchObject({ copy: 'mirror' });
    const raised: Enter = (name) => enter(name, { sheets: world.init.sheets.recovery.slice(0, 2) });
    const said = join(world.dir, 'said.json');
    const operator = { operator: 'Kluisbeheer Noord', owner: { name: 'Stichting Zorgdata', country: 'NL' } };
    writeFileSync(said, JSON.stringify({ ...operator, places: ['NL'], law: 'Nederlands recht', certificates: [] }));
    expect(await problem(hosting({ person: GP, said }, without))).toBe('vault/identity-needed');
    expect((await hosting({ person: GP, said }, raised)).json).toMatchObject({ operator: 'Kluisbeheer Noord' });
    const out = join(world.dir, 'looked.json');
    const dossier = 'dos_aaaaaaaaaaaaaaaaaaaaaaaaaa';
    expect(await problem(looked({ sheet: GP, dossier, format: 'fhir', out }, raised))).toBe('vault/identity-needed');
  });

  it('R19: one signer is not enough, with sheets neither; sheets that are not needed raise nothing', async () => {
    const two = files.slice(0, 2);
    const alone = demand({ person: GP, second: [GP], sheets: two, staff: 'none' }, enter);
    expect((await alone).json).toMatchObject({ state: 'proposed' });
    expect(await problem(world.signIn(GP))).toBe('vault/identity-needed');
    await demand({ person: GP, second: [SECOND], sheets: two, staff: 'none' }, enter);
    const before = (await lines()).length;
    const session: Session = (await enter(GP, { sheets: world.init.sheets.recovery.slice(0, 2) })).session;
    expect((await openList(session, 'worklist')).content).toBeDefined();
    const since = (await lines()).slice(before).map(({ common }) => common.event);
    expect(since).not.toContain('recovery');
  });
});
