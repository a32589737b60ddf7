/**
 * The endpoints by name (docs/spec/protocol.md). A signed endpoint's `action` is its name here; `classes` are the request
 * classes it takes. Paths stand under `/v1/practices/:practice` unless they begin with `/v1`.
 */

import {
  type Bytes,
  fromBase64url,
  idBytes,
  lengthPrefixed,
  type OrganisationId,
  type PersonId,
  type SessionId,
  utf8,
} from '@ketenkluis/base';
import type { Hash, RequestClass } from '@ketenkluis/seal';

interface Endpoint {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Null: no person-signed request (before a session, or reading with a session). */
  readonly classes: readonly RequestClass[] | null;
  /** Answers people of a partner too, in a session that says so (docs/spec/partners.md); all others know no such session. */
  readonly guests?: true;
  /** Answers patients, and who stands in for them (docs/spec/own.md); all others know no such session. */
  readonly patients?: true;
  /** Answers a session that recovery sheets raised where a level is asked for (docs/identity.md, "The way back"); all others ask for the level. */
  readonly recovered?: true;
}

export const ENDPOINTS = {
  'vault-info': { method: 'GET', path: '/v1/vault', classes: null },
  'practice-create': { method: 'POST', path: '/v1/practices', classes: null },
  challenge: { method: 'POST', path: '/challenges', classes: null, guests: true, patients: true },
  'session-open': { method: 'POST', path: '/sessions', classes: null, guests: true, patients: true },
  'session-confirm': {
    method: 'POST',
    path: '/sessions/confirm',
    classes: ['session'],
    guests: true,
    patients: true,
    recovered: true,
  },
  'session-identity': { method: 'POST', path: '/sessions/identity', classes: ['session'], patients: true },
  /** Where people sign on outside, and what is asked of this person: also before the session is open. */
  desk: { method: 'GET', path: '/desk', classes: null, patients: true, recovered: true },
  'session-touch': { method: 'POST', path: '/sessions/touch', classes: null, guests: true, patients: true },
  'session-close': {
    method: 'POST',
    path: '/sessions/close',
    classes: null,
    guests: true,
    patients: true,
    recovered: true,
  },
  'credential-options': { method: 'POST', path: '/credentials/options', classes: null, patients: true },
  credential: { method: 'POST', path: '/credentials', classes: ['session'], patients: true },
  keyring: { method: 'POST', path: '/keyring', classes: ['session'], patients: true },
  unlockers: { method: 'GET', path: '/unlockers', classes: null, patients: true },
  'unlocker-end': { method: 'POST', path: '/unlockers/end', classes: ['admin'] },
  invitation: { method: 'GET', path: '/invitations/:invitation', classes: null },
  join: { method: 'POST', path: '/invitations/:invitation/join', classes: null },
  directory: { method: 'GET', path: '/directory', classes: null, guests: true, patients: true, recovered: true },
  me: { method: 'GET', path: '/me', classes: null, patients: true },
  own: { method: 'GET', path: '/own', classes: null, patients: true },
  heads: { method: 'GET', path: '/heads', classes: null },
  statements: { method: 'POST', path: '/statements', classes: ['admin', 'sync'], recovered: true },
  proposals: { method: 'GET', path: '/proposals', classes: null, recovered: true },
  /** `session`: a second pair of eyes, no owner, under a partner or a pool that waits. */
  propose: { method: 'POST', path: '/proposals', classes: ['admin', 'session'], recovered: true },
  'proposal-end': { method: 'POST', path: '/proposals/end', classes: ['admin'], recovered: true },
  delivery: { method: 'POST', path: '/deliveries', classes: ['sync'] },
  snapshot: { method: 'POST', path: '/snapshots', classes: ['sync', 'admin'] },
  release: {
    method: 'POST',
    path: '/releases',
    classes: ['look', 'list', 'own', 'emergency'],
    guests: true,
    patients: true,
  },
  write: { method: 'POST', path: '/writes', classes: ['write'], guests: true },
  takeover: { method: 'POST', path: '/takeovers', classes: ['write'] },
  partners: { method: 'GET', path: '/partners', classes: null, guests: true, patients: true, recovered: true },
  'partner-directory': { method: 'POST', path: '/partners', classes: ['admin'] },
  vouched: { method: 'GET', path: '/vouched', classes: null },
  referrals: { method: 'GET', path: '/referrals', classes: null, guests: true },
  'referrals-past': { method: 'GET', path: '/referrals/past', classes: null },
  'grant-ask': { method: 'POST', path: '/grants', classes: ['grant'] },
  refer: { method: 'POST', path: '/referrals', classes: ['grant'] },
  end: { method: 'POST', path: '/ends', classes: ['grant'] },
  /** `say`: the patient's own word, or of who stands in for them. */
  consent: { method: 'POST', path: '/consents', classes: ['grant', 'say'], patients: true },
  keep: { method: 'POST', path: '/kept', classes: ['list'] },
  kept: { method: 'GET', path: '/kept', classes: null },
  'kept-open': { method: 'POST', path: '/kept/open', classes: ['list'] },
  'kept-end': { method: 'POST', path: '/kept/end', classes: ['admin'] },
  substitute: { method: 'POST', path: '/substitutes', classes: ['session'] },
  calls: { method: 'GET', path: '/calls', classes: null },
  call: { method: 'POST', path: '/calls', classes: ['grant'] },
  emergencies: { method: 'POST', path: '/emergencies', classes: null },
  reviews: { method: 'GET', path: '/reviews', classes: null },
  regrants: { method: 'GET', path: '/regrants', classes: null },
  fresh: { method: 'GET', path: '/fresh', classes: null },
  'regrant-ask': { method: 'POST', path: '/regrants/ask', classes: ['grant'] },
  regrant: { method: 'POST', path: '/regrants', classes: ['grant'] },
  'review-told': { method: 'POST', path: '/reviews/told', classes: ['audit'] },
  records: { method: 'GET', path: '/records', classes: null },
  record: { method: 'POST', path: '/records', classes: ['session'] },
  petitions: { method: 'GET', path: '/petitions', classes: null, guests: true, patients: true },
  /** `own`: a patient asks; `audit`: the practice answers; `session`: a partner does; `sync`: the agent asks a partner, or has words erased. */
  petition: {
    method: 'POST',
    path: '/petitions',
    classes: ['own', 'audit', 'session', 'sync'],
    guests: true,
    patients: true,
  },
  annexes: { method: 'GET', path: '/annexes', classes: null },
  requests: { method: 'GET', path: '/requests', classes: null },
  'review-close': { method: 'POST', path: '/reviews/close', classes: ['audit'] },
  access: { method: 'POST', path: '/access', classes: ['audit', 'own'], patients: true },
  restrictions: { method: 'POST', path: '/restrictions', classes: ['audit'] },
  /** `audit`: what is taken along is who looked, and reading that is what is asked for. */
  declaration: {
    method: 'POST',
    path: '/declarations',
    classes: ['look', 'list', 'own', 'audit'],
    guests: true,
    patients: true,
  },
  /** With `raise` also before the session is open, where a level is asked for. */
  recovery: { method: 'POST', path: '/recoveries', classes: ['session'], recovered: true },
  'recovery-prove': { method: 'POST', path: '/recoveries/proof', classes: ['session'], recovered: true },
  audit: { method: 'POST', path: '/audits', classes: ['audit', 'own'], patients: true },
  mirror: { method: 'GET', path: '/mirror', classes: null },
  entries: { method: 'GET', path: '/entries', classes: null },
  checkpoint: { method: 'GET', path: '/log/checkpoint', classes: null },
  'log-proof': { method: 'GET', path: '/log/proof', classes: null, guests: true, patients: true },
  witnessed: { method: 'GET', path: '/log/witnessed', classes: null, guests: true, patients: true },
  tile: { method: 'GET', path: '/log/tile/*', classes: null },
} as const satisfies Record<string, Endpoint>;
export type EndpointName = keyof typeof ENDPOINTS;

/** Media type of a delivery. */
export const DELIVERY_TYPE = 'application/vnd.ketenkluis.delivery';
/** A session's idle and hard limits, and how long after its opening a touch brings it back; milliseconds. */
export const SESSION_IDLE = 15 * 60_000;
export const SESSION_HARD = 60 * 60_000;
export const SESSION_LIFE = 12 * 3_600_000;

/** How old proof of identity from outside may be when it comes; milliseconds. It counts no longer than a session lives (R26). */
export const ASSURANCE_FRESH = 2 * 60_000;

/** How long a challenge to whoever holds recovery sheets waits for its answer, and how long that answer raises a session; milliseconds. */
export const RAISE_WAITS = 2 * 60_000;
export const RAISE_LIFE = 30 * 60_000;

/** How long the owners have to sign a proposal, milliseconds, and how many may wait in a practice. */
export const PROPOSAL_LIFE = 7 * 24 * 3_600_000;
export const MAX_PROPOSALS = 20;

const SESSION = utf8('ketenkluis.session.v1');
const UNLOCKER = utf8('ketenkluis.unlocker.v1');
const RECEIPT = utf8('ketenkluis.receipt.v1');

/**
 * What a device key or a person's key signs to open (or touch) a session. `by` is the device or person id;
 * `audience` the vault's origin; `challenge` as it was given out.
 */
export const sessionProofBytes = (audience: string, practice: OrganisationId, challenge: string, by: string): Bytes =>
  lengthPrefixed(SESSION, utf8(audience), idBytes(practice), utf8(challenge), utf8(by));

/** SHA-256 of this names an unlocker in the line that ends it: credential or device id, and whose it was. */
export const unlockerBytes = (person: PersonId, unlocker: string): Bytes =>
  lengthPrefixed(UNLOCKER, idBytes(person), utf8(unlocker));

/** What the vault's receipt is a SHA-256 and a signature of: the request and the `h` wraps (ct) it now holds, in order. */
export const receiptBytes = (practice: OrganisationId, request: Hash, wraps: readonly Uint8Array[]): Bytes =>
  lengthPrefixed(RECEIPT, idBytes(practice), fromBase64url(request), ...wraps);

/**
 * What the challenge to whoever holds recovery sheets is sealed under (KKSB): it opens for this person's session and this line alone. `line`
 * is the place of the `recovery` line, `request` the hash of the signed request behind it.
 */
export const raiseInfo = (of: {
  readonly practice: OrganisationId;
  readonly person: PersonId;
  readonly session: SessionId;
  readonly line: number;
  readonly request: Hash;
}): string => `raise ${of.practice} ${of.person} ${of.session} ${of.line} ${of.request}`;
