/** What waits between the readings: problems whose patient and episode stand in later files. */

import { parseLocalDate } from '@ketenkluis/base';
import { compileSelection, PROGRAMMES } from '@ketenkluis/care';
import { describe, expect, it } from 'vitest';
import { memorySource } from './memory.ts';
import { readPractice } from './practice.ts';

const asOf = parseLocalDate('2020-06-15');
const condition = (id: string, more: object = {}) => ({
  ...{ resourceType: 'Condition', id, subject: { reference: 'Patient/a' } },
  code: { coding: [{ system: 'http://hl7.org/fhir/sid/icpc-1-nl', code: 'T90.02' }] },
  ...more,
});
const episode = (reference: string, start: string, end?: string) => ({
  ...{ resourceType: 'EpisodeOfCare', id: 'e', status: 'finished', patient: { reference: 'Patient/a' } },
  ...{ diagnosis: [{ condition: { reference } }], period: { start, ...(end === undefined ? {} : { end }) } },
});
const patient = { resourceType: 'Patient', id: 'a', birthDate: '1950-02-01' };

/** Whether the patient is a candidate for diabetes, with the files in this order. */
async function counts(...files: readonly (readonly object[])[]): Promise<boolean> {
  const texts = Object.fromEntries(
    files.map((lines, i) => [`${i}.ndjson`, lines.map((one) => JSON.stringify(one)).join('\n')]),
  );
  const { candidates } = await readPractice(memorySource(texts, 5000), {
    ...{ asOf, selection: compileSelection(Object.values(PROGRAMMES)), enrolled: 'candidates' },
    sink: { restart: () => undefined, records: () => undefined },
  });
  return candidates.diabetes === 1;
}

describe('a problem that waits for its patient', () => {
  it('R2: counts by its own dates, by an age of the patient, or by the episode that names it', async () => {
    expect(await counts([condition('1', { onsetDateTime: '2001' })], [patient])).toBe(true);
    expect(await counts([condition('1')], [patient])).toBe(false);
    expect(await counts([condition('1', { onsetAge: { value: 51, code: 'a' } })], [patient])).toBe(true);
    expect(await counts([condition('1', { onsetAge: { value: 80, code: 'a' } })], [patient])).toBe(false);
    const until = (value: number) => condition('1', { onsetDateTime: '2001', abatementAge: { value, code: 'a' } });
    expect(await counts([until(60)], [patient])).toBe(false);
    expect(await counts([until(80)], [patient])).toBe(true);
    expect(await counts([condition('1')], [episode('Condition/1', '2001')], [patient])).toBe(true);
    expect(await counts([episode('Condition/1', '2001', '2010')], [condition('1')], [patient])).toBe(false);
    expect(await counts([episode('Condition/2', '2001')], [condition('1')], [patient])).toBe(false);
  });

  it('R2: of several episodes the last line that names it counts, however the problem is named', async () => {
    const [here, there] = ['Condition/1', 'https://his.example/fhir/Condition/1'];
    const lines = [episode(here, '2001'), episode(there, '2001', '2010'), episode(here, '2002')];
    expect(await counts(lines, [condition('1')], [patient])).toBe(true);
    expect(await counts([...lines].reverse(), [condition('1')], [patient])).toBe(true);
    expect(await counts([...lines, episode(there, '2001', '2010')], [condition('1')], [patient])).toBe(false);
  });
});
