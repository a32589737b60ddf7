/** Prescriptions and medication use, by ATC class. The name of the medicine is looked up again by its code on screen. */

import {
  type CodingKey,
  conceptKeys,
  type Dosage,
  type MedicationRequest,
  type MedicationStatement,
  type Period,
  SYSTEM,
} from '@ketenkluis/fhir';
import { RXNORM_TO_ATC } from './catalogue.ts';
import { dayText, type Found, type MinimiseContext, since, yearsFor } from './context.ts';
import { firstDay } from './facts.ts';
import { ATC_CODE, DOSE_UNITS, type MedicationRecord, PERIOD_UNITS } from './records.ts';
import type { ListedGroup } from './selection.ts';

const STATUS: ReadonlyMap<unknown, MedicationRecord['status']> = new Map(
  (['active', 'on-hold', 'stopped', 'completed', 'unknown'] as const).map((status) => [status, status]),
);
/** An order without period of use that nobody closed says nothing about today after this long; our choice. */
const OPEN_ORDER_YEARS = 5;
const NO_ORDER = new Set(['proposal', 'plan', 'option']);
/** Nictiz: the period of use of a medication agreement. */
const PERIOD_OF_USE = 'http://nictiz.nl/fhir/StructureDefinition/ext-TimeInterval.Period';
const DOSES: ReadonlySet<string> = new Set(DOSE_UNITS);
const PERIODS: ReadonlySet<string> = new Set(PERIOD_UNITS);

type Order = MedicationRequest | MedicationStatement;

function keysOf(order: Order, context: MinimiseContext): CodingKey[] {
  const direct = conceptKeys(order.medicationCodeableConcept);
  if (direct.length > 0) return direct;
  const reference = order.medicationReference?.reference;
  if (typeof reference !== 'string') return [];
  const contained = 'contained' in order && Array.isArray(order.contained) ? (order.contained as unknown[]) : [];
  for (const one of contained) {
    if (typeof one !== 'object' || one === null || !('id' in one) || reference !== `#${one.id}`) continue;
    return 'code' in one && typeof one.code === 'object' ? conceptKeys(one.code) : [];
  }
  return conceptKeys(context.medication?.(reference)?.code);
}

function atcOf(keys: readonly CodingKey[]): string | undefined {
  for (const key of keys) {
    if (key.startsWith(`${SYSTEM.atc}|`)) {
      const code = key.slice(SYSTEM.atc.length + 1);
      if (ATC_CODE.test(code)) return code;
    }
  }
  for (const key of keys) {
    if (key.startsWith(`${SYSTEM.rxnorm}|`)) {
      const code = key.slice(SYSTEM.rxnorm.length + 1);
      if (Object.hasOwn(RXNORM_TO_ATC, code)) return RXNORM_TO_ATC[code];
    }
  }
  return undefined;
}

function periodOf(order: Order): Period | undefined {
  const extension = Array.isArray(order.extension)
    ? order.extension.find((one) => one?.url === PERIOD_OF_USE)
    : undefined;
  if (extension?.valuePeriod !== undefined) return extension.valuePeriod;
  return order.resourceType === 'MedicationRequest' ? order.dispenseRequest?.validityPeriod : order.effectivePeriod;
}

function doseOf(order: Order): Pick<MedicationRecord, 'dose' | 'times' | 'asNeeded'> & { readonly leaves: number } {
  const list: readonly Dosage[] | undefined =
    order.resourceType === 'MedicationRequest' ? order.dosageInstruction : order.dosage;
  const first = Array.isArray(list) ? (list[0] as Dosage | undefined) : undefined;
  if (typeof first !== 'object' || first === null) return { leaves: 0 };
  const quantity = Array.isArray(first.doseAndRate) ? first.doseAndRate[0]?.doseQuantity : undefined;
  const value = quantity?.value;
  const unit = quantity?.code ?? quantity?.unit;
  const { frequency, period, periodUnit } = first.timing?.repeat ?? {};
  const count = (n: unknown): n is number => typeof n === 'number' && n > 0 && n < 1000;
  let leaves = 0;
  const dose: { dose?: NonNullable<MedicationRecord['dose']> } = {};
  if (count(value)) {
    const known = typeof unit === 'string' && DOSES.has(unit);
    dose.dose = { value: String(value), ...(known ? { unit: unit as (typeof DOSE_UNITS)[number] } : {}) };
    leaves += known ? 2 : 1;
  }
  const times: { times?: NonNullable<MedicationRecord['times']> } = {};
  if (count(frequency) && count(period) && typeof periodUnit === 'string' && PERIODS.has(periodUnit)) {
    times.times = {
      frequency: String(frequency),
      period: String(period),
      unit: periodUnit as (typeof PERIOD_UNITS)[number],
    };
    leaves += 3;
  }
  const asNeeded = first.asNeededBoolean === true ? { asNeeded: true as const } : {};
  return { ...dose, ...times, ...asNeeded, leaves: leaves + ('asNeeded' in asNeeded ? 1 : 0) };
}

export function medicationRecord(order: Order, context: MinimiseContext): Found | undefined {
  const status = STATUS.get(order.status);
  if (status === undefined) return undefined;
  if (order.resourceType === 'MedicationRequest' && NO_ORDER.has(order.intent ?? '')) return undefined;
  const atc = atcOf(keysOf(order, context));
  if (atc === undefined) return undefined;
  // The longest prefix comes first, so that a narrower class wins.
  const listed = context.selection.medication.find(
    (one: ListedGroup) => atc.startsWith(one.prefix) && yearsFor(one.years, context.programmes) !== undefined,
  );
  if (listed === undefined) return undefined;
  const period = periodOf(order);
  const written =
    order.resourceType === 'MedicationRequest' ? order.authoredOn : (order.effectiveDateTime ?? order.dateAsserted);
  const startDay = firstDay(period?.start) ?? firstDay(written);
  const endDay = firstDay(period?.end);
  if (startDay !== undefined && startDay > context.asOf) return undefined;
  const oldest = since(context.asOf, yearsFor(listed.years, context.programmes) ?? 0);
  // In use, as far as the source knows, stays whatever its age; what ended is kept for the look-back.
  const inUse = status === 'active' || status === 'on-hold' || status === 'unknown';
  const lastKnown = endDay ?? (inUse ? undefined : startDay);
  if (lastKnown === undefined ? !inUse : lastKnown < oldest) return undefined;
  const openEnd = period?.start !== undefined && period.end === undefined && status === 'active';
  if (!openEnd && endDay === undefined && startDay !== undefined && startDay < since(context.asOf, OPEN_ORDER_YEARS))
    return undefined;
  const start = dayText(period?.start) ?? dayText(written);
  const end = dayText(period?.end);
  const { leaves, ...dose } = doseOf(order);
  const record: MedicationRecord = {
    kind: 'medication',
    group: listed.group,
    atc,
    status,
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
    ...(openEnd ? { openEnd: true as const } : {}),
    ...dose,
  };
  return {
    field: listed.field,
    records: [record],
    leaves: 4 + leaves + (start === undefined ? 0 : 1) + (end === undefined ? 0 : 1),
  };
}
