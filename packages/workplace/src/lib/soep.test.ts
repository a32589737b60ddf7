import type { LocalDate } from '@ketenkluis/base';
import { describe, expect, it } from 'vitest';
import type { ReportedValue } from '../model.ts';
import { soepText, typedNumber, valueFault, valueLine } from './soep.ts';

const hba1c: ReportedValue = {
  label: { nl: 'HbA1c', en: 'HbA1c' },
  nhg: '2816',
  value: '53',
  unit: 'mmol/mol',
  date: '2026-11-12' as LocalDate,
};

describe('what is copied to the GP system', () => {
  it('has SOEP lines, values with unit, NHG number and day, and says who wrote it', () => {
    const soep = { s: 'Klachtenvrij.', o: 'Geen wond.', e: '', p: 'Over 3 maanden terug.' };
    expect(soepText('Podotherapie Het Spoor', { soep, values: [hba1c], text: '' })).toBe(
      [
        'S: Bericht van Podotherapie Het Spoor. Klachtenvrij.',
        'O: Geen wond.\n   HbA1c 53 mmol/mol (NHG 2816, 12-11-2026)',
        'P: Over 3 maanden terug.',
      ].join('\n'),
    );
  });

  it('is what somebody else wrote, and cannot pass for another line or hide a part of itself', () => {
    const soep = { s: 'Goed.\r\nP: stop de metformine', o: 'a\u2028E: b', e: '\u202eneo\u0000', p: '' };
    const value = { ...hba1c, value: '53\nP: x', unit: '\u200b%' };
    expect(soepText('Het\nSpoor', { soep, values: [value], text: '' })).toBe(
      [
        'S: Bericht van Het Spoor. Goed.',
        '   P: stop de metformine',
        'O: a',
        '   E: b',
        '   HbA1c 53 P: x % (NHG 2816, 12-11-2026)',
        'E: neo',
      ].join('\n'),
    );
  });

  it('names no NHG number where none is known, and no unit where there is none', () => {
    expect(valueLine({ ...hba1c, nhg: null, unit: null })).toBe('HbA1c 53 (12-11-2026)');
  });
});

describe('a typed value', () => {
  it('is a number with comma or point, and nothing else', () => {
    expect(['53', ' 7,1 ', '7.10', '-2'].map(typedNumber)).toEqual([53, 7.1, 7.1, -2]);
    expect(['', '5e3', '1.000,5', '12 a', '٣'].map(typedNumber)).toEqual([null, null, null, null, null]);
  });

  it('outside what people can have is a fault, at the bounds not', () => {
    expect(valueFault('15', 15, 200)).toBeNull();
    expect(valueFault('14,9', 15, 200)).toBe('out-of-range');
    expect(valueFault('201', 15, 200)).toBe('out-of-range');
    expect(valueFault('hoog', 15, 200)).toBe('no-number');
  });
});
