import { parseLocalDate } from '@ketenkluis/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PARAMETERS, PROGRAMMES } from './catalogue.ts';
import { contactDay, type DueInput, dueFor } from './due.ts';
import type { CareRecord, MeasurementRecord } from './records.ts';
import { compileSelection } from './selection.ts';

const day = parseLocalDate;
const measured = (
  parameter: MeasurementRecord['parameter'],
  date: string,
  more: Partial<MeasurementRecord> = {},
): MeasurementRecord => ({
  kind: 'measurement',
  parameter,
  code: PARAMETERS[parameter].codes[0]!.code,
  date,
  value: '50',
  ...more,
});
const due = (records: readonly CareRecord[], more: Partial<DueInput> = {}) =>
  dueFor({ programmes: ['diabetes'], since: day('2018-03-01'), records, contacts: [], ...more });
const item = (result: ReturnType<typeof due>, parameter: string) =>
  result.items.find((one) => one.parameter === parameter);

describe('due', () => {
  it('an interval after the last time', () => {
    expect(item(due([measured('hba1c', '2019-08-31'), measured('hba1c', '2019-02-01')]), 'hba1c')).toEqual({
      parameter: 'hba1c',
      last: '2019-08-31',
      due: '2020-02-29',
    });
  });

  it('never measured: due since the patient takes part', () => {
    expect(item(due([]), 'hba1c')).toEqual({ parameter: 'hba1c', due: '2018-03-01' });
  });

  it('a result nobody can read is no measurement, an answer in words is one', () => {
    expect(item(due([measured('hba1c', '2019-08-31', { mark: 'no-unit' })]), 'hba1c')?.last).toBeUndefined();
    expect(item(due([measured('smoking', '2019-08-31', { mark: 'no-code' })]), 'smoking')?.last).toBe('2019-08-31');
  });

  it('says nothing of what it cannot know: no code of it is known to us for sure', () => {
    expect(due([]).unknown).toEqual(['foot-exam', 'fundus']);
    expect(item(due([measured('foot-exam', '2019-01-10')]), 'foot-exam')?.due).toBe('2020-01-10');
  });

  it('any of several questionnaires answers for asthma control', () => {
    const result = due([measured('acq', '2019-05-01', { value: '0.5' })], { programmes: ['asthma'] });
    expect(item(result, 'act')).toEqual({ parameter: 'act', last: '2019-05-01', due: '2020-05-01' });
  });

  it('two programmes that ask the same give one item, at the shorter interval', () => {
    const result = due([measured('smoking', '2019-05-01')], { programmes: ['diabetes', 'copd'] });
    expect(result.items.filter((one) => one.parameter === 'smoking')).toHaveLength(1);
    for (const programmes of [
      ['cvrm', 'diabetes'],
      ['diabetes', 'cvrm'],
    ] as const) {
      const glucose = item(
        due([measured('glucose-fasting', '2019-05-01', { value: '6' })], { programmes }),
        'glucose-fasting',
      );
      expect(glucose?.due).toBe('2020-05-01');
    }
  });

  it('does not depend on today, and the first is the next', () => {
    const result = due([measured('hba1c', '2019-08-31')]);
    expect(result.nextDue).toBe(result.items.map((one) => one.due).sort()[0]);
  });

  it('last seen is the latest contact that took place', () => {
    expect(due([], { contacts: [day('2019-01-01'), day('2019-06-01'), day('2018-01-01')] }).lastSeen).toBe(
      '2019-06-01',
    );
    expect(
      contactDay({ resourceType: 'Encounter', status: 'finished', period: { start: '2019-06-01T10:00:00+02:00' } }),
    ).toBe('2019-06-01');
    expect(
      contactDay({ resourceType: 'Encounter', status: 'cancelled', period: { start: '2019-06-01' } }),
    ).toBeUndefined();
    expect(contactDay({ resourceType: 'Appointment', status: 'noshow', start: '2019-06-01' })).toBeUndefined();
    expect(contactDay({ resourceType: 'Appointment', status: 'fulfilled', start: '2019-06-01' })).toBe('2019-06-01');
  });
});

describe('classes', () => {
  const hba1c = (...records: readonly MeasurementRecord[]) => due(records).classes.hba1c;
  it.each([
    ['52', 'goal'],
    ['53', 'above'],
  ])('HbA1c %s is %s', (value, expected) => expect(hba1c(measured('hba1c', '2019-01-01', { value }))).toBe(expected));

  it.each([
    ['140', 'goal'],
    ['141', 'above'],
  ])('systolic %s is %s', (value, expected) =>
    expect(due([measured('systolic', '2019-01-01', { value })]).classes.systolic).toBe(expected),
  );

  it('eGFR under its bound is below', () => {
    expect(due([measured('egfr', '2019-01-01', { value: '45' })]).classes.egfr).toBe('below');
  });

  it('missing and invalid are apart', () => {
    expect(hba1c()).toBe('missing');
    expect(hba1c(measured('hba1c', '2019-01-01', { mark: 'implausible' }))).toBe('invalid');
  });

  it('the latest day counts, and on one day the preferred code', () => {
    const old = measured('egfr', '2018-01-01', { value: '90' });
    const second = measured('egfr', '2019-01-01', { value: '80', code: 'nhg45|1919' });
    const first = measured('egfr', '2019-01-01', { value: '50', code: 'nhg45|3583' });
    expect(due([old, second, first]).classes.egfr).toBe('below');
    expect(due([first, second, old]).classes.egfr).toBe('below');
  });

  it('are empty when the owner switched indicators off', () => {
    const off = compileSelection(Object.values(PROGRAMMES), { purposes: ['indicators'] });
    const input: DueInput = { programmes: ['diabetes'], since: day('2018-03-01'), records: [], contacts: [] };
    expect(dueFor(input, off).classes).toEqual({});
    expect(dueFor(input, off).items.length).toBeGreaterThan(0);
  });

  it('R2: neither items nor classes hold a value', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100_000, max: 999_999 }), (value) => {
        const result = due([
          measured('hba1c', '2019-01-01', { value: String(value), original: { value: String(value) } }),
        ]);
        expect(JSON.stringify(result)).not.toContain(String(value));
      }),
    );
  });
});
