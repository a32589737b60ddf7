/**
 * The signed statements (docs/spec/statements.md): closed set of payloads, one strict schema each.
 * A payload is canonical JSON; its hash names it everywhere; who may sign it stands beside each schema.
 */

import { z } from 'zod';
import { ASSURANCE_LEVELS, type FactKind, factSchema } from './fact.ts';
import { at, count, type Hash, hash, head, id, publicKey } from './fields.ts';
import { petition } from './petition.ts';

export * from './fact.ts';
export { type Hash, hash, publicKey } from './fields.ts';
export {
  PETITION_ABOUT,
  type Petition,
  type PetitionAbout,
  type PetitionAlert,
  type PetitionAnswer,
  type PetitionDestroy,
  type PetitionExtension,
  type PetitionStatement,
  type PetitionUnread,
} from './petition.ts';

export const shamirKey = z.strictObject({
  kem: publicKey,
  k: z.int().min(2).max(16),
  n: z.int().min(2).max(16),
  /** SHA-256 of each share, in share order: a bad share is named before it is used. */
  commitments: z.array(hash).min(2).max(16),
});

/** Signed by `threshold` owners of the record before it (number 0: of itself). Leaf 0 of the log. */
export const authority = z.strictObject({
  t: z.literal('authority'),
  ...head,
  organisation: id('organisation'),
  number: count,
  prev: hash.nullable(),
  at,
  owners: z
    .array(z.strictObject({ person: id('person'), sign: publicKey, kem: publicKey }))
    .min(1)
    .max(16),
  threshold: z.int().min(1).max(16),
  recovery: shamirKey,
  exit: shamirKey,
});

/** Signed by `threshold` owners. A vault's and an agent's keys stand on cards too. */
export const card = z.strictObject({
  t: z.literal('card'),
  ...head,
  organisation: id('organisation'),
  subject: id('person'),
  kind: z.enum(['professional', 'agent', 'vault', 'keyholder', 'trustee', 'patient']),
  number: count,
  sign: publicKey,
  kem: publicKey,
  from: at,
  until: at,
});

/** Signed by `threshold` owners. `wraps` is the hash of the KKEW object with the private key for each member. */
export const epoch = z.strictObject({
  t: z.literal('epoch'),
  ...head,
  organisation: id('organisation'),
  team: id('team'),
  number: count,
  prev: hash.nullable(),
  kem: publicKey,
  members: z.array(z.strictObject({ person: id('person'), card: hash })).max(256),
  wraps: hash,
  at,
});

/** Signed by whoever may sign the fact it ends, or by one owner where that only takes something away (rules.ts). */
export const withdrawal = z.strictObject({
  t: z.literal('withdrawal'),
  ...head,
  practice: id('organisation'),
  fact: id('fact'),
  dossier: id('dossier').nullable(),
  at,
});

export const WRITER_CLASSES = ['source', 'work', 'inbox'] as const;
export const SLOTS = ['worklist', 'directory', 'receipt', 'overview', 'review'] as const;

/** Signed by the writer. Names no recipients. Exactly one of `dossier` and `team` is set. */
export const descriptor = z.strictObject({
  t: z.literal('descriptor'),
  ...head,
  practice: id('organisation'),
  dossier: id('dossier').nullable(),
  /** A team's own handle (worklist, directory, receipt, overview) has no dossier. */
  team: id('team').nullable(),
  slot: z.enum(SLOTS).nullable(),
  handle: id('handle'),
  version: z.int().min(1),
  prev: hash.nullable(),
  class: z.enum(WRITER_CLASSES),
  parent: id('handle').nullable(),
  writer: id('person'),
  /** SHA-256 over the whole stored pack (KKPK). */
  pack: hash,
  size: count,
  /** Commitments on the client, vault and keyholder shares: SHA-256(lp("ketenkluis.share.v1", kind, salt, share)). */
  shares: z.strictObject({ c: hash, h: hash, k: hash.nullable() }),
  /** There exactly when there is a k: who has which piece of it, by the fact that names them, and how many are needed. */
  holders: z
    .strictObject({
      fact: id('fact'),
      need: z.int().min(1).max(8),
      pieces: z
        .array(z.strictObject({ by: id('person'), piece: hash }))
        .min(1)
        .max(8),
    })
    .optional(),
});

/** Signed by the writer, or by a member who re-wraps. One statement covers the packs of one dossier (or team) for one team. */
export const grant = z.strictObject({
  t: z.literal('grant'),
  ...head,
  practice: id('organisation'),
  dossier: id('dossier').nullable(),
  team: id('team'),
  epoch: count,
  /** The step fact that makes this team a recipient; null for a team's own handles. */
  fact: id('fact').nullable(),
  issuer: id('person'),
  packs: z.array(hash).min(1).max(128),
});

/** Header of a bundle of wrapped shares: one HPKE wrap of a bundle key for one recipient. Signed by the writer. */
export const bundle = z.strictObject({
  t: z.literal('bundle'),
  ...head,
  practice: id('organisation'),
  to: z.enum(['team', 'vault', 'keyholder', 'exit']),
  /** Team id or holder's person id; null for exit. */
  recipient: z.union([id('team'), id('person')]).nullable(),
  epoch: count.nullable(),
  issuer: id('person'),
  enc: z.string().regex(/^[A-Za-z0-9_-]{40,4096}$/),
  key: z.string().regex(/^[A-Za-z0-9_-]{64,100}$/),
  at,
});

/** A Merkle tree (RFC 6962) over statements: one signature for many. Leaf data = the statement's signed bytes. */
export const batch = z.strictObject({
  t: z.literal('batch'),
  ...head,
  practice: id('organisation'),
  by: id('person'),
  size: z.int().min(1).max(65536),
  root: hash,
  at,
});

/** Signed by the agent under its mandate. Expires; an expired snapshot confirms nothing. */
export const snapshot = z.strictObject({
  t: z.literal('snapshot'),
  ...head,
  practice: id('organisation'),
  number: z.int().min(1),
  prev: hash.nullable(),
  by: id('person'),
  at,
  until: at,
  /** Merkle root (RFC 6962) over lp(dossier id, u32 sequence, state) sorted by dossier id. */
  size: count,
  root: hash,
  epochs: z.array(z.strictObject({ team: id('team'), epoch: hash })).max(256),
  /** How much of the key directory the signer knew: number of statements and their chain (docs/spec/keys.md). */
  people: z.strictObject({ count: z.int().min(1), digest: hash }),
  /** The teams' own handles (worklist, directory, receipt) as they stand: no older version of one is true any more. */
  lists: z
    .array(z.strictObject({ team: id('team'), handle: id('handle'), version: z.int().min(1), descriptor: hash }))
    .max(1024),
});

/**
 * One step of one dossier: from the state that its signer saw to the state that the change makes. Signed by whoever changes it: an
 * agent with a mandate, a professional, an owner. So a host alone can make no state.
 */
export const state = z.strictObject({
  t: z.literal('state'),
  ...head,
  practice: id('organisation'),
  dossier: id('dossier'),
  by: id('person'),
  /** Number of the newest snapshot that the signer knows; 0 when there is none. */
  after: count,
  /** State before; null for a new dossier. */
  prev: hash.nullable(),
  state: hash,
  at,
});

export const REQUEST_CLASSES = [
  'look',
  'list',
  'grant',
  'rotate',
  'write',
  'emergency',
  'own',
  'say',
  'audit',
  'admin',
  'sync',
  'session',
] as const;
export type RequestClass = (typeof REQUEST_CLASSES)[number];

/** Signed by the person (or agent) who asks. `action` is the endpoint's name, `body` the hash of what else is sent. */
export const request = z.strictObject({
  t: z.literal('request'),
  ...head,
  id: id('request'),
  practice: id('organisation'),
  /** Origin of the vault this is meant for. */
  audience: z.string().max(255),
  person: id('person'),
  organisation: id('organisation'),
  device: id('device').nullable(),
  session: id('session').nullable(),
  class: z.enum(REQUEST_CLASSES),
  action: z.string().regex(/^[a-z-]{2,40}$/),
  at,
  /** Strictly growing per device; the vault refuses one it has seen. */
  counter: count,
  items: z
    .array(
      z.strictObject({
        dossier: id('dossier').nullable(),
        handle: id('handle').nullable(),
        facts: z.array(id('fact')).max(16),
      }),
    )
    .max(128),
  body: hash.nullable(),
  annex: hash.nullable(),
  /** Something done at the client, declared before it happens (search, print, export). */
  declared: z.boolean(),
  checkpoint: z.strictObject({ size: count, root: hash }).nullable(),
  /** SHA-256 of the KEM key that keyholders seal their pieces to; only where the practice names keyholders. */
  recipient: hash.optional(),
});

/** Signed by the inviter (an owner). `key` is the one-time Ed25519 key whose seed rides in the link's fragment. */
export const invitation = z.strictObject({
  t: z.literal('invitation'),
  ...head,
  id: id('invitation'),
  organisation: id('organisation'),
  team: id('team'),
  key: publicKey,
  by: id('person'),
  at,
  until: at,
});

/** Signed twice: with the invitation's one-time key and with the new signing key. */
export const join = z.strictObject({
  t: z.literal('join'),
  ...head,
  invitation: id('invitation'),
  person: id('person'),
  sign: publicKey,
  kem: publicKey,
  at,
});

/** Signed by the person: this device's key may ask for that person's keyring. */
export const device = z.strictObject({
  t: z.literal('device'),
  ...head,
  id: id('device'),
  person: id('person'),
  sign: publicKey,
  at,
});

/**
 * Signed by one owner: what the owners are asked to sign together, as a whole. `statements` are the hashes of the statements in their
 * order, `people` how much of the key directory the proposer knew, `join` the answer to an invitation that a new card follows.
 */
export const proposal = z.strictObject({
  t: z.literal('proposal'),
  ...head,
  organisation: id('organisation'),
  by: id('person'),
  at,
  until: at,
  people: z.strictObject({ count: z.int().min(1), digest: hash }),
  statements: z.array(hash).min(1).max(16),
  join: z.strictObject({ invitation: id('invitation'), hash }).nullable(),
});

/** Signed by one owner, and only ever sealed: what a new colleague is called. The practice's agent and the owners read it. */
export const name = z.strictObject({
  t: z.literal('name'),
  ...head,
  organisation: id('organisation'),
  person: id('person'),
  name: z.string().min(1).max(120),
  role: z.string().min(1).max(60),
  by: id('person'),
  at,
});

/** Signed by one owner, and only ever sealed: who a partner is and what its teams do. `proof` says how its URA was shown to be its own. */
export const profile = z.strictObject({
  t: z.literal('profile'),
  ...head,
  organisation: id('organisation'),
  partner: id('organisation'),
  name: z.string().min(1).max(120),
  ura: z.string().regex(/^[0-9]{8}$/),
  proof: z.string().min(1).max(200),
  origin: z.string().max(255),
  teams: z
    .array(z.strictObject({ team: id('team'), role: z.string().min(1).max(60), name: z.string().min(1).max(120) }))
    .min(1)
    .max(64),
  by: id('person'),
  at,
});

/**
 * Signed by one owner, and only ever sealed: what a setting for assumed consent means in words. `categories` are roles of the catalogue,
 * one or more per team that the setting lists; `text` says why, and how patients were told.
 */
export const explanation = z.strictObject({
  t: z.literal('explanation'),
  ...head,
  organisation: id('organisation'),
  fact: id('fact'),
  categories: z.array(z.string().min(1).max(60)).min(1).max(16),
  text: z.string().min(1).max(1000),
  by: id('person'),
  at,
});

/**
 * Signed by the practice's agent: somebody who holds this session proved, by a means from outside, to be this person. It names no
 * number and no name; it counts for this one session and no longer than until its end (docs/identity.md). `subject`, with `eid` and with
 * nothing else: keyed fingerprint of who signed on as a citizen, which the patient's `own` must name.
 */
export const assurance = z.strictObject({
  t: z.literal('assurance'),
  ...head,
  practice: id('organisation'),
  person: id('person'),
  session: id('session'),
  level: z.enum(ASSURANCE_LEVELS),
  means: z.enum(['dezi', 'oidc', 'eid']),
  subject: hash.optional(),
  /** Made on another device than the session's: pins who signed on, and raises no session. */
  pin: z.literal(true).optional(),
  by: id('person'),
  at,
  until: at,
});

const ofFinding = {
  /** Names the finding to everybody and says nothing of it: a hash over what it is about. */
  finding: hash,
  /** From 1; each names the one before. */
  number: z.int().min(1).max(1000),
  prev: hash.nullable(),
  /** Lines of the looks, ascending, and who looked: the same in every step of one finding. */
  lines: z.array(count).min(1).max(2000),
  people: z.array(id('person')).min(1).max(64),
  /** SHA-256 of the sealed words. */
  words: hash,
};
const record = { t: z.literal('review'), ...head, practice: id('organisation'), by: id('person'), at };
/**
 * Signed by one person: a step of a finding, by an officer of the control policy who looked in none of its lines, or the answer of who
 * was asked; or a check that was done, by an officer (`rights` also by the board). What is judged stands sealed in the words (R50).
 */
export const review = z.discriminatedUnion('kind', [
  z.strictObject({ ...record, kind: z.literal('ask'), ...ofFinding, whom: id('person') }),
  z.strictObject({ ...record, kind: z.literal('answer'), ...ofFinding }),
  z.strictObject({ ...record, kind: z.literal('decide'), ...ofFinding }),
  z.strictObject({ ...record, kind: z.literal('reopen'), ...ofFinding }),
  z.strictObject({
    ...record,
    kind: z.literal('check'),
    check: z.enum(['review', 'sample', 'emergency']),
    /** The first line that was covered, and the one after the last. */
    lines: z.strictObject({ from: count, until: count }),
    rules: z.string().min(1).max(40),
    policy: hash,
    looks: count,
    explained: count,
    unexplained: count,
    /** Hash over the findings, so that none can be left out afterwards. */
    findings: z.strictObject({ count, digest: hash }),
    /** Unexplained looks that were read, for `sample`. */
    read: count.nullable(),
  }),
  z.strictObject({
    ...record,
    kind: z.literal('rights'),
    policy: hash,
    /** Places of people as they stood: each stays or was ended. */
    kept: z.array(id('fact')).max(1000),
    ended: z.array(id('fact')).max(1000),
  }),
]);

const schemas = {
  authority,
  card,
  epoch,
  fact: factSchema,
  withdrawal,
  descriptor,
  grant,
  bundle,
  batch,
  snapshot,
  state,
  request,
  invitation,
  join,
  device,
  proposal,
  name,
  profile,
  explanation,
  assurance,
  review,
  petition,
} as const;
export const statementSchemas = schemas;
export type StatementType = keyof typeof schemas;
export type Payload<T extends StatementType = StatementType> = T extends StatementType
  ? z.infer<(typeof schemas)[T]>
  : never;

export type Authority = Payload<'authority'>;
export type Card = Payload<'card'>;
export type Epoch = Payload<'epoch'>;
export type Fact = Payload<'fact'>;
export type FactOf<K extends FactKind> = Extract<Fact, { kind: K }>;
export type Withdrawal = Payload<'withdrawal'>;
export type Descriptor = Payload<'descriptor'>;
export type Grant = Payload<'grant'>;
export type BundleHeader = Payload<'bundle'>;
export type Batch = Payload<'batch'>;
export type Snapshot = Payload<'snapshot'>;
export type State = Payload<'state'>;
export type Request = Payload<'request'>;
export type Invitation = Payload<'invitation'>;
export type Join = Payload<'join'>;
export type Device = Payload<'device'>;
export type Assurance = Payload<'assurance'>;
export type ReviewRecord = Payload<'review'>;
export type ReviewStep = Extract<ReviewRecord, { finding: Hash }>;
