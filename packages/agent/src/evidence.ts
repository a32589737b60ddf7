/**
 * What only the practice knows and a log officer needs to judge looks (docs/spec/review.md, "Evidence"): who had an appointment or was
 * seen on which day, which results, recalls, letters, tasks and meetings there were, who is whose colleague, which files are related. No reason, no text, no name and no address: names and addresses
 * are words that only tell whether two are the same.
 */

import { addDays, addMonths, type DossierId, type LocalDate, type PersonId, type TeamId } from '@ketenkluis/base';
import type { Booking, RoleId } from '@ketenkluis/care';
import type { EvidenceContent } from '@ketenkluis/client';
import type { Address, HumanName } from '@ketenkluis/fhir';
import type { Fingerprints } from './contents.ts';
import type { Register } from './register.ts';
import type { Contact } from './source/contact.ts';
import type { Work } from './source/work.ts';

/** Where somebody lives and what they are called, as the GP system has it; it stays in the practice. */
export interface Dwelling {
  readonly surnames: readonly string[];
  readonly postcode: string | null;
  readonly number: string | null;
  /** Practitioners of the source whose regular patient this is. */
  readonly doctors?: readonly string[];
}

/** Dutch particles and those that are common beside them: no part of what makes a name rare. */
const PREFIX =
  /^(?:van|von|de|den|der|het|'t|’t|te|ten|ter|in|op|aan|bij|la|le|du|di|da|dos|el|al|ibn|bin|ben|ait|abd)\s+/;
const MARKS = /\p{M}/gu;

/** Folded surnames: lower case, no accents, no prefix; a double name is two. */
export function surnamesOf(family: string): string[] {
  const plain = family.normalize('NFD').replace(MARKS, '').toLowerCase().trim();
  const parts = plain.split(/\s*[-–]\s*/).map((part) => {
    let rest = part.trim();
    while (PREFIX.test(rest)) rest = rest.replace(PREFIX, '');
    return rest.replace(/[^\p{L}]/gu, '');
  });
  return [...new Set(parts.filter((part) => part.length > 1))];
}

const POSTCODE = /^([1-9]\d{3})\s?([A-Za-z]{2})$/;
/** Of the first address that has a Dutch postcode; what cannot be told is null. */
export function dwellingOf(
  names: readonly HumanName[] | undefined,
  addresses: readonly Address[] | undefined,
): Dwelling {
  const surnames = [...new Set((names ?? []).flatMap(({ family }) => (family ? surnamesOf(family) : [])))];
  for (const { postalCode, line } of addresses ?? []) {
    const code = POSTCODE.exec(postalCode?.trim() ?? '');
    if (code === null) continue;
    const house = /\s(\d+)\s*([A-Za-z0-9-]*)\s*$/.exec((line ?? []).find((one) => one !== null) ?? '');
    const number = house === null ? null : `${house[1]}${house[2]!.toLowerCase()}`;
    return { surnames, postcode: `${code[1]}${code[2]!.toUpperCase()}`, number };
  }
  return { surnames, postcode: null, number: null };
}

/** Whole months, so that a quiet day changes nothing: the month before last and on. */
export const evidenceSince = (asOf: LocalDate): LocalDate => `${addMonths(asOf, -2).slice(0, 7)}-01` as LocalDate;

/** The last day of next month: what goes on without an end is said up to there, so that a quiet day changes nothing here either. */
const evidenceUntil = (asOf: LocalDate): LocalDate =>
  addDays(`${addMonths(`${asOf.slice(0, 7)}-01` as LocalDate, 2).slice(0, 7)}-01` as LocalDate, -1);

export interface EvidenceSource {
  readonly register: Register;
  readonly fingerprints: Fingerprints;
  readonly asOf: LocalDate;
  /** By the patient's id in the GP system. */
  readonly dwellings: ReadonlyMap<string, Dwelling>;
  readonly contacts: ReadonlyMap<string, readonly Contact[]>;
  readonly bookings: ReadonlyMap<string, readonly Booking[]>;
  readonly worked: ReadonlyMap<string, readonly Work[]>;
}

type Fact = EvidenceContent['reasons'][number];

/** What the log officers' list says now. */
export function makeEvidence(of: EvidenceSource): EvidenceContent {
  const { register, fingerprints, asOf, dwellings } = of;
  const practice = register.practice.organisation;
  // The same word for the same name in this practice; nobody without the agent's key makes one from a name.
  const word = (kind: string, text: string) => fingerprints.of(`review-${kind}`, practice, text).slice(0, 16);
  const shown = (dwelling: Dwelling | undefined) => {
    const { surnames = [], postcode = null, number = null } = dwelling ?? {};
    return {
      surnames: surnames.map((one) => word('name', one)).sort(),
      home: postcode === null || number === null ? null : word('home', `${postcode} ${number}`),
      street: postcode === null ? null : word('street', postcode),
    };
  };
  const enrolled = Object.entries(register.patients).flatMap(([patient, { enrolment, wellKnown }]) =>
    enrolment?.state === 'enrolled' ? [{ patient, dossier: enrolment.ids.dossier, vip: wellKnown === true }] : [],
  );
  const owns = new Map(
    register.staff.flatMap(({ person, file }) => (file === undefined ? [] : [[file, person] as const])),
  );
  const since = evidenceSince(asOf);
  return {
    v: 1,
    asOf,
    since,
    colleagues: register.staff
      .map(({ person, role, teams, name, file }) => {
        const own = file === undefined ? undefined : dwellings.get(file);
        const named = own ?? { surnames: surnamesOf(familyIn(name)), postcode: null, number: null };
        return { person, role, teams: [...teams].sort(), ...shown(named) };
      })
      .sort((a, b) => (a.person < b.person ? -1 : 1)),
    subjects: enrolled
      .map(({ patient, dossier, vip }) => ({
        ...{ dossier, ...shown(dwellings.get(patient)), vip },
        colleague: owns.get(patient) ?? null,
      }))
      .sort((a, b) => (a.dossier < b.dossier ? -1 : 1)),
    reasons: enrolled.flatMap(({ patient, dossier }) => reasonsOf(of, since, patient, dossier)),
  };
}

/** A colleague is written down as initials and a name; what comes before the last initial is none of it. */
const familyIn = (name: string): string => name.replace(/^(?:\S+\.\s*)+/, '').trim();

function reasonsOf(of: EvidenceSource, since: LocalDate, patient: string, dossier: DossierId): Fact[] {
  const { register, contacts, bookings, worked, dwellings, asOf } = of;
  const people = new Map<string, PersonId>();
  for (const { person, practitioners } of register.staff) for (const id of practitioners ?? []) people.set(id, person);
  const teams = new Map<string, TeamId[]>();
  for (const { team, role, need } of register.teams)
    if (role !== null && need !== 'emergency') teams.set(role, [...(teams.get(role) ?? []), team]);
  const found = new Map<string, Fact>();
  const add = (
    kind: Fact['kind'],
    day: LocalDate,
    person: PersonId | null,
    team: TeamId | null,
    until: LocalDate | null = null,
  ) => {
    const long = until === null || until <= day ? {} : { until };
    found.set(`${day} ${kind} ${person} ${team} ${until}`, { kind, dossier, day, person, team, ...long });
  };
  for (const { kind, day, until, practitioners, roles } of worked.get(patient) ?? []) {
    const known = practitioners.flatMap((id) => people.get(id) ?? []);
    const theirs = known.length > 0 ? [] : roles.flatMap((role) => teams.get(role) ?? []);
    for (const person of known) add(kind, day, person, null, until);
    for (const team of theirs) add(kind, day, null, team, until);
    if (known.length + theirs.length === 0) add(kind, day, null, null, until);
  }
  for (const id of dwellings.get(patient)?.doctors ?? []) {
    const person = people.get(id);
    if (person !== undefined) add('regular', since, person, null, evidenceUntil(asOf));
  }
  for (const { kind, day, practitioners } of contacts.get(patient) ?? []) {
    if (day < since || day > asOf) continue;
    const known = practitioners.flatMap((id) => people.get(id) ?? []);
    for (const person of known) add(kind, day, person, null);
    // Whose it was the source does not tell: it stands for the practice and explains little.
    if (known.length === 0) add(kind, day, null, null);
  }
  for (const { what, state, day, roles } of bookings.get(patient) ?? []) {
    if (day === null || day < since || state === 'off' || state === 'unclear' || day > addDays(asOf, 14)) continue;
    for (const role of roles as readonly RoleId[]) for (const team of teams.get(role) ?? []) add(what, day, null, team);
  }
  // Known better than by the practice alone.
  for (const [key, { kind, day, person, team }] of found) {
    const better = [...found.values()].some((one) => one.kind === kind && one.day === day && one.team !== null);
    if (person === null && team === null && better) found.delete(key);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, fact]) => fact);
}
