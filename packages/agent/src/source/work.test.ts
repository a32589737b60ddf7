/** What other registers tell of work, and what is no trace of it. */

import type { LocalDate } from '@ketenkluis/base';
import { type CodingKey, type Resource, SYSTEM } from '@ketenkluis/fhir';
import { describe, expect, it } from 'vitest';
import { workOf } from './work.ts';

const of = {
  since: '2026-01-01' as LocalDate,
  asOf: '2026-03-20' as LocalDate,
  codesOf: (reference: string): CodingKey[] =>
    reference === 'PractitionerRole/gp' ? [`${SYSTEM.isco}|2211` as CodingKey] : [],
};
const read = (resource: object) => workOf({ id: '1', ...resource } as Resource, of);
const task = (code: string | null, more: object = {}) =>
  read({
    ...{ resourceType: 'Task', status: 'completed', executionPeriod: { start: '2026-03-01' }, ...more },
    ...(code === null ? {} : { code: { coding: [{ system: SYSTEM.work, code }] } }),
  });
const on = (kind: string, day = '2026-03-01', more: object = {}) => ({
  ...{ kind, day, until: null, practitioners: [], roles: [], ...more },
});

describe('R48 work in other registers', () => {
  it('is known by its type, its category or a code of our own, with its day and whose it was', () => {
    const sent = { resourceType: 'Communication', status: 'completed', sent: '2026-03-01T10:00:00+01:00' };
    expect(read({ resourceType: 'DiagnosticReport', status: 'final', issued: '2026-03-01T08:00:00Z' })).toEqual(
      on('result'),
    );
    const laboratory = [{ coding: [{ system: SYSTEM.observationCategory, code: 'laboratory' }] }];
    const measured = { resourceType: 'Observation', status: 'final', effectiveDateTime: '2026-03-01' };
    expect(read({ ...measured, category: laboratory, issued: '2026-03-02T08:00:00Z' })).toEqual(
      on('result', '2026-03-02'),
    );
    expect(read(measured)).toBeUndefined();
    expect(read({ ...sent, recipient: [{ reference: 'Practitioner/p1' }, { reference: 'Patient/1' }] })).toEqual(
      on('message', '2026-03-01', { practitioners: ['p1'] }),
    );
    expect(
      read({ ...sent, category: [{ coding: [{ system: SYSTEM.communicationCategory, code: 'reminder' }] }] }),
    ).toEqual(on('recall'));
    expect(read({ ...sent, medium: [{ coding: [{ system: SYSTEM.participationMode, code: 'PHONE' }] }] })).toEqual(
      on('encounter'),
    );
    const referral = { resourceType: 'ServiceRequest', status: 'active', authoredOn: '2026-03-01' };
    const category = [{ coding: [{ system: 'http://snomed.info/sct', code: '3457005' }] }];
    expect(read({ ...referral, category, requester: { reference: 'PractitionerRole/gp' } })).toEqual(
      on('referral', '2026-03-01', { practitioners: ['gp'], roles: ['gp'] }),
    );
    // An order for a laboratory is no referral.
    expect(read(referral)).toBeUndefined();
    expect(
      ['result', 'recall', 'message', 'referral', 'step', 'meeting', 'contact', 'control'].map((c) => task(c)?.kind),
    ).toEqual(['result', 'recall', 'message', 'referral', 'step', 'meeting', 'encounter', 'control']);
    expect([task(null)?.kind, task('koffie')]).toEqual(['step', undefined]);
  });

  it('counts from the first day of the evidence up to the day of reading, and longer where it still runs', () => {
    const days = (start: string, end?: string) =>
      task('step', { executionPeriod: { start, ...(end && { end }) } })?.day;
    expect(['2025-12-31', '2026-01-01', '2026-03-20', '2026-03-21'].map((one) => days(one))).toEqual([
      undefined,
      '2026-01-01',
      '2026-03-20',
      undefined,
    ]);
    expect(days('2025-12-01', '2026-01-01')).toBe('2025-12-01');
    expect(days('2025-12-01', '2025-12-31')).toBeUndefined();
    expect(days('2025-09-01', '2026-02-01')).toBeUndefined();
    // A month is no day, and an end before the beginning is none.
    expect([days('2026-02'), days('2026-02-02', '2026-02-01')]).toEqual([undefined, undefined]);
    expect(task('meeting', { status: 'entered-in-error' })).toBeUndefined();
  });
});
