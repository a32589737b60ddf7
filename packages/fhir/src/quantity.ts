/**
 * One Dutch unit per measurement, the original kept beside it.
 *
 * Conversion is UCUM (ucum-lhc, loaded on first need: 45 ms and 14 MB) with the molar mass of the substance; HbA1c in
 * percent is not a UCUM conversion but the IFCC-NGSP master equation (NGSP: mmol/mol = 10.93 x % - 23.50).
 * A value without a unit, with a unit that cannot be converted, or outside what a living human can have is kept as it
 * is and marked. Nothing is dropped and no unit is guessed from the number.
 */

import type { Utils } from '@lhncbc/ucum-lhc';
import { normaliseSystem, SYSTEM } from './codes.ts';
import type { Quantity } from './resource.ts';

export interface MeasureRule {
  /** The Dutch unit, in UCUM. */
  readonly unit: string;
  /** g/mol, for mass to substance. Sources: IUPAC atomic weights; triglycerides as triolein. */
  readonly molarMass?: number;
  /** Percent means NGSP here, not one hundredth. */
  readonly ngsp?: true;
  /** Outside these (in `unit`, both allowed) a value is marked implausible. Wide on purpose: typing errors, not illness. */
  readonly low: number;
  readonly high: number;
}

const CHOLESTEROL = 386.65;
const CREATININE = 113.12;

export const MEASURES = {
  hba1c: { unit: 'mmol/mol', ngsp: true, low: 10, high: 250 },
  glucose: { unit: 'mmol/L', molarMass: 180.156, low: 0.5, high: 100 },
  ldl: { unit: 'mmol/L', molarMass: CHOLESTEROL, low: 0.05, high: 30 },
  hdl: { unit: 'mmol/L', molarMass: CHOLESTEROL, low: 0.05, high: 10 },
  nonHdl: { unit: 'mmol/L', molarMass: CHOLESTEROL, low: 0.05, high: 40 },
  cholesterol: { unit: 'mmol/L', molarMass: CHOLESTEROL, low: 0.5, high: 40 },
  triglycerides: { unit: 'mmol/L', molarMass: 885.43, low: 0.1, high: 120 },
  creatinine: { unit: 'umol/L', molarMass: CREATININE, low: 5, high: 3000 },
  potassium: { unit: 'mmol/L', molarMass: 39.098, low: 1, high: 12 },
  sodium: { unit: 'mmol/L', molarMass: 22.99, low: 90, high: 200 },
  egfr: { unit: 'mL/min/{1.73_m2}', low: 0, high: 250 },
  clearance: { unit: 'mL/min', low: 0, high: 400 },
  acr: { unit: 'mg/mmol', molarMass: CREATININE, low: 0, high: 3000 },
  albuminUrine: { unit: 'mg/L', low: 0, high: 30_000 },
  systolic: { unit: 'mm[Hg]', low: 40, high: 320 },
  diastolic: { unit: 'mm[Hg]', low: 10, high: 220 },
  pulse: { unit: '/min', low: 15, high: 300 },
  saturation: { unit: '%', low: 30, high: 100 },
  weight: { unit: 'kg', low: 1, high: 500 },
  height: { unit: 'm', low: 0.3, high: 2.6 },
  bmi: { unit: 'kg/m2', low: 6, high: 150 },
  waist: { unit: 'cm', low: 20, high: 300 },
  fev1: { unit: 'L', low: 0.1, high: 9 },
  fvc: { unit: 'L', low: 0.1, high: 11 },
  fev1Fvc: { unit: '%', low: 5, high: 150 },
} as const satisfies Readonly<Record<string, MeasureRule>>;

export type Measure = keyof typeof MEASURES;
export type QuantityMark = 'no-unit' | 'implausible' | 'not-convertible';

export interface NormalisedQuantity {
  /** In `unit`; the original number when there is no unit or no conversion. */
  readonly value: number;
  /** UCUM; absent when the source gave none. */
  readonly unit?: string;
  /** `<`, `<=`, `>`, `>=` of the source. */
  readonly comparator?: string;
  readonly original: { readonly value: number; readonly unit?: string };
  readonly mark?: QuantityMark;
}

export interface Units {
  /** Undefined when there is no number at all. Never throws. */
  normalise(quantity: Quantity | undefined, measure: Measure | MeasureRule): NormalisedQuantity | undefined;
}

/** How Dutch systems write units by hand, lower-cased without spaces; what is not here is tried as UCUM as it stands. */
const SPELLING: ReadonlyMap<string, string> = new Map([
  ['mmol/l', 'mmol/L'],
  ['umol/l', 'umol/L'],
  ['µmol/l', 'umol/L'],
  ['μmol/l', 'umol/L'],
  ['mg/dl', 'mg/dL'],
  ['mg/l', 'mg/L'],
  ['ml/min', 'mL/min'],
  ['ml/min/1.73m2', 'mL/min/{1.73_m2}'],
  ['ml/min/1,73m2', 'mL/min/{1.73_m2}'],
  ['ml/min/1.73m²', 'mL/min/{1.73_m2}'],
  ['ml/min/1,73m²', 'mL/min/{1.73_m2}'],
  ['ml/min/1.73_m2', 'mL/min/{1.73_m2}'],
  ['ml/min/1.73', 'mL/min/{1.73_m2}'],
  ['mmhg', 'mm[Hg]'],
  ['mm[hg]', 'mm[Hg]'],
  ['kg/m2', 'kg/m2'],
  ['kg/m²', 'kg/m2'],
  ['kg/m^2', 'kg/m2'],
  ['slagen/min', '/min'],
  ['{beats}/min', '/min'],
  ['beats/minute', '/min'],
  ['bpm', '/min'],
  ['liter', 'L'],
  ['l', 'L'],
  ['meter', 'm'],
  ['procent', '%'],
]);

const NGSP_PERCENT = /^%\s*(\{[^}]*\}|ngsp|dcct)?$/i;

function unitText(quantity: Quantity): string | undefined {
  const { code, unit, system } = quantity;
  const coded = typeof system !== 'string' || normaliseSystem(system) === SYSTEM.ucum ? code : undefined;
  const text = coded ?? unit ?? code;
  return typeof text === 'string' && text.trim() !== '' ? text.trim() : undefined;
}

const spell = (unit: string): string => SPELLING.get(unit.toLowerCase().replaceAll(' ', '')) ?? unit;

/** The library prints what it cannot parse, and a unit text from a file must not reach a log; so it is muted meanwhile. */
function muted<T>(ask: () => T): T | undefined {
  const print = console.log;
  console.log = () => undefined;
  try {
    return ask();
  } catch {
    return undefined;
  } finally {
    console.log = print;
  }
}

/** Ten digits are far beyond what was measured; they only cut the noise of binary fractions. */
const tidy = (value: number): number => Number(value.toPrecision(10));

/** Braces are UCUM annotations without dimension: `mL/min` and `mL/min/{1.73_m2}` convert one to one. */
function linear(ucum: Utils, from: string, to: string, molarMass: number | undefined) {
  const options = molarMass === undefined ? {} : { molecularWeight: molarMass };
  // The library looks names up in a plain object: `toString` would be a unit there.
  if (from in Object.prototype || from.length > 60) return undefined;
  const [zero, one] = [0, 1].map((value) => muted(() => ucum.convertUnitTo(from, value, to, options))?.toVal);
  if (typeof zero !== 'number' || typeof one !== 'number' || !Number.isFinite(zero + one)) return undefined;
  return { slope: one - zero, offset: zero };
}

let loading: Promise<Utils> | undefined;

/** Loads the UCUM tables once; the result is synchronous after that and remembers each pair of units. */
export async function loadUnits(): Promise<Units> {
  loading ??= import('@lhncbc/ucum-lhc').then((module) => module.default.UcumLhcUtils.getInstance());
  const ucum = await loading;
  const pairs = new Map<string, { slope: number; offset: number } | undefined>();
  const factor = (from: string, rule: MeasureRule) => {
    const pair = `${from}>${rule.unit}>${rule.molarMass ?? ''}`;
    if (pairs.has(pair)) return pairs.get(pair);
    const found = from === rule.unit ? { slope: 1, offset: 0 } : linear(ucum, from, rule.unit, rule.molarMass);
    // Unit texts come from files: an unbounded cache would be a memory hole.
    if (pairs.size < 1000) pairs.set(pair, found);
    return found;
  };
  return {
    normalise(quantity, measure) {
      const value = quantity?.value;
      if (quantity === undefined || typeof value !== 'number' || !Number.isFinite(value)) return undefined;
      const rule: MeasureRule = typeof measure === 'string' ? MEASURES[measure] : measure;
      const unit = unitText(quantity);
      const comparator = typeof quantity.comparator === 'string' ? { comparator: quantity.comparator } : {};
      if (unit === undefined) return { value, ...comparator, original: { value }, mark: 'no-unit' };
      const original = { value, unit };
      let converted: number;
      if (rule.ngsp === true && NGSP_PERCENT.test(unit)) {
        converted = 10.93 * value - 23.5;
      } else {
        const found = factor(spell(unit), rule);
        if (found === undefined) return { value, unit, ...comparator, original, mark: 'not-convertible' };
        converted = value * found.slope + found.offset;
      }
      const result = { value: tidy(converted), unit: rule.unit, ...comparator, original };
      return result.value < rule.low || result.value > rule.high ? { ...result, mark: 'implausible' } : result;
    },
  };
}
