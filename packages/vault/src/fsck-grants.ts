/**
 * The grants part of `fsck`: each on a live fact of its dossier that names its team and handle, to a key of that team, with its
 * wrapped share and its signed statement; every pack with a share for exit. What only waits for the next sync is named apart.
 */

import type { HandleId, Instant, OrganisationId, TeamId } from '@ketenkluis/base';
import { type Epoch, factSchema, grant as grantSchema, type Hash, type KeyDirectory } from '@ketenkluis/seal';
import type { Report } from './fsck.ts';
import { getStatements, payloadOf, type StatementRow } from './storage/statements.ts';
import type { Tx } from './storage/storage.ts';

const CHUNK = 500;
interface Covering {
  readonly until: Instant | null;
  covers(team: string, handle: HandleId, parent: HandleId | null): boolean;
}

/** Steps and emergency facts that were not withdrawn, by `dossier/fact`. */
async function coveringFacts(tx: Tx, practice: OrganisationId): Promise<Map<string, Covering>> {
  const rows = await tx
    .selectFrom('fact')
    .innerJoin('statement', (on) =>
      on.onRef('statement.practice', '=', 'fact.practice').onRef('statement.hash', '=', 'fact.hash'),
    )
    .select(['fact.dossier', 'fact.fact', 'statement.header'])
    .where('fact.practice', '=', practice)
    .where('fact.kind', 'in', ['step', 'emergency'])
    .where('fact.ended', 'is', null)
    .execute();
  return new Map(
    rows.flatMap((row) => {
      const fact = factSchema.parse(payloadOf(row));
      if (fact.kind !== 'step' && fact.kind !== 'emergency') return [];
      const covers: Covering['covers'] = (team, handle, parent) =>
        fact.team === team && (fact.handles.includes(handle) || (parent !== null && fact.handles.includes(parent)));
      return [[`${row.dossier}/${row.fact}`, { until: fact.until, covers }] as const];
    }),
  );
}

/** The team's epochs, where this practice knows the team: its own, or those of a partner as its people brought them. */
function epochsOf(keys: KeyDirectory, team: TeamId, at: Instant) {
  const partner = keys.isOwnTeam(team) ? undefined : keys.partnerOf(team, at);
  const home = partner ? keys.partnerDirectory(partner.organisation) : keys;
  return {
    newest: home?.epochOf(team)?.payload,
    numbered: (number: number): Epoch | undefined => home?.epochNumber(team, number),
  };
}

async function statementsOf(
  tx: Tx,
  practice: OrganisationId,
  hashes: readonly Hash[],
): Promise<Map<Hash, StatementRow>> {
  const found = new Map<Hash, StatementRow>();
  for (let from = 0; from < hashes.length; from += CHUNK)
    for (const one of await getStatements(tx, practice, hashes.slice(from, from + CHUNK))) found.set(...one);
  return found;
}

/** `at`: the time of the newest line; what ended after it ended for nobody here yet. */
export async function checkGrants(
  tx: Tx,
  practice: OrganisationId,
  keys: KeyDirectory | undefined,
  at: Instant,
  report: Report,
): Promise<void> {
  const packs = new Set<string>(
    (await tx.selectFrom('pack').select('descriptor').where('practice', '=', practice).execute()).map(
      (row) => row.descriptor,
    ),
  );
  const heads = new Map(
    (
      await tx
        .selectFrom('handle')
        .select(['handle', 'parent', 'descriptor'])
        .where('practice', '=', practice)
        .where('state', '=', 'live')
        .execute()
    ).map((row) => [row.descriptor as string, row]),
  );
  const bundles = new Set<string>(
    (
      await tx
        .selectFrom('statement')
        .select('hash')
        .where('practice', '=', practice)
        .where('type', '=', 'bundle')
        .execute()
    ).map((row) => row.hash),
  );
  const wraps = await tx
    .selectFrom('wrap')
    .select(['descriptor', 'kind', 'recipient', 'bundle'])
    .where('practice', '=', practice)
    .execute();
  const wrapped = new Set(wraps.filter((row) => row.kind === 'c').map((row) => `${row.descriptor}/${row.recipient}`));
  const exits = new Set<string>(wraps.filter((row) => row.kind === 'x').map((row) => row.descriptor));
  for (const descriptor of packs)
    if (heads.has(descriptor) && !exits.has(descriptor)) report('exit-missing', descriptor);

  const granted = await tx.selectFrom('granted').selectAll().where('practice', '=', practice).execute();
  const facts = await coveringFacts(tx, practice);
  const statements = await statementsOf(tx, practice, [...new Set(granted.map((row) => row.grant_hash))]);
  const known = new Set(granted.map((row) => `${row.descriptor}/${row.team}`));
  for (const row of granted) {
    const statement = statements.get(row.grant_hash);
    const grant = statement && grantSchema.safeParse(payloadOf(statement)).data;
    const head = heads.get(row.descriptor);
    if (!packs.has(row.descriptor) || !head || !grant) {
      report('orphan-grant', row.descriptor);
      continue;
    }
    if (grant.team !== row.team || grant.dossier !== row.dossier || !grant.packs.includes(row.descriptor))
      report('grant-differs', row.descriptor);
    if (!wrapped.has(`${row.descriptor}/${row.team}`)) report('grant-without-wrap', row.descriptor);
    if (row.dossier !== null) {
      const fact = facts.get(`${row.dossier}/${row.fact}`);
      if (!fact?.covers(row.team, head.handle, head.parent)) report('grant-without-fact', row.descriptor);
      else if (fact.until !== null && fact.until <= at) report('grant-past-its-end', row.descriptor);
    }
    if (!keys) continue;
    const { newest, numbered } = epochsOf(keys, row.team, at);
    const named = numbered(grant.epoch);
    if (!named) report('grant-without-team', row.descriptor);
    else if (named.kem !== newest?.kem) report('grant-to-old-key', row.descriptor);
  }
  for (const row of wraps) {
    const needless = row.kind === 'c' && !known.has(`${row.descriptor}/${row.recipient}`);
    if (!packs.has(row.descriptor) || !bundles.has(row.bundle) || needless) report('orphan-wrap', row.descriptor);
  }
}
