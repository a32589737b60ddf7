/** What a permitted look takes along: pack, wrapped share, grant, bundle and facts, read before the line is written. */

import type { OrganisationId, TeamId } from '@ketenkluis/base';
import type { releaseAnswer } from '@ketenkluis/protocol';
import type { Hash } from '@ketenkluis/seal';
import type { z } from 'zod';
import type { GrantedRow, HandleRow } from './changes.ts';
import { wireBytes } from './native.ts';
import { getStatements, type StatementRow } from './storage/statements.ts';
import type { Tx } from './storage/storage.ts';

type Answer = z.infer<typeof releaseAnswer>;

/** What is read before the line, so that a version superseded meanwhile still opens for this look. */
export interface Ready {
  readonly position: number;
  readonly handle: HandleRow;
  readonly descriptor: StatementRow;
  readonly grant: StatementRow;
  readonly bundle: StatementRow;
  readonly wrap: Extract<Answer['results'][number], { outcome: 'permit' }>['wrap'];
  readonly pack: string;
  readonly facts: readonly StatementRow[];
  /** Of a note: all its grants. */
  readonly grants: readonly StatementRow[];
}

export interface Permitted {
  readonly position: number;
  readonly handle: HandleRow;
  readonly team: TeamId;
  readonly facts: readonly Hash[];
  /** All grants on this version. */
  readonly granted: readonly GrantedRow[];
}

/** In as many queries for a whole dossier as for one part. What is not complete is left out. */
export async function loadPermitted(tx: Tx, practice: OrganisationId, all: readonly Permitted[]): Promise<Ready[]> {
  if (all.length === 0) return [];
  const descriptors = all.map(({ handle }) => handle.descriptor);
  const wraps = await tx
    .selectFrom('wrap')
    .selectAll()
    .where('practice', '=', practice)
    .where('descriptor', 'in', descriptors)
    .where('kind', '=', 'c')
    .execute();
  const packs = await tx
    .selectFrom('pack')
    .select(['descriptor', 'bytes'])
    .where('practice', '=', practice)
    .where('descriptor', 'in', descriptors)
    .execute();
  const own = all.map((one) => {
    const { descriptor } = one.handle;
    return {
      ...one,
      grant: one.granted.find(({ team }) => team === one.team)?.grant_hash,
      // Of a note or message: all its grants, so that who takes it over knows what goes with it.
      others: one.handle.class !== 'source' ? one.granted.map(({ grant_hash }) => grant_hash) : [],
      wrap: wraps.find((wrap) => wrap.descriptor === descriptor && wrap.recipient === one.team),
      pack: packs.find((pack) => pack.descriptor === descriptor),
    };
  });
  const hashes = own.flatMap(({ handle, grant, wrap, facts, others }) => [
    handle.descriptor,
    ...(grant ? [grant] : []),
    ...(wrap ? [wrap.bundle] : []),
    ...facts,
    ...others,
  ]);
  const rows = await getStatements(tx, practice, hashes);
  return own.flatMap(({ position, handle, grant: granted, wrap, pack, facts, others }) => {
    const descriptor = rows.get(handle.descriptor);
    const grant = granted && rows.get(granted);
    const bundle = wrap && rows.get(wrap.bundle);
    if (!descriptor || !grant || !wrap || !bundle || !pack) return [];
    return {
      position,
      handle,
      descriptor,
      grant,
      bundle,
      wrap: {
        bundle: wrap.bundle,
        index: wrap.idx,
        descriptor: handle.descriptor,
        kind: 'c' as const,
        ct: wireBytes(wrap.ct),
      },
      pack: wireBytes(pack.bytes),
      facts: facts.flatMap((hash) => rows.get(hash) ?? []),
      grants: others.flatMap((hash) => rows.get(hash) ?? []),
    };
  });
}
