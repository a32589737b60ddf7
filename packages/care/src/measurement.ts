/** Observations: one measurement, or a panel (blood pressure) with its parts. */

import type { LocalDate } from '@ketenkluis/base';
import {
  answerKeys,
  type CodingKey,
  codeKeys,
  conceptKeys,
  MEASURES,
  type Measure,
  type MeasureRule,
  type Observation,
  type ObservationComponent,
} from '@ketenkluis/fhir';
import { PANELS, PARAMETERS, type ParameterId } from './catalogue.ts';
import { asExact, type Found, list, type MinimiseContext, since, yearsFor } from './context.ts';
import { firstDay } from './facts.ts';
import { ANSWER, COMPARATORS, type DayText, type Mark, type MeasurementRecord, UNIT } from './records.ts';
import type { ListedMeasurement } from './selection.ts';
import { shortKey } from './short.ts';

type Value = Pick<MeasurementRecord, 'value' | 'comparator' | 'answer' | 'original' | 'mark'> & {
  readonly leaves: number;
};

const KNOWN_COMPARATORS: ReadonlySet<string> = new Set(COMPARATORS);

const rules = new Map<ParameterId, MeasureRule>();
function ruleOf(parameter: ParameterId): MeasureRule {
  let rule = rules.get(parameter);
  if (rule === undefined) {
    const { unit = '1', measure = '', plausible = [0, 0] } = PARAMETERS[parameter];
    const known: MeasureRule | undefined = Object.hasOwn(MEASURES, measure) ? MEASURES[measure as Measure] : undefined;
    rule = { ...known, unit, low: plausible[0], high: plausible[1] };
    rules.set(parameter, rule);
  }
  return rule;
}

const safeUnit = (unit: string | undefined): string | undefined =>
  unit !== undefined && UNIT.test(unit) ? unit : undefined;

const finite = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const comparatorOf = (text: string | undefined): Pick<Value, 'comparator'> =>
  text !== undefined && KNOWN_COMPARATORS.has(text) ? { comparator: text as NonNullable<Value['comparator']> } : {};

function quantity(part: ObservationComponent, parameter: ParameterId, { units }: MinimiseContext): Value {
  const read = units.normalise(part.valueQuantity, ruleOf(parameter));
  if (read === undefined) return { mark: 'no-value', leaves: 0 };
  const comparator = comparatorOf(read.comparator);
  const more = comparator.comparator === undefined ? 0 : 1;
  const said = String(read.original.value);
  // Without a usable unit the number stands apart, so that nobody takes it for one in the Dutch unit.
  if (read.mark === 'no-unit' || read.mark === 'not-convertible') {
    return { original: { value: said }, ...comparator, mark: read.mark, leaves: 1 + more };
  }
  const mark: { mark?: Mark } = read.mark === undefined ? {} : { mark: read.mark };
  const { decimals = 0, unit } = PARAMETERS[parameter];
  if (read.original.unit === unit) return { value: said, ...comparator, ...mark, leaves: 2 + more };
  const unitSaid = safeUnit(read.original.unit);
  return {
    value: String(Number(read.value.toFixed(decimals + 1))),
    ...comparator,
    original: { value: said, ...(unitSaid === undefined ? {} : { unit: unitSaid }) },
    ...mark,
    leaves: 1 + (unitSaid === undefined ? 0 : 1) + more,
  };
}

function answered(part: ObservationComponent): Value | undefined {
  const answer = answerKeys(part.valueCodeableConcept)
    .map(shortKey)
    .filter((key) => ANSWER.test(key))
    .slice(0, 4);
  if (answer.length > 0) return { answer, leaves: 2 * answer.length };
  if (typeof part.valueBoolean === 'boolean') return { answer: [part.valueBoolean ? 'yes' : 'no'], leaves: 1 };
  if (codedPart(part)) return { mark: 'no-code', leaves: 0 };
  return undefined;
}

const codedPart = (part: ObservationComponent): boolean =>
  typeof part.valueCodeableConcept === 'object' && part.valueCodeableConcept !== null;

function bareNumber(part: ObservationComponent, parameter: ParameterId): Value {
  const number = part.valueInteger ?? part.valueQuantity?.value;
  if (!finite(number)) return { mark: 'no-value', leaves: 0 };
  const range = PARAMETERS[parameter].plausible;
  const mark: { mark?: Mark } =
    range !== undefined && (number < range[0] || number > range[1]) ? { mark: 'implausible' } : {};
  return { value: String(number), ...comparatorOf(part.valueQuantity?.comparator), ...mark, leaves: 1 };
}

function readValue(part: ObservationComponent, parameter: ParameterId, context: MinimiseContext): Value {
  if (PARAMETERS[parameter].answer === 'quantity') return quantity(part, parameter, context);
  return answered(part) ?? bareNumber(part, parameter);
}

interface Match extends ListedMeasurement {
  readonly key: string;
}

/** The listed code that stands highest in the order of preference. */
function best(keys: readonly CodingKey[], context: MinimiseContext, of?: readonly ParameterId[]): Match | undefined {
  let found: Match | undefined;
  for (const key of keys) {
    const listed = context.selection.measurements.get(key);
    if (listed === undefined || (of !== undefined && !of.includes(listed.parameter))) continue;
    if (yearsFor(listed.years, context.programmes) === undefined) continue;
    if (found === undefined || listed.rank < found.rank) found = { ...listed, key };
  }
  return found;
}

function record(
  part: ObservationComponent,
  listed: Match,
  date: DayText,
  preliminary: boolean,
  context: MinimiseContext,
): { readonly record: MeasurementRecord; readonly leaves: number } {
  const { leaves, ...value } = readValue(part, listed.parameter, context);
  return {
    record: {
      kind: 'measurement',
      parameter: listed.parameter,
      code: shortKey(listed.key),
      date,
      ...value,
      ...(preliminary ? { preliminary: true as const } : {}),
    },
    leaves: leaves + 2,
  };
}

interface When {
  readonly day: LocalDate;
  readonly date: DayText;
}

/** The day it was measured; the day it was reported where that is all there is. */
function whenOf(resource: Observation, asOf: LocalDate): When | undefined {
  const at =
    resource.effectiveDateTime ?? resource.effectiveInstant ?? resource.effectivePeriod?.start ?? resource.issued;
  const day = firstDay(at);
  const date = asExact(at, day);
  return day === undefined || date === undefined || day > asOf ? undefined : { day, date };
}

const inTime = ({ day }: When, listed: ListedMeasurement, { asOf, programmes }: MinimiseContext): boolean =>
  day >= since(asOf, yearsFor(listed.years, programmes) ?? 0);

export function measurementRecords(resource: Observation, context: MinimiseContext): Found | undefined {
  if (resource.status === 'entered-in-error' || resource.status === 'cancelled') return undefined;
  const preliminary = resource.status === 'preliminary' || resource.status === 'registered';
  const common = 2 + (preliminary ? 1 : 0);

  const keys = codeKeys(resource);
  const single = best(keys, context);
  if (single !== undefined) {
    const when = whenOf(resource, context.asOf);
    if (when === undefined || !inTime(when, single, context)) return undefined;
    const made = record(resource, single, when.date, preliminary, context);
    return { field: single.field, records: [made.record], leaves: made.leaves + common };
  }
  const panelId = keys.flatMap((key) => context.selection.panels.get(key) ?? [])[0];
  if (panelId === undefined || !Array.isArray(resource.component)) return undefined;
  const when = whenOf(resource, context.asOf);
  if (when === undefined) return undefined;
  const records: MeasurementRecord[] = [];
  let leaves = common;
  let field: Match['field'] | undefined;
  for (const part of list(resource.component)) {
    if (typeof part !== 'object' || part === null) continue;
    const listed = best(conceptKeys(part.code), context, PANELS[panelId].parts);
    if (listed === undefined || !inTime(when, listed, context)) continue;
    const made = record(part, listed, when.date, preliminary, context);
    records.push(made.record);
    leaves += made.leaves;
    field = listed.field;
  }
  return field === undefined ? undefined : { field, records, leaves };
}
