/**
 * What follows broken glass (R21; docs/spec/substitutes.md, "Emergency"): the patient is told, and somebody else says whether it was
 * in order. Both are signed words about one look; the review stays open until both are there.
 */

import { decide } from '@ketenkluis/access';
import {
  base64url,
  DAY,
  type DossierId,
  type Instant,
  localDate,
  type OrganisationId,
  parseLocalDate,
  plus,
  type RequestId,
} from '@ketenkluis/base';
import type { postReview, postTold, reviews as reviewsMessage } from '@ketenkluis/protocol';
import type { Hash } from '@ketenkluis/seal';
import type { z } from 'zod';
import { annexFor } from './annex.ts';
import { type Caller, refresh, type Signed, teamsOfAsker } from './auth.ts';
import { vaultError } from './errors.ts';
import { append, commonOf, type Judged } from './lines.ts';
import { questionFor, readFor } from './questions.ts';
import { decidedItem, outcomeOf } from './release.ts';
import type { Tx } from './storage/storage.ts';
import type { Schema } from './storage/tables.ts';
import { answered } from './substitutes.ts';
import type { Vault } from './vault.ts';

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
    const told = await toldOf(
      tx,
      practice,
      seen.map(({ request }) => request),
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
        told: told.get(`${request} ${dossier}`) ?? null,
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

type Told = NonNullable<z.infer<typeof reviewsMessage>['reviews'][number]['told']>;
async function toldOf(tx: Tx, practice: OrganisationId, requests: readonly RequestId[]): Promise<Map<string, Told>> {
  if (requests.length === 0) return new Map();
  const rows = await tx
    .selectFrom('told')
    .selectAll()
    .where('practice', '=', practice)
    .where('request', 'in', [...new Set(requests)])
    .execute();
  return new Map(
    rows.map(({ request, dossier, line, person, at, how, on_day: on }) => [
      `${request} ${dossier}`,
      { line, person, at, how, on },
    ]),
  );
}

interface Said {
  readonly event: 'review' | 'told';
  readonly review: RequestId;
  readonly annex: string;
  /** Is this word for who broke the glass too? */
  readonly own: boolean;
  /** Throws for what somebody who may say this cannot say now. */
  check(tx: Tx, row: Review, at: Instant): Promise<void>;
  write(tx: Tx, at: Instant, line: number): Promise<void>;
}
type Review = Schema['review'];

/** One signed word on one emergency look, by who may ask who looked at this patient. */
async function sayOf(vault: Vault, signed: Signed, said: Said) {
  const { practice, people, request, session } = signed;
  const [asked, ...others] = request.payload.items;
  if (!asked?.dossier || asked.handle !== null || others.length > 0)
    throw vaultError('bad-request', 'a review names one dossier');
  const { dossier } = asked;
  const annex = annexFor(request.payload, said.annex);
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
        .where('request', '=', said.review)
        .where('dossier', '=', dossier)
        .executeTakeFirst();
      const allowed = decide(questionFor({ ...who, at }, reading, asked));
      // Nobody marks their own work.
      const own = row?.person === session.person && !said.own;
      const decision: Judged =
        allowed.outcome === 'permit' && (own || !row)
          ? { outcome: 'deny', reason: own ? 'class-not-allowed' : 'unknown', checks: allowed.checks }
          : allowed;
      if (decision.outcome === 'deny') made.refused = decision.reason;
      else if (row) await said.check(tx, row, at);
      return {
        common: commonOf(vault, people, request, at, { event: said.event, action: 'U', ...outcomeOf([decision]) }),
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
          if (decision.outcome === 'permit') await said.write(write, at, sequenced.index);
        },
      };
    },
  });
  if (made.refused !== undefined)
    throw vaultError('not-allowed', 'this review is for somebody else to close', { detail: { reason: made.refused } });
  return answered(vault, signed, line);
}

const open = (row: Review): void => {
  if (row.closed !== null) throw vaultError('conflict', 'this review is closed');
};

/** Somebody told the patient, or says why nobody did; the last word before the review closes stands, every one is a line. */
export async function tellPatient(vault: Vault, signed: Signed, body: z.infer<typeof postTold>['body']) {
  const { practice, request, session } = signed;
  const dossier = request.payload.items[0]?.dossier as DossierId;
  const { review, how, on } = body;
  return sayOf(vault, signed, {
    ...{ event: 'told', review, annex: body.annex },
    // Who broke the glass may tell the patient; that nobody needs to is for somebody else to say.
    own: how !== 'not',
    check: async (_tx, row, at) => {
      open(row);
      if ((how === 'not') !== (on === null)) throw vaultError('bad-request', 'a day, unless the patient was not told');
      if (on === null) return;
      const day = parseLocalDate(on);
      if (day < localDate(row.at) || day > localDate(at))
        throw vaultError('bad-request', 'the patient is told after the look and not after today');
    },
    write: async (tx, at, line) => {
      const told = { line, person: session.person, at, how, on_day: on };
      await tx
        .insertInto('told')
        .values({ practice, request: review, dossier, ...told })
        .onConflict((conflict) => conflict.columns(['practice', 'request', 'dossier']).doUpdateSet(told))
        .execute();
    },
  });
}

/** Somebody else: it was in order, or it was not. The line stays. */
export async function closeReview(vault: Vault, signed: Signed, body: z.infer<typeof postReview>['body']) {
  const { practice, request, session } = signed;
  const dossier = request.payload.items[0]?.dossier as DossierId;
  return sayOf(vault, signed, {
    ...{ event: 'review', review: body.review, annex: body.annex, own: false },
    check: async (tx, row) => {
      open(row);
      const told = await toldOf(tx, practice, [body.review]);
      if (!told.has(`${body.review} ${dossier}`))
        throw vaultError('conflict', 'say first how the patient was told', { detail: { reason: 'not-told' } });
    },
    write: async (tx, at, line) => {
      await tx
        .updateTable('review')
        .set({ closed: line, closer: session.person, closed_at: at, finding: body.finding })
        .where('practice', '=', practice)
        .where('request', '=', body.review)
        .where('dossier', '=', dossier)
        .execute();
    },
  });
}
