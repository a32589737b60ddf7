/** What the appointment book opens: examples, and properties of the pure mapping. */

import { addDays, dayStart, HOUR, type LocalDate, plus } from '@ketenkluis/base';
import { type Appointment, type CodeableConcept, type Encounter, SYSTEM } from '@ketenkluis/fhir';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PROGRAMME_IDS, PROGRAMMES, type ProgrammeId, parseProgramme, ROLE_IDS } from './catalogue.ts';
import { standingScopes } from './issue.ts';
import { compileSelection } from './selection.ts';
import { type Booking, bookingOf, VISIT_AHEAD, type Visit, visitDay, visitsFor } from './visits.ts';

const selection = compileSelection(Object.values(PROGRAMMES));
const today = '2026-01-05' as LocalDate;
const concept = (system: string, code: string): CodeableConcept => ({ coding: [{ system, code }] });
const ROUTINE = concept(SYSTEM.appointmentKind, 'ROUTINE');
const SPIROMETRY = concept(SYSTEM.snomed, '127783003');
const CODES: Record<string, readonly string[]> = {
  'PractitionerRole/assistant': [`${SYSTEM.isco}|3256`],
  'PractitionerRole/gp': [`${SYSTEM.isco}|2211`],
  'PractitionerRole/two': [`${SYSTEM.isco}|3256`, `${SYSTEM.isco}|2221`],
  'Practitioner/same': [`${SYSTEM.isco}|3256`],
};
const codesOf = (reference: string) => CODES[reference] ?? [];
const patient = { actor: { reference: 'Patient/1' }, status: 'accepted' };
const by = (reference: string, status = 'accepted') => ({ actor: { reference }, status });

const appointment = (more: Partial<Appointment> = {}): Appointment => ({
  resourceType: 'Appointment',
  id: 'a',
  status: 'booked',
  appointmentType: ROUTINE,
  start: '2026-01-05T10:00:00+01:00',
  end: '2026-01-05T10:20:00+01:00',
  participant: [patient, by('PractitionerRole/assistant')],
  ...more,
});
const encounter = (more: Partial<Encounter> = {}): Encounter => ({
  resourceType: 'Encounter',
  id: 'e',
  status: 'finished',
  participant: [{ individual: { reference: 'PractitionerRole/assistant' } }],
  period: { start: '2026-01-05T10:03:00+01:00' },
  ...more,
});
const open = (
  resources: readonly (Appointment | Encounter)[],
  programmes: readonly ProgrammeId[] = ['diabetes'],
  on = today,
) =>
  visitsFor(
    resources.map((one) => bookingOf(one, codesOf)),
    { programmes, selection, today: on },
  );

describe('an appointment opens a step', () => {
  it('an assistant who measures sees the blood pressure from that day until the end of the next', () => {
    expect(open([appointment()])).toEqual({
      visits: [
        {
          ...{ role: 'assistant', programme: 'diabetes', step: 'measuring', scopes: ['blood-pressure'] },
          ...{ first: '2026-01-05', until: '2026-01-07' },
        },
      ],
      ignored: {},
    });
  });

  it('R17: not before and not after, whatever the status still says', () => {
    for (const [day, count] of [
      ['2026-01-05', 1],
      ['2026-01-06', 1],
      ['2026-01-07', 0],
    ] as const)
      expect(open([appointment()], ['diabetes'], day as LocalDate).visits).toHaveLength(count);
    const far = addDays(today, -VISIT_AHEAD - 1);
    expect(open([appointment()], ['diabetes'], far)).toEqual({ visits: [], ignored: {} });
    expect(open([appointment()], ['diabetes'], addDays(far, 1)).visits).toHaveLength(1);
  });

  it('spirometry opens the lungs and not the blood pressure; a step that does not fit the indication opens nothing', () => {
    const lungs = appointment({ serviceType: [SPIROMETRY] });
    expect(open([lungs], ['copd']).visits).toMatchObject([{ step: 'spirometry-visit', scopes: ['breathing'] }]);
    expect(open([lungs], ['diabetes'])).toEqual({ visits: [], ignored: { 'not-in-programme': 1 } });
    expect(open([appointment()], ['copd'])).toEqual({ visits: [], ignored: { 'not-in-programme': 1 } });
    expect(
      open([lungs, appointment()], ['diabetes', 'copd'])
        .visits.map(({ step }) => step)
        .sort(),
    ).toEqual(['measuring', 'spirometry-visit']);
  });

  it('who stands in everything anyway opens nothing more, and that is no fault', () => {
    const doctor = appointment({ participant: [patient, by('PractitionerRole/gp')] });
    expect(open([doctor])).toEqual({ visits: [], ignored: {} });
  });

  it('a moved appointment moves the window; two on one day are one window; one after the other waits', () => {
    const later = appointment({ start: '2026-01-08T09:00:00+01:00', end: '2026-01-08T09:10:00+01:00' });
    expect(open([later]).visits).toMatchObject([{ first: '2026-01-08', until: '2026-01-10' }]);
    expect(open([appointment(), appointment({ end: '2026-01-05T11:00:00+01:00' })]).visits).toHaveLength(1);
    expect(open([later, appointment()])).toMatchObject({ visits: [{ first: '2026-01-05' }], ignored: { waits: 1 } });
  });
});

describe('R16: what cannot be told opens nothing and is counted', () => {
  it.each<[string, Partial<Appointment>, object]>([
    ['nobody', { participant: [patient] }, { 'no-performer': 1 }],
    ['somebody unknown', { participant: [patient, by('PractitionerRole/x')] }, { 'no-performer': 1 }],
    ['somebody of two roles', { participant: [patient, by('PractitionerRole/two')] }, { 'no-performer': 1 }],
    ['a room', { participant: [patient, by('Location/1')] }, { 'no-performer': 1 }],
    [
      'an assistant who declined',
      { participant: [patient, by('PractitionerRole/assistant', 'declined')] },
      { 'no-performer': 1 },
    ],
    ['an unknown kind', { appointmentType: concept('urn:x', 'ROUTINE') }, { 'unknown-kind': 1 }],
    ['a service that is not listed', { serviceType: [{ text: 'bloeddruk' }] }, { 'unknown-kind': 1 }],
    ['a year', { start: '2026' }, { 'no-day': 1 }],
    ['an end before the start', { end: '2026-01-05T09:00:00+01:00' }, { 'no-day': 1 }],
    ['an end on an earlier day', { end: '2025-01-05' }, { 'no-day': 1 }],
    ['a request', { status: 'proposed' }, { 'unclear-state': 1 }],
    ['no status', { status: undefined as never }, { 'unclear-state': 1 }],
    [
      'a group',
      { participant: [patient, { actor: { reference: 'Patient/2' } }, by('PractitionerRole/assistant')] },
      { 'unclear-state': 1 },
    ],
  ])('%s', (_name, more, ignored) => {
    expect(open([appointment(more)])).toEqual({ visits: [], ignored });
  });

  it('a programme file that opens a step to another organisation by appointment is refused', () => {
    const { copd } = PROGRAMMES;
    const steps = copd.steps.map((step) =>
      step.id === 'spirometry-visit' ? { ...step, roles: ['lung-function'] } : step,
    );
    expect(() => parseProgramme(copd)).not.toThrow();
    expect(() => parseProgramme({ ...copd, steps })).toThrow(/others than the practice/);
  });

  it('a performer by type alone, and a Practitioner, tell a role too', () => {
    const typed = { type: [concept(SYSTEM.isco, '3256')], status: 'accepted' };
    for (const one of [typed, by('Practitioner/same')])
      expect(open([appointment({ participant: [patient, one] })]).visits).toHaveLength(1);
  });
});

describe('R17: what closes it', () => {
  it.each(['cancelled', 'noshow', 'fulfilled', 'entered-in-error'])('%s', (status) => {
    expect(open([appointment({ status })])).toEqual({ visits: [], ignored: {} });
  });

  it('the patient declined', () => {
    const participant = [{ ...patient, status: 'declined' }, by('PractitionerRole/assistant')];
    expect(open([appointment({ participant })]).visits).toEqual([]);
  });

  it.each<[string, Partial<Encounter>, number]>([
    ['a finished contact with the assistant', {}, 0],
    ['with somebody who cannot be told', { participant: [] }, 0],
    ['on that day, without a time', { period: { start: '2026-01-05' } }, 0],
    ['with the doctor', { participant: [{ individual: { reference: 'PractitionerRole/gp' } }] }, 1],
    ['hours before', { period: { start: '2026-01-05T08:00:00+01:00' } }, 1],
    ['on another day', { period: { start: '2026-01-04' } }, 1],
    ['not finished', { status: 'in-progress' }, 1],
  ])('%s', (_name, more, left) => {
    expect(open([appointment(), encounter(more)]).visits).toHaveLength(left);
  });
});

describe('properties', () => {
  const day = fc.integer({ min: -5, max: 20 }).map((days) => addDays(today, days));
  const booking: fc.Arbitrary<Booking> = fc.record({
    what: fc.constantFrom('appointment', 'encounter'),
    state: fc.constantFrom('planned', 'planned', 'planned', 'done', 'off', 'unclear'),
    day: fc.option(day, { nil: null, freq: 9 }),
    at: fc.constant(null),
    roles: fc.subarray(['assistant', 'assistant', 'gp', 'poh-s', 'podiatrist', 'lung-function'] as const),
    kinds: fc.subarray([
      `${SYSTEM.appointmentKind}|ROUTINE`,
      `${SYSTEM.snomed}|127783003`,
      `${SYSTEM.snomed}|46973005`,
      'urn:x|y',
    ]),
  });
  const bookings = fc
    .array(booking, { maxLength: 6 })
    .map((list) => list.map((one) => ({ ...one, at: one.day === null ? null : plus(dayStart(one.day), 9 * HOUR) })));
  const programmes = fc.subarray(PROGRAMME_IDS);
  const name = ({ role, step, programme, first, until }: Visit) => [role, step, programme, first, until].join(' ');
  const ask = (list: readonly Booking[], enrolled: readonly ProgrammeId[]) =>
    visitsFor(list, { programmes: enrolled, selection, today });

  it('R16, R17: every window is that of a planned appointment, of a step of the programmes, and no longer than it says', () => {
    let opened = 0;
    fc.assert(
      fc.property(bookings, programmes, (list, enrolled) => {
        for (const visit of ask(list, enrolled).visits) {
          opened += 1;
          const step = PROGRAMMES[visit.programme].steps.find(({ id }) => id === visit.step)!;
          expect(enrolled).toContain(visit.programme);
          expect(step.roles).toContain(visit.role);
          const { daysBefore, daysAfter } = step.appointment!;
          expect(addDays(visit.first, daysBefore + 1 + daysAfter)).toBe(visit.until);
          expect(today < visit.until).toBe(true);
          const on = addDays(visit.first, daysBefore);
          // Whoever reads the list knows the day again, from the end of the window alone.
          expect(visitDay([visit.role], { until: dayStart(visit.until) })).toBe(on);
          expect(visitDay(['gp'], { until: dayStart(visit.until) })).toBeNull();
          const planned = list.filter(
            (one) =>
              one.what === 'appointment' &&
              one.state === 'planned' &&
              one.day === on &&
              one.roles.includes(visit.role as never),
          );
          expect(planned.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 1000 },
    );
    expect(opened).toBeGreaterThan(60);
  });

  it('R16: each part of each role opens through one window, and never one that the role stands in', () => {
    fc.assert(
      fc.property(bookings, programmes, (list, enrolled) => {
        const { visits } = ask(list, enrolled);
        for (const role of ROLE_IDS) {
          const scopes = visits.filter((one) => one.role === role).flatMap((one) => one.scopes);
          expect(new Set(scopes).size).toBe(scopes.length);
          for (const scope of scopes) expect(standingScopes(role, enrolled, selection)).not.toContain(scope);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('the order of the file does not matter', () => {
    fc.assert(
      fc.property(bookings, programmes, (list, enrolled) => {
        expect(ask(list.toReversed(), enrolled)).toEqual(ask(list, enrolled));
      }),
      { numRuns: 500 },
    );
  });

  it('R17: a contact, an end or a cancellation more never opens anything', () => {
    fc.assert(
      fc.property(bookings, booking, programmes, (list, more, enrolled) => {
        fc.pre(more.what === 'encounter' || more.state !== 'planned');
        const opened = new Set(list.flatMap((one) => ask([one], enrolled).visits.map(name)));
        for (const visit of ask([...list, more], enrolled).visits) expect(opened).toContain(name(visit));
      }),
      { numRuns: 500 },
    );
  });
});
