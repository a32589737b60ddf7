/**
 * The register (docs/spec/register.md): who is which dossier, who was told, who is enrolled or refused. It never leaves the
 * practice in clear. Participation, notice and enrolment are three things and stand apart.
 */

import { type Id, type IdKind, type Instant, idPattern, type LocalDate } from '@ketenkluis/base';
import type { AllowLine } from '@ketenkluis/care';
import { deliveryNumbers } from '@ketenkluis/client';
import { hash } from '@ketenkluis/seal';
import { z } from 'zod';
import { breachFile } from './breach/file.ts';
import { backupLife, destruction, drill } from './destroy/file.ts';
import { ADDRESS } from './post/address.ts';

const id = <K extends IdKind>(kind: K) =>
  z.custom<Id<K>>((value) => typeof value === 'string' && idPattern(kind).test(value), `expected a ${kind} id`);
const at = z.custom<Instant>((value) => Number.isSafeInteger(value) && (value as number) >= 0, 'expected milliseconds');
const day = z.custom<LocalDate>(
  (value) => typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value),
  'expected a day',
);
const allowLine = z.custom<AllowLine>(
  (value) => typeof value === 'object' && value !== null && 'code' in value && 'field' in value,
  'expected a line of an allow-list',
);
const key = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** The patient is in the programme, by the GP system's own registration. */
export const participation = z.strictObject({
  programme: z.string(),
  from: day.nullable(),
  until: day.nullable(),
  /** `system|code` of the registration this was read from. */
  code: z.string(),
});
export type Participation = z.infer<typeof participation>;

/** How, when and with which text version the patient was told. */
export const notice = z.strictObject({ at: day, channel: z.string().max(40), text: z.string().max(40) });
export type Notice = z.infer<typeof notice>;

/** `merged`: another record stands in its place; `split`: the record was of two people, or is of somebody else now. */
export const END_REASONS = [
  'refused',
  'withdrawn',
  'deceased',
  'left-practice',
  'participation-ended',
  'merged',
  'split',
] as const;
export type EndReason = (typeof END_REASONS)[number];

/** What is live at the vault for one dossier: as this agent put it there, and as the log says others did since. */
export const liveDossier = z.strictObject({
  /** Number of the last log item that changed it. */
  seq: z.int().min(0),
  /** Live versions by scope. */
  heads: z.record(z.string(), z.strictObject({ version: z.int().min(1), descriptor: hash, fingerprint: key })),
  /** Live facts: id to statement hash. */
  facts: z.record(z.string(), hash),
  /** Live grants on its heads: the descriptors are those still granted by it. */
  grants: z.array(
    z.strictObject({ hash, team: id('team'), packs: z.array(hash), fact: id('fact').nullable().default(null) }),
  ),
  /** Notes: descriptor and the grants that came with it. */
  notes: z.array(
    z.strictObject({
      ...{ handle: id('handle'), descriptor: hash, grants: z.array(hash) },
      /** Grants that stand on a step by appointment, and on which: they end with it. */
      on: z.record(z.string(), id('fact')).optional(),
    }),
  ),
  /** Handles that were dropped; they are never used again. */
  gone: z.array(id('handle')),
  /** Steps of partners' teams that professionals stated: what ends with each, and the grants that stand on it. */
  handed: z
    .array(
      z.strictObject({
        fact: id('fact'),
        team: id('team'),
        handles: z.array(id('handle')),
        until: at,
        facts: z.array(id('fact')),
        grants: z.array(hash),
        /** The partner left a message; what it says only the treating teams read. */
        answered: z.literal(true).optional(),
        /** The consent under it was assumed by this setting of the practice; left out: the patient was asked. */
        assumed: id('fact').optional(),
        /** The patient agreed from their own device, through these; left out: agreed to at the desk as well. */
        through: z.array(id('fact')).max(8).optional(),
      }),
    )
    .default([]),
  /** Parts that a partner could open and may no more: sealed again under fresh shares at the next chance. */
  reseal: z.array(id('handle')).default([]),
  /** The state itself, where its parts are not all known: after a lost journal, until all is sealed again. */
  stated: hash.optional(),
});
export type LiveDossier = z.infer<typeof liveDossier>;

/** A consent that rests on an answer of Mitz (docs/mitz.md); `over`: it is to be withdrawn, or was. */
const mitzConsent = z.strictObject({
  organisation: id('organisation'),
  fact: id('fact'),
  handles: z.array(id('handle')).min(1),
  from: at,
  until: at,
  over: z.boolean(),
  /** It was seen live at the vault: where it is not any more, somebody withdrew it. */
  stated: z.literal(true).optional(),
});
export type MitzConsent = z.infer<typeof mitzConsent>;

/** What an appointment opens for a team; `over`: it is to be withdrawn, or was. */
const openVisit = z.strictObject({
  team: id('team'),
  fact: id('fact'),
  /** Null: the team stands in the dossier's own relation. */
  relation: id('fact').nullable(),
  handles: z.array(id('handle')).min(1),
  /** The window's first day; `from` is later where it had begun before it was known. */
  day,
  from: at,
  until: at,
  over: z.boolean(),
});
export type OpenVisit = z.infer<typeof openVisit>;

/** Ids of one dossier, chosen and kept before anything is sent. */
export const dossierIds = z.strictObject({
  dossier: id('dossier'),
  /** By scope; a scope keeps its handle for good. */
  handles: z.record(z.string(), id('handle')),
  enrolment: id('fact'),
  relation: id('fact'),
  /** By team: each step with the handles it lists. A new programme adds a step, none is replaced. */
  steps: z.record(z.string(), z.array(z.strictObject({ fact: id('fact'), handles: z.array(id('handle')) }))),
  writes: z.record(z.string(), id('fact')),
  mitz: z.array(mitzConsent).optional(),
  visits: z.array(openVisit).optional(),
});
export type DossierIds = z.infer<typeof dossierIds>;

export const enrolment = z.discriminatedUnion('state', [
  z.strictObject({
    state: z.literal('enrolled'),
    since: day,
    programmes: z.array(z.string()),
    /** `participation`: the GP system says so and the patient was told; `asked`: asked and agreed at the desk. */
    ground: z.enum(['participation', 'asked']),
    /** Which signed confirmation this rests on. */
    confirmation: hash,
    ids: dossierIds,
  }),
  z.strictObject({ state: z.literal('refused'), since: day }),
  z.strictObject({
    state: z.literal('ended'),
    since: day,
    reason: z.enum(END_REASONS),
    ids: dossierIds,
    /** False until the vault has confirmed that everything is gone. */
    removed: z.boolean(),
  }),
]);
export type Enrolment = z.infer<typeof enrolment>;

const party = z.union([
  z.strictObject({ organisation: id('organisation') }),
  z.strictObject({ category: z.string().min(1).max(60) }),
]);
/** What the patient said, in three elements (R30): one version; a later one with the same elements replaces it (`Said` of access). */
const saidSchema = z.strictObject({
  answer: z.enum(['consent', 'objection']),
  holder: party,
  data: z.string().min(1).max(60).nullable(),
  consulter: party,
  at,
  channel: z.enum(['desk', 'letter', 'portal', 'mitz']),
  by: id('person'),
});

export const patient = z.strictObject({
  participations: z.array(participation),
  notices: z.array(notice),
  enrolment: enrolment.nullable(),
  /** Null until the first delivery, and again when it has ended. */
  live: liveDossier.nullable(),
  /** Partners for whom Mitz is asked whether this patient agrees. */
  askMitz: z.array(id('organisation')).optional(),
  /** A person whom many know: the practice wants looks here reviewed more closely. */
  wellKnown: z.literal(true).optional(),
  /** The practice's book of what this patient said of who may see what; only ever added to. */
  said: z.array(saidSchema).max(500).optional(),
  /** Only a batch that lists this patient enrols them: what was said before went with a merge or a split (docs/spec/source.md). */
  byName: z.literal(true).optional(),
  /** Of birth date and number, to see that the record is of somebody else now; it names neither. */
  marks: z.strictObject({ born: z.string().length(3).nullable(), number: z.string().length(3).nullable() }).optional(),
});
export type PatientRecord = z.infer<typeof patient>;

/** An owner's signature under a batch of enrolments. */
export const confirmation = z.strictObject({
  hash,
  owner: id('person'),
  at,
  /** The bytes signed, as canonical JSON. */
  text: z.string(),
  signature: z.string(),
  /** Somebody in it asked for destruction: a tag stands for them, and the signature proves no more than the hash. */
  redacted: z.literal(true).optional(),
});

const teamSlot = z.strictObject({
  handle: id('handle'),
  version: z.int().min(0),
  descriptor: hash.nullable(),
  fingerprint: key.nullable(),
  sealedAt: at.nullable(),
});

export const team = z.strictObject({
  team: id('team'),
  need: z.string(),
  name: z.string(),
  /** The role of `care` whose needs this team has; null for a team that opens no dossiers. */
  role: z.string().nullable(),
  epoch: z.strictObject({ number: z.int(), hash, kem: z.string() }),
  /** The team has another key than its packs were sealed for. */
  rekey: z.boolean(),
  slots: z.record(z.string(), teamSlot),
  /** Dossiers whose row stood on the list when it was last sealed. */
  listed: z.array(id('dossier')),
});
export type Team = z.infer<typeof team>;

export const staffMember = z.strictObject({
  person: id('person'),
  name: z.string(),
  role: z.string(),
  teams: z.array(id('team')),
  /** Under which number or name this person is known outside, by who vouches for it (docs/identity.md). */
  identities: z
    .array(z.strictObject({ issuer: z.string().max(300), subject: z.string().max(300) }))
    .max(8)
    .optional(),
  /** Their own file in the GP system, where they are a patient here. */
  file: z.string().max(200).optional(),
  /** Ids of this person as practitioner in the GP system: whose appointment it was. */
  practitioners: z.array(z.string().max(200)).max(16).optional(),
  /** Where this doctor hears that the overview of last week is ready (docs/spec/notices.md). */
  mail: z.string().regex(ADDRESS).optional(),
});

/** Who a partner is, as an owner said when it was pinned. */
export const partnerProfile = z.strictObject({
  organisation: id('organisation'),
  name: z.string(),
  ura: z.string(),
  proof: z.string(),
  origin: z.string(),
  teams: z.array(z.strictObject({ team: id('team'), role: z.string(), name: z.string() })),
});

export const register = z.strictObject({
  v: z.literal(1),
  /** Grows by one with every save; a copy that is put back by mistake is noticed. */
  number: z.int().min(0),
  practice: z.strictObject({ organisation: id('organisation'), name: z.string(), ura: z.string(), agb: z.string() }),
  vault: z.strictObject({
    url: z.string(),
    origin: z.string(),
    person: id('person'),
    kem: z.string(),
    log: z.strictObject({ origin: z.string(), key: z.string() }),
    /** Up to here every line was read and its leaf recomputed; `peaks` are the tree's complete subtrees, left to right. */
    checkpoint: z.strictObject({ size: z.int(), root: hash, peaks: z.array(hash) }).nullable(),
    /** Where each dossier's chain stands; `whole`: read from the first line on, so that an unknown dossier begins with 1. */
    chains: z
      .strictObject({
        whole: z.boolean(),
        heads: z.record(z.string(), z.strictObject({ seq: z.int().min(1), hash })),
      })
      .nullable()
      .default(null),
    /** How much of the key directory the vault showed last; null before the first reading. */
    people: z.strictObject({ count: z.int(), digest: hash }).nullable().default(null),
  }),
  authority: hash,
  recoveryKem: z.string(),
  exitKem: z.string(),
  agent: z.strictObject({
    person: id('person'),
    sign: key,
    kem: z.string(),
    mandate: id('fact'),
    counter: z.int(),
  }),
  /** Key of the fingerprints by which a change of content is noticed; nobody else has it. */
  fingerprintKey: key,
  owners: z.array(z.strictObject({ person: id('person'), sign: key })),
  staff: z.array(staffMember),
  teams: z.array(team),
  partners: z.array(partnerProfile).default([]),
  /** Steps handed to partners: the day on which each was seen to have ended, null while it lives. Kept for a year, to be counted. */
  referrals: z.record(id('fact'), day.nullable()).default({}),
  /** The key of each partner's team that new versions were last sealed for. */
  partnerKeys: z.record(z.string(), z.string()).default({}),
  /** Under which fact everything that is live was sealed, and which keyholders missed a piece of it. */
  custody: z.strictObject({ fact: id('fact').nullable(), short: z.array(id('person')) }).optional(),
  /** The allow-list that an owner accepted, line by line: nothing wider leaves before its difference is accepted too. */
  selection: z.strictObject({ version: z.string(), lines: z.array(allowLine) }).nullable(),
  /** What the receipt says of earlier deliveries, newest first. */
  deliveries: z.array(deliveryNumbers).max(24),
  snapshot: z.strictObject({ number: z.int(), hash, at }).nullable(),
  intervalDays: z.int().min(1).max(7),
  confirmations: z.array(confirmation),
  /** Who looked at whom since the Monday before last, for the doctors' weekly digest; another organisation is one. */
  looked: z
    .array(
      z.strictObject({
        line: z.int().min(0),
        at,
        event: z.enum(['release', 'emergency', 'search', 'print', 'export', 'copy']),
        outcome: z.enum(['success', 'refused', 'error']),
        who: z.union([id('person'), id('organisation')]),
        dossier: id('dossier'),
      }),
    )
    .max(20_000)
    .optional(),
  /** The last day of the week of which each doctor last heard by mail that it can be read. */
  weeks: z.record(id('person'), day).optional(),
  /** By the patient's id in the GP system. */
  patients: z.record(z.string(), patient),
  /** What patients asked and want to be told of (docs/spec/petition.md, docs/spec/notices.md). */
  petitions: z
    .strictObject({
      /** Statements that the log holds: the vault shows every one of them until it has its answer. */
      seen: z.array(hash).max(20_000),
      /** Answers and extensions that the log holds, and when: what the vault shows beside them answers nothing. */
      said: z.record(hash, at).optional(),
      /** When somebody else last looked, of dossiers that a patient reads. */
      looked: z.record(id('dossier'), at),
      /** The last message to each person: its day, and up to which look. */
      told: z.record(id('person'), z.strictObject({ day, until: at })),
    })
    .optional(),
  /** The practice's own register of breaches (AVG 33(5)); nothing in it is ever removed. */
  breaches: z.array(breachFile).max(1000).optional(),
  /** Requests for destruction (docs/spec/destruction.md), and tags of whom does not come back by themselves. */
  destructions: z.array(destruction).max(10_000).optional(),
  forgotten: z.array(key).max(10_000).optional(),
  backups: backupLife.optional(),
  /** Restore drills, newest last (docs/hosts.md). */
  drills: z.array(drill).max(100).optional(),
});
export type Register = z.infer<typeof register>;
