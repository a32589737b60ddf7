/** Proposals as they lie in the database, one practice at a time. */

import {
  type FactId,
  fromBase64url,
  type Instant,
  type OrganisationId,
  type PersonId,
  parseCanonicalJson,
} from '@ketenkluis/base';
import type { postProposal } from '@ketenkluis/protocol';
import { expectType, type Hash, type Statement, statementFromWire } from '@ketenkluis/seal';
import type { z } from 'zod';
import type { Tx } from './storage/storage.ts';

type Open = z.infer<typeof postProposal>['body'];

/** What has not expired, by the proposal's hash. */
export async function waiting(tx: Tx, practice: OrganisationId, at: Instant): Promise<Map<Hash, Open>> {
  const rows = await tx
    .selectFrom('proposal')
    .select(['hash', 'body'])
    .where('practice', '=', practice)
    .where('until', '>', at)
    .orderBy('until')
    .execute();
  return new Map(rows.map(({ hash, body }) => [hash, parseCanonicalJson(body) as Open]));
}

/** What the one new colleague or partner of these statements is called, or a setting means, for each reader. */
export async function putNames(
  tx: Tx,
  practice: OrganisationId,
  statements: readonly Statement[],
  names: Open['names'],
): Promise<void> {
  const person = newcomer(statements);
  if (person === undefined) return;
  for (const { to, sealed } of names) {
    const bytes = fromBase64url(sealed);
    await tx
      .insertInto('name')
      .values({ practice, person, reader: to, sealed: bytes })
      .onConflict((on) => on.columns(['practice', 'person', 'reader']).doUpdateSet({ sealed: bytes }))
      .execute();
  }
}

/** Words go with exactly one card, one partner fact, or one setting for assumed consent. */
export function newcomer(statements: readonly Statement[]): PersonId | OrganisationId | FactId | undefined {
  const [one, ...more] = statements.flatMap(({ payload }): (PersonId | OrganisationId | FactId)[] => {
    if (payload.t === 'card') return [payload.subject];
    if (payload.t !== 'fact') return [];
    if (payload.kind === 'assumption') return [payload.id];
    return payload.kind === 'partner' ? [payload.organisation] : [];
  });
  return more.length === 0 ? one : undefined;
}

/** What became true waits no more. */
export async function dropProposals(
  tx: Tx,
  practice: OrganisationId,
  done: readonly Hash[],
  at: Instant,
): Promise<void> {
  for (const [hash, open] of await waiting(tx, practice, at)) {
    const named = expectType(statementFromWire(open.proposal), 'proposal').payload.statements;
    if (!named.some((one) => done.includes(one))) continue;
    await tx.deleteFrom('proposal').where('practice', '=', practice).where('hash', '=', hash).execute();
  }
}
