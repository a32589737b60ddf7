/** The worklists of all teams this person is in, opened once and merged: one row per dossier. */

import type { DossierId, FactId, HandleId, LocalDate } from '@ketenkluis/base';
import { type WorklistRow as CareRow, parseWorklist, type RoleId, rowAt, SCOPES } from '@ketenkluis/care';
import {
  type Confirmation as ClientConfirmation,
  listHandles,
  openList,
  readContent,
  type WeekContent,
  worklistContent,
} from '@ketenkluis/client';
import { workplaceError } from '../errors.ts';
import type { Confirmation, Text, Worklist } from '../model.ts';
import { worklist as worklistView } from './care-view.ts';
import { about, type Inside } from './inside.ts';

export interface OpenLists {
  readonly view: Worklist;
  readonly rows: ReadonlyMap<DossierId, CareRow>;
  readonly handle: HandleId;
  readonly asOf: LocalDate;
  readonly roles: readonly RoleId[];
  /** Who else looked at the doctors' patients last week; only their list has it. */
  readonly week: WeekContent | null;
}

/** The worse of the two speaks. */
const worst = (a: ClientConfirmation | null, b: ClientConfirmation): Confirmation => {
  if (a === null) return b;
  if (a.state === 'confirmed' && b.state === 'confirmed') return a.until < b.until ? a : b;
  return a.state === 'stale' ? a : b;
};

const union = <T>(a: readonly T[], b: readonly T[], key: (one: T) => string): T[] => [
  ...new Map([...a, ...b].map((one) => [key(one), one])).values(),
];

/** What two teams may each use of one dossier, this person may use. */
function merge(a: CareRow, b: CareRow): CareRow {
  const visits = union(a.visits ?? [], b.visits ?? [], ({ facts }) => facts.join());
  return {
    ...a,
    programmes: union(a.programmes, b.programmes, (one) => one),
    due: union(a.due, b.due, (one) => one.parameter),
    classes: { ...a.classes, ...b.classes },
    handles: union(a.handles, b.handles, (one) => one.handle),
    facts: union<FactId>(a.facts, b.facts, (one) => one),
    ...(visits.length === 0 ? {} : { visits }),
  };
}

export async function openLists(inside: Inside): Promise<OpenLists> {
  const { session } = inside;
  const teams = await listHandles(session, 'worklist');
  const [first] = teams;
  if (first === undefined) {
    throw workplaceError('denied', 'none of your teams has a worklist', { detail: { reason: 'no-list' } });
  }
  const rows = new Map<DossierId, CareRow>();
  const gone = new Set<DossierId>();
  let confirmation: Confirmation | null = null;
  let asOf: LocalDate | null = null;
  let sealedAt = 0;
  const roles: RoleId[] = [];
  let week: WeekContent | null = null;
  for (const { team } of teams) {
    const opened = await openList(session, 'worklist', team, about(inside, 'werklijst'));
    const content = readContent(worklistContent, opened.content);
    const list = parseWorklist(content.list);
    roles.push(list.role);
    week ??= content.week ?? null;
    for (const row of list.rows) {
      const had = rows.get(row.dossier);
      rows.set(row.dossier, had === undefined ? row : merge(had, row));
    }
    for (const dossier of opened.gone) gone.add(dossier);
    confirmation = worst(confirmation, opened.confirmation);
    if (asOf === null || content.asOf < asOf) asOf = content.asOf;
    sealedAt = Math.max(sealedAt, content.sealedAt);
  }
  const view = worklistView(
    { version: 1, role: roles[0]!, rows: [...rows.values()] },
    {
      team: first.team,
      asOf: asOf!,
      sealedAt: sealedAt as Worklist['sealedAt'],
      confirmation: confirmation!,
      gone: [...gone],
      roles,
    },
  );
  for (const dossier of gone) rows.delete(dossier);
  return { view, rows, handle: first.handle, asOf: asOf!, roles, week };
}

/** Opened once per session; a failure is not remembered. */
export function lists(inside: Inside): Promise<OpenLists> {
  if (inside.lists === null) {
    const opening = openLists(inside);
    inside.lists = opening;
    opening.catch(() => {
      inside.lists = null;
    });
  }
  return inside.lists;
}

/** As it is now: with what an appointment of today opens. */
export async function rowOf(inside: Inside, dossier: DossierId): Promise<CareRow> {
  const row = (await lists(inside)).rows.get(dossier);
  if (row === undefined) {
    throw workplaceError('denied', 'this dossier is on none of your lists', { detail: { reason: 'gone' } });
  }
  return rowAt(row, inside.session.now());
}

/** What this look rests on, as the patient is told: an appointment that opens something now, else that they are a patient here. */
export async function lookGround(inside: Inside, dossier: DossierId): Promise<'appointment' | 'registration'> {
  const now = inside.session.now();
  const { visits = [] } = (await lists(inside)).rows.get(dossier) ?? {};
  return visits.some(({ from, until }) => from <= now && now < until) ? 'appointment' : 'registration';
}

/** The copy for emergencies repeats what the other parts hold; it is opened only where it is all there is. */
export function wanted(row: CareRow): CareRow['handles'] {
  const own = row.handles.filter(({ scope }) => !SCOPES[scope].copy);
  return own.length > 0 ? own : row.handles;
}

export const partName = (row: CareRow | undefined, handle: HandleId | null): Text | null => {
  const scope = row?.handles.find((one) => one.handle === handle)?.scope;
  if (scope === undefined) return null;
  const { nl, en } = SCOPES[scope];
  return { nl, en };
};
