/** What a patient, or who stands in for them, may open (docs/spec/own.md): ids only, so that reading it is no line. */

import type { ownDossiers } from '@ketenkluis/protocol';
import type { z } from 'zod';
import type { Caller } from './auth.ts';
import { openable } from './substitutes.ts';
import type { Vault } from './vault.ts';

/** Nothing for whoever is no patient. Of a dossier that has ended the log stays, and no part. */
export async function own(vault: Vault, caller: Caller): Promise<z.infer<typeof ownDossiers>> {
  const { practice, people, session } = caller;
  const at = vault.clock();
  const mine = people.keys.owns(at).filter(({ person }) => person === session.person);
  return vault.storage.read(async (tx) => {
    const dossiers: z.infer<typeof ownDossiers>['dossiers'] = [];
    for (const { id, dossier, team, as } of mine) {
      const row = await tx
        .selectFrom('dossier')
        .select('ended')
        .where('practice', '=', practice)
        .where('dossier', '=', dossier)
        .executeTakeFirst();
      if (row === undefined) continue;
      const { handles, facts } = await openable(tx, caller, at, dossier, 'own');
      dossiers.push({ dossier, own: id, team, as, ended: row.ended === 1, handles, facts });
    }
    return { dossiers };
  });
}
