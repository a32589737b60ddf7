/**
 * What is inside packs, as readers take it (docs/spec/contents.md): written by the agent, read by the workplace. The records of a
 * scope and the rows of a worklist have their schemas in `care`; here they are carried as they are.
 */

import { type Id, type IdKind, type Instant, idPattern, type LocalDate } from '@ketenkluis/base';
import { z } from 'zod';
import { clientError } from './errors.ts';

const id = <K extends IdKind>(kind: K) =>
  z.custom<Id<K>>((value) => typeof value === 'string' && idPattern(kind).test(value), `expected a ${kind} id`);
const at = z.custom<Instant>((value) => Number.isSafeInteger(value) && (value as number) >= 0, 'expected milliseconds');
const day = z.custom<LocalDate>(
  (value) => typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value),
  'expected a day',
);
const count = z.int().min(0);
const short = z.string().max(200);

/** Envelope type `fhir`: one scope of one dossier. `records` are care records. */
export const scopeContent = z.strictObject({
  v: z.literal(1),
  scope: z.string(),
  programmes: z.array(z.string()),
  asOf: day,
  records: z.array(z.unknown()),
});
export type ScopeContent = z.infer<typeof scopeContent>;

/** Envelope type `worklist`: `list` is a care worklist. */
/** Who else looked at a doctor's own patients in the last whole week; only in the doctors' worklist. */
const weekContent = z.strictObject({
  from: day,
  /** The last day, included. */
  until: day,
  /** What stands out first. */
  lines: z
    .array(
      z.strictObject({
        dossier: id('dossier'),
        /** The patient's own GP; null where the practice does not know. */
        doctor: id('person').nullable(),
        /** A colleague; of another organisation only which (R47). */
        who: z.union([id('person'), id('organisation')]),
        days: z.array(day).min(1).max(7),
        marks: z.array(z.enum(['emergency', 'taken', 'refused'])).max(3),
      }),
    )
    .min(1)
    .max(20_000),
});
export type WeekContent = z.infer<typeof weekContent>;

export const worklistContent = z.strictObject({
  v: z.literal(1),
  team: id('team'),
  asOf: day,
  sealedAt: at,
  list: z.unknown(),
  week: weekContent.optional(),
});
export type WorklistContent = z.infer<typeof worklistContent>;

/** Envelope type `directory`: the names that the host does not know. */
export const directoryContent = z.strictObject({
  v: z.literal(1),
  practice: z.strictObject({ name: z.string(), ura: z.string(), agb: z.string() }),
  people: z.array(z.strictObject({ person: id('person'), name: z.string(), role: z.string() })),
  teams: z.array(z.strictObject({ team: id('team'), need: z.string(), name: z.string(), role: z.string().nullable() })),
  /** Who the practice's partners are, as its owners said when they pinned them. */
  partners: z
    .array(
      z.strictObject({
        organisation: id('organisation'),
        name: z.string(),
        ura: z.string(),
        proof: z.string(),
        origin: z.string(),
        teams: z.array(z.strictObject({ team: id('team'), role: z.string(), name: z.string() })),
      }),
    )
    .default([]),
});
export type DirectoryContent = z.infer<typeof directoryContent>;

/**
 * Envelope type `legend`: a part of one dossier, for who reads it as the patient or for them (docs/spec/own.md). Roles are codes of the
 * catalogue; `readers` carries what the desk called who stands in.
 */
export const legendContent = z.strictObject({
  v: z.literal(1),
  practice: short,
  teams: z.array(z.strictObject({ team: id('team'), need: short, role: short })).max(64),
  partners: z
    .array(
      z.strictObject({
        organisation: id('organisation'),
        name: short,
        teams: z.array(z.strictObject({ team: id('team'), role: short })).max(64),
      }),
    )
    .max(256),
  /** Days with an appointment or a visit, by the practice's agenda, and the roles in it; newest first. */
  booked: z.array(z.strictObject({ day, roles: z.array(short).max(16) })).max(64),
  readers: z.array(z.strictObject({ own: id('fact'), role: short.nullable() })).max(8),
});
export type LegendContent = z.infer<typeof legendContent>;

export const deliveryNumbers = z.strictObject({
  number: count,
  at,
  changed: count,
  packs: count,
  /** Of content, before compression. */
  bytes: count,
  rejected: count,
});

/** Envelope type `receipt`: the readable account of what left and what stayed. No name, no patient id. */
export const receiptContent = z.strictObject({
  v: z.literal(1),
  at,
  asOf: day,
  /** Patients of the practice, and how many of them have a sealed copy. */
  patients: count,
  left: count,
  byProgramme: z.record(z.string(), count),
  scopes: z.array(z.strictObject({ scope: z.string(), fields: z.array(z.string()), patients: count })),
  /** `reason`: not-asked, refused, ended, no-candidate, missing. */
  stayed: z.array(z.strictObject({ reason: z.string(), count })),
  fields: z.strictObject({ kept: count, dropped: count }),
  /** Newest first. */
  last: z.array(deliveryNumbers).max(24),
  /** Teams of partners that patients were referred to and whose key is not known: nothing newer is sealed for them. */
  wanted: z.array(z.strictObject({ team: id('team'), patients: count })).default([]),
  /** What became of the source, and folders that others on that computer can read. */
  source: z.strictObject({ files: count, became: z.string(), loose: z.array(z.string()) }),
});
export type ReceiptContent = z.infer<typeof receiptContent>;

/** Nobody is told a number under ten: the form itself has no room for one. */
const atLeastTen = z.union([z.int().min(10), z.literal('<10')]);

/** Envelope type `overview`: status and counts for the care group (docs/spec/contents.md). Nobody is named and nothing measured. */
export const overviewContent = z.strictObject({
  v: z.literal(1),
  asOf: day,
  programmes: z
    .array(
      z.strictObject({
        programme: z.string(),
        /** Of whom a sealed copy may leave. */
        enrolled: atLeastTen,
        /** In the programme, enrolled or not; `close`: between one and nine more than are enrolled. */
        active: z.union([atLeastTen, z.literal('close')]),
      }),
    )
    .max(64),
  referrals: z.strictObject({ sent: atLeastTen, answered: atLeastTen, ended: atLeastTen }),
});
export type OverviewContent = z.infer<typeof overviewContent>;

/** Equal where two are called or live the same; it says neither how nor where. */
const word = z.string().regex(/^[A-Za-z0-9_-]{16}$/);
const dwelling = { surnames: z.array(word).max(8), home: word.nullable(), street: word.nullable() };
/** Envelope type `review`: what only the practice knows of looks, for the log officers (docs/spec/review.md, "Evidence"). */
export const evidenceContent = z.strictObject({
  v: z.literal(1),
  asOf: day,
  /** The first day of which `reasons` tells everything. */
  since: day,
  colleagues: z
    .array(z.strictObject({ person: id('person'), role: short, teams: z.array(id('team')).max(64), ...dwelling }))
    .max(2000),
  subjects: z
    .array(
      z.strictObject({ dossier: id('dossier'), ...dwelling, vip: z.boolean(), colleague: id('person').nullable() }),
    )
    .max(50_000),
  /** Neither person nor team: the source does not tell whose it was. */
  reasons: z
    .array(
      z.strictObject({
        kind: z.enum([
          ...(['appointment', 'encounter', 'message', 'result', 'recall'] as const),
          ...(['step', 'referral', 'meeting', 'control', 'regular'] as const),
        ]),
        dossier: id('dossier'),
        day,
        /** Last day, where it is of more than one. */
        until: day.optional(),
        person: id('person').nullable(),
        team: id('team').nullable(),
      }),
    )
    .max(500_000),
});
export type EvidenceContent = z.infer<typeof evidenceContent>;

const text = z.strictObject({ nl: z.string().max(400), en: z.string().max(400) });

/** Envelope type `referral`: the letter to a partner's team (docs/spec/partners.md). */
export const referralContent = z.strictObject({
  v: z.literal(1),
  /** The step that it goes with. */
  referral: id('fact'),
  programme: short,
  step: short,
  activity: text,
  question: z.string().max(4000),
  patient: z.strictObject({
    name: short,
    birthDate: short.nullable(),
    gender: z.enum(['male', 'female', 'other']).nullable(),
  }),
  by: z.strictObject({ name: short, role: text, practice: short }),
  parts: z
    .array(z.strictObject({ handle: id('handle'), scope: short, name: text }))
    .min(1)
    .max(128),
  until: at,
  /** What messages hang under, and which of the practice's teams read them. */
  reply: z.strictObject({
    parent: id('handle'),
    teams: z
      .array(z.strictObject({ team: id('team'), step: id('fact') }))
      .min(1)
      .max(16),
  }),
});
export type ReferralContent = z.infer<typeof referralContent>;

const message = { v: z.literal(1), referral: id('fact'), by: z.strictObject({ name: short, role: text }) };
/** Envelope type `message`: what a partner's people leave. SOEP lines as a GP system keeps them; values with their NHG number. */
export const inboxContent = z.discriminatedUnion('kind', [
  z.strictObject({ ...message, kind: z.literal('accepted'), message: z.string().max(4000) }),
  z.strictObject({ ...message, kind: z.literal('declined'), message: z.string().max(4000) }),
  z.strictObject({
    ...message,
    kind: z.literal('reported'),
    message: z.string().max(4000),
    soep: z.strictObject({
      s: z.string().max(8000),
      o: z.string().max(8000),
      e: z.string().max(8000),
      p: z.string().max(8000),
    }),
    measurements: z
      .array(
        z.strictObject({
          label: text,
          /** NHG 45 number; null where none is known. */
          nhg: short.nullable(),
          value: short,
          unit: short.nullable(),
          date: day,
        }),
      )
      .max(64),
    /** The partner needs nothing more: it ends for its part. */
    last: z.boolean(),
  }),
]);
export type InboxContent = z.infer<typeof inboxContent>;

/** What the sender's own team keeps of a message: whom it went to and about whom, and the message whole (docs/spec/partners.md). */
export const keptContent = z.strictObject({
  v: z.literal(1),
  /** The practice, by the name that its letter gave it. */
  to: z.strictObject({ organisation: id('organisation'), name: short }),
  dossier: id('dossier'),
  /** The message there. */
  handle: id('handle'),
  patient: z.strictObject({ name: short, birthDate: short.nullable() }),
  activity: text,
  /** Of the referral. */
  from: at,
  until: at,
  at,
  message: inboxContent,
});
export type KeptContent = z.infer<typeof keptContent>;

/** Throws `client/bad-answer`: the author signed it, but this program does not know the form. */
export function readContent<S extends z.ZodType>(schema: S, content: unknown): z.infer<S> {
  const read = schema.safeParse(content);
  if (!read.success)
    throw clientError('bad-answer', 'the opened content is of a form that this program does not know; update it');
  return read.data;
}
