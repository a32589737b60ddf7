/**
 * What appointments open and close for the practice's own teams (docs/spec/sync.md, "Appointments"): windows become steps
 * that end by themselves, and a relation where the team stands in none; what no appointment carries any more is withdrawn.
 */

import {
  addDays,
  type DossierId,
  dayStart,
  type FactId,
  type HandleId,
  type Instant,
  type LocalDate,
  localDate,
  newId,
  type OrganisationId,
  type Random,
  type TeamId,
} from '@ketenkluis/base';
import {
  type Booking,
  type ProgrammeId,
  type Selection,
  VISIT_AHEAD,
  type Visit,
  type VisitRefusal,
  visitsFor,
} from '@ketenkluis/care';
import type { Fact } from '@ketenkluis/seal';
import type { DossierIds, LiveDossier, OpenVisit, Register, Team } from './register.ts';

/** Counts only: nothing here says who. */
export interface VisitReport {
  /** Windows that stand after this sync, those of later days too; stated and ended by it. */
  readonly open: number;
  readonly opened: number;
  readonly closed: number;
  /** Appointments that open nothing, by reason. */
  readonly ignored: Readonly<Partial<Record<VisitRefusal, number>>>;
}

/** The days whose appointments can matter: no step lasts longer than a week after its own. */
export const bookedDays = (at: Instant): { readonly from: LocalDate; readonly to: LocalDate } => ({
  from: addDays(localDate(at), -7),
  to: addDays(localDate(at), VISIT_AHEAD),
});

const sameHandles = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((value) => other.includes(value));

type Wanted = Pick<OpenVisit, 'team' | 'handles' | 'day' | 'until'>;

function wantedOf(visits: readonly Visit[], teams: readonly Team[], { handles }: DossierIds): Wanted[] {
  return visits.flatMap(({ role, scopes, first, until }) => {
    const parts = scopes.flatMap((scope) => handles[scope] ?? []);
    const own = teams.filter((team) => team.role === role && team.need !== 'emergency');
    return parts.length === 0
      ? []
      : own.map(({ team }) => ({ team, handles: parts, day: first, until: dayStart(until) }));
  });
}

/** Does a fact that stands as long as the enrolment name this team? */
const isRelated = (ids: DossierIds, team: TeamId): boolean => (ids.steps[team] ?? []).length > 0;

/** The windows of one dossier after one reading: what is still wanted keeps its facts, so a sync that finds the same says nothing. */
export function settleVisits(
  known: readonly OpenVisit[],
  wanted: readonly Wanted[],
  of: { readonly ids: DossierIds; readonly at: Instant; readonly random: Random },
): OpenVisit[] {
  const { ids, at, random } = of;
  const fits = (one: OpenVisit) => (want: Wanted) =>
    one.team === want.team &&
    one.day === want.day &&
    one.until === want.until &&
    sameHandles(one.handles, want.handles) &&
    (one.relation === null) === isRelated(ids, one.team);
  const stays = (one: OpenVisit) => !one.over && at < one.until && wanted.some(fits(one));
  const fresh = wanted
    .filter((want) => at < want.until && !known.some((one) => stays(one) && fits(one)(want)))
    .map(
      (want): OpenVisit => ({
        ...{ ...want, handles: [...want.handles], fact: newId('fact', random), over: false },
        relation: isRelated(ids, want.team) ? null : newId('fact', random),
        // Never from before it was said: whoever weighs an old line anew gets the old answer.
        from: Math.max(dayStart(want.day), at) as Instant,
      }),
    );
  return [...known.map((one) => (stays(one) ? one : { ...one, over: true })), ...fresh];
}

/** Writes into the register, in memory, what the appointments of all enrolled open; the caller saves it before anything is sent. */
export function settleRegister(of: {
  readonly register: Register;
  readonly bookings: ReadonlyMap<string, readonly Booking[]>;
  readonly live: (dossier: DossierId) => LiveDossier | null;
  readonly selection: Selection;
  readonly at: Instant;
  readonly random: Random;
}): VisitReport {
  const { register, bookings, selection, at, random } = of;
  const ignored: Partial<Record<VisitRefusal, number>> = {};
  const count = { open: 0, opened: 0, closed: 0 };
  for (const [patient, { enrolment }] of Object.entries(register.patients)) {
    if (enrolment?.state !== 'enrolled') continue;
    const { ids } = enrolment;
    const live = of.live(ids.dossier);
    // What is over and gone is forgotten, so that the register does not grow.
    const known = (ids.visits ?? []).filter(({ fact, over }) => !over || live?.facts[fact] !== undefined);
    const programmes = enrolment.programmes as ProgrammeId[];
    const found = visitsFor(bookings.get(patient) ?? [], { programmes, selection, today: localDate(at) });
    for (const [why, times] of Object.entries(found.ignored) as [VisitRefusal, number][])
      ignored[why] = (ignored[why] ?? 0) + times;
    const settled = settleVisits(known, wantedOf(found.visits, register.teams, ids), { ids, at, random });
    const ended = settled.filter(({ over }) => over).length;
    count.open += settled.length - ended;
    count.opened += settled.length - known.length;
    count.closed += ended - known.filter(({ over }) => over).length;
    if (settled.length > 0) ids.visits = settled;
    else delete ids.visits;
  }
  return { ...count, ignored };
}

const isOpen = ({ over, until }: OpenVisit, at: Instant): boolean => !over && at < until;

/** The windows of a team that run or are to come, for its list. */
export const openVisits = (ids: DossierIds, team: TeamId, at: Instant): readonly OpenVisit[] =>
  (ids.visits ?? []).filter((one) => one.team === team && isOpen(one, at));

export const factsOfVisit = ({ fact, relation }: OpenVisit): FactId[] => [
  fact,
  ...(relation === null ? [] : [relation]),
];

/** Who gets a part's share on the ground of an appointment. */
export const visitGrants = (ids: DossierIds, handle: HandleId, at: Instant) =>
  (ids.visits ?? [])
    .filter((one) => isOpen(one, at) && one.handles.includes(handle))
    .map(({ team, fact }) => ({ team, fact }));

/** What has to be stated, and which steps end with everything that stands on them. */
export function visitFacts(
  ids: DossierIds,
  live: LiveDossier,
  { practice, at }: { readonly practice: OrganisationId; readonly at: Instant },
): { readonly facts: readonly Fact[]; readonly over: LiveDossier['handed'] } {
  const isLive = (fact: FactId) => live.facts[fact] !== undefined;
  const own = ids.visits ?? [];
  const facts = own
    .filter((one) => isOpen(one, at))
    .flatMap(({ team, fact, relation, handles, from, until }): Fact[] => {
      const head = { t: 'fact', v: 1, suite: 1, practice, dossier: ids.dossier, from, until } as const;
      return [
        { ...head, kind: 'step', id: fact, team, handles: [...handles] },
        ...(relation === null ? [] : [{ ...head, kind: 'relation' as const, id: relation, teams: [team] }]),
      ];
    });
  return {
    facts: facts.filter(({ id }) => !isLive(id)),
    over: own
      .filter((one) => !isOpen(one, at) && isLive(one.fact))
      .map((one) => {
        const { fact, team, handles, until } = one;
        return { fact, team, handles: [...handles], until, facts: factsOfVisit(one).filter(isLive), grants: [] };
      }),
  };
}
