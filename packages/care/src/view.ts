/** What the dossier screen shows, out of the records of the opened scopes. Pure; the screen adds words and colours. */

import type { LocalDate } from '@ketenkluis/base';
import {
  ALLERGIES,
  ANSWERS,
  type CheckedTarget,
  MEDICATION_GROUPS,
  MEDICATION_NAMES,
  type MedicationGroupId,
  type Names,
  PARAMETERS,
  type ParameterId,
  PROGRAMMES,
  type ProgrammeId,
  VACCINATIONS,
  type VaccinationId,
} from './catalogue.ts';
import { isInUse } from './emergency.ts';
import { careError } from './errors.ts';
import { isUsable, measurementsOf } from './measured.ts';
import {
  type AllergyRecord,
  type CareRecord,
  careRecordSchema,
  type DayText,
  type IdentityRecord,
  type MeasurementRecord,
  type MedicationRecord,
  type ProblemRecord,
} from './records.ts';

/** Reads the records of an opened scope; throws `care/bad-record` when one is not in the form of `records.ts`. */
export function parseRecords(input: unknown): CareRecord[] {
  const read = careRecordSchema.array().safeParse(input);
  if (!read.success) throw careError('bad-record', 'the opened scope is not in the form of docs/spec/programme.md');
  return read.data;
}

export interface ProblemView {
  readonly names: Names;
  readonly codes: readonly string[];
  readonly onset?: DayText;
  readonly verification?: NonNullable<ProblemRecord['verification']>;
}
export interface MedicationView {
  /** Our Dutch generic name; the ATC code where we have none. */
  readonly name: string;
  readonly atc: string;
  readonly group: MedicationGroupId;
  readonly groupNames: Names;
  readonly inUse: boolean;
  /** Earliest start known here and the latest order. */
  readonly since?: DayText;
  readonly latest: MedicationRecord;
}
export interface Band {
  readonly low?: number;
  readonly high?: number;
}
export interface PointView {
  readonly date: DayText;
  /** In `unit`; absent when it cannot be read as one. */
  readonly value?: number;
  /** Rounded as this parameter is read, with its comparator; for a coded answer its names. */
  readonly text: Names;
  readonly record: MeasurementRecord;
  /** Best of its day; only these belong in a chart. */
  readonly preferred: boolean;
  readonly usable: boolean;
}
export interface SeriesView {
  readonly parameter: ParameterId;
  readonly names: Names;
  readonly unit?: string;
  readonly band?: Band;
  /** Newest first. */
  readonly points: readonly PointView[];
}
export interface AllergyView {
  readonly names: Names;
  readonly record: AllergyRecord;
}
export interface DossierView {
  readonly identity?: IdentityRecord;
  readonly problems: readonly ProblemView[];
  readonly medication: readonly MedicationView[];
  readonly series: readonly SeriesView[];
  readonly allergies: readonly AllergyView[];
  readonly vaccinations: readonly {
    readonly names: Names;
    readonly vaccination: VaccinationId;
    readonly date: DayText;
  }[];
}

const listedNames = new Map<string, Names>();
for (const programme of Object.values(PROGRAMMES)) {
  for (const { code, nl, en } of [...programme.include, ...programme.problems]) {
    if (!listedNames.has(code)) listedNames.set(code, { nl, en });
  }
}
const same = (text: string): Names => ({ nl: text, en: text });
/** Our own name of a listed problem code; the code itself when a newer programme listed it. */
export const problemNames = (code: string): Names => listedNames.get(code) ?? same(code);

/** Newest first; an unknown day last. */
const newest = (a: string | undefined, b: string | undefined): number =>
  (a ?? '') === (b ?? '') ? 0 : (a ?? '') < (b ?? '') ? 1 : -1;

function medicationOf(records: readonly MedicationRecord[], asOf: LocalDate): MedicationView[] {
  const byAtc = new Map<string, MedicationRecord[]>();
  for (const record of records) byAtc.set(record.atc, [...(byAtc.get(record.atc) ?? []), record]);
  const views = [...byAtc.values()].map((orders): MedicationView => {
    orders.sort((a, b) => newest(a.start, b.start));
    const latest = orders[0]!;
    const first = orders.findLast((one) => one.start !== undefined)?.start;
    return {
      name: MEDICATION_NAMES[latest.atc] ?? latest.atc,
      atc: latest.atc,
      group: latest.group,
      groupNames: MEDICATION_GROUPS[latest.group],
      inUse: orders.some((one) => isInUse(one, asOf)),
      ...(first === undefined ? {} : { since: first }),
      latest,
    };
  });
  return views.sort((a, b) => Number(b.inUse) - Number(a.inUse) || (a.name < b.name ? -1 : 1));
}

/** The band of the strictest target among the patient's programmes, per bound. */
export function bandOf(parameter: ParameterId, programmes: readonly ProgrammeId[]): Band | undefined {
  let low: number | undefined;
  let high: number | undefined;
  for (const target of programmes.flatMap((id): readonly CheckedTarget[] => PROGRAMMES[id].targets)) {
    if (target.parameter !== parameter) continue;
    const top = target.below ?? target.atMost;
    if (top !== undefined) high = Math.min(high ?? top, top);
    if (target.atLeast !== undefined) low = Math.max(low ?? target.atLeast, target.atLeast);
  }
  if (low === undefined && high === undefined) return undefined;
  return { ...(low === undefined ? {} : { low }), ...(high === undefined ? {} : { high }) };
}

function textOf(record: MeasurementRecord): Names {
  const { answer } = record;
  if (answer !== undefined && answer.length > 0) {
    const names = answer.map((code) => ANSWERS[code] ?? same(code));
    return { nl: names.map((one) => one.nl).join(', '), en: names.map((one) => one.en).join(', ') };
  }
  const comparator = record.comparator ?? '';
  if (record.value === undefined) {
    return record.original === undefined ? same('') : same(`${comparator}${record.original.value}`);
  }
  const { decimals } = PARAMETERS[record.parameter];
  const rounded = decimals === undefined ? record.value : Number(record.value).toFixed(decimals);
  // Dutch readers expect a decimal comma.
  return { nl: `${comparator}${rounded.replace('.', ',')}`, en: `${comparator}${rounded}` };
}

function seriesOf(
  parameter: ParameterId,
  records: readonly MeasurementRecord[],
  programmes: readonly ProgrammeId[],
): SeriesView {
  const { nl, en, unit } = PARAMETERS[parameter];
  const band = bandOf(parameter, programmes);
  const taken = new Set<string>();
  const points = records.map((record): PointView => {
    const usable = isUsable(record);
    const preferred = usable && !taken.has(record.date);
    if (preferred) taken.add(record.date);
    return {
      date: record.date,
      ...(record.value === undefined ? {} : { value: Number(record.value) }),
      text: textOf(record),
      record,
      preferred,
      usable,
    };
  });
  return {
    parameter,
    names: { nl, en },
    ...(unit === undefined ? {} : { unit }),
    ...(band === undefined ? {} : { band }),
    points,
  };
}

export function allergyNames(record: AllergyRecord): Names {
  for (const code of record.codes) {
    const listed = ALLERGIES.codes.find((one) => (one.prefix === true ? code.startsWith(one.code) : code === one.code));
    const generic = code.startsWith('atc|') ? MEDICATION_NAMES[code.slice('atc|'.length)] : undefined;
    if (generic !== undefined) return same(generic);
    if (listed !== undefined) return { nl: listed.nl, en: listed.en };
  }
  const code = record.codes.join(', ');
  return { nl: `${code} (naam: zie uw HIS)`, en: `${code} (name: see your GP system)` };
}

/** `asOf` is the day the copy stands for: it decides which medicine counts as in use. */
export function buildView(
  records: readonly CareRecord[],
  programmes: readonly ProgrammeId[],
  asOf: LocalDate,
): DossierView {
  const of = <K extends CareRecord['kind']>(kind: K) =>
    records.filter((one): one is Extract<CareRecord, { kind: K }> => one.kind === kind);
  const identity = of('identity')[0];
  const series = measurementsOf(records);
  return {
    ...(identity === undefined ? {} : { identity }),
    problems: of('problem')
      .map(
        (one): ProblemView => ({
          names: problemNames(one.codes[0] ?? ''),
          codes: one.codes,
          ...(one.onset === undefined ? {} : { onset: one.onset }),
          ...(one.verification === undefined ? {} : { verification: one.verification }),
        }),
      )
      .sort((a, b) => newest(a.onset, b.onset)),
    medication: medicationOf(of('medication'), asOf),
    // In the order of the parameter file, which is the order of a control visit.
    series: (Object.keys(PARAMETERS) as ParameterId[]).flatMap((id) => {
      const one = series.get(id);
      return one === undefined ? [] : [seriesOf(id, one, programmes)];
    }),
    allergies: of('allergy').map((record) => ({ names: allergyNames(record), record })),
    vaccinations: of('vaccination')
      .map(({ vaccination, date }) => ({ names: VACCINATIONS[vaccination], vaccination, date }))
      .sort((a, b) => newest(a.date, b.date)),
  };
}
