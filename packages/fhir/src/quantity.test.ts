import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { loadUnits, MEASURES, type Measure } from './quantity.ts';

const units = await loadUnits();
const ucum = (value: number, code: string) => ({ value, unit: code, system: 'http://unitsofmeasure.org', code });
const of = (value: number, code: string, measure: Measure) => units.normalise(ucum(value, code), measure);

describe('quantities', () => {
  it('converts HbA1c percent by the IFCC-NGSP master equation, not as one hundredth', () => {
    expect(of(7, '%', 'hba1c')).toEqual({ value: 53.01, unit: 'mmol/mol', original: { value: 7, unit: '%' } });
    expect(of(6.255828714958969, '%', 'hba1c')?.value).toBeCloseTo(44.8762, 3);
    expect(of(53, 'mmol/mol', 'hba1c')?.value).toBe(53);
  });

  it('converts mass to substance by molar mass', () => {
    expect(of(100, 'mg/dL', 'ldl')?.value).toBeCloseTo(2.586, 3);
    expect(of(100, 'mg/dL', 'glucose')?.value).toBeCloseTo(5.551, 3);
    expect(of(1, 'mg/dL', 'creatinine')?.value).toBeCloseTo(88.4, 1);
    expect(of(30, 'mg/g', 'acr')?.value).toBeCloseTo(3.394, 3);
    expect(of(150, 'mg/dL', 'triglycerides')?.value).toBeCloseTo(1.694, 3);
  });

  it('reads both spellings of the eGFR unit, centimetres and kPa', () => {
    expect(of(61, 'mL/min', 'egfr')?.value).toBe(61);
    expect(of(61, 'mL/min/{1.73_m2}', 'egfr')?.value).toBe(61);
    expect(of(176, 'cm', 'height')?.value).toBe(1.76);
    expect(of(16, 'kPa', 'systolic')?.value).toBeCloseTo(120, 0);
  });

  it('reads units as Dutch systems write them', () => {
    for (const [unit, measure, value] of [
      ['mmol/l', 'ldl', 2.6],
      ['µmol/l', 'creatinine', 80],
      ['ml/min/1,73 m²', 'egfr', 61],
      ['mmHg', 'systolic', 140],
      ['kg/m²', 'bmi', 31],
      ['/min', 'pulse', 70],
    ] as const) {
      const result = units.normalise({ value, unit }, measure);
      expect(result).toEqual({ value, unit: MEASURES[measure].unit, original: { value, unit } });
    }
  });

  it('keeps and marks what has no unit, another dimension or an impossible value', () => {
    expect(units.normalise({ value: 120 }, 'systolic')).toEqual({
      value: 120,
      original: { value: 120 },
      mark: 'no-unit',
    });
    expect(of(120, 'kg', 'systolic')).toMatchObject({ value: 120, unit: 'kg', mark: 'not-convertible' });
    expect(of(120, 'bogus', 'systolic')).toMatchObject({ value: 120, unit: 'bogus', mark: 'not-convertible' });
    expect(of(176, 'm', 'height')).toMatchObject({ value: 176, unit: 'm', mark: 'implausible' });
    expect(of(5.5, 'mmol/L', 'hba1c')?.mark).toBe('not-convertible');
    expect(units.normalise({ unit: 'kg' }, 'weight')).toBeUndefined();
    expect(units.normalise({ value: 3, comparator: '<', unit: 'mg/mmol' }, 'acr')).toMatchObject({ comparator: '<' });
  });

  it('never throws and always keeps the original, whatever the unit text', () => {
    const spy = vi.spyOn(console, 'log');
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom(...'mgLl/{}[]()%*.^1-+_ d"') }),
      fc.constantFrom('constructor', 'toString', '__proto__'),
    );
    const measures = fc.constantFrom(...(Object.keys(MEASURES) as Measure[]));
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), text, measures, (value, unit, measure) => {
        const result = units.normalise({ value, unit }, measure);
        expect(result?.original.value).toBe(value);
        if (unit.trim() === '') expect(result?.mark).toBe('no-unit');
      }),
      { numRuns: 300 },
    );
    expect(spy).not.toHaveBeenCalled();
    spy.mockRestore();
  });
});
