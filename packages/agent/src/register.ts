/**
 * The register (docs/spec/register.md): who is which dossier, who was told, who is enrolled or refused. It never leaves the
 * practice in clear. Participation, notice and enrolment are three things and stand apart.
 */

import { type IdKind, idPattern, type Id, type Instant, type LocalDate } from '@ketenkluis/base';
import { hash } from '@ketenkluis/seal';
import { z } from 'zod';

const id = <K extends IdKind>(kind: K) =>
  z.custom<Id<K>>((value) => typeof value === 'string' && idPattern(kind).test(value), `expected a ${kind} id`);
const at = z.custom<Instant>((value) => Number.isSafeInteger(value) && (value as number) >= 0, 'expected milliseconds');
const day = z.custom<LocalDate>(
  (value) => typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value),
  'expected a day',
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

/** What is live at the vault for one dossier, as this agent put it there. */
export const liveDossier = z.strictObject({
  seq: z.int().min(0),
  /** Per scope: the handle, and once sealed its version, descriptor and the fingerprint of its content. */
  heads: z.record(
    z.string(),
    z.strictObject({
      handle: id('handle'),
      version: z.int().min(0),
      descriptor: hash.nullable(),
      fingerprint: key.nullable(),
    }),
  ),
  /** Live facts by id, with the statement hash once committed. */
  facts: z.record(z.string(), hash),
  /** Live grants of this agent: statement hash and the descriptors it names. */
  grants: z.array(z.strictObject({ hash, team: id('team'), epoch: z.int(), packs: z.array(hash) })),
  /** What others put under this dossier: notes and their grants. */
  foreign: z.array(hash),
});
export type LiveDossier = z.infer<typeof liveDossier>;

/** The fact ids of one dossier, chosen before anything is sent. */
export const dossierFacts = z.strictObject({
  enrolment: id('fact'),
  relation: id('fact'),
  steps: z.record(z.string(), id('fact')),
  writes: z.record(z.string(), id('fact')),
});
export type DossierFacts = z.infer<typeof dossierFacts>;

export const enrolment = z.discriminatedUnion('state', [
  z.strictObject({
    state: z.literal('enrolled'),
    dossier: id('dossier'),
    since: day,
    /** `participation`: the GP system says so and the patient was told; `asked`: asked and agreed at the desk. */
    ground: z.enum(['participation', 'asked']),
    /** Which signed confirmation this rests on. */
    confirmation: hash,
    facts: dossierFacts,
  }),
  z.strictObject({ state: z.literal('refused'), since: day }),
  z.strictObject({
    state: z.literal('ended'),
    dossier: id('dossier'),
    since: day,
    reason: z.enum(['refused', 'withdrawn', 'deceased', 'left-practice', 'participation-ended']),
    /** False until the vault has confirmed that everything is gone. */
    removed: z.boolean(),
    enrolmentFact: id('fact'),
  }),
]);
export type Enrolment = z.infer<typeof enrolment>;

export const patient = z.strictObject({
  participations: z.array(participation),
  notices: z.array(notice),
  enrolment: enrolment.nullable(),
  live: liveDossier.nullable(),
});
export type PatientRecord = z.infer<typeof patient>;

/** An owner's signature under a batch of enrolments; the bytes signed can be rebuilt from here. */
export const confirmation = z.strictObject({
  hash,
  owner: id('person'),
  at,
  patients: z.array(z.string()),
  signature: z.string(),
});
export type Confirmation = z.infer<typeof confirmation>;

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
  scopes: z.array(z.string()),
  epoch: z.strictObject({ number: z.int(), hash, kem: z.string() }),
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
    /** The last checkpoint this agent has checked: size and root. */
    checkpoint: z.strictObject({ size: z.int(), root: hash, note: z.string() }).nullable(),
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
  /** The selection an owner accepted, by hash; another one does not leave before its difference is accepted. */
  selection: hash.nullable(),
  snapshot: z.strictObject({ number: z.int(), hash, at }).nullable(),
  intervalDays: z.int().min(1).max(7),
  confirmations: z.array(confirmation),
  /** By the patient's id in the GP system. */
  patients: z.record(z.string(), patient),
});
export type Register = z.infer<typeof register>;
