import { parseLocalDate } from '@ketenkluis/base';
import { type Condition, key, type Patient } from '@ketenkluis/fhir';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PROGRAMMES } from './catalogue.ts';
import { type PatientFacts, type ProblemFact, personFact, problemFact } from './facts.ts';
import { activeInclusionCodes, candidateFor, isActive, isCandidate } from './select.ts';

const asOf = parseLocalDate('2020-01-01');
const all = Object.values(PROGRAMMES);
/** As the Nictiz test scripts have it; put together here, because it is no template. */
const placeholder = `${'$'}{DATE, T, Y, -60}`;
const born = (birthDate: string, more: Partial<Patient> = {}) =>
  personFact({ resourceType: 'Patient', birthDate, ...more });
const condition = (system: string, code: string, more: Partial<Condition> = {}): Condition => ({
  resourceType: 'Condition',
  code: { coding: [{ system, code }] },
  onsetDateTime: '2010-05-01',
  ...more,
});
const snomed = (code: string, more: Partial<Condition> = {}) => condition('http://snomed.info/sct', code, more);
const icpc = (code: string, more: Partial<Condition> = {}) =>
  condition('http://hl7.org/fhir/sid/icpc-1-nl', code, more);
const status = (code: string) => ({ coding: [{ code }] });
const patient = (conditions: readonly Condition[], person = born('1950-06-01')): PatientFacts => ({
  ...person,
  problems: conditions.map((one) => problemFact(one, person.birthDate)),
});
const chosen = (conditions: readonly Condition[], person = born('1950-06-01'), day = asOf) =>
  candidateFor(all, patient(conditions, person), day);

describe('candidates by code', () => {
  it.each([
    ['diabetes', icpc('T90.02')],
    ['diabetes', icpc('T90')],
    ['diabetes', snomed('44054006')],
    ['copd', icpc('R95')],
    ['copd', snomed('13645005')],
    ['copd', snomed('185086009')],
    ['copd', snomed('87433001')],
    ['asthma', icpc('R96')],
    ['asthma', snomed('195967001')],
    ['asthma', snomed('233678006')],
    ['cvrm', icpc('K86')],
    ['cvrm', snomed('38341003')],
    ['cvrm', snomed('59621000')],
    ['cvrm', snomed('53741008')],
    ['cvrm', icpc('K90.03')],
    ['cvrm', icpc('U99.01')],
  ] as const)('%s', (programme, one) => expect(chosen([one])).toEqual([programme]));

  it.each([
    ['type 1 diabetes', icpc('T90.01')],
    ['bronchial hyperreactivity', icpc('R96.01')],
    ['a lipid disorder alone', icpc('T93')],
    ['prediabetes', snomed('15777000')],
    ['kidney disease stage 1', snomed('431855005')],
    ['a code of another system with the same digits', condition('http://example.org', '44054006')],
  ])('not by %s', (_what, one) => expect(chosen([one])).toEqual([]));

  it('any coding of a problem counts', () => {
    const both = {
      coding: [
        { system: 'http://example.org', code: 'x' },
        { system: 'http://snomed.info/sct', code: '44054006' },
      ],
    };
    expect(chosen([icpc('A01', { code: both })])).toEqual(['diabetes']);
  });

  it('cvrm excludes diabetes, and only while the diabetes is there', () => {
    expect(chosen([icpc('K86'), icpc('T90.02')])).toEqual(['diabetes']);
    expect(chosen([icpc('K86'), icpc('T90.02', { abatementDateTime: '2015-01-01' })])).toEqual(['cvrm']);
    expect(chosen([icpc('K86'), icpc('T90.02', { verificationStatus: status('refuted') })])).toEqual(['cvrm']);
  });

  it('one patient may be in several programmes', () => {
    expect(chosen([icpc('R95'), icpc('T90.02'), icpc('R96')])).toEqual(['diabetes', 'copd', 'asthma']);
  });
});

describe('alive and of age at as-of', () => {
  const one = [icpc('R96'), icpc('K86')];
  it.each([
    ['16th birthday today: asthma only', '2004-01-01', ['asthma']],
    ['16 tomorrow', '2004-01-02', []],
    ['18th birthday today', '2002-01-01', ['asthma', 'cvrm']],
    ['18 tomorrow', '2002-01-02', ['asthma']],
    ['born after as-of', '2021-01-01', []],
  ])('%s', (_what, birth, programmes) => expect(chosen(one, born(birth))).toEqual(programmes));

  it('without a readable birth date nobody is chosen', () => {
    expect(chosen(one, personFact({ resourceType: 'Patient' }))).toEqual([]);
    expect(chosen(one, born(placeholder))).toEqual([]);
  });

  it.each<[string, Partial<Patient>, number]>([
    ['died before', { deceasedDateTime: '2019-12-31' }, 0],
    ['died on the day', { deceasedDateTime: '2020-01-01' }, 0],
    ['died later', { deceasedDateTime: '2020-01-02' }, 2],
    ['died, day unknown', { deceasedBoolean: true }, 0],
    ['died, day unreadable', { deceasedDateTime: '2020-02-30' }, 0],
    ['not died', { deceasedBoolean: false }, 2],
  ])('%s', (_what, death, count) => expect(chosen(one, born('1950-06-01', death))).toHaveLength(count));
});

describe('active at as-of', () => {
  const active = (more: Partial<Condition>) =>
    isActive(problemFact(icpc('K86', { onsetDateTime: undefined as never, ...more })), asOf);
  it.each<[string, Partial<Condition>, boolean]>([
    ['begun on the day', { onsetDateTime: '2020-01-01' }, true],
    ['begun the day after', { onsetDateTime: '2020-01-02' }, false],
    ['ended on the day', { onsetDateTime: '2010', abatementDateTime: '2020-01-01' }, false],
    ['ended the day after', { onsetDateTime: '2010', abatementDateTime: '2020-01-02' }, true],
    [
      'dates win from a status that says resolved',
      { onsetDateTime: '2010', abatementDateTime: '2021-01-01', clinicalStatus: status('resolved') },
      true,
    ],
    [
      'dates win from a status that says active',
      { onsetDateTime: '2010', abatementDateTime: '2019-01-01', clinicalStatus: status('active') },
      false,
    ],
    ['no end, resolved', { onsetDateTime: '2010', clinicalStatus: status('resolved') }, false],
    ['no end, no status', { onsetDateTime: '2010' }, true],
    ['no begin, active', { clinicalStatus: status('active') }, true],
    ['no begin, no status', {}, false],
    ['begin from the day it was recorded', { recordedDate: '2018-01-01' }, true],
    ['an end nobody can read', { onsetDateTime: '2010', abatementDateTime: '2020-02-30' }, false],
    [
      'an end nobody can read, still active',
      { onsetDateTime: '2010', abatementDateTime: placeholder, clinicalStatus: status('active') },
      true,
    ],
    ['refuted', { onsetDateTime: '2010', verificationStatus: status('refuted') }, false],
    ['entered in error', { onsetDateTime: '2010', verificationStatus: status('entered-in-error') }, false],
    ['a period', { onsetPeriod: { start: '2010-01-01' }, abatementPeriod: { end: '2019-06-01' } }, false],
  ])('%s', (_what, more, expected) => expect(active(more)).toBe(expected));

  it('an instant falls on its Dutch day', () => {
    expect(active({ onsetDateTime: '2020-01-01T23:30:00Z' })).toBe(false);
    expect(active({ onsetDateTime: '2019-12-31T23:30:00Z' })).toBe(true);
  });

  it('an onset by age counts from that birthday', () => {
    const aged = {
      ...icpc('K86', { onsetDateTime: undefined as never }),
      onsetAge: { value: 40, code: 'a' },
    } as Condition;
    expect(isActive(problemFact(aged, parseLocalDate('1980-01-01')), asOf)).toBe(true);
    expect(isActive(problemFact(aged, parseLocalDate('1980-01-02')), asOf)).toBe(false);
  });
});

describe('properties', () => {
  const day = fc
    .date({ min: new Date('1990-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
    .map((d) => parseLocalDate(d.toISOString().slice(0, 10)));
  const codes = ['T90.02', 'R95', 'R96', 'K86', 'K74', 'P76', 'X99', 'Y08', 'Z12', 'A97'].map((code) =>
    key('icpc', code),
  );
  const problem = fc.record(
    {
      keys: fc.array(fc.constantFrom(...codes), { maxLength: 3 }),
      onset: day,
      abatement: day,
      clinical: fc.constantFrom('active' as const, 'ended' as const),
      void: fc.boolean(),
    },
    { requiredKeys: ['keys', 'void'] },
  ) as fc.Arbitrary<ProblemFact>;
  const facts = fc.record(
    { birthDate: day, died: day, problems: fc.array(problem, { maxLength: 5 }) },
    { requiredKeys: ['problems'] },
  ) as fc.Arbitrary<PatientFacts>;

  it('R2: a problem of a listed code makes the candidate, never one of chapter P, X, Y or Z', () => {
    fc.assert(
      fc.property(facts, day, (one, at) => {
        const listed = /\|(T90\.02|R95|R96|K86|K74)$/;
        const rest: PatientFacts = {
          ...one,
          problems: one.problems.filter((p) => !p.keys.some((k) => listed.test(k))),
        };
        expect(candidateFor(all, rest, at)).toEqual([]);
      }),
    );
  });

  it('being a candidate and having an active code agree, save for the exclusion', () => {
    fc.assert(
      fc.property(facts, day, (one, at) => {
        for (const programme of all) {
          const coded = activeInclusionCodes(programme, one, at).length > 0;
          const excluded = programme.excludedBy.some((id) => activeInclusionCodes(PROGRAMMES[id], one, at).length > 0);
          expect(isCandidate(programme, one, at)).toBe(coded && !excluded);
        }
      }),
    );
  });

  it('more problems that are void change nothing', () => {
    fc.assert(
      fc.property(facts, fc.array(problem), day, (one, more, at) => {
        const noise = more.map((p) => ({ ...p, void: true }));
        expect(candidateFor(all, { ...one, problems: [...one.problems, ...noise] }, at)).toEqual(
          candidateFor(all, one, at),
        );
      }),
    );
  });
});
