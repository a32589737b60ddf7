/**
 * Which steps the appointment book opens, and for how long (docs/spec/programme.md, "Steps by appointment"). Pure. What
 * cannot be told opens nothing and is counted; no text of an appointment is looked at.
 */

import { addDays, daysBetween, HOUR, type Instant, instant, type LocalDate, localDate } from '@ketenkluis/base';
import {
  type Appointment,
  type CodingKey,
  conceptKeys,
  type Encounter,
  fhirDate,
  isDateFault,
  literalReference,
} from '@ketenkluis/fhir';
import {
  longKey,
  PROGRAMME_IDS,
  PROGRAMMES,
  type ProgrammeId,
  ROLE_IDS,
  ROLES,
  type RoleId,
  type ScopeId,
} from './catalogue.ts';
import { issueStep, standingScopes } from './issue.ts';
import type { Selection } from './selection.ts';

/** An appointment or contact, as far as it says who may look: who, when and of which kind. */
export interface Booking {
  readonly what: 'appointment' | 'encounter';
  readonly state: 'planned' | 'done' | 'off' | 'unclear';
  /** Null: not said to the day, or it ends before it begins. */
  readonly day: LocalDate | null;
  /** Null where no time of day is said. */
  readonly at: Instant | null;
  /** Of the practice's own people in it. Empty: nobody, or nobody whose one role a code tells. */
  readonly roles: readonly RoleId[];
  /** What is to be done; where that is not said, which kind of appointment it is. */
  readonly kinds: readonly CodingKey[];
}

/** A window in which the teams of one role may open more than they stand in. */
export interface Visit {
  readonly role: RoleId;
  readonly programme: ProgrammeId;
  readonly step: string;
  /** What the role does not stand in already. */
  readonly scopes: readonly ScopeId[];
  readonly first: LocalDate;
  /** The day after the last. */
  readonly until: LocalDate;
}

export const VISIT_REFUSALS = [
  'unclear-state',
  'no-day',
  'no-performer',
  'unknown-kind',
  'not-in-programme',
  'nothing-needed',
  'waits',
] as const;
/** `waits`: another appointment opens the same parts first. */
export type VisitRefusal = (typeof VISIT_REFUSALS)[number];

export interface Visits {
  readonly visits: readonly Visit[];
  /** Appointments that open nothing, by reason. One whose own people stand in everything anyway is none of these. */
  readonly ignored: Readonly<Partial<Record<VisitRefusal, number>>>;
}

/** Not further ahead than a snapshot can last: what comes later is for a later sync. */
export const VISIT_AHEAD = 14;
/** Whoever is early. */
const EARLY = HOUR;

const ROLE_OF: ReadonlyMap<CodingKey, RoleId> = new Map(
  ROLE_IDS.flatMap((role) => (ROLES[role].codes ?? []).map(({ code }) => [longKey(code), role] as const)),
);

/** The one role that the codes tell; two different ones, or none, are no answer. */
export function roleOfCodes(codes: readonly CodingKey[]): RoleId | undefined {
  const [role, ...more] = new Set(codes.flatMap((code) => ROLE_OF.get(code) ?? []));
  return more.length === 0 ? role : undefined;
}

const APPOINTMENT: Readonly<Record<string, Booking['state']>> = {
  ...{ booked: 'planned', arrived: 'planned', 'checked-in': 'planned', fulfilled: 'done' },
  ...{ cancelled: 'off', noshow: 'off', 'entered-in-error': 'off' },
};
const ENCOUNTER: Readonly<Record<string, Booking['state']>> = {
  ...{ planned: 'planned', arrived: 'planned', triaged: 'planned', 'in-progress': 'planned', onleave: 'planned' },
  ...{ finished: 'done', cancelled: 'off', 'entered-in-error': 'off' },
};
const stateIn = (known: Readonly<Record<string, Booking['state']>>, status: string | undefined): Booking['state'] =>
  status !== undefined && Object.hasOwn(known, status) ? known[status]! : 'unclear';

const ZONED = /T.*(?:Z|[+-]\d{2}:\d{2})$/;
function momentOf(text: string | undefined): { readonly day: LocalDate | null; readonly at: Instant | null } {
  const read = fhirDate(text);
  if (text === undefined || isDateFault(read) || read.from !== read.to) return { day: null, at: null };
  const at = ZONED.test(text) ? Date.parse(text) : Number.NaN;
  return { day: read.from, at: Number.isNaN(at) ? null : instant(at) };
}

function timeOf(start: string | undefined, end: string | undefined): Pick<Booking, 'day' | 'at'> {
  const from = momentOf(start);
  const to = momentOf(end);
  const turned =
    from.day !== null &&
    to.day !== null &&
    (to.day < from.day || (from.at !== null && to.at !== null && to.at < from.at));
  return turned || (end !== undefined && to.day === null) ? { day: null, at: null } : from;
}

const PEOPLE = new Set(['Practitioner', 'PractitionerRole']);
/** `codesOf`: what the source calls the person behind a reference. */
type CodesOf = (reference: string) => readonly CodingKey[];

const rolesAt = (
  people: readonly { readonly reference: string | undefined; readonly codes: readonly CodingKey[] }[],
  codesOf: CodesOf,
): RoleId[] => [
  ...new Set(
    people.flatMap(({ reference, codes }) => {
      const target = literalReference(reference);
      if (reference !== undefined && (target === undefined || !PEOPLE.has(target.type))) return [];
      const known = target === undefined ? [] : codesOf(`${target.type}/${target.id}`);
      return roleOfCodes([...known, ...codes]) ?? [];
    }),
  ),
];

function bookedOf(one: Appointment, codesOf: CodesOf): Booking {
  const participants = one.participant ?? [];
  const patients = participants.filter(({ actor }) => literalReference(actor?.reference)?.type === 'Patient');
  const declined = patients.some(({ status }) => status === 'declined');
  const said = stateIn(APPOINTMENT, one.status);
  const services = (one.serviceType ?? []).flatMap(conceptKeys);
  const performers = participants
    .filter(({ status }) => status !== 'declined')
    .map(({ actor, type }) => ({ reference: actor?.reference, codes: (type ?? []).flatMap(conceptKeys) }));
  return {
    what: 'appointment',
    // A group has several patients: whose appointment it is cannot be told.
    state: patients.length > 1 ? 'unclear' : said === 'planned' && declined ? 'off' : said,
    ...timeOf(one.start, one.end),
    roles: rolesAt(performers, codesOf),
    kinds: one.serviceType === undefined ? conceptKeys(one.appointmentType) : services,
  };
}

export function bookingOf(one: Appointment | Encounter, codesOf: CodesOf): Booking {
  if (one.resourceType === 'Appointment') return bookedOf(one, codesOf);
  const performers = (one.participant ?? []).map(({ individual }) => ({ reference: individual?.reference, codes: [] }));
  return {
    what: 'encounter',
    state: stateIn(ENCOUNTER, one.status),
    ...timeOf(one.period?.start, one.period?.end),
    roles: rolesAt(performers, codesOf),
    kinds: [],
  };
}

/** A finished contact on the day, at or after the time, with somebody of that role or with nobody that can be told. */
const tookPlace = (booking: Booking, role: RoleId, contacts: readonly Booking[]): boolean =>
  contacts.some(
    ({ day, at, roles }) =>
      day === booking.day &&
      (at === null || booking.at === null || at >= booking.at - EARLY) &&
      (roles.length === 0 || roles.includes(role)),
  );

const stepsOf = (programme: ProgrammeId, role: RoleId) =>
  PROGRAMMES[programme].steps.flatMap((step) =>
    step.appointment !== undefined && step.roles.includes(role) ? [{ ...step, appointment: step.appointment }] : [],
  );
const hasKind = (kinds: readonly { readonly code: string }[], booking: Booking): boolean =>
  kinds.some(({ code }) => booking.kinds.includes(longKey(code)));

/**
 * The day of the appointment behind a window in a team's list, worked out from its end: the list itself needs no more than the window.
 * Null where the steps of these roles do not all last equally long after their day.
 */
export function visitDay(roles: readonly RoleId[], { until }: { readonly until: Instant }): LocalDate | null {
  const lasting = new Set(
    PROGRAMME_IDS.flatMap((programme) => roles.flatMap((role) => stepsOf(programme, role))).map(
      ({ appointment }) => appointment.daysAfter,
    ),
  );
  const [days, ...more] = lasting;
  return days === undefined || more.length > 0 ? null : addDays(localDate(until), -(days + 1));
}

type Opened = readonly Visit[] | VisitRefusal;

function openedBy(booking: Booking, role: RoleId, contacts: readonly Booking[], about: VisitQuestion): Opened {
  const everywhere = PROGRAMME_IDS.flatMap((programme) => stepsOf(programme, role));
  if (everywhere.length === 0) return [];
  if (!everywhere.some(({ appointment }) => hasKind(appointment.kinds, booking))) return 'unknown-kind';
  const { programmes, selection } = about;
  const visits: Visit[] = [];
  let fits = false;
  for (const programme of programmes) {
    for (const { id, appointment } of stepsOf(programme, role)) {
      if (!hasKind(appointment.kinds, booking)) continue;
      fits = true;
      const answer = issueStep({ role, programme, step: id, evidence: ['appointment'], programmes }, selection);
      if (!answer.issue) continue;
      const standing = standingScopes(role, programmes, selection);
      const scopes = answer.scopes.filter((scope) => !standing.includes(scope));
      const first = addDays(booking.day!, -appointment.daysBefore);
      const until = addDays(booking.day!, appointment.daysAfter + 1);
      if (scopes.length > 0) visits.push({ role, programme, step: id, scopes, first, until });
    }
  }
  if (!fits) return 'not-in-programme';
  if (visits.length === 0) return 'nothing-needed';
  return tookPlace(booking, role, contacts) ? [] : visits;
}

export interface VisitQuestion {
  /** The programmes that this patient is enrolled in. */
  readonly programmes: readonly ProgrammeId[];
  readonly selection: Selection;
  readonly today: LocalDate;
}

const keyOf = ({ first, role, programme, step, until }: Visit): string =>
  [first, until, role, programme, step].join(' ');

/** One row of one role sees a part through one window at a time, the earliest: a grant stands on one fact. */
function oneAtATime(visits: readonly Visit[], refuse: (why: VisitRefusal) => void): Visit[] {
  const taken = new Map<RoleId, Set<ScopeId>>();
  return visits.flatMap((visit) => {
    const own = taken.get(visit.role) ?? new Set();
    taken.set(visit.role, own);
    const scopes = visit.scopes.filter((scope) => !own.has(scope));
    for (const scope of scopes) own.add(scope);
    if (scopes.length > 0) return [{ ...visit, scopes }];
    refuse('waits');
    return [];
  });
}

/** What one patient's appointments and contacts open from today on. */
export function visitsFor(bookings: readonly Booking[], about: VisitQuestion): Visits {
  const ignored: Partial<Record<VisitRefusal, number>> = {};
  const refuse = (why: VisitRefusal): void => {
    ignored[why] = (ignored[why] ?? 0) + 1;
  };
  const contacts = bookings.filter(({ what, state }) => what === 'encounter' && state === 'done');
  const found = new Map<string, Visit>();
  for (const booking of bookings) {
    if (booking.what !== 'appointment' || booking.state === 'done' || booking.state === 'off') continue;
    if (booking.state === 'unclear') refuse('unclear-state');
    else if (booking.day === null) refuse('no-day');
    else if (daysBetween(about.today, booking.day) > VISIT_AHEAD) continue;
    else if (booking.roles.length === 0) refuse('no-performer');
    else {
      for (const role of booking.roles) {
        const opened = openedBy(booking, role, contacts, about);
        if (typeof opened === 'string') refuse(opened);
        else for (const visit of opened) if (about.today < visit.until) found.set(keyOf(visit), visit);
      }
    }
  }
  const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, visit]) => visit);
  return { visits: oneAtATime(sorted, refuse), ignored };
}
