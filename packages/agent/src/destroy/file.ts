/** A request for destruction as the register keeps it (docs/spec/destruction.md, R5, BW 7:455): what was decided and how far each copy is. */

import { type Id, type IdKind, type Instant, idPattern, type LocalDate } from '@ketenkluis/base';
import { z } from 'zod';

const id = <K extends IdKind>(kind: K) =>
  z.custom<Id<K>>((value) => typeof value === 'string' && idPattern(kind).test(value), `expected a ${kind} id`);
const at = z.custom<Instant>((value) => Number.isSafeInteger(value) && (value as number) >= 0, 'expected milliseconds');
const day = z.custom<LocalDate>(
  (value) => typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value),
  'expected a day',
);
const tag = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** BW 7:455(2): why it may be refused. */
export const GROUNDS = ['other-person', 'legal-duty'] as const;
export type Ground = (typeof GROUNDS)[number];

export const COPIES = [
  'vault',
  'lists',
  'register',
  'keyholders',
  'mirror',
  'own',
  'partner',
  'backups',
  'log',
] as const;

export const copy = z.strictObject({
  what: z.enum(COPIES),
  /** Whose, of `partner`. */
  organisation: id('organisation').nullable(),
  state: z.enum(['todo', 'done', 'refused']),
  due: day,
  /** When it was done or refused. */
  at: day.nullable(),
  why: z.string().max(2000).nullable(),
});
export type Copy = z.infer<typeof copy>;

export const destruction = z.strictObject({
  number: z.int().min(1),
  asked: day,
  due: day,
  at,
  decision: z.enum(['destroy', 'refuse']),
  ground: z.enum(GROUNDS).nullable(),
  why: z.string().max(2000),
  tag,
  /** In the GP system; null once the register has forgotten it. */
  patient: z.string().nullable(),
  /** Null once no copy is looked for by it any more. */
  dossier: id('dossier').nullable(),
  signed: z.array(z.strictObject({ by: id('person'), signature: z.string() })).length(2),
  copies: z.array(copy).max(200),
});
export type Destruction = z.infer<typeof destruction>;

/** How long whoever keeps backups says that they live, in days. */
export const backupLife = z.strictObject({
  host: z.int().min(0).max(30),
  practice: z.int().min(0).max(30),
  /** When it was written down. */
  at: day,
});
/** Where nobody said anything, the most that is allowed (docs/hosts.md). */
export const BACKUP_DAYS = 30;

/** What a restore drill found of one backup; `ok`: it brings nobody back. */
export const drill = z.strictObject({
  at,
  /** Lines in the backup's log, and in the practice's own copy. */
  size: z.int().min(0),
  newest: z.int().min(0),
  ok: z.boolean(),
  failed: z.array(z.string().max(60)).max(20),
  /** What the backup still held and nothing served any more. */
  back: z.strictObject({
    dossiers: z.int().min(0),
    versions: z.int().min(0),
    people: z.int().min(0),
    years: z.int().min(0),
    /** Of a mirror: patients whom its copy of the register enrols and today's does not. */
    names: z.int().min(0).optional(),
  }),
  /** It was the practice's own copy that was opened, and how many of the versions that are live opened. */
  copy: z.literal('mirror').optional(),
  opened: z.int().min(0).optional(),
});
export type Drill = z.infer<typeof drill>;
