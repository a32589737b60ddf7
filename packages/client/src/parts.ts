/**
 * One part that the vault gave, checked as a stranger would (docs/spec/snapshot.md, "What a client checks"): signatures, place in the
 * log, place in the dossier's state, and the same decision over the same facts. What comes out is the client share.
 */

import { type Decision, decide, type KnownFact, type Question } from '@ketenkluis/access';
import type { DossierId, FactId, HandleId, Instant, OrganisationId, TeamId, Verifier } from '@ketenkluis/base';
import type { EntryItem } from '@ketenkluis/ledger';
import type { releaseAnswer, WireStatement } from '@ketenkluis/protocol';
import {
  type Batches,
  type Card,
  type Descriptor,
  expectType,
  type FactOf,
  type Hash,
  isDirectoryFact,
  type KemPrivateKey,
  type KeyDirectory,
  type Payload,
  type Share,
  type Snapshot,
  type Statement,
  statementFromWire,
  wrapFromWire,
} from '@ketenkluis/seal';
import { openBundle } from '@ketenkluis/seal/open';
import type { z } from 'zod';
import type { Collected, Shown } from './custody.ts';
import { checkSaid, type Said } from './dossier-state.ts';
import { clientError } from './errors.ts';
import type { LogView, ProvedLine } from './log.ts';
import type { ClientStorage } from './ports.ts';

export type States = z.infer<typeof releaseAnswer>['states'];

/** Who asks, as `decide()` wants to know it. */
export interface Asker {
  readonly organisation: OrganisationId;
  readonly card: Card | null;
  readonly owner: boolean;
  /** Of a guest: memberships of the day by the own organisation. */
  readonly vouched: readonly FactOf<'membership'>[];
}

export interface LookContext {
  readonly request: Statement<'request'>;
  readonly asker: Asker;
  readonly people: KeyDirectory;
  readonly log: LogView;
  readonly storage: ClientStorage;
  readonly verifier: Verifier;
  readonly now: Instant;
  /** Asks the keyholders that these facts name; null where the practice never named any. */
  readonly holders: ((shown: Shown, facts: ReadonlySet<FactId>) => Promise<Collected>) | null;
  /** Private keys of the teams this person is in. */
  teamKey(team: TeamId, epoch: number): Promise<KemPrivateKey>;
  /** Bundles that were opened before: dossiers that were sealed together share them. Forgotten with the team keys. */
  readonly bundles: Map<Hash, ReturnType<typeof openBundle>>;
}

/** Of so many deliveries the bundles stay opened. */
const MAX_BUNDLES = 512;

/** Of an answer, what every part of it is held against. */
export interface Around {
  readonly parts: Parts;
  readonly line: ProvedLine;
  readonly snapshot: Snapshot | null;
  readonly states: States;
  readonly said: Said;
  readonly gone: number;
  readonly context: LookContext;
}

/** A permitted part, as a release and a hand-on bring it. */
export interface Given {
  readonly handle: HandleId;
  readonly dossier: DossierId | null;
  readonly descriptor: WireStatement;
  readonly grant: WireStatement;
  readonly bundle: WireStatement;
  readonly wrap: unknown;
  readonly facts: readonly WireStatement[];
  readonly grants?: readonly WireStatement[];
}

/** Grant, bundle and facts come again with every part of a dossier: each is read, verified and opened once per look. */
export class Parts {
  readonly #batches: Batches;
  readonly #context: LookContext;
  readonly #read = new Map<string, Statement>();
  readonly #verified = new Map<Statement, Promise<boolean>>();

  constructor(batches: Batches, context: LookContext) {
    this.#batches = batches;
    this.#context = context;
  }

  read(wire: WireStatement): Statement {
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

  /** The bundle is one for this team and epoch, and its signature was checked. */
  async bundle({ hash, payload }: Statement<'bundle'>, team: TeamId, epoch: number) {
    const { bundles, teamKey } = this.#context;
    const known = bundles.get(hash);
    if (known) return await known;
    const opened = teamKey(team, epoch).then((key) => openBundle(payload, key));
    if (bundles.size >= MAX_BUNDLES) bundles.clear();
    bundles.set(hash, opened);
    opened.catch(() => bundles.delete(hash));
    return await opened;
  }
}

/** When the writer's key must have held: at the batch's time, or now for what was signed by itself. */
export const signedAt = (statement: Statement, now: Instant): Instant =>
  'batch' in statement.proof && statement.proof.batch.payload.at < now ? statement.proof.batch.payload.at : now;

const wrong = (why: string) => clientError('wrong-item', `the vault gave something that does not belong here: ${why}`);

export interface CheckedPart {
  readonly descriptor: Statement<'descriptor'>;
  readonly grant: Statement<'grant'>;
  readonly grants: readonly Statement<'grant'>[];
  readonly logged: EntryItem;
  readonly c: Share<'c'>;
}

/** Throws `client/not-signed`, `client/wrong-item`, `client/state-unexplained`, `client/denied`, `client/wrong-entry`. */
export async function checkPart(result: Given, around: Around): Promise<CheckedPart> {
  const { parts } = around;
  const descriptor = expectType(parts.read(result.descriptor), 'descriptor');
  const grant = expectType(parts.read(result.grant), 'grant');
  const bundle = expectType(parts.read(result.bundle), 'bundle');
  const facts = result.facts.map((wire) => expectType(parts.read(wire), 'fact'));
  const grants = (result.grants ?? []).map((wire) => expectType(parts.read(wire), 'grant'));
  for (const statement of [descriptor, grant, bundle, ...facts, ...grants]) {
    if (!(await parts.verify(statement))) {
      throw clientError('not-signed', `a ${statement.payload.t} is not signed by somebody who may`);
    }
  }
  const stated = descriptor.payload;
  if (stated.handle !== result.handle || stated.dossier !== result.dossier) throw wrong('another handle');
  const logged = around.line.items.find(
    ({ item }) => item.handle === result.handle && item.dossier === result.dossier,
  )?.item;
  if (logged?.outcome !== 'success') {
    throw clientError('wrong-entry', 'the log does not say that this part was handed out');
  }
  if (!grant.payload.packs.includes(descriptor.hash) || grant.payload.dossier !== result.dossier) {
    throw wrong('the grant is of another pack');
  }
  const live = [descriptor, grant, ...facts, ...grants];
  checkLive(result, around.states, logged.state as Hash | null, live);
  for (const statement of live) checkSaid(statement, around.said);
  if (grants.some(({ payload }) => payload.packs.some((pack) => pack !== descriptor.hash)))
    throw wrong('a grant of a note covers more than the note');
  checkDecision(result, stated, grant.payload, facts, around);

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
  return { descriptor, grant, grants, logged, c };
}

/** Descriptor, grant and facts are part of the state that the log line names. Throws `client/state-unexplained`. */
function checkLive(result: Given, states: States, logged: Hash | null, parts: readonly Statement[]): void {
  if (result.dossier === null) return;
  const shown = states.find(({ dossier }) => dossier === result.dossier);
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
  result: Given,
  stated: Descriptor,
  grant: Payload<'grant'>,
  facts: readonly Statement<'fact'>[],
  { context, snapshot, gone }: Around,
): void {
  const { request, people, now, asker } = context;
  const { payload } = request;
  const known: KnownFact[] = [
    ...[...people.standing(now), ...asker.vouched]
      .filter((fact) => fact.kind !== 'own' || fact.person === payload.person || fact.dossier === result.dossier)
      .map((fact) => ({ fact, ended: null })),
    ...facts
      .map((statement) => ({ fact: statement.payload, ended: null }))
      .filter(({ fact }) => !isDirectoryFact(fact)),
  ];
  const question: Question = {
    now,
    practice: people.organisation,
    actor: { person: payload.person, organisation: asker.organisation, session: 'open', owner: asker.owner },
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
    card: asker.card,
    grants: [{ team: grant.team, fact: grant.fact }],
    snapshot: snapshot === null ? null : { until: snapshot.until },
    gone,
  };
  const decision: Decision = decide(question);
  if (decision.outcome !== 'permit') {
    throw clientError('denied', `the vault gave what its own facts do not allow: ${decision.reason}`);
  }
}
