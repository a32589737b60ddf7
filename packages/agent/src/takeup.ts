/** Takes up where the log stands: what an earlier run committed, what colleagues did, new keys of teams (docs/spec/sync.md). */

import type { DossierId, Instant, LocalDate } from '@ketenkluis/base';
import { namesOf, profilesOf, type Session } from '@ketenkluis/client';
import type { KnownLine } from '@ketenkluis/ledger';
import { batchesFromWire, expectType, type KeyDirectory, statementFromWire } from '@ketenkluis/seal';
import { takeLooks } from './digest.ts';
import { agentError } from './errors.ts';
import { heldOf, takeGiven } from './given.ts';
import { readLines, type SecondAnnex } from './lines.ts';
import type { Heads, Link } from './link.ts';
import { emptyLive } from './live.ts';
import { type Explained, explain, type Intent, type LastStep } from './monitor.ts';
import { followPetitions } from './petitions.ts';
import type { Enrolled } from './plan.ts';
import type { LiveDossier, PatientRecord, Register } from './register.ts';

/** Where team keys changed, everything that the team reads is sealed again; a new record of the same key changes the number only. */
export function takeEpochs(register: Register, people: KeyDirectory): void {
  for (const team of register.teams) {
    const newest = people.epochOf(team.team);
    if (newest === undefined) throw agentError('vault-forked', 'the vault no longer shows the keys of a team');
    const { number, kem } = newest.payload;
    if (number < team.epoch.number)
      throw agentError('vault-forked', 'the vault shows an older key of a team than before');
    if (kem !== team.epoch.kem) team.rekey = true;
    team.epoch = { number, hash: newest.hash, kem };
  }
}

/** Who joined from a workplace gets the name that an owner gave; with the next directory everybody reads it. */
export async function takeNames(register: Register, session: Session): Promise<void> {
  const known = new Set(register.staff.map(({ person }) => person));
  const people = await session.people();
  const memberships = people.memberships(session.now());
  for (const [person, { name, role }] of await namesOf(session)) {
    if (known.has(person) || people.cardOf(person, session.now())?.kind !== 'professional') continue;
    const teams = memberships.filter((one) => one.person === person).map(({ team }) => team);
    register.staff.push({ person, name, role, teams });
  }
}

/** Who the partners of now are, as an owner said; with the next directory everybody reads it. One that ended is named no more. */
export async function takePartners(register: Register, session: Session): Promise<void> {
  const people = await session.people();
  const live = people.partners(session.now());
  if (live.length === 0 && register.partners.length === 0) return;
  const said = await profilesOf(session);
  register.partners = live.flatMap(({ organisation }) => {
    const profile = said.get(organisation);
    if (profile === undefined) return register.partners.filter((one) => one.organisation === organisation);
    const { name, ura, proof, origin, teams } = profile;
    return [{ organisation, name, ura, proof, origin, teams }];
  });
}

/** A colleague's withdrawal stands: Mitz is not asked again for that partner until somebody in the practice says so. */
function takeWithdrawn(patient: PatientRecord): void {
  const { enrolment, live } = patient;
  if (enrolment?.state !== 'enrolled' || live === null) return;
  for (const consent of enrolment.ids.mitz ?? []) {
    if (live.facts[consent.fact] !== undefined) consent.stated = true;
    else if (consent.stated && !consent.over) {
      consent.over = true;
      if (patient.askMitz) patient.askMitz = patient.askMitz.filter((one) => one !== consent.organisation);
    }
  }
}

/** Writes what the log says into the register. */
export function apply(register: Register, explained: Explained, today: LocalDate): void {
  for (const patient of Object.values(register.patients)) {
    const { enrolment } = patient;
    if (enrolment === null || !('ids' in enrolment)) continue;
    const { dossier } = enrolment.ids;
    patient.live = explained.live.get(dossier) ?? null;
    if (!explained.ended.has(dossier)) continue;
    // An owner may end an enrolment from a workplace; then it is remembered here.
    if (enrolment.state === 'enrolled') {
      patient.enrolment = { state: 'ended', since: today, reason: 'withdrawn', ids: enrolment.ids, removed: true };
    } else enrolment.removed = true;
  }
  for (const team of register.teams) {
    for (const slot of Object.values(team.slots)) {
      const head = explained.heads.get(slot.handle);
      if (head !== undefined && head.version >= slot.version) Object.assign(slot, head);
    }
    const list = team.slots.worklist;
    if (list !== undefined) team.listed = [...(explained.listed.get(list.handle) ?? [])];
  }
  for (const { hash, at } of explained.snapshots) {
    register.snapshot = { number: (register.snapshot?.number ?? 0) + 1, hash, at };
  }
}

/**
 * For dossiers whose journal is gone: versions as the vault states them, facts as the lines do; grants are unknown until all is sealed
 * again. Throws `agent/vault-forked` where a fact is shown that no line brought or that a line took away.
 */
async function recover(
  heads: Heads,
  register: Register,
  lost: ReadonlySet<DossierId>,
  people: KeyDirectory,
  allSaid: Explained['said'],
  now: Instant,
): Promise<void> {
  const batches = batchesFromWire(heads.batches);
  const stated = new Map(heads.dossiers.map((one) => [one.dossier, one]));
  for (const patient of Object.values(register.patients)) {
    const { enrolment } = patient;
    if (enrolment?.state !== 'enrolled' || !lost.has(enrolment.ids.dossier)) continue;
    const own = stated.get(enrolment.ids.dossier);
    if (own === undefined) continue;
    const scopeOf = new Map(Object.entries(enrolment.ids.handles).map(([scope, handle]) => [handle as string, scope]));
    const before = patient.live ?? emptyLive();
    const said = allSaid.get(enrolment.ids.dossier);
    const held = await heldOf({ enrolment: enrolment as Enrolled, before, own, batches, people, said, now });
    const live: LiveDossier = { ...emptyLive(), ...held, seq: own.seq, stated: own.state };
    for (const { handle, version, descriptor } of own.handles) {
      const scope = scopeOf.get(handle);
      if (scope !== undefined) live.heads[scope] = { version, descriptor, fingerprint: UNKNOWN };
    }
    for (const { fact, statement } of own.facts) live.facts[fact] = statement;
    // Whether a handle without a pack was ever used is not known any more.
    live.gone = Object.entries(enrolment.ids.handles).flatMap(([scope, handle]) => (live.heads[scope] ? [] : [handle]));
    patient.live = live;
  }
}
/**
 * A delivery that this agent does not remember, and a change by a colleague, counts only when the step that its line names is signed by
 * whoever the line names, judged by what the lines before it took away. False when the vault has gone on since the lines were read.
 */
async function checkSteps(
  heads: Heads,
  people: KeyDirectory,
  named: ReadonlyMap<DossierId, LastStep>,
): Promise<boolean> {
  const batches = batchesFromWire(heads.batches);
  const stated = new Map(heads.dossiers.map((one) => [one.dossier, one]));
  for (const [dossier, last] of named) {
    const own = stated.get(dossier);
    if (own === undefined || own.seq > last.seq) return false;
    const step = own.transition && expectType(statementFromWire(own.transition, batches), 'state');
    const { payload, hash } = step ?? {};
    const fits =
      hash === last.step &&
      payload?.dossier === dossier &&
      payload.by === last.by &&
      payload.state === last.state &&
      own.state === last.state &&
      payload.after === last.after;
    if (!step || !fits || !(await people.verify(step, people.timeAt(step.payload.at, last.line)))) {
      throw agentError(
        'vault-forked',
        `line ${last.line} of the log changes a dossier and nobody signed what it came to`,
      );
    }
  }
  return true;
}

/** No fingerprint has this text's hash: it makes the next comparison fail. */
const UNKNOWN = 'A'.repeat(43);

/** Reads the log since the last run and brings the register up to it, in memory. Throws `agent/vault-forked`. */
export async function takeUp(
  link: Link,
  register: Register,
  intents: readonly Intent[],
  today: LocalDate,
): Promise<{
  readonly lost: ReadonlySet<DossierId>;
  readonly lines: readonly KnownLine[];
  readonly second: readonly SecondAnnex[];
}> {
  for (let attempt = 1; ; attempt++) {
    const { lines, frontier, chains, second } = await readLines(link, register);
    const people = await link.session.people();
    const explained = explain(register, lines, intents, people);
    const live = ([dossier]: readonly [DossierId, LastStep]) => explained.live.has(dossier);
    const lost = new Set([...explained.lost].filter(live).map(([dossier]) => dossier));
    const named = new Map([...explained.changed, ...explained.handed, ...explained.lost].filter(live));
    const heads = named.size > 0 ? await link.heads() : null;
    // A colleague wrote between the two answers: read on.
    if (heads !== null && !(await checkSteps(heads, people, named))) {
      if (attempt < TRIES) continue;
      throw agentError('vault-forked', 'the vault shows changes of dossiers that its log does not hold');
    }
    apply(register, explained, today);
    followPetitions(register, lines, people, link.session.now());
    takeLooks(register, lines, link.session.now());
    register.vault.people = seenOf(people);
    register.vault.checkpoint = { size: frontier.size, root: frontier.root(), peaks: frontier.peaks() };
    register.vault.chains = chains;
    if (heads !== null) {
      const handed = new Set(explained.handed.keys());
      const { asked, said } = explained;
      const unclear = await takeGiven({ register, heads, people, handed, asked, said, now: link.session.now() });
      for (const dossier of unclear) lost.add(dossier);
      await recover(heads, register, lost, people, said, link.session.now());
    }
    for (const patient of Object.values(register.patients)) takeWithdrawn(patient);
    return { lost, second, lines: lines.map(({ index, entry }) => ({ index, at: entry.common.at })) };
  }
}

const TRIES = 3;
const seenOf = ({ position: { count, digest } }: KeyDirectory): Register['vault']['people'] =>
  digest === null ? null : { count, digest };
