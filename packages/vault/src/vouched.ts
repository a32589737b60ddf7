/** Memberships of the day (docs/spec/partners.md): a line each in this log, kept until they have ended, in no directory. */

import type { Instant, OrganisationId, TeamId } from '@ketenkluis/base';
import type { vouched as vouchedMessage } from '@ketenkluis/protocol';
import { membership, type Statement } from '@ketenkluis/seal';
import type { z } from 'zod';
import { wordOn } from './assurance.ts';
import type { Caller } from './auth.ts';
import { MAX_VOUCHED } from './bounds.ts';
import { vaultError } from './errors.ts';
import { checkpointOf, proofOfStored } from './proofs.ts';
import { batchesFor, getStatements, payloadOf, type StatementRow, toWire } from './storage/statements.ts';
import type { Tx } from './storage/storage.ts';
import type { Vault } from './vault.ts';

/** As many as a visit may bring. */
const MAX = 16;

const stored = (tx: Tx, practice: OrganisationId) =>
  tx
    .selectFrom('fact')
    .innerJoin('statement', (on) =>
      on.onRef('statement.practice', '=', 'fact.practice').onRef('statement.hash', '=', 'fact.hash'),
    )
    .selectAll('statement')
    .where('fact.practice', '=', practice)
    .where('fact.kind', '=', 'membership')
    .where('statement.directory', '=', 0);

const endOf = (row: Parameters<typeof payloadOf>[0]) => membership.parse(payloadOf(row));

/** Those that ended go when new ones come. */
export async function dropPastVouched(tx: Tx, practice: OrganisationId, at: Instant): Promise<void> {
  for (const row of await stored(tx, practice).execute()) {
    const { id, until } = endOf(row);
    if (until !== null && at < until) continue;
    await tx.deleteFrom('fact').where('practice', '=', practice).where('fact', '=', id).execute();
    await tx.deleteFrom('statement').where('practice', '=', practice).where('hash', '=', row.hash).execute();
  }
}

/** Throws `vault/too-many` where more would be said of one person in one team than as many devices ever say. */
export async function checkManyVouched(
  tx: Tx,
  practice: OrganisationId,
  daily: readonly Statement<'fact'>[],
  at: Instant,
): Promise<void> {
  if (daily.length === 0) return;
  const said = (await stored(tx, practice).execute()).map(endOf).filter(({ until }) => until !== null && at < until);
  const place = ({ person, team }: { readonly person: string; readonly team: string }) => `${person} ${team}`;
  const more = daily.map(({ payload }) => membership.parse(payload));
  const counts = Map.groupBy([...said, ...more], place);
  if (more.some((one) => counts.get(place(one))!.length > MAX_VOUCHED))
    throw vaultError('too-many', 'this was said often enough today');
}

/** One's own, as they go to a partner's vault. */
export async function vouched(
  vault: Vault,
  { practice, people, session }: Caller,
): Promise<z.infer<typeof vouchedMessage>> {
  const at = vault.clock();
  const { note, size } = await checkpointOf(vault, people.log);
  const { rows, batches, level } = await vault.storage.read(async (tx) => {
    const found = await stored(tx, practice)
      .where('fact.person', '=', session.person)
      .where('statement.line', '<', size)
      .orderBy('statement.line', 'desc')
      .execute();
    const teams = new Set<TeamId>();
    // The newest of each team: older ones say nothing more.
    const now = found.filter((row) => {
      const { team, until } = endOf(row);
      const counts = until !== null && at < until && !teams.has(team);
      if (counts) teams.add(team);
      return counts;
    });
    const rows = now.slice(0, MAX);
    const word = await wordOn(tx, practice, session.session, at);
    const level = word && (await getStatements(tx, practice, [word])).get(word);
    const said = level && level.line < size ? level : null;
    return { rows, level: said, batches: await batchesFor(tx, practice, said ? [...rows, said] : rows) };
  });
  const proved = async (row: StatementRow) => {
    const [entry] = await vault.storage.ledger.entries(people.log, row.line, row.line + 1);
    if (!entry) throw vaultError('internal', 'a line of the log is missing; run fsck');
    return { statement: toWire(row), line: await proofOfStored(vault, people.log, entry, size, [row.item]) };
  };
  const memberships = [];
  for (const row of rows) memberships.push(await proved(row));
  return { memberships, batches, checkpoint: note, assurance: level === null ? null : await proved(level) };
}
