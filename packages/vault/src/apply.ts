/** Writes what `changes.ts` worked out: new rows in, superseded and ended ones out, in the transaction of their line. */

import type { Bytes, DossierId, FactId, HandleId, Instant, OrganisationId, TeamId } from '@ketenkluis/base';
import type { Fact, Hash, Payload, Statement } from '@ketenkluis/seal';
import type { DossierView, Gone, GrantedRow, HandleRow } from './changes.ts';
import { CHANGED } from './room.ts';
import type { Schema } from './storage/schema.ts';
import { putStatements } from './storage/statements.ts';
import type { Tx } from './storage/storage.ts';

const CHUNK = 1000;
async function chunked<T>(list: readonly T[], work: (part: T[]) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < list.length; from += CHUNK) await work(list.slice(from, from + CHUNK));
}

export interface NewRows {
  /** Statement, the dossier it belongs to, and the position of its item in the line. */
  readonly statements: readonly {
    readonly statement: Statement;
    readonly dossier: DossierId | null;
    readonly item: number;
  }[];
  readonly facts: readonly Statement<'fact'>[];
  readonly handles: readonly HandleRow[];
  readonly packs: readonly { readonly descriptor: HandleRow['descriptor']; readonly bytes: Bytes }[];
  readonly granted: readonly GrantedRow[];
  readonly wraps: readonly Schema['wrap'][];
}
export const noRows = (): { -readonly [K in keyof NewRows]: NewRows[K][number][] } => ({
  statements: [],
  facts: [],
  handles: [],
  packs: [],
  granted: [],
  wraps: [],
});

export const factRow = (practice: OrganisationId, statement: Statement<'fact'>): Schema['fact'] => {
  const fact = statement.payload;
  const person = 'person' in fact ? fact.person : fact.kind === 'mandate' ? fact.agent : null;
  // Who reads a dossier as the patient stands in the directory, and is no part of the dossier's state.
  const dossier = 'dossier' in fact && fact.kind !== 'own' ? fact.dossier : null;
  const [team = null] = fact.kind === 'relation' && fact.teams.length > 1 ? [] : teamsIn(fact);
  return { practice, fact: fact.id, kind: fact.kind, hash: statement.hash, dossier, person, team, ended: null };
};

/** The teams whose part in a treatment a fact states. */
export const teamsIn = (fact: Fact): readonly TeamId[] => {
  if (fact.kind === 'relation') return fact.teams;
  return fact.kind === 'step' || fact.kind === 'write' ? [fact.team] : [];
};

export const handleRow = (statement: Statement<'descriptor'>, line: number): HandleRow => {
  const {
    practice,
    handle,
    dossier,
    team,
    slot,
    class: writerClass,
    parent,
    version,
  } = statement.payload as Payload<'descriptor'>;
  return {
    practice,
    handle,
    dossier,
    team,
    slot,
    class: writerClass,
    parent,
    version,
    descriptor: statement.hash,
    state: 'live',
    line,
  };
};

export async function insertRows(tx: Tx, practice: OrganisationId, rows: NewRows, line: number): Promise<void> {
  await putStatements(
    tx,
    practice,
    rows.statements.map((one) => ({ ...one, directory: false, line })),
  );
  await chunked(rows.facts, (part) =>
    tx
      .insertInto('fact')
      .values(part.map((one) => factRow(practice, one)))
      .execute(),
  );
  await chunked(rows.handles, (part) =>
    tx
      .insertInto('handle')
      .values(part.map((row) => ({ ...row, line })))
      .onConflict((on) =>
        on.columns(['practice', 'handle']).doUpdateSet((eb) => ({
          version: eb.ref('excluded.version'),
          descriptor: eb.ref('excluded.descriptor'),
          state: eb.ref('excluded.state'),
          line: eb.ref('excluded.line'),
        })),
      )
      .execute(),
  );
  await chunked(rows.packs, (part) =>
    tx
      .insertInto('pack')
      .values(part.map((one) => ({ practice, ...one })))
      .execute(),
  );
  await chunked(rows.granted, (part) =>
    tx
      .insertInto('granted')
      .values(part)
      .onConflict((on) =>
        on.columns(['practice', 'descriptor', 'team']).doUpdateSet((eb) => ({
          grant_hash: eb.ref('excluded.grant_hash'),
          fact: eb.ref('excluded.fact'),
        })),
      )
      .execute(),
  );
  await chunked(rows.wraps, (part) => tx.insertInto('wrap').values(part).execute());
}

export async function endFacts(tx: Tx, practice: OrganisationId, facts: readonly FactId[], at: Instant): Promise<void> {
  await chunked(facts, (part) =>
    tx.updateTable('fact').set({ ended: at }).where('practice', '=', practice).where('fact', 'in', part).execute(),
  );
}

/** Takes away what a line ended. Packs and wraps of the main database go with it; shares go by their own store. */
export async function removeGone(tx: Tx, practice: OrganisationId, gone: Gone): Promise<void> {
  await chunked(gone.wraps, async (part) => {
    for (const { descriptor, team } of part) {
      await tx
        .deleteFrom('granted')
        .where('practice', '=', practice)
        .where('descriptor', '=', descriptor)
        .where('team', '=', team)
        .execute();
      await tx
        .deleteFrom('wrap')
        .where('practice', '=', practice)
        .where('descriptor', '=', descriptor)
        .where('kind', '=', 'c')
        .where('recipient', '=', team)
        .execute();
    }
  });
  await chunked(gone.descriptors, async (part) => {
    await tx.deleteFrom('pack').where('practice', '=', practice).where('descriptor', 'in', part).execute();
    await tx.deleteFrom('granted').where('practice', '=', practice).where('descriptor', 'in', part).execute();
    await tx.deleteFrom('wrap').where('practice', '=', practice).where('descriptor', 'in', part).execute();
  });
  await chunked(gone.handles, (part: HandleId[]) =>
    tx
      .updateTable('handle')
      .set({ state: 'gone' })
      .where('practice', '=', practice)
      .where('handle', 'in', part)
      .execute(),
  );
  await chunked(gone.statements, (part) =>
    tx.deleteFrom('statement').where('practice', '=', practice).where('hash', 'in', part).execute(),
  );
}

/** Of an ended dossier only its enrolment and that it was withdrawn stay. */
export async function purgeDossier(tx: Tx, practice: OrganisationId, view: DossierView): Promise<void> {
  const { dossier } = view;
  const others = [...view.facts.values()].filter(({ fact }) => fact.kind !== 'enrolment');
  await chunked(
    others.map(({ hash }) => hash),
    (part) => tx.deleteFrom('statement').where('practice', '=', practice).where('hash', 'in', part).execute(),
  );
  await tx
    .deleteFrom('statement')
    .where('practice', '=', practice)
    .where('dossier', '=', dossier)
    .where('type', '=', 'state')
    .execute();
  await tx
    .deleteFrom('fact')
    .where('practice', '=', practice)
    .where('dossier', '=', dossier)
    .where('kind', '!=', 'enrolment')
    .execute();
  await tx.deleteFrom('called').where('practice', '=', practice).where('dossier', '=', dossier).execute();
}

/** What the rows that go refer to: looked at again when they are gone. */
export interface Referred {
  readonly grants: readonly Hash[];
  readonly bundles: readonly Hash[];
  readonly batches: readonly Hash[];
}

export async function referredBy(
  tx: Tx,
  practice: OrganisationId,
  gone: Gone,
  facts: readonly Hash[],
): Promise<Referred> {
  const descriptors = [...new Set([...gone.descriptors, ...gone.wraps.map((one) => one.descriptor)])];
  const grants = new Set<Hash>();
  const bundles = new Set<Hash>();
  await chunked(descriptors, async (part) => {
    const granted = await tx
      .selectFrom('granted')
      .select('grant_hash')
      .where('practice', '=', practice)
      .where('descriptor', 'in', part)
      .execute();
    for (const row of granted) grants.add(row.grant_hash);
    const wraps = await tx
      .selectFrom('wrap')
      .select('bundle')
      .where('practice', '=', practice)
      .where('descriptor', 'in', part)
      .execute();
    for (const row of wraps) bundles.add(row.bundle);
  });
  const batches = new Set<Hash>();
  await chunked([...new Set([...gone.statements, ...facts, ...grants, ...bundles])], async (part) => {
    const rows = await tx
      .selectFrom('statement')
      .select('batch')
      .where('practice', '=', practice)
      .where('hash', 'in', part)
      .execute();
    for (const { batch } of rows) if (batch !== null) batches.add(batch);
  });
  return { grants: [...grants], bundles: [...bundles], batches: [...batches] };
}

/** Grants without a pack, bundle headers without a wrap and batches without a statement say nothing any more. */
export async function removeLeftovers(tx: Tx, practice: OrganisationId, referred: Referred): Promise<void> {
  const remove = (hashes: readonly Hash[], used: (part: Hash[]) => Promise<readonly Hash[]>) =>
    chunked(hashes, async (part) => {
      const kept = new Set(await used(part));
      const left = part.filter((hash) => !kept.has(hash));
      if (left.length === 0) return;
      await tx.deleteFrom('statement').where('practice', '=', practice).where('hash', 'in', left).execute();
    });
  await remove(referred.grants, async (part) => {
    const query = tx.selectFrom('granted').select('grant_hash').distinct().where('practice', '=', practice);
    return (await query.where('grant_hash', 'in', part).execute()).map((row) => row.grant_hash);
  });
  await remove(referred.bundles, async (part) => {
    const query = tx.selectFrom('wrap').select('bundle').distinct().where('practice', '=', practice);
    return (await query.where('bundle', 'in', part).execute()).map((row) => row.bundle);
  });
  await remove(referred.batches, async (part) => {
    const query = tx.selectFrom('statement').select('batch').distinct().where('practice', '=', practice);
    return (await query.where('batch', 'in', part).execute()).flatMap((row) => row.batch ?? []);
  });
}

/** Who stands on a team's list now. */
export async function changeList(
  tx: Tx,
  practice: OrganisationId,
  team: TeamId,
  joined: readonly DossierId[],
  left: readonly DossierId[],
): Promise<void> {
  await chunked(left, (part) =>
    tx
      .deleteFrom('list_row')
      .where('practice', '=', practice)
      .where('team', '=', team)
      .where('dossier', 'in', part)
      .execute(),
  );
  await chunked(joined, (part) =>
    tx
      .insertInto('list_row')
      .values(part.map((dossier) => ({ practice, team, dossier })))
      .onConflict((on) => on.columns(['practice', 'team', 'dossier']).doNothing())
      .execute(),
  );
}

/**
 * Forgets on the lists of these teams, which are sealed anew, who ended before the newest snapshot: the agent that signed it knew of the
 * end, so no list since then names them. Who ended later stays, so that a list that was made before is told (`gone`).
 */
export async function forgetEnded(tx: Tx, practice: OrganisationId, teams: readonly TeamId[]): Promise<void> {
  if (teams.length === 0) return;
  const newest = await tx
    .selectFrom('statement')
    .select((eb) => eb.fn.max('line').as('line'))
    .where('practice', '=', practice)
    .where('type', '=', 'snapshot')
    .executeTakeFirst();
  if (newest === undefined || newest.line === null) return;
  const { line } = newest;
  await tx
    .deleteFrom('list_row')
    .where('practice', '=', practice)
    .where('team', 'in', teams)
    .where('dossier', 'in', (eb) =>
      eb.selectFrom('dossier').select('dossier').where('practice', '=', practice).where('ended', '=', 1),
    )
    // Its last change ended it; where that line went with its year, it is long past.
    .where('dossier', 'not in', (eb) =>
      eb
        .selectFrom('dossier_item')
        .select('dossier')
        .where('practice', '=', practice)
        .where('change', '>=', CHANGED)
        .where('line', '>', line),
    )
    .execute();
}
