import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reading, Series } from '../model.ts';
import { inOrder, isNumeric, scale, standing, summary } from './series.ts';

const reading = (date: string, value: number | null, more: Partial<Reading> = {}): Reading => ({
  date,
  value,
  text: { nl: String(value), en: String(value) },
  drawn: value !== null,
  marks: [],
  ...more,
});
const series = (readings: readonly Reading[], more: Partial<Series> = {}): Series => ({
  code: 'systolic',
  label: { nl: 'Bovendruk', en: 'Systolic' },
  unit: 'mm[Hg]',
  target: { low: null, high: 140 },
  readings,
  ...more,
});

describe('what a chart says in words', () => {
  it('leaves out what may not be read as a value', () => {
    const found = summary(
      series([
        reading('2025-01-01', 150),
        reading('2026-01-01', 1400, { drawn: false, marks: ['implausible'] }),
        reading('2026-02-01', 138),
        reading('2026-03-01', null, { drawn: false, marks: ['no-unit'] }),
      ]),
    );
    expect(found).toMatchObject({ count: 2, min: 138, max: 150, last: { value: 138 }, previous: { value: 150 } });
  });

  it('has nothing to say of words alone', () => {
    const words = series([reading('2025-01-01', null)], { unit: null, target: null });
    expect(summary(words)).toBeNull();
    expect(isNumeric(words)).toBe(false);
  });

  it('knows where a value stands; the edge belongs to the target', () => {
    expect(standing(140, { low: null, high: 140 })).toBe('within');
    expect(standing(141, { low: null, high: 140 })).toBe('above');
    expect(standing(59, { low: 60, high: null })).toBe('below');
    expect(standing(59, null)).toBeNull();
  });

  it('puts what has a target first and keeps the order of a control visit', () => {
    const names = ['weight', 'systolic', 'height', 'ldl'];
    const list = names.map((code) =>
      series([], { code, target: ['systolic', 'ldl'].includes(code) ? { low: null, high: 1 } : null }),
    );
    expect(inOrder(list).map((one) => one.code)).toEqual(['systolic', 'ldl', 'weight', 'height']);
  });

  it('always leaves room around values and target, and never makes a mountain of a wobble', () => {
    const number = fc.float({ min: Math.fround(0.1), max: 5000, noNaN: true });
    fc.assert(
      fc.property(fc.array(number, { minLength: 1, maxLength: 20 }), fc.option(number), (values, high) => {
        const [bottom, top] = scale(values, high === null ? null : { low: null, high });
        const all = high === null ? values : [...values, high];
        expect(bottom).toBeLessThan(Math.min(...all));
        expect(top).toBeGreaterThan(Math.max(...all));
        expect(top - bottom).toBeGreaterThanOrEqual(Math.max(...all) * 0.119);
      }),
    );
  });
});
