/**
 * From readings to deliveries (docs/spec/sync.md): dossiers in groups, sealed while the group before is sent; the last group goes
 * together with the lists, so that a small change is one line of the log and one set of bundles.
 */

import { setImmediate as turn } from 'node:timers/promises';
import type { Clock, DossierId, LocalDate } from '@ketenkluis/base';
import type { ProgrammeId, ScopeId, Selection } from '@ketenkluis/care';
import type { ReceiptContent, WeekContent } from '@ketenkluis/client';
import { contentsOf, Fingerprints, withCopies } from './contents.ts';
import { makeWeek } from './digest.ts';
import { makeEvidence } from './evidence.ts';
import { LEGEND, legendOf } from './legend.ts';
import type { Manifest } from './link.ts';
import {
  type ListContext,
  planDirectory,
  planEvidence,
  planOverview,
  planReceipt,
  planWorklists,
  type RowSource,
  type Scopes,
} from './lists.ts';
import { followReferrals, makeOverview } from './overview.ts';
import type { Owns } from './own.ts';
import { type PartnerTeams, type PlanContext, planDossier, planEnd } from './plan.ts';
import { dueOf, type Reading } from './reading.ts';
import { makeReceipt } from './receipt.ts';
import type { Register } from './register.ts';
import type { Assuming } from './said.ts';
import type { DossierJob, PackJob } from './sealing.ts';
import type { Sender } from './sender.ts';

/** One group: at most this much content before compression, and this many items of the log line. */
const GROUP = { bytes: 8 * 1024 * 1024, items: 1900 };

export interface SyncProgress {
  readonly step: 'read' | 'seal' | 'lists' | 'snapshot';
  readonly done: number;
  readonly total: number;
  /** Null until it can be told. */
  readonly secondsLeft: number | null;
}

export interface Sending {
  readonly register: Register;
  readonly reading: Reading;
  readonly sender: Sender;
  readonly selection: Selection;
  readonly asOf: LocalDate;
  readonly clock: Clock;
  /** Dossiers of which everything is sealed again. */
  readonly lost: ReadonlySet<DossierId>;
  readonly partners: PartnerTeams;
  readonly owns: Owns;
  /** What the desk called who reads a dossier, by person. */
  readonly called: ReadonlyMap<string, { readonly role: string }>;
  readonly assuming: Assuming;
  /** Other keyholders, or one that missed pieces: everything is sealed again. */
  readonly afresh: boolean;
  readonly report: (progress: SyncProgress) => void;
  /** Dossiers in one delivery. */
  readonly group: number;
}

export interface Sent {
  readonly ended: number;
  readonly lists: number;
  readonly receipt: ReceiptContent;
  /** What the doctors read of last week; undefined where nobody looked. */
  readonly week: WeekContent | undefined;
}

export async function sendAll(of: Sending): Promise<Sent> {
  const { register, reading, sender, selection, asOf, clock, report } = of;
  const fingerprints = new Fingerprints(register.fingerprintKey);
  const rekeyed = new Set(register.teams.filter(({ rekey }) => rekey || of.afresh).map(({ team }) => team));
  const practice = register.practice.organisation;
  const { partners } = of;
  // Of a team that no sync has known yet a colleague may have granted parts under any key that it had.
  for (const [team, { kem, first }] of partners) if ((register.partnerKeys[team] ?? first) !== kem) rekeyed.add(team);
  const { unassumed } = of.assuming;
  const teams = register.teams;
  const context: PlanContext = {
    practice,
    teams,
    selection,
    asOf,
    at: clock(),
    rekeyed,
    partners,
    unassumed,
    owns: of.owns,
  };
  const group = new Group(sender, of.group);
  const rows = await sendDossiers(of, context, group, fingerprints);
  // Ended after the reading, which is what says who died or left.
  let ended = 0;
  for (const { enrolment } of Object.values(register.patients)) {
    if (enrolment?.state !== 'ended' || enrolment.removed) continue;
    const live = sender.live.get(enrolment.ids.dossier);
    if (live === undefined) continue;
    ended += 1;
    await group.add(planEnd(enrolment, live, context));
  }
  await sender.drain();

  const last = group.take();
  const scopes = scopesAfter(sender, last.jobs);
  const delivered = { changed: group.changed, packs: group.packs, bytes: group.content };
  const lists: ListContext = { register, selection, fingerprints, asOf, at: clock(), rekeyed };
  const receipt = makeReceipt({ register, reading, selection, asOf, at: clock(), delivered, scopes, partners });
  followReferrals(register, lists.at);
  const week = makeWeek(register, reading.dwellings, lists.at);
  const worklists = planWorklists(rows, scopes, lists, week);
  const packs = [
    ...worklists.map(({ pack }) => pack),
    ...planDirectory(lists).map(({ pack }) => pack),
    ...planReceipt(receipt, lists).map(({ pack }) => pack),
    ...planEvidence(
      makeEvidence({
        ...{ register, fingerprints, asOf, dwellings: reading.dwellings },
        ...{ contacts: reading.seen, bookings: reading.bookings, worked: reading.worked },
      }),
      lists,
    ).map(({ pack }) => pack),
    ...planOverview(makeOverview(register, selection, asOf, lists.at), lists).map(({ pack }) => pack),
  ];
  report({ step: 'lists', done: 0, total: packs.length, secondsLeft: null });
  const moves = worklists.flatMap(({ lists: moved }) =>
    moved.flatMap(({ team, joined, left }) => [
      ...joined.map((dossier) => ({ team, dossier, joined: true })),
      // Of a dossier that has ended the log says so itself.
      ...left.filter((dossier) => scopes.has(dossier)).map((dossier) => ({ team, dossier, joined: false })),
    ]),
  );
  await sendLast(sender, last, packs, moves);
  return { ended, lists: packs.length, receipt, week };
}

async function sendDossiers(
  { register, reading, sender, selection, asOf, clock, lost, report, assuming, owns, called }: Sending,
  context: PlanContext,
  group: Group,
  fingerprints: Fingerprints,
): Promise<RowSource[]> {
  const rows: RowSource[] = [];
  const total = Object.values(register.patients).filter(({ enrolment }) => enrolment?.state === 'enrolled').length;
  const started = clock();
  let done = 0;
  for (const read of reading.patients()) {
    const { ids } = read.enrolment;
    const programmes = read.enrolment.programmes as ProgrammeId[];
    const live = sender.live.get(ids.dossier) ?? null;
    // Where a note hangs the part stays until it is taken over, but holds nothing that is in the record no more.
    const noted =
      live !== null && live.notes.length > 0 ? Object.keys(live.heads).filter((scope) => scope !== LEGEND) : [];
    const emptied = noted.map((scope) => [scope as ScopeId, []] as const);
    const records = new Map([...emptied, ...withCopies(read.scopes, asOf, selection)]);
    const legend = legendOf({
      ...{ register, ids, owns, called, asOf, fingerprints },
      bookings: reading.bookings.get(read.patient) ?? [],
    });
    const contents = [...contentsOf(records, programmes, selection, fingerprints), ...(legend ? [legend] : [])];
    const job = planDossier(read.enrolment, live, contents, context, lost.has(ids.dossier));
    if (job) await group.add(job);
    const objected = assuming.objected.get(ids.dossier) ?? [];
    if (read.identity) rows.push({ ids, identity: read.identity, programmes, due: dueOf(read, selection), objected });
    done += 1;
    // What was sealed before goes out while the next is planned.
    await turn();
    report({ step: 'seal', done, total, secondsLeft: secondsLeft(started, clock(), done, total) });
  }
  return rows;
}

const secondsLeft = (started: number, now: number, done: number, total: number): number | null =>
  done === 0 || now <= started ? null : Math.ceil((((now - started) / done) * (total - done)) / 1000);

interface Batch {
  readonly jobs: readonly DossierJob[];
  /** Of the log line that they will make. */
  readonly items: number;
}

/** Collects dossiers until a delivery is full. */
class Group {
  readonly #sender: Sender;
  readonly #size: number;
  #jobs: DossierJob[] = [];
  #bytes = 0;
  #items = 0;
  /** Of everything added so far: dossiers, packs, bytes of content before compression. */
  changed = 0;
  packs = 0;
  content = 0;
  constructor(sender: Sender, size: number) {
    this.#sender = sender;
    this.#size = size;
  }
  async add(job: DossierJob): Promise<void> {
    const bytes = job.packs.reduce((sum, { content }) => sum + content.length, 0);
    const grants = new Set(job.packs.flatMap((pack) => pack.grants.map(({ team, fact }) => `${team} ${fact}`))).size;
    const items = job.facts.length + job.withdrawals.length + job.packs.length + job.drop.length + grants;
    const full =
      this.#jobs.length >= this.#size || this.#bytes + bytes > GROUP.bytes || this.#items + items > GROUP.items;
    if (full) await this.#sender.send(this.take().jobs);
    this.#jobs.push(job);
    this.#bytes += bytes;
    this.#items += items;
    this.changed += 1;
    this.packs += job.packs.length;
    this.content += bytes;
  }
  take(): Batch {
    const batch = { jobs: this.#jobs, items: this.#items };
    this.#jobs = [];
    this.#bytes = 0;
    this.#items = 0;
    return batch;
  }
}

/** The patient's legend is on nobody's list. */
const isScope = (scope: string): boolean => scope !== LEGEND;

/** The scopes that each dossier will have once the last group is through. */
function scopesAfter(sender: Sender, jobs: readonly DossierJob[]): Scopes {
  const scopes = new Map(
    [...sender.live].map(([dossier, { heads }]) => [dossier, new Set(Object.keys(heads).filter(isScope))]),
  );
  for (const { dossier, ends, packs, drop } of jobs) {
    if (ends) {
      scopes.delete(dossier);
      continue;
    }
    const own = scopes.get(dossier) ?? new Set<string>();
    for (const { scope } of packs) if (isScope(scope)) own.add(scope);
    for (const { scope } of drop) own.delete(scope);
    scopes.set(dossier, own);
  }
  return scopes;
}

interface Move {
  readonly team: Manifest['lists'][number]['team'];
  readonly dossier: DossierId;
  readonly joined: boolean;
}

/** The last dossiers, the lists, names and receipts, and who joined or left: in as few lines as fit. */
async function sendLast(sender: Sender, last: Batch, packs: readonly PackJob[], moves: readonly Move[]): Promise<void> {
  const own = 2 * packs.length;
  if (packs.length === 0) {
    await sender.send(last.jobs);
    await sender.drain();
    return;
  }
  const together = last.items + own + moves.length <= GROUP.items;
  if (!together) await sender.send(last.jobs);
  const room = GROUP.items - own;
  await sender.send(together ? last.jobs : [], { packs, lists: asLists(moves.slice(0, room)) });
  await sender.drain();
  for (let from = room; from < moves.length; from += room) {
    // A line needs something that is sealed: the first list rides along as its own next version.
    const carrier = packs[0]!;
    const head = sender.heads.get(carrier.handle)!;
    const again = { ...carrier, version: head.version + 1, prev: head.descriptor };
    await sender.send([], { packs: [again], lists: asLists(moves.slice(from, from + room)) });
    await sender.drain();
  }
}

const asLists = (moves: readonly Move[]): Manifest['lists'] =>
  [...Map.groupBy(moves, ({ team }) => team)].map(([team, own]) => ({
    team,
    joined: own.filter(({ joined }) => joined).map(({ dossier }) => dossier),
    left: own.filter(({ joined }) => !joined).map(({ dossier }) => dossier),
  }));
