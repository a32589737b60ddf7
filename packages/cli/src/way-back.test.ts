/** The way back under a demand (docs/identity.md; R14, R26): desk and agent's folder are gone, and the sheets bring the practice back. */

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileKeyStore } from '@ketenkluis/agent';
import { makeWorld, type World } from '@ketenkluis/agent/testing';
import { type Bytes, base64url, fromBase64url } from '@ketenkluis/base';
import { type Asked, agree, openList, proposeDemand, type Session, waitingProposals } from '@ketenkluis/client';
import { decodeEntry } from '@ketenkluis/ledger';
import { raiseInfo } from '@ketenkluis/protocol';
import { type Hash, type Plaintext, sealTo } from '@ketenkluis/seal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { demand } from './demand.ts';
import { drill } from './drill.ts';
import { type Enter, sheetsPort } from './enter.ts';
import { hosting } from './hosting.ts';
import { inspect } from './inspect.ts';
import { looked } from './looked.ts';
import { restore } from './practice.ts';

const ASKED: Asked = {
  ...{ desk: 'https://balie.example', staff: 'high', patients: null },
  ways: [{ means: 'dezi', issuer: 'https://dezi.example' }],
};

const EID = { means: 'eid', issuer: 'https://eid.example' } as const;

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
async function demandHigh(...seconds: readonly string[]): Promise<void> {
  const asked = { staff: 'high', patients: 'none', desk: ASKED.desk!, way: ['dezi=https://dezi.example'] } as const;
  expect((await demand({ person: GP, second: seconds, ...asked }, enter)).json).toEqual({
    ...ASKED,
    state: 'admitted',
  });
}

async function start(...of: Parameters<typeof makeWorld>): Promise<void> {
  world = await makeWorld(...of);
  files = world.init.sheets.recovery.map((text, i) => {
    const file = join(world.dir, `recovery-${i + 1}.txt`);
    writeFileSync(file, text);
    return file;
  });
}
afterEach(() => world.close());

describe('the way back', () => {
  beforeEach(async () => {
    await start(2, 3);
    await world.enrol();
    await world.sync({ mirror: join(world.dir, 'mirror') });
    await demandHigh(SECOND);
  });

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

    // Whoever inspects the practice reads who was let in by sheets, and when.
    await world.sync({ mirror });
    const out = join(world.dir, 'pack');
    await inspect({ dir, mirror, out });
    const text = readFileSync(join(out, 'inspectie.html'), 'utf8');
    expect(text).toContain('Toegelaten met herstelbladen');
    const told = text.slice(text.indexOf('Toegelaten met herstelbladen'));
    for (const name of [GP, SECOND]) expect(told).toContain(name);
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
    const asked = new Set<string>();
    world.net.between = (url, answer) => {
      asked.add(new URL(url).pathname.split('/').slice(4).join('/'));
      return answer();
    };
    expect(await problem(looked({ sheet: GP, dossier, format: 'fhir', out }, raised))).toBe('vault/identity-needed');
    // The client asks nothing that sheets do not stand for, whatever the vault would answer.
    const says = ['challenges', 'sessions', 'sessions/confirm', 'sessions/close', 'directory', 'recoveries'];
    expect([...asked].sort()).toEqual([...says, 'recoveries/proof'].sort());
  });

  it('R14: a vault that gives no challenge, or something else under its text, gets nothing', async () => {
    const raised = () => enter(GP, { sheets: world.init.sheets.recovery.slice(0, 2) });
    const giving = (change: (json: Record<string, unknown>) => Promise<void>) => {
      world.net.between = async (url, answer) => {
        const answered = await answer();
        if (!url.endsWith('/recoveries')) return answered;
        const json = JSON.parse(Buffer.from(await answered.arrayBuffer()).toString()) as Record<string, unknown>;
        await change(json);
        const bytes = new TextEncoder().encode(JSON.stringify(json));
        return { ...answered, arrayBuffer: async () => bytes.buffer };
      };
    };
    const asked = () => lines().then((all) => all.filter(({ common }) => common.event === 'attempt').length);
    const before = await asked();
    giving(async (json) => void delete json.challenge);
    expect(await problem(raised())).toBe('client/bad-answer');
    // More than a challenge is: whatever it was, it does not go back.
    giving(async (json) => {
      const all = await lines();
      const line = all.findLastIndex(({ common }) => common.event === 'recovery');
      const { actor, requestHash } = all[line]!.common;
      const { practice, recoveryKem } = world.init.state.register;
      const open = await world.vault().vault.storage.read((tx) =>
        tx
          .selectFrom('raising')
          .select('session')
          .where('request', '=', requestHash as Hash)
          .executeTakeFirstOrThrow(),
      );
      const about = { practice: practice.organisation, person: actor, session: open.session, line };
      const info = raiseInfo({ ...about, request: requestHash as Hash });
      json.challenge = base64url(
        await sealTo(fromBase64url(recoveryKem), info, new Uint8Array(33) as Bytes as Plaintext),
      );
    });
    expect(await problem(raised())).toBe('client/bad-answer');
    expect(await asked()).toBe(before + 2);
    world.net.between = null;
    await raised();
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

describe('who signs another demand', () => {
  it('R19: of a practice with one owner the owner and a colleague, both with sheets', async () => {
    await start(1, 2, { threshold: 1 });
    const [nurse] = ['C. Verpleger'];
    await demandHigh(nurse!);
    expect(await problem(world.signIn(nurse!))).toBe('vault/identity-needed');
    const lifted = await demand({ person: GP, second: [nurse!], sheets: files.slice(0, 2), staff: 'none' }, enter);
    expect(lifted.json).toMatchObject({ state: 'admitted' });
    await world.signIn(nurse!);
  });

  it('R19: of three owners who must all sign two are not enough, and the third comes with a sheet as well', async () => {
    const owner = (name: string, passphrase: string) => ({ name, role: 'gp' as const, owner: true, passphrase });
    const third = 'E. de Derde';
    const people = [
      ...[owner(GP, 'een twee drie vier'), owner(SECOND, 'vier drie twee een'), owner(third, 'twee vier een drie')],
    ];
    await start(1, 3, { people });
    await demandHigh(SECOND, third);
    const more = { person: GP, sheets: files.slice(0, 2), staff: 'none' };
    const two = await demand({ ...more, second: [SECOND] }, enter);
    expect(two).toMatchObject({ json: { state: 'proposed' }, failed: true });
    expect(await problem(world.signIn(GP))).toBe('vault/identity-needed');
    expect(await demand({ ...more, second: [SECOND, third] }, enter)).toMatchObject({ json: { state: 'admitted' } });
    await world.signIn(third);
  });

  it('R19, R26: what waited already, signed or not, is neither signed nor put in force in its place', async () => {
    await start(1, 2, { threshold: 1 });
    const [nurse] = ['C. Verpleger'];
    await demandHigh(nurse!);
    const sheets = world.init.sheets.recovery.slice(0, 2);
    const [owner, second] = [(await enter(GP, { sheets })).session, (await enter(nurse!, { sheets })).session];
    // Two that the owner proposed before; of one the second signature is there, and the owner did not come back to it.
    for (const patients of ['substantial', 'high'] as const) {
      await proposeDemand(owner, { ...ASKED, patients, ways: [...ASKED.ways, EID] });
      world.clock.move(1000);
    }
    const [before] = await waitingProposals(second);
    expect(await agree(second, before!.hash)).toBe('signed');
    const lifted = await demand({ person: GP, second: [nurse!], sheets: files.slice(0, 2), staff: 'none' }, enter);
    expect(lifted).toMatchObject({ json: { ...ASKED, staff: null, state: 'admitted' }, failed: false });
    expect((await (await world.signIn(GP)).people(true)).demand).toMatchObject({ ...ASKED, staff: null });
  });

  it('R19: more people than it takes change nothing of what is answered', async () => {
    await start(1, 3);
    const more = { person: GP, second: [SECOND, 'C. Verpleger'], desk: 'none', staff: 'none' };
    expect(await demand(more, enter)).toMatchObject({ json: { state: 'admitted' }, failed: false });
  });

  it('a level, a way or a change that is none is named before anybody signs in', async () => {
    await start(1, 2);
    const nobody: Enter = () => Promise.reject(new Error('nobody signs in'));
    for (const more of [{}, { staff: 'low' }, { way: ['card=https://x.example'] }, { way: ['dezi'] }])
      expect(await problem(demand({ person: GP, second: [SECOND], ...more }, nobody))).toBe('cli/bad-option');
  });
});
