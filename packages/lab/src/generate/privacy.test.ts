import { parseLocalDate } from '@ketenkluis/base';
import { compileSelection, minimise, PROGRAMMES } from '@ketenkluis/care';
import { loadUnits, type Resource } from '@ketenkluis/fhir';
import { describe, expect, it } from 'vitest';
import { SEALED_FIELDS } from './model.ts';
import { smallPractice } from './practice.ts';

const programmes = Object.values(PROGRAMMES);
const context = {
  selection: compileSelection(programmes),
  programmes: programmes.map((one) => one.id),
  asOf: parseLocalDate('2026-10-01'),
  units: await loadUnits(),
};

describe('what the programmes take out of the generated practice', () => {
  it('R2, R3, R6: no mark passes the minimiser but names and telephone numbers, even with everybody in every programme', () => {
    const { files, truth } = smallPractice(150, 'privacy');
    const kept: string[] = [];
    for (const text of files.values()) {
      for (const line of text.split('\n').slice(0, -1)) {
        const { records } = minimise(JSON.parse(line) as Resource, context);
        if (records.length > 0) kept.push(JSON.stringify(records));
      }
    }
    const out = kept.join('\n');
    const passed = truth.canaries.filter((one) => out.includes(one.token));
    expect(passed.filter((one) => !SEALED_FIELDS.includes(one.field))).toEqual([]);
    // The search can find: what may leave is found.
    expect(passed.filter((one) => one.field === 'name').length).toBeGreaterThan(20);
    expect(passed.filter((one) => one.field === 'phone').length).toBeGreaterThan(100);
    expect(kept.length).toBeGreaterThan(1000);
  });

  it('R2: mental and sexual health, psychiatric medication and journal lines leave nothing at all', () => {
    const { files } = smallPractice(150, 'privacy');
    const sensitive = [...files.values()]
      .flatMap((text) => text.split('\n').slice(0, -1))
      .filter(
        (line) =>
          /"resourceType":"(Composition|DocumentReference|FamilyMemberHistory)"/.test(line) ||
          line.includes('"id":"jrn-') ||
          /"code":"(P\d\d|N05|N06|G04BE03|J05A|X9\d|Y07|Y99|Z\d\d|W83|B90)/.test(line),
      );
    expect(sensitive.length).toBeGreaterThan(500);
    expect(sensitive.filter((line) => minimise(JSON.parse(line) as Resource, context).records.length > 0)).toEqual([]);
  });
});
