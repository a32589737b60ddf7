/**
 * Every message of the vault's API. A signed endpoint takes `{request, body}`: `request` is a person-signed statement
 * whose `body` is the SHA-256 of the canonical JSON of `body`, whose `action` is the endpoint's name.
 */

import { ASSURANCE_LEVELS, FACT_KINDS, SLOTS } from '@ketenkluis/seal';
import { z } from 'zod';
import {
  base64url,
  checkpointNote,
  custodyProof,
  dossierState,
  id,
  instant,
  ledgerProof,
  wireHash,
  wireStatement,
  wrap,
} from './wire.ts';

const signed = <T extends z.ZodType>(body: T) => z.strictObject({ request: wireStatement, body });
const json = z.record(z.string(), z.unknown());
/** From the checkpoint that the request named (or `from`) to the one beside it; null when none was named. */
const consistency = z.array(base64url(43)).max(64).nullable();
/** Canonical header of the signed request behind a line: proves who asked. Null where it names other dossiers too. */
const requestHeader = base64url(60_000).nullable();

/** GET /v1/vault: what a practice needs to know before it can trust this vault with a card. */
export const vaultInfo = z.strictObject({
  vault: id('person'),
  /** Origins under which the workplace is served; the first is the audience of requests. */
  origin: z.string(),
  sign: base64url(43),
  kem: base64url(1700),
  software: z.string(),
  time: instant,
});

/** POST /v1/practices (bootstrap token): authority record = leaf 0, then the rest in the order of birth. */
export const createPractice = z.strictObject({
  statements: z.array(wireStatement).min(1).max(500),
  batches: z.array(wireStatement).max(50),
  /** KKEW objects named by the epochs. */
  wraps: z.array(base64url(2_000_000)).max(64),
});
export const practiceCreated = z.strictObject({
  practice: id('organisation'),
  log: z.strictObject({ origin: z.string(), key: z.string() }),
  checkpoint: checkpointNote,
});

/** POST /v1/practices/:practice/challenges */
export const challenge = z.strictObject({ challenge: base64url(64), until: instant });

/** Ed25519, 64 bytes. Whatever text stands here is refused like a wrong signature, so its form is no part of the schema (R22). */
const signature = z.string().max(200);

/** A credential's or a device's id. */
const unlocker = z.string().regex(/^[A-Za-z0-9_-]{1,1400}$/);

/** POST .../sessions. A passkey or a device key opens the door to the keyring only; `confirm` makes the session open. */
export const openSession = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('passkey'), challenge: base64url(64), credential: json }),
  z.strictObject({ by: z.literal('device'), challenge: base64url(64), device: id('device'), signature }),
  /** Agents and command line: the holder's key itself signs; no keyring is involved. */
  z.strictObject({ by: z.literal('key'), challenge: base64url(64), person: id('person'), signature }),
  /**
   * Somebody of a partner, vouched for by their own organisation (docs/spec/partners.md, "Visit"): its directory from the `after`-th
   * statement on (0: the whole), memberships of the day with their lines, all under `checkpoint` of the log that the partner fact names.
   */
  z.strictObject({
    by: z.literal('guest'),
    challenge: base64url(64),
    person: id('person'),
    signature,
    organisation: id('organisation'),
    after: z.int().min(0),
    statements: z.array(wireStatement).max(2000),
    batches: z.array(wireStatement).max(200),
    memberships: z
      .array(z.strictObject({ statement: wireStatement, line: ledgerProof }))
      .min(1)
      .max(16),
    checkpoint: checkpointNote,
    /** What that organisation's agent says of how sure it is who this is, with its line under the same checkpoint (R26). */
    assurance: z.strictObject({ statement: wireStatement, line: ledgerProof }).optional(),
  }),
]);
export const sessionOpened = z.strictObject({
  session: id('session'),
  token: base64url(64),
  person: id('person'),
  stage: z.enum(['keyring', 'open']),
  keyring: base64url(200_000).nullable(),
  /** Unlockers in this keyring that were ended after a loss: the next keyring leaves them out. */
  ended: z.array(unlocker).max(16),
  /** After this much silence the session needs a touch; after the hard limit too. Milliseconds. */
  idle: z.int(),
  until: instant,
});
/** POST .../sessions/confirm (signed, action `session-confirm`) and .../sessions/touch (passkey or device again). */
export const confirmSession = signed(z.strictObject({}));
export const touchSession = openSession;
/**
 * POST .../sessions/identity (signed, action `session-identity`): the agent's signed word that the person of this session proved to be
 * that person, and at which level. May come before `confirm`, where a practice asks for a level before it opens anything.
 */
export const identifySession = signed(z.strictObject({ assurance: wireStatement }));
export const sessionIdentified = z.strictObject({
  session: id('session'),
  level: z.enum(ASSURANCE_LEVELS),
  until: instant,
});

/**
 * GET .../desk, with any live session: where the practice's desk for signing on outside answers (an origin; null: nowhere), the level that
 * this person's sessions are asked for (null: none beyond the own ways in), and whether they sign on as a citizen. The host's word: whoever
 * takes it checks the agent's signature on what comes of it (docs/identity.md, "What a lying host can do").
 */
export const desk = z.strictObject({
  origin: z.string().max(300).nullable(),
  level: z.enum(ASSURANCE_LEVELS).nullable(),
  citizen: z.boolean(),
});

/** Answer to confirm: the session is open; and to close. */
export const sessionState = z.strictObject({
  session: id('session'),
  stage: z.enum(['keyring', 'open', 'ended']),
  idle: z.int(),
  until: instant,
});
/** Answer where there is nothing to say but that it is done; the line holds it. */
export const done = z.strictObject({ done: z.literal(true) });

/** POST .../credentials/options and .../credentials (signed): adds a passkey; the keyring carries its unlocker. */
export const credentialOptions = json;
export const addCredential = signed(
  z.strictObject({ challenge: base64url(64), credential: json, keyring: base64url(200_000) }),
);
/**
 * POST .../keyring (signed): replaces the sealed keyring; its number grows by one. A device may ride along. Unlockers that the new
 * keyring leaves out are refused from then on, and other sessions that they opened end.
 */
export const putKeyring = signed(z.strictObject({ keyring: base64url(200_000), device: wireStatement.nullable() }));

/** GET .../unlockers: one's own ways in; for an owner everybody's. Days, not moments: enough to know a lost device by. */
export const unlockers = z.strictObject({
  people: z
    .array(
      z.strictObject({
        person: id('person'),
        unlockers: z
          .array(
            z.strictObject({
              unlocker,
              kind: z.enum(['passkey', 'passphrase']),
              since: instant,
              used: instant.nullable(),
              ended: instant.nullable(),
            }),
          )
          .max(500),
      }),
    )
    .max(5000),
});
/** POST .../unlockers/end (signed, class admin): an owner ends a colleague's way in; its sessions end with it. */
export const endUnlocker = signed(z.strictObject({ person: id('person'), unlocker }));

/** GET .../invitations/:invitation (the id is the capability; nothing here is secret). */
export const invitationState = z.strictObject({
  invitation: wireStatement,
  joins: z.array(wireStatement).max(16),
  state: z.enum(['open', 'joined', 'confirmed', 'ended']),
});
/** POST .../invitations/:invitation/join: keys are made on the device; nothing opens before the inviter confirms. */
export const joinInvitation = z.strictObject({
  join: wireStatement,
  keyring: base64url(200_000),
  device: wireStatement.nullable(),
  passkey: z.strictObject({ challenge: base64url(64), credential: json }).nullable(),
});

/** How many statements of the directory one answer holds at most. */
export const DIRECTORY_PAGE = 500;
/**
 * GET .../directory?from=SIZE&after=N&limit=M: authority chain, cards, epochs, memberships and mandates, each with the line that
 * holds it, in the order of the log from the N-th on (0). `from` is the size of the last checkpoint the asker has seen; without it
 * `consistency` is null. `next` is the N of the next page, which comes under a checkpoint of its own; null on the last.
 */
export const directory = z.strictObject({
  entries: z
    .array(z.strictObject({ statement: wireStatement, line: ledgerProof, ended: z.boolean() }))
    .max(DIRECTORY_PAGE),
  next: z.int().min(1).nullable(),
  batches: z.array(wireStatement).max(500),
  checkpoint: checkpointNote,
  consistency,
  log: z.strictObject({ origin: z.string(), key: z.string() }),
});

/** GET .../me */
export const me = z.strictObject({
  person: id('person'),
  /** What colleagues and partners are called and what settings mean, sealed to me. */
  names: z
    .array(
      z.strictObject({ person: z.union([id('person'), id('organisation'), id('fact')]), sealed: base64url(12_000) }),
    )
    .max(500),
  teams: z.array(
    z.strictObject({
      team: id('team'),
      membership: id('fact'),
      /** KKEW objects that hold a wrap for me, newest epoch first. */
      wraps: z.array(base64url(2_000_000)).max(16),
      handles: z.array(z.strictObject({ slot: z.enum(SLOTS), handle: id('handle'), version: z.int() })),
    }),
  ),
});

/** A `name`, `profile` or `explanation` statement (KKST) sealed to one person as a KKSB; the vault cannot read it. */
const sealedName = z.strictObject({ to: id('person'), sealed: base64url(12_000) });
const openProposal = z.strictObject({
  proposal: wireStatement,
  /** In the proposal's order, each with the signatures so far. */
  statements: z.array(wireStatement).min(1).max(16),
  /** KKEW objects of the new epochs. */
  wraps: z.array(base64url(400_000)).max(4),
  names: z.array(sealedName).max(32),
});
/**
 * GET .../proposals: what waits for signatures. Owners see all; other people with a card what they may sign as well: partners, settings for
 * assumed consent and pools.
 */
export const proposals = z.strictObject({ proposals: z.array(openProposal).max(100) });
/**
 * POST .../proposals (signed, class admin, by an owner): a new proposal, or one that waits with one more signature. Class session: one
 * more signature, of a professional or trustee, under a partner or a pool that waits.
 */
export const postProposal = signed(openProposal);
/** POST .../proposals/end (signed, class admin, by an owner): it is not to be; gone at once. */
export const endProposal = signed(z.strictObject({ proposal: wireHash }));

/** POST .../statements (signed, class admin or sync): cards, epochs, facts, withdrawals, invitations, authority. Logged one by one. */
export const postStatements = signed(
  z.strictObject({
    statements: z.array(wireStatement).min(1).max(500),
    batches: z.array(wireStatement).max(50),
    wraps: z.array(base64url(2_000_000)).max(64),
    /** Of the one new colleague whose card, the one partner whose fact, or the one setting that is among the statements. */
    names: z.array(sealedName).max(32).optional(),
  }),
);
export const committed = z.strictObject({
  line: ledgerProof,
  checkpoint: checkpointNote,
  consistency,
  dossiers: z.array(z.strictObject({ dossier: id('dossier'), seq: z.int(), state: wireHash })).max(1000),
});

/**
 * GET .../heads: what the vault holds of source handles; the agent compares before it seals. Here and everywhere else on the wire
 * a dossier's `seq` is the number of its last item that changed it: looks have numbers too, but do not move it.
 */
export const heads = z.strictObject({
  dossiers: z.array(
    z.strictObject({
      dossier: id('dossier'),
      seq: z.int(),
      state: wireHash,
      /** Who signed this state. */
      transition: wireStatement.nullable(),
      handles: z.array(
        z.strictObject({
          handle: id('handle'),
          version: z.int(),
          descriptor: wireHash,
          class: z.enum(['source', 'work', 'inbox']),
          parent: id('handle').nullable(),
          /** Teams that hold a grant on this version. */
          teams: z.array(id('team')).max(64),
        }),
      ),
      /** Live facts and grants that professionals signed (a referral): the next version is sealed for their teams too. */
      given: z.array(wireStatement).max(500),
      /** Live facts, so that a resumed sync issues none twice. */
      facts: z.array(z.strictObject({ fact: id('fact'), kind: z.enum(FACT_KINDS), statement: wireHash })).max(500),
    }),
  ),
  /** Dossiers that ended; their ids are never used again. */
  ended: z.array(id('dossier')),
  teams: z.array(
    z.strictObject({
      team: id('team'),
      handle: id('handle'),
      version: z.int(),
      descriptor: wireHash,
      slot: z.string(),
      /** Dossiers on this team's list (worklist only). */
      listed: z.array(id('dossier')),
    }),
  ),
  snapshot: wireStatement.nullable(),
  /** Of every dossier the newest state and what was given, each signed on its own where a colleague, a partner or a patient signed it. */
  batches: z.array(wireStatement).max(1_000_000),
});

const custody = z.array(custodyProof).min(1).max(8);

/**
 * POST .../deliveries, binary (application/vnd.ketenkluis.delivery): lp(request KKST) || deflateRaw(lp(manifest, pack, pack, ...)).
 * The manifest is canonical JSON of this shape; request.body = SHA-256 of everything after the request.
 * `statements` stand in batch order, so the root is recomputed and no paths travel.
 */
export const deliveryManifest = z.strictObject({
  batch: wireStatement,
  /** Receipts of the keyholders for the packs, in their order; exactly where the practice names any. */
  custody: custody.optional(),
  /** Canonical header of every statement of the batch, in order, as text: base64 in base64 would not deflate. */
  statements: z.array(z.string().max(66_000)).min(1).max(65_536),
  /** `b` and `d` index into `statements`: the bundle's header and the descriptor. */
  wraps: z
    .array(
      z.strictObject({
        b: z.int().min(0),
        i: z.int().min(0),
        d: z.int().min(0),
        k: z.enum(['c', 'h', 'x']),
        ct: base64url(120),
      }),
    )
    .max(65_536),
  /** Descriptor index of each pack that follows, in order. */
  packs: z.array(z.int()).max(4096),
  /** Facts this delivery ends (withdrawn at once), and handles it drops. */
  drop: z.array(id('handle')).max(4096),
  /** Dossier rows that joined or left a team's list with this delivery (design 6). */
  lists: z
    .array(z.strictObject({ team: id('team'), joined: z.array(id('dossier')), left: z.array(id('dossier')) }))
    .max(64),
  /** What the agent thinks the dossier's sequence is; another value is a conflict and nothing is written. */
  expect: z.array(z.strictObject({ dossier: id('dossier'), seq: z.int() })).max(1024),
});
export const deliveryAccepted = z.strictObject({
  ...committed.shape,
  /** The vault's signed word that it holds these shares: over the hashes of the wraps, in order. */
  receipt: z.strictObject({ hash: wireHash, sig: base64url(90) }),
});

/** POST .../snapshots (signed, class sync). */
export const postSnapshot = signed(z.strictObject({ snapshot: wireStatement }));

/** One released handle, or why not (only ever a reason for people of the practice itself). */
export const released = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.literal('permit'),
    handle: id('handle'),
    dossier: id('dossier').nullable(),
    descriptor: wireStatement,
    grant: wireStatement,
    bundle: wireStatement,
    wrap,
    pack: base64url(30_000_000),
    /** The vault's share of this version, 32 bytes. */
    h: base64url(43),
    facts: z.array(wireStatement).max(32),
    /** Of a note: every grant that covers it, so that who takes it over knows what goes with it. */
    grants: z.array(wireStatement).max(64),
  }),
  z.strictObject({
    outcome: z.literal('deny'),
    handle: id('handle').nullable(),
    dossier: id('dossier').nullable(),
    reason: z.string(),
  }),
]);

/** Changes of one dossier since the newest snapshot that an answer shows at most (docs/spec/state.md, "Room"). */
export const MAX_CHANGES = 1200;
/** Each change may be signed in a batch of its own. */
const manyBatches = z.array(wireStatement).max(5000);

/** POST .../releases (signed; class look, list, own or emergency). `annex` is a KKSB sealed to the log officer's team. */
export const postRelease = signed(z.strictObject({ annex: base64url(40_000).nullable() }));
export const releaseAnswer = z.strictObject({
  line: ledgerProof,
  checkpoint: checkpointNote,
  consistency,
  results: z.array(released).max(128),
  states: z.array(
    z.strictObject({
      ...dossierState.shape,
      /** The row in the snapshot and its path; later included changes explain a newer state. */
      snapshot: z
        .strictObject({ seq: z.int(), state: wireHash, index: z.int(), path: z.array(base64url(43)).max(64) })
        .nullable(),
      changes: z
        .array(z.strictObject({ ...ledgerProof.shape, request: requestHeader, state: wireStatement.nullable() }))
        .max(MAX_CHANGES),
      /** Live notes (`work`) and messages (`inbox`) of the dossier that the asker's teams hold a grant on: what to ask for next. */
      notes: z.array(id('handle')).max(500).optional(),
    }),
  ),
  snapshot: wireStatement.nullable(),
  batches: manyBatches,
  /** For a list: dossiers gone since it was sealed; the client drops those rows. */
  gone: z.array(id('dossier')).max(5000),
});

/** POST .../writes (signed, class write): a new `work` handle under a parent. */
export const postWrite = signed(
  z.strictObject({
    statements: z.array(wireStatement).min(1).max(64),
    batches: z.array(wireStatement).max(8),
    wraps: z.array(wrap).max(256),
    packs: z.array(base64url(2_000_000)).min(1).max(8),
    custody: custody.optional(),
    annex: base64url(40_000).nullable(),
  }),
);
/** POST .../takeovers (signed, class write): the note stands in the GP system now; its handle goes. */
export const postTakeover = signed(z.strictObject({ state: wireStatement, annex: base64url(40_000).nullable() }));

/**
 * GET .../partners: the newest partner fact of every organisation that is or was one, each with what is known of that organisation's
 * directory, in its own order. An ended partner's people still stand behind what they did before.
 */
export const partners = z.strictObject({
  partners: z
    .array(
      z.strictObject({
        organisation: id('organisation'),
        fact: wireStatement,
        statements: z.array(wireStatement).max(5000),
        batches: z.array(wireStatement).max(500),
      }),
    )
    .max(500),
});
/** POST .../partners (signed, class admin, by an owner): a partner's directory as its card holds it, whole. */
export const postPartnerDirectory = signed(
  z.strictObject({
    organisation: id('organisation'),
    statements: z.array(wireStatement).min(1).max(5000),
    batches: z.array(wireStatement).max(500),
  }),
);

/**
 * GET .../vouched: the asker's own memberships of the day, each with the line that holds it, all under one checkpoint: what this
 * organisation says of them to a partner (docs/spec/partners.md, "Membership for a day").
 */
export const vouched = z.strictObject({
  memberships: z.array(z.strictObject({ statement: wireStatement, line: ledgerProof })).max(64),
  batches: z.array(wireStatement).max(64),
  checkpoint: checkpointNote,
  /** The agent's word about this session, while it lives. */
  assurance: z.strictObject({ statement: wireStatement, line: ledgerProof }).nullable(),
});

/**
 * GET .../referrals: the steps of partners that this person may know of. A guest: those of the own teams. A member of the practice:
 * those in dossiers that one of the own teams treats. Ids only; the letter and the messages are opened by a release.
 */
export const referrals = z.strictObject({
  referrals: z
    .array(
      z.strictObject({
        dossier: id('dossier'),
        team: id('team'),
        /** Live facts of this team in this dossier: relation, step, write, consent. */
        facts: z.array(wireStatement).min(1).max(16),
        /** What the step lists, and the letters (`work`) and messages (`inbox`) under it that this asker's teams hold a grant on. */
        handles: z
          .array(
            z.strictObject({
              handle: id('handle'),
              class: z.enum(['source', 'work', 'inbox']),
              parent: id('handle').nullable(),
              writer: id('person'),
              at: instant,
            }),
          )
          .max(1000),
      }),
    )
    .max(2000),
  batches: z.array(wireStatement).max(2000),
});

const givenPart = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.literal('permit'),
    handle: id('handle'),
    dossier: id('dossier'),
    descriptor: wireStatement,
    grant: wireStatement,
    bundle: wireStatement,
    /** The giver's own client share, wrapped for the giver's team. The vault's share and the pack do not come along. */
    wrap,
    facts: z.array(wireStatement).max(32),
  }),
  z.strictObject({
    outcome: z.literal('deny'),
    handle: id('handle').nullable(),
    dossier: id('dossier').nullable(),
    reason: z.string(),
  }),
]);
/** POST .../grants (signed, class grant): the giver's half of handing on. Nothing opens; the line stands first. */
export const askGrant = signed(z.strictObject({ annex: base64url(40_000).nullable() }));
export const grantAnswer = z.strictObject({
  line: ledgerProof,
  checkpoint: checkpointNote,
  consistency,
  results: z.array(givenPart).max(128),
  states: releaseAnswer.shape.states,
  snapshot: wireStatement.nullable(),
  batches: manyBatches,
});

/** POST .../referrals (signed, class grant): facts, letter, grants and the signed state, in one transaction. */
export const postReferral = signed(
  z.strictObject({
    statements: z.array(wireStatement).min(4).max(300),
    batches: z.array(wireStatement).max(8),
    wraps: z.array(wrap).max(512),
    /** The letter. */
    packs: z.array(base64url(2_000_000)).length(1),
    custody: custody.optional(),
    annex: base64url(40_000).nullable(),
  }),
);
/** POST .../ends (signed, class grant): withdrawals of what a partner stands on in one dossier, with the signed state. */
export const postEnd = signed(
  z.strictObject({
    statements: z.array(wireStatement).min(2).max(64),
    batches: z.array(wireStatement).max(8),
    annex: base64url(40_000).nullable(),
  }),
);

/**
 * POST .../consents (signed): what the patient said, with the signed state. Class `grant`, by a professional who treats: one consent, one
 * restriction, or the withdrawal of a restriction. Class `say`, by the patient: consents and restrictions, and the withdrawal of either. Of
 * a restriction only `restrictions` and the patient's `access` speak (R22).
 */
export const postConsent = signed(
  z.strictObject({
    statements: z.array(wireStatement).min(2).max(66),
    batches: z.array(wireStatement).max(2),
    annex: base64url(40_000).nullable(),
  }),
);

/**
 * POST .../access (signed, class audit; the patient's own: class own): who can open which part of one dossier, and on which facts.
 * Restrictions are among them for the patient alone.
 */
export const askAccess = signed(z.strictObject({ annex: base64url(40_000).nullable() }));
export const accessAnswer = z.strictObject({
  line: ledgerProof,
  checkpoint: checkpointNote,
  consistency,
  facts: z.array(wireStatement).max(2000),
  grants: z.array(wireStatement).max(5000),
  handles: z
    .array(
      z.strictObject({
        handle: id('handle'),
        class: z.enum(['source', 'work', 'inbox']),
        parent: id('handle').nullable(),
        descriptor: wireHash,
      }),
    )
    .max(5000),
  states: releaseAnswer.shape.states,
  snapshot: wireStatement.nullable(),
  batches: manyBatches,
});

/** POST .../restrictions (signed, class audit): what the patient shut in one dossier and the asker may see (docs/spec/access.md). */
export const restrictionsAnswer = accessAnswer.omit({ grants: true, handles: true });

/** POST .../declarations (signed): a search, print, export or copy at the client, said before it is done (R38). */
export const postDeclaration = signed(
  z.strictObject({ event: z.enum(['search', 'print', 'export', 'copy']), annex: base64url(40_000).nullable() }),
);

/**
 * POST .../recoveries (signed): k people have laid their recovery sheets together. Said, and a line, before the key is put together:
 * `shares` are the commitments of the sheets, `epochs` the team keys that are to come back (none: the practice's register).
 */
export const postRecovery = signed(
  z.strictObject({
    shares: z.array(wireHash).min(2).max(16),
    epochs: z.array(wireHash).max(64),
    /** The session is below the level asked for, and these sheets are to take its place (docs/identity.md, "The way back"). */
    raise: z.literal(true).optional(),
  }),
);
/** KKEW objects of those epochs, in order; after `raise` a challenge (KKSB under `raiseInfo`) to the recovery key. */
export const recoveryAnswer = z.strictObject({
  ...committed.shape,
  wraps: z.array(base64url(2_000_000)).max(64),
  challenge: base64url(8000).optional(),
});
/** POST .../recoveries/proof (signed): what the challenge held. Once, within two minutes. */
export const proveRecovery = signed(z.strictObject({ answer: base64url(64) }));
/** The session counts as having met what is asked of it until then, for what is marked `recovered`. */
export const recoveryProved = z.strictObject({ ...committed.shape, until: instant });

/** POST .../audits (signed, class audit): one dossier's items with their proofs; itself a line. */
export const postAudit = signed(z.strictObject({ from: instant, until: instant, annex: base64url(40_000).nullable() }));
export const auditAnswer = z.strictObject({
  line: ledgerProof,
  checkpoint: checkpointNote,
  consistency,
  lines: z
    .array(z.strictObject({ ...ledgerProof.shape, annex: base64url(40_000).nullable(), request: requestHeader }))
    .max(20_000),
  /** Years that were erased (docs/spec/retention.md), each with the line that says so; left out where there are none. */
  erased: z
    .array(z.strictObject({ year: z.int(), from: z.int().min(0), to: z.int().min(1), line: ledgerProof }))
    .max(100)
    .optional(),
  /** Leaves of erased lines that an item shown names as the one before it: nothing but their places in the tree. */
  before: z.array(ledgerProof).max(100).optional(),
});

/** GET .../mirror?after=N: every live object in log order, for the practice's own copy. */
export const mirrorPage = z.strictObject({
  objects: z.array(z.strictObject({ kind: z.string(), name: z.string(), bytes: base64url(30_000_000) })),
  next: z.int().nullable(),
});
/** GET .../entries?from=N: whole lines with salts, for the monitor, the mirror and the log officer. */
export const entriesPage = z.strictObject({
  from: z.int(),
  size: z.int(),
  /** Empty text for a line whose content retention took. */
  entries: z.array(base64url(4_000_000)).max(1000),
  /** Years that were erased (docs/spec/retention.md), and the leaves of this page's erased lines. Left out where there are none. */
  erased: z
    .array(z.strictObject({ year: z.int(), from: z.int().min(0), to: z.int().min(1) }))
    .max(1000)
    .optional(),
  leaves: z
    .array(z.strictObject({ index: z.int().min(0), leaf: base64url(100_000) }))
    .max(1000)
    .optional(),
});
