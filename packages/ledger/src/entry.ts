/**
 * What one line of the ledger says (docs/spec/entry.md): a common part and items, in strict schemas.
 * Every vocabulary is closed, so that no free text, and with it no patient data, can slip in at the vault.
 */

import {
  canonicalJson,
  type Id,
  type IdKind,
  type Instant,
  isId,
  type Json,
  parseCanonicalJson,
} from '@ketenkluis/base';
import { z } from 'zod';
import { ledgerError } from './errors.ts';

export const MAX_ITEMS = 2000;

/** Events (NEN 7513 chapter 6, field 7.2.1). An attempt that was refused is the event that was tried, outcome `refused`. */
const SESSION_EVENTS = ['login', 'logout', 're-touch', 'identity', 'attempt'] as const;
const DOSSIER_EVENTS = [
  'commit',
  'write',
  'taken-over',
  'refer',
  'end',
  'merge',
  'split',
  'import',
  'move',
  'erase',
  'drop',
] as const;
const READ_EVENTS = [
  'release',
  'list',
  'grant',
  'rotate',
  'emergency',
  'access',
  'search',
  'print',
  'export',
  'copy',
] as const;
const PEOPLE_EVENTS = [
  'card',
  'epoch',
  'authority',
  'mandate',
  'invitation',
  'keyring',
  'proposal',
  'partner',
] as const;
const FACT_EVENTS = ['fact', 'vouch', 'withdraw', 'consent', 'enrol', 'unenrol', 'snapshot', 'receipt'] as const;
/**
 * A patient handed to a substitute; an emergency reviewed, and the patient told of it; a step or check of the log's review; a team's keys
 * wrapped anew; the own copy of what was sent elsewhere; what a patient asks, and the answer.
 */
const URGENT_EVENTS = ['call', 'review', 'told', 'control', 'regrant', 'keep', 'petition', 'answer'] as const;
/** What bears on the meaning or reliability of the log itself. */
const LOG_EVENTS = ['log-read', 'maintenance', 'restore', 'recovery', 'clock'] as const;
export const EVENTS = [
  ...SESSION_EVENTS,
  ...DOSSIER_EVENTS,
  ...READ_EVENTS,
  ...PEOPLE_EVENTS,
  ...FACT_EVENTS,
  ...URGENT_EVENTS,
  ...LOG_EVENTS,
] as const;
export type EventCode = (typeof EVENTS)[number];
/** Their object is the session, the vault or the log as a whole: they may stand without items. */
const WITHOUT_ITEMS: ReadonlySet<string> = new Set([...SESSION_EVENTS, ...LOG_EVENTS, 'keyring', 'invitation']);

export const CLASSES = ['look', 'list', 'grant', 'rotate', 'write', 'emergency', 'own', 'say', 'audit'] as const;
/** Classes in which a person asked for something; a line that says yes then carries an annex on every item. */
const ANNEXED: ReadonlySet<string> = new Set(CLASSES.filter((name) => name !== 'rotate'));
const OTHER_CLASSES = ['sync', 'admin', 'session'] as const;
export const ITEM_KINDS = [
  'release',
  'list',
  'head',
  'fact',
  'withdrawal',
  'grant',
  'drop',
  'member',
  'state',
  'object',
] as const;
export const OUTCOMES = ['success', 'refused', 'error'] as const;

/** Why not, as a closed code. Outsiders never see it (R22). */
const SESSION_REASONS = ['not-authenticated', 'no-session', 'locked', 'revoked', 'too-many', 'bad-signature'] as const;
const REQUEST_REASONS = ['wrong-practice', 'wrong-audience', 'wrong-person', 'wrong-session', 'wrong-action'] as const;
const MESSAGE_REASONS = ['wrong-class', 'changed-body', 'not-fresh', 'replayed', 'bad-request', 'conflict'] as const;
const PERSON_REASONS = ['not-member', 'card-expired', 'no-mandate', 'class-not-allowed', 'writer-class'] as const;
const FACT_REASONS = [
  'no-enrolment',
  'enrolment-ended',
  'no-relation',
  'relation-ended',
  'no-step',
  'step-ended',
] as const;
const OBJECT_REASONS = [
  'step-without-handle',
  'no-grant',
  'no-call',
  'no-partner',
  'no-consent',
  'not-confirmed',
] as const;
const OTHER_REASONS = ['stale-list', 'gone', 'unknown', 'no-policy', 'policy-differs', 'error'] as const;
/** Covers the deny codes of `access` and the request faults; a compile error there says when one is missing here. */
export const REASONS = [
  ...SESSION_REASONS,
  ...REQUEST_REASONS,
  ...MESSAGE_REASONS,
  ...PERSON_REASONS,
  ...FACT_REASONS,
  ...OBJECT_REASONS,
  ...OTHER_REASONS,
] as const;
export type Reason = (typeof REASONS)[number];

const id = <K extends IdKind>(kind: K) => z.custom<Id<K>>((value) => isId(kind, value), `expected a ${kind} id`);
const at = z.custom<Instant>((value) => Number.isSafeInteger(value) && (value as number) >= 0, 'expected milliseconds');
/** 32 and 64 bytes as canonical base64url. */
const hash = z.string().regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/, 'expected a SHA-256 hash as base64url');
const signature = z.string().regex(/^[A-Za-z0-9_-]{85}[AQgw]$/, 'expected an Ed25519 signature as base64url');
/** A name that a program chose: no spaces, nothing a person typed. */
const label = z.string().regex(/^[a-z0-9][a-z0-9._/@:-]{0,79}$/, 'expected a short machine name');

/** Said once for all items of the event. The comment behind each field is its number in NEN 7513 chapter 7. */
export const commonSchema = z.strictObject({
  v: z.literal(1),
  id: id('entry'),
  practice: id('organisation'),
  at, // 7.2.3
  event: z.enum(EVENTS), // 7.2.1
  action: z.enum(['C', 'R', 'U', 'D', 'E']), // 7.2.2
  class: z.enum([...CLASSES, ...OTHER_CLASSES]), // 7.2.4
  outcome: z.enum(OUTCOMES), // 7.2.5
  actor: id('person'), // 7.3.1
  /** Always a natural person, also where a program acted. */
  responsible: id('person'), // 7.3.6
  /** The organisation that the actor acts for. */
  organisation: id('organisation'),
  device: id('device').nullable(), // 7.3.9
  /** Carried through all parties (R46). */
  request: id('request'),
  /** SHA-256 of the signed request, and its signature; both null for what the vault does of itself. */
  requestHash: hash.nullable(),
  signature: signature.nullable(),
  source: label, // 7.5.2
  policy: label, // 7.4.6
  /** True when a client says it of itself before it acts (search, print, export, copy). */
  declared: z.boolean(),
  reason: z.enum(REASONS).nullable(),
});
export type EntryCommon = z.infer<typeof commonSchema>;

/** One object that the event touched. */
export const itemSchema = z
  .strictObject({
    kind: z.enum(ITEM_KINDS), // 7.4.1
    dossier: id('dossier').nullable(), // 7.4.3, with handle and object
    handle: id('handle').nullable(),
    version: z.int().min(1).nullable(),
    /** The statement this item is about (descriptor, fact, card, ...), by its hash. */
    object: hash.nullable(),
    outcome: z.enum(OUTCOMES),
    checks: z.strictObject({
      authorisation: z.boolean(),
      relation: z.boolean(),
      consent: z.boolean(),
      emergency: z.boolean(),
    }), // 7.2.6
    facts: z.array(id('fact')).max(64),
    relation: id('fact').nullable(), // 7.4.7
    consent: z.union([id('fact'), z.enum(['own-organisation', 'none'])]), // 7.4.8
    /** The dossier's items are numbered from 1; `prev` is the commitment of the one before. */
    seq: z.int().min(1).nullable(),
    prev: hash.nullable(),
    /** The dossier's live state after this item. */
    state: hash.nullable(),
    /** Hash of the sealed annex. */
    annex: hash.nullable(),
  })
  .refine((item) => (item.seq === null ? item.prev === null : (item.seq === 1) === (item.prev === null)), {
    message: 'seq and prev do not belong together',
    path: ['prev'],
  })
  .refine((item) => item.dossier !== null || (item.seq === null && item.state === null), {
    message: 'a sequence without a dossier',
    path: ['seq'],
  })
  .refine((item) => item.dossier !== null || (item.relation === null && item.consent === 'none'), {
    message: 'a relation or consent without a dossier',
    path: ['consent'],
  })
  .refine((item) => item.dossier !== null || item.handle !== null || item.object !== null || item.facts.length > 0, {
    message: 'an item without an object',
    path: ['object'],
  })
  .refine((item) => item.version === null || item.handle !== null, {
    message: 'a version without a handle',
    path: ['version'],
  });
export type EntryItem = z.infer<typeof itemSchema>;

export const entrySchema = z
  .strictObject({ common: commonSchema, items: z.array(itemSchema).max(MAX_ITEMS) })
  .check(({ value: { common, items }, issues }) => {
    const refuse = (message: string, ...path: (string | number)[]) =>
      issues.push({ code: 'custom', message, path, input: path.at(-1) });
    const yes = common.outcome === 'success';
    if (items.length === 0 && !WITHOUT_ITEMS.has(common.event)) refuse('this event needs an item', 'items');
    if ((common.requestHash === null) !== (common.signature === null))
      refuse('a request without its signature', 'common', 'signature');
    if (common.outcome === 'refused' && common.reason === null)
      refuse('a refusal without its reason', 'common', 'reason');
    if (yes && common.reason !== null && items.every((item) => item.outcome === 'success')) {
      refuse('a reason without a refusal', 'common', 'reason');
    }
    for (const [i, item] of items.entries()) {
      if (item.checks.emergency !== (common.class === 'emergency'))
        refuse('the emergency flag differs from the class', 'items', i, 'checks');
      if (item.dossier !== null && item.seq === null && item.outcome === 'success')
        refuse("an item outside its dossier's chain", 'items', i, 'seq');
      if (
        ANNEXED.has(common.class) &&
        common.requestHash !== null &&
        item.outcome === 'success' &&
        item.annex === null
      ) {
        refuse('role and purpose are missing: no annex', 'items', i, 'annex');
      }
    }
  });
/** One event: what the vault knows of it. Names, role, purpose are in the annexes. */
export type Entry = z.infer<typeof entrySchema>;

/** Names the field that is wrong and never its value. */
export function parseAs<T extends z.ZodType>(schema: T, value: unknown, what: string): z.infer<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw ledgerError('bad-entry', `${what}: ${issue?.path.join('.') || 'the whole'} is not valid: ${issue?.message}`);
}

/** Throws `ledger/bad-entry` that names the field. */
export const parseEntry = (value: unknown): Entry => parseAs(entrySchema, value, 'entry');
/** The bytes that a commitment covers. */
export const partBytes = (part: EntryCommon | EntryItem) => canonicalJson(part);
export const readJson = (bytes: Uint8Array, what: string): Json => {
  try {
    return parseCanonicalJson(bytes);
  } catch (cause) {
    throw ledgerError('bad-entry', `${what}: this is not canonical JSON`, { cause });
  }
};
/** Reads the bytes of one part. Throws `ledger/bad-entry`. */
export const parseCommon = (bytes: Uint8Array): EntryCommon =>
  parseAs(commonSchema, readJson(bytes, 'common'), 'common');
export const parseItem = (bytes: Uint8Array): EntryItem => parseAs(itemSchema, readJson(bytes, 'item'), 'item');
