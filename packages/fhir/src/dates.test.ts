import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fhirDate, isDateFault } from './dates.ts';

describe('FHIR dates', () => {
  it('gives an interval for partial dates', () => {
    expect(fhirDate('2019')).toEqual({ from: '2019-01-01', to: '2019-12-31' });
    expect(fhirDate('2020-02')).toEqual({ from: '2020-02-01', to: '2020-02-29' });
    expect(fhirDate('2020-02-29')).toEqual({ from: '2020-02-29', to: '2020-02-29' });
  });

  it('puts a moment on its day in Amsterdam', () => {
    expect(fhirDate('2019-12-31T23:30:00Z')).toEqual({ from: '2020-01-01', to: '2020-01-01' });
    expect(fhirDate('2019-12-31T22:59:59Z')).toEqual({ from: '2019-12-31', to: '2019-12-31' });
    expect(fhirDate('2019-07-01T00:30:00+02:00')).toEqual({ from: '2019-07-01', to: '2019-07-01' });
    expect(fhirDate('2019-07-01T22:00:00.123Z')).toEqual({ from: '2019-07-02', to: '2019-07-02' });
    expect(fhirDate('2019-07-01T09:00')).toEqual({ from: '2019-07-01', to: '2019-07-01' });
  });

  it('names a day that does not exist, a placeholder and other text', () => {
    for (const text of ['2020-02-30', '2019-02-29', '2020-13-01', '2020-00-10', '2020-01-32', '0000', '1900-02-29']) {
      expect(fhirDate(text)).toEqual({ fault: 'no-such-day' });
    }
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholder of the Nictiz test scripts
    expect(fhirDate('${DATE, T, D, -20}')).toEqual({ fault: 'date-placeholder' });
    for (const text of [
      '',
      '01-02-2020',
      '2020-1-1',
      '2020-01-01T25:00:00Z',
      20200101,
      null,
      '2020-01-01T10:00:00+99:00',
    ]) {
      expect(fhirDate(text)).toEqual({ fault: 'not-a-date' });
    }
  });

  it('agrees with the calendar for every moment', () => {
    const format = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Amsterdam', dateStyle: 'short' });
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1850-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
        (date) => {
          const result = fhirDate(date.toISOString());
          expect(isDateFault(result) ? result.fault : result.from).toBe(format.format(date));
        },
      ),
    );
  });
});
