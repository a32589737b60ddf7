/** What a partner, its host and the agent make of each other: visits that go on, parts that wait for a key, what nobody may hand on or shut. */

import { fileKeyStore, openState, writeSaid } from '@ketenkluis/agent';
import { DAY, MINUTE, plus } from '@ketenkluis/base';
import type { WorklistRow } from '@ketenkluis/care';
import { type DraftItem, decodeEntry } from '@ketenkluis/ledger';
import { sessionState } from '@ketenkluis/protocol';
import { dossierState, type Hash, signStatement } from '@ketenkluis/seal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  acceptReferral,
  agree,
  assumptionsOf,
  endPartner,
  openDossier,
  proposeAssumption,
  referralsOf,
  revisit,
  type Session,
  waitingProposals,
} from './index.ts';
import { BY, makeTwo, type Two } from './testing/two.ts';

type Registered = Awaited<ReturnType<typeof openState>>['register'];

describe('a partner, its host and the agent', () => {
  let two: Two;
  let nurse: Session;
  let rows: readonly WorklistRow[];
  const vault = () => two.practice.vault().vault;
  const withRegister = async <T>(work: (register: Registered) => T): Promise<T> => {
    const dir = `${two.practice.dir}/agent`;
    const state = await openState({ dir, random: two.practice.random, keyStore: fileKeyStore(dir) });
    try {
      const done = work(state.register);
      await state.save();
      return done;
    } finally {
      await state.close();
    }
  };
  const recordOf = ({ patients }: Registered, { dossier }: WorklistRow) =>
    Object.entries(patients).find(
      ([, { enrolment }]) => enrolment?.state === 'enrolled' && enrolment.ids.dossier === dossier,
    )!;
  const factsOf = (row: WorklistRow, kind: 'consent' | 'write') =>
    vault().storage.read((tx) =>
      tx.selectFrom('fact').selectAll().where('dossier', '=', row.dossier).where('kind', '=', kind).execute(),
    );
  /** Does the partner's team have a grant on the part's newest version? */
  const holds = async (handle: string) =>
    vault().storage.read(async (tx) => {
      const row = await tx
        .selectFrom('handle')
        .selectAll()
        .where('handle', '=', handle as never)
        .executeTakeFirstOrThrow();
      const found = await tx
        .selectFrom('granted')
        .select('team')
        .where('descriptor', '=', row.descriptor)
        .where('team', '=', two.team)
        .execute();
      return { version: row.version, theirs: found.length > 0 };
    });

  beforeAll(async () => {
    two = await makeTwo(5);
    await two.couple();
    nurse = await two.practice.signIn('poh-s');
    // Who somebody is comes first: a part that every record fills.
    rows = (await two.rows(nurse)).map((row) => ({
      ...row,
      handles: row.handles.toSorted((a, b) => Number(b.scope === 'identity') - Number(a.scope === 'identity')),
    }));
  });
  afterAll(() => two.close());

  it('R24: a visit that was idle comes back with the keys of the session at home, in the same teams', async () => {
    const guest = await two.guest();
    const before = (await guest.asker()).vouched.map(({ team }) => team);
    const home = guest.home!;
    for (const minutes of [10, 6]) {
      two.practice.clock.move(minutes * MINUTE);
      const { message } = await home.signed({ class: 'session', action: 'session-confirm' }, {});
      await home.call('session-confirm', sessionState, message);
    }
    await expect(guest.people(true)).rejects.toMatchObject({ detail: { problem: 'vault/session-idle' } });
    await revisit(guest);
    expect((await guest.people(true)).organisation).toBe(nurse.practice);
    expect((await guest.asker()).vouched.map(({ team }) => team)).toEqual(before);
  });

  it('R41: a step with a part that its signer could not open is an alarm, and no snapshot is signed', async () => {
    nurse = await two.practice.signIn('poh-s');
    const [handle] = await two.send(nurse, rows[0]!);
    const steps = await withRegister((register) => {
      const { enrolment } = recordOf(register, rows[0]!)[1];
      if (enrolment?.state !== 'enrolled') throw new Error('not enrolled');
      const kept = structuredClone(enrolment.ids.steps);
      // As if the nurses had never had that part, and a dishonest vault had let her hand it on all the same.
      for (const list of Object.values(enrolment.ids.steps))
        for (const step of list) step.handles = step.handles.filter((one) => one !== handle);
      return kept;
    });
    await expect(two.practice.sync()).rejects.toMatchObject({
      code: 'agent/vault-forked',
      message: expect.stringContaining('could not open themselves'),
    });
    await withRegister((register) => {
      const { enrolment } = recordOf(register, rows[0]!)[1];
      if (enrolment?.state === 'enrolled') enrolment.ids.steps = steps;
    });
    await expect(two.practice.sync()).resolves.toBeDefined();
  });

  it('a part whose team has no key here is wanted, and is sealed for it afresh at the sync after the key came', async () => {
    const [handle] = rows[0]!.handles.map((one) => one.handle);
    expect((await holds(handle!)).theirs).toBe(true);
    const owner = await two.practice.signIn('gp');
    const { practice } = await two.feet.signIn('podiatrist');
    await endPartner(owner, practice);
    const [patient] = await withRegister((register) => recordOf(register, rows[0]!));
    const at = two.practice.patients.findIndex(({ id }) => id === patient);
    two.practice.patients[at] = { ...two.practice.patients[at]!, family: 'Anders' };
    expect((await two.practice.sync()).receipt.wanted).toEqual([{ team: two.team, patients: 1 }]);
    const without = await holds(handle!);
    expect(without.theirs).toBe(false);
    await two.couple();
    expect((await two.practice.sync()).receipt.wanted).toEqual([]);
    const after = await holds(handle!);
    expect(after.theirs).toBe(true);
    expect(after.version).toBeGreaterThan(without.version);
  });

  it('R32, R33: the next sync withdraws an assumed consent that the practice’s book objects to', async () => {
    const owner = await two.practice.signIn('gp');
    const second = await two.practice.signIn('B. de Tweede');
    nurse = await two.practice.signIn('poh-s');
    await proposeAssumption(owner, {
      ...{
        ground: 'accepted-referral',
        teams: [two.team],
        categories: ['podiatrist'],
        until: plus(owner.now(), 300 * DAY),
      },
      text: 'Folder in de wachtkamer.',
    });
    const [waits] = await waitingProposals(second);
    await agree(second, waits!.hash);
    const [setting] = await assumptionsOf(nurse);
    const row = rows[1]!;
    await two.send(nurse, row, { assumed: setting!.fact.id });
    await two.practice.sync();
    expect((await factsOf(row, 'consent')).map(({ ended }) => ended)).toEqual([null]);
    await withRegister((register) =>
      writeSaid(register, recordOf(register, row)[0], {
        ...{ answer: 'objection', holder: { organisation: nurse.practice }, data: null, at: nurse.now() },
        ...{ consulter: { category: 'podiatrist' }, channel: 'letter', by: owner.person },
      } as never),
    );
    await two.practice.sync();
    expect((await factsOf(row, 'consent')).every(({ ended }) => ended !== null)).toBe(true);
    const [part] = row.handles;
    expect((await holds(part!.handle)).theirs).toBe(false);
  });

  it('a host and a partner cannot show a colleague an older dossier by a message that takes something away', async () => {
    nurse = await two.practice.signIn('poh-s');
    const row = (await two.rows(nurse))[2]!;
    const look = () =>
      openDossier(nurse, { dossier: row.dossier, handles: row.handles.map(({ handle }) => handle), facts: row.facts });
    await two.send(nurse, row);
    const guest = await two.guest();
    const referral = (await referralsOf(guest)).find(({ dossier }) => dossier === row.dossier)!;
    await acceptReferral(guest, referral, BY);
    let live: readonly Hash[] = [];
    two.practice.net.between = async (url, ask) => {
      const answer = await ask();
      if (!url.includes('/releases') || answer.status !== 200) return answer;
      const bytes = await answer.arrayBuffer();
      const { states } = JSON.parse(new TextDecoder().decode(bytes)) as { states: { dossier: string; live: Hash[] }[] };
      live = states.find(({ dossier }) => dossier === row.dossier)?.live ?? live;
      return { ...answer, arrayBuffer: async () => bytes };
    };
    // A message that only adds is what it says it is.
    expect((await look()).confirmation.state).toBe('confirmed');
    two.practice.net.between = null;

    const { practice } = nurse;
    const { log } = (await vault().people.of(practice))!;
    const { size } = await vault().storage.ledger.state(log);
    const lines = (await vault().storage.ledger.entries(log, 0, size)).map(({ stored }) => decodeEntry(stored).entry);
    const asked = lines.findLastIndex(({ common }) => common.event === 'write' && common.actor === guest.person);
    const { v: _, id: __, at: ___, ...common } = lines[asked]!.common;
    const gone = (await factsOf(row, 'write')).find(({ team }) => team !== two.team)!;
    const { last, header, stands } = await vault().storage.read(async (tx) => ({
      last: await tx
        .selectFrom('statement')
        .selectAll()
        .where('type', '=', 'state')
        .where('dossier', '=', row.dossier)
        .orderBy('line', 'desc')
        .executeTakeFirstOrThrow(),
      header: await tx.selectFrom('asked').select('header').where('line', '=', asked).executeTakeFirstOrThrow(),
      stands: await tx.selectFrom('dossier').selectAll().where('dossier', '=', row.dossier).executeTakeFirstOrThrow(),
    }));
    const before = JSON.parse(new TextDecoder().decode(last.header)) as { after: number };
    const step = await signStatement(
      {
        ...{ t: 'state', v: 1, suite: 1, practice, dossier: row.dossier, by: guest.person, after: before.after },
        ...{ prev: stands.state as Hash, at: guest.now() },
        state: dossierState(
          row.dossier,
          live.filter((hash) => hash !== gone.hash),
        ),
      },
      guest.home!.keys().signer,
    );
    const { state } = step.payload;
    const { seq: _seq, prev: _prev, ...item } = lines[asked]!.items.at(-1)!;
    const draft: DraftItem = { ...item, kind: 'state', object: step.hash, state };
    await vault().appender.append({
      ...{ log, keys: [] },
      prepare: async () => ({
        draft: { common, items: [draft], chains: new Map([[row.dossier, { seq: stands.seq, hash: stands.head }]]) },
        effect: async (tx, line) => {
          const { seq, hash: head } = line.heads.get(row.dossier)!;
          await tx
            .updateTable('dossier')
            .set({ seq, head, changed: seq, state })
            .where('dossier', '=', row.dossier)
            .execute();
          await tx
            .updateTable('fact')
            .set({ ended: 1 as never })
            .where('fact', '=', gone.fact)
            .execute();
          await tx.insertInto('asked').values({ practice, line: line.index, header: header.header }).execute();
          const place = {
            practice,
            dossier: row.dossier,
            seq,
            line: line.index,
            item: 0,
            at: line.entry.common.at,
            change: 1,
          };
          await tx.insertInto('dossier_item').values(place).execute();
          const sigs = 'sigs' in step.proof ? JSON.stringify(step.proof.sigs) : null;
          const signed = { sigs, batch: null, leaf: null, path: null };
          await tx
            .insertInto('statement')
            .values({ ...last, ...signed, hash: step.hash, header: step.bytes, line: line.index, item: 0 })
            .execute();
        },
      }),
    });
    await expect(look()).rejects.toMatchObject({
      code: 'client/state-unexplained',
      message: expect.stringContaining('changes more than it says'),
    });
  });
});
