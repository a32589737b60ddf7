/** Proposals as they lie in the database, one practice at a time. */

import { type Instant, type OrganisationId, parseCanonicalJson } from '@ketenkluis/base';
import type { postProposal } from '@ketenkluis/protocol';
import { expectType, type Hash, statementFromWire } from '@ketenkluis/seal';
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
