/**
 * Breaking the glass (R21; docs/spec/substitutes.md, "Emergency"): where the handles are, how often, and the review that stays open
 * until somebody else closes it. The look itself is a release of class `emergency`.
 */

import { decide } from '@ketenkluis/access';
import { base64url, DAY, type DossierId, HOUR, type Instant, type OrganisationId, plus } from '@ketenkluis/base';
import {
  type askEmergency,
  EMERGENCY_LIMITS,
  type emergencyHandles,
  type postReview,
  type reviews as reviewsMessage,
} from '@ketenkluis/protocol';
import type { Hash } from '@ketenkluis/seal';
import type { z } from 'zod';
import { annexFor } from './annex.ts';
import { type Caller, refresh, type Signed, teamsOfAsker } from './auth.ts';
import { vaultError } from './errors.ts';
import { append, commonOf, type Judged } from './lines.ts';
import { questionFor, readFor } from './questions.ts';
import { decidedItem, outcomeOf } from './release.ts';
import type { Tx } from './storage/storage.ts';
import { answered, openable } from './substitutes.ts';
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

const KEPT = 90 * DAY;
/** For owners and who oversees, and for who treats the patient; the reason only opens for the log officers. */
export async function reviews(vault: Vault, caller: Caller): Promise<z.infer<typeof reviewsMessage>> {
  const { practice, people, session } = caller;
  const at = vault.clock();
  const teams = teamsOfAsker(caller, at);
  const owner = people.isOwner(session.person) || people.keys.oversees(session.person, at);
  return vault.storage.read(async (tx) => {
    const rows = await tx
      .selectFrom('review')
      .selectAll()
      .where('practice', '=', practice)
      .where((eb) => eb.or([eb('closed', 'is', null), eb('at', '>', plus(at, -KEPT))]))
      .orderBy('at', 'desc')
      .limit(1000)
      .execute();
    const reading = await readFor(
      tx,
      practice,
      rows.map(({ dossier }) => ({ dossier, handle: null, facts: [] })),
    );
    const treats = (dossier: DossierId) =>
      (reading.facts.get(dossier) ?? []).some(
        ({ fact, ended }) =>
          fact.kind === 'relation' &&
          ended === null &&
          (fact.until === null || at < fact.until) &&
          fact.teams.some((team) => teams.has(team)),
      );
    const seen = rows.filter(({ dossier }) => owner || treats(dossier));
    const annexes = await annexesOf(
      tx,
      practice,
      seen.map(({ annex }) => annex),
    );
    return {
      reviews: seen.map(({ line, request, dossier, person, at: when, annex, closed, closer, closed_at, finding }) => ({
        line,
        request,
        dossier,
        person,
        at: when,
        annex: annexes.get(annex) ?? null,
        closed:
          closed === null || closer === null || closed_at === null || finding === null
            ? null
            : { line: closed, person: closer, at: closed_at, finding },
      })),
    };
  });
}

async function annexesOf(tx: Tx, practice: OrganisationId, hashes: readonly Hash[]): Promise<Map<Hash, string>> {
  if (hashes.length === 0) return new Map();
  const rows = await tx
    .selectFrom('annex')
    .select(['hash', 'bytes'])
    .where('practice', '=', practice)
    .where('hash', 'in', [...new Set(hashes)])
    .execute();
  return new Map(rows.map(({ hash, bytes }) => [hash, base64url(bytes)]));
}

/** A signed word by somebody else: it was in order, or it was not. The line stays. */
export async function closeReview(vault: Vault, signed: Signed, body: z.infer<typeof postReview>['body']) {
  const { practice, people, request, session } = signed;
  const [asked, ...others] = request.payload.items;
  if (!asked?.dossier || asked.handle !== null || others.length > 0)
    throw vaultError('bad-request', 'a review names one dossier');
  const { dossier } = asked;
  const annex = annexFor(request.payload, body.annex);
  let who = signed;
  const made = { refused: undefined as string | undefined };
  const line = await append(vault, {
    practice,
    log: people.log,
    request,
    keys: [dossier, 'emergency'],
    before: async () => {
      who = await refresh(vault, signed);
    },
    plan: async (tx, at) => {
      const reading = await readFor(tx, practice, [asked]);
      const row = await tx
        .selectFrom('review')
        .selectAll()
        .where('practice', '=', practice)
        .where('request', '=', body.review)
        .where('dossier', '=', dossier)
        .executeTakeFirst();
      const allowed = decide(questionFor({ ...who, at }, reading, asked));
      // Nobody marks their own work.
      const own = row?.person === session.person;
      const decision: Judged =
        allowed.outcome === 'permit' && (own || !row)
          ? { outcome: 'deny', reason: own ? 'class-not-allowed' : 'unknown', checks: allowed.checks }
          : allowed;
      if (decision.outcome === 'permit' && row?.closed !== null) throw vaultError('conflict', 'this review is closed');
      if (decision.outcome === 'deny') made.refused = decision.reason;
      return {
        common: commonOf(vault, people, request, at, { event: 'review', action: 'U', ...outcomeOf([decision]) }),
        items: [
          decidedItem('object', decision, {
            dossier,
            handle: null,
            object: request.hash,
            state: reading.dossiers.get(dossier)?.state ?? null,
            annex: annex.hash,
          }),
        ],
        annex,
        effect: async (write, sequenced) => {
          if (decision.outcome === 'deny') return;
          await write
            .updateTable('review')
            .set({ closed: sequenced.index, closer: session.person, closed_at: at, finding: body.finding })
            .where('practice', '=', practice)
            .where('request', '=', body.review)
            .where('dossier', '=', dossier)
            .execute();
        },
      };
    },
  });
  if (made.refused !== undefined)
    throw vaultError('not-allowed', 'this review is for somebody else to close', { detail: { reason: made.refused } });
  return answered(vault, signed, line);
}
