/** Authority records (docs/spec/keys.md): the root of an organisation's keys, m-of-n over its owners, chained. */

import { type Bytes, fromBase64url, type Verifier } from '@ketenkluis/base';
import { sealError } from './errors.ts';
import { type Statement, verifyStatement } from './statement.ts';
import type { Authority } from './statements.ts';

/** Does the record hold together by itself? */
function isSound(record: Authority): boolean {
  const { owners, threshold, recovery, exit } = record;
  const people = new Set(owners.map(({ person }) => person));
  const keys = new Set(owners.map(({ sign }) => sign));
  const split = [recovery, exit].every(({ k, n, commitments }) => {
    return k <= n && commitments.length === n && new Set(commitments).size === n;
  });
  return (
    people.size === owners.length &&
    keys.size === owners.length &&
    threshold <= owners.length &&
    split &&
    recovery.kem !== exit.kem
  );
}

export function ownerKey(record: Authority, person: string): Bytes | undefined {
  const owner = record.owners.find((one) => one.person === person);
  return owner && fromBase64url(owner.sign);
}

/** Are there `threshold` good signatures of this record's owners, and no others? */
export const signedByOwners = (statement: Statement, record: Authority, verifier: Verifier): Promise<boolean> =>
  verifyStatement(statement, (by) => ownerKey(record, by), verifier, { threshold: record.threshold });

/** Throws `seal/bad-authority` unless `next` follows `previous` (undefined: is the first) and is signed as it must be. */
export async function verifyAuthorityStep(
  previous: Statement<'authority'> | undefined,
  next: Statement<'authority'>,
  verifier: Verifier,
): Promise<void> {
  const record = next.payload;
  const before = previous?.payload;
  const follows = before
    ? record.number === before.number + 1 &&
      record.prev === previous.hash &&
      record.organisation === before.organisation &&
      record.at >= before.at
    : record.number === 0 && record.prev === null;
  if (!follows) throw sealError('bad-authority', `authority record ${record.number} does not follow the one before it`);
  if (!isSound(record)) throw sealError('bad-authority', `authority record ${record.number} contradicts itself`);
  if (!(await signedByOwners(next, before ?? record, verifier))) {
    throw sealError('bad-authority', `authority record ${record.number} lacks the signatures of enough owners`);
  }
}

/** Checks the whole chain, oldest first, and gives the record in force. Throws `seal/bad-authority`. */
export async function verifyAuthority(
  chain: readonly Statement<'authority'>[],
  verifier: Verifier,
): Promise<Statement<'authority'>> {
  let current: Statement<'authority'> | undefined;
  for (const next of chain) {
    await verifyAuthorityStep(current, next, verifier);
    current = next;
  }
  if (!current) throw sealError('bad-authority', 'an organisation needs an authority record');
  return current;
}
