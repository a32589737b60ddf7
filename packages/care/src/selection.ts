/**
 * The allow-lists of some programmes, merged and compiled (R2): which codes make a candidate, which may leave, how far
 * back, and the hash that names exactly this choice (R12). What is on no list here does not exist for the rest.
 */

import { base64url, canonicalJson } from '@ketenkluis/base';
import type { CodingKey } from '@ketenkluis/fhir';
import { sha256 } from '@ketenkluis/ledger';
import {
  ALLERGIES,
  type CheckedProgramme,
  type FieldId,
  longKey,
  MEDICATION_GROUPS,
  type MedicationGroupId,
  type Names,
  PANELS,
  PARAMETERS,
  type PanelId,
  type ParameterId,
  PROGRAMMES,
  type ProgrammeId,
  RXNORM_TO_ATC,
  VACCINATIONS,
  type VaccinationId,
} from './catalogue.ts';
import { KEPT } from './records.ts';

/** What an owner can switch off as a whole. Care in one's own practice is what remains. */
export type Purpose = 'partners' | 'emergency' | 'indicators';
export interface SwitchOff {
  readonly fields?: readonly FieldId[];
  readonly purposes?: readonly Purpose[];
}

/** How many years back, per programme that lists it. */
export type Years = Partial<Record<ProgrammeId, number>>;

export interface ListedMeasurement {
  readonly parameter: ParameterId;
  readonly field: FieldId;
  /** Place in the order of preference; 0 is best. */
  readonly rank: number;
  readonly years: Years;
}
interface ListedProblem {
  readonly field: FieldId;
  readonly programmes: readonly ProgrammeId[];
}
export interface ListedGroup {
  readonly group: MedicationGroupId;
  readonly field: FieldId;
  readonly prefix: string;
  readonly years: Years;
}
interface ListedVaccination {
  readonly vaccination: VaccinationId;
  readonly field: FieldId;
  readonly years: Years;
}

type AllowKind =
  | 'age'
  | 'excluded'
  | 'include'
  | 'problem'
  | 'measurement'
  | 'panel'
  | 'medication'
  | 'vaccination'
  | 'allergy'
  | 'identity';
/** One line of the allow-list, as an owner reads it. */
export interface AllowLine {
  readonly programme: ProgrammeId;
  readonly kind: AllowKind;
  readonly item: string;
  readonly code: string;
  readonly field: FieldId;
  readonly years?: number;
  readonly nl: string;
  readonly en: string;
}

/** Raw texts for a scanner that looks at bytes before it parses: a line of this type that holds none of them can be skipped. */
export interface ScanType {
  /** Whole code values. */
  readonly codes: readonly string[];
  /** Beginnings of code values. */
  readonly prefixes: readonly string[];
  /** Property names that force a parse, because the code stands elsewhere. */
  readonly markers: readonly string[];
  /** Parse every line of this type of a chosen patient. */
  readonly all: boolean;
}

export interface Selection {
  readonly programmes: readonly CheckedProgramme[];
  /** base64url of the SHA-256 of the canonical JSON of the allow-list (R12). */
  readonly version: string;
  readonly off: Required<SwitchOff>;
  readonly lines: readonly AllowLine[];
  /** Inclusion code -> programmes that it makes a patient a candidate for. */
  readonly inclusion: ReadonlyMap<CodingKey, readonly ProgrammeId[]>;
  readonly problems: ReadonlyMap<CodingKey, ListedProblem>;
  readonly measurements: ReadonlyMap<CodingKey, ListedMeasurement>;
  readonly panels: ReadonlyMap<CodingKey, PanelId>;
  readonly medication: readonly ListedGroup[];
  readonly vaccinations: ReadonlyMap<CodingKey, ListedVaccination>;
  readonly allergyCodes: ReadonlySet<CodingKey>;
  readonly allergyAtc: readonly string[];
  readonly allergySystems: readonly string[];
  readonly allergyProgrammes: readonly ProgrammeId[];
  readonly identity: boolean;
  /** NHG process codes (participation, principal doctor, ...), read in the practice only and never packed. */
  readonly process: ReadonlyMap<CodingKey, { readonly programme: ProgrammeId; readonly what: ProcessKind }>;
  readonly scan: Readonly<Record<string, ScanType>>;
}
export type ProcessKind = 'principal' | 'participation' | 'controlPolicy' | 'reasonNone';

/** Diabetes problems tell since when: the eye clinic needs that, and not the other problems. */
const problemField = (programme: CheckedProgramme, kind: 'include' | 'problem'): FieldId =>
  programme.id === 'diabetes' && kind === 'include' ? 'diabetes-since' : 'problems';

function linesOf(programme: CheckedProgramme): AllowLine[] {
  const lines: AllowLine[] = [];
  const add = (kind: AllowKind, item: string, code: string, field: FieldId, names: Names, years?: number) =>
    lines.push({
      programme: programme.id,
      kind,
      item,
      code,
      field,
      ...(years === undefined ? {} : { years }),
      nl: names.nl,
      en: names.en,
    });
  add('identity', 'identity', '', 'identity', {
    nl: 'Naam, geboortedatum, geslacht, telefoon',
    en: 'Name, birth date, sex, phone',
  });
  const minimum = { nl: `Vanaf ${programme.minimumAge} jaar`, en: `From ${programme.minimumAge} years` };
  add('age', 'minimum-age', String(programme.minimumAge), 'identity', minimum);
  for (const id of programme.excludedBy) {
    add('excluded', id, '', 'problems', {
      nl: `Niet samen met ${PROGRAMMES[id].nl}`,
      en: `Not together with ${PROGRAMMES[id].en}`,
    });
  }
  for (const kind of ['include', 'problem'] as const) {
    for (const listed of kind === 'include' ? programme.include : programme.problems) {
      add(kind, listed.code, listed.code, problemField(programme, kind), listed);
    }
  }
  const years = new Map(programme.parameters.map((p) => [p.parameter, p.years]));
  for (const [parameter, back] of years) {
    const { codes, field, nl, en } = PARAMETERS[parameter];
    for (const { code } of codes) add('measurement', parameter, code, field, { nl, en }, back);
  }
  for (const [id, panel] of Object.entries(PANELS)) {
    const parts = panel.parts.filter((part) => years.has(part));
    if (parts.length === 0) continue;
    for (const { code } of panel.codes)
      add('panel', id, code, PARAMETERS[parts[0]!].field, panel, years.get(parts[0]!));
  }
  for (const group of programme.medication.groups) {
    const { atc, field, nl, en } = MEDICATION_GROUPS[group];
    for (const prefix of atc) add('medication', group, `atc|${prefix}`, field, { nl, en }, programme.medication.years);
  }
  for (const vaccination of programme.vaccinations) {
    const { codes, field, nl, en } = VACCINATIONS[vaccination];
    for (const { code } of codes) add('vaccination', vaccination, code, field, { nl, en }, programme.medication.years);
  }
  if (programme.allergies) {
    for (const listed of ALLERGIES.codes) add('allergy', listed.code, listed.code, 'allergies', listed);
    for (const { code } of ALLERGIES.systems) add('allergy', code, `${code}|*`, 'allergies', ALLERGIES);
  }
  return lines;
}

/** The fields that a programme fills. */
export const listedFields = (programme: CheckedProgramme): ReadonlySet<FieldId> =>
  new Set(linesOf(programme).flatMap((line) => (isRule(line) ? [] : [line.field])));

/** Names are for reading and may be mended without a new version; everything else is what leaves. */
const hashed = ({ nl: _nl, en: _en, ...line }: AllowLine) => line;
const order = (a: AllowLine, b: AllowLine) => (lineKey(a) < lineKey(b) ? -1 : 1);
const lineKey = (line: AllowLine) =>
  `${line.programme} ${line.kind} ${line.item} ${line.code} ${line.field} ${line.years ?? ''}`;

const versionOf = (lines: readonly AllowLine[]): string =>
  base64url(sha256(canonicalJson({ kept: KEPT, lines: lines.map(hashed) })));

/** These two say who may come in, not what may leave; no switch removes them. */
const isRule = (line: AllowLine): boolean => line.kind === 'age' || line.kind === 'excluded';

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else if (!list.includes(value)) list.push(value);
}

/** Merges the programmes; what is switched off is gone from every list, so it cannot leave by any way. */
export function compileSelection(programmes: readonly CheckedProgramme[], off: SwitchOff = {}): Selection {
  const offFields = new Set(off.fields ?? []);
  const lines = programmes
    .flatMap(linesOf)
    .filter((line) => isRule(line) || !offFields.has(line.field))
    .sort(order);
  const inclusion = new Map<CodingKey, ProgrammeId[]>();
  for (const programme of programmes) {
    for (const { code } of programme.include) push(inclusion, longKey(code), programme.id);
  }
  const problems = new Map<CodingKey, { field: FieldId; programmes: ProgrammeId[] }>();
  const measurements = new Map<CodingKey, { parameter: ParameterId; field: FieldId; rank: number; years: Years }>();
  const panels = new Map<CodingKey, PanelId>();
  const medication = new Map<string, { group: MedicationGroupId; field: FieldId; prefix: string; years: Years }>();
  const vaccinations = new Map<CodingKey, { vaccination: VaccinationId; field: FieldId; years: Years }>();
  const allergyProgrammes = new Set<ProgrammeId>();
  for (const { programme, kind, item, code, field, years = 0 } of lines) {
    if (kind === 'include' || kind === 'problem') {
      const key = longKey(code);
      const listed = problems.get(key);
      if (listed === undefined) problems.set(key, { field, programmes: [programme] });
      else {
        // The same code may be an inclusion here and a side problem there: one place, the narrower one.
        if (field === 'diabetes-since') listed.field = field;
        if (!listed.programmes.includes(programme)) listed.programmes.push(programme);
      }
    } else if (kind === 'measurement') {
      const key = longKey(code);
      const parameter = item as ParameterId;
      const rank = PARAMETERS[parameter].codes.findIndex((one) => one.code === code);
      const listed = measurements.get(key) ?? { parameter, field, rank, years: {} };
      listed.years[programme] = years;
      measurements.set(key, listed);
    } else if (kind === 'panel') {
      panels.set(longKey(code), item as PanelId);
    } else if (kind === 'medication') {
      const prefix = code.slice('atc|'.length);
      const listed = medication.get(prefix) ?? { group: item as MedicationGroupId, field, prefix, years: {} };
      listed.years[programme] = years;
      medication.set(prefix, listed);
    } else if (kind === 'vaccination') {
      const listed = vaccinations.get(longKey(code)) ?? { vaccination: item as VaccinationId, field, years: {} };
      listed.years[programme] = years;
      vaccinations.set(longKey(code), listed);
    } else if (kind === 'allergy') allergyProgrammes.add(programme);
  }
  const process = new Map<CodingKey, { programme: ProgrammeId; what: ProcessKind }>();
  for (const programme of programmes) {
    for (const what of ['principal', 'participation', 'controlPolicy', 'reasonNone'] as const) {
      for (const { code } of programme.process[what] ?? [])
        process.set(longKey(code), { programme: programme.id, what });
    }
  }
  const allergies = allergyProgrammes.size > 0;
  const exact = (keys: Iterable<string>) =>
    [...new Set([...keys].map((key) => key.slice(key.lastIndexOf('|') + 1)))].sort();
  const prefixes = [...medication.keys()].sort();
  const rxnorm = Object.keys(RXNORM_TO_ATC).filter((one) =>
    prefixes.some((atc) => RXNORM_TO_ATC[one]!.startsWith(atc)),
  );
  const some = (codes: readonly string[], more: Partial<ScanType> = {}): ScanType => ({
    codes,
    prefixes: [],
    markers: [],
    all: false,
    ...more,
  });
  const ofMedication = some(rxnorm, { prefixes, markers: ['medicationReference', 'contained'] });
  const scan: Record<string, ScanType> = {
    Patient: some([], { all: true }),
    Condition: some(exact([...inclusion.keys(), ...problems.keys()])),
    Observation: some(exact([...measurements.keys(), ...panels.keys(), ...process.keys()])),
    MedicationRequest: ofMedication,
    MedicationStatement: ofMedication,
    Medication: some(rxnorm, { prefixes }),
    Immunization: some(exact(vaccinations.keys())),
    AllergyIntolerance: some([], { all: allergies }),
    Encounter: some([], { all: true }),
    Appointment: some([], { all: true }),
  };
  return {
    programmes,
    version: versionOf(lines),
    off: { fields: off.fields ?? [], purposes: off.purposes ?? [] },
    lines,
    inclusion,
    problems,
    measurements,
    panels,
    medication: [...medication.values()].sort((a, b) => b.prefix.length - a.prefix.length),
    vaccinations,
    allergyCodes: new Set(
      allergies ? ALLERGIES.codes.filter((c) => c.prefix !== true).map((c) => longKey(c.code)) : [],
    ),
    allergyAtc: allergies
      ? ALLERGIES.codes.filter((c) => c.prefix === true).map((c) => c.code.slice('atc|'.length))
      : [],
    allergySystems: allergies ? ALLERGIES.systems.map(({ code }) => longKey(`${code}|`)) : [],
    allergyProgrammes: [...allergyProgrammes],
    identity: !offFields.has('identity'),
    process,
    scan,
  };
}

export interface SelectionChange extends AllowLine {
  readonly change: 'added' | 'removed';
}
export interface SelectionDiff {
  /** Something would leave that did not leave before: an owner must accept it first (design 8). */
  readonly widens: boolean;
  readonly changes: readonly SelectionChange[];
}

/** What a new version adds and removes, line by line. A longer look-back is an added and a removed line. */
export function diffSelection(old: Selection, fresh: Selection): SelectionDiff {
  const before = new Set(old.lines.map(lineKey));
  const after = new Set(fresh.lines.map(lineKey));
  const longest = new Map<string, number>();
  const place = (line: AllowLine) => `${line.programme} ${line.kind} ${line.code} ${line.field}`;
  for (const line of old.lines) longest.set(place(line), Math.max(longest.get(place(line)) ?? 0, line.years ?? 0));
  const added = fresh.lines.filter((line) => !before.has(lineKey(line)));
  const removed = old.lines.filter((line) => !after.has(lineKey(line)));
  const widens =
    removed.some((line) => line.kind === 'excluded') ||
    added.some((line) => {
      if (line.kind === 'excluded') return false;
      const had = longest.get(place(line));
      return had === undefined || had < (line.years ?? 0);
    });
  return {
    widens,
    changes: [
      ...added.map((line) => ({ change: 'added' as const, ...line })),
      ...removed.map((line) => ({ change: 'removed' as const, ...line })),
    ],
  };
}
