import { type Instant, type LocalDate, MINUTE } from '@ketenkluis/base';
import { describe, expect, it } from 'vitest';
import { age, bytes, day, endOfDay, moment, nearDay, number, shortDay, span, unit } from './format.ts';

describe('dates and numbers as a Dutch practice writes them', () => {
  it('writes days, and keeps a month or a year as exact as it is', () => {
    expect(day('2026-11-20', 'nl')).toBe('20 nov 2026');
    expect(day('2026-03', 'nl')).toBe('mrt 2026');
    expect(day('2014', 'en')).toBe('2014');
    expect(day('onbekend', 'nl')).toBe('onbekend');
    expect(shortDay('1950-03-09', 'nl')).toBe('09-03-1950');
    expect(shortDay('1950', 'nl')).toBe('1950');
  });

  it('shows moments in Amsterdam, summer and winter', () => {
    expect(moment(Date.parse('2026-11-21T09:12:00Z') as Instant, 'nl')).toBe('21 nov 2026, 10:12');
    expect(moment((Date.parse('2026-07-01T22:30:00Z') + MINUTE) as Instant, 'nl')).toBe('2 jul 2026, 00:31');
  });

  it('names the days around today', () => {
    const today = '2026-03-01' as LocalDate;
    expect(nearDay('2026-02-28' as LocalDate, today, 'nl').key).toBe('yesterday');
    expect(nearDay('2026-03-02' as LocalDate, today, 'nl').key).toBe('tomorrow');
    expect(nearDay('2026-03-05' as LocalDate, today, 'nl')).toEqual({ key: null, text: '5 mrt 2026' });
  });

  it('uses a decimal comma and shows units as people read them', () => {
    expect(number(2.6, 'nl')).toBe('2,6');
    expect(number(2350, 'nl')).toBe('2350');
    expect(number(1_204_377, 'nl')).toBe('1.204.377');
    expect(unit('mL/min/{1.73_m2}')).toBe('ml/min/1,73 m²');
    expect(unit('mm[Hg]')).toBe('mmHg');
    expect(unit(null)).toBe('');
    expect(bytes(148_000, 'nl')).toBe('148 KB');
    expect(bytes(512, 'nl')).toBe('512 B');
  });

  it('says how long in days, weeks or months', () => {
    expect(span(13)).toEqual(['days', 13]);
    expect(span(14)).toEqual(['weeks', 2]);
    expect(span(70)).toEqual(['months', 2]);
    expect(span(915)).toEqual(['months', 30]);
  });

  it('gives an age, and says when it is not exact', () => {
    const today = '2026-11-21' as LocalDate;
    expect(age('1950-11-22', today)).toEqual({ years: 75, exact: true });
    expect(age('1950', today)).toEqual({ years: 76, exact: false });
    expect(age(null, today)).toBeNull();
    expect(age('vroeger', today)).toBeNull();
  });

  it('ends a day in the Netherlands, in winter and in summer', () => {
    expect(new Date(endOfDay('2026-11-21')).toISOString()).toBe('2026-11-21T22:59:00.000Z');
    expect(new Date(endOfDay('2026-07-01')).toISOString()).toBe('2026-07-01T21:59:00.000Z');
    expect(new Date(endOfDay('2026-10-25')).toISOString()).toBe('2026-10-25T22:59:00.000Z');
    expect(new Date(endOfDay('2026-03-29')).toISOString()).toBe('2026-03-29T21:59:00.000Z');
  });
});
