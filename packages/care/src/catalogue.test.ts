import { describe, expect, it } from 'vitest';
import diabetes from '../programmes/diabetes/programme.json' with { type: 'json' };
import {
  ALLERGIES,
  FIELD_IDS,
  MEDICATION_GROUPS,
  MEDICATION_NAMES,
  PANELS,
  PARAMETERS,
  PROGRAMME_IDS,
  PROGRAMMES,
  parseProgramme,
  ROLES,
  RXNORM_TO_ATC,
  SOURCES,
  VACCINATIONS,
} from './catalogue.ts';
import { careError } from './errors.ts';
import { ATC_CODE } from './records.ts';

interface Proven {
  readonly source?: string | undefined;
  readonly sourced?: false | undefined;
}

/** Every object anywhere in the files that carries a source. */
function* proven(value: unknown): Generator<Proven> {
  if (Array.isArray(value)) for (const item of value) yield* proven(item);
  else if (typeof value === 'object' && value !== null) {
    if ('source' in value || 'sourced' in value) yield value as Proven;
    for (const item of Object.values(value)) yield* proven(item);
  }
}

const bad = (change: (copy: typeof diabetes) => unknown): unknown => {
  const copy = structuredClone(diabetes);
  change(copy);
  return copy;
};
const refuses = (input: unknown): void =>
  expect(() => parseProgramme(input)).toThrow(expect.toSatisfy((error) => careError.is(error, 'bad-programme')));

describe('programme files', () => {
  it('are the four, versioned, named in Dutch and English', () => {
    expect(PROGRAMME_IDS).toEqual(['diabetes', 'copd', 'asthma', 'cvrm']);
    for (const programme of Object.values(PROGRAMMES)) {
      expect(programme.version).toMatch(/^\d+\.\d+\.\d+$/);
      expect(programme.nl.length * programme.en.length).toBeGreaterThan(0);
    }
    expect(PROGRAMME_IDS.map((id) => PROGRAMMES[id].minimumAge)).toEqual([18, 18, 16, 18]);
  });

  it('say of every code, interval, target and step where it comes from, or that nobody vouches for it', () => {
    const all = [...proven([PROGRAMMES, PARAMETERS, PANELS, MEDICATION_GROUPS, ALLERGIES, VACCINATIONS, ROLES])];
    expect(all.length).toBeGreaterThan(300);
    for (const one of all) {
      if (one.source === undefined) expect(one.sourced).toBe(false);
      else expect(Object.keys(SOURCES)).toContain(one.source);
    }
  });

  it('never give a number with a question mark as a fact', () => {
    const doubtful = [
      'nhg45|2405',
      'nhg45|3829',
      'nhg45|2210',
      'nhg45|2403',
      'loinc|89434-5',
      'loinc|82669-3',
      'snomed|86198006',
    ];
    const listed = [...proven([PROGRAMMES, PARAMETERS, VACCINATIONS])].filter(
      (one): one is Proven & { code: string } => 'code' in one && doubtful.includes(String(one.code)),
    );
    expect(new Set(listed.map((one) => one.code))).toEqual(new Set(doubtful));
    for (const one of listed) expect(one.sourced, one.code).toBe(false);
  });

  it('R2: cannot list a psychological, pregnancy, genital or social ICPC code', () => {
    for (const code of ['icpc|P76', 'icpc|W78', 'icpc|X99', 'icpc|Y08', 'icpc|Z12']) {
      refuses(bad((copy) => copy.problems.push({ code, nl: 'x', en: 'x', source: 'synthea' })));
    }
  });

  it.each<[string, (copy: typeof diabetes) => unknown]>([
    ['an unknown property', (copy) => Object.assign(copy, { extra: 1 })],
    ['a code without a source', (copy) => copy.include.push({ code: 'icpc|T90.02', nl: 'x', en: 'x' } as never)],
    ['a parameter that no file defines', (copy) => copy.parameters.push({ parameter: 'shoe-size', years: 5 })],
    ['a role that no file defines', (copy) => copy.steps[0]?.roles.push('astrologer')],
    ['a name that every object has', (copy) => copy.parameters.push({ parameter: 'toString', years: 5 })],
    ['a look-back of a hundred years', (copy) => copy.parameters.push({ parameter: 'hba1c', years: 100 })],
  ])('are refused with %s', (_what, change) => refuses(bad(change)));

  it('are accepted unchanged (twin of the refusals)', () => {
    expect(parseProgramme(diabetes).id).toBe('diabetes');
  });

  it('name ATC classes only', () => {
    const codes = [
      ...Object.keys(MEDICATION_NAMES),
      ...Object.values(RXNORM_TO_ATC),
      ...Object.values(MEDICATION_GROUPS).flatMap((group) => group.atc),
    ];
    for (const code of codes) expect(code).toMatch(ATC_CODE);
  });

  it('use every field', () => {
    const used = new Set<string>([
      'identity',
      'problems',
      'diabetes-since',
      ALLERGIES.field,
      ...[PARAMETERS, MEDICATION_GROUPS, VACCINATIONS].flatMap((file) => Object.values(file).map((one) => one.field)),
    ]);
    expect([...used].sort()).toEqual([...FIELD_IDS].sort());
  });
});
