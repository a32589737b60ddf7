/**
 * The public test sets, where they lie beside the project: counts against docs/counts.md and against a count that shares no
 * code, the fast reading against its slow twin, and the Dutch sets, which nobody may crash on.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseLocalDate } from '@ketenkluis/base';
import { compileSelection, PROGRAMMES } from '@ketenkluis/care';
import { REJECTION_CODES } from '@ketenkluis/fhir';
import { afterAll, describe, expect, it } from 'vitest';
import { preview } from '../preview.ts';
import { folderSource } from './folder.ts';
import { readPractice } from './practice.ts';

const repository = join(import.meta.dirname, '../../../..');
const data = join(repository, '../shared/data');
const folder = mkdtempSync(join(tmpdir(), 'public-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The unpacked set; undefined when the archive is not there. */
function unpacked(name: string): string | undefined {
  const archive = join(data, `${name}.tar.gz`);
  if (!existsSync(archive)) return undefined;
  const target = join(folder, name);
  mkdirSync(target);
  execFileSync('tar', ['xzf', archive, '-C', target]);
  return target;
}

const synthea = unpacked('synthea-r4.dev');
const dutch = unpacked('nl.dev');
const stu3 = unpacked('synthea-stu3.dev');
const missing = [synthea, dutch, stu3].filter((one) => one === undefined).length;
if (missing > 0) console.warn(`${missing} of 3 public sets are not beside the project: their tests have nothing to do`);

const rows = readFileSync(join(repository, 'docs/counts.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\|.*\| 20\d\d-\d\d-\d\d \|/.test(line))
  .map((line) =>
    line
      .split('|')
      .map((cell) => cell.trim())
      .slice(1, -1),
  )
  .map(([set = '', patients, asOf = '', diabetes, copd, asthma, cvrm]) => ({
    set: set.startsWith('all') ? '.' : set,
    asOf,
    patients: Number(patients),
    candidates: { diabetes: Number(diabetes), copd: Number(copd), asthma: Number(asthma), cvrm: Number(cvrm) },
  }));

describe('Synthea', () => {
  it('docs/counts.md, the pipeline and the independent count agree', async () => {
    expect(rows).toHaveLength(8);
    if (synthea === undefined) return;
    for (const [row, { set, asOf, patients, candidates }] of rows.entries()) {
      const dir = join(synthea, set);
      const counted = execFileSync(process.execPath, [join(repository, 'tools/count.mjs'), dir, asOf], {
        encoding: 'utf8',
      });
      const theirs = JSON.parse(counted) as { patients: number; candidates: object };
      expect({ patients: theirs.patients, candidates: theirs.candidates }).toEqual({ patients, candidates });
      // Each set once and all of them once through the pipeline, on alternating days.
      if (row % 2 === 1 && set !== '.') continue;
      if (row % 2 === 0 && set === '.') continue;
      const ours = await preview({ source: await folderSource(dir), asOf: parseLocalDate(asOf) });
      expect({ asOf: ours.asOf, patients: ours.patients, candidates: ours.candidates, byCode: ours.byCode }).toEqual(
        theirs,
      );
      expect(ours.rejected).toEqual([]);
    }
  });

  it('R2: the slow twin that parses everything keeps exactly the same', async () => {
    if (synthea === undefined) return;
    const outcome = async (parseAll: boolean) => {
      const taken: string[] = [];
      const { fields, candidates, enrolled, skipped } = await readPractice(
        await folderSource(join(synthea, 'smartbulk2020')),
        {
          asOf: parseLocalDate('2020-01-01'),
          selection: compileSelection(Object.values(PROGRAMMES)),
          enrolled: 'candidates',
          parseAll,
          sink: {
            restart: () => taken.splice(0),
            records: (...all) => taken.push(JSON.stringify(all)),
            contact: (...all) => taken.push(JSON.stringify(all)),
          },
        },
      );
      return { taken, kept: fields.kept, candidates, enrolled, skippedMost: skipped > 10_000 };
    };
    const fast = await outcome(false);
    const slow = await outcome(true);
    expect(fast.taken.length).toBeGreaterThan(500);
    expect(fast.skippedMost).toBe(true);
    expect({ ...slow, skippedMost: true }).toEqual(fast);
  });
});

describe('sets of other kinds', () => {
  it('the Dutch sets go through, every rejection named, files of another format refused once each', async () => {
    if (dutch === undefined) return;
    const source = await folderSource(dutch);
    const result = await preview({ source, asOf: parseLocalDate('2024-01-01'), enrol: 'candidates', check: true });
    const codes = new Set<string>(REJECTION_CODES);
    for (const { file, line, reason } of result.rejected) {
      expect(codes).toContain(reason.split(':')[0]);
      expect(line).toBeGreaterThanOrEqual(0);
      expect(file).not.toBe('');
    }
    const refused = (code: string) => result.rejected.filter(({ reason }) => reason.startsWith(`${code}:`));
    const xml = source.files.filter(({ name }) => name.endsWith('.xml'));
    expect(refused('xml').map(({ file }) => file)).toEqual(xml.map(({ name }) => name));
    expect(refused('date-placeholder').length).toBeGreaterThan(50);
    expect(result.patients).toBeGreaterThan(10);
  });

  it('STU3 is refused and never misread', async () => {
    if (stu3 === undefined) return;
    const result = await preview({
      source: await folderSource(stu3),
      asOf: parseLocalDate('2019-01-01'),
      enrol: 'candidates',
    });
    expect(result.patients).toBe(0);
    expect(result.candidates).toEqual({ diabetes: 0, copd: 0, asthma: 0, cvrm: 0 });
    expect(result.rejected.length).toBeGreaterThan(0);
    for (const { reason } of result.rejected) expect(reason).toMatch(/^(stu3|not-recognised):/);
  });
});
