/**
 * One sync (docs/spec/sync.md): read, choose, minimise, compare, seal what changed, send, lists, snapshot, receipt. Killed anywhere
 * and run again it comes to the same end.
 */

import {
  type Clock,
  type DossierId,
  fromBase64url,
  type LocalDate,
  localDate,
  type Random,
  type Signer,
} from '@ketenkluis/base';
import type { ProgrammeId, Selection } from '@ketenkluis/care';
import { clientError, type Fetch, type ReceiptContent } from '@ketenkluis/client';
import { contentsOf, Fingerprints, withCopies } from './contents.ts';
import { holdSelection } from './enrol.ts';
import { agentError } from './errors.ts';
import { COUNTERS_PER_RUN, type Link, type Manifest, openLink } from './link.ts';
import { type ListContext, planDirectory, planReceipt, planWorklists, type RowSource } from './lists.ts';
import { type MirrorResult, mirror } from './mirror.ts';
import type { Intent } from './monitor.ts';
import { bringNative, nodeSigner } from './native.ts';
import { completeIds, type PlanContext, planDossier, planEnd } from './plan.ts';
import { dueOf, type Reading, readEnrolled } from './reading.ts';
import { makeReceipt } from './receipt.ts';
import type { LiveDossier, Register } from './register.ts';
import type { DossierJob } from './sealing.ts';
import { Sender, type Step } from './sender.ts';
import { signSnapshot } from './snapshot.ts';
import type { Source } from './source/source.ts';
import type { AgentState } from './state.ts';
import { takeEpochs, takeUp } from './takeup.ts';

/** One group: at most this many dossiers, this much content before compression, this many items of the log line. */
const GROUP = { dossiers: 64, bytes: 8 * 1024 * 1024, items: 1900 };
const TRIES = 3;

export interface SyncProgress {
  readonly step: 'read' | 'seal' | 'lists' | 'snapshot';
  readonly done: number;
  readonly total: number;
  /** Null until it can be told. */
  readonly secondsLeft: number | null;
}

export interface SyncOptions {
  readonly state: AgentState;
  readonly source: Source;
  readonly asOf: LocalDate;
  readonly selection: Selection;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly random: Random;
  readonly acceptSelection?: boolean;
  /** A folder of the practice that gets a copy of everything the vault holds. */
  readonly mirror?: string;
  readonly onProgress?: (progress: SyncProgress) => void;
  /** Called at every point where a run may be cut off. */
  readonly onStep?: Step;
}

export interface SyncResult {
  readonly receipt: ReceiptContent;
  /** Dossiers sealed or ended, packs sent, bytes of packs. */
  readonly changed: number;
  readonly packs: number;
  readonly bytes: number;
  readonly lists: number;
  readonly ended: number;
  readonly snapshot: { readonly number: number; readonly until: number };
  /** Null when no mirror was asked for. */
  readonly mirror: MirrorResult | null;
}

/** Throws `agent/widened`, `agent/vault-forked`, errors of `client` and `seal`, `agent/no-source`. */
export async function sync(options: SyncOptions): Promise<SyncResult> {
  const { state, clock } = options;
  const { register } = state;
  const step = options.onStep ?? (() => undefined);
  bringNative();
  const intents = [...(state.journal as Intent[])];
  for (let attempt = 1; ; attempt++) {
    const counter = Math.max(register.agent.counter, clock(), ...intents.map((intent) => intent.counter));
    register.agent.counter = counter + COUNTERS_PER_RUN;
    await state.note({ counter: register.agent.counter, dossiers: {}, heads: {} } satisfies Intent);
    await step('counted');
    const link = await openLink({ register, fetch: options.fetch, clock, random: options.random });
    try {
      return await run(options, link, intents, step);
    } catch (error) {
      if (attempt >= TRIES || !isConflict(error)) throw error;
    } finally {
      await link.session.close();
    }
  }
}

/** Somebody else changed a dossier meanwhile: start over from what the log says. */
const isConflict = (error: unknown): boolean =>
  clientError.is(error, 'refused') &&
  (error as { detail?: { problem?: unknown } }).detail?.problem === 'vault/conflict';

async function run(options: SyncOptions, link: Link, intents: Intent[], step: Step): Promise<SyncResult> {
  const { state, selection, asOf, clock, random } = options;
  const { register } = state;
  const today = localDate(clock());
  holdSelection(register, selection, options.acceptSelection ?? false);
  const { lost } = await takeUp(link, register, intents, today);
  takeEpochs(register, await link.session.people());
  await step('explained');

  const report = options.onProgress ?? (() => undefined);
  const reading = await readEnrolled({
    register,
    source: options.source,
    asOf,
    selection,
    onFile: (done, total) => report({ step: 'read', done, total, secondsLeft: null }),
  });
  try {
    for (const { enrolment, live } of Object.values(register.patients)) {
      if (enrolment?.state !== 'enrolled') continue;
      const programmes = enrolment.programmes as ProgrammeId[];
      completeIds(enrolment.ids, live, programmes, register.teams, selection, random);
    }
    await step('read');
    // From here on every id that may be sent stands on disk.
    await state.save();
    await step('kept');
    const agent = nodeSigner({ by: register.agent.person, seed: fromBase64url(register.agent.sign) });
    const sender = new Sender({ state, link, agent, clock, random, step, intents }, liveOf(register));
    const done = await sendAll({ options, reading, sender, lost, report });
    return await finish({ options, link, sender, agent, intents, step, done });
  } finally {
    reading.close();
  }
}

function liveOf(register: Register): Map<DossierId, LiveDossier> {
  return new Map(
    Object.values(register.patients).flatMap(({ enrolment, live }) =>
      enrolment !== null && 'ids' in enrolment && live ? [[enrolment.ids.dossier, live] as const] : [],
    ),
  );
}

interface Sent {
  readonly rows: RowSource[];
  readonly ended: number;
  readonly lists: number;
  readonly receipt: ReceiptContent;
}

async function sendAll(of: {
  readonly options: SyncOptions;
  readonly reading: Reading;
  readonly sender: Sender;
  readonly lost: ReadonlySet<DossierId>;
  readonly report: (progress: SyncProgress) => void;
}): Promise<Sent> {
  const { options, reading, sender, lost, report } = of;
  const { state, selection, asOf, clock } = options;
  const { register } = state;
  const practice = register.practice.organisation;
  const fingerprints = new Fingerprints(register.fingerprintKey);
  const rekeyed = new Set(register.teams.filter(({ rekey }) => rekey).map(({ team }) => team));
  const context: PlanContext = { practice, teams: register.teams, selection, asOf, at: clock(), rekeyed };
  const group = new Group(sender);
  const rows: RowSource[] = [];
  const total = Object.values(register.patients).filter(({ enrolment }) => enrolment?.state === 'enrolled').length;
  const started = clock();
  let done = 0;
  for (const read of reading.patients()) {
    const { enrolment } = read;
    const programmes = enrolment.programmes as ProgrammeId[];
    const contents = contentsOf(withCopies(read.scopes, asOf, selection), programmes, selection, fingerprints);
    const live = sender.live.get(enrolment.ids.dossier) ?? null;
    const job = planDossier(enrolment, live, contents, context, lost.has(enrolment.ids.dossier));
    if (job) await group.add(job);
    if (read.identity)
      rows.push({ ids: enrolment.ids, identity: read.identity, programmes, due: dueOf(read, selection) });
    done += 1;
    report({ step: 'seal', done, total, secondsLeft: secondsLeft(started, clock(), done, total) });
  }
  // Ended after the reading, which is what says who died or left.
  let ended = 0;
  for (const { enrolment } of Object.values(register.patients)) {
    if (enrolment?.state !== 'ended' || enrolment.removed) continue;
    const live = sender.live.get(enrolment.ids.dossier);
    if (live === undefined) continue;
    ended += 1;
    await group.add(planEnd(enrolment, live, context));
  }
  await group.flush();
  await sender.drain();

  const delivered = { changed: sender.changed, packs: sender.packs, bytes: sender.bytes };
  const lists: ListContext = { register, selection, fingerprints, asOf, at: clock(), rekeyed };
  takeLive(register, sender.live);
  const receipt = makeReceipt({ register, reading, selection, asOf, at: clock(), delivered });
  const sent = await sendLists(sender, rows, lists, receipt, report);
  return { rows, ended, lists: sent, receipt };
}

/** Collects dossiers until a delivery is full. */
class Group {
  readonly #sender: Sender;
  #jobs: DossierJob[] = [];
  #bytes = 0;
  #items = 0;
  constructor(sender: Sender) {
    this.#sender = sender;
  }
  async add(job: DossierJob): Promise<void> {
    const bytes = job.packs.reduce((sum, { content }) => sum + content.length, 0);
    const grants = new Set(job.packs.flatMap((pack) => pack.grants.map(({ team, fact }) => `${team} ${fact}`))).size;
    const items = job.facts.length + job.withdrawals.length + job.packs.length + job.drop.length + grants;
    const full =
      this.#jobs.length >= GROUP.dossiers || this.#bytes + bytes > GROUP.bytes || this.#items + items > GROUP.items;
    if (full) await this.flush();
    this.#jobs.push(job);
    this.#bytes += bytes;
    this.#items += items;
  }
  async flush(): Promise<void> {
    const jobs = this.#jobs;
    this.#jobs = [];
    this.#bytes = 0;
    this.#items = 0;
    await this.#sender.send(jobs);
  }
}

const secondsLeft = (started: number, now: number, done: number, total: number): number | null =>
  done === 0 || now <= started ? null : Math.ceil((((now - started) / done) * (total - done)) / 1000);

/** Lists, names and receipts: what changed, and who joined or left, in as few lines as fit. */
async function sendLists(
  sender: Sender,
  rows: readonly RowSource[],
  context: ListContext,
  receipt: ReceiptContent,
  report: (progress: SyncProgress) => void,
): Promise<number> {
  const worklists = planWorklists(rows, sender.live, context);
  const packs = [
    ...worklists.map(({ pack }) => pack),
    ...planDirectory(context).map(({ pack }) => pack),
    ...planReceipt(receipt, context).map(({ pack }) => pack),
  ];
  const moves = worklists.flatMap(({ lists }) =>
    lists.flatMap(({ team, joined, left }) => [
      ...joined.map((dossier) => ({ team, dossier, joined: true })),
      // Of a dossier that has ended the log says so itself.
      ...left.filter((dossier) => sender.live.has(dossier)).map((dossier) => ({ team, dossier, joined: false })),
    ]),
  );
  report({ step: 'lists', done: 0, total: packs.length, secondsLeft: null });
  const room = GROUP.items - 2 * packs.length;
  const first = moves.slice(0, room);
  if (packs.length > 0) await sender.send([], { packs, lists: asLists(first) });
  await sender.drain();
  for (let from = room; from < moves.length; from += room) {
    // A line needs something that is sealed: the first list rides along as its own next version.
    const carrier = packs[0]!;
    const head = sender.heads.get(carrier.handle)!;
    const again = { ...carrier, version: head.version + 1, prev: head.descriptor };
    await sender.send([], { packs: [again], lists: asLists(moves.slice(from, from + room)) });
    await sender.drain();
  }
  return packs.length;
}

type Lists = Manifest['lists'];
function asLists(
  moves: readonly { readonly team: Lists[number]['team']; readonly dossier: DossierId; readonly joined: boolean }[],
): Lists {
  return [...Map.groupBy(moves, ({ team }) => team)].map(([team, own]) => ({
    team,
    joined: own.filter(({ joined }) => joined).map(({ dossier }) => dossier),
    left: own.filter(({ joined }) => !joined).map(({ dossier }) => dossier),
  }));
}

function takeLive(register: Register, live: ReadonlyMap<DossierId, LiveDossier>): void {
  for (const patient of Object.values(register.patients)) {
    const { enrolment } = patient;
    if (enrolment !== null && 'ids' in enrolment) patient.live = live.get(enrolment.ids.dossier) ?? null;
  }
}

/** Reads the log once more, holds it against what was sent, signs the snapshot and keeps everything. */
async function finish(of: {
  readonly options: SyncOptions;
  readonly link: Link;
  readonly sender: Sender;
  readonly agent: Signer;
  readonly intents: readonly Intent[];
  readonly step: Step;
  readonly done: Sent;
}): Promise<SyncResult> {
  const { options, link, sender, agent, intents, step, done } = of;
  const { state, clock } = options;
  const { register } = state;
  await step('sent');
  for (let attempt = 1; ; attempt++) {
    const { lost } = await takeUp(link, register, intents, localDate(clock()));
    if (lost.size > 0) throw agentError('vault-forked', 'the log holds a delivery that this agent did not send');
    const snapshot = await signSnapshot(register, agent, clock());
    await step('signed');
    try {
      await link.snapshot(snapshot);
    } catch (error) {
      // A colleague wrote a note meanwhile: read on and sign what is true now.
      if (attempt >= TRIES || !isConflict(error)) throw error;
      continue;
    }
    await step('confirmed');
    for (const team of register.teams) team.rekey = false;
    await state.save();
    await step('saved');
    const copied = options.mirror === undefined ? null : await mirror(options.mirror, link, register);
    await step('mirrored');
    options.onProgress?.({ step: 'snapshot', done: 1, total: 1, secondsLeft: 0 });
    return {
      receipt: done.receipt,
      changed: sender.changed,
      packs: sender.packs,
      bytes: sender.bytes,
      lists: done.lists,
      ended: done.ended,
      snapshot: { number: snapshot.payload.number, until: snapshot.payload.until },
      mirror: copied,
    };
  }
}
