/** Breaking the glass (R21; docs/spec/substitutes.md, "Emergency"): with a reason, one summary, and a review by somebody else. */

import { type DossierId, fromBase64url, type LocalDate } from '@ketenkluis/base';
import {
  emergencyHandles,
  type FINDINGS,
  type Review,
  reviews as reviewsMessage,
  type TOLD,
} from '@ketenkluis/protocol';
import { hashOf } from '@ketenkluis/seal';
import { type About, readAnnex } from './annex.ts';
import { change } from './change.ts';
import { clientError } from './errors.ts';
import type { ProvedLine } from './log.ts';
import { type OpenedDossier, openDossier } from './look.ts';
import type { Session } from './session.ts';

/** Characters of a reason that says something. */
const SAYS_SOMETHING = 10;

/**
 * Opens the emergency summary of this dossier, without a relation. The reason goes into the log, sealed to the log officers.
 * Throws `client/refused` without one, `client/denied` when nothing was granted beforehand, or too often.
 */
export async function openEmergency(
  session: Session,
  dossier: DossierId,
  reason: string,
  about: About = {},
): Promise<OpenedDossier> {
  const said = reason.trim();
  if (said.length < SAYS_SOMETHING) throw clientError('refused', 'say in a few words why this is an emergency');
  const { handles, facts } = await session.call('emergencies', emergencyHandles, { dossier });
  if (handles.length === 0) {
    throw clientError('denied', 'there is no emergency summary of this patient for you', {
      detail: { reason: 'no-step' },
    });
  }
  const opened = await openDossier(session, {
    ...{ dossier, handles, facts, class: 'emergency' },
    about: { purpose: 'noodgeval', ...about, reason: said },
  });
  const [denied] = opened.parts.flatMap((part) => (part.outcome === 'deny' ? [part] : []));
  if (denied !== undefined && opened.parts.every(({ outcome }) => outcome === 'deny')) {
    throw clientError('denied', 'the emergency summary does not open', { detail: { reason: denied.reason } });
  }
  return opened;
}

/** What waits for a review and what was reviewed lately; the reason where this person may read it. */
export async function openReviews(session: Session): Promise<readonly (Review & { readonly reason: string | null })[]> {
  const { reviews } = await session.call('reviews', reviewsMessage);
  await session.me();
  const read = async (review: Review) => {
    const stated = review.annex === null ? null : await annexOf(session, review);
    return { ...review, reason: stated };
  };
  return await Promise.all(reviews.map(read));
}

async function annexOf(session: Session, { request, annex }: Review): Promise<string | null> {
  const hash = hashOf(fromBase64url(annex ?? ''));
  return (await readAnnex(session, request, hash, annex ?? ''))?.reason ?? null;
}

export type Told =
  | { readonly how: Exclude<(typeof TOLD)[number], 'not'>; readonly on: LocalDate }
  | { readonly how: 'not' };

/**
 * Says how and on which day the patient was told, or why nobody did (at least 10 characters; not for who broke the glass).
 * `remark` goes into the log, sealed to the log officers. Throws `client/refused`.
 */
export async function tellPatient(
  session: Session,
  review: Pick<Review, 'dossier' | 'request'>,
  told: Told,
  remark = '',
): Promise<ProvedLine> {
  const said = remark.trim();
  if (told.how === 'not' && said.length < SAYS_SOMETHING) {
    throw clientError('refused', 'say in a few words why the patient is not told');
  }
  const { line } = await change(session, {
    ...{ endpoint: 'review-told', class: 'audit', event: 'told' },
    items: [{ dossier: review.dossier, handle: null, facts: [] }],
    about: { purpose: 'patient laten weten', reason: said === '' ? null : said },
    body: { review: review.request, how: told.how, on: told.how === 'not' ? null : told.on },
  });
  return line;
}

/** Somebody else looks at it and says so, signed. Throws `client/refused` for who broke the glass, and before the patient was told. */
export async function closeReview(
  session: Session,
  review: Pick<Review, 'dossier' | 'request'>,
  finding: (typeof FINDINGS)[number],
  remark: string,
): Promise<ProvedLine> {
  const { line } = await change(session, {
    ...{ endpoint: 'review-close', class: 'audit', event: 'review' },
    items: [{ dossier: review.dossier, handle: null, facts: [] }],
    about: { purpose: 'controle noodtoegang', reason: remark },
    body: { review: review.request, finding },
  });
  return line;
}
