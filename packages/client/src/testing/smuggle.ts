/** A host and a patient together: a genuine request and a genuine state of theirs, in a line that says what the two of them like. */

import type { World } from '@ketenkluis/agent/testing';
import { base64url, type DossierId, type FactId } from '@ketenkluis/base';
import { type DraftItem, decodeEntry } from '@ketenkluis/ledger';
import { dossierState, type Hash, signStatement } from '@ketenkluis/seal';
import type { Session } from '../index.ts';

export async function smuggle(
  world: World,
  session: Session,
  what: {
    readonly dossier: DossierId;
    readonly own: FactId;
    /** What stands, and what comes back: of the desk, withdrawn before. */
    readonly live: readonly Hash[];
    readonly back: { readonly fact: FactId; readonly hash: Hash };
    /** Does the line say so? */
    readonly named: boolean;
  },
): Promise<void> {
  const { dossier, own, live, back, named } = what;
  const { practice } = session;
  const { vault } = world.vault();
  const { log } = (await vault.people.of(practice))!;
  const items = [{ dossier, handle: null, facts: [own] }];
  const { request } = await session.signed(
    { class: 'say', action: 'consent', items, checkpoint: null, annex: null as never },
    { statements: [], batches: [], annex: null },
  );
  const [last] = await vault.storage.ledger.entries(log, 0, (await vault.storage.ledger.state(log)).size).then((all) =>
    all
      .map(({ stored }) => decodeEntry(stored).entry)
      .filter(({ common }) => common.class === 'say' && common.actor === session.person && common.outcome === 'success')
      .slice(-1),
  );
  const { v: _, id: __, at: ___, ...common } = last!.common;
  const { seq: _seq, prev: _prev, ...like } = last!.items.at(-1)!;
  const item = { ...like, annex: base64url(world.random(32)) };
  const { stands, after } = await vault.storage.read(async (tx) => ({
    stands: await tx.selectFrom('dossier').selectAll().where('dossier', '=', dossier).executeTakeFirstOrThrow(),
    after: await tx.selectFrom('snapshot').select('number').orderBy('number', 'desc').executeTakeFirst(),
  }));
  const at = session.now();
  const state = dossierState(dossier, [...live, back.hash]);
  const by = session.person;
  const step = await signStatement(
    { t: 'state', v: 1, suite: 1, practice, dossier, by, after: after?.number ?? 0, prev: stands.state, state, at },
    session.keys().signer,
  );
  const drafts: DraftItem[] = [
    ...(named ? [{ ...item, kind: 'fact' as const, object: back.hash, state, facts: [back.fact] }] : []),
    { ...item, kind: 'state', object: step.hash, state },
  ];
  const signature = 'sigs' in request.proof ? request.proof.sigs[0]!.sig : null;
  await vault.appender.append({
    ...{ log, keys: [] },
    prepare: async () => ({
      draft: {
        common: { ...common, request: request.payload.id, requestHash: request.hash, signature },
        items: drafts,
        chains: new Map([[dossier, { seq: stands.seq, hash: stands.head }]]),
      },
      effect: async (tx, line) => {
        const { seq, hash: head } = line.heads.get(dossier)!;
        await tx
          .updateTable('dossier')
          .set({ seq, head, changed: seq, state })
          .where('dossier', '=', dossier)
          .execute();
        await tx.updateTable('fact').set({ ended: null }).where('fact', '=', back.fact).execute();
        await tx.insertInto('asked').values({ practice, line: line.index, header: request.bytes }).execute();
        const places = line.entry.items.map((one, i) => ({
          ...{ practice, dossier, seq: one.seq!, line: line.index, item: i, at: line.entry.common.at, change: 1 },
        }));
        await tx.insertInto('dossier_item').values(places).execute();
        const sigs = 'sigs' in step.proof ? JSON.stringify(step.proof.sigs) : null;
        await tx
          .insertInto('statement')
          .values({
            ...{
              practice,
              hash: step.hash,
              type: 'state',
              header: step.bytes,
              sigs,
              batch: null,
              leaf: null,
              path: null,
            },
            ...{ dossier, directory: 0, line: line.index, item: places.length - 1, ended: null },
          })
          .execute();
      },
    }),
  });
}
