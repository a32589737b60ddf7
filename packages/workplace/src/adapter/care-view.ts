/** From opened lists and records (`care`) to what the screens show. Pure. */

import type { Instant, LocalDate, TeamId } from '@ketenkluis/base';
import {
  type Band,
  buildView,
  type CareRecord,
  type WorklistRow as CareRow,
  type Worklist as CareWorklist,
  type FieldId,
  fieldsInScope,
  type IndicatorClass,
  type MedicationView,
  PARAMETERS,
  type ParameterId,
  type PointView,
  PROGRAMME_IDS,
  PROGRAMMES,
  type ProgrammeId,
  ROLES,
  type RoleId,
  SCOPES,
  visitDay,
} from '@ketenkluis/care';
import type {
  ClassBadge,
  Confirmation,
  DeniedPart,
  Dossier,
  DueItem,
  Kind,
  Mark,
  Medicine,
  Note,
  Programme,
  Reading,
  Series,
  Text,
  Worklist,
  WorklistRow,
} from '../model.ts';

const SHORT: Readonly<Record<ProgrammeId, string>> = { diabetes: 'DM', copd: 'COPD', asthma: 'Astma', cvrm: 'CVRM' };

const text = ({ nl, en }: Text): Text => ({ nl, en });

export const programme = (id: ProgrammeId): Programme => ({ id, name: text(PROGRAMMES[id]), short: SHORT[id] });

/** Which programmes ask for a parameter. */
const askedBy = new Map<ParameterId, ProgrammeId[]>();
for (const id of PROGRAMME_IDS) {
  for (const rule of PROGRAMMES[id].due) {
    askedBy.set(rule.parameter, [...(askedBy.get(rule.parameter) ?? []), id]);
  }
}

const dueItem = ({ parameter, due }: CareRow['due'][number]): DueItem => ({
  code: parameter,
  label: text(PARAMETERS[parameter]),
  programmes: askedBy.get(parameter) ?? [],
  due,
});

/** "Goal" and "missing" say nothing here: the first needs no attention, the second is among what is due. */
const CLASS_WORDS: Readonly<
  Partial<Record<IndicatorClass, { readonly tone: ClassBadge['tone']; readonly words: Text }>>
> = {
  above: { tone: 'warn', words: { nl: 'te hoog', en: 'too high' } },
  below: { tone: 'warn', words: { nl: 'te laag', en: 'too low' } },
  invalid: { tone: 'plain', words: { nl: 'onleesbaar', en: 'unreadable' } },
};

function badges(classes: CareRow['classes']): ClassBadge[] {
  return (Object.keys(classes) as ParameterId[]).flatMap((parameter) => {
    const one = classes[parameter];
    const said = one === undefined ? undefined : CLASS_WORDS[one];
    if (said === undefined) return [];
    const { nl, en } = PARAMETERS[parameter];
    return [
      { code: parameter, tone: said.tone, label: { nl: `${nl} ${said.words.nl}`, en: `${en} ${said.words.en}` } },
    ];
  });
}

export const worklistRow = (row: CareRow, roles: readonly RoleId[]): WorklistRow => ({
  dossier: row.dossier,
  name: row.name,
  birthDate: row.birthDate ?? null,
  programmes: row.programmes,
  lastSeen: row.lastSeen ?? null,
  appointments: (row.visits ?? []).flatMap((visit) => visitDay(roles, visit) ?? []),
  due: row.due.map(dueItem),
  classes: badges(row.classes),
});

export function worklist(
  list: CareWorklist,
  about: {
    readonly team: TeamId;
    readonly asOf: LocalDate;
    readonly sealedAt: Instant;
    readonly confirmation: Confirmation;
    readonly gone: readonly string[];
    /** Of all teams whose lists were put together; the list's own when left out. */
    readonly roles?: readonly RoleId[];
  },
): Worklist {
  const gone = new Set(about.gone);
  const rows = list.rows.filter((row) => !gone.has(row.dossier));
  return {
    team: about.team,
    programmes: PROGRAMME_IDS.filter((id) => rows.some((row) => row.programmes.includes(id))).map(programme),
    rows: rows.map((row) => worklistRow(row, about.roles ?? [list.role])),
    asOf: about.asOf,
    sealedAt: about.sealedAt,
    confirmation: about.confirmation,
    gone: list.rows.length - rows.length,
  };
}

const target = (band: Band | undefined) =>
  band === undefined ? null : { low: band.low ?? null, high: band.high ?? null };

const plain = (said: string): Text => ({ nl: said, en: said });
/** An answer in words alone stays in the practice: free text never leaves. */
const unsaid = (mark: PointView['record']['mark']): Text | null =>
  mark === 'no-code' ? { nl: 'zie HIS', en: 'see GP system' } : null;

function reading(point: PointView): Reading {
  const { record } = point;
  const marks: Mark[] = [
    ...(record.mark === undefined ? [] : [record.mark]),
    ...(record.preliminary === true ? (['preliminary'] as const) : []),
  ];
  const original = record.original;
  const said = point.text.nl !== '' ? point.text : (unsaid(record.mark) ?? plain(original?.value ?? '?'));
  const unread = record.value === undefined && original?.unit !== undefined ? ` ${original.unit}` : '';
  return {
    date: point.date,
    text: { nl: `${said.nl}${unread}`, en: `${said.en}${unread}` },
    value: point.value ?? null,
    drawn: point.preferred && point.usable && point.value !== undefined,
    marks,
  };
}

const UNITS: Readonly<Record<string, Text>> = {
  '{tbl}': { nl: 'tablet', en: 'tablet' },
  '{caps}': { nl: 'capsule', en: 'capsule' },
  '{puff}': { nl: 'inhalatie', en: 'puff' },
  '{dosis}': { nl: 'dosis', en: 'dose' },
  '[iU]': { nl: 'E', en: 'units' },
  ug: { nl: 'µg', en: 'µg' },
  mL: { nl: 'ml', en: 'ml' },
  '1': { nl: 'stuk', en: 'piece' },
};
const EVERY: Readonly<Record<string, Text>> = {
  h: { nl: 'uur', en: 'hour' },
  d: { nl: 'dag', en: 'day' },
  wk: { nl: 'week', en: 'week' },
  mo: { nl: 'maand', en: 'month' },
};

/** "2 x per dag 1 tablet, zo nodig"; a dose in words stayed in the GP system. */
function dose({ latest }: MedicationView): Text | null {
  const { dose: given, times, asNeeded } = latest;
  const say = (language: 'nl' | 'en'): string => {
    const comma = (value: string) => (language === 'nl' ? value.replace('.', ',') : value);
    const parts: string[] = [];
    if (times !== undefined) {
      const unit = EVERY[times.unit]?.[language] ?? times.unit;
      const per = times.period === '1' ? unit : `${comma(times.period)} ${unit}`;
      parts.push(`${comma(times.frequency)} × per ${per}`);
    }
    if (given !== undefined) {
      const unit = given.unit === undefined ? '' : ` ${UNITS[given.unit]?.[language] ?? given.unit}`;
      parts.push(`${comma(given.value)}${unit}`);
    }
    if (asNeeded === true) parts.push(language === 'nl' ? 'zo nodig' : 'as needed');
    return parts.join(', ');
  };
  const nl = say('nl');
  return nl === '' ? null : { nl, en: say('en') };
}

const medicine = (one: MedicationView): Medicine => ({
  name: one.name,
  group: text(one.groupNames),
  atc: one.atc,
  dose: dose(one),
  since: one.since ?? null,
  until: one.latest.end ?? null,
  inUse: one.inUse,
});

const GENDER = { male: 'male', female: 'female', other: 'other', unknown: null } as const;

export interface DossierParts {
  readonly row: CareRow;
  readonly records: readonly CareRecord[];
  readonly asOf: LocalDate;
  readonly confirmation: Confirmation;
  readonly notes: readonly Note[];
  readonly denied: readonly DeniedPart[];
  readonly mayWrite: boolean;
  readonly mayRefer?: boolean;
  /** Opened in an emergency: the summary only. */
  readonly emergency?: boolean;
  /** The roles of the teams through which this person looks. */
  readonly roles: readonly RoleId[];
}

const KINDS: Readonly<Record<Kind, (field: FieldId) => boolean>> = {
  problems: (field) => field === 'problems',
  medication: (field) => field.startsWith('medication'),
  allergies: (field) => field === 'allergies',
  measurements: (field) => Object.values(PARAMETERS).some((one) => one.field === field),
};

/** Kinds of which none of these roles sees a single field, nor any of the parts that are open beyond that. */
export function hiddenFrom(roles: readonly RoleId[], row?: Pick<CareRow, 'handles' | 'programmes'>): Kind[] {
  const open = (row?.handles ?? []).filter(({ scope }) => !SCOPES[scope].copy);
  const fields = [
    ...roles.flatMap((role) => ROLES[role].fields),
    ...open.flatMap(({ scope }) => fieldsInScope(scope, row?.programmes ?? [])),
  ];
  return (Object.keys(KINDS) as Kind[]).filter((kind) => !fields.some(KINDS[kind]));
}

/** ICPC first: that is the code people in a Dutch practice know. */
const shownCode = (codes: readonly string[]): string => {
  const code = codes.find((one) => one.startsWith('icpc|')) ?? codes[0] ?? '';
  return code.slice(code.indexOf('|') + 1);
};

export function dossier(parts: DossierParts): Dossier {
  const { row } = parts;
  const view = buildView(parts.records, row.programmes, parts.asOf);
  const { identity } = view;
  return {
    dossier: row.dossier,
    name: row.name,
    birthDate: identity?.birthDate ?? row.birthDate ?? null,
    gender: identity?.gender === undefined ? null : GENDER[identity.gender],
    phone: identity?.phone ?? [],
    died: identity?.died !== undefined,
    programmes: row.programmes.map(programme),
    asOf: parts.asOf,
    confirmation: parts.confirmation,
    due: row.due.map(dueItem),
    problems: view.problems.map((one) => ({
      code: shownCode(one.codes),
      title: text(one.names),
      since: one.onset ?? null,
      marks: one.verification === undefined ? [] : ['unsure'],
    })),
    medication: view.medication.map(medicine),
    allergies: view.allergies.map(({ names, record }) => ({
      substance: text(names),
      since: record.recorded ?? null,
      severe: record.criticality === 'high',
      marks: record.verification === undefined ? [] : ['unsure'],
    })),
    vaccinations: view.vaccinations.map(({ names, date }) => ({ name: text(names), date })),
    series: view.series.map(
      (one): Series => ({
        code: one.parameter,
        label: text(one.names),
        unit: one.unit ?? null,
        target: target(one.band),
        readings: one.points.map(reading).reverse(),
      }),
    ),
    notes: parts.notes,
    mayWrite: parts.mayWrite,
    mayRefer: parts.mayRefer ?? false,
    emergency: parts.emergency ?? false,
    hidden: hiddenFrom(parts.roles, row),
    denied: parts.denied,
  };
}
