/** What a permitted look takes along: pack, wrapped share, grant, bundle and facts, read before the line is written. */

import { base64url, type OrganisationId, type TeamId } from '@ketenkluis/base';
import type { releaseAnswer } from '@ketenkluis/protocol';
import type { Hash } from '@ketenkluis/seal';
import type { Selectable } from 'kysely';
import type { z } from 'zod';
import type { GrantedRow, HandleRow } from './changes.ts';
import { ofEach } from './questions.ts';
import { kept } from './storage/moments.ts';
import { prepared } from './storage/prepared.ts';
import type { Schema } from './storage/schema.ts';
import { keptStatements, type StatementRow } from './storage/statements.ts';
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

/** One share wrapped for one team, as it stands and as it goes out. */
interface KeptWrap {
  readonly row: Selectable<Schema['wrap']>;
  readonly wire: Ready['wrap'];
}
const MIB = 1024 * 1024;
const keptWraps = kept<readonly KeptWrap[]>({
  from: ['wrap'],
  size: (wraps) => wraps.length * 1000,
  most: 16 * MIB,
});
/** Ciphertext, in the form in which it leaves. */
const keptPacks = kept<string | undefined>({ from: ['pack'], size: (pack) => pack?.length ?? 0, most: 64 * MIB });

const wrapsOn = prepared<{ practice: OrganisationId; descriptor: Hash }, KeptWrap['row']>((tx, at) =>
  tx
    .selectFrom('wrap')
    .selectAll()
    .where('practice', '=', at('practice'))
    .where('descriptor', '=', at('descriptor'))
    .where('kind', '=', 'c'),
);
const packOf = prepared<{ practice: OrganisationId; descriptor: Hash }, { bytes: Uint8Array }>((tx, at) =>
  tx
    .selectFrom('pack')
    .select('bytes')
    .where('practice', '=', at('practice'))
    .where('descriptor', '=', at('descriptor')),
);
const wrapOf = (row: KeptWrap['row']): KeptWrap => ({
  row,
  wire: {
    ...{ bundle: row.bundle, index: row.idx, descriptor: row.descriptor },
    ...{ kind: 'c' as const, ct: base64url(row.ct) },
  },
});

/** What is not complete is left out. */
export async function loadPermitted(tx: Tx, practice: OrganisationId, all: readonly Permitted[]): Promise<Ready[]> {
  if (all.length === 0) return [];
  const descriptors = all.map(({ handle }) => handle.descriptor);
  const wraps = await ofEach(keptWraps, tx, practice, descriptors, async (descriptor) =>
    (await wrapsOn(tx, { practice, descriptor })).map(wrapOf),
  );
  const packs = await ofEach(keptPacks, tx, practice, descriptors, async (descriptor) => {
    const [row] = await packOf(tx, { practice, descriptor });
    return row && base64url(row.bytes);
  });
  const own = all.map((one) => {
    const { descriptor } = one.handle;
    return {
      ...one,
      grant: one.granted.find(({ team }) => team === one.team)?.grant_hash,
      // Of a note or message: all its grants, so that who takes it over knows what goes with it.
      others: one.handle.class !== 'source' ? one.granted.map(({ grant_hash }) => grant_hash) : [],
      wrap: wraps.get(descriptor)?.find(({ row }) => row.recipient === one.team)?.wire,
      pack: packs.get(descriptor),
    };
  });
  const hashes = own.flatMap(({ handle, grant, wrap, facts, others }) => [
    handle.descriptor,
    ...(grant ? [grant] : []),
    ...(wrap ? [wrap.bundle] : []),
    ...facts,
    ...others,
  ]);
  const rows = await keptStatements(tx, practice, hashes);
  return own.flatMap(({ position, handle, grant: granted, wrap, pack, facts, others }) => {
    const descriptor = rows.get(handle.descriptor);
    const grant = granted && rows.get(granted);
    const bundle = wrap && rows.get(wrap.bundle);
    if (!descriptor || !grant || !wrap || !bundle || pack === undefined) return [];
    return {
      position,
      handle,
      descriptor,
      grant,
      bundle,
      wrap,
      pack,
      facts: facts.flatMap((hash) => rows.get(hash) ?? []),
      grants: others.flatMap((hash) => rows.get(hash) ?? []),
    };
  });
}
