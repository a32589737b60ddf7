/** What a PDF or CSV of an overview says; the same words as the screen's, in the language that it was asked in. */

import { type Instant, localDate } from '@ketenkluis/base';
import type { Paper, PaperBlock } from '@ketenkluis/client/pdf';
import * as format from '../lib/format.ts';
import type { OverviewKind, SeenFilter, SeenRow, SeenTable, Week } from '../model.ts';

interface Made {
  readonly language: 'nl' | 'en';
  readonly at: Instant;
  readonly of: string;
  readonly by: string;
  readonly who: string | null;
}

const WORDS = {
  nl: {
    title: { patient: 'Wie keek, per patiënt', colleague: 'Wie keek, per medewerker', day: 'Wie keek, per dag' },
    first: { patient: 'Patiënt', colleague: 'Medewerker of organisatie', day: 'Dag' },
    role: 'Rol',
    other: 'andere organisatie',
    heads: ['Regels', 'Geopend', 'Patiënten', 'Mensen', 'Geweigerd', 'Spoed', 'Meegenomen', 'Laatst'],
    nobody: { patient: 'geen patiënt genoemd', colleague: 'onbekend', day: '' },
    lines: 'regels in het logboek',
    chart: { day: 'Regels per dag', week: 'Regels per week' },
    top: 'Meeste regels',
    empty: 'In deze periode staat niets in het logboek dat hierbij past.',
    period: (from: string, until: string) => `${from} tot en met ${until}`,
    by: (name: string) => `Gemaakt door ${name}.`,
    only: (name: string) => `Alleen regels van: ${name}.`,
    filtered: 'Er is gefilterd: niet alle regels van de periode zijn geteld.',
    short:
      'Wie een patiënt niet behandelt ziet een kort nummer in plaats van een naam. Mensen van een andere organisatie staan er als hun organisatie.',
    week: 'Wie keek bij uw patiënten',
    weekHead: ['Patiënt', 'Wie', 'Rol', 'Dagen', 'Valt op'],
    weekEmpty: 'Niemand anders keek.',
    marks: { emergency: 'noodtoegang', taken: 'meegenomen', refused: 'geweigerd' },
    weekNote:
      'Uw eigen raadplegingen staan er niet bij. Klopt er iets niet? Vraag het de collega, of wie het logboek nakijkt.',
  },
  en: {
    title: { patient: 'Who looked, by patient', colleague: 'Who looked, by colleague', day: 'Who looked, by day' },
    first: { patient: 'Patient', colleague: 'Colleague or organisation', day: 'Day' },
    role: 'Role',
    other: 'another organisation',
    heads: ['Lines', 'Opened', 'Patients', 'People', 'Refused', 'Emergency', 'Taken along', 'Last'],
    nobody: { patient: 'no patient named', colleague: 'unknown', day: '' },
    lines: 'lines of the log',
    chart: { day: 'Lines per day', week: 'Lines per week' },
    top: 'Most lines',
    empty: 'Nothing in the log of this period fits.',
    period: (from: string, until: string) => `${from} to ${until}`,
    by: (name: string) => `Made by ${name}.`,
    only: (name: string) => `Only lines of: ${name}.`,
    filtered: 'This is filtered: not every line of the period was counted.',
    short:
      'Whoever does not treat a patient sees a short number in place of a name. People of another organisation stand here as that organisation.',
    week: 'Who looked at your patients',
    weekHead: ['Patient', 'Who', 'Role', 'Days', 'Stands out'],
    weekEmpty: 'Nobody else looked.',
    marks: { emergency: 'emergency', taken: 'taken along', refused: 'refused' },
    weekNote: 'Looks of your own are left out. Is something wrong? Ask the colleague, or whoever reviews the log.',
  },
} as const;

const nameIn = (row: SeenRow, kind: OverviewKind, language: 'nl' | 'en'): string =>
  kind === 'day' && row.key !== null ? format.day(row.key, language) : (row.name ?? WORDS[language].nobody[kind]);

/** Without the column that is always one. */
const shown = <T>(kind: OverviewKind, cells: readonly T[]): T[] =>
  cells.filter((_, i) => i !== (kind === 'patient' ? 2 : kind === 'colleague' ? 3 : -1));

export function overviewRows(
  { rows }: SeenTable,
  kind: OverviewKind,
  language: 'nl' | 'en',
): { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] } {
  const words = WORDS[language];
  const withRole = kind === 'colleague';
  return {
    head: [words.first[kind], ...(withRole ? [words.role] : []), ...shown<string>(kind, words.heads)],
    rows: rows.map((row) => [
      nameIn(row, kind, language),
      ...(withRole ? [row.elsewhere ? words.other : (row.role?.[language] ?? '')] : []),
      ...shown(kind, [row.lines, row.looks, row.patients, row.people, row.refused, row.emergencies, row.taken]).map(
        String,
      ),
      format.shortDay(localDate(row.last), language),
    ]),
  };
}

export function overviewPaper(table: SeenTable, kind: OverviewKind, filter: SeenFilter, made: Made): Paper {
  const { language, at, of, by, who } = made;
  const words = WORDS[language];
  const { head, rows } = overviewRows(table, kind, language);
  const day = (text: string) => format.day(text, language);
  const narrowed = [filter.role, filter.action, filter.outcome, filter.who, filter.dossier].some((one) => one !== null);
  const top = [...table.rows].sort((a, b) => b.lines - a.lines).slice(0, 12);
  const bars: PaperBlock = {
    ...{ kind: 'bars', title: words.top, unit: words.lines },
    marks: top.map((row) => ({ label: nameIn(row, kind, language), value: row.lines })),
  };
  const blocks: PaperBlock[] = [
    { kind: 'text', text: words.by(by), tone: 'quiet' },
    ...(who === null ? [] : ([{ kind: 'text', text: words.only(who), tone: 'strong' }] as const)),
    ...(narrowed ? ([{ kind: 'text', text: words.filtered, tone: 'strong' }] as const) : []),
    {
      ...{ kind: 'pairs', title: words.title[kind] },
      pairs: [
        [words.heads[0], String(table.lines)],
        [words.heads[1], String(table.looks)],
        [words.heads[4], String(table.refused)],
        [words.heads[5], String(table.emergencies)],
        [words.heads[6], String(table.taken)],
      ],
    },
    {
      ...{ kind: 'line', title: words.chart[table.per], unit: words.lines },
      marks: table.marks.map(({ from, lines }) => ({ label: format.shortDay(from, language), value: lines })),
    },
    ...(kind === 'day' || top.length < 3 ? [] : [bars]),
    {
      ...{ kind: 'table', title: words.title[kind], head, rows, rowHeads: true, empty: words.empty },
      align: head.map((_, i) => (i > (kind === 'colleague' ? 1 : 0) && i < head.length - 1 ? 'right' : 'left')),
    },
    { kind: 'text', text: words.short, tone: 'quiet' },
  ];
  return {
    language,
    title: words.title[kind],
    subtitle: words.period(day(filter.from), day(filter.until)),
    of,
    at,
    blocks,
  };
}

export function weekPaper(week: Week, { language, at, of, by }: Made): Paper {
  const words = WORDS[language];
  const day = (text: string) => format.day(text, language);
  return {
    ...{ language, title: words.week, subtitle: words.period(day(week.from), day(week.until)), of, at },
    blocks: [
      { kind: 'text', text: words.by(by), tone: 'quiet' },
      {
        ...{ kind: 'table', title: words.week, head: words.weekHead, rowHeads: true, empty: words.weekEmpty },
        rows: week.lines.map(({ patient, who, role, elsewhere, days, marks }) => [
          ...[patient, who, elsewhere ? words.other : (role?.[language] ?? '')],
          days.map((one) => format.shortDay(one, language)).join(', '),
          marks.map((mark) => words.marks[mark]).join(', '),
        ]),
      },
      { kind: 'text', text: words.weekNote, tone: 'quiet' },
    ],
  };
}
