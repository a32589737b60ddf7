import { type DossierId, type FactId, type HandleId, parseLocalDate } from '@ketenkluis/base';
import { describe, expect, it } from 'vitest';
import { PROGRAMMES } from './catalogue.ts';
import { dueFor } from './due.ts';
import { emergencySummary, isInUse } from './emergency.ts';
import { careError } from './errors.ts';
import type { CareRecord, MeasurementRecord, MedicationRecord } from './records.ts';
import { compileSelection } from './selection.ts';
import { bandOf, buildView, parseRecords } from './view.ts';
import { buildWorklist, parseWorklist, type WorklistInput } from './worklist.ts';

const asOf = parseLocalDate('2020-01-01');
const value = (
  parameter: MeasurementRecord['parameter'],
  code: string,
  date: string,
  number: string,
  more: Partial<MeasurementRecord> = {},
): MeasurementRecord => ({
  kind: 'measurement',
  parameter,
  code,
  date,
  value: number,
  ...more,
});
const taken = (atc: string, more: Partial<MedicationRecord> = {}): MedicationRecord => ({
  kind: 'medication',
  group: 'ras',
  atc,
  status: 'active',
  ...more,
});
const records: CareRecord[] = [
  { kind: 'identity', family: 'Jansen', given: 'Anna', birthDate: '1950-01-01' },
  { kind: 'problem', codes: ['icpc|K86'], onset: '2001' },
  { kind: 'problem', codes: ['snomed|44054006'], onset: '2012-05-01' },
  value('hba1c', 'nhg45|2816', '2019-02-01', '50'),
  value('hba1c', 'loinc|4548-4', '2019-08-01', '53.01', { original: { value: '7', unit: '%' } }),
  value('egfr', 'nhg45|1919', '2019-08-01', '70'),
  value('egfr', 'nhg45|3583', '2019-08-01', '64'),
  {
    kind: 'measurement',
    parameter: 'systolic',
    code: 'nhg45|1744',
    date: '2019-08-01',
    original: { value: '140' },
    mark: 'no-unit',
  },
  { kind: 'measurement', parameter: 'smoking', code: 'nhg45|1739', date: '2019-08-01', answer: ['nhg45a|4'] },
  taken('C09AA04', { start: '2018-01-01', openEnd: true }),
  taken('C09AA04', { start: '2016-01-01', end: '2018-01-01', status: 'completed' }),
  taken('C09CA01', { start: '2015-01-01', end: '2016-01-01', status: 'completed' }),
  { kind: 'allergy', codes: ['atc|J01CA04'], criticality: 'high' },
  { kind: 'allergy', codes: ['prk|12345'] },
  { kind: 'vaccination', vaccination: 'influenza', date: '2019-10-15' },
];
const view = buildView(records, ['diabetes'], asOf);
const series = (parameter: string) => view.series.find((one) => one.parameter === parameter);

describe('dossier view', () => {
  it('problems by our own names, newest first', () => {
    expect(view.problems.map((one) => [one.names.nl, one.onset])).toEqual([
      ['Diabetes mellitus type 2', '2012-05-01'],
      ['Hypertensie', '2001'],
    ]);
  });

  it('medicines once each, in use first, with since when', () => {
    expect(view.medication.map(({ name, inUse, since }) => ({ name, inUse, since }))).toEqual([
      { name: 'perindopril', inUse: true, since: '2016-01-01' },
      { name: 'losartan', inUse: false, since: '2015-01-01' },
    ]);
  });

  it('a series newest first, with unit, band and the words of both languages', () => {
    const hba1c = series('hba1c');
    expect(hba1c).toMatchObject({ unit: 'mmol/mol', band: { high: 53 } });
    expect(hba1c?.points.map((one) => [one.date, one.text.nl, one.value])).toEqual([
      ['2019-08-01', '53', 53.01],
      ['2019-02-01', '50', 50],
    ]);
    expect(hba1c?.points[0]?.record.original).toEqual({ value: '7', unit: '%' });
  });

  it('several on one day: the preferred code is the one in the chart', () => {
    expect(series('egfr')?.points.map((one) => [one.record.code, one.preferred])).toEqual([
      ['nhg45|3583', true],
      ['nhg45|1919', false],
    ]);
  });

  it('a value without a unit is shown as said and is in no chart', () => {
    expect(series('systolic')?.points[0]).toMatchObject({ text: { nl: '140' }, usable: false, preferred: false });
    expect(series('systolic')?.points[0]).not.toHaveProperty('value');
  });

  it('coded answers by name, an unknown code as itself', () => {
    expect(series('smoking')?.points[0]?.text).toEqual({ nl: 'Voorheen', en: 'Formerly' });
  });

  it('an allergy is never hidden: without a name it says where to look', () => {
    expect(view.allergies.map((one) => one.names.nl)).toEqual(['Penicillines', 'prk|12345 (naam: zie uw HIS)']);
  });

  it("the strictest band of the patient's programmes", () => {
    expect(bandOf('systolic', ['diabetes', 'cvrm'])).toEqual({ high: 140 });
    expect(bandOf('egfr', ['cvrm'])).toEqual({ low: 60 });
    expect(bandOf('weight', ['diabetes'])).toBeUndefined();
  });

  it('reads back only records in their form', () => {
    expect(parseRecords(JSON.parse(JSON.stringify(records)))).toEqual(records);
    for (const bad of [
      { kind: 'note', text: 'x' },
      { ...records[1], note: 'x' },
      { ...records[3], value: 'veel' },
      'x',
      null,
    ]) {
      expect(() => parseRecords([bad])).toThrow(expect.toSatisfy((error) => careError.is(error, 'bad-record')));
    }
  });
});

describe('emergency summary', () => {
  const selection = compileSelection(Object.values(PROGRAMMES));
  const summary = emergencySummary(records, asOf, selection);

  it('R21: today only: who, problems, medicines in use, allergies, latest kidney function', () => {
    expect(summary.map((one) => (one.kind === 'measurement' ? `${one.parameter} ${one.value}` : one.kind))).toEqual([
      'identity',
      'problem',
      'problem',
      'medication',
      'allergy',
      'allergy',
      'egfr 64',
    ]);
  });

  it('is a copy: every record stands in another scope too', () => {
    for (const one of summary) expect(records).toContain(one);
  });

  it('is empty when the owner switched emergencies off', () => {
    expect(
      emergencySummary(records, asOf, compileSelection(Object.values(PROGRAMMES), { purposes: ['emergency'] })),
    ).toEqual([]);
  });

  it.each<[string, Partial<MedicationRecord>, boolean]>([
    ['a period of use without end, since long', { start: '2009-01-01', openEnd: true }, true],
    ['an order of last year', { start: '2019-01-01' }, true],
    ['an order of two years ago that nobody closed', { start: '2018-01-01' }, false],
    ['ends today', { end: '2020-01-01', status: 'completed' }, true],
    ['ended yesterday', { end: '2019-12-31' }, false],
    ['stopped', { start: '2019-12-01', status: 'stopped' }, false],
  ])('%s', (_what, more, expected) => expect(isInUse(taken('C09AA04', more), asOf)).toBe(expected));
});

describe('worklist', () => {
  const dossier = (n: number) => `dos_${'a'.repeat(24)}${'abcdefg'[n]}a` as DossierId;
  const handle = (n: number) => `han_${'a'.repeat(24)}${'abcdefg'[n]}a` as HandleId;
  const fact = `fac_${'a'.repeat(26)}` as FactId;
  const due = dueFor({
    programmes: ['diabetes'],
    since: parseLocalDate('2018-01-01'),
    records,
    contacts: [parseLocalDate('2019-08-01')],
  });
  const input = (n: number, family: string, more: Partial<WorklistInput> = {}): WorklistInput => ({
    dossier: dossier(n),
    identity: { kind: 'identity', family, given: 'Anna', birthDate: '1950-01-01' },
    programmes: ['diabetes'],
    due,
    handles: [
      { scope: 'identity', handle: handle(1) },
      { scope: 'hba1c', handle: handle(2) },
    ],
    scopes: ['identity', 'hba1c'],
    facts: [fact],
    ...more,
  });

  it('a row holds days, classes and ids, and no raw value', () => {
    const list = buildWorklist('poh-s', [input(1, 'Jansen')]);
    expect(list.rows[0]).toMatchObject({
      name: 'Jansen, Anna',
      birthDate: '1950-01-01',
      lastSeen: '2019-08-01',
      classes: { hba1c: 'above', systolic: 'invalid', egfr: 'goal', ldl: 'missing' },
      handles: [{ scope: 'hba1c' }, { scope: 'identity' }],
    });
    expect(JSON.stringify(list)).not.toMatch(/53\.01|"64"|"140"/);
    expect(parseWorklist(JSON.parse(JSON.stringify(list)))).toEqual(list);
  });

  it("R2: the assistant's list has no classes, and only the handles of that team", () => {
    const row = buildWorklist('assistant', [input(1, 'Jansen', { scopes: ['identity'] })]).rows[0];
    expect(row?.classes).toEqual({});
    expect(row?.handles).toEqual([{ scope: 'identity', handle: handle(1) }]);
    expect(row?.due.length).toBeGreaterThan(0);
  });

  it('the same patients in another order give the same bytes', () => {
    const [a, b, c] = [input(1, 'Bakker'), input(2, 'Aalbers'), input(3, 'Bakker')];
    const text = (list: WorklistInput[]) => JSON.stringify(buildWorklist('gp', list));
    expect(text([a, b, c])).toBe(text([c, b, a]));
  });

  it('refuses a list with anything more in it', () => {
    const list = buildWorklist('gp', [input(1, 'Jansen')]);
    for (const bad of [
      { ...list, version: 2 },
      { ...list, rows: [{ ...list.rows[0], note: 'x' }] },
      { ...list, role: 'toString' },
      [],
    ]) {
      expect(() => parseWorklist(bad)).toThrow(expect.toSatisfy((error) => careError.is(error, 'bad-worklist')));
    }
  });
});
