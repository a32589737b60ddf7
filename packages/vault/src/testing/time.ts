/** What only a test may do with time. */

import { canonicalJson, type Instant, type OrganisationId, type PersonId } from '@ketenkluis/base';
import { newestSnapshot } from '../questions.ts';
import { getStatements, payloadOf } from '../storage/statements.ts';
import type { Vault } from '../vault.ts';

/** The newest snapshot says another time, as if the agent (or `by`) had signed it then: retention waits for that word (docs/spec/retention.md). Answers what it said. */
export async function sayTime(vault: Vault, practice: OrganisationId, at: Instant, by?: PersonId): Promise<Instant> {
  return await vault.storage.write(async (tx) => {
    const newest = (await newestSnapshot(tx, practice))!;
    const row = (await getStatements(tx, practice, [newest.hash])).get(newest.hash)!;
    const said = payloadOf(row) as { readonly at: Instant };
    const header = canonicalJson({ ...said, at, ...(by === undefined ? {} : { by }) });
    await tx
      .updateTable('statement')
      .set({ header })
      .where('practice', '=', practice)
      .where('hash', '=', newest.hash)
      .execute();
    return said.at;
  });
}
