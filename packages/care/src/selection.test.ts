import { base64url, canonicalJson } from '@ketenkluis/base';
import { describe, expect, it } from 'vitest';
import { type CheckedProgramme, FIELD_IDS, longKey, PROGRAMME_IDS, PROGRAMMES } from './catalogue.ts';
import { KEPT } from './records.ts';
import { compileSelection, diffSelection } from './selection.ts';

const all = Object.values(PROGRAMMES);
const now = compileSelection(all);
const changed = (change: Partial<CheckedProgramme>) =>
  compileSelection([{ ...PROGRAMMES.copd, ...change }, ...all.filter((one) => one.id !== 'copd')]);

describe('selection version', () => {
  it('R12: is the SHA-256 of the canonical JSON of what may leave', async () => {
    const lines = now.lines.map(({ nl: _nl, en: _en, ...line }) => line);
    const hash = await crypto.subtle.digest('SHA-256', canonicalJson({ kept: KEPT, lines }));
    expect(now.version).toBe(base64url(new Uint8Array(hash)));
  });

  it('R12: does not depend on the order of the programmes or on their wording', () => {
    expect(compileSelection([...all].reverse()).version).toBe(now.version);
    expect(changed({ nl: 'Andere naam' }).version).toBe(now.version);
  });

  it.each<[string, Partial<CheckedProgramme>]>([
    ['a parameter', { parameters: [...PROGRAMMES.copd.parameters, { parameter: 'hba1c', years: 5 }] }],
    ['a longer look-back', { parameters: PROGRAMMES.copd.parameters.map((one) => ({ ...one, years: one.years + 1 })) }],
    [
      'a class of medicines',
      { medication: { ...PROGRAMMES.copd.medication, groups: ['inhaler', 'steroid-course', 'ras'] } },
    ],
    [
      'a problem',
      { problems: [...PROGRAMMES.copd.problems, { code: 'icpc|K77', nl: 'x', en: 'x', source: 'man-hf' }] },
    ],
    [
      'an inclusion code',
      { include: [...PROGRAMMES.copd.include, { code: 'icpc|R91', nl: 'x', en: 'x', source: 'man-hf' }] },
    ],
    ['a lower age', { minimumAge: 12 }],
  ])('R12: another %s is another version, and widens', (_what, change) => {
    const fresh = changed(change);
    expect(fresh.version).not.toBe(now.version);
    expect(diffSelection(now, fresh).widens).toBe(true);
    expect(diffSelection(fresh, now).widens).toBe(_what === 'a lower age');
  });

  it('dropping an exclusion widens', () => {
    const fresh = compileSelection([...all.filter((one) => one.id !== 'cvrm'), { ...PROGRAMMES.cvrm, excludedBy: [] }]);
    expect(diffSelection(now, fresh)).toMatchObject({
      widens: true,
      changes: [{ change: 'removed', kind: 'excluded' }],
    });
    expect(diffSelection(fresh, now).widens).toBe(false);
  });

  it('the same against itself is no change', () => {
    expect(diffSelection(now, compileSelection(all))).toEqual({ widens: false, changes: [] });
  });

  it('names each change in words an owner can read', () => {
    const fresh = changed({ parameters: [...PROGRAMMES.copd.parameters, { parameter: 'hba1c', years: 5 }] });
    const { changes } = diffSelection(now, fresh);
    expect(changes).toHaveLength(5);
    expect(changes[0]).toMatchObject({ change: 'added', programme: 'copd', item: 'hba1c', nl: 'HbA1c', years: 5 });
  });
});

describe('switching off', () => {
  // Of the personal goal we know no code, so there is no line to lose.
  const coded = FIELD_IDS.filter((field) => field !== 'goal');
  it.each(coded)('%s: no line, no key, no scanned code of it is left', (field) => {
    const off = compileSelection(all, { fields: [field] });
    const rest = (line: { kind: string; field: string }) =>
      line.kind !== 'age' && line.kind !== 'excluded' && line.field === field;
    expect(now.lines.some(rest)).toBe(true);
    expect(off.lines.some(rest)).toBe(false);
    const listed = [
      ...off.measurements.values(),
      ...off.problems.values(),
      ...off.medication,
      ...off.vaccinations.values(),
    ];
    expect(listed.some((one) => one.field === field)).toBe(false);
    expect(diffSelection(now, off)).toMatchObject({ widens: false });
    expect(diffSelection(off, now)).toMatchObject({ widens: true });
  });

  it('keeps choosing candidates: whoever is refused a copy is still counted at home', () => {
    expect(compileSelection(all, { fields: ['problems', 'diabetes-since'] }).inclusion).toEqual(now.inclusion);
  });
});

describe('lists for the scanner', () => {
  it('hold the raw text of every key that can match', () => {
    for (const programme of all) {
      for (const { code } of [...programme.include, ...programme.problems]) {
        expect(now.problems.has(longKey(code))).toBe(true);
        expect(now.scan.Condition?.codes).toContain(code.slice(code.indexOf('|') + 1));
      }
    }
    for (const key of [...now.measurements.keys(), ...now.panels.keys(), ...now.process.keys()]) {
      expect(now.scan.Observation?.codes).toContain(key.slice(key.lastIndexOf('|') + 1));
    }
    expect(now.scan.MedicationRequest?.prefixes).toContain('A10B');
    expect(now.scan.MedicationRequest?.markers).toEqual(['medicationReference', 'contained']);
  });

  it('R2: list no type that holds only words', () => {
    for (const type of ['Composition', 'DocumentReference', 'DiagnosticReport', 'FamilyMemberHistory', 'CarePlan']) {
      expect(Object.keys(now.scan)).not.toContain(type);
    }
  });

  it('put an inclusion code into one programme', () => {
    for (const programmes of now.inclusion.values()) expect(programmes).toHaveLength(1);
    expect([...now.inclusion.values()].flat().every((id) => PROGRAMME_IDS.includes(id))).toBe(true);
  });
});
