/** The other part of `fsck`: dossiers, packs, grants, wraps and shares against the log and against each other. */

import type { DossierId, OrganisationId } from '@ketenkluis/base';
import {
  descriptor as descriptorSchema,
  type Hash,
  hashOf,
  type KeyDirectory,
  parsePackHeader,
  signedBytes,
  snapshotTree,
  verifyPackHash,
} from '@ketenkluis/seal';
import { type DossierView, liveHashes, stateOf, viewDossiers } from './changes.ts';
import type { Report } from './fsck.ts';
import { checkGrants } from './fsck-grants.ts';
import type { LogWalk } from './fsck-log.ts';
import { newestSnapshot } from './questions.ts';
import type { ShareStore } from './storage/shares.ts';
import { payloadOf } from './storage/statements.ts';
import type { Storage, Tx } from './storage/storage.ts';

const CHUNK = 200;

const holds = (view: DossierView): boolean => {
  try {
    return stateOf(view) === view.state;
  } catch {
    return false;
  }
};

async function checkDossiers(tx: Tx, practice: OrganisationId, walk: LogWalk, report: Report): Promise<number> {
  const rows = await tx
    .selectFrom('dossier')
    .select(['dossier', 'seq', 'head', 'state', 'changed'])
    .where('practice', '=', practice)
    .execute();
  const counts = await tx
    .selectFrom('dossier_item')
    .select((eb) => ['dossier', eb.fn.countAll<number>().as('count')])
    .where('practice', '=', practice)
    .groupBy('dossier')
    .execute();
  const counted = new Map(counts.map((row) => [row.dossier, Number(row.count)]));
  const known = new Set<DossierId>();
  for (const { dossier, seq, head, state } of rows) {
    known.add(dossier);
    const end = walk.chains.get(dossier);
    // Its last items went with their year: what is left cannot be later.
    const cut = walk.erased > (end?.line ?? -1) && seq > (end?.seq ?? 0);
    if (!cut && (end?.seq !== seq || end.head !== head)) report('chain-head-differs', dossier);
    if (!cut && end && end.state !== state) report('state-differs', dossier);
    if ((counted.get(dossier) ?? 0) !== (end?.count ?? 0)) report('index-differs', dossier);
  }
  for (const dossier of walk.chains.keys()) if (!known.has(dossier)) report('chain-head-differs', dossier);
  for (let from = 0; from < rows.length; from += CHUNK) {
    const views = await viewDossiers(
      tx,
      practice,
      rows.slice(from, from + CHUNK).map((row) => row.dossier),
    );
    for (const view of views.values()) {
      if (!holds(view)) report('state-differs', view.dossier);
      const hashes = liveHashes(view);
      if (hashes.length === 0) continue;
      const found = await tx
        .selectFrom('statement')
        .select('hash')
        .where('practice', '=', practice)
        .where('hash', 'in', hashes)
        .execute();
      if (found.length !== hashes.length) report('fact-without-statement', view.dossier);
    }
  }
  return rows.length;
}

async function checkHeads(
  tx: Tx,
  shares: ShareStore,
  practice: OrganisationId,
  walk: LogWalk,
  report: Report,
): Promise<number> {
  const rows = await tx
    .selectFrom('handle')
    .select(['handle', 'descriptor'])
    .where('practice', '=', practice)
    .where('state', '=', 'live')
    .execute();
  const live = new Set<string>(rows.map((row) => row.descriptor));
  for (const { handle, descriptor } of rows) {
    if (!walk.heads.has(descriptor)) report('pack-without-line', handle);
    const statement = await tx
      .selectFrom('statement')
      .select('header')
      .where('practice', '=', practice)
      .where('hash', '=', descriptor)
      .executeTakeFirst();
    const pack = await tx
      .selectFrom('pack')
      .select('bytes')
      .where('practice', '=', practice)
      .where('descriptor', '=', descriptor)
      .executeTakeFirst();
    if (!statement) report('head-without-statement', handle);
    if (!pack) report('head-without-pack', handle);
    if (!statement || !pack) continue;
    const payload = descriptorSchema.parse(payloadOf(statement));
    if (!verifyPackHash(pack.bytes, payload)) {
      report('pack-changed', handle);
      continue;
    }
    const held = shares.holds(practice, descriptor, parsePackHeader(pack.bytes), payload);
    if (held === 'missing') report('share-missing', handle);
    if (held === 'differs') report('share-differs', handle);
  }
  const packs = await tx.selectFrom('pack').select('descriptor').where('practice', '=', practice).execute();
  for (const { descriptor } of packs) if (!live.has(descriptor)) report('orphan-pack', descriptor);
  for (const descriptor of shares.list(practice)) if (!live.has(descriptor)) report('orphan-share', descriptor);
  for (const descriptor of shares.overdue(practice, walk.at)) report('share-overdue', descriptor);
  return packs.length;
}

/** Every signed object is the bytes that its hash names: whoever signed it signed these. */
async function checkStatements(tx: Tx, practice: OrganisationId, report: Report): Promise<void> {
  for (let after = ''; ; ) {
    const rows = await tx
      .selectFrom('statement')
      .select(['hash', 'header'])
      .where('practice', '=', practice)
      .where('hash', '>', after as Hash)
      .orderBy('hash')
      .limit(10 * CHUNK)
      .execute();
    for (const { hash, header } of rows) if (hashOf(signedBytes(header)) !== hash) report('statement-changed', hash);
    const last = rows.at(-1);
    if (!last) return;
    after = last.hash;
  }
}

export async function checkObjects(
  storage: Storage,
  shares: ShareStore,
  practice: OrganisationId,
  walk: LogWalk,
  keys: KeyDirectory | undefined,
  report: Report,
): Promise<{ readonly dossiers: number; readonly packs: number }> {
  return storage.read(async (tx) => {
    await checkStatements(tx, practice, report);
    const dossiers = await checkDossiers(tx, practice, walk, report);
    const packs = await checkHeads(tx, shares, practice, walk, report);
    await checkGrants(tx, practice, keys, walk.at, report);
    const facts = await tx
      .selectFrom('fact')
      .leftJoin('statement', (on) =>
        on.onRef('statement.practice', '=', 'fact.practice').onRef('statement.hash', '=', 'fact.hash'),
      )
      .select('fact.fact')
      .where('fact.practice', '=', practice)
      .where('statement.hash', 'is', null)
      .execute();
    for (const { fact } of facts) report('fact-without-statement', fact);
    const snapshot = await newestSnapshot(tx, practice);
    if (snapshot) {
      const rows = await tx
        .selectFrom('snapshot_row')
        .select(['dossier', 'seq', 'state'])
        .where('practice', '=', practice)
        .execute();
      const tree = snapshotTree(rows);
      if (tree.root !== snapshot.root || tree.size !== snapshot.size) report('snapshot-differs', snapshot.hash);
    }
    return { dossiers, packs };
  });
}
