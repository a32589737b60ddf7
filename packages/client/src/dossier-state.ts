/**
 * Is what the vault shows of a dossier what the practice last signed, or explained by log lines since then?
 * (docs/spec/snapshot.md, checks 3 to 6)
 */

import { type DossierId, type Instant, instant, type OrganisationId, type Verifier } from '@ketenkluis/base';
import type { Checkpoint, EntryCommon, EntryItem } from '@ketenkluis/ledger';
import type { releaseAnswer } from '@ketenkluis/protocol';
import {
  type Batches,
  dossierState,
  expectType,
  type Hash,
  type KeyDirectory,
  type Snapshot,
  type Statement,
  signersOf,
  statementFromWire,
  verifySnapshotRow,
  verifyStatement,
} from '@ketenkluis/seal';
import { z } from 'zod';
import { clientError } from './errors.ts';
import { type ProvedLine, provedLine } from './log.ts';
import type { ClientStorage } from './ports.ts';

type ReleaseAnswer = z.infer<typeof releaseAnswer>;
export type ShownState = ReleaseAnswer['states'][number];

const seenSnapshot = z.strictObject({ number: z.int(), hash: z.string() });

/** Confirmed: signed by the practice and not run out. Stale: it ran out; own teams may go on and see since when. */
export type Confirmation =
  | { readonly state: 'confirmed'; readonly at: Instant; readonly until: Instant }
  | { readonly state: 'stale'; readonly since: Instant | null };

/**
 * Checks the snapshot's signature and that it is not older than the last this device saw, and remembers it.
 * Throws `client/not-signed`, `client/rolled-back`, `client/fork`.
 */
export async function checkSnapshot(options: {
  readonly statement: Statement | null;
  readonly people: KeyDirectory;
  readonly storage: ClientStorage;
  readonly now: Instant;
}): Promise<{ readonly snapshot: Snapshot | null; readonly confirmation: Confirmation }> {
  const { people, storage, now } = options;
  const name = `snapshot:${people.organisation}`;
  const last = seenSnapshot.nullable().parse((await storage.get(name)) ?? null);
  if (options.statement === null) {
    if (last !== null) throw clientError('rolled-back', 'the vault no longer shows the snapshot it showed before');
    return { snapshot: null, confirmation: { state: 'stale', since: null } };
  }
  const statement = expectType(options.statement, 'snapshot');
  const snapshot = statement.payload;
  if (snapshot.practice !== people.organisation || !(await people.verify(statement, now))) {
    throw clientError('not-signed', "the snapshot is not signed by this practice's agent or owner");
  }
  if (last !== null && snapshot.number < last.number) {
    throw clientError(
      'rolled-back',
      `the vault shows snapshot ${snapshot.number}; this device has seen ${last.number}`,
    );
  }
  if (last !== null && snapshot.number === last.number && statement.hash !== last.hash) {
    throw clientError('fork', `the vault has shown two snapshots with number ${snapshot.number}`);
  }
  if (last !== null && snapshot.number === last.number + 1 && snapshot.prev !== last.hash) {
    throw clientError('fork', `snapshot ${snapshot.number} does not follow the one this device has seen`);
  }
  await storage.set(name, { number: snapshot.number, hash: statement.hash });
  const confirmation: Confirmation =
    now < snapshot.until
      ? { state: 'confirmed', at: snapshot.at, until: snapshot.until }
      : { state: 'stale', since: snapshot.at };
  return { snapshot, confirmation };
}

/** Event codes that change a dossier's live set, and who may cause them. */
const AGENT_EVENTS = new Set(['commit', 'drop', 'enrol', 'unenrol', 'fact', 'withdraw', 'grant']);
const MEMBER_EVENTS = new Set(['write', 'taken-over', 'refer', 'end', 'consent', 'regrant']);
/** All of them: other lines of a dossier repeat its state and change nothing. */
export const CHANGES: ReadonlySet<string> = new Set([...AGENT_EVENTS, ...MEMBER_EVENTS]);

/** Lines of these classes come from requests that need not name the dossiers they change: a delivery, an owner's statements. */
const UNNAMED = new Set(['sync', 'admin']);

/** Does the line say what was asked, here and in this name? One genuine request explains no other line and no other practice's. */
function isAsked(common: EntryCommon, { payload }: Statement<'request'>, items: ProvedLine['items']): boolean {
  const same =
    payload.practice === common.practice &&
    payload.organisation === common.organisation &&
    payload.person === common.actor &&
    payload.id === common.request &&
    payload.class === common.class &&
    payload.device === common.device &&
    payload.declared === common.declared;
  const named = items.every(({ item: { kind, dossier, handle } }) => {
    if (dossier === null || (payload.items.length === 0 && UNNAMED.has(payload.class))) return true;
    return payload.items.some((one) => one.dossier === dossier && (kind !== 'release' || one.handle === handle));
  });
  return same && named;
}

/**
 * The person's signature under a line, where the vault shows the request: nobody can be made to have asked. Every line with a dossier in
 * it comes from somebody's request.
 */
export async function provedActor(options: {
  readonly common: EntryCommon;
  /** Those of the line that are shown. */
  readonly items: ProvedLine['items'];
  readonly request: string | null;
  readonly people: KeyDirectory;
  readonly verifier: Verifier;
  /** When to judge: the line's time, made good by what stands before it in the log (`KeyDirectory.timeAt`). */
  readonly at: Instant;
}): Promise<'signed' | 'not-shown' | 'false'> {
  const { common, items, request, people, verifier, at } = options;
  if (common.requestHash === null || common.signature === null || common.practice !== people.organisation)
    return 'false';
  if (request === null) return 'not-shown';
  const key = people.keyOf(common.actor, at);
  if (key === undefined) return 'false';
  try {
    const proof = { sigs: [{ by: common.actor, sig: common.signature }] };
    const asked = expectType(statementFromWire({ header: request, proof }), 'request');
    if (asked.hash !== common.requestHash || !isAsked(common, asked, items)) return 'false';
    return (await verifyStatement(asked, () => key, verifier)) ? 'signed' : 'false';
  } catch {
    // No request at all.
    return 'false';
  }
}

const later = (a: Instant, b: Instant | undefined): Instant => (b !== undefined && b > a ? b : a);

/** What a patient says of their own dossier, or who stands in for them (docs/spec/own.md). */
const isOwnWord = (common: EntryCommon): boolean => common.class === 'say' && common.event === 'consent';

function mayChange({ common }: ProvedLine, dossier: DossierId, people: KeyDirectory, at: Instant): boolean {
  if (common === null || common.outcome !== 'success') return false;
  const { actor, event, organisation } = common;
  // A partner's people leave messages and change nothing else.
  if (organisation !== people.organisation) return event === 'write' && isOfPartner(people, organisation, actor, at);
  const card = people.cardOf(actor, at);
  if (card?.kind === 'patient')
    return isOwnWord(common) && people.owns(at).some((own) => own.person === actor && own.dossier === dossier);
  if (card?.kind === 'agent') return AGENT_EVENTS.has(event) && people.mandatesOf(actor, at).length > 0;
  const works = [...people.memberships(at), ...people.places(at)].some((fact) => fact.person === actor);
  return MEMBER_EVENTS.has(event) && card?.kind === 'professional' && works;
}

/** A professional in one of the teams that the live partner fact names, by the partner's own directory. */
export function isOfPartner(people: KeyDirectory, organisation: string, person: string, at: Instant): boolean {
  const found = people.partnerAt(organisation as OrganisationId, at);
  if (found === undefined || people.knows(person)) return false;
  const { fact, directory } = found;
  const member = directory.memberships(at).some((one) => one.person === person && fact.teams.includes(one.team));
  return member && directory.cardOf(person, at)?.kind === 'professional';
}

/**
 * Throws `client/state-unexplained` unless `shown` is the snapshot's row for this dossier, or every change after it is in the log,
 * in order, and brings a signed step of its own from the state before it, by somebody who may change it. Without a snapshot the chain must begin at the dossier's first item; a dossier that is not
 * in the snapshot must have begun after it. Answers what patients brought since, and who: for `checkSaid`.
 */
export async function checkDossierState(options: {
  readonly shown: ShownState;
  readonly snapshot: Snapshot | null;
  /** Those that came with the answer. */
  readonly batches: Batches;
  readonly checkpoint: Checkpoint;
  readonly people: KeyDirectory;
  readonly verifier: Verifier;
}): Promise<Said> {
  const { shown, snapshot, checkpoint, people, verifier, batches } = options;
  const unexplained = (why: string) =>
    clientError('state-unexplained', `the vault cannot show that this dossier is whole: ${why}`);
  if (dossierState(shown.dossier, shown.live) !== shown.state) throw unexplained('its parts do not make its state');

  let seq = 0;
  let state: Hash | null = null;
  // The host writes a line's time. It counts only as far as it fits what is known to come before the line.
  let at = snapshot?.at ?? instant(0);
  const steps = new Set<Hash>();
  const made: Made[] = [];
  if (shown.snapshot !== null) {
    if (snapshot === null) throw unexplained('there is no snapshot');
    const row = { dossier: shown.dossier, seq: shown.snapshot.seq, state: shown.snapshot.state };
    if (!verifySnapshotRow(row, shown.snapshot, snapshot)) throw unexplained('its row is not in the snapshot');
    ({ seq, state } = row);
  }
  if (shown.seq < seq) throw unexplained('it stands before its snapshot');
  for (const change of shown.changes) {
    const line = provedOrThrow(change, checkpoint);
    const own = line.items.filter(({ item }) => item.dossier === shown.dossier && item.outcome === 'success');
    at = people.timeAt(later(at, line.common?.at), line.index);
    if (own.length === 0 || !mayChange(line, shown.dossier, people, at))
      throw unexplained('a change is by nobody who may');
    const actor = await provedActor({
      ...{ common: line.common!, items: own, request: change.request, people, verifier, at },
    });
    // A request that names other dossiers too is not shown, but no change is asked for in one.
    if (actor !== 'signed') throw unexplained('a change is not signed by whom it names');
    if (shown.snapshot === null && seq === 0 && snapshot !== null && line.common!.at <= snapshot.at)
      throw unexplained('it began before the snapshot, which does not have it');
    for (const { item } of own) {
      if (item.seq === null || item.seq <= seq || item.seq > shown.seq)
        throw unexplained('its changes are out of order');
      seq = item.seq;
    }
    if (change.state === null) throw unexplained('nobody signed the state that a change came to');
    const step = expectType(statementFromWire(change.state, batches), 'state');
    const { dossier, by, after, prev, state: next } = step.payload;
    const last = own.at(-1)!.item;
    const bound = last.kind === 'state' && last.object === step.hash && last.state === next;
    if (!bound || dossier !== shown.dossier || by !== line.common!.actor || steps.has(step.hash))
      throw unexplained('a signed state belongs to another change');
    if (prev !== state || after !== (snapshot?.number ?? 0))
      throw unexplained('a signed state does not follow the one before it');
    if (!(await people.verify(step, at))) throw unexplained('a state is not signed by somebody who may');
    steps.add(step.hash);
    const guest = line.common!.organisation !== people.organisation;
    // What a word brought is looked at whatever was changed since: all of it is shown.
    if (isOwnWord(line.common!) && (own.length !== line.count || own.some(({ item }) => item.handle !== null)))
      throw unexplained('a word of the patient is shown in part');
    made.push({
      event: line.common!.event,
      guest,
      own: isOwnWord(line.common!) ? line.common!.actor : null,
      prev,
      items: own,
    });
    state = next;
  }
  if (state !== shown.state) throw unexplained('its state differs from the last one that was signed');
  if (!onlyAdded(shown, made))
    throw unexplained('a message of a partner, or a word of the patient, changes more than it says');
  return new Map(
    made.flatMap(({ own, items }) =>
      own === null ? [] : objectsOf(items, 'fact').map((hash): [Hash, string] => [hash, own]),
    ),
  );
}

/** What patients, or who stand in for them, brought since the snapshot: by whom. */
export type Said = ReadonlyMap<string, string>;

/**
 * A word of a patient is a consent or restriction that they signed themselves: neither a part nor what was taken back before, of the desk
 * or of another. Throws `client/state-unexplained`.
 */
export function checkSaid(statement: Statement, said: Said): void {
  const by = said.get(statement.hash);
  if (by === undefined) return;
  const { payload } = statement;
  const word = payload.t === 'fact' && (payload.kind === 'consent' || payload.kind === 'restriction');
  if (!word || signersOf(statement).join() !== by)
    throw clientError('state-unexplained', 'a patient brought something else than a word of their own');
}

const objectsOf = (items: ProvedLine['items'], kind: EntryItem['kind']): Hash[] =>
  items.flatMap(({ item }) => (item.kind === kind && item.object !== null ? [item.object as Hash] : []));

/** One change: who made it, from which state, and what its line names. */
interface Made {
  readonly event: string;
  readonly guest: boolean;
  /** Whose own word it is. */
  readonly own: string | null;
  readonly prev: Hash | null;
  readonly items: ProvedLine['items'];
}

/**
 * A patient's word brings facts, and its line names everything that went. A partner's people add a message and nothing else: from the newest change back, what the message brought is taken away again, and what is
 * left must be the state before it. A colleague's note is undone the same way; behind any other change of the practice's own people what
 * came before is theirs to have looked at.
 */
const OWN_WORD: ReadonlySet<string> = new Set(['fact', 'withdrawal', 'drop', 'state']);
function onlyAdded({ dossier, live }: ShownState, made: readonly Made[]): boolean {
  let stands: ReadonlySet<Hash> = new Set(live);
  for (const { event, guest, own, prev, items } of made.toReversed()) {
    if (own !== null) {
      // Nothing but facts come, and the line names what went.
      const came = objectsOf(items, 'fact');
      const other = items.some(({ item }) => !OWN_WORD.has(item.kind) || item.handle !== null);
      if (other || !came.every((hash) => stands.has(hash))) return false;
      const left = new Set([...[...stands].filter((hash) => !came.includes(hash)), ...objectsOf(items, 'drop')]);
      if (prev !== dossierState(dossier, [...left])) return false;
      stands = left;
      continue;
    }
    if (event !== 'write') return true;
    const brought = items.flatMap(({ item }) => (item.kind === 'head' || item.kind === 'grant' ? [item.object] : []));
    if (guest && !brought.every((hash) => hash !== null && stands.has(hash as Hash))) return false;
    const left = new Set([...stands].filter((hash) => !brought.includes(hash)));
    if (prev !== dossierState(dossier, [...left])) return !guest;
    stands = left;
  }
  return true;
}

function provedOrThrow(change: ShownState['changes'][number], checkpoint: Checkpoint): ProvedLine {
  try {
    return provedLine(change, checkpoint);
  } catch (cause) {
    throw clientError('not-included', 'the vault shows a change that is not in its log', { cause });
  }
}
