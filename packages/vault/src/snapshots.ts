/** The agent's signed word for where every dossier stands; it expires, and is only taken when it is true here. */

import { decide } from '@ketenkluis/access';
import { DAY, type OrganisationId, SECOND } from '@ketenkluis/base';
import type { postSnapshot } from '@ketenkluis/protocol';
import { expectType, type Hash, type Snapshot, snapshotTree, statementFromWire } from '@ketenkluis/seal';
import type { z } from 'zod';
import { removeLeftovers } from './apply.ts';
import { actorOf, denied, type Signed } from './auth.ts';
import { vaultError } from './errors.ts';
import { append, commonOf, item, SIGNED_CHECKS } from './lines.ts';
import { consistencyTo, proofOf } from './proofs.ts';
import { newestSnapshot } from './questions.ts';
import { putStatements } from './storage/statements.ts';
import type { Tx } from './storage/storage.ts';
import type { Vault } from './vault.ts';

const MAX_LIFE = 14 * DAY;
const CHUNK = 1000;
const bad = (why: string) => vaultError('bad-statement', why);

/** What the snapshot says needs no step any more; the newest of each dossier stays, for an agent that lost its journal. */
async function dropOldStates(tx: Tx, practice: OrganisationId): Promise<void> {
  const states = await tx
    .selectFrom('statement')
    .select(['hash', 'dossier', 'line', 'batch'])
    .where('practice', '=', practice)
    .where('type', '=', 'state')
    .execute();
  const old = [...Map.groupBy(states, ({ dossier }) => dossier).values()].flatMap((own) => {
    const newest = Math.max(...own.map(({ line }) => line));
    return own.filter(({ line }) => line < newest);
  });
  for (let from = 0; from < old.length; from += CHUNK) {
    const part = old.slice(from, from + CHUNK).map(({ hash }) => hash);
    await tx.deleteFrom('statement').where('practice', '=', practice).where('hash', 'in', part).execute();
  }
  const batches = [...new Set(old.flatMap(({ batch }) => batch ?? []))];
  await removeLeftovers(tx, practice, { grants: [], bundles: [], batches });
}

/** Does the snapshot name every team handle as it stands here, and no other? */
async function sameLists(tx: Tx, practice: OrganisationId, lists: Snapshot['lists']): Promise<boolean> {
  const rows = await tx
    .selectFrom('handle')
    .select(['handle', 'team', 'version', 'descriptor'])
    .where('practice', '=', practice)
    .where('team', 'is not', null)
    .where('state', '=', 'live')
    .execute();
  const named = new Map(lists.map((list) => [list.handle, list]));
  return (
    named.size === lists.length &&
    rows.length === lists.length &&
    rows.every(({ handle, team, version, descriptor }) => {
      const list = named.get(handle);
      return list?.team === team && list.version === version && list.descriptor === descriptor;
    })
  );
}

export async function snapshot(vault: Vault, signed: Signed, body: z.infer<typeof postSnapshot>['body']) {
  const { practice, people, request } = signed;
  const statement = expectType(statementFromWire(body.snapshot), 'snapshot');
  const sent = statement.payload;
  const decision = decide({
    now: signed.at,
    practice,
    actor: actorOf(signed),
    class: request.payload.class,
    item: { dossier: null, handle: null, team: null, writerClass: null, parent: null, state: 'live' },
    facts: people.factsOf(signed.session.person),
    card: signed.card,
    grants: [],
    snapshot: null,
    gone: 0,
  });
  if (decision.outcome === 'deny') throw await denied(vault, signed, decision.reason);
  const line = await append(vault, {
    practice,
    log: people.log,
    request,
    keys: ['snapshot'],
    before: async (at) => {
      if (!(await people.keys.verify(statement, at))) throw bad('this snapshot is not signed under a mandate');
    },
    plan: async (tx, at) => {
      const before = await newestSnapshot(tx, practice);
      if (sent.number !== (before?.number ?? 0) + 1 || sent.prev !== (before?.hash ?? null)) {
        throw vaultError('conflict', 'this snapshot does not follow the newest one');
      }
      if (sent.until > sent.at + MAX_LIFE || sent.until <= at || sent.at > at + 120 * SECOND)
        throw bad('a snapshot lives at most 14 days');
      const epochs = new Map(people.keys.epochs().map((epoch) => [epoch.payload.team, epoch.hash]));
      if (sent.epochs.length !== epochs.size || sent.epochs.some(({ team, epoch }) => epochs.get(team) !== epoch)) {
        throw vaultError('conflict', 'the snapshot names other team keys than are in force');
      }
      if (!people.keys.beginsWith(sent.people)) {
        throw vaultError('conflict', 'the snapshot knows another key directory than stands here; read it again');
      }
      return {
        common: commonOf(vault, people, request, at, { event: 'snapshot', action: 'C', outcome: 'success' }),
        items: [item({ kind: 'state', object: statement.hash, checks: SIGNED_CHECKS })],
        effect: async (write, sequenced) => {
          if (!(await sameLists(write, practice, sent.lists)))
            throw vaultError('conflict', 'a list changed while the snapshot was taken; take it again');
          const rows = await write
            .selectFrom('dossier')
            .select(['dossier', 'changed as seq', 'state'])
            .where('practice', '=', practice)
            .where('ended', '=', 0)
            .execute();
          const tree = snapshotTree(rows);
          if (tree.root !== sent.root || tree.size !== sent.size) {
            throw vaultError('conflict', 'the snapshot does not say what is here; read the heads and look again');
          }
          await putStatements(write, practice, [
            { statement, dossier: null, directory: false, line: sequenced.index, item: 0 },
          ]);
          await write
            .insertInto('snapshot')
            .values({
              practice,
              number: sent.number,
              hash: statement.hash as Hash,
              until: sent.until,
              size: sent.size,
              root: sent.root,
            })
            .execute();
          await dropOldStates(write, practice);
          await write.deleteFrom('snapshot_row').where('practice', '=', practice).execute();
          for (let from = 0; from < rows.length; from += CHUNK) {
            await write
              .insertInto('snapshot_row')
              .values(rows.slice(from, from + CHUNK).map((row) => ({ practice, ...row })))
              .execute();
          }
        },
      };
    },
  });
  return {
    line: proofOf(line),
    checkpoint: line.checkpoint,
    consistency: await consistencyTo(vault, people.log, request.payload.checkpoint?.size, line.size),
    dossiers: [],
  };
}
