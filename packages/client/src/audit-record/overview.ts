/**
 * The three overviews that the NHG reference model asks of a log (R51): by patient, by colleague, by day; and what a patient's own GP
 * is told each week. Pure: lines in, counts and lines out; what is not known is counted as such and never left out.
 */

import { addDays, type Instant, type LocalDate, localDate } from '@ketenkluis/base';
import type { AuditRecord, Said } from './record.ts';

/** One line about one dossier, or about none: as much of it as an overview counts. */
export interface Seen {
  readonly line: number;
  readonly at: Instant;
  readonly event: AuditRecord['event'];
  readonly outcome: AuditRecord['outcome'];
  /** A colleague; of another organisation only that organisation (R47). */
  readonly who: {
    readonly key: string;
    readonly elsewhere: boolean;
    readonly name: string | null;
    readonly role: string | null;
  };
  readonly dossier: string | null;
  readonly patient: string | null;
}

const said = <T>(field: Said<T>): T | null => ('value' in field ? field.value : null);

export function seenOf({ line, at, event, outcome, user, object }: AuditRecord): Seen {
  const own = 'value' in user.id;
  return {
    ...{ line, at, event, outcome },
    who: {
      ...{ key: 'value' in user.id ? user.id.value : user.organisation, elsewhere: !own },
      ...{ name: said(own ? user.name : user.organisationName), role: said(user.role)?.text ?? null },
    },
    ...{ dossier: said(object.dossier), patient: said(object.patient) },
  };
}

/** What is left out of a filter is not asked. Days are those of Amsterdam, both included. */
export interface OverviewFilter {
  readonly from?: LocalDate;
  readonly until?: LocalDate;
  /** A colleague's id, or another organisation's. */
  readonly who?: string;
  readonly role?: string;
  readonly dossier?: string;
  readonly events?: readonly Seen['event'][];
  readonly outcome?: Seen['outcome'];
}

export function matches({ at, who, dossier, event, outcome }: Seen, filter: OverviewFilter): boolean {
  const day = localDate(at);
  const asked: readonly boolean[] = [
    filter.from === undefined || day >= filter.from,
    filter.until === undefined || day <= filter.until,
    filter.who === undefined || who.key === filter.who,
    filter.role === undefined || who.role === filter.role,
    filter.dossier === undefined || dossier === filter.dossier,
    filter.events === undefined || filter.events.includes(event),
    filter.outcome === undefined || outcome === filter.outcome,
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

function keyOf(seen: Seen, kind: OverviewKind): { key: string | null; name: string | null } {
  if (kind === 'colleague') return seen.who;
  if (kind === 'patient') return { key: seen.dossier, name: seen.patient };
  const day = localDate(seen.at);
  return { key: day, name: day };
}

const LOOKED: ReadonlySet<string> = new Set(['release', 'emergency']);
const TAKEN: ReadonlySet<string> = new Set(['search', 'print', 'export', 'copy']);

/** One row per patient, colleague or day: days newest first, the others by number of lines, then by key. */
export function overviewOf(
  all: readonly Seen[],
  kind: OverviewKind,
  filter: OverviewFilter = {},
): readonly OverviewRow[] {
  const chosen = all.filter((one) => matches(one, filter));
  const rows = [...Map.groupBy(chosen, (one) => keyOf(one, kind).key)].map(([key, members]): OverviewRow => {
    // A line with twenty parts is one line.
    const lines = (of: (one: Seen) => boolean) => new Set(members.filter(of).map(({ line }) => line)).size;
    const looked = members.filter(({ event, outcome }) => LOOKED.has(event) && outcome === 'success');
    return {
      key,
      name: members.map((one) => keyOf(one, kind).name).find((name) => name !== null) ?? null,
      lines: lines(() => true),
      looks: new Set(looked.map(({ line }) => line)).size,
      patients: new Set(looked.flatMap(({ dossier }) => dossier ?? [])).size,
      people: new Set(looked.map(({ who }) => who.key)).size,
      refused: lines(({ outcome }) => outcome === 'refused'),
      emergencies: lines(({ event, outcome }) => event === 'emergency' && outcome === 'success'),
      taken: lines(({ event, outcome }) => TAKEN.has(event) && outcome === 'success'),
      first: members.reduce((first, { at }) => (at < first ? at : first), members[0]!.at),
      last: members.reduce((last, { at }) => (at > last ? at : last), members[0]!.at),
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
  /** A colleague's id, or another organisation's. */
  readonly key: string;
  readonly elsewhere: boolean;
  readonly who: string | null;
  readonly role: string | null;
  readonly days: readonly LocalDate[];
  readonly emergency: boolean;
  readonly refused: boolean;
  readonly taken: boolean;
}

/**
 * What the patient's own GP is told of the seven days before `until`: per patient and looker one line, own looks left out, lines that stand
 * out (emergency, taken along, refused, another organisation) first. Good practice since 2009 (CBP on regional exchanges). `own` null:
 * nobody's looks are left out.
 */
export function weeklyDigest(
  all: readonly Seen[],
  of: { readonly until: LocalDate; readonly own: string | null; readonly dossiers: ReadonlySet<string> },
): readonly DigestLine[] {
  const week = { from: addDays(of.until, -7), until: addDays(of.until, -1) };
  const mine = all.filter((one) => {
    const shown = LOOKED.has(one.event) || TAKEN.has(one.event);
    return (
      shown && one.dossier !== null && of.dossiers.has(one.dossier) && one.who.key !== of.own && matches(one, week)
    );
  });
  const groups = Map.groupBy(mine, ({ dossier, who }) => `${dossier} ${who.key}`);
  const lines = [...groups.values()].map((members): DigestLine => {
    const { dossier, patient, who } = members[0]!;
    return {
      ...{ dossier: dossier!, patient, key: who.key, elsewhere: who.elsewhere, who: who.name, role: who.role },
      days: [...new Set(members.map(({ at }) => localDate(at)))].sort(),
      emergency: members.some(({ event }) => event === 'emergency'),
      refused: members.some(({ outcome }) => outcome === 'refused'),
      taken: members.some(({ event, outcome }) => TAKEN.has(event) && outcome === 'success'),
    };
  });
  return lines.sort(digestOrder);
}

const weight = ({ emergency, refused, taken, elsewhere }: DigestLine): number =>
  [emergency, refused, taken, elsewhere].filter(Boolean).length;
/** What stands out first, then by patient and looker. */
export function digestOrder(a: DigestLine, b: DigestLine): number {
  const name = (one: DigestLine) => `${one.patient ?? ''} ${one.dossier} ${one.who ?? ''} ${one.key}`;
  return weight(b) - weight(a) || (name(a) < name(b) ? -1 : 1);
}
