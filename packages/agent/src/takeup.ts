/** Takes up where the log stands: what an earlier run committed, what colleagues did, new keys of teams (docs/spec/sync.md). */

import type { DossierId, LocalDate } from '@ketenkluis/base';
import { type Batches, batchesFromWire, expectType, type KeyDirectory, statementFromWire } from '@ketenkluis/seal';
import { agentError } from './errors.ts';
import type { Heads, Link } from './link.ts';
import { emptyLive } from './live.ts';
import { type Explained, explain, type Intent, type LostState, readLines } from './monitor.ts';
import type { LiveDossier, Register } from './register.ts';

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

/** For dossiers whose journal is gone: versions and facts as the vault states them; grants are unknown until all is sealed again. */
async function recover(link: Link, register: Register, lost: Explained['lost']): Promise<void> {
  const heads = await link.heads();
  const people = await link.session.people();
  const batches = batchesFromWire(heads.batches);
  const stated = new Map(heads.dossiers.map((one) => [one.dossier, one]));
  for (const patient of Object.values(register.patients)) {
    const { enrolment } = patient;
    if (enrolment?.state !== 'enrolled' || !lost.has(enrolment.ids.dossier)) continue;
    const own = stated.get(enrolment.ids.dossier);
    if (own === undefined) continue;
    await checkStep(own, lost.get(enrolment.ids.dossier)!, people, batches);
    const scopeOf = new Map(Object.entries(enrolment.ids.handles).map(([scope, handle]) => [handle as string, scope]));
    const live: LiveDossier = { ...emptyLive(), seq: own.seq, notes: patient.live?.notes ?? [], stated: own.state };
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
/** A delivery that this agent does not remember counts only when the step that its line names is signed, then and there. */
async function checkStep(
  own: Heads['dossiers'][number],
  lost: LostState,
  people: KeyDirectory,
  batches: Batches,
): Promise<void> {
  const step = own.transition && expectType(statementFromWire(own.transition, batches), 'state');
  const { dossier, state, after } = step?.payload ?? {};
  const fits = dossier === own.dossier && state === lost.state && own.state === lost.state && after === lost.after;
  if (!step || step.hash !== lost.step || !fits || !(await people.verify(step, step.payload.at))) {
    throw agentError('vault-forked', 'the log holds a change in the name of this agent that nobody signed');
  }
}

/** No fingerprint has this text's hash: it makes the next comparison fail. */
const UNKNOWN = 'A'.repeat(43);

/** Reads the log since the last run and brings the register up to it, in memory. Throws `agent/vault-forked`. */
export async function takeUp(
  link: Link,
  register: Register,
  intents: readonly Intent[],
  today: LocalDate,
): Promise<{ readonly lost: ReadonlySet<DossierId> }> {
  const { lines, frontier } = await readLines(link, register);
  const explained = explain(register, lines, intents);
  apply(register, explained, today);
  register.vault.checkpoint = { size: frontier.size, root: frontier.root(), peaks: frontier.peaks() };
  const lost = new Map([...explained.lost].filter(([dossier]) => explained.live.has(dossier)));
  if (lost.size > 0) await recover(link, register, lost);
  return { lost: new Set(lost.keys()) };
}
