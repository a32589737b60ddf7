/** The facts, one strict schema for each kind (docs/spec/fact.md); who may sign it stands beside each. */

import { z } from 'zod';
import { at, hash, head, id } from './fields.ts';

/** What an agent may be given a mandate for: facts of one dossier. */
export const DOSSIER_FACT_KINDS = [
  'enrolment',
  'relation',
  'step',
  'write',
  'emergency',
  'consent',
  'restriction',
] as const;
/** Facts of the practice itself; they stand in its key directory. */
export const DIRECTORY_FACT_KINDS = [
  'membership',
  'mandate',
  'partner',
  'assumption',
  'pool',
  'substitute',
  'oversight',
  'own',
  'witnesses',
  'control',
  'keyholders',
  'hosting',
  'demand',
] as const;
/** For hours: `call` says whom a substitute sees now. No part of a dossier's state, and no agent signs it (docs/spec/substitutes.md). */
export const FACT_KINDS = [...DIRECTORY_FACT_KINDS, ...DOSSIER_FACT_KINDS, 'call'] as const;
export type FactKind = (typeof FACT_KINDS)[number];
const fact = {
  t: z.literal('fact'),
  ...head,
  id: id('fact'),
  practice: id('organisation'),
  from: at,
  until: at.nullable(),
};

/** Signed by `threshold` owners. */
export const membership = z.strictObject({
  ...fact,
  kind: z.literal('membership'),
  team: id('team'),
  person: id('person'),
});
/** Signed by `threshold` owners: what the agent may sign, for which teams, who answers for it. It always ends. */
export const mandate = z.strictObject({
  ...fact,
  until: at,
  kind: z.literal('mandate'),
  agent: id('person'),
  responsible: id('person'),
  kinds: z.array(z.enum(FACT_KINDS)).max(16),
  teams: z.array(id('team')).max(64),
});
/** Signed by the agent under its mandate, as are relation, step and write. */
export const enrolment = z.strictObject({ ...fact, kind: z.literal('enrolment'), dossier: id('dossier') });
export const relation = z.strictObject({
  ...fact,
  kind: z.literal('relation'),
  dossier: id('dossier'),
  teams: z.array(id('team')).min(1).max(64),
});
/** Which handles this team may open in this step. The reason stays in the practice. */
export const step = z.strictObject({
  ...fact,
  kind: z.literal('step'),
  dossier: id('dossier'),
  team: id('team'),
  handles: z.array(id('handle')).max(128),
});
/** This team may put new `work` handles under this dossier. */
export const write = z.strictObject({ ...fact, kind: z.literal('write'), dossier: id('dossier'), team: id('team') });

/** What this team may open in an emergency, and only then: beforehand, without a relation (R21). Signed by the agent under its mandate. */
export const emergency = z.strictObject({
  ...fact,
  kind: z.literal('emergency'),
  dossier: id('dossier'),
  team: id('team'),
  handles: z.array(id('handle')).max(128),
});

/** These parts of this dossier may be opened by this one organisation. Never for everybody, never for parts that are not named (R31, R35). */
export const consent = z.strictObject({
  ...fact,
  kind: z.literal('consent'),
  dossier: id('dossier'),
  organisation: id('organisation'),
  handles: z.array(id('handle')).min(1).max(128),
  /** Not asked but assumed, by this setting of the practice; without the setting it is none (docs/spec/partners.md). */
  assumed: id('fact').optional(),
  /** Said by the patient or who stands in for them, through this `own` and on its card; without that `own` it is none (docs/spec/own.md). */
  through: id('fact').optional(),
});
/** The patient shuts these parts (null: the whole dossier) to one party, or to everybody outside the practice (R34). */
export const restriction = z.strictObject({
  ...fact,
  kind: z.literal('restriction'),
  dossier: id('dossier'),
  handles: z.array(id('handle')).min(1).max(128).nullable(),
  excluded: z.union([id('organisation'), id('team'), id('person'), z.literal('outside')]),
  /** Who recorded it at the desk, or said it themselves: signs it, and may lift it (docs/spec/access.md, "Restriction"). */
  by: id('person').optional(),
});

/** Assurance levels of eIDAS (Regulation (EU) 910/2014, article 8), lowest first. */
export const ASSURANCE_LEVELS = ['low', 'substantial', 'high'] as const;
export type AssuranceLevel = (typeof ASSURANCE_LEVELS)[number];
/**
 * Signed by `threshold` owners and at least two people, who compared `authority` (the hash of its newest authority record) out of
 * band. `profile` is the hash of the sealed statement that says who this is; `accepts` the levels that count when the partner says how sure
 * it is of its people (R26), none where it is left out. `log` is its ledger's key in the vkey form of C2SP signed-note; `teams` may be referred to (docs/spec/partners.md).
 */
export const partner = z.strictObject({
  ...fact,
  kind: z.literal('partner'),
  organisation: id('organisation'),
  authority: hash,
  log: z.string().regex(/^[a-z0-9][a-z0-9._/@:-]{0,79}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}$/),
  teams: z.array(id('team')).min(1).max(64),
  profile: hash,
  accepts: z.array(z.enum(ASSURANCE_LEVELS)).min(1).max(3).optional(),
});
/** On what a practice assumes that a patient agrees: who treats together is no "other" (BW 7:457 lid 2); the patient accepted the referral. */
const ASSUMPTION_GROUNDS = ['directly-involved', 'accepted-referral'] as const;
export type AssumptionGround = (typeof ASSUMPTION_GROUNDS)[number];
/**
 * Signed by `threshold` owners and at least two people: for these partners' teams consent may be assumed from an accepted referral.
 * `explanation` is the hash of the sealed statement with categories and words. It always ends (docs/spec/partners.md, "Assumed consent").
 */
export const assumption = z.strictObject({
  ...fact,
  until: at,
  kind: z.literal('assumption'),
  ground: z.enum(ASSUMPTION_GROUNDS),
  teams: z.array(id('team')).min(1).max(64),
  explanation: hash,
});
/** Signed by `threshold` owners: this person, on this card, may stand in for this team; `activators` may call them in. It always ends. */
export const pool = z.strictObject({
  ...fact,
  until: at,
  kind: z.literal('pool'),
  team: id('team'),
  person: id('person'),
  card: hash,
  activators: z.array(id('person')).min(1).max(64),
});
/** Signed by one activator of the pool: a place in that team for a period inside the pool's (R18). */
export const substitute = z.strictObject({
  ...fact,
  until: at,
  kind: z.literal('substitute'),
  pool: id('fact'),
  team: id('team'),
  person: id('person'),
});

/** Signed by `threshold` owners: members of this team may read who looked, of every dossier. It opens nothing. */
export const oversight = z.strictObject({ ...fact, kind: z.literal('oversight'), team: id('team') });

/** Days between two checks of a kind, and of a term; the most that the spec allows (docs/spec/review.md, "Control policy"). */
const days = (most: number) => z.int().min(1).max(most);
/**
 * Signed by `threshold` owners and at least two people: the practice's written control policy (R49). Each replaces the one before it,
 * which `prev` names; none is ever withdrawn, so that nobody lowers it by ending it.
 */
export const control = z.strictObject({
  ...fact,
  kind: z.literal('control'),
  number: z.int().min(1),
  prev: hash.nullable(),
  /** Who sets it: NEN 7513 names the board. */
  board: id('person'),
  officers: z.array(id('person')).min(1).max(16),
  /** Of the officers: who works for another organisation, by mandate. */
  outside: z.array(id('person')).max(16),
  /** Points from which a look is a finding. */
  findingAt: z.int().min(20).max(50),
  every: z.strictObject({ review: days(31), sample: days(92), emergency: days(31), rights: days(92) }),
  /** Unexplained looks that a human reads each time. */
  sampleSize: z.int().min(5).max(1000),
  answerDays: days(31),
  decideDays: days(92),
});

/**
 * Signed by `threshold` owners and at least two people: who holds pieces of every key, on which card and where, and how many of them a
 * look needs (docs/spec/keyholder.md). The one stated last counts; nobody ends it, another takes its place. An empty list: nobody any more.
 */
export const keyholders = z.strictObject({
  ...fact,
  kind: z.literal('keyholders'),
  need: z.int().min(0).max(8),
  holders: z.array(z.strictObject({ person: id('person'), card: hash, url: z.string().max(255) })).max(8),
});

/**
 * Signed by `threshold` owners and at least two people: who outside cosigns the log's checkpoints, and how many of them must
 * (docs/spec/witness.md). The one stated last counts; nobody ends it, another takes its place. An empty list: nobody any more.
 */
export const witnesses = z.strictObject({
  ...fact,
  kind: z.literal('witnesses'),
  quorum: z.int().min(0).max(16),
  /** Milliseconds: how old the newest cosignature of one may be, and how long a line may go without. */
  lag: z.int().min(60_000).max(86_400_000),
  witnesses: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(255),
        /** Submission prefix of C2SP tlog-witness. */
        url: z.string().min(1).max(500),
        /** Verifier keys of types 0x04 and 0x06 under that name. */
        keys: z.array(z.string().max(2500)).min(1).max(2),
      }),
    )
    .max(16),
});

/**
 * Signed by `threshold` owners and at least two people: this person reads this dossier and its log, as the patient or for them, through a
 * team of their own. `checked` is how the practice made sure who they are. It always ends (docs/spec/own.md).
 * `eid`: their sessions open nothing below this level, proved by the one citizen's sign-on whose fingerprint stands here; without it their
 * own keys are enough (docs/identity.md, "Patients").
 */
export const own = z.strictObject({
  ...fact,
  until: at,
  kind: z.literal('own'),
  dossier: id('dossier'),
  team: id('team'),
  person: id('person'),
  card: hash,
  as: z.enum(['patient', 'representative']),
  checked: z.enum(['document', 'known']),
  eid: z.strictObject({ level: z.enum(['substantial', 'high']), subject: hash }).optional(),
});

/** What people sign on with outside: Dezi, the practice's own sign-on, what citizens have. */
const MEANS = ['dezi', 'oidc', 'eid'] as const;
/** Levels that a practice can ask for: below `substantial` its own ways in are enough. */
const ASKED_LEVELS = ['substantial', 'high'] as const;
/**
 * Signed by `threshold` owners and at least two people: what the practice asks of a sign-on (docs/identity.md, "The demand"). `desk` is the
 * origin of the desk where people sign on, null for none; `ways` what counts there, and who vouches for it; `staff` and `patients` the level
 * below which nothing opens for them, null where their own keys are enough. The one stated last counts; nobody ends it, another takes its place.
 */
export const demand = z.strictObject({
  ...fact,
  kind: z.literal('demand'),
  desk: z.string().min(1).max(255).nullable(),
  ways: z.array(z.strictObject({ means: z.enum(MEANS), issuer: z.string().min(1).max(500) })).max(3),
  staff: z.enum(ASKED_LEVELS).nullable(),
  patients: z.enum(ASKED_LEVELS).nullable(),
});

const words = (most: number) => z.string().min(1).max(most);
const country = z.string().regex(/^[A-Z]{2}$/);
/**
 * Signed by one owner: who runs the vault and who owns them, where the data lie and under which law, as patients are told (AVG 13, 15). It
 * opens nothing; the newest that was not withdrawn counts. Countries are ISO 3166-1 alpha-2.
 */
export const hosting = z.strictObject({
  ...fact,
  kind: z.literal('hosting'),
  operator: words(120),
  owner: z.strictObject({ name: words(120), country }),
  /** Where the machines stand. */
  places: z.array(country).min(1).max(8),
  law: words(120),
  /** What the operator shows of itself: the norm, who certified it, and until when. */
  certificates: z
    .array(z.strictObject({ norm: words(60), by: words(120), until: z.string().regex(/^\d{4}-\d{2}-\d{2}$/) }))
    .max(8),
});

/**
 * Signed by one professional of the practice: this patient is with this substitute now, for at most 24 hours. `note` is the hash of the
 * sealed word to the substitute (KKSB).
 */
export const call = z.strictObject({
  ...fact,
  until: at,
  kind: z.literal('call'),
  dossier: id('dossier'),
  person: id('person'),
  note: hash,
});

export const factSchema = z.discriminatedUnion('kind', [
  membership,
  mandate,
  enrolment,
  relation,
  step,
  write,
  emergency,
  consent,
  restriction,
  partner,
  assumption,
  pool,
  substitute,
  oversight,
  own,
  witnesses,
  control,
  keyholders,
  hosting,
  demand,
  call,
]);
