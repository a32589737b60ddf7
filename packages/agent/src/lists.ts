/** A team's own packs: worklist, directory of names, receipt. Each is sealed again only when what it says changed. */

import { canonicalJson, type DossierId, type Instant, type LocalDate, type TeamId, utf8 } from '@ketenkluis/base';
import {
  buildWorklist,
  type DueResult,
  type IdentityRecord,
  type ProgrammeId,
  type RoleId,
  type ScopeId,
  type Selection,
  type WorklistInput,
} from '@ketenkluis/care';
import type {
  DirectoryContent,
  EvidenceContent,
  OverviewContent,
  ReceiptContent,
  WeekContent,
  WorklistContent,
} from '@ketenkluis/client';
import type { Plaintext } from '@ketenkluis/seal';
import type { Fingerprints } from './contents.ts';
import type { Manifest } from './link.ts';
import { scopesOfTeam } from './plan.ts';
import type { DossierIds, Register, Team } from './register.ts';
import type { PackJob } from './sealing.ts';
import { factsOfVisit, openVisits } from './visits.ts';

/** What a row needs, kept for every enrolled patient while the practice is read: days and a name, no values. */
export interface RowSource {
  readonly ids: DossierIds;
  readonly identity: IdentityRecord;
  readonly programmes: readonly ProgrammeId[];
  readonly due: DueResult;
  /** Partners' teams that the patient objects to: nothing is assumed for them. */
  readonly objected: readonly TeamId[];
}

export type Slot = 'worklist' | 'directory' | 'receipt' | 'overview' | 'review';

export interface ListContext {
  readonly register: Register;
  readonly selection: Selection;
  readonly fingerprints: Fingerprints;
  readonly asOf: LocalDate;
  readonly at: Instant;
  /** Teams with a new key. */
  readonly rekeyed: ReadonlySet<string>;
}

/** One team's pack for one slot; undefined when it says what it said. */
function teamPack(
  team: Team,
  slot: Slot,
  says: string,
  content: () => Uint8Array,
  { register, fingerprints, asOf, rekeyed }: ListContext,
): PackJob | undefined {
  const own = team.slots[slot];
  if (own === undefined) return undefined;
  const fingerprint = fingerprints.of(slot, register.practice.organisation, says);
  if (own.fingerprint === fingerprint && own.version > 0 && !rekeyed.has(team.team)) return undefined;
  return {
    handle: own.handle,
    version: own.version + 1,
    prev: own.descriptor,
    envelope: { dossier: null, team: team.team, type: slot, scope: null, programmes: [], selection: null, asOf },
    slot,
    content: content() as Plaintext,
    grants: [{ team: team.team, fact: null }],
    scope: slot,
    fingerprint,
  };
}

/** The facts of a dossier that a team stands on. */
const factsFor = (ids: DossierIds, team: Team) => [
  ids.enrolment,
  ids.relation,
  ...(ids.steps[team.team] ?? []).map(({ fact }) => fact),
  ...(ids.writes[team.team] ? [ids.writes[team.team]!] : []),
];

/** Scopes that hold a pack, by dossier. */
export type Scopes = ReadonlyMap<DossierId, ReadonlySet<string>>;

function visitsOf(ids: DossierIds, team: Team, at: Instant): NonNullable<WorklistInput['visits']> {
  const scopeOf = new Map(Object.entries(ids.handles).map(([scope, handle]) => [handle, scope as ScopeId]));
  return openVisits(ids, team.team, at).map((one) => ({
    ...{ from: one.from, until: one.until, facts: factsOfVisit(one) },
    scopes: one.handles.flatMap((handle) => scopeOf.get(handle) ?? []),
  }));
}

function rowInputs(team: Team, rows: readonly RowSource[], live: Scopes, { selection, at }: ListContext) {
  return rows.flatMap((row): WorklistInput[] => {
    const filled = live.get(row.ids.dossier);
    if (filled === undefined) return [];
    const handles = [...filled].sort().map((scope) => ({ scope: scope as ScopeId, handle: row.ids.handles[scope]! }));
    return [
      {
        dossier: row.ids.dossier,
        identity: row.identity,
        programmes: row.programmes,
        due: row.due,
        handles,
        scopes: scopesOfTeam(team, row.programmes, selection),
        facts: factsFor(row.ids, team),
        visits: visitsOf(row.ids, team, at),
        objected: row.objected,
      },
    ];
  });
}

export interface ListJob {
  readonly team: Team;
  readonly pack: PackJob;
  readonly lists: Manifest['lists'];
  readonly listed: readonly DossierId[];
}

/** The worklists that changed, with who joined and who left. */
export function planWorklists(
  rows: readonly RowSource[],
  live: Scopes,
  context: ListContext,
  /** For the doctors alone. */
  week?: WeekContent,
): ListJob[] {
  const { register, asOf, at } = context;
  return register.teams.flatMap((team): ListJob[] => {
    if (team.role === null || !team.slots.worklist) return [];
    const list = buildWorklist(team.role as RoleId, rowInputs(team, rows, live, context));
    const more = team.role === 'gp' && week !== undefined ? { week } : {};
    const content: WorklistContent = { v: 1, team: team.team, asOf, sealedAt: at, list, ...more };
    const says = JSON.stringify('week' in more ? [list, week] : list);
    const pack = teamPack(team, 'worklist', says, () => utf8(JSON.stringify(content)), context);
    if (pack === undefined) return [];
    const now = new Set(list.rows.map(({ dossier }) => dossier));
    const before = new Set(team.listed);
    const joined = [...now].filter((dossier) => !before.has(dossier));
    const left = [...before].filter((dossier) => !now.has(dossier));
    return [{ team, pack, lists: [{ team: team.team, joined, left }], listed: [...now] }];
  });
}

/** Names of colleagues and teams, for the teams that read names. */
export function planDirectory(context: ListContext): { team: Team; pack: PackJob }[] {
  const { register } = context;
  const { organisation: _, ...practice } = register.practice;
  const content: DirectoryContent = {
    v: 1,
    practice,
    people: register.staff.map(({ person, name, role }) => ({ person, name, role })),
    teams: register.teams.map(({ team, need, name, role }) => ({ team, need, name, role })),
    partners: register.partners,
  };
  const bytes = canonicalJson(content);
  return register.teams.flatMap((team) => {
    const pack = teamPack(team, 'directory', JSON.stringify(content), () => bytes, context);
    return pack ? [{ team, pack }] : [];
  });
}

/** The readable account; sealed again only when something left, stayed or changed. */
export function planReceipt(receipt: ReceiptContent, context: ListContext): { team: Team; pack: PackJob }[] {
  const { at: _, asOf: __, last: ___, ...says } = receipt;
  const moved = receipt.last.find(({ changed, packs }) => changed + packs > 0)?.number ?? 0;
  const bytes = canonicalJson(receipt);
  return context.register.teams.flatMap((team) => {
    const pack = teamPack(team, 'receipt', JSON.stringify([says, moved]), () => bytes, context);
    return pack ? [{ team, pack }] : [];
  });
}

/** Counts for who pays for the care; sealed again only when one of them changed as it is shown. */
export function planOverview(overview: OverviewContent, context: ListContext): { team: Team; pack: PackJob }[] {
  const { asOf: _, ...says } = overview;
  const bytes = canonicalJson(overview);
  return context.register.teams.flatMap((team) => {
    const pack = teamPack(team, 'overview', JSON.stringify(says), () => bytes, context);
    return pack ? [{ team, pack }] : [];
  });
}

/** What the log officers judge looks by; sealed again only when the practice knows something else than before. */
export function planEvidence(evidence: EvidenceContent, context: ListContext): { team: Team; pack: PackJob }[] {
  const { asOf: _, ...says } = evidence;
  return context.register.teams.flatMap((team) => {
    const pack = teamPack(team, 'review', JSON.stringify(says), () => canonicalJson(evidence), context);
    return pack ? [{ team, pack }] : [];
  });
}
