/**
 * Records of one person that became one, and one record that was of two people (docs/spec/source.md, "Merge and split"; register.md): which
 * dossier stays and which goes. Nothing here gives: a refusal, an objection and a restriction go along, a consent never does.
 */

import type { DossierId, LocalDate } from '@ketenkluis/base';
import { batchesFromWire, statementFromWire } from '@ketenkluis/seal';
import type { Fingerprints } from './contents.ts';
import { isForgotten } from './destroy/forgotten.ts';
import { emptyPatient, endEnrolment } from './ending.ts';
import type { Heads } from './link.ts';
import type { Enrolled } from './plan.ts';
import type { PatientRecord, Register } from './register.ts';
import { areTwo, type Known } from './source/choose.ts';
import type { Found } from './source/practice.ts';
import { factsOfVisit } from './visits.ts';

const BOOK = 500;

const enrolledIn = (record: PatientRecord | undefined): Enrolled | undefined =>
  record?.enrolment?.state === 'enrolled' ? record.enrolment : undefined;

const recordOf = (register: Register, patient: string): PatientRecord => {
  register.patients[patient] ??= emptyPatient();
  return register.patients[patient];
};

/** Did this patient, or an owner in their name, say no? */
const isNo = ({ enrolment }: PatientRecord): boolean =>
  enrolment?.state === 'refused' ||
  (enrolment?.state === 'ended' && (enrolment.reason === 'refused' || enrolment.reason === 'withdrawn'));

/** Ended or refused in a way that no batch undoes. */
const mayNoMore = (record: PatientRecord | undefined): boolean =>
  record?.enrolment?.state === 'refused' ||
  (record?.enrolment?.state === 'ended' && record.enrolment.reason !== 'merged' && record.enrolment.reason !== 'split');

/** A no that was said under another record of this person. */
function refuse(register: Register, patient: string, asOf: LocalDate): void {
  const record = recordOf(register, patient);
  const { enrolment } = record;
  // What another end took away stays away; what could come back by name may not any more.
  if (enrolment?.state !== 'ended') endEnrolment(register, patient, 'refused', asOf);
  else if (enrolment.reason === 'merged' || enrolment.reason === 'split') enrolment.reason = 'refused';
}

/** Objections go along; what was agreed to under another record does not. */
function object(register: Register, from: PatientRecord, to: string, asOf: LocalDate): boolean {
  const known = new Set((register.patients[to]?.said ?? []).map((one) => JSON.stringify(one)));
  const more = (from.said ?? []).filter((one) => one.answer === 'objection' && !known.has(JSON.stringify(one)));
  if (more.length === 0) return false;
  const record = recordOf(register, to);
  const all = [...(record.said ?? []), ...more];
  if (all.length <= BOOK) {
    record.said = all;
    return true;
  }
  // A book that is full cannot take the objection in: then the copy goes instead.
  refuse(register, to, asOf);
  return false;
}

/** What takes away goes along with every link, before anybody is chosen or enrolled. */
export function carryWords(register: Register, { links }: Found, asOf: LocalDate): void {
  const pairs = [
    ...[...links.replaced].flatMap(([old, places]) => places.map((place) => [old, place] as const)),
    // Between records that are of one person it goes both ways.
    ...links.same.flatMap(([one, other]) => [[one, other] as const, [other, one] as const]),
  ];
  // Until nothing moves any more: links make chains.
  for (let moved = true; moved; ) {
    moved = false;
    for (const [from, to] of pairs) {
      // Whoever asked for destruction has no entry; the word stands for every record of theirs.
      if (isForgotten(register, from) && !isForgotten(register, to) && !mayNoMore(register.patients[to])) {
        refuse(register, to, asOf);
        moved = true;
      }
      const record = register.patients[from];
      if (record === undefined) continue;
      if (object(register, record, to, asOf)) moved = true;
      if (!isNo(record) || mayNoMore(register.patients[to])) continue;
      refuse(register, to, asOf);
      moved = true;
    }
  }
}

/** Dossiers in which a fact lives that neither the agent stated nor the vault shows: the patient shut something to somebody. */
export function restrictedIn(register: Register, heads: Heads): ReadonlySet<DossierId> {
  const batches = batchesFromWire(heads.batches);
  const own = new Map(
    Object.values(register.patients).flatMap(({ enrolment }) => {
      if (enrolment === null || !('ids' in enrolment)) return [];
      const { dossier, enrolment: first, relation, steps, writes, mitz = [], visits = [] } = enrolment.ids;
      const standing = Object.values(steps).flatMap((list) => list.map(({ fact }) => fact));
      const ids = [first, relation, ...standing, ...Object.values(writes), ...mitz.map(({ fact }) => fact)];
      return [[dossier, new Set<string>([...ids, ...visits.flatMap(factsOfVisit)])] as const];
    }),
  );
  return new Set(
    heads.dossiers.flatMap(({ dossier, facts, given }) => {
      const shown = new Set(given.map((wire) => statementFromWire(wire, batches).hash));
      const stated = own.get(dossier);
      return facts.every(({ fact, statement }) => stated?.has(fact) || shown.has(statement)) ? [] : [dossier];
    }),
  );
}

/** Where more of the enrolled than this seem to be somebody else at once, the source is taken to be at fault. */
const DOUBT = { part: 0.05, few: 3 };

export interface Settled {
  /** Of whom nothing is read in this sync: the source is in doubt. */
  readonly doubted: ReadonlySet<string>;
  /** The register's patients before, where anything may have changed: the reading may have to begin again. */
  readonly before: Register['patients'] | null;
}

/** Two bytes of each: enough to see that somebody else stands there now, too little to find out who. */
function marksOf(fingerprints: Fingerprints, { birthDate, mark }: Known): NonNullable<PatientRecord['marks']> {
  const brief = (what: string, value: string | number | null) =>
    value === null ? null : fingerprints.of(what, String(value)).slice(0, 3);
  return { born: brief('born', birthDate), number: brief('number', mark) };
}

const another = (before: NonNullable<PatientRecord['marks']>, now: NonNullable<PatientRecord['marks']>): boolean =>
  before.born !== null &&
  now.born !== null &&
  before.born !== now.born &&
  !(before.number !== null && before.number === now.number);

/** A copy goes, and only a batch that lists this patient by name brings one back. */
const shut = (register: Register, patient: string, reason: 'merged' | 'split', asOf: LocalDate): void => {
  endEnrolment(register, patient, reason, asOf);
  recordOf(register, patient).byName = true;
};

interface Work {
  readonly register: Register;
  readonly found: Found;
  readonly restricted: ReadonlySet<DossierId>;
  readonly asOf: LocalDate;
}

/** One record was of two people, or what stands in its place is not here: its dossier goes, and nothing of it goes anywhere else. */
function split({ register, restricted, asOf }: Work, old: string, places: readonly string[]): void {
  const enrolled = enrolledIn(register.patients[old]);
  if (enrolled === undefined) return;
  endEnrolment(register, old, 'split', asOf);
  // Whose restriction it was nobody knows: each is asked anew.
  if (restricted.has(enrolled.ids.dossier)) for (const place of places) shut(register, place, 'split', asOf);
}

/** Several records are one now. One dossier stays: the one with a restriction, else the surviving record's, else the oldest. */
function merge({ register, found, restricted, asOf }: Work, place: string, olds: readonly string[]): void {
  const record = recordOf(register, place);
  const members = [place, ...olds].filter((one) => enrolledIn(register.patients[one]) !== undefined);
  const idsOf = (one: string) => enrolledIn(register.patients[one])!.ids;
  const here = found.known(place);
  const isOne = (one: string) => {
    const known = found.known(one);
    return one === place || (here !== undefined && known !== undefined && !areTwo(here, known));
  };
  const free = record.enrolment === null && record.byName === undefined;
  const mayStay = (one: string) => isOne(one) && (one === place || free || enrolledIn(record) !== undefined);
  const held = members.filter((one) => restricted.has(idsOf(one).dossier));
  const age = (one: string) => `${enrolledIn(register.patients[one])!.since} ${one}`;
  const oldest = members.toSorted((a, b) => (age(a) < age(b) ? -1 : 1));
  const stays = (held.length > 0 ? held : members.includes(place) ? [place] : oldest).find(mayStay);
  // Of two restrictions one would be lost with its dossier; of one that cannot stay as well.
  if (held.length > 1 || (held.length === 1 && stays === undefined)) {
    for (const one of members) endEnrolment(register, one, 'merged', asOf);
    record.byName = true;
    return;
  }
  if (stays !== undefined && stays !== place) {
    const old = register.patients[stays]!;
    const { enrolment, live, askMitz } = record;
    Object.assign(record, { enrolment: old.enrolment, live: old.live, notices: [...record.notices, ...old.notices] });
    Object.assign(old, { enrolment, live });
    if (old.askMitz) record.askMitz = old.askMitz;
    else delete record.askMitz;
    if (askMitz) old.askMitz = askMitz;
    else delete old.askMitz;
  }
  for (const one of olds) endEnrolment(register, one, 'merged', asOf);
}

/**
 * Brings the register's dossiers in line with the links, and ends the dossier of a record that is of somebody else now. In memory; the
 * caller saves it before anything is sent.
 */
export async function settleLinks(of: {
  readonly register: Register;
  readonly found: Found;
  readonly asOf: LocalDate;
  readonly fingerprints: Fingerprints;
  /** Asked only when a dossier is concerned. */
  readonly restricted: () => Promise<ReadonlySet<DossierId>>;
}): Promise<Settled> {
  const { register, found, asOf, fingerprints } = of;
  const { replaced, same } = found.links;
  const marked = Object.entries(register.patients).flatMap(([patient, record]) => {
    const known = enrolledIn(record) === undefined ? undefined : found.known(patient);
    return known === undefined ? [] : [{ patient, record, marks: marksOf(fingerprints, known) }];
  });
  const others = marked.filter(({ record, marks }) => record.marks !== undefined && another(record.marks, marks));
  const doubt = others.length > Math.max(DOUBT.few, marked.length * DOUBT.part);
  const before = replaced.size + same.length + others.length > 0 ? structuredClone(register.patients) : null;
  for (const { record, marks } of doubt ? [] : marked) {
    record.marks = {
      born: marks.born ?? record.marks?.born ?? null,
      number: marks.number ?? record.marks?.number ?? null,
    };
  }
  if (!doubt) for (const { patient } of others) shut(register, patient, 'split', asOf);
  carryWords(register, found, asOf);
  const stands = (patient: string) => enrolledIn(register.patients[patient]) !== undefined;
  if ([...replaced.keys()].some(stands)) {
    const work: Work = { register, found, asOf, restricted: await of.restricted() };
    const merges = new Map<string, string[]>();
    for (const [old, places] of replaced) {
      const [place, ...more] = places;
      if (place === undefined || more.length > 0) split(work, old, places);
      else merges.set(place, [...(merges.get(place) ?? []), old]);
    }
    for (const [place, olds] of merges) if (olds.some(stands)) merge(work, place, olds.toSorted());
  }
  return { doubted: new Set(doubt ? others.map(({ patient }) => patient) : []), before };
}
