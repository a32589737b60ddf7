/** R36, R31, R33: Mitz in a sync, on a whole small world with a stub of Mitz. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Said } from '@ketenkluis/access';
import { fromUtf8, HOUR, newId, type OrganisationId, type PersonId, systemRandom } from '@ketenkluis/base';
import { parseWorklist, scopesForRole } from '@ketenkluis/care';
import { change, openDossier, openList, withdrawConsent } from '@ketenkluis/client';
import { type FactOf, type Hash, signStatement, statementToWire } from '@ketenkluis/seal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileKeyStore } from '../keystore.ts';
import { stateOf, withoutFacts } from '../live.ts';
import type { Register } from '../register.ts';
import { openState } from '../state.ts';
import { answerXml, type MitzStub, mitzStub, podiatrist } from '../testing/mitz.ts';
import { makeWorld, selection, type World } from '../testing/world.ts';
import { type Mitz, openMitz } from './ask.ts';
import { askMitz, stopMitz } from './settle.ts';

describe('Mitz in a sync', () => {
  const BSN = '999911120';
  let world: World;
  let stub: MitzStub;
  let mitz: Mitz;
  const organisation = newId('organisation', systemRandom) as OrganisationId;
  // As long as can be: a busy machine gives an honest answer its time.
  const config = (timeout = 30_000) => stub.config([podiatrist(organisation)], { timeout });
  const use = (other = mitz) => ({ mitz: { config: config(), mitz: other } });
  const withRegister = async <T>(work: (register: Register) => T): Promise<T> => {
    const dir = join(world.dir, 'agent');
    const state = await openState({ dir, random: systemRandom, keyStore: fileKeyStore(dir) });
    try {
      const done = work(state.register);
      await state.save();
      return done;
    } finally {
      await state.close();
    }
  };
  /** Consents that the vault counts as live facts now. */
  const standing = async (): Promise<FactOf<'consent'>[]> => {
    const { storage, clock } = world.vault().vault;
    const rows = await storage.read((tx) =>
      tx
        .selectFrom('fact')
        .innerJoin('statement', 'statement.hash', 'fact.hash')
        .select('statement.header')
        .where('fact.kind', '=', 'consent')
        .where('fact.ended', 'is', null)
        .execute(),
    );
    return rows
      .map(({ header }) => JSON.parse(fromUtf8(header)) as FactOf<'consent'>)
      .filter(({ until }) => until !== null && until > clock());
  };
  const addPartner = async () => {
    const session = await world.signIn('gp');
    const fact: FactOf<'partner'> = {
      t: 'fact',
      v: 1,
      suite: 1,
      id: newId('fact', systemRandom),
      practice: world.init.state.register.practice.organisation,
      from: world.clock.clock(),
      until: null,
      kind: 'partner',
      organisation,
      authority: 'A'.repeat(43) as Hash,
      profile: 'A'.repeat(43) as Hash,
      log: 'partner.example/1+0123abcd+AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAB',
      teams: [newId('team', systemRandom)],
    };
    const signers = world.init.people.slice(0, 2).map(({ keys }) => keys.signer);
    const signed = await signStatement(fact, signers);
    const body = { statements: [statementToWire(signed)], batches: [], wraps: [] };
    await change(session, { endpoint: 'statements', class: 'admin', items: [], annexed: false, body });
    await session.close();
  };

  beforeAll(async () => {
    stub = await mitzStub();
    world = await makeWorld(12, 2);
    mitz = openMitz(config(), systemRandom);
    world.patients[0] = { ...world.patients[0]!, bsn: BSN };
    world.patients[3] = { ...world.patients[3]!, bsn: '999910218' };
    await world.enrol();
    await world.sync();
  });
  afterAll(async () => {
    mitz.close();
    await world.close();
    await stub.close();
  });

  it('R31: off by default, and on it asks about nobody whom the practice did not mark', async () => {
    expect((await world.sync()).mitz).toBeNull();
    expect((await world.sync(use())).mitz).toEqual({ asked: 0, permitted: 0, refused: {}, mandated: true });
    expect(stub.asked).toEqual([]);
  });

  it('asks nothing for an organisation that is no partner of the practice', async () => {
    await withRegister((register) => askMitz(register, 'pat-0', organisation));
    expect((await world.sync(use())).mitz).toMatchObject({ asked: 0, refused: { 'not-asked': 1 } });
    expect(stub.asked).toEqual([]);
  });

  it('R36: a permit becomes a consent fact of this partner, these parts and at most a day', async () => {
    await addPartner();
    expect((await world.sync(use())).mitz).toEqual({ asked: 1, permitted: 1, refused: {}, mandated: true });
    expect(stub.asked).toHaveLength(1);
    expect(stub.asked[0]).toMatchObject({ bsn: BSN, holder: '00000001', consulter: '00000777', data: 'GGC002' });
    const [consent, ...more] = await standing();
    expect(more).toEqual([]);
    const ids = await withRegister((register) => {
      const { enrolment } = register.patients['pat-0']!;
      return enrolment?.state === 'enrolled' ? enrolment.ids : undefined;
    });
    const wanted = scopesForRole('podiatrist', ['diabetes'], selection).map((scope) => ids!.handles[scope]);
    expect(consent).toMatchObject({
      organisation,
      dossier: ids!.dossier,
      practice: world.init.state.register.practice.organisation,
    });
    expect([...consent!.handles].sort()).toEqual([...wanted].sort());
    expect(consent!.until! - world.clock.clock()).toBeLessThanOrEqual(24 * HOUR);
  });

  it('the next yes states it afresh and ends the one before; the one before would have run out by itself', async () => {
    const [before] = await standing();
    world.clock.move(20 * HOUR);
    expect((await world.sync(use())).mitz).toMatchObject({ permitted: 1 });
    const [after, ...more] = await standing();
    expect(more).toEqual([]);
    expect(after!.id).not.toBe(before!.id);
    world.clock.move(25 * HOUR);
    expect(await standing()).toEqual([]);
  });

  const cases: readonly (readonly [string, MitzStub['reply'], string])[] = [
    ['deny', (echo) => ({ body: answerXml(echo, { decision: 'Deny' }) }), 'deny'],
    ['a permit for another patient', (echo) => ({ body: answerXml(echo, { bsn: '999910218' }) }), 'other-question'],
    ['silence', () => 'silent', 'timeout'],
    ['an error of the server', () => ({ status: 503, body: '' }), 'http'],
  ];
  it.each(cases)('R33, R36: after a yes, %s withdraws it', async (_name, reply, why) => {
    stub.reply = (echo) => ({ body: answerXml(echo) });
    await world.sync(use());
    expect(await standing()).toHaveLength(1);
    stub.reply = reply;
    const asker = why === 'timeout' ? openMitz(config(50), systemRandom) : mitz;
    expect((await world.sync(use(asker))).mitz).toMatchObject({ asked: 1, permitted: 0, refused: { [why]: 1 } });
    if (asker !== mitz) asker.close();
    expect(await standing()).toEqual([]);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['Mitz is switched off', async () => world.sync()],
    [
      'the practice no longer asks',
      async () => {
        await withRegister((register) => stopMitz(register, 'pat-0', organisation));
        await world.sync(use());
        await withRegister((register) => askMitz(register, 'pat-0', organisation));
      },
    ],
    [
      'the patient objects at the desk',
      async () => {
        const said: Said = {
          answer: 'objection',
          holder: { organisation: world.init.state.register.practice.organisation },
          data: null,
          consulter: { category: 'J8' },
          at: world.clock.clock(),
          channel: 'desk',
          by: world.init.people[0]!.keys.person,
        };
        await world.sync({ mitz: { ...use().mitz, said: () => [said] } });
      },
    ],
  ])('R33: a standing consent of Mitz is withdrawn when %s', async (_name, work) => {
    stub.reply = (echo) => ({ body: answerXml(echo) });
    await world.sync(use());
    expect(await standing()).toHaveLength(1);
    await work();
    expect(await standing()).toEqual([]);
  });

  it('R33: a colleague withdraws it at the vault at once; the next sync goes on and does not ask again', async () => {
    stub.reply = (echo) => ({ body: answerXml(echo) });
    await world.sync(use());
    const [consent] = await standing();
    const { dossier } = consent!;
    const session = await world.signIn('gp');
    const nurse = await world.signIn('poh-s');
    const { content } = await openList(nurse, 'worklist');
    const row = parseWorklist((content as { list: unknown }).list).rows.find((one) => one.dossier === dossier)!;
    const looks = async () =>
      (await openDossier(nurse, { ...row, handles: row.handles.map(({ handle }) => handle) })).parts.every(
        ({ outcome }) => outcome === 'permit',
      );
    expect(await looks()).toBe(true);
    // Where the line explains it: with `statements` it would stand unexplained for everybody.
    const at = world.clock.clock();
    const { signer } = world.init.people[0]!.keys;
    const ended = await signStatement(
      { t: 'withdrawal', v: 1, suite: 1, practice: session.practice, dossier, at, fact: consent!.id },
      signer,
    );
    const [live, number] = await withRegister(
      (register) => [register.patients['pat-0']!.live!, register.snapshot!.number] as const,
    );
    const step = await signStatement(
      {
        ...{ t: 'state' as const, v: 1 as const, suite: 1, practice: session.practice, dossier, at },
        by: signer.by as PersonId,
        // The register counts a snapshot when its line was read: the newest is one further.
        after: number + 1,
        prev: stateOf(dossier, live),
        state: stateOf(dossier, withoutFacts(live, [consent!.id])),
      },
      signer,
    );
    const body = { statements: [ended, step].map(statementToWire), batches: [], wraps: [] };
    await expect(
      change(session, { endpoint: 'statements', class: 'admin', items: [], annexed: false, body }),
    ).rejects.toMatchObject({ detail: { problem: 'vault/bad-statement' } });
    await withdrawConsent(session, { dossier, partner: organisation });
    expect(await looks()).toBe(true);
    await nurse.close();
    await session.close();
    expect(await standing()).toEqual([]);
    const before = stub.asked.length;
    expect((await world.sync(use())).mitz).toMatchObject({ asked: 0, permitted: 0 });
    expect(stub.asked).toHaveLength(before);
    expect(await standing()).toEqual([]);
    await withRegister((register) => askMitz(register, 'pat-0', organisation));
    await world.sync(use());
    expect(await standing()).toHaveLength(1);
  });

  it('a run that was cut off after the answer states the consent once', async () => {
    stub.reply = (echo) => ({ body: answerXml(echo) });
    world.clock.move(20 * HOUR);
    const cut = world.sync({
      ...use(),
      onStep: (step) => {
        if (step.startsWith('delivered')) throw new Error('cut off');
      },
    });
    await expect(cut).rejects.toThrow('cut off');
    await world.sync(use());
    expect(await standing()).toHaveLength(1);
    await world.sync();
    expect(await standing()).toEqual([]);
    // What is over and gone is forgotten with the next round.
    await world.sync();
    const left = await withRegister((register) => {
      const { enrolment } = register.patients['pat-0']!;
      return enrolment?.state === 'enrolled' ? enrolment.ids.mitz : null;
    });
    expect(left).toBeUndefined();
  });

  it('R6: no BSN stands anywhere in the state of agent or vault', () => {
    const files = readdirSync(world.dir, { recursive: true, withFileTypes: true }).filter(
      (file) => file.isFile() && !file.parentPath.endsWith('source'),
    );
    expect(files.length).toBeGreaterThan(3);
    for (const { parentPath, name } of files) expect(readFileSync(join(parentPath, name)).includes(BSN)).toBe(false);
  });
});
