/** From the database to what `decide()` is asked: the same reads for every item, found or not (R22). */

import type { Question } from '@ketenkluis/access';
import type { DossierId, HandleId, OrganisationId } from '@ketenkluis/base';
import type { Hash, Request } from '@ketenkluis/seal';
import type { Selectable } from 'kysely';
import { actorOf, factsOfAsker, ownsFor, type Signed } from './auth.ts';
import { factsOf, type GrantedRow, type HandleRow, type StoredFact } from './changes.ts';
import type { Schema } from './storage/schema.ts';
import type { Tx } from './storage/storage.ts';

export type DossierRow = Selectable<Schema['dossier']>;
export type SnapshotRow = Selectable<Schema['snapshot']>;

export interface Reading {
  readonly handles: ReadonlyMap<HandleId, HandleRow>;
  readonly dossiers: ReadonlyMap<DossierId, DossierRow>;
  readonly facts: ReadonlyMap<DossierId, readonly StoredFact[]>;
  readonly granted: ReadonlyMap<Hash, readonly GrantedRow[]>;
  readonly snapshot: SnapshotRow | undefined;
}

export const newestSnapshot = (tx: Tx, practice: OrganisationId): Promise<SnapshotRow | undefined> =>
  tx
    .selectFrom('snapshot')
    .selectAll()
    .where('practice', '=', practice)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();

type Asked = Request['items'][number];

export async function readFor(
  tx: Tx,
  practice: OrganisationId,
  items: readonly Asked[],
  extra: readonly HandleId[] = [],
): Promise<Reading> {
  const wanted = [...new Set([...items.flatMap((one) => one.handle ?? []), ...extra])];
  const handles = wanted.length
    ? await tx.selectFrom('handle').selectAll().where('practice', '=', practice).where('handle', 'in', wanted).execute()
    : [];
  const named = [
    ...new Set([...items.flatMap((one) => one.dossier ?? []), ...handles.flatMap((row) => row.dossier ?? [])]),
  ];
  const dossiers = named.length
    ? await tx
        .selectFrom('dossier')
        .selectAll()
        .where('practice', '=', practice)
        .where('dossier', 'in', named)
        .execute()
    : [];
  const heads = handles.map((row) => row.descriptor);
  const granted = heads.length
    ? await tx
        .selectFrom('granted')
        .selectAll()
        .where('practice', '=', practice)
        .where('descriptor', 'in', heads)
        .execute()
    : [];
  return {
    handles: new Map(handles.map((row) => [row.handle, row])),
    dossiers: new Map(dossiers.map((row) => [row.dossier, row])),
    facts: await factsOf(tx, practice, named),
    granted: Map.groupBy(granted, (row) => row.descriptor),
    snapshot: await newestSnapshot(tx, practice),
  };
}

/** One item as `decide()` sees it. A handle of another dossier than was named is an unknown one. */
export function questionFor(
  signed: Signed,
  reading: Reading,
  asked: Asked,
  fresh?: Partial<Question['item']>,
): Question {
  const row = asked.handle === null ? undefined : reading.handles.get(asked.handle);
  const fits = row !== undefined && row.dossier === asked.dossier;
  const dossier = asked.dossier === null ? undefined : reading.dossiers.get(asked.dossier);
  const state =
    asked.handle === null ? (dossier ? (dossier.ended ? 'gone' : 'live') : 'unknown') : fits ? row.state : 'unknown';
  return {
    now: signed.at,
    practice: signed.practice,
    actor: actorOf(signed),
    class: signed.request.payload.class,
    item: {
      dossier: asked.dossier,
      handle: asked.handle,
      team: fits ? row.team : null,
      writerClass: fits ? row.class : null,
      parent: fits ? row.parent : null,
      state,
      ...fresh,
    },
    facts: [
      ...factsOfAsker(signed),
      ...(asked.dossier === null
        ? []
        : [...ownsFor(signed, asked.dossier), ...(reading.facts.get(asked.dossier) ?? [])]),
    ],
    card: signed.card,
    grants: (fits ? (reading.granted.get(row.descriptor) ?? []) : []).map(({ team, fact }) => ({ team, fact })),
    snapshot: reading.snapshot ? { until: reading.snapshot.until } : null,
    gone: 0,
  };
}
