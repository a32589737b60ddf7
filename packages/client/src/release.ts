/**
 * Checking a release as a stranger would (docs/spec/snapshot.md, "What a client checks") and only then opening.
 * The first check that fails ends the look; nothing is shown.
 */

import { decide, type KnownFact, type Question } from '@ketenkluis/access';
import {
  type DossierId,
  type FactId,
  fromBase64url,
  type HandleId,
  type Instant,
  type TeamId,
  type Verifier,
} from '@ketenkluis/base';
import type { Checkpoint } from '@ketenkluis/ledger';
import type { releaseAnswer, released } from '@ketenkluis/protocol';
import type { KemPrivateKey } from '@ketenkluis/seal';
import {
  asShare,
  type Batches,
  batchesFromWire,
  type Descriptor,
  expectType,
  type Hash,
  isDirectoryFact,
  type KeyDirectory,
  type Payload,
  type Sealed,
  type Share,
  type Snapshot,
  type Statement,
  statementFromWire,
  wrapFromWire,
} from '@ketenkluis/seal';
import { type OpenedPack, openBundle, openPack } from '@ketenkluis/seal/open';
import type { z } from 'zod';
import { checkAuthorship } from './authorship.ts';
import { type Confirmation, checkDossierState, checkSnapshot } from './dossier-state.ts';
import { clientError } from './errors.ts';
import { checkList } from './lists.ts';
import type { LogView, ProvedLine } from './log.ts';
import { checkPeople } from './people.ts';
import type { ClientStorage } from './ports.ts';

export type ReleaseAnswer = z.infer<typeof releaseAnswer>;
type Released = z.infer<typeof released>;
type Permitted = Extract<Released, { outcome: 'permit' }>;

export interface OpenedItem {
  readonly outcome: 'permit';
  readonly handle: HandleId;
  readonly dossier: DossierId | null;
  readonly descriptor: Descriptor;
  readonly descriptorHash: Hash;
  /** The grant that opened it: to which team, on the ground of which step (null for a team's own list). */
  readonly grant: { readonly team: TeamId; readonly fact: FactId | null };
  /** Of a note: every grant that covers it and nothing else. */
  readonly grants: readonly Hash[];
  readonly opened: OpenedPack;
}
/** What was proved of a dossier: the base of the next change. */
export interface ProvedState {
  readonly dossier: DossierId;
  readonly state: Hash;
  readonly live: readonly Hash[];
  /** Number of the snapshot it was proved with; 0 for none. */
  readonly after: number;
}
export interface DeniedItem {
  readonly outcome: 'deny';
  readonly handle: HandleId | null;
  readonly dossier: DossierId | null;
  /** One of access's reasons; closed, an i18n key. */
  readonly reason: string;
}

export interface Look {
  readonly line: ProvedLine;
  readonly items: readonly (OpenedItem | DeniedItem)[];
  readonly confirmation: Confirmation;
  /** Dossiers that left the list since it was sealed. */
  readonly gone: readonly DossierId[];
  /** Live notes of the dossiers asked about, which may be asked for next. */
  readonly notes: readonly HandleId[];
  readonly states: readonly ProvedState[];
}

export interface LookContext {
  readonly request: Statement<'request'>;
  readonly people: KeyDirectory;
  readonly log: LogView;
  readonly storage: ClientStorage;
  readonly verifier: Verifier;
  readonly now: Instant;
  /** Private keys of the teams this person is in. */
  teamKey(team: TeamId, epoch: number): Promise<KemPrivateKey>;
}

const EVENTS: Partial<Record<Payload<'request'>['class'], string>> = {
  look: 'release',
  list: 'list',
  emergency: 'emergency',
};

/** Is this line about this very request? Throws `client/wrong-entry`. */
export function checkOwnLine(line: ProvedLine, request: Statement<'request'>, event?: string): void {
  const { common } = line;
  const { proof, payload } = request;
  const signature = 'sigs' in proof ? proof.sigs[0]?.sig : undefined;
  const same =
    common !== null &&
    common.practice === payload.practice &&
    common.request === payload.id &&
    common.requestHash === request.hash &&
    common.signature === signature &&
    common.actor === payload.person &&
    common.class === payload.class &&
    common.declared === payload.declared &&
    (event === undefined || common.event === event);
  if (!same) throw clientError('wrong-entry', 'the vault shows another line than the one about this request');
}

/** Checks everything and opens what was released. */
export async function openRelease(answer: ReleaseAnswer, context: LookContext): Promise<Look> {
  const { request, people, log, storage, now } = context;
  const checkpoint = await log.accept(answer.checkpoint, answer.consistency, request.payload.checkpoint);
  const line = log.line(answer.line, checkpoint);
  checkOwnLine(line, request, EVENTS[request.payload.class]);
  checkAnswered(answer, request);

  const batches = batchesFromWire(answer.batches);
  const statement = answer.snapshot === null ? null : statementFromWire(answer.snapshot, batches);
  const { snapshot, confirmation } = await checkSnapshot({ statement, people, storage, now });
  if (snapshot !== null) checkPeople(people, snapshot);
  for (const shown of answer.states) {
    await checkDossierState({ shown, snapshot, batches, checkpoint, people, verifier: context.verifier });
  }
  const parts = new Parts(batches, context);
  const items = await Promise.all(
    answer.results.map((result) =>
      result.outcome === 'deny' ? result : openChecked(result, { answer, line, parts, snapshot, context, checkpoint }),
    ),
  );
  const after = snapshot?.number ?? 0;
  return {
    line,
    items,
    confirmation,
    gone: answer.gone,
    notes: answer.states.flatMap(({ notes }) => notes ?? []),
    states: answer.states.map(({ dossier, state, live }) => ({ dossier, state, live, after })),
  };
}

/** Every item asked for is answered once, and nothing else is. Throws `client/vault-says-more`. */
function checkAnswered(answer: ReleaseAnswer, request: Statement<'request'>): void {
  const asked = new Set(request.payload.items.map(({ dossier, handle }) => `${dossier} ${handle}`));
  const answered = answer.results.map(({ dossier, handle }) => `${dossier} ${handle}`);
  const fits = answered.every((name) => asked.has(name)) && new Set(answered).size === answered.length;
  if (!fits || answered.length !== asked.size) {
    throw clientError('vault-says-more', 'the vault answers other items than were asked for');
  }
}

/** Grant, bundle and facts come again with every part of a dossier: each is read, verified and opened once per look. */
class Parts {
  readonly #batches: Batches;
  readonly #context: LookContext;
  readonly #read = new Map<string, Statement>();
  readonly #verified = new Map<Statement, Promise<boolean>>();
  readonly #bundles = new Map<Hash, ReturnType<typeof openBundle>>();

  constructor(batches: Batches, context: LookContext) {
    this.#batches = batches;
    this.#context = context;
  }

  read(wire: Permitted['descriptor']): Statement {
    const text = JSON.stringify(wire);
    const known = this.#read.get(text) ?? statementFromWire(wire, this.#batches);
    this.#read.set(text, known);
    return known;
  }

  verify(statement: Statement): Promise<boolean> {
    const { people, now } = this.#context;
    const known = this.#verified.get(statement) ?? people.verify(statement, signedAt(statement, now));
    this.#verified.set(statement, known);
    return known;
  }

  /** The bundle is one for this team and epoch. */
  async bundle({ hash, payload }: Statement<'bundle'>, team: TeamId, epoch: number) {
    const known = this.#bundles.get(hash);
    if (known) return await known;
    const opened = this.#context.teamKey(team, epoch).then((key) => openBundle(payload, key));
    this.#bundles.set(hash, opened);
    return await opened;
  }
}

interface OneContext {
  readonly answer: ReleaseAnswer;
  readonly line: ProvedLine;
  readonly parts: Parts;
  readonly snapshot: Snapshot | null;
  readonly context: LookContext;
  readonly checkpoint: Checkpoint;
}

/** One closed union of errors, whatever layer found the fault. */
async function openChecked(result: Permitted, one: OneContext): Promise<OpenedItem> {
  try {
    return await openOne(result, one);
  } catch (cause) {
    if (clientError.is(cause)) throw cause;
    throw clientError('wrong-item', 'what the vault gave does not open as it should', { cause });
  }
}

/** When the writer's key must have held: at the batch's time, or now for what was signed by itself. */
const signedAt = (statement: Statement, now: Instant): Instant =>
  'batch' in statement.proof && statement.proof.batch.payload.at < now ? statement.proof.batch.payload.at : now;

async function openOne(result: Permitted, one: OneContext): Promise<OpenedItem> {
  const { parts, context } = one;
  const { people, now, verifier } = context;
  const wrong = (why: string) =>
    clientError('wrong-item', `the vault gave something that does not belong here: ${why}`);

  const descriptor = expectType(parts.read(result.descriptor), 'descriptor');
  const grant = expectType(parts.read(result.grant), 'grant');
  const bundle = expectType(parts.read(result.bundle), 'bundle');
  const facts = result.facts.map((wire) => expectType(parts.read(wire), 'fact'));
  const grants = result.grants.map((wire) => expectType(parts.read(wire), 'grant'));
  for (const statement of [descriptor, grant, bundle, ...facts, ...grants]) {
    if (!(await parts.verify(statement))) {
      throw clientError('not-signed', `a ${statement.payload.t} is not signed by somebody who may`);
    }
  }
  const stated = descriptor.payload;
  if (stated.handle !== result.handle || stated.dossier !== result.dossier) throw wrong('another handle');
  const logged = one.line.items.find(({ item }) => item.handle === result.handle && item.dossier === result.dossier);
  if (logged?.item.outcome !== 'success' || logged.item.version !== stated.version) {
    throw clientError('wrong-entry', 'the log does not say that this version was handed out');
  }
  if (!grant.payload.packs.includes(descriptor.hash) || grant.payload.dossier !== result.dossier) {
    throw wrong('the grant is of another pack');
  }
  checkLive(result, one.answer, logged.item.state as Hash | null, [descriptor, grant, ...facts, ...grants]);
  if (grants.some(({ payload }) => payload.packs.some((pack) => pack !== descriptor.hash)))
    throw wrong('a grant of a note covers more than the note');
  checkDecision(result, stated, grant.payload, facts, one);

  if (result.dossier === null) {
    await checkList({ stated, hash: descriptor.hash, snapshot: one.snapshot, storage: context.storage });
  }

  const { team, epoch, issuer } = grant.payload;
  const header = bundle.payload;
  if (header.to !== 'team' || header.recipient !== team || header.epoch !== epoch)
    throw wrong('the bundle is for others');
  if (header.issuer !== issuer) throw wrong('the wrap is by another issuer than the grant');
  const wrap = wrapFromWire(result.wrap);
  if (wrap.bundle !== bundle.hash || wrap.descriptor !== descriptor.hash || wrap.kind !== 'c') {
    throw wrong('the wrap is of another pack');
  }
  const c = (await (await parts.bundle(bundle, team, epoch)).unwrap(wrap)) as Share<'c'>;
  const opened = await openPack({
    pack: fromBase64url(result.pack) as Sealed<'pack'>,
    shares: { c, h: asShare('h', fromBase64url(result.h)) },
    descriptor: stated,
    keyOf: (by) => people.keyOf(by, signedAt(descriptor, now)),
    verifier,
  });
  checkAuthorship(stated, opened.envelope, people.cardOf(opened.envelope.writer, signedAt(descriptor, now)));
  return {
    outcome: 'permit',
    handle: result.handle,
    dossier: result.dossier,
    descriptor: stated,
    descriptorHash: descriptor.hash,
    grant: { team, fact: grant.payload.fact },
    grants: grants.map(({ hash }) => hash),
    opened,
  };
}

/** Descriptor, grant and facts are part of the state that the log line names. Throws `client/state-unexplained`. */
function checkLive(result: Permitted, answer: ReleaseAnswer, logged: Hash | null, parts: readonly Statement[]): void {
  if (result.dossier === null) return;
  const shown = answer.states.find(({ dossier }) => dossier === result.dossier);
  if (shown === undefined || shown.state !== logged) {
    throw clientError('state-unexplained', 'the log names another state of this dossier than the vault shows');
  }
  const live = new Set<string>(shown.live);
  // Memberships belong to a person, not to a dossier; the key directory vouches for them.
  // A call lives for hours: its own signature and time vouch for it.
  const brief = (payload: Payload) => payload.t === 'fact' && payload.kind === 'call';
  const missing = parts.find(({ hash, payload }) => 'dossier' in payload && !brief(payload) && !live.has(hash));
  if (missing) {
    throw clientError('state-unexplained', `a ${missing.payload.t} is not part of what is live in this dossier`);
  }
}

/** The same question, asked here over facts that were verified here. Throws `client/denied`. */
function checkDecision(
  result: Permitted,
  stated: Descriptor,
  grant: Payload<'grant'>,
  facts: readonly Statement<'fact'>[],
  { context, snapshot, answer }: OneContext,
): void {
  const { request, people, now } = context;
  const { payload } = request;
  const known: KnownFact[] = [
    ...people.standing(now).map((fact) => ({ fact, ended: null })),
    ...facts
      .map((statement) => ({ fact: statement.payload, ended: null }))
      .filter(({ fact }) => !isDirectoryFact(fact)),
  ];
  const question: Question = {
    now,
    practice: people.organisation,
    actor: {
      person: payload.person,
      organisation: payload.organisation,
      session: 'open',
      owner: people.authority?.owners.some(({ person }) => person === payload.person) ?? false,
    },
    class: payload.class,
    item: {
      dossier: result.dossier,
      handle: result.handle,
      team: stated.team,
      writerClass: stated.class,
      parent: stated.parent,
      state: 'live',
    },
    facts: known,
    card: people.cardOf(payload.person, now) ?? null,
    grants: [{ team: grant.team, fact: grant.fact }],
    snapshot: snapshot === null ? null : { until: snapshot.until },
    gone: answer.gone.length,
  };
  const decision = decide(question);
  if (decision.outcome !== 'permit') {
    throw clientError('denied', `the vault gave what its own facts do not allow: ${decision.reason}`);
  }
}
