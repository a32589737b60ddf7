/** What a human wants to read, sealed to the log officer's team (and of one dossier to its patient): the vault holds it by its hash and cannot open it. */

import { fromBase64url } from '@ketenkluis/base';
import { asSealedAnnex, hashOf, type Request } from '@ketenkluis/seal';
import { vaultError } from './errors.ts';
import type { Plan } from './lines.ts';

/** Throws `vault/annex-missing` or `vault/bad-request`; the request names the annex by its hash. */
export function annexFor(request: Request, sent: string | null): NonNullable<Plan['annex']> {
  if (sent === null || request.annex === null) {
    throw vaultError('annex-missing', 'role and purpose belong to every look; send them sealed to the log officer');
  }
  const bytes = asSealedAnnex(fromBase64url(sent));
  if (hashOf(bytes) !== request.annex) throw vaultError('bad-request', 'the annex is not the one that was signed');
  return { hash: request.annex, bytes };
}
