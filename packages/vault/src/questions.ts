/** From the database to what `decide()` is asked: the same reads for every item, found or not (R22). */

import type { Question } from '@ketenkluis/access';
import type { DossierId, HandleId, OrganisationId } from '@ketenkluis/base';
import type { Hash, Request } from '@ketenkluis/seal';
import type { Selectable } from 'kysely';
import { actorOf, factsOfAsker, ownsFor, type Signed } from './auth.ts';
import { factsOf, factsSize, type GrantedRow, type HandleRow, type StoredFact } from './changes.ts';
import { type Kept, kept } from './storage/moments.ts';
import { prepared } from './storage/prepared.ts';
import type { Schema } from './storage/schema.ts';
import type { Tx } from './storage/storage.ts';

/** Without its place in the chain, which every look moves. */
export type DossierRow = Omit<Selectable<Schema['dossier']>, 'seq' | 'head'>;
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

const MIB = 1024 * 1024;
const ROW = 500;
const keptHandles = kept<HandleRow | undefined>({ from: ['handle'], size: () => ROW, most: 8 * MIB });
const keptDossiers = kept<DossierRow | undefined>({ from: ['dossier'], size: () => ROW, most: 8 * MIB });
const keptGranted = kept<readonly GrantedRow[]>({
  from: ['granted'],
  size: (rows) => rows.length * ROW,
  most: 8 * MIB,
});
const keptFacts = kept<readonly StoredFact[]>({
  from: ['fact', 'statement'],
  size: factsSize,
  most: 32 * MIB,
});
const keptSnapshot = kept<SnapshotRow | undefined>({ from: ['snapshot'], size: () => ROW, most: MIB });

/** As `newestSnapshot`, kept until there is a newer one. */
export const keptNewestSnapshot = async (tx: Tx, practice: OrganisationId): Promise<SnapshotRow | undefined> =>
  (await keptSnapshot(tx, [practice], async () => new Map([[practice, await newestSnapshot(tx, practice)]]))).get(
    practice,
  );

const oneHandle = prepared<{ practice: OrganisationId; handle: HandleId }, HandleRow>((tx, at) =>
  tx.selectFrom('handle').selectAll().where('practice', '=', at('practice')).where('handle', '=', at('handle')),
);
const oneDossier = prepared<{ practice: OrganisationId; dossier: DossierId }, DossierRow>((tx, at) =>
  tx
    .selectFrom('dossier')
    .select(['practice', 'dossier', 'changed', 'state', 'ended'])
    .where('practice', '=', at('practice'))
    .where('dossier', '=', at('dossier')),
);
const grantedOn = prepared<{ practice: OrganisationId; descriptor: Hash }, GrantedRow>((tx, at) =>
  tx
    .selectFrom('granted')
    .selectAll()
    .where('practice', '=', at('practice'))
    .where('descriptor', '=', at('descriptor')),
);

/** Of each name what `read` finds; names without anything count as read too. */
export async function ofEach<K extends string, T>(
  store: Kept<T>,
  tx: Tx,
  practice: OrganisationId,
  names: Iterable<K>,
  read: (name: K) => Promise<T>,
): Promise<Map<K, T>> {
  const from = practice.length + 1;
  const keys = [...new Set(names)].map((name) => `${practice}/${name}`);
  const found = await store(tx, keys, async (missing) => {
    const out = new Map<string, T>();
    for (const key of missing) out.set(key, await read(key.slice(from) as K));
    return out;
  });
  return new Map(keys.map((key) => [key.slice(from) as K, found.get(key) as T]));
}
const there = <K, T>(found: ReadonlyMap<K, T | undefined>): Map<K, T> =>
  new Map([...found].flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])));

export async function readFor(
  tx: Tx,
  practice: OrganisationId,
  items: readonly Asked[],
  extra: readonly HandleId[] = [],
): Promise<Reading> {
  const wanted = [...items.flatMap((one) => one.handle ?? []), ...extra];
  const handles = there(
    await ofEach(keptHandles, tx, practice, wanted, async (handle) => (await oneHandle(tx, { practice, handle }))[0]),
  );
  const named = [
    ...new Set([
      ...items.flatMap((one) => one.dossier ?? []),
      ...[...handles.values()].flatMap((row) => row.dossier ?? []),
    ]),
  ];
  const heads = [...handles.values()].map((row) => row.descriptor);
  return {
    handles,
    dossiers: there(
      await ofEach(
        keptDossiers,
        tx,
        practice,
        named,
        async (dossier) => (await oneDossier(tx, { practice, dossier }))[0],
      ),
    ),
    facts: await ofEach(
      keptFacts,
      tx,
      practice,
      named,
      async (dossier) => (await factsOf(tx, practice, [dossier])).get(dossier) ?? [],
    ),
    granted: await ofEach(keptGranted, tx, practice, heads, (descriptor) => grantedOn(tx, { practice, descriptor })),
    snapshot: await keptNewestSnapshot(tx, practice),
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
