/**
 * The three overviews that the NHG reference model asks of a log (R51): by patient, by colleague, by day; and what a patient's own GP
 * is told each week. Pure: records in, counts and lines out; what is not known is counted as such and never left out.
 */

import { addDays, type Instant, type LocalDate, localDate } from '@ketenkluis/base';
import type { AuditRecord, Said } from './record.ts';

/** What is left out of a filter is not asked. Days are those of Amsterdam, both included. */
export interface OverviewFilter {
  readonly from?: LocalDate;
  readonly until?: LocalDate;
  readonly person?: string;
  readonly organisation?: string;
  readonly dossier?: string;
  readonly events?: readonly AuditRecord['event'][];
  readonly outcome?: AuditRecord['outcome'];
  readonly emergency?: boolean;
}

const said = <T>(field: Said<T>): T | null => ('value' in field ? field.value : null);

export function matches(record: AuditRecord, filter: OverviewFilter): boolean {
  const day = localDate(record.at);
  const asked: readonly boolean[] = [
    filter.from === undefined || day >= filter.from,
    filter.until === undefined || day <= filter.until,
    filter.person === undefined || said(record.user.id) === filter.person,
    filter.organisation === undefined || record.user.organisation === filter.organisation,
    filter.dossier === undefined || said(record.object.dossier) === filter.dossier,
    filter.events === undefined || filter.events.includes(record.event),
    filter.outcome === undefined || record.outcome === filter.outcome,
    filter.emergency === undefined || (said(record.checks)?.emergency ?? false) === filter.emergency,
  ];
  return asked.every(Boolean);
}

export const OVERVIEWS = ['patient', 'colleague', 'day'] as const;
export type OverviewKind = (typeof OVERVIEWS)[number];

export interface OverviewRow {
  /** Dossier, person or organisation, or day; null for lines that name none. */
  readonly key: string | null;
  /** As people call it; null where this reader has no name for it. */
  readonly name: string | null;
  readonly lines: number;
  /** Lines in which content was opened, and how many dossiers and people that were. */
  readonly looks: number;
  readonly patients: number;
  readonly people: number;
  readonly refused: number;
  readonly emergencies: number;
  /** Searched, printed, exported or copied. */
  readonly taken: number;
  readonly first: Instant;
  readonly last: Instant;
}

/** Somebody of another organisation counts as their organisation (R47). */
const whoOf = ({ user }: AuditRecord): { key: string; name: string | null } =>
  'value' in user.id
    ? { key: user.id.value, name: said(user.name) }
    : { key: user.organisation, name: said(user.organisationName) };

function keyOf(record: AuditRecord, kind: OverviewKind): { key: string | null; name: string | null } {
  if (kind === 'colleague') return whoOf(record);
  if (kind === 'patient') return { key: said(record.object.dossier), name: said(record.object.patient) };
  const day = localDate(record.at);
  return { key: day, name: day };
}

const LOOKED: ReadonlySet<string> = new Set(['release', 'emergency']);
const TAKEN: ReadonlySet<string> = new Set(['search', 'print', 'export', 'copy']);

/** One row per patient, colleague or day: days newest first, the others by number of lines, then by key. */
export function overviewOf(
  records: readonly AuditRecord[],
  kind: OverviewKind,
  filter: OverviewFilter = {},
): readonly OverviewRow[] {
  const chosen = records.filter((record) => matches(record, filter));
  const rows = [...Map.groupBy(chosen, (record) => keyOf(record, kind).key)].map(([key, members]): OverviewRow => {
    // A line with twenty parts is one line.
    const lines = (of: (record: AuditRecord) => boolean) => new Set(members.filter(of).map(({ line }) => line)).size;
    const looked = members.filter((record) => LOOKED.has(record.event) && record.outcome === 'success');
    const times = members.map(({ at }) => at);
    return {
      key,
      name: members.map((record) => keyOf(record, kind).name).find((name) => name !== null) ?? null,
      lines: lines(() => true),
      looks: new Set(looked.map(({ line }) => line)).size,
      patients: new Set(looked.flatMap(({ object }) => said(object.dossier) ?? [])).size,
      people: new Set(looked.map((record) => whoOf(record).key)).size,
      refused: lines(({ outcome }) => outcome === 'refused'),
      emergencies: lines(({ event, outcome }) => event === 'emergency' && outcome === 'success'),
      taken: lines(({ event, outcome }) => TAKEN.has(event) && outcome === 'success'),
      first: times.reduce((a, b) => (b < a ? b : a)),
      last: times.reduce((a, b) => (b > a ? b : a)),
    };
  });
  const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return rows.sort((a, b) =>
    kind === 'day' ? order(b.key ?? '', a.key ?? '') : b.lines - a.lines || order(a.key ?? '', b.key ?? ''),
  );
}

export interface DigestLine {
  readonly dossier: string;
  readonly patient: string | null;
  /** A colleague by name, or another organisation. */
  readonly who: string | null;
  readonly role: string | null;
  readonly days: readonly LocalDate[];
  readonly emergency: boolean;
  readonly refused: boolean;
  readonly taken: boolean;
}

/**
 * What the patient's own GP is told of the seven days before `until`: per patient and looker one line, own looks left out, lines that stand
 * out (emergency, taken along, refused, another organisation) first. Good practice since 2009 (CBP on regional exchanges).
 */
export function weeklyDigest(
  records: readonly AuditRecord[],
  of: { readonly until: LocalDate; readonly own: string; readonly dossiers: ReadonlySet<string> },
): readonly DigestLine[] {
  const week = { from: addDays(of.until, -7), until: addDays(of.until, -1) };
  const mine = records.filter((record) => {
    const dossier = said(record.object.dossier);
    const seen = LOOKED.has(record.event) || TAKEN.has(record.event);
    return (
      seen && dossier !== null && of.dossiers.has(dossier) && whoOf(record).key !== of.own && matches(record, week)
    );
  });
  const groups = Map.groupBy(mine, (record) => `${said(record.object.dossier)} ${whoOf(record).key}`);
  const lines = [...groups.values()].map((members) => {
    const [first] = members as [AuditRecord, ...AuditRecord[]];
    const line: DigestLine = {
      dossier: said(first.object.dossier)!,
      patient: said(first.object.patient),
      who: whoOf(first).name,
      role: said(first.user.role)?.text ?? null,
      days: [...new Set(members.map(({ at }) => localDate(at)))].sort(),
      emergency: members.some(({ event }) => event === 'emergency'),
      refused: members.some(({ outcome }) => outcome === 'refused'),
      taken: members.some(({ event, outcome }) => TAKEN.has(event) && outcome === 'success'),
    };
    const weight = [line.emergency, line.refused, line.taken, !('value' in first.user.id)].filter(Boolean).length;
    return { line, weight };
  });
  const name = ({ line }: (typeof lines)[number]) => `${line.patient ?? ''} ${line.dossier} ${line.who ?? ''}`;
  return lines.sort((a, b) => b.weight - a.weight || (name(a) < name(b) ? -1 : 1)).map(({ line }) => line);
}
