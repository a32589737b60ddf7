import { parseLocalDate } from '@ketenkluis/base';
import { loadUnits, type Observation, type Resource } from '@ketenkluis/fhir';
import { describe, expect, it } from 'vitest';
import { PROGRAMME_IDS, PROGRAMMES, type ProgrammeId } from './catalogue.ts';
import type { MinimiseContext } from './context.ts';
import { countLeaves } from './leaves.ts';
import { minimise } from './minimise.ts';
import type { MeasurementRecord } from './records.ts';
import { compileSelection } from './selection.ts';

const units = await loadUnits();
const selection = compileSelection(Object.values(PROGRAMMES));
const asOf = parseLocalDate('2020-01-01');
const context = (
  programmes: readonly ProgrammeId[] = PROGRAMME_IDS,
  more: Partial<MinimiseContext> = {},
): MinimiseContext => ({
  selection,
  programmes,
  asOf,
  units,
  ...more,
});
const NHG = 'https://referentiemodel.nhg.org/tabellen/nhg-tabel-45-diagnostische-bepalingen';
const LOINC = 'http://loinc.org';
const observation = (system: string, code: string, more: Partial<Observation>): Observation => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system, code }] },
  effectiveDateTime: '2019-06-01',
  ...more,
});
const amount = (value: number, unit?: string) => ({
  valueQuantity: unit === undefined ? { value } : { value, unit, system: 'http://unitsofmeasure.org', code: unit },
});
const one = (resource: Resource, at = context()) => minimise(resource, at).records[0];
const measured = (system: string, code: string, more: Partial<Observation>) =>
  one(observation(system, code, more)) as MeasurementRecord | undefined;

describe('values in Dutch units, the original kept', () => {
  it.each([
    ['HbA1c in percent', LOINC, '4548-4', 7, '%', { value: '53', original: { value: '7', unit: '%' } }],
    ['HbA1c in mmol/mol', NHG, '2816', 48, 'mmol/mol', { value: '48' }],
    ['LDL in mg/dL', LOINC, '18262-6', 100, 'mg/dL', { value: '2.59', original: { value: '100', unit: 'mg/dL' } }],
    [
      'albumin/creatinine in mg/g',
      LOINC,
      '14959-1',
      30,
      'mg/g',
      { value: '3.39', original: { value: '30', unit: 'mg/g' } },
    ],
    [
      'eGFR without the body surface',
      LOINC,
      '33914-3',
      61.5,
      'mL/min',
      { value: '61.5', original: { value: '61.5', unit: 'mL/min' } },
    ],
    ['height in cm', NHG, '560', 175, 'cm', { value: '1.75', original: { value: '175', unit: 'cm' } }],
  ])('%s', (_what, system, code, value, unit, expected) => {
    const { kind, parameter, code: _code, date, ...rest } = measured(system, code, amount(value, unit))!;
    expect(rest).toEqual(expected);
    expect([kind, date, parameter.length > 0]).toEqual(['measurement', '2019-06-01', true]);
  });

  it('all digits of the source stay', () => {
    expect(measured(LOINC, '4548-4', amount(6.255828714958969, '%'))?.original?.value).toBe('6.255828714958969');
  });

  it('no unit: kept apart and marked, not dropped, not guessed', () => {
    expect(measured(NHG, '1744', amount(140))).toEqual({
      kind: 'measurement',
      parameter: 'systolic',
      code: 'nhg45|1744',
      date: '2019-06-01',
      original: { value: '140' },
      mark: 'no-unit',
    });
  });

  it.each([
    ['out of human range', amount(1750, 'mm[Hg]'), 'implausible'],
    ['a unit of something else', amount(140, 'kg'), 'not-convertible'],
    ['words instead of a number', { valueString: 'niet bepaald' }, 'no-value'],
  ])('%s is kept and marked', (_what, more, mark) => expect(measured(NHG, '1744', more)?.mark).toBe(mark));

  it('R2: a unit is no way out for text', () => {
    for (const unit of ['Jan Jansen', 'kg{Jan Jansen}', '%{Jansen}']) {
      for (const [system, code] of [
        [NHG, '1744'],
        [NHG, '357'],
        [LOINC, '4548-4'],
      ] as const) {
        expect(JSON.stringify(measured(system, code, amount(7, unit)))).not.toContain('Jan');
      }
    }
  });
});

describe('blood pressure', () => {
  const part = (code: string, value: number) => ({
    code: { coding: [{ system: LOINC, code }] },
    ...amount(value, 'mm[Hg]'),
  });
  it.each(['55284-4', '85354-9'])('as a panel %s with components', (panel) => {
    const found = minimise(
      observation(LOINC, panel, { component: [part('8462-4', 80), part('8480-6', 140), part('4548-4', 9)] }),
      context(),
    );
    expect(found.scope).toBe('blood-pressure');
    expect(found.records.map((r) => (r as MeasurementRecord).parameter)).toEqual(['diastolic', 'systolic']);
  });

  it('as two Observations, the Dutch way, in the same scope', () => {
    for (const code of ['1744', '1740']) {
      expect(minimise(observation(NHG, code, amount(120, 'mm[Hg]')), context()).scope).toBe('blood-pressure');
    }
  });

  it('panels without any unit keep both numbers, marked', () => {
    const bare = {
      component: [part('8462-4', 80), part('8480-6', 140)].map((p) => ({ ...p, ...amount(p.valueQuantity.value) })),
    };
    const found = minimise(observation(LOINC, '85354-9', bare), context());
    expect(found.records.map((r) => (r as MeasurementRecord).mark)).toEqual(['no-unit', 'no-unit']);
  });
});

describe('only what a programme of this patient lists', () => {
  it('R2: a code that only another programme lists stays', () => {
    const hba1c = observation(NHG, '2816', amount(48, 'mmol/mol'));
    expect(minimise(hba1c, context(['diabetes'])).scope).toBe('hba1c');
    expect(minimise(hba1c, context(['copd'])).records).toEqual([]);
    expect(minimise(hba1c, context([])).records).toEqual([]);
    const today = observation(NHG, '2816', { ...amount(48, 'mmol/mol'), effectiveDateTime: asOf });
    expect(minimise(today, context(['copd'])).records).toEqual([]);
  });

  it.each<[string, object, number]>([
    ['active', {}, 1],
    ['ended', { abatementDateTime: '2019-12-31' }, 0],
    ['not begun at as-of', { onsetDateTime: '2020-06-01' }, 0],
    ['refuted', { verificationStatus: { coding: [{ code: 'refuted' }] } }, 0],
  ])('a problem that is %s', (_what, more, count) => {
    const code = { coding: [{ system: 'http://hl7.org/fhir/sid/icpc-1-nl', code: 'K86' }] };
    const condition: Resource = { resourceType: 'Condition', code, onsetDateTime: '2010-01-01', ...more };
    expect(minimise(condition, context()).records).toHaveLength(count);
  });

  it('R1: of a patient in no programme not even the name leaves', () => {
    const patient: Resource = { resourceType: 'Patient', name: [{ family: 'Jansen' }], birthDate: '1950-01-01' };
    expect(minimise(patient, context([]))).toEqual({ records: [], kept: 0, dropped: 3 });
  });

  it('nothing from after as-of or before the look-back', () => {
    const on = (effectiveDateTime: string) =>
      minimise(observation(NHG, '357', { ...amount(80, 'kg'), effectiveDateTime }), context()).records.length;
    expect(['2014-12-31', '2015-01-01', '2020-01-01', '2020-01-02', '2020-02-30'].map(on)).toEqual([0, 1, 1, 0, 0]);
  });

  it('nothing entered in error', () => {
    expect(measured(NHG, '357', { ...amount(80, 'kg'), status: 'entered-in-error' })).toBeUndefined();
  });

  it('what an owner switched off is gone', () => {
    const off = compileSelection(Object.values(PROGRAMMES), { fields: ['smoking', 'identity'] });
    const smoking = observation(NHG, '1739', {
      valueCodeableConcept: { coding: [{ system: `${NHG}#resultaten`, code: '4' }] },
    });
    expect(minimise(smoking, context()).records).toHaveLength(1);
    expect(minimise(smoking, context(PROGRAMME_IDS, { selection: off })).records).toEqual([]);
    expect(
      minimise({ resourceType: 'Patient', gender: 'male' }, context(PROGRAMME_IDS, { selection: off })).records,
    ).toEqual([]);
    expect(off.version).not.toBe(selection.version);
  });

  it.each([
    ['NHG #resultaten', `${NHG}#resultaten`],
    ['the OID', 'urn:oid:2.16.840.1.113883.2.4.4.30.1045'],
    ['the table itself', NHG],
  ])('an NHG answer written with %s', (_what, system) => {
    const found = measured(NHG, '1739', {
      valueCodeableConcept: { coding: [{ system, code: '4', display: 'voorheen' }] },
    });
    expect(found?.answer).toEqual(['nhg45a|4']);
  });
});

describe('medication', () => {
  const order = (more: object): Resource => ({
    resourceType: 'MedicationRequest',
    status: 'active',
    intent: 'order',
    authoredOn: '2019-03-01',
    medicationCodeableConcept: {
      coding: [{ system: 'http://www.whocc.no/atc', code: 'A10BA02', display: 'METFORMINE' }],
    },
    ...more,
  });
  it('by ATC, with the structured dose and without the words', () => {
    const found = one(
      order({
        dosageInstruction: [
          {
            text: '2x daags, niet aan buurvrouw geven',
            timing: { repeat: { frequency: 2, period: 1, periodUnit: 'd' } },
            doseAndRate: [{ doseQuantity: { value: 500, unit: 'milligram', code: 'mg' } }],
          },
        ],
      }),
    );
    expect(found).toEqual({
      kind: 'medication',
      group: 'glucose-lowering',
      atc: 'A10BA02',
      status: 'active',
      start: '2019-03-01',
      dose: { value: '500', unit: 'mg' },
      times: { frequency: '2', period: '1', unit: 'd' },
    });
  });

  it('by reference, contained or apart, and by RxNorm of the public data', () => {
    const code = { coding: [{ system: 'http://www.whocc.no/atc', code: 'C10AA01' }] };
    const none = { medicationCodeableConcept: undefined };
    const contained = order({
      ...none,
      medicationReference: { reference: '#m' },
      contained: [{ resourceType: 'Medication', id: 'm', code }],
    });
    const apart = order({ ...none, medicationReference: { reference: 'Medication/1' } });
    const rxnorm = order({
      medicationCodeableConcept: {
        coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '314231' }],
      },
    });
    const find = (reference: string) =>
      reference === 'Medication/1' ? { resourceType: 'Medication' as const, code } : undefined;
    const at = context(['cvrm'], { medication: find });
    expect([contained, apart, rxnorm].map((o) => minimise(o, at).scope)).toEqual([
      'kidney-heart',
      'kidney-heart',
      'kidney-heart',
    ]);
    expect(minimise(apart, context(['cvrm'])).records).toEqual([]);
  });

  it.each<[string, object, number]>([
    ['stopped three years ago', { status: 'stopped', authoredOn: '2016-12-31' }, 0],
    ['stopped one year ago', { status: 'stopped', authoredOn: '2019-01-01' }, 1],
    ['active since four years', { authoredOn: '2016-01-01' }, 1],
    ['active, written ten years ago, never closed', { authoredOn: '2010-01-01' }, 0],
    ['written after as-of', { authoredOn: '2020-01-02' }, 0],
    ['entered in error', { status: 'entered-in-error' }, 0],
    ['only a proposal', { intent: 'proposal' }, 0],
    [
      'of a class no programme lists',
      { medicationCodeableConcept: { coding: [{ system: 'http://www.whocc.no/atc', code: 'N06AB03' }] } },
      0,
    ],
    [
      'with words behind the class',
      { medicationCodeableConcept: { coding: [{ system: 'http://www.whocc.no/atc', code: 'A10BA02 voor Jan' }] } },
      0,
    ],
    [
      'a contraceptive',
      { medicationCodeableConcept: { coding: [{ system: 'http://www.whocc.no/atc', code: 'G03AA07' }] } },
      0,
    ],
  ])('%s', (_what, more, count) => expect(minimise(order(more), context()).records).toHaveLength(count));
});

describe('counts', () => {
  it('kept and dropped make up every scalar leaf', () => {
    const resource = observation(NHG, '357', { ...amount(80, 'kg'), id: 'x', subject: { reference: 'Patient/1' } });
    const { kept, dropped } = minimise(resource, context());
    // type, system, code, date, value and unit
    expect(kept).toBe(6);
    expect(kept + dropped).toBe(countLeaves(resource));
  });

  it('leaves of a deep resource do not need the call stack', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i++) deep = [deep];
    expect(countLeaves(deep)).toBe(1);
  });
});
