/**
 * Breaking the glass (R21; docs/spec/substitutes.md, "Emergency"): where the handles are, how often, and the review that it opens
 * (reviews.ts). The look itself is a release of class `emergency`.
 */

import { DAY, type DossierId, HOUR, type Instant, plus } from '@ketenkluis/base';
import { type askEmergency, EMERGENCY_LIMITS, type emergencyHandles } from '@ketenkluis/protocol';
import type { z } from 'zod';
import type { Caller, Signed } from './auth.ts';
import type { Tx } from './storage/storage.ts';
import { openable } from './substitutes.ts';
import type { Vault } from './vault.ts';

/** Ids only; the same empty answer for everybody who is not in the emergency team, and for a dossier that is not here. */
export async function emergencies(
  vault: Vault,
  caller: Caller,
  { dossier }: z.infer<typeof askEmergency>,
): Promise<z.infer<typeof emergencyHandles>> {
  return vault.storage.read((tx) => openable(tx, caller, vault.clock(), dossier, 'emergency'));
}

/** Too often? Counted in what was committed: dossiers of this person in an hour, of the practice in a day, these included. */
export async function tooMany(tx: Tx, signed: Signed, at: Instant, wanted: readonly DossierId[]): Promise<boolean> {
  const { practice, session } = signed;
  const rows = await tx
    .selectFrom('review')
    .select(['dossier', 'person', 'at'])
    .where('practice', '=', practice)
    .where('at', '>', plus(at, -DAY))
    .execute();
  const inHour = rows.filter(({ person, at: when }) => person === session.person && when > plus(at, -HOUR));
  const dossiers = (list: readonly { readonly dossier: DossierId }[]) =>
    new Set([...list.map(({ dossier }) => dossier), ...wanted]).size;
  return dossiers(inHour) > EMERGENCY_LIMITS.person || dossiers(rows) > EMERGENCY_LIMITS.practice;
}

/** In the transaction of the look's line: one open review per dossier. */
export async function openReviews(
  tx: Tx,
  signed: Signed,
  at: Instant,
  line: number,
  dossiers: readonly DossierId[],
): Promise<void> {
  const { practice, session, request } = signed;
  const { id, annex } = request.payload;
  if (annex === null || dossiers.length === 0) return;
  const open = { closed: null, closer: null, closed_at: null, finding: null };
  await tx
    .insertInto('review')
    .values(
      dossiers.map((dossier) => ({ practice, request: id, line, dossier, person: session.person, at, annex, ...open })),
    )
    .execute();
}
