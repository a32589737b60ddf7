/** A host that puts one genuine request under another line: nobody can be made to have asked. */

import { makeWorld, type World } from '@ketenkluis/agent/testing';
import { base64url, newId, type OrganisationId } from '@ketenkluis/base';
import { parseWorklist, type WorklistRow } from '@ketenkluis/care';
import { decodeEntry, type EntryCommon } from '@ketenkluis/ledger';
import type { Request, Statement } from '@ketenkluis/seal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit, openDossier, openList, type Session, signRequest } from './index.ts';

describe('a line about somebody', () => {
  let world: World;
  let nurse: Session;
  let owner: Session;
  let rows: readonly WorklistRow[];
  const vault = () => world.vault().vault;
  beforeAll(async () => {
    world = await makeWorld(3, 2);
    await world.enrol();
    await world.sync();
    nurse = await world.signIn('poh-s');
    owner = await world.signIn('gp');
    rows = parseWorklist(((await openList(nurse, 'worklist')).content as { list: unknown }).list).rows;
    const [{ dossier, handles, facts }] = rows as [WorklistRow];
    await openDossier(nurse, { dossier, handles: handles.map(({ handle }) => handle), facts });
  });
  afterAll(() => world.close());

  /** The host writes a look of the nurse at this patient, with this request behind it; what the auditor makes of it. */
  async function framed(
    row: WorklistRow,
    request: Statement<'request'> | null,
    more: Partial<EntryCommon> = {},
    annexOf: 'own' | 'another' = 'own',
  ) {
    const { log } = (await vault().people.of(nurse.practice))!;
    const { size } = await vault().storage.ledger.state(log);
    const stored = await vault().storage.ledger.entries(log, 0, size);
    const entries = stored.map((one) => decodeEntry(one.stored).entry);
    const like = entries.findLast(({ common }) => common.event === 'release' && common.actor === nurse.person)!;
    const { v: _, id: __, at: ___, ...common } = like.common;
    const { seq: ____, prev: _____, ...item } = like.items[0]!;
    const annex = annexOf === 'own' ? base64url(world.random(32)) : item.annex;
    const { dossier, handles } = row;
    const proof = request && 'sigs' in request.proof ? request.proof.sigs[0]! : null;
    const stands = await vault().storage.read((tx) =>
      tx.selectFrom('dossier').selectAll().where('dossier', '=', dossier).executeTakeFirstOrThrow(),
    );
    const made = await vault().appender.append({
      log,
      keys: [],
      prepare: async () => ({
        draft: {
          common: {
            ...{ ...common, request: request?.payload.id ?? common.request },
            ...{ requestHash: request?.hash ?? null, signature: proof?.sig ?? null, ...more },
          },
          items: [{ ...item, dossier, handle: handles[0]!.handle, state: stands.state, annex }],
          chains: new Map([[dossier, { seq: stands.seq, hash: stands.head }]]),
        },
        effect: async (tx, line) => {
          const { seq, hash: head } = line.heads.get(dossier)!;
          const place = { practice: nurse.practice, line: line.index };
          await tx.updateTable('dossier').set({ seq, head }).where('dossier', '=', dossier).execute();
          await tx
            .insertInto('dossier_item')
            .values({ ...place, dossier, seq, item: 0, at: line.entry.common.at, change: 0 })
            .execute();
          if (request)
            await tx
              .insertInto('asked')
              .values({ ...place, header: request.bytes })
              .execute();
        },
      }),
    });
    const { lines, complete } = await audit(owner, { dossier });
    const { verified, signature } = lines.find(({ index }) => index === made.index)!;
    return { verified, signature, complete };
  }
  const FALSE = { verified: false, signature: 'false', complete: false };
  const asks = (row: WorklistRow, more: Partial<Request> = {}, practice: OrganisationId = nurse.practice) => {
    const [{ handle }] = row.handles as [WorklistRow['handles'][number]];
    const ask = { class: 'look', action: 'release', items: [{ dossier: row.dossier, handle, facts: [] }] } as const;
    return signRequest({ ...nurse.who(), practice }, nurse.wire.ports, { ...ask, ...(more as object) }, null);
  };

  it('R38: is signed when the request behind it says the same, and by nothing less', async () => {
    const [first, second] = rows as [WorklistRow, WorklistRow];
    // A request that was made and never answered, under a line of its own: the nurse did ask.
    expect(await framed(first, await asks(first))).toMatchObject({ verified: true, signature: 'signed' });
    // The same hand, but about another patient, of another class, or nothing at all.
    expect(await framed(second, await asks(first))).toMatchObject({ verified: false, complete: false });
    expect(await framed(second, await asks(second, { class: 'audit' }))).toEqual(FALSE);
    expect(await framed(second, await asks(second, { items: [] }))).toEqual(FALSE);
    expect(await framed(second, null)).toEqual(FALSE);
  });

  it('R39: does not prove with the words of another line', async () => {
    const [first] = rows as [WorklistRow];
    expect(await framed(first, await asks(first))).toMatchObject({ verified: true });
    const found = await framed(first, await asks(first), {}, 'another');
    expect(found).toEqual({ verified: false, signature: 'signed', complete: false });
  });

  it('R38: is not signed by what somebody asked of another practice, or declared', async () => {
    const [first] = rows as [WorklistRow];
    const elsewhere = newId('organisation', world.random);
    expect(await framed(first, await asks(first, {}, elsewhere))).toEqual(FALSE);
    expect(await framed(first, await asks(first, { declared: true }))).toEqual(FALSE);
    expect(await framed(first, await asks(first), { organisation: elsewhere })).toEqual(FALSE);
  });
});
