/**
 * The choice of patients on public data, against a count that shares no code with it: plain text comparison of the
 * codes and dates below. Runs where the data archives lie beside the project, and says so where they do not.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseLocalDate } from '@ketenkluis/base';
import type { Condition, Patient } from '@ketenkluis/fhir';
import { afterAll, describe, expect, it } from 'vitest';
import { PROGRAMMES } from './catalogue.ts';
import { type ProblemFact, personFact, problemFact } from './facts.ts';
import { candidateFor } from './select.ts';

const root = join(import.meta.dirname, '../../../..');
const archive = join(root, 'shared/data/synthea-r4.dev.tar.gz');
const there = existsSync(archive);
const folder = there ? mkdtempSync(join(tmpdir(), 'care-')) : '';
if (there) execFileSync('tar', ['xzf', archive, '-C', folder, '--wildcards', '*/Patient.ndjson', '*/Condition.ndjson']);
else console.warn('synthea-r4.dev is not beside the project: 2 counts not compared');
afterAll(() => {
  if (there) rmSync(folder, { recursive: true });
});

const generators = ['blaze2021', 'smart2019', 'smartbulk2020'];
const lines = <T>(generator: string, type: string): T[] =>
  readFileSync(join(folder, generator, `${type}.ndjson`), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);

const WANTED: Readonly<Record<string, readonly string[]>> = {
  diabetes: ['44054006'],
  copd: ['13645005', '185086009', '87433001'],
  asthma: ['195967001', '233678006'],
  cvrm: [
    '38341003',
    '59621000',
    '53741008',
    '414545008',
    '22298006',
    '399211009',
    '266257000',
    '230690007',
    '709044004',
  ],
};

interface Row {
  readonly born: string;
  readonly died: string;
  readonly problems: { readonly code: string; readonly from: string; readonly to: string }[];
}

/** Text comparison of UTC days; none of these problems begins or ends near midnight of the two days asked. */
function plainCount(asOf: string): Record<string, number> {
  const count: Record<string, number> = { diabetes: 0, copd: 0, asthma: 0, cvrm: 0 };
  for (const generator of generators) {
    const people = new Map<string, Row>();
    for (const p of lines<Record<string, string>>(generator, 'Patient')) {
      people.set(`Patient/${p.id}`, {
        born: p.birthDate ?? '',
        died: (p.deceasedDateTime ?? '9999').slice(0, 10),
        problems: [],
      });
    }
    for (const c of lines<{
      subject: { reference: string };
      code: { coding: { code: string }[] };
      onsetDateTime: string;
      abatementDateTime?: string;
    }>(generator, 'Condition')) {
      people.get(c.subject.reference)?.problems.push({
        code: c.code.coding[0]?.code ?? '',
        from: c.onsetDateTime.slice(0, 10),
        to: (c.abatementDateTime ?? '9999').slice(0, 10),
      });
    }
    for (const person of people.values()) {
      if (person.died <= asOf) continue;
      const has = (id: string): boolean => {
        const years = id === 'asthma' ? 16 : 18;
        const latest = `${Number(asOf.slice(0, 4)) - years}${asOf.slice(4)}`;
        return (
          person.born <= latest &&
          person.problems.some((one) => WANTED[id]?.includes(one.code) && one.from <= asOf && asOf < one.to)
        );
      };
      for (const id of Object.keys(count))
        if (has(id) && !(id === 'cvrm' && has('diabetes'))) count[id] = (count[id] ?? 0) + 1;
    }
  }
  return count;
}

function chosen(asOf: string): Record<string, number> {
  const count: Record<string, number> = { diabetes: 0, copd: 0, asthma: 0, cvrm: 0 };
  for (const generator of generators) {
    const problems = new Map<string, ProblemFact[]>();
    for (const one of lines<Condition>(generator, 'Condition')) {
      const reference = one.subject?.reference ?? '';
      problems.set(reference, [...(problems.get(reference) ?? []), problemFact(one)]);
    }
    for (const one of lines<Patient>(generator, 'Patient')) {
      const facts = { ...personFact(one), problems: problems.get(`Patient/${one.id}`) ?? [] };
      for (const id of candidateFor(Object.values(PROGRAMMES), facts, parseLocalDate(asOf)))
        count[id] = (count[id] ?? 0) + 1;
    }
  }
  return count;
}

describe.runIf(there)('candidates in 411 public patients', () => {
  it.each([
    ['2020-01-01', { diabetes: 13, copd: 10, asthma: 4, cvrm: 91 }],
    ['2021-12-31', { diabetes: 13, copd: 9, asthma: 3, cvrm: 89 }],
  ])('at %s', (asOf, expected) => {
    expect(plainCount(asOf)).toEqual(expected);
    expect(chosen(asOf)).toEqual(expected);
  });
});
