import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bsnSource } from './bsn.ts';
import { dateTime, toDay } from './calendar.ts';
import { dice } from './dice.ts';
import { generatePractice, smallPractice, staff, type Truth, writePractice } from './index.ts';
import { composedSurname } from './names.ts';
import { households } from './practice.ts';

const folder = mkdtempSync(join(tmpdir(), 'generate-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function practiceHash(patients: number, seed: string): string {
  const hash = createHash('sha256');
  generatePractice({ patients, seed }, (type, line) => hash.update(`${type}\n${line}\n`));
  return hash.digest('hex');
}

describe('the same bytes', () => {
  it('gives the golden hash for a seed, on every machine', () => {
    expect(practiceHash(200, '1')).toBe('cd158d645d1e0c14d46e34b815bbea71724d9ddbed21f944f495f3e566c69f33');
  });

  it('gives other bytes for another seed and another as-of date', () => {
    const one = smallPractice(20, 1);
    const two = smallPractice(20, 2);
    const later = smallPractice(20, 1, '2026-11-01');
    expect(one.files.get('Patient.ndjson')).not.toBe(two.files.get('Patient.ndjson'));
    expect(one.files.get('Observation.ndjson')).not.toBe(later.files.get('Observation.ndjson'));
    expect(smallPractice(20, '1').files).toEqual(one.files);
  });

  it('does not look at the time zone or language of the machine', () => {
    const script = `
      import { createHash } from 'node:crypto';
      import { generatePractice } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
      const hash = createHash('sha256');
      generatePractice({ patients: 30, seed: 'zone' }, (type, line) => hash.update(type + '\\n' + line + '\\n'));
      process.stdout.write(hash.digest('hex'));`;
    const elsewhere = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      env: { ...process.env, TZ: 'Asia/Tokyo', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
      encoding: 'utf8',
    });
    expect(elsewhere).toBe(practiceHash(30, 'zone'));
  });

  it('writes the office clock of the Netherlands, summer and winter', () => {
    expect(dateTime(toDay('2026-03-27'), 540)).toBe('2026-03-27T09:00:00+01:00');
    expect(dateTime(toDay('2026-03-30'), 540)).toBe('2026-03-30T09:00:00+02:00');
    expect(dateTime(toDay('2026-10-23'), 1010)).toBe('2026-10-23T16:50:00+02:00');
    expect(dateTime(toDay('2026-10-26'), 1010)).toBe('2026-10-26T16:50:00+01:00');
  });

  it('refuses a size or a day that cannot be', () => {
    expect(() => smallPractice(0)).toThrowError(expect.objectContaining({ code: 'base/bad-number' }));
    expect(() => smallPractice(1.5)).toThrowError(expect.objectContaining({ code: 'base/bad-number' }));
    expect(() => smallPractice(1, 1, '2026-02-30')).toThrowError(expect.objectContaining({ code: 'base/bad-time' }));
  });

  it('makes exactly as many patients as asked', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 25 }), fc.string(), (patients, seed) => {
        const { files, truth } = smallPractice(patients, seed);
        expect(files.get('Patient.ndjson')?.split('\n').length).toBe(patients + 1);
        expect(truth.patients).toBe(patients);
      }),
      { numRuns: 15 },
    );
  });
});

describe('identity', () => {
  const passes = (bsn: string): boolean =>
    [...bsn].reduce((sum, digit, at) => sum + Number(digit) * (at === 8 ? -1 : 9 - at), 0) % 11 === 0;

  it('R7: gives BSNs that pass the 11-test, 9999xxxxx first, then 999xxxxxx, then none', () => {
    const next = bsnSource('1');
    const seen = new Set<string>();
    const wrong: string[] = [];
    let first = 0;
    for (let bsn = next(); bsn !== undefined; bsn = next()) {
      if (!/^999\d{6}$/.test(bsn) || !passes(bsn)) wrong.push(bsn);
      if (bsn.startsWith('9999') && first++ !== seen.size) wrong.push(bsn);
      seen.add(bsn);
    }
    expect(wrong).toEqual([]);
    expect(first).toBe(9091);
    expect(seen.size).toBe(90_909);
    expect(next()).toBeUndefined();
  });

  it('never composes the same surname twice, nor one of somebody else', () => {
    const names = new Set<string>();
    for (let n = 0; n < 40_000; n++) {
      names.add(composedSurname(n, 123, 'patient'));
      names.add(composedSurname(n, 123, 'other'));
    }
    expect(names.size).toBe(80_000);
  });

  it('keeps streams of one seed apart', () => {
    const starts = new Set(Array.from({ length: 2000 }, (_, stream) => dice('1', stream).letters(8)));
    expect(starts.size).toBe(2000);
  });
});

describe('the default practice', () => {
  let truth: Truth;
  const surnames = new Set<string>();
  const birthYears: number[] = [];
  let visits = 0;
  let sensitive = 0;

  beforeAll(() => {
    const lines: string[] = [];
    truth = generatePractice({}, (type, line) => {
      if (type === 'Patient') lines.push(line);
      if (type === 'Composition') visits++;
      if (type === 'Condition' && /"code":"(P|X9|Y7|Y0|W83|B90|Z)\d*/.test(line)) sensitive++;
    });
    for (const line of lines) {
      const patient = JSON.parse(line) as {
        birthDate: string;
        name: { _family?: { extension: { url: string; valueString: string }[] } }[];
      };
      birthYears.push(Number(patient.birthDate.slice(0, 4)));
      for (const part of patient.name[0]?._family?.extension ?? []) {
        if (part.url.endsWith('-name')) surnames.add(part.valueString);
      }
    }
  });

  it('has more than 300 surnames, and none of the staff', () => {
    expect(surnames.size).toBeGreaterThan(300);
    for (const one of staff()) expect(surnames.has(one.surname)).toBe(false);
    for (const one of staff()) expect(truth.canaries.some((canary) => canary.token === one.surname)).toBe(false);
  });

  it('looks like a Dutch practice', () => {
    const alive = truth.people.alive;
    const share = (...codes: string[]): number =>
      (100 * codes.reduce((sum, code) => sum + (truth.prevalence[code] ?? 0), 0)) / alive;
    expect(truth.patients).toBe(2350);
    expect((100 * birthYears.filter((year) => 2026 - year < 18).length) / 2350).toBeGreaterThan(14);
    const old = (100 * birthYears.filter((year) => 2026 - year >= 65).length) / 2350;
    expect(old).toBeGreaterThan(18);
    expect(old).toBeLessThan(30);
    const bands: readonly (readonly [number, number, string[]])[] = [
      [5, 7.5, ['T90.02']],
      [13, 19, ['K86', 'K87']],
      [3.5, 7, ['K74', 'K75', 'K76.01', 'K76.02', 'K89', 'K90.03', 'K91', 'K92.01', 'K99.01']],
      [1.6, 3.2, ['R95']],
      [5, 8.5, ['R96', 'R96.02']],
      [3, 8, ['T93', 'T93.01']],
      [2, 5, ['U99.01']],
      [3, 8, ['P76']],
    ];
    for (const [low, high, codes] of bands) {
      expect(share(...codes), codes.join()).toBeGreaterThan(low);
      expect(share(...codes), codes.join()).toBeLessThan(high);
    }
    expect(sensitive).toBeGreaterThan(400);
    expect(visits).toBeGreaterThan(8000);
  });

  it('selects fewer than 60 % of the patients', () => {
    expect(truth.candidatePatients).toBeLessThan(0.6 * truth.patients);
    expect(truth.candidatePatients).toBeGreaterThan(0.2 * truth.patients);
    for (const count of Object.values(truth.candidates)) expect(count).toBeGreaterThan(30);
  });

  it('R1: mixes consent, refusal and nobody asked in every programme', () => {
    for (const [programme, register] of Object.entries(truth.register)) {
      expect(
        Object.values(register).every((count) => count > 0),
        programme,
      ).toBe(true);
      expect(register.consented + register.refused + register['not-asked']).toBe(
        truth.candidates[programme as keyof Truth['candidates']],
      );
    }
  });

  it('holds every kind of dirt that real records hold', () => {
    const kinds = [
      'asthma-and-copd',
      'asthma-under-16',
      'bsn-masked',
      'episode-R96.01',
      'episode-T90.01',
      'episode-abated',
      'episode-code-extension',
      'episode-code-oid',
      'episode-entered-in-error',
      'episode-in-the-future',
      'episode-partial-date',
      'episode-refuted',
      'episode-without-dates',
      'height-cm-called-m',
      'reference-dangling',
      'value-duplicate',
      'value-entered-in-error',
      'value-implausible',
      'value-in-%',
      'value-in-cm',
      'value-noisy-decimals',
      'value-partial-date',
      'value-without-unit',
    ];
    for (const kind of kinds) expect(truth.dirt[kind] ?? 0, kind).toBeGreaterThan(0);
    expect(truth.principal.missing).toBeGreaterThan(0);
    expect(truth.principal.double).toBeGreaterThan(0);
    expect(truth.people.died).toBeGreaterThan(0);
    expect(truth.people.departed).toBeGreaterThan(0);
  });

  it('R3: plants marks in every sensitive field, no two alike where they must stay', () => {
    const fields = new Set(truth.canaries.map((one) => one.field));
    expect([...fields].sort()).toEqual([
      'address',
      'allergy-note',
      'appointment-note',
      'bsn',
      'contact-person',
      'email',
      'episode-note',
      'family-history',
      'journal',
      'letter',
      'medication-note',
      'mental-health',
      'name',
      'narrative',
      'observation-comment',
      'phone',
      'sexual-health',
      'third-person',
    ]);
    expect(truth.canaries.every((one) => one.token.length >= 6)).toBe(true);
    // A name or number of an enrolled patient may leave; the same text is then marked so for everybody.
    const leaving = new Set(truth.canaries.filter((one) => !one.mustStay).map((one) => one.token));
    expect(truth.canaries.some((one) => one.mustStay && leaving.has(one.token))).toBe(false);
    expect(truth.canaries.filter((one) => one.field === 'bsn').every((one) => one.mustStay)).toBe(true);
  });

  it('plans appointments after as-of for the living only', () => {
    const asOf = toDay('2026-10-01');
    let future = 0;
    for (const records of households({ patients: 600 })) {
      for (const { person, appointments } of records) {
        const planned = appointments.filter((one) => one.day > asOf);
        future += planned.length;
        if (person.died !== undefined || person.departed !== undefined) expect(planned).toEqual([]);
        expect(planned.every((one) => one.status === 'booked')).toBe(true);
      }
    }
    expect(future).toBeGreaterThan(30);
  });
});

describe('files', () => {
  it('writes what was generated, readable by the owner only', () => {
    const out = join(folder, 'source');
    const truthFile = join(folder, 'truth.json');
    writeFileSync(truthFile, 'older', { mode: 0o644 });
    const { truth, files } = writePractice({ patients: 12, seed: 'files', out, truth: truthFile });
    expect(files).toEqual(readdirSync(out).sort());
    expect(statSync(out).mode & 0o777).toBe(0o700);
    for (const file of files) expect(statSync(join(out, file)).mode & 0o777).toBe(0o600);
    expect(statSync(truthFile).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(truthFile, 'utf8'))).toEqual(truth);
    const small = smallPractice(12, 'files');
    for (const [name, text] of small.files) expect(readFileSync(join(out, name), 'utf8')).toBe(text);
    expect(small.truth).toEqual(truth);
  });
});
