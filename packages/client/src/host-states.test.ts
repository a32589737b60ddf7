/** A host that has the database, the log's key and every old request, and makes up what a dossier came to. */

import { makeWorld, type World } from '@ketenkluis/agent/testing';
import type { DossierId } from '@ketenkluis/base';
import { parseWorklist, type WorklistRow } from '@ketenkluis/care';
import { type DraftItem, decodeEntry, type Entry } from '@ketenkluis/ledger';
import { dossierState, type Hash } from '@ketenkluis/seal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDossier, openList, type Session, takeOver, writeNote } from './index.ts';

describe('a host that makes states', () => {
  let world: World;
  let session: Session;
  let row: WorklistRow;

  const look = () =>
    openDossier(session, {
      dossier: row.dossier,
      handles: row.handles.map(({ handle }) => handle),
      facts: row.facts,
    });
  const vault = () => world.vault().vault;
  const lines = async (): Promise<readonly Entry[]> => {
    const { log } = (await vault().people.of(session.practice))!;
    const { size } = await vault().storage.ledger.state(log);
    const stored = await vault().storage.ledger.entries(log, 0, size);
    return stored.map((one) => decodeEntry(one.stored).entry);
  };

  /** Puts a line in the log that copies who asked from an old one, and moves the dossier as the host likes. */
  async function forge(
    old: Entry,
    items: readonly (Partial<DraftItem> & Pick<DraftItem, 'kind'>)[],
    asked: number,
  ): Promise<void> {
    const { log } = (await vault().people.of(session.practice))!;
    const { v: _, id: __, at: ___, ...common } = old.common;
    const dossier = row.dossier;
    const stands = await vault().storage.read((tx) =>
      tx.selectFrom('dossier').selectAll().where('dossier', '=', dossier).executeTakeFirstOrThrow(),
    );
    const header = await vault().storage.read((tx) =>
      tx.selectFrom('asked').select('header').where('line', '=', asked).executeTakeFirstOrThrow(),
    );
    const drafts = items.map((item): DraftItem => {
      const checks = { authorisation: true, relation: false, consent: false, emergency: false };
      const rest = { handle: null, version: null, object: null, facts: [], relation: null, state: null, annex: null };
      return { ...rest, checks, dossier, outcome: 'success', consent: 'own-organisation', ...item };
    });
    await vault().appender.append({
      log,
      keys: [],
      prepare: async () => ({
        draft: { common, items: drafts, chains: new Map([[dossier, { seq: stands.seq, hash: stands.head }]]) },
        effect: async (tx, line) => {
          const practice = session.practice;
          const head = line.heads.get(dossier)!;
          const moved = { seq: head.seq, head: head.hash, changed: head.seq, state: drafts.at(-1)!.state as Hash };
          await tx.updateTable('dossier').set(moved).where('dossier', '=', dossier).execute();
          await tx.insertInto('asked').values({ practice, line: line.index, header: header.header }).execute();
          for (const [item, one] of line.entry.items.entries()) {
            const at = line.entry.common.at;
            const place = { practice, dossier, seq: one.seq!, line: line.index, item, at, change: 1 };
            await tx.insertInto('dossier_item').values(place).execute();
          }
        },
      }),
    });
  }

  const wholeState = async (dossier: DossierId): Promise<readonly Hash[]> => {
    let live: readonly Hash[] = [];
    world.net.between = async (url, ask) => {
      const answer = await ask();
      if (!url.includes('/releases') || answer.status !== 200) return answer;
      const bytes = await answer.arrayBuffer();
      const { states } = JSON.parse(new TextDecoder().decode(bytes)) as { states: { dossier: string; live: Hash[] }[] };
      live = states.find((one) => one.dossier === dossier)!.live;
      return { ...answer, arrayBuffer: async () => bytes };
    };
    await look();
    world.net.between = null;
    return live;
  };

  beforeEach(async () => {
    world = await makeWorld(9);
    await world.enrol();
    await world.sync();
    session = await world.signIn('poh-s');
    row = parseWorklist(((await openList(session, 'worklist')).content as { list: unknown }).list).rows[0]!;
  });
  afterEach(() => world.close());

  it('R12: an old delivery of the agent gives no hand to a state of its own', async () => {
    const live = await wholeState(row.dossier);
    const all = await lines();
    const asked = all.findIndex(({ common, items }) => common.event === 'commit' && items[0]!.dossier !== null);
    // A fact that is live is said to be withdrawn.
    const fact = await vault().storage.read((tx) =>
      tx
        .selectFrom('fact')
        .selectAll()
        .where('dossier', '=', row.dossier)
        .where('kind', '=', 'write')
        .executeTakeFirstOrThrow(),
    );
    const state = dossierState(
      row.dossier,
      live.filter((hash) => hash !== fact.hash),
    );
    await forge(all[asked]!, [{ kind: 'withdrawal', object: fact.hash, state }], asked);
    await vault().storage.write((tx) =>
      tx
        .updateTable('fact')
        .set({ ended: 1 as never })
        .where('fact', '=', fact.fact)
        .execute(),
    );
    const message = expect.stringContaining('nobody signed the state');
    await expect(look()).rejects.toMatchObject({ code: 'client/state-unexplained', message });
    await expect(world.sync()).rejects.toMatchObject({ code: 'agent/vault-forked' });
  });

  it('R12: a signed state counts once: what a colleague took over does not come back', async () => {
    const { parts } = await look();
    const part = parts.find((one) => one.outcome === 'permit')!;
    if (part.outcome !== 'permit') throw new Error('nothing opened');
    const teams = [{ team: part.grant.team, step: part.grant.fact! }];
    const { dossier, facts } = row;
    const { handle } = await writeNote(session, { dossier, parent: part.handle, teams, facts, text: 'voeten gezien' });
    const kept = await vault().storage.read(async (tx) => ({
      handles: await tx.selectFrom('handle').selectAll().where('handle', '=', handle).execute(),
      granted: await tx.selectFrom('granted').selectAll().where('dossier', '=', dossier).execute(),
      statements: await tx.selectFrom('statement').selectAll().where('dossier', '=', dossier).execute(),
    }));
    await takeOver(session, { dossier, handle, facts });
    await look();
    const all = await lines();
    const asked = all.findIndex(({ common }) => common.event === 'write');
    const items = all[asked]!.items.map(({ seq: _, prev: __, ...item }) => item);
    await forge(all[asked]!, items, asked);
    // Everything the note was made of comes back from what the host kept, its signed state too, at the new line.
    const line = all.length + 1;
    await vault().storage.write(async (tx) => {
      await tx.updateTable('handle').set({ state: 'live' }).where('handle', '=', handle).execute();
      for (const one of kept.granted) {
        await tx
          .insertInto('granted')
          .values(one)
          .onConflict((on) => on.doNothing())
          .execute();
      }
      for (const one of kept.statements) {
        await tx
          .insertInto('statement')
          .values(one)
          .onConflict((on) => on.doNothing())
          .execute();
      }
      const last = await tx.selectFrom('dossier_item').select('line').where('dossier', '=', dossier).execute();
      const forged = Math.max(...last.map((one) => one.line));
      expect(forged).toBeLessThan(line);
      const step = items.find(({ kind }) => kind === 'state')!.object as Hash;
      await tx.updateTable('statement').set({ line: forged }).where('hash', '=', step).execute();
    });
    // The database has room for one line only; the host shows it at both.
    world.net.between = async (url, ask) => {
      const answer = await ask();
      if (!url.includes('/releases') || answer.status !== 200) return answer;
      const json = JSON.parse(new TextDecoder().decode(await answer.arrayBuffer()));
      const { changes } = json.states[0] as { changes: { state: unknown }[] };
      for (const change of changes) change.state ??= changes.at(-1)!.state;
      const bytes = new TextEncoder().encode(JSON.stringify(json));
      return { ...answer, arrayBuffer: async () => bytes.buffer as ArrayBuffer };
    };
    const message = expect.stringContaining('belongs to another change');
    await expect(look()).rejects.toMatchObject({ code: 'client/state-unexplained', message });
    await expect(world.sync()).rejects.toMatchObject({ code: 'agent/vault-forked' });
  });
});
