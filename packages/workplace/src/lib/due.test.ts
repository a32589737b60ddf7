import { addDays, type DossierId, type LocalDate } from '@ketenkluis/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DueItem, WorklistRow } from '../model.ts';
import { dueNow, matches, prepare, SOON_DAYS, timed } from './due.ts';

const TODAY = '2026-11-21' as LocalDate;
const item = (days: number, code = 'hba1c', programmes = ['diabetes']): DueItem => ({
  code,
  label: { nl: code, en: code },
  programmes,
  due: addDays(TODAY, -days),
});
const row = (fields: Partial<WorklistRow>): WorklistRow => ({
  dossier: `dos_${'a'.repeat(26)}` as DossierId,
  name: 'de Vries, Jan',
  birthDate: '1950-03-09',
  programmes: ['diabetes'],
  lastSeen: null,
  appointments: [],
  due: [],
  classes: [],
  ...fields,
});
const filter = { programme: null, due: 'all', search: '' } as const;

describe('what is due is worked out on screen', () => {
  it('is late from the day after its day', () => {
    expect(timed(item(0), TODAY).state).toBe('soon');
    expect(timed(item(1), TODAY)).toMatchObject({ state: 'late', late: 1 });
  });

  it('is soon up to the last day of the window and not a day further', () => {
    expect(timed(item(-SOON_DAYS), TODAY).state).toBe('soon');
    expect(timed(item(-SOON_DAYS - 1), TODAY).state).toBe('later');
  });

  it('puts the longest overdue first and leaves out what is far away', () => {
    const now = dueNow([item(-200, 'far'), item(3, 'short'), item(-5, 'soon'), item(90, 'long')], TODAY);
    expect(now.map((one) => one.item.code)).toEqual(['long', 'short', 'soon']);
  });

  it('sorts a list by who waits longest; nobody due comes last', () => {
    const [a, b, c] = prepare([row({ due: [item(3)] }), row({ due: [item(90)] }), row({})], TODAY);
    expect(b!.urgency).toBeGreaterThan(a!.urgency);
    expect(c!.urgency).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe('searching and filtering', () => {
  const [jan] = prepare([row({ due: [item(3, 'ldl', ['cvrm'])], programmes: ['diabetes', 'cvrm'] })], TODAY);
  const [odd] = prepare([row({ name: 'Özdemir-van ’t Hof, Ayşe', birthDate: '1961' })], TODAY);

  it.each(['vries', 'VRIES', 'jan vries', '09-03-1950', '09031950', '1950-03-09', 'jan 1950'])('finds %s', (search) => {
    expect(matches(jan!, { ...filter, search })).toBe(true);
  });

  it('needs every word', () => expect(matches(jan!, { ...filter, search: 'jan 1951' })).toBe(false));

  it('does not care for accents, and takes a birth year alone', () => {
    expect(matches(odd!, { ...filter, search: 'ozdemir' })).toBe(true);
    expect(matches(odd!, { ...filter, search: '1961' })).toBe(true);
  });

  it('counts something as due only for the programme that is chosen', () => {
    expect(matches(jan!, { ...filter, due: 'late', programme: 'cvrm' })).toBe(true);
    expect(matches(jan!, { ...filter, due: 'late', programme: 'diabetes' })).toBe(false);
    expect(matches(jan!, { ...filter, due: 'soon' })).toBe(false);
  });

  it('never throws on what is typed, and an empty search finds everybody', () => {
    fc.assert(fc.property(fc.string(), (search) => typeof matches(odd!, { ...filter, search }) === 'boolean'));
    expect(matches(odd!, { ...filter, search: '   ' })).toBe(true);
  });
});
