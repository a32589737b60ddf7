/**
 * What a line does to a dossier: the set of live hashes (heads, facts, grants), and with it the state, item by item.
 * Read from the database once per dossier, changed in memory, written as effects of the line.
 */

import type { KnownFact } from '@ketenkluis/access';
import type { DossierId, FactId, HandleId, Instant, OrganisationId, TeamId } from '@ketenkluis/base';
import { dossierState, type Fact, type FactOf, factSchema, type Hash } from '@ketenkluis/seal';
import type { Selectable } from 'kysely';
import type { Schema } from './storage/schema.ts';
import { payloadOf } from './storage/statements.ts';
import type { Tx } from './storage/storage.ts';

export type HandleRow = Selectable<Schema['handle']>;
export type GrantedRow = Selectable<Schema['granted']>;
export interface StoredFact extends KnownFact {
  readonly hash: Hash;
}

export interface DossierView {
  readonly dossier: DossierId;
  /** False: the vault has never seen it. */
  readonly known: boolean;
  readonly ended: boolean;
  readonly seq: number;
  /** Number of the last item that changed it. */
  readonly changed: number;
  readonly state: Hash;
  /** Live and gone. */
  readonly handles: Map<HandleId, HandleRow>;
  readonly facts: Map<FactId, StoredFact>;
  granted: GrantedRow[];
}

/** About how many bytes these take when they are kept: a fact names up to 128 parts. */
export const factsSize = (facts: readonly StoredFact[]): number =>
  facts.reduce((sum, { fact }) => sum + 2000 + ('handles' in fact ? (fact.handles?.length ?? 0) : 0) * 80, 0);

/** Facts of a dossier, ended ones too. */
export async function factsOf(
  tx: Tx,
  practice: OrganisationId,
  dossiers: readonly DossierId[],
): Promise<Map<DossierId, StoredFact[]>> {
  const out = new Map<DossierId, StoredFact[]>();
  if (dossiers.length === 0) return out;
  const rows = await tx
    .selectFrom('fact')
    .innerJoin('statement', (on) =>
      on.onRef('statement.practice', '=', 'fact.practice').onRef('statement.hash', '=', 'fact.hash'),
    )
    .select(['fact.dossier', 'fact.hash', 'fact.ended', 'statement.header'])
    .where('fact.practice', '=', practice)
    .where('fact.dossier', 'in', [...dossiers])
    .execute();
  for (const { dossier, hash, ended, header } of rows) {
    if (dossier === null) continue;
    const fact = factSchema.parse(payloadOf({ header }));
    out.set(dossier, [...(out.get(dossier) ?? []), { fact, hash, ended }]);
  }
  return out;
}

export async function viewDossiers(
  tx: Tx,
  practice: OrganisationId,
  dossiers: readonly DossierId[],
): Promise<Map<DossierId, DossierView>> {
  const wanted = [...new Set(dossiers)];
  if (wanted.length === 0) return new Map();
  const rows = await tx
    .selectFrom('dossier')
    .selectAll()
    .where('practice', '=', practice)
    .where('dossier', 'in', wanted)
    .execute();
  const handles = await tx
    .selectFrom('handle')
    .selectAll()
    .where('practice', '=', practice)
    .where('dossier', 'in', wanted)
    .execute();
  const granted = await tx
    .selectFrom('granted')
    .selectAll()
    .where('practice', '=', practice)
    .where('dossier', 'in', wanted)
    .execute();
  const facts = await factsOf(tx, practice, wanted);
  const [rowOf, handlesOf, grantedOf] = [
    new Map(rows.map((one) => [one.dossier, one])),
    Map.groupBy(handles, (one) => one.dossier),
    Map.groupBy(granted, (one) => one.dossier),
  ];
  return new Map(
    wanted.map((dossier) => {
      const row = rowOf.get(dossier);
      return [
        dossier,
        {
          dossier,
          known: row !== undefined,
          ended: row?.ended === 1,
          seq: row?.seq ?? 0,
          changed: row?.changed ?? 0,
          state: row?.state ?? dossierState(dossier, []),
          handles: new Map((handlesOf.get(dossier) ?? []).map((one) => [one.handle, one])),
          // A call lives for hours and is no part of the state.
          facts: new Map(
            (facts.get(dossier) ?? []).flatMap((one) =>
              one.fact.kind === 'call' ? [] : [[one.fact.id, one] as const],
            ),
          ),
          granted: grantedOf.get(dossier) ?? [],
        },
      ];
    }),
  );
}

/** Hashes that make the state: live heads, facts that were not withdrawn, grants that still cover a live pack. */
export function liveHashes(view: DossierView): Hash[] {
  if (view.ended) return [];
  const heads = [...view.handles.values()].filter((row) => row.state === 'live').map((row) => row.descriptor);
  const facts = [...view.facts.values()].filter((one) => one.ended === null).map((one) => one.hash);
  return [...new Set([...heads, ...facts, ...view.granted.map((row) => row.grant_hash)])];
}
export const stateOf = (view: DossierView): Hash => dossierState(view.dossier, liveHashes(view));

/** What must go: packs, shares, wraps of these descriptors; statements that nothing live refers to any more. */
export interface Gone {
  readonly descriptors: Hash[];
  readonly statements: Hash[];
  readonly handles: HandleId[];
  /** (descriptor, team) pairs whose grant ended while the pack lives. */
  readonly wraps: { descriptor: Hash; team: TeamId }[];
}
export const nothingGone = (): Gone => ({ descriptors: [], statements: [], handles: [], wraps: [] });

/** Takes grants away; a grant statement goes when none of its packs is left. */
function dropGranted(view: DossierView, gone: Gone, away: (row: GrantedRow) => boolean): void {
  const kept = view.granted.filter((row) => !away(row));
  const left = new Set(kept.map((row) => row.grant_hash));
  for (const row of view.granted) {
    if (!away(row)) continue;
    gone.wraps.push({ descriptor: row.descriptor, team: row.team });
    if (!left.has(row.grant_hash) && !gone.statements.includes(row.grant_hash)) gone.statements.push(row.grant_hash);
  }
  view.granted = kept;
}

/** A head is replaced or dropped: its pack and everything that opened it goes. */
export function dropPack(view: DossierView, gone: Gone, descriptor: Hash): void {
  dropGranted(view, gone, (row) => row.descriptor === descriptor);
  gone.descriptors.push(descriptor);
  gone.statements.push(descriptor);
}

export function dropHandle(view: DossierView, gone: Gone, handle: HandleId): void {
  const row = view.handles.get(handle);
  if (!row || row.state === 'gone') return;
  dropPack(view, gone, row.descriptor);
  view.handles.set(handle, { ...row, state: 'gone' });
  gone.handles.push(handle);
  // What hangs under it can be reached no more.
  for (const child of view.handles.values()) if (child.parent === handle) dropHandle(view, gone, child.handle);
}

/** Teams of the organisation whose parts of the dossier only rest on the consent that ends: no other one names them. */
function dropConsented(view: DossierView, gone: Gone, fact: FactOf<'consent'>, teams: ReadonlySet<TeamId>): void {
  const others = [...view.facts.values()].flatMap((one) =>
    one.ended === null && one.fact.kind === 'consent' && one.fact.organisation === fact.organisation
      ? one.fact.handles
      : [],
  );
  const left = new Set(fact.handles.filter((handle) => !others.includes(handle)));
  const away = new Set(
    [...view.handles.values()]
      .filter(({ handle, parent }) => left.has(handle) || (parent !== null && left.has(parent)))
      .map(({ descriptor }) => descriptor),
  );
  dropGranted(view, gone, (row) => teams.has(row.team) && away.has(row.descriptor));
}

/**
 * Ends a fact now. A step takes the grants on its ground along, a relation those of teams that no other relation names, a consent
 * those of that organisation's teams (`teamsOf`) on its parts and what hangs under them, an enrolment everything: packs, grants,
 * wraps, shares, and the facts themselves but for the enrolment's own end.
 */
export function endFact(
  view: DossierView,
  gone: Gone,
  fact: Fact,
  at: Instant,
  teamsOf: (organisation: OrganisationId) => ReadonlySet<TeamId>,
): { readonly dossierEnded: boolean } {
  const stored = view.facts.get(fact.id)!;
  view.facts.set(fact.id, { ...stored, ended: at });
  if (fact.kind === 'consent') dropConsented(view, gone, fact, teamsOf(fact.organisation));
  if (fact.kind === 'step' || fact.kind === 'emergency') dropGranted(view, gone, (row) => row.fact === fact.id);
  if (fact.kind === 'relation') {
    const covered = new Set(
      [...view.facts.values()].flatMap((one) =>
        one.ended === null && one.fact.kind === 'relation' ? one.fact.teams : [],
      ),
    );
    // Only of teams that it named: some hold a grant without a relation, for an emergency.
    const named = new Set(fact.teams);
    dropGranted(view, gone, (row) => named.has(row.team) && !covered.has(row.team));
  }
  const enrolled = [...view.facts.values()].some((one) => one.ended === null && one.fact.kind === 'enrolment');
  if (fact.kind !== 'enrolment' || enrolled) return { dossierEnded: false };
  for (const handle of [...view.handles.keys()]) dropHandle(view, gone, handle);
  for (const one of view.facts.values()) {
    if (one.ended === null) view.facts.set(one.fact.id, { ...one, ended: at });
  }
  return { dossierEnded: true };
}
