/** What has to be sealed for one patient: ids chosen once, facts that are not live yet, scopes whose content changed. */

import {
  type DossierId,
  type FactId,
  type HandleId,
  type Instant,
  type LocalDate,
  newId,
  type OrganisationId,
  type Random,
  type TeamId,
} from '@ketenkluis/base';
import {
  type ProgrammeId,
  type RoleId,
  type ScopeId,
  type Selection,
  scopesForRole,
  standingScopes,
} from '@ketenkluis/care';
import type { Fact, Hash, Withdrawal } from '@ketenkluis/seal';
import type { Contents } from './contents.ts';
import { emptyLive } from './live.ts';
import { mitzFacts } from './mitz/facts.ts';
import type { Owns } from './own.ts';
import type { DossierIds, Enrolment, LiveDossier, Team } from './register.ts';
import type { DossierJob, PackJob } from './sealing.ts';
import { visitFacts, visitGrants } from './visits.ts';

export type Enrolled = Extract<Enrolment, { state: 'enrolled' }>;
export type Ended = Extract<Enrolment, { state: 'ended' }>;

const WRITERS: ReadonlySet<string> = new Set(['gp', 'poh-s']);
/** The emergency summary is granted beforehand, by a kind of fact that no look rests on (R21). */
const EMERGENCY = 'emergency';

const treating = (teams: readonly Team[]) => teams.filter(({ role }) => role !== null);

/** The scopes that a team needs of a patient in these programmes. */
export function scopesOfTeam(team: Team, programmes: readonly ProgrammeId[], selection: Selection): readonly ScopeId[] {
  const role = team.role as RoleId | null;
  if (role === null) return [];
  return team.need === EMERGENCY
    ? scopesForRole(role, programmes, selection)
    : standingScopes(role, programmes, selection);
}

/** Fresh ids for a new dossier. */
export const newDossierIds = (random: Random): DossierIds => ({
  dossier: newId('dossier', random),
  handles: {},
  enrolment: newId('fact', random),
  relation: newId('fact', random),
  steps: {},
  writes: {},
});

/** Adds what is missing: a handle per needed scope, a step per team for handles that none of its steps lists. True if it did. */
export function completeIds(
  ids: DossierIds,
  live: LiveDossier | null,
  programmes: readonly ProgrammeId[],
  teams: readonly Team[],
  selection: Selection,
  random: Random,
): boolean {
  let added = false;
  for (const team of treating(teams)) {
    const scopes = scopesOfTeam(team, programmes, selection);
    for (const scope of scopes) {
      const known = ids.handles[scope];
      if (known && !live?.gone.includes(known)) continue;
      ids.handles[scope] = newId('handle', random);
      added = true;
    }
    const steps = ids.steps[team.team] ?? [];
    const listed = new Set(steps.flatMap(({ handles }) => handles));
    const fresh = scopes.map((scope) => ids.handles[scope]!).filter((handle) => !listed.has(handle));
    if (fresh.length > 0) {
      ids.steps[team.team] = [...steps, { fact: newId('fact', random), handles: fresh }];
      added = true;
    }
    if (WRITERS.has(team.need) && !ids.writes[team.team]) {
      ids.writes[team.team] = newId('fact', random);
      added = true;
    }
  }
  return added;
}

export interface PlanContext {
  readonly practice: OrganisationId;
  readonly teams: readonly Team[];
  readonly selection: Selection;
  readonly asOf: LocalDate;
  readonly at: Instant;
  /** Teams with a new key: what they may read is sealed afresh. */
  readonly rekeyed: ReadonlySet<TeamId>;
  readonly partners: PartnerTeams;
  readonly owns: Owns;
  /** Steps on consent that was assumed and may be no more. */
  readonly unassumed: ReadonlySet<string>;
}
/** Partners' teams that may be referred to now, with their newest keys. */
interface TeamKey {
  readonly epoch: number;
  readonly kem: string;
}
export type TeamKeys = ReadonlyMap<TeamId, TeamKey>;
/** With the key that each team began with. */
export type PartnerTeams = ReadonlyMap<TeamId, TeamKey & { readonly first: string }>;

/** The facts of the dossier that are not live yet. */
function missingFacts(ids: DossierIds, live: LiveDossier, { practice, teams, at }: PlanContext): Fact[] {
  const base = (id: FactId) => ({ t: 'fact' as const, v: 1 as const, suite: 1, id, practice, from: at, until: null });
  // Who stands in no step is related by what opens one.
  const stands = ({ team }: Team) => (ids.steps[team] ?? []).length > 0;
  const related = treating(teams).filter((team) => team.need !== EMERGENCY && stands(team));
  const urgent = new Set<string>(teams.filter(({ need }) => need === EMERGENCY).map(({ team }) => team));
  const all: Fact[] = [
    { ...base(ids.enrolment), kind: 'enrolment', dossier: ids.dossier },
    { ...base(ids.relation), kind: 'relation', dossier: ids.dossier, teams: related.map(({ team }) => team) },
    ...Object.entries(ids.steps).flatMap(([team, steps]) =>
      steps.map(
        ({ fact, handles }): Fact => ({
          ...base(fact),
          kind: urgent.has(team) ? 'emergency' : 'step',
          dossier: ids.dossier,
          team: team as TeamId,
          handles: [...handles],
        }),
      ),
    ),
    ...Object.entries(ids.writes).map(
      ([team, fact]): Fact => ({ ...base(fact), kind: 'write', dossier: ids.dossier, team: team as TeamId }),
    ),
  ];
  return all.filter(({ id }) => live.facts[id] === undefined);
}

/** A team's standing step comes before what an appointment opens: one grant of a version stands on one fact. */
function grantsFor(ids: DossierIds, handle: HandleId, at: Instant): PackJob['grants'] {
  const standing = Object.entries(ids.steps).flatMap(([team, steps]) => {
    const step = steps.find(({ handles }) => handles.includes(handle));
    return step ? [{ team: team as TeamId, fact: step.fact }] : [];
  });
  return [...new Map([...visitGrants(ids, handle, at), ...standing].map((one) => [one.team, one])).values()];
}

const withdrawalOf =
  (practice: OrganisationId, dossier: DossierId, at: Instant) =>
  (fact: FactId): Withdrawal => ({
    ...{ t: 'withdrawal', v: 1, suite: 1, practice, fact, dossier, at },
  });

/** Undefined when nothing changed. `unknown`: what is live is not known exactly, so everything is sealed again. */
export function planDossier(
  enrolment: Enrolled,
  known: LiveDossier | null,
  contents: readonly Contents[],
  context: PlanContext,
  unknown = false,
): DossierJob | undefined {
  const { ids } = enrolment;
  const live = known ?? emptyLive();
  const lost = unknown || live.stated !== undefined;
  const visits = visitFacts(ids, live, context);
  const over = [
    ...live.handed.filter(({ fact, until }) => until <= context.at || context.unassumed.has(fact)),
    ...visits.over,
  ];
  // As long as a referral lives, and its team's key is known, new versions are sealed for it too.
  const handed = live.handed.filter((one) => !over.includes(one) && context.partners.has(one.team));
  const reseal = new Set<string>([...live.reseal, ...over.flatMap(({ handles }) => handles)]);
  const mitz = mitzFacts(ids, live, context);
  const facts = [...missingFacts(ids, live, context), ...mitz.facts, ...visits.facts];
  const newSteps = new Set<string>(
    facts.filter(({ kind }) => kind === 'step' || kind === 'emergency').map(({ id }) => id),
  );
  const theirs = (context.owns.of.get(ids.dossier) ?? []).map(({ team, fact }) => ({ team, fact }));
  const packs: PackJob[] = [];
  const filled = new Set<string>();
  for (const { scope, fingerprint, legend, bytes } of contents) {
    const handle = ids.handles[scope];
    if (handle === undefined) continue;
    filled.add(scope);
    const head = live.heads[scope];
    const given = handed.filter(({ handles }) => handles.includes(handle)).map(({ team, fact }) => ({ team, fact }));
    const grants = [
      ...grantsFor(ids, handle, context.at),
      ...new Map(given.map((one) => [one.team, one])).values(),
      ...theirs,
    ];
    const holds = (team: TeamId) =>
      live.grants.some((one) => one.team === team && one.packs.includes(head!.descriptor));
    const fresh =
      reseal.has(handle) ||
      grants.some(({ team, fact }) => context.rekeyed.has(team) || (fact !== null && newSteps.has(fact))) ||
      (head !== undefined && [...given, ...theirs].some(({ team }) => !holds(team))) ||
      live.grants.some(({ team, packs }) => packs.includes(head?.descriptor as Hash) && context.owns.isOver(team));
    if (head && head.fingerprint === fingerprint && !fresh && !lost) continue;
    packs.push({
      handle,
      version: (head?.version ?? 0) + 1,
      prev: head?.descriptor ?? null,
      envelope: {
        dossier: ids.dossier,
        team: null,
        ...(legend
          ? { type: 'legend' as const, scope: null, programmes: [], selection: null }
          : {
              ...{ type: 'fhir' as const, scope, programmes: [...enrolment.programmes].sort() },
              selection: context.selection.version as Hash,
            }),
        asOf: context.asOf,
      },
      slot: null,
      content: bytes(context.asOf),
      grants,
      scope,
      fingerprint,
    });
  }
  // Where a colleague's note hangs an empty part is sealed instead (sending.ts): dropped at the sync after it was taken over.
  const drop = Object.keys(live.heads)
    .filter((scope) => !filled.has(scope))
    .map((scope) => ({ scope, handle: ids.handles[scope]! }));
  const withdrawals = [
    ...mitz.withdrawals,
    ...over.flatMap((one) => one.facts).map(withdrawalOf(context.practice, ids.dossier, context.at)),
  ];
  if (facts.length + withdrawals.length + packs.length + drop.length === 0) return undefined;
  return {
    ...{ dossier: ids.dossier, expect: live.seq, facts, withdrawals, ends: false, packs, drop },
    ...(over.length === 0 ? {} : { over }),
  };
}

/** Ends an enrolment: one withdrawal, and the vault removes everything of the dossier. */
export function planEnd(
  ended: Ended,
  live: LiveDossier,
  { practice, at }: Pick<PlanContext, 'practice' | 'at'>,
): DossierJob {
  const { dossier, enrolment } = ended.ids;
  const withdrawals = [withdrawalOf(practice, dossier, at)(enrolment)];
  return { dossier, expect: live.seq, facts: [], withdrawals, ends: true, packs: [], drop: [] };
}
