/**
 * The practice's monitor: of the lines since the last sync (lines.ts) it explains every change of every dossier.
 * What it cannot explain is an alarm, and no snapshot is signed (docs/spec/snapshot.md).
 */

import type { DossierId, FactId, HandleId, Instant } from '@ketenkluis/base';
import { isOfPartner } from '@ketenkluis/client';
import type { Entry, EntryItem } from '@ketenkluis/ledger';
import { dossierState, type Hash, type KeyDirectory } from '@ketenkluis/seal';
import { forked, type LogLine } from './lines.ts';
import { emptyLive, type Head, stateOf, withNote, withoutFacts, withoutNote } from './live.ts';
import type { LiveDossier, Register } from './register.ts';

/** One record of the journal: what a delivery was going to make live, by dossier and by team handle; where counters stand. */
export interface Intent {
  readonly counter: number;
  readonly dossiers: Readonly<Record<string, LiveDossier>>;
  readonly heads: Readonly<Record<string, Head>>;
}

/** The last change of a dossier that this agent did not make or does not remember: what must be signed, as its line names it. */
export interface LastStep {
  /** Whose line it is. */
  readonly by: string;
  readonly seq: number;
  readonly step: Hash;
  readonly state: Hash;
  /** Snapshots signed before that line: what the step must name. */
  readonly after: number;
  readonly line: number;
}

export interface Explained {
  /** Live sets as they are now, by dossier. */
  readonly live: Map<DossierId, LiveDossier>;
  /** Dossiers that this agent sealed before and lost track of: everything of them is sealed again. */
  readonly lost: Map<DossierId, LastStep>;
  /** Dossiers in which somebody handed on, ended or said something that only the vault's own statements explain (given.ts). */
  readonly handed: Map<DossierId, LastStep>;
  /** What patients' own words brought since, by dossier and hash: whose they are. */
  readonly said: Map<DossierId, Map<Hash, string>>;
  /** Parts whose shares somebody asked for to hand them on. */
  readonly asked: Map<DossierId, HandleId[]>;
  /** Dossiers that a colleague changed last. */
  readonly changed: Map<DossierId, LastStep>;
  /** Dossiers that ended at the vault: by this agent in a run that was cut off, or by an owner. */
  readonly ended: Set<DossierId>;
  /** Newest versions of the teams' own handles; no fingerprint where the journal does not know them. */
  readonly heads: Map<string, { version: number; descriptor: Hash; fingerprint: string | null }>;
  /** Rows on each worklist, by its handle. */
  readonly listed: Map<string, Set<DossierId>>;
  /** Snapshots since, oldest first. */
  readonly snapshots: { hash: Hash; at: Instant }[];
}

/**
 * Folds the lines into the live sets that the register holds. Throws `agent/vault-forked` for a change nobody may make, and for a look
 * that was answered with another state of a dossier than the one that stood.
 */
export function explain(
  register: Register,
  lines: readonly LogLine[],
  intents: readonly Intent[],
  people: KeyDirectory,
): Explained {
  const live = new Map<DossierId, LiveDossier>();
  for (const patient of Object.values(register.patients)) {
    const { enrolment } = patient;
    if (enrolment !== null && 'ids' in enrolment && patient.live) live.set(enrolment.ids.dossier, patient.live);
  }
  const out: Explained = {
    live,
    lost: new Map(),
    changed: new Map(),
    handed: new Map(),
    said: new Map(),
    asked: new Map(),
    ended: new Set(),
    heads: new Map(),
    listed: new Map(
      register.teams.flatMap(({ slots, listed }) =>
        slots.worklist ? [[slots.worklist.handle, new Set(listed)] as const] : [],
      ),
    ),
    snapshots: [],
  };
  const lists = new Set<string>(
    register.teams.flatMap(({ slots }) => Object.values(slots).map(({ handle }) => handle)),
  );
  const requests = new Set<string>();
  let lastAt: Instant | null = null;
  for (const { index, entry } of lines) {
    const { requestHash, at } = entry.common;
    if (lastAt !== null && at < lastAt) throw forked(`line ${index} is older than the one before it`, 'clock-drift');
    lastAt = at;
    if (requestHash !== null) {
      if (requests.has(requestHash)) throw forked(`line ${index} shows a request that another line shows too`);
      requests.add(requestHash);
    }
    if (entry.common.outcome !== 'success') continue;
    foldTeams(out, intents, entry);
    foldAsked(out, entry);
    const changes = entry.items.filter((item) => isChange(item, lists, entry.common.event));
    for (const [dossier, items] of Map.groupBy(changes, (item) => item.dossier!)) {
      fold(register, out, intents, people, { index, entry, dossier, items });
    }
    checkLooks(out, index, entry);
    if (entry.common.event === 'emergency') resealAfter(out, entry);
  }
  return out;
}

/** What somebody was shown is what stood: a look on an older state, with the newest changes hidden, is found here. */
function checkLooks(out: Explained, index: number, { items }: Entry): void {
  for (const { kind, dossier, outcome, state } of items) {
    if (kind !== 'release' || dossier === null || outcome !== 'success') continue;
    const live = out.live.get(dossier);
    if (live === undefined || stateOf(dossier, live) !== state)
      throw forked(`line ${index} shows somebody another state of a dossier than the one that stood`);
  }
}

/** No fingerprint has this text's hash. */
const UNKNOWN = 'A'.repeat(43);
/** After broken glass the summary is sealed afresh: who opened it once opens the next version with another line, or not at all. */
function resealAfter(out: Explained, { items }: Entry): void {
  for (const { dossier, object, outcome } of items) {
    const live = dossier === null ? undefined : out.live.get(dossier);
    const head = Object.entries(live?.heads ?? {}).find(([, { descriptor }]) => descriptor === object);
    if (outcome !== 'success' || dossier === null || live === undefined || head === undefined) continue;
    out.live.set(dossier, { ...live, heads: { ...live.heads, [head[0]]: { ...head[1], fingerprint: UNKNOWN } } });
  }
}

const READING = new Set(['log-read', 'access', 'grant']);
const TAKING = new Set(['search', 'print', 'export', 'copy']);
const CHANGING = new Set(['head', 'fact', 'withdrawal', 'grant', 'drop', 'state']);
/** Looks, and rows that join or leave a list, have numbers too but change no state. */
const isChange = (item: EntryItem, lists: ReadonlySet<string>, event: string): boolean =>
  // Reading the log or who can see what, and taking along who looked, is about a dossier's state too; asking for a share names a part.
  !READING.has(event) &&
  !(item.kind === 'state' && TAKING.has(event)) &&
  item.outcome === 'success' &&
  item.dossier !== null &&
  CHANGING.has(item.kind) &&
  (item.handle === null || !lists.has(item.handle));

/** Asking for a share to hand it on changes nothing, but who has it may have passed it on. */
function foldAsked(out: Explained, { common, items }: Entry): void {
  if (common.event !== 'grant') return;
  for (const { dossier, handle, outcome } of items) {
    if (dossier === null || handle === null || outcome !== 'success') continue;
    out.asked.set(dossier, [...(out.asked.get(dossier) ?? []), handle]);
  }
}

/** Team handles, rows on lists, snapshots: no part of a dossier's state. */
function foldTeams(out: Explained, intents: readonly Intent[], { common, items }: Entry): void {
  for (const { kind, handle, dossier, object, version, outcome } of items) {
    if (outcome !== 'success') continue;
    if (common.event === 'snapshot' && object !== null) out.snapshots.push({ hash: object as Hash, at: common.at });
    if (common.event !== 'commit' || handle === null || object === null) continue;
    if (dossier === null && kind === 'head' && version !== null) {
      const intended = intents.findLast(({ heads }) => heads[handle]?.descriptor === object)?.heads[handle];
      out.heads.set(handle, { version, descriptor: object as Hash, fingerprint: intended?.fingerprint ?? null });
    }
    if (dossier !== null && kind === 'member') out.listed.get(handle)?.add(dossier);
    if (dossier !== null && kind === 'drop') out.listed.get(handle)?.delete(dossier);
  }
}

interface Change {
  readonly index: number;
  readonly entry: Entry;
  readonly dossier: DossierId;
  readonly items: readonly EntryItem[];
}

function fold(
  register: Register,
  out: Explained,
  intents: readonly Intent[],
  people: KeyDirectory,
  change: Change,
): void {
  const { entry, dossier, items } = change;
  const last = items.at(-1)!;
  const state = last.state as Hash | null;
  const seq = last.seq ?? 0;
  const before = out.live.get(dossier) ?? emptyLive();
  if (state === null || last.kind !== 'state' || last.object === null) {
    throw forked(`line ${change.index} changes a dossier without a signed state`);
  }
  const after = (register.snapshot?.number ?? 0) + out.snapshots.length;
  const by = entry.common.actor;
  const named: LastStep = { by, seq, step: last.object as Hash, state, after, line: change.index };
  out.changed.delete(dossier);
  // Of what was handed on since the last run the parts are not known yet: later lines wait for them too.
  const waits = out.handed.delete(dossier);
  // Of what is lost the lines still say which facts came and which went: what went is not taken up again (takeup.ts).
  const lose = (next: LiveDossier) => {
    out.live.set(dossier, { ...next, facts: factsAfter(next.facts, items), seq, stated: state });
    out.lost.set(dossier, named);
  };
  const keep = (next: LiveDossier) => {
    out.live.set(dossier, { ...next, seq });
    out.lost.delete(dossier);
  };
  if (state === dossierState(dossier, [])) {
    out.live.delete(dossier);
    out.ended.add(dossier);
    return;
  }
  if (by === register.agent.person) {
    const intended = intents.findLast(
      (intent) => intent.dossiers[dossier] && stateOf(dossier, intent.dossiers[dossier]) === state,
    );
    if (intended) keep(intended.dossiers[dossier]!);
    else if (stateOf(dossier, before) === state) keep(before);
    // Sent by this agent in a run whose journal is gone, if its signed step says so too (takeup.ts).
    else lose(before);
    return;
  }
  // The host writes the line's time: what earlier lines took from this person counts, whatever it says.
  const at = people.timeAt(entry.common.at, change.index);
  const { event, organisation } = entry.common;
  const guest = organisation !== register.practice.organisation;
  const works = [...people.memberships(at), ...people.places(at)].some(({ person }) => person === by);
  const may = guest
    ? event === 'write' && isOfPartner(people, organisation, by, at)
    : (works && people.cardOf(by, at)?.kind === 'professional') || saysThemselves(entry, people, dossier, at);
  if (!may) {
    throw forked(`line ${change.index} changes a dossier in the name of somebody who may not`);
  }
  if (guest && items.some(({ kind }) => !MESSAGE.has(kind)))
    throw forked(`line ${change.index} of a partner changes more than a message brings`);
  if (entry.common.class === 'say' && items.some(({ kind, handle }) => !OWN_WORD.has(kind) || handle !== null))
    throw forked(`line ${change.index} of a patient changes more than a word of theirs does`);
  out.changed.set(dossier, named);
  if (entry.common.class === 'say') {
    const said = out.said.get(dossier) ?? new Map<Hash, string>();
    for (const { kind, object } of items) if (kind === 'fact' && object !== null) said.set(object as Hash, by);
    out.said.set(dossier, said);
  }
  const consents = withoutConsents(register, before, change);
  const own = ownSteps(register, dossier);
  if (waits || (consents === null && (guest || HANDING.has(event) || before.handed.length > 0))) {
    // Its parts are known once the statements are (takeup.ts); till then the state stands for them.
    if (out.lost.has(dossier)) lose(before);
    else {
      out.live.set(dossier, { ...byHanding(before, entry, items, own), seq, stated: state });
      out.handed.set(dossier, named);
    }
    return;
  }
  const next = byColleague(before, entry, items, own.visits) ?? consents;
  if (out.lost.has(dossier) || before.stated !== undefined) {
    lose(next ?? before);
    return;
  }
  if (next === null || stateOf(dossier, next) !== state) {
    throw forked(`line ${change.index} changes a dossier in a way that nobody may`);
  }
  keep(next);
}

/** A partner's people bring a message for who may read it, patients say something; whatever the state comes to, nothing else (R17). */
const MESSAGE: ReadonlySet<string> = new Set(['head', 'grant', 'state']);
const OWN_WORD: ReadonlySet<string> = new Set(['fact', 'withdrawal', 'drop', 'state']);

interface OwnSteps {
  readonly all: ReadonlySet<string>;
  /** Those that an appointment opened. */
  readonly visits: ReadonlySet<string>;
}

/** The steps that this agent stated in a dossier. */
function ownSteps(register: Register, dossier: DossierId): OwnSteps {
  for (const { enrolment } of Object.values(register.patients)) {
    if (enrolment === null || !('ids' in enrolment) || enrolment.ids.dossier !== dossier) continue;
    const standing = Object.values(enrolment.ids.steps).flatMap((steps) => steps.map(({ fact }) => fact));
    const visits = (enrolment.ids.visits ?? []).map(({ fact }) => fact);
    return { all: new Set([...standing, ...visits]), visits: new Set(visits) };
  }
  return { all: new Set(), visits: new Set() };
}

/** Which of a note's grants stand on a step by appointment: they end with it. */
function onVisits(items: readonly EntryItem[], visits: ReadonlySet<string>): { on?: Record<string, FactId> } {
  const on = items.flatMap(({ kind, object, facts: [step] }) =>
    kind === 'grant' && object !== null && step !== undefined && visits.has(step) ? [[object, step] as const] : [],
  );
  return on.length === 0 ? {} : { on: Object.fromEntries(on) as Record<string, FactId> };
}

/** What the line says came and went: more than that stands nowhere (given.ts). */
function factsAfter(before: LiveDossier['facts'], items: readonly EntryItem[]): LiveDossier['facts'] {
  const after = new Map(Object.entries(before) as [FactId, Hash][]);
  for (const { kind, object, facts } of items) {
    const [first] = facts as readonly FactId[];
    if (first === undefined || object === null) continue;
    if (kind === 'fact') after.set(first, object as Hash);
    if (kind === 'withdrawal') after.delete(first);
  }
  return Object.fromEntries(after);
}

/** Letters, notes and messages with the grants for own teams: the first fact of a grant's item is the step it stands on. */
function byHanding(held: LiveDossier, { common }: Entry, items: readonly EntryItem[], steps: OwnSteps): LiveDossier {
  const before = { ...held, facts: factsAfter(held.facts, items) };
  if (common.event === 'taken-over') {
    const drop = items.find(({ kind }) => kind === 'drop');
    return drop?.handle ? withoutNote(before, drop.handle as HandleId) : before;
  }
  const head = items.find(({ kind }) => kind === 'head');
  if (head === undefined || head.handle === null || head.object === null) return before;
  const grants = items.flatMap(({ kind, object, facts }) =>
    kind === 'grant' && steps.all.has(facts[0] ?? '') ? [object as Hash] : [],
  );
  const named = { handle: head.handle as HandleId, descriptor: head.object as Hash, grants };
  return withNote(before, { ...named, ...onVisits(items, steps.visits) });
}

/** The patient's own word, or of who stands in for them: of that dossier, and a word only (docs/spec/own.md). */
const saysThemselves = ({ common }: Entry, people: KeyDirectory, dossier: DossierId, at: Instant): boolean =>
  common.class === 'say' &&
  common.event === 'consent' &&
  people.owns(at).some((own) => own.person === common.actor && own.dossier === dossier);

/** Lines of professionals, and of patients, that state or end facts. */
const HANDING = new Set(['refer', 'end', 'consent']);

/** What rests on Mitz a colleague may end at once (R33); of another fact that is not theirs alone. */
function withoutConsents(
  register: Register,
  before: LiveDossier,
  { entry, dossier, items }: Change,
): LiveDossier | null {
  if (entry.common.event !== 'withdraw') return null;
  const record = Object.values(register.patients).find(
    ({ enrolment }) => enrolment !== null && 'ids' in enrolment && enrolment.ids.dossier === dossier,
  );
  const { enrolment } = record ?? {};
  const own = enrolment && 'ids' in enrolment ? (enrolment.ids.mitz ?? []) : [];
  const ended = items.filter(({ kind }) => kind === 'withdrawal').flatMap(({ facts }) => facts);
  if (ended.length === 0 || !ended.every((fact) => own.some((one) => one.fact === fact))) return null;
  return withoutFacts(before, ended);
}

/** A team's grants wrapped for its newest key: each in the place of the one that the line says went, for the same packs. */
function rewrapped(before: LiveDossier, items: readonly EntryItem[]): LiveDossier | null {
  let next: LiveDossier = before;
  let old: string | null = null;
  for (const { kind, object } of items) {
    if (kind === 'drop') old = object;
    if (kind !== 'grant') continue;
    const [went, came]: [string | null, Hash] = [old, object as Hash];
    const had =
      next.grants.some(({ hash }) => hash === went) ||
      next.notes.some(({ grants }) => grants.some((hash) => hash === went));
    if (!had) return null;
    next = {
      ...next,
      grants: next.grants.map((grant) => (grant.hash === went ? { ...grant, hash: came } : grant)),
      notes: next.notes.map((note) => ({
        ...note,
        grants: note.grants.map((hash) => (hash === went ? came : hash)),
        ...(note.on === undefined
          ? {}
          : { on: Object.fromEntries(Object.entries(note.on).map(([hash, on]) => [hash === went ? came : hash, on])) }),
      })),
    };
    old = null;
  }
  return next;
}

/** A note written or taken over; anything else is not a colleague's to change. */
function byColleague(
  before: LiveDossier,
  entry: Entry,
  items: readonly EntryItem[],
  visits: ReadonlySet<string>,
): LiveDossier | null {
  if (entry.common.event === 'write') {
    const head = items.find(({ kind }) => kind === 'head');
    if (head === undefined || head.handle === null || head.object === null) return null;
    const grants = items.filter(({ kind }) => kind === 'grant').map(({ object }) => object as Hash);
    const named = { handle: head.handle as HandleId, descriptor: head.object as Hash, grants };
    return withNote(before, { ...named, ...onVisits(items, visits) });
  }
  if (entry.common.event === 'regrant') return rewrapped(before, items);
  if (entry.common.event === 'taken-over') {
    const drop = items.find(({ kind }) => kind === 'drop');
    return drop?.handle ? withoutNote(before, drop.handle as HandleId) : null;
  }
  return null;
}
