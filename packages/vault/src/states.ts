/** Where a dossier stands, with what proves it: the snapshot's row, and the lines of every change since. */

import { base64url, type DossierId, type HandleId, type OrganisationId, type TeamId } from '@ketenkluis/base';
import type { releaseAnswer } from '@ketenkluis/protocol';
import { dossierState, type Hash, type SnapshotRow, snapshotTree } from '@ketenkluis/seal';
import type { z } from 'zod';
import { liveHashes, viewDossiers } from './changes.ts';
import { vaultError } from './errors.ts';
import { proofOfStored } from './proofs.ts';
import { keptNewestSnapshot, ofEach } from './questions.ts';
import { CHANGED } from './room.ts';
import { kept } from './storage/moments.ts';
import { keptStatements, rowSize, type StatementRow } from './storage/statements.ts';
import type { Tx } from './storage/storage.ts';
import type { Vault } from './vault.ts';

type Answer = z.infer<typeof releaseAnswer>;

/** The snapshot's tree, once per snapshot. */
const trees = new WeakMap<Vault, Map<Hash, ReturnType<typeof snapshotTree>>>();
async function treeOf(vault: Vault, tx: Tx, practice: OrganisationId, hash: Hash) {
  const known = trees.get(vault) ?? new Map<Hash, ReturnType<typeof snapshotTree>>();
  trees.set(vault, known);
  let tree = known.get(hash);
  if (!tree) {
    const rows = await tx
      .selectFrom('snapshot_row')
      .select(['dossier', 'seq', 'state'])
      .where('practice', '=', practice)
      .execute();
    tree = snapshotTree(rows);
    if (known.size > 64) known.clear();
    known.set(hash, tree);
  }
  return tree;
}

export interface StateDraft {
  readonly dossier: DossierId;
  readonly seq: number;
  readonly state: Hash;
  readonly live: Hash[];
  readonly snapshot: Answer['states'][number]['snapshot'];
  /** Line and position of every item that changed it since the snapshot. */
  readonly changes: readonly { readonly line: number; readonly item: number }[];
  /** The signed step of each of those lines. */
  readonly steps: readonly StatementRow[];
  /** The snapshot that the row stands in: one that comes before the answer is written does not prove it. */
  readonly under: StatementRow | null;
  /** Live notes and messages that a team of the asker holds a grant on. */
  readonly notes: HandleId[];
}

/** The signed snapshot itself, as it stands in this transaction. */
export async function snapshotIn(
  tx: Tx,
  practice: OrganisationId,
  newest: { readonly hash: Hash } | undefined,
): Promise<StatementRow | null> {
  return (newest && (await keptStatements(tx, practice, [newest.hash])).get(newest.hash)) ?? null;
}

/** What every asker is told of a dossier, and whose notes hang in it. */
interface KeptState {
  readonly draft: Omit<StateDraft, 'notes'>;
  readonly notes: readonly { readonly handle: HandleId; readonly teams: readonly TeamId[] }[];
}
/** Everything but the chain: a look does not move the state. `dossier` stands for new items that change it, which come with it. */
const keptStates = kept<KeptState>({
  from: ['dossier', 'dossier_item', 'handle', 'granted', 'fact', 'statement', 'snapshot', 'snapshot_row'],
  size: ({ draft: { live, steps, snapshot } }) =>
    2000 + live.length * 160 + (snapshot?.path.length ?? 0) * 160 + steps.reduce((sum, row) => sum + rowSize(row), 0),
  most: 32 * 1024 * 1024,
});

async function stateNow(vault: Vault, tx: Tx, practice: OrganisationId, dossier: DossierId): Promise<KeptState> {
  const view = (await viewDossiers(tx, practice, [dossier])).get(dossier)!;
  const snapshot = await keptNewestSnapshot(tx, practice);
  const live = liveHashes(view);
  if (dossierState(dossier, live) !== view.state)
    throw vaultError('internal', 'the state of a dossier does not fit its objects; run fsck');
  const row: SnapshotRow | undefined = await tx
    .selectFrom('snapshot_row')
    .select(['dossier', 'seq', 'state'])
    .where('practice', '=', practice)
    .where('dossier', '=', dossier)
    .executeTakeFirst();
  const proof = row && snapshot ? (await treeOf(vault, tx, practice, snapshot.hash)).proof(dossier) : undefined;
  const changes = await tx
    .selectFrom('dossier_item')
    .select(['line', 'item'])
    .where('practice', '=', practice)
    .where('dossier', '=', dossier)
    .where('change', '>=', CHANGED)
    .where('seq', '>', row?.seq ?? 0)
    .orderBy('seq')
    .execute();
  const lines = [...new Set(changes.map(({ line }) => line))];
  const steps = lines.length
    ? await tx
        .selectFrom('statement')
        .selectAll()
        .where('practice', '=', practice)
        .where('dossier', '=', dossier)
        .where('type', '=', 'state')
        .where('line', 'in', lines)
        .execute()
    : [];
  const granted = Map.groupBy(view.granted, (grant) => grant.descriptor);
  return {
    draft: {
      ...{ dossier, steps, live, changes },
      under: await snapshotIn(tx, practice, snapshot),
      seq: view.changed,
      state: view.state,
      snapshot: row && proof ? { seq: row.seq, state: row.state, index: proof.index, path: [...proof.path] } : null,
    },
    notes: [...view.handles.values()].flatMap(({ handle, class: kind, state, descriptor }) => {
      const teams = (granted.get(descriptor) ?? []).map(({ team }) => team);
      return kind !== 'source' && state === 'live' && teams.length > 0 ? [{ handle, teams }] : [];
    }),
  };
}

export async function statesOf(
  vault: Vault,
  tx: Tx,
  practice: OrganisationId,
  dossiers: readonly DossierId[],
  teams: ReadonlySet<TeamId>,
): Promise<StateDraft[]> {
  const found = await ofEach(keptStates, tx, practice, dossiers, (dossier) => stateNow(vault, tx, practice, dossier));
  return [...found.values()].map(({ draft, notes }) => ({
    ...draft,
    notes: notes.filter((one) => one.teams.some((team) => teams.has(team))).map(({ handle }) => handle),
  }));
}

/** The signed request behind a line, unless it names dossiers beside this one. */
export async function requestBehind(
  tx: Tx,
  practice: OrganisationId,
  line: number,
  dossier: DossierId,
): Promise<string | null> {
  const row = await tx
    .selectFrom('asked')
    .select('header')
    .where('practice', '=', practice)
    .where('line', '=', line)
    .executeTakeFirst();
  if (!row) return null;
  const { items } = JSON.parse(new TextDecoder().decode(row.header)) as { items: { dossier: string | null }[] };
  return items.every((one) => one.dossier === null || one.dossier === dossier) ? base64url(row.header) : null;
}

export async function lineProofs(
  vault: Vault,
  log: string,
  practice: OrganisationId,
  dossier: DossierId,
  places: readonly { readonly line: number; readonly item: number }[],
  size: number,
) {
  const out = [];
  for (const [line, items] of Map.groupBy(places, (place) => place.line)) {
    const [entry] = await vault.storage.ledger.entries(log, line, line + 1);
    if (!entry) throw vaultError('internal', 'a line of the log is missing; run fsck');
    const proof = await proofOfStored(
      vault,
      log,
      entry,
      size,
      items.map((place) => place.item),
    );
    out.push({ ...proof, request: await vault.storage.read((tx) => requestBehind(tx, practice, line, dossier)) });
  }
  return out;
}
