/** Recovery (design 4, R14): the line stands before k people put a key together with their sheets, and names sheets and keys. */

import { base64url, type OrganisationId } from '@ketenkluis/base';
import type { postRecovery } from '@ketenkluis/protocol';
import { epoch } from '@ketenkluis/seal';
import type { z } from 'zod';
import { aboutThePractice } from './admin.ts';
import { denied, type Signed } from './auth.ts';
import { vaultError } from './errors.ts';
import { append, commonOf, item, SIGNED_CHECKS } from './lines.ts';
import { consistencyTo, proofOf } from './proofs.ts';
import { checkRaise, newRaise } from './raise.ts';
import { getStatements, payloadOf } from './storage/statements.ts';
import type { Tx } from './storage/storage.ts';
import type { Vault } from './vault.ts';

type RecoveryBody = z.infer<typeof postRecovery>['body'];
const bad = (why: string) => vaultError('bad-request', why);

/** KKEW objects of these epochs, as they came. */
async function wrapsOf(tx: Tx, practice: OrganisationId, hashes: RecoveryBody['epochs']): Promise<string[]> {
  const found = await getStatements(tx, practice, hashes);
  const wraps: string[] = [];
  for (const hash of hashes) {
    const row = found.get(hash);
    if (row?.type !== 'epoch') throw bad('no such team key is known here');
    const stored = await tx
      .selectFrom('wraps')
      .select('bytes')
      .where('practice', '=', practice)
      .where('hash', '=', epoch.parse(payloadOf(row)).wraps)
      .executeTakeFirstOrThrow();
    wraps.push(base64url(stored.bytes));
  }
  return wraps;
}

/** Any professional or trustee with a session may bring the sheets; the sheets decide, and the line names them. */
export async function recovery(vault: Vault, signed: Signed, body: RecoveryBody) {
  const { practice, people, request, card } = signed;
  // Whoever brings sheets to be raised is below the level asked for: may they, if the session were open?
  const asOpen = body.raise ? { ...signed, session: { ...signed.session, stage: 'open' as const } } : signed;
  const decision = aboutThePractice(asOpen);
  if (decision.outcome === 'deny') throw await denied(vault, signed, decision.reason);
  if (card?.kind === 'agent') throw await denied(vault, signed, 'class-not-allowed');
  const split = people.keys.authority?.recovery;
  const shares = new Set(body.shares);
  if (!split || shares.size !== body.shares.length || [...shares].some((one) => !split.commitments.includes(one)))
    throw bad('these are not different recovery sheets of this practice');
  if (shares.size < split.k) throw bad(`${split.k} recovery sheets are needed`);
  if (body.raise) checkRaise(signed, body.epochs.length);
  const asked = body.raise ? await newRaise(vault, signed, split.kem) : null;
  let wraps: string[] = [];
  const line = await append(vault, {
    practice,
    log: people.log,
    request,
    keys: asked === null ? [] : [`session/${signed.session.session}`],
    plan: async (tx, at) => {
      wraps = await wrapsOf(tx, practice, body.epochs);
      return {
        common: commonOf(vault, people, request, at, { event: 'recovery', action: 'R', outcome: 'success' }),
        items: [...body.shares, ...body.epochs].map((object) =>
          item({ kind: 'object', object, checks: SIGNED_CHECKS }),
        ),
        ...(asked === null ? {} : { effect: asked.keep }),
      };
    },
  });
  return {
    line: proofOf(line),
    checkpoint: line.checkpoint,
    consistency: await consistencyTo(vault, people.log, request.payload.checkpoint?.size, line.size),
    dossiers: [],
    wraps,
    ...(asked === null ? {} : { challenge: await asked.sealed(line.index) }),
  };
}
