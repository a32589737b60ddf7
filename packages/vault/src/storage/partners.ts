/** Partners' directories in the database, as their people brought them; nothing here is verified. */

import type { OrganisationId } from '@ketenkluis/base';
import { decodeStatement, encodeStatement, type Statement } from '@ketenkluis/seal';
import { vaultError } from '../errors.ts';
import type { Tx } from './storage.ts';

const ROWS = 2000;

/** Every partner's statements in that organisation's own order. */
export async function partnerStatements(
  tx: Tx,
  practice: OrganisationId,
): Promise<ReadonlyMap<OrganisationId, readonly Statement[]>> {
  const rows = await tx
    .selectFrom('partner_directory')
    .select(['organisation', 'bytes'])
    .where('practice', '=', practice)
    .orderBy('organisation')
    .orderBy('idx')
    .execute();
  const found = new Map<OrganisationId, Statement[]>();
  for (const { organisation, bytes } of rows) {
    const list = found.get(organisation) ?? [];
    list.push(decodeStatement(bytes));
    found.set(organisation, list);
  }
  return found;
}

/** Appends from the `after`-th place on. Throws `vault/conflict` when somebody else brought more meanwhile. */
export async function appendPartner(
  tx: Tx,
  practice: OrganisationId,
  organisation: OrganisationId,
  after: number,
  statements: readonly Statement[],
): Promise<void> {
  if (statements.length === 0) return;
  const { count } = await tx
    .selectFrom('partner_directory')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('practice', '=', practice)
    .where('organisation', '=', organisation)
    .executeTakeFirstOrThrow();
  if (Number(count) !== after) throw vaultError('conflict', "this partner's directory has moved on; start over");
  const rows = statements.map((statement, i) => ({
    practice,
    organisation,
    idx: after + i,
    bytes: encodeStatement(statement),
  }));
  for (let from = 0; from < rows.length; from += ROWS)
    await tx
      .insertInto('partner_directory')
      .values(rows.slice(from, from + ROWS))
      .execute();
}
