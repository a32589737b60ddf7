/** What `exposureOf` asks for, from the practice's own mirror (every line of the log, the key directory) and its register. */

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type DossierId, fromBase64url, fromUtf8, type HandleId } from '@ketenkluis/base';
import { decodeEntry, type Entry } from '@ketenkluis/ledger';
import { decodeStatement, dossierState, type Payload } from '@ketenkluis/seal';
import type { z } from 'zod';
import { agentError } from '../errors.ts';
import { readIfThere } from '../files.ts';
import { MIRROR_FILE, mirrorState } from '../mirror.ts';
import { entriesFile, GONE, readObjects } from '../mirror-files.ts';
import type { Register } from '../register.ts';
import type { BreachWorld, HeadSpan, HeldBy, KeySpan, MemberSpan, ReadLine, StepSpan } from './exposure.ts';

const READS = new Set(['release', 'emergency']);
interface Part {
  /** The patient's id in the GP system. */
  readonly patient: string;
  readonly scope: string;
}
export interface PracticeWorld {
  readonly world: BreachWorld;
  /** By handle; a note or message stands under none. */
  readonly parts: ReadonlyMap<string, Part>;
  /** By dossier: the patient. */
  readonly patients: ReadonlyMap<string, string>;
}

/** A line with its number in the log. */
export interface Place {
  readonly index: number;
  readonly entry: Entry;
}

export async function stateOfMirror(dir: string): Promise<z.infer<typeof mirrorState>> {
  const bytes = await readIfThere(join(dir, MIRROR_FILE));
  const state = bytes === null ? undefined : mirrorState.safeParse(JSON.parse(fromUtf8(bytes))).data;
  if (!state) throw agentError('bad-mirror', `${dir} is no mirror of a vault`);
  return state;
}

/** Every line that is still there, in order. Throws `agent/bad-mirror`. */
export async function mirroredLines(dir: string): Promise<readonly Place[]> {
  const { size } = await stateOfMirror(dir);
  const places: Place[] = [];
  for (let first = 0; first < size; first += 1000) {
    const text = fromUtf8((await readIfThere(join(dir, entriesFile(first)))) ?? new Uint8Array());
    for (const [i, line] of text.split('\n').entries())
      if (line !== '' && line !== GONE)
        places.push({ index: first + i, entry: decodeEntry(fromBase64url(line)).entry });
  }
  return places;
}

export async function mirroredStatements(dir: string): Promise<readonly Payload[]> {
  const folder = join(dir, 'objects');
  const out: Payload[] = [];
  for (const name of (await readdir(folder)).sort())
    for (const { kind, bytes } of readObjects((await readIfThere(join(folder, name))) ?? new Uint8Array()))
      if (kind === 'statement') out.push(decodeStatement(fromBase64url(bytes)).payload);
  return out;
}

/** Every fact that somebody ended, by the withdrawals that stand in the copy. */
export const endedFacts = async (dir: string): Promise<ReadonlySet<string>> =>
  new Set((await mirroredStatements(dir)).flatMap((one) => (one.t === 'withdrawal' ? [one.fact] : [])));

/** Who was in which team, and which key each team had when. */
function peopleOf(statements: readonly Payload[]) {
  const ended = new Map<string, number>();
  for (const one of statements) if (one.t === 'withdrawal') ended.set(one.fact, one.at);
  const members: MemberSpan[] = [];
  const own: StepSpan[] = [];
  const holders = new Map<string, HeldBy>();
  const partners = new Map<string, string[]>();
  for (const one of statements) {
    if (one.t !== 'fact') continue;
    const until = Math.min(one.until ?? Number.POSITIVE_INFINITY, ended.get(one.id) ?? Number.POSITIVE_INFINITY);
    const span = { from: one.from, until: Number.isFinite(until) ? until : null };
    if (one.kind === 'membership') members.push({ ...span, person: one.person, team: one.team });
    // A patient, or who stands in for them, is the team of one that reads this dossier.
    if (one.kind === 'own') {
      members.push({ ...span, person: one.person, team: one.team });
      own.push({ ...span, team: one.team, dossier: one.dossier, handles: null });
    }
    if (one.kind === 'keyholders')
      holders.set(one.id, { need: one.need, people: one.holders.map(({ person }) => person) });
    if (one.kind === 'partner')
      partners.set(one.organisation, [...(partners.get(one.organisation) ?? []), ...one.teams]);
  }
  const epochs = Map.groupBy(
    statements.flatMap((one) => (one.t === 'epoch' ? [one] : [])),
    ({ team }) => team,
  );
  const keys = [...epochs.values()].flatMap((list): KeySpan[] => {
    const inOrder = list.toSorted((a, b) => a.number - b.number);
    return inOrder.map(({ team, kem, at }, i) => ({ team, kem, from: at, until: inOrder[i + 1]?.at ?? null }));
  });
  return { members, own, holders, partners, keys };
}

/** What became of dossiers, from the lines. `holders`: whom the owners named, by fact; it counts from the line that brought it. */
function coursesOf(lines: readonly Entry[], holders: ReadonlyMap<string, HeldBy>) {
  const heads = new Map<string, HeadSpan & { until: number | null }>();
  const past: HeadSpan[] = [];
  let held: HeldBy | null = null;
  const facts = new Map<string, { from: number; until: number | null; dossier: DossierId }>();
  const reads: ReadLine[] = [];
  const devices = new Map<string, Set<string>>();
  for (const { common, items } of lines) {
    const { at, actor, device, organisation, event } = common;
    if (device !== null) devices.set(device, (devices.get(device) ?? new Set()).add(actor));
    for (const { kind, outcome, dossier, handle, facts: named, state } of items) {
      if (outcome !== 'success') continue;
      for (const fact of kind === 'fact' ? named : []) {
        const now = holders.get(fact);
        if (now !== undefined) held = now.need === 0 ? null : now;
      }
      if (dossier === null) continue;
      if (kind === 'head' && handle !== null) {
        const before = heads.get(handle);
        // Another version: who keeps pieces of it may differ.
        if (before !== undefined) past.push({ ...before, until: before.until ?? at });
        heads.set(handle, { dossier, handle, from: at, until: null, held });
      }
      const head = handle === null ? undefined : heads.get(handle);
      if (kind === 'drop' && head) head.until ??= at;
      if (kind === 'fact') for (const fact of named) facts.set(fact, { from: at, until: null, dossier });
      if (kind === 'withdrawal')
        for (const fact of named) {
          const known = facts.get(fact);
          if (known) known.until ??= at;
        }
      if (kind === 'release' && handle !== null && READS.has(event))
        reads.push({ at, person: actor, organisation, device, dossier, handle });
      if (kind === 'state' && state === dossierState(dossier, [])) {
        for (const one of heads.values()) if (one.dossier === dossier) one.until ??= at;
        for (const one of facts.values()) if (one.dossier === dossier) one.until ??= at;
      }
    }
  }
  return { heads: [...past, ...heads.values()], facts, reads, devices };
}

export async function practiceWorld(mirror: string, register: Register): Promise<PracticeWorld> {
  const { members, own, holders, partners, keys } = peopleOf(await mirroredStatements(mirror));
  const lines = (await mirroredLines(mirror)).map(({ entry }) => entry);
  const { heads, facts, reads, devices } = coursesOf(lines, holders);
  const steps: StepSpan[] = [...own];
  const parts = new Map<string, Part>();
  const patients = new Map<string, string>();
  const stand = (team: string, dossier: DossierId, handles: readonly HandleId[], fact: string, end: number | null) => {
    const known = facts.get(fact);
    if (!known) return;
    const until = Math.min(known.until ?? Number.POSITIVE_INFINITY, end ?? Number.POSITIVE_INFINITY);
    steps.push({ team, dossier, handles, from: known.from, until: Number.isFinite(until) ? until : null });
  };
  for (const [patient, { enrolment, live }] of Object.entries(register.patients)) {
    if (enrolment === null || !('ids' in enrolment)) continue;
    const { dossier, handles, steps: standing, visits } = enrolment.ids;
    patients.set(dossier, patient);
    for (const [scope, handle] of Object.entries(handles)) parts.set(handle, { patient, scope });
    for (const [team, list] of Object.entries(standing))
      for (const one of list) stand(team, dossier, one.handles, one.fact, null);
    for (const one of visits ?? []) stand(one.team, dossier, one.handles, one.fact, one.until);
    for (const one of live?.handed ?? []) stand(one.team, dossier, one.handles, one.fact, one.until);
  }
  const owners = new Map([...devices].map(([device, people]) => [device, [...people]] as const));
  return { world: { heads, steps, members, keys, reads, partners, devices: owners }, parts, patients };
}
