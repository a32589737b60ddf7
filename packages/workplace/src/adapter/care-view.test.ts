import { dayStart, type HandleId, type Instant, type LocalDate, type TeamId } from '@ketenkluis/base';
import type { CareRecord, RoleId, WorklistRow } from '@ketenkluis/care';
import { describe, expect, it } from 'vitest';
import { dice, invent, madeId } from '../dev/people.ts';
import { dossier, hiddenFrom, worklist } from './care-view.ts';

const roll = dice(1);
const confirmation = { state: 'confirmed', at: 0 as Instant, until: 1 as Instant } as const;
const asOf = '2026-11-20' as LocalDate;
const row: WorklistRow = {
  dossier: madeId('dossier', roll),
  name: 'Bos, Ans',
  birthDate: '1950-03',
  programmes: ['diabetes'],
  due: [{ parameter: 'hba1c', due: '2026-10-01' as LocalDate }],
  classes: { hba1c: 'above', systolic: 'goal', ldl: 'missing', egfr: 'invalid' },
  handles: [{ scope: 'hba1c', handle: madeId('handle', roll) as HandleId }],
  facts: [],
};
const shown = (records: readonly CareRecord[]) =>
  dossier({ row, records, asOf, confirmation, notes: [], denied: [], mayWrite: true, roles: ['poh-s'] });

describe('from opened lists and records to the screen', () => {
  const about = { team: madeId('team', roll) as TeamId, asOf, sealedAt: 0 as Instant, confirmation };

  it('drops the rows whose dossier went since the list was sealed', () => {
    const list = { version: 1 as const, role: 'poh-s' as const, rows: [row] };
    expect(worklist(list, { ...about, gone: [row.dossier] })).toMatchObject({ rows: [], gone: 1, programmes: [] });
    expect(worklist(list, { ...about, gone: [] }).rows).toHaveLength(1);
  });

  it('shows classes that ask for attention only, never a value', () => {
    const [first] = worklist({ version: 1, role: 'poh-s', rows: [row] }, { ...about, gone: [] }).rows;
    expect(first!.classes.map((one) => one.label.nl)).toEqual(['HbA1c te hoog', 'eGFR onleesbaar']);
    expect(first!.due[0]).toMatchObject({ code: 'hba1c', programmes: ['diabetes'] });
  });

  it('says the day of an appointment from what the list holds, for the role whose step it is', () => {
    const until = dayStart('2026-11-22' as LocalDate);
    const visits = [{ from: dayStart('2026-11-20' as LocalDate), until, handles: [], facts: [] }];
    const days = (role: 'assistant' | 'gp', roles?: readonly RoleId[]) =>
      worklist(
        { version: 1, role, rows: [{ ...row, visits }] },
        { ...about, gone: [], ...(roles === undefined ? {} : { roles }) },
      ).rows[0]!.appointments;
    expect(days('assistant')).toEqual(['2026-11-20']);
    expect(days('gp')).toEqual([]);
    expect(days('gp', ['gp', 'assistant'])).toEqual(['2026-11-20']);
  });

  it('keeps a value without a unit visible, marked, and out of the chart', () => {
    const [series] = shown([
      {
        kind: 'measurement',
        parameter: 'weight',
        code: 'nhg45|357',
        date: '2026-01-05',
        original: { value: '83' },
        mark: 'no-unit',
      },
      { kind: 'measurement', parameter: 'weight', code: 'nhg45|357', date: '2025-01-05', value: '81.04' },
    ]).series;
    expect(series!.readings.map(({ drawn, marks, text }) => [drawn, marks, text.nl])).toEqual([
      [true, [], '81,0'],
      [false, ['no-unit'], '83'],
    ]);
  });

  it('draws nothing that is out of human range', () => {
    const [series] = shown([
      {
        kind: 'measurement',
        parameter: 'systolic',
        code: 'nhg45|1744',
        date: '2026-01-05',
        value: '1400',
        mark: 'implausible',
      },
    ]).series;
    expect(series!.readings[0]).toMatchObject({ drawn: false, marks: ['implausible'], value: 1400 });
    expect(series!.target).toEqual({ low: null, high: 140 });
  });

  it('sends people to the GP system for an answer that is text only: free text stays in the practice', () => {
    const [smoking] = shown([
      { kind: 'measurement', parameter: 'smoking', code: 'nhg45|1739', date: '2026-01-05', mark: 'no-code' },
    ]).series;
    expect(smoking!.readings[0]).toMatchObject({ text: { nl: 'zie HIS' }, marks: ['no-code'], drawn: false });
  });

  it('says a dose in words and shows the ICPC code', () => {
    const view = shown([
      { kind: 'problem', codes: ['snomed|44054006', 'icpc|T90.02'], onset: '2014' },
      {
        kind: 'medication',
        group: 'glucose-lowering',
        atc: 'A10BA02',
        status: 'active',
        openEnd: true,
        dose: { value: '0.5', unit: '{tbl}' },
        times: { frequency: '2', period: '1', unit: 'd' },
      },
    ]);
    expect(view.problems[0]).toMatchObject({ code: 'T90.02', since: '2014' });
    expect(view.medication[0]).toMatchObject({
      name: 'metformine',
      dose: { nl: '2 × per dag, 0,5 tablet' },
      inUse: true,
    });
  });

  it('takes a whole invented practice without a stumble', () => {
    for (const one of invent(3, 150, asOf)) {
      const view = dossier({ ...one, asOf, confirmation, notes: [], denied: [], mayWrite: true, roles: ['poh-s'] });
      for (const series of view.series) {
        const days = series.readings.map((reading) => reading.date);
        expect(days).toEqual([...days].sort());
      }
    }
  });
});

describe('what a role never sees is said, not shown as empty', () => {
  it('hides nothing from a nurse, everything clinical from an assistant, and adds up over teams', () => {
    expect(hiddenFrom(['poh-s'])).toEqual([]);
    expect(hiddenFrom(['assistant'])).toEqual(['problems', 'medication', 'allergies', 'measurements']);
    expect(hiddenFrom(['assistant', 'gp'])).toEqual([]);
    expect(hiddenFrom(['dietitian'])).toEqual(['problems', 'allergies']);
  });
});
