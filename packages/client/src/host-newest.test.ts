/** A host with what came last: it puts changes behind the end of somebody's access, hides ends, and answers from before a change. */

import { makeWorld, type World } from '@ketenkluis/agent/testing';
import { base64url, type Instant, plus } from '@ketenkluis/base';
import { parseWorklist, type WorklistRow } from '@ketenkluis/care';
import { type DraftItem, decodeEntry, type Entry } from '@ketenkluis/ledger';
import {
  dossierState,
  type Hash,
  type Payload,
  type Statement,
  signStatement,
  statementsToWire,
} from '@ketenkluis/seal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { change, memoryStorage, openDossier, openList, type Session, writeNote } from './index.ts';

describe('a host with what came last', () => {
  let world: World;
  let nurse: Session;
  let row: WorklistRow;
  const vault = () => world.vault().vault;
  const rowsOf = async (session: Session): Promise<readonly WorklistRow[]> =>
    parseWorklist(((await openList(session, 'worklist')).content as { list: unknown }).list).rows;
  /** The same patient through this person's own list. */
  const look = async (session: Session) => {
    const own = (await rowsOf(session)).find(({ dossier }) => dossier === row.dossier)!;
    return openDossier(session, {
      dossier: own.dossier,
      handles: own.handles.map(({ handle }) => handle),
      facts: own.facts,
    });
  };
  const note = async () => {
    const part = (await look(nurse)).parts.find((one) => one.outcome === 'permit')!;
    if (part.outcome !== 'permit') throw new Error('nothing opened');
    const teams = [{ team: part.grant.team, step: part.grant.fact! }];
    const { dossier, facts } = row;
    return (await writeNote(nurse, { dossier, parent: part.handle, teams, facts, text: 'voeten gezien' })).handle;
  };
  const lastLine = async (event: string): Promise<Entry> => {
    const { log } = (await vault().people.of(nurse.practice))!;
    const { size } = await vault().storage.ledger.state(log);
    const stored = await vault().storage.ledger.entries(log, 0, size);
    return stored.map((one) => decodeEntry(one.stored).entry).findLast(({ common }) => common.event === event)!;
  };
  const stands = () =>
    vault().storage.read((tx) =>
      tx.selectFrom('dossier').selectAll().where('dossier', '=', row.dossier).executeTakeFirstOrThrow(),
    );
  type Write = Parameters<Parameters<ReturnType<typeof vault>['storage']['write']>[0]>[0];

  /** A line of the host's own, like an older one; a request that nobody made has a hash that nobody knows. */
  async function line(
    like: Entry,
    items: readonly (Partial<DraftItem> & Pick<DraftItem, 'kind'>)[],
    more: Partial<Entry['common']> = {},
    effect: (tx: Write, index: number) => Promise<unknown> = async () => undefined,
  ): Promise<void> {
    const { log } = (await vault().people.of(nurse.practice))!;
    const { v: _, id: __, at: ___, ...common } = like.common;
    const checks = { authorisation: true, relation: false, consent: false, emergency: false };
    const rest = { dossier: null, handle: null, version: null, object: null, facts: [], relation: null, state: null };
    const drafts = items.map(
      (item): DraftItem => ({
        ...rest,
        annex: item.dossier ? base64url(world.random(32)) : null,
        checks,
        outcome: 'success',
        consent: 'own-organisation',
        ...item,
      }),
    );
    const { seq, head } = await stands();
    const named = items.some(({ dossier }) => dossier === row.dossier);
    await vault().appender.append({
      log,
      keys: [],
      prepare: async () => ({
        draft: {
          common: { ...common, requestHash: base64url(world.random(32)), ...more },
          items: drafts,
          chains: new Map(named ? [[row.dossier, { seq, hash: head }]] : []),
        },
        effect: async (tx, made) => {
          const next = made.heads.get(row.dossier);
          const moved = next && { seq: next.seq, head: next.hash };
          if (moved) await tx.updateTable('dossier').set(moved).where('dossier', '=', row.dossier).execute();
          await effect(tx, made.index);
        },
      }),
    });
  }

  const endOf = async (session: Session, at: Instant): Promise<Statement<'withdrawal'>> => {
    const people = await session.people(true);
    const fact = people.memberships(world.clock.clock()).find(({ person }) => person === nurse.person)!.id;
    const end: Payload<'withdrawal'> = {
      ...{ t: 'withdrawal', v: 1, suite: 1, practice: nurse.practice, fact, dossier: null, at },
    };
    return signStatement(end, world.init.people[0]!.keys.signer);
  };
  const post = async (session: Session, statement: Statement) => {
    const body = { ...statementsToWire([statement]), wraps: [] };
    return change(session, { endpoint: 'statements', class: 'admin', items: [], annexed: false, body });
  };
  const bend = (path: string, how: (answer: Record<string, unknown[]>) => void) => {
    world.net.between = async (url, ask) => {
      const answer = await ask();
      if (!url.includes(path) || answer.status !== 200) return answer;
      const json = JSON.parse(new TextDecoder().decode(await answer.arrayBuffer()));
      how(json);
      const bytes = new TextEncoder().encode(JSON.stringify(json));
      return { ...answer, arrayBuffer: async () => bytes.buffer as ArrayBuffer };
    };
  };

  beforeEach(async () => {
    world = await makeWorld(6, 3);
    await world.enrol();
    await world.sync();
    nurse = await world.signIn('poh-s');
    row = (await rowsOf(nurse))[0]!;
  });
  afterEach(() => world.close());

  it('R12: a change that stands behind the end of a membership counts for nobody, whatever its date', async () => {
    const gp = await world.signIn('gp');
    // To every line after it the end is past, also to one that the host gives an earlier time.
    const end = await endOf(gp, plus(world.clock.clock(), 60_000));
    const sigs = JSON.stringify('sigs' in end.proof ? end.proof.sigs : []);
    const item = { kind: 'withdrawal' as const, object: end.hash, consent: 'none' as const };
    await line(await lastLine('snapshot'), [item], { event: 'withdraw' }, async (tx, index) => {
      const place = { batch: null, leaf: null, path: null, dossier: null, directory: 1, line: index, item: 0 };
      await tx
        .insertInto('statement')
        .values({
          ...{ practice: nurse.practice, hash: end.hash, type: 'withdrawal', header: end.bytes, sigs, ended: null },
          ...place,
        })
        .execute();
    });
    await note();
    // The doctor has read the keys before that; the change itself says that it is time to read them again.
    await expect(look(gp)).rejects.toMatchObject({
      code: 'client/state-unexplained',
      message: expect.stringContaining('by nobody who may'),
    });
    await expect(world.sync()).rejects.toMatchObject({
      code: 'agent/vault-forked',
      message: expect.stringContaining('somebody who may not'),
    });
  });

  it('an end from later on, or that reaches back, is not taken: lines before it would be judged by it', async () => {
    const gp = await world.signIn('gp');
    await expect(post(gp, await endOf(gp, plus(world.clock.clock(), 1)))).rejects.toMatchObject({
      detail: { problem: 'vault/bad-statement' },
    });
    await expect(post(gp, await endOf(gp, plus(world.clock.clock(), -121_000)))).rejects.toMatchObject({
      detail: { problem: 'vault/bad-statement' },
    });
    await post(gp, await endOf(gp, world.clock.clock()));
    await expect(look(nurse)).rejects.toThrow();
  });

  it('R20: the end of a membership is not hidden from a device without memory, once the agent has synced', async () => {
    const gp = await world.signIn('gp');
    await post(gp, await endOf(gp, world.clock.clock()));
    await world.sync();
    bend('/directory', ({ entries }) => void entries!.pop());
    const fresh = await world.signIn('gp', memoryStorage());
    await expect(openList(fresh, 'worklist')).rejects.toMatchObject({ code: 'client/directory-hidden' });
    // Nor from the agent, which starts every run without a browser's memory.
    await expect(world.sync()).rejects.toMatchObject({ code: 'client/rolled-back' });
    world.net.between = null;
    await openList(await world.signIn('gp', memoryStorage()), 'worklist');
    await world.sync();
  });

  it('a look that was answered from before a change is an alarm at the next sync', async () => {
    const before = (await stands()).state;
    await note();
    const shown = { dossier: row.dossier, handle: row.handles[0]!.handle };
    const common = await lastLine('release');
    await line(common, [{ kind: 'release', ...shown, state: (await stands()).state }]);
    await world.sync();
    await line(common, [{ kind: 'release', ...shown, state: before }]);
    await expect(world.sync()).rejects.toMatchObject({
      code: 'agent/vault-forked',
      message: expect.stringContaining('another state of a dossier'),
    });
  });

  it('R12: a colleague’s change without that colleague’s signed step is an alarm, though its state is the right one', async () => {
    const before = await stands();
    const live = await vault().storage.read((tx) =>
      tx.selectFrom('statement').select('hash').where('dossier', '=', row.dossier).execute(),
    );
    expect(live.length).toBeGreaterThan(0);
    const handle = await note();
    expect((await stands()).state).not.toBe(before.state);
    // The host takes the note away in the nurse's name: the state is what it was, and the agent's own book agrees.
    const state = before.state;
    const items = [
      { kind: 'drop' as const, dossier: row.dossier, handle },
      { kind: 'state' as const, dossier: row.dossier, object: base64url(world.random(32)) as Hash, state },
    ];
    await line(await lastLine('write'), items, { event: 'taken-over' }, (tx) =>
      tx.updateTable('dossier').set({ state }).where('dossier', '=', row.dossier).execute(),
    );
    expect(state).not.toBe(dossierState(row.dossier, []));
    await expect(world.sync()).rejects.toMatchObject({
      code: 'agent/vault-forked',
      message: expect.stringContaining('nobody signed what it came to'),
    });
  });
});
