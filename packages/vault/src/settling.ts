/** Writing a draft with its line, and what happens to shares before and after. */

import type { Instant } from '@ketenkluis/base';
import type { Hash } from '@ketenkluis/seal';
import { endFacts, insertRows, purgeDossier, referredBy, removeGone, removeLeftovers } from './apply.ts';
import type { Signed } from './auth.ts';
import type { DossierDraft } from './draft.ts';
import { vaultError } from './errors.ts';
import { newestSnapshot } from './questions.ts';
import type { Vault } from './vault.ts';

/** Writes a draft with its rows, inside the transaction of its line. */
export async function writeDraft(
  tx: Parameters<typeof insertRows>[0],
  practice: Signed['practice'],
  draft: DossierDraft,
  line: number,
  at: Instant,
): Promise<void> {
  const ended = [...draft.endedDossiers].flatMap((dossier) => [...draft.views.get(dossier)!.facts.values()]);
  const steps = draft.endedDossiers.size
    ? await tx
        .selectFrom('statement')
        .select('hash')
        .where('practice', '=', practice)
        .where('type', '=', 'state')
        .where('dossier', 'in', [...draft.endedDossiers])
        .execute()
    : [];
  const referred = await referredBy(
    tx,
    practice,
    draft.gone,
    [...ended, ...steps].map(({ hash }) => hash),
  );
  // A snapshot taken since the draft was made would leave its states behind.
  if (((await newestSnapshot(tx, practice))?.number ?? 0) !== draft.after)
    throw vaultError('conflict', 'a snapshot was taken meanwhile; look again and start over');
  await removeGone(tx, practice, draft.gone);
  await endFacts(
    tx,
    practice,
    draft.endedFacts.map(({ payload }) => payload.fact),
    at,
  );
  await insertRows(tx, practice, draft.rows, line);
  for (const dossier of draft.endedDossiers) await purgeDossier(tx, practice, draft.views.get(dossier)!);
  await removeLeftovers(tx, practice, referred);
}

/** After the commit: what was replaced answers earlier lines for five minutes, what was withdrawn answers nobody. */
export function settleShares(vault: Vault, practice: Signed['practice'], draft: DossierDraft, line: number): void {
  const replaced = new Set(draft.replaced);
  vault.shares.supersede(practice, draft.replaced, line, vault.clock());
  vault.shares.drop(
    practice,
    draft.gone.descriptors.filter((descriptor) => !replaced.has(descriptor)),
  );
}

/** Descriptors asked about at once; SQLite takes some thousands of values. */
const PART = 1000;

/** After a failure, or long after it: a commit whose answer was lost keeps its shares, everything else loses them. */
export async function dropUncommitted(
  vault: Vault,
  practice: Signed['practice'],
  staged: readonly Hash[],
): Promise<void> {
  if (staged.length === 0) return;
  const kept = new Set<string>();
  for (let from = 0; from < staged.length; from += PART) {
    const live = await vault.storage.read((tx) =>
      tx
        .selectFrom('handle')
        .select('descriptor')
        .where('practice', '=', practice)
        .where('descriptor', 'in', staged.slice(from, from + PART))
        .execute(),
    );
    for (const { descriptor } of live) kept.add(descriptor);
  }
  vault.shares.drop(
    practice,
    staged.filter((descriptor) => !kept.has(descriptor)),
  );
}
