/** R2, R3, R6: whatever stands in a record, nothing passes but listed codes, numbers, dates and the patient's own name. */

import { parseLocalDate } from '@ketenkluis/base';
import { isBsn, loadUnits, type Resource } from '@ketenkluis/fhir';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PROGRAMME_IDS, PROGRAMMES } from './catalogue.ts';
import { type Minimised, minimise } from './minimise.ts';
import { careRecordSchema } from './records.ts';
import { compileSelection } from './selection.ts';

const units = await loadUnits();
const selection = compileSelection(Object.values(PROGRAMMES));
const context = { selection, programmes: PROGRAMME_IDS, asOf: parseLocalDate('2020-01-01'), units };
const run = (resource: unknown): Minimised => minimise(resource as Resource, context);

const NHG = 'https://referentiemodel.nhg.org/tabellen/nhg-tabel-45-diagnostische-bepalingen';
const ICPC = 'http://hl7.org/fhir/sid/icpc-1-nl';
const ATC = 'http://www.whocc.no/atc';
const coded = (system: string, code: string) => ({ coding: [{ system, code }] });

/** One resource of every kind that is kept. */
const KEPT: readonly object[] = [
  {
    resourceType: 'Patient',
    name: [{ use: 'official', family: 'Jansen', given: ['Piet'] }],
    gender: 'male',
    birthDate: '1950-01-01',
    telecom: [{ system: 'phone', value: '06 12345678' }],
  },
  {
    resourceType: 'Condition',
    code: coded(ICPC, 'T90.02'),
    onsetDateTime: '2010-01-01',
    clinicalStatus: { coding: [{ code: 'active' }] },
  },
  { resourceType: 'Condition', code: coded(ICPC, 'K86'), onsetDateTime: '2010' },
  {
    resourceType: 'Observation',
    status: 'final',
    code: coded(NHG, '1744'),
    effectiveDateTime: '2019-01-01',
    valueQuantity: { value: 140, unit: 'mmHg' },
  },
  {
    resourceType: 'Observation',
    status: 'final',
    code: coded(NHG, '1739'),
    effectiveDateTime: '2019-01-01',
    valueCodeableConcept: coded(`${NHG}#resultaten`, '4'),
  },
  {
    resourceType: 'Observation',
    status: 'final',
    code: coded('http://loinc.org', '85354-9'),
    effectiveDateTime: '2019-01-01',
    component: [{ code: coded('http://loinc.org', '8480-6'), valueQuantity: { value: 140, code: 'mm[Hg]' } }],
  },
  {
    resourceType: 'MedicationRequest',
    status: 'active',
    intent: 'order',
    authoredOn: '2019-01-01',
    medicationCodeableConcept: coded(ATC, 'A10BA02'),
    dosageInstruction: [{ doseAndRate: [{ doseQuantity: { value: 500, code: 'mg' } }] }],
  },
  {
    resourceType: 'MedicationStatement',
    status: 'active',
    effectivePeriod: { start: '2019-01-01' },
    medicationCodeableConcept: coded(ATC, 'R03AC02'),
  },
  { resourceType: 'AllergyIntolerance', code: coded(ATC, 'J01CA04'), recordedDate: '2001-01-01', criticality: 'high' },
  {
    resourceType: 'Immunization',
    status: 'completed',
    vaccineCode: coded(ATC, 'J07BB02'),
    occurrenceDateTime: '2019-10-15',
  },
];

const CANARY = 'Kanarie';
/** Where Dutch records hide words, identifiers and other people. */
const HIDING = [
  'text',
  'note',
  'comment',
  'display',
  'valueString',
  'title',
  'description',
  'id',
  'reason',
  'conclusion',
  'bodySite',
  'performer',
  'recorder',
  'asserter',
  'requester',
  'informationSource',
  'contact',
  'generalPractitioner',
  'identifier',
  'extension',
  'contained',
  'meta',
  'interpretation',
  'referenceRange',
  'reaction',
  'stage',
  'evidence',
  'relationship',
  'address',
  'photo',
  'maritalStatus',
  'communication',
  'link',
  'patientInstruction',
  'additionalInstruction',
  'subject',
  'encounter',
  'basedOn',
  'device',
  '__proto_like__',
] as const;

const secret = fc.string({ maxLength: 12 }).map((tail) => `${CANARY} ${tail}`);
const hidden: fc.Arbitrary<unknown> = fc.oneof(
  secret,
  fc.array(secret, { maxLength: 2 }),
  fc.record({ text: secret, display: secret }),
  fc.array(fc.record({ url: secret, valueString: secret, reference: secret, value: secret }), { maxLength: 2 }),
);

/** Adds hidden things to every object of the resource, at every depth, without touching what is listed. */
function salt(value: unknown, extra: Readonly<Record<string, unknown>>): unknown {
  if (Array.isArray(value)) return value.map((item) => salt(item, extra));
  if (typeof value !== 'object' || value === null) return value;
  const own = Object.fromEntries(Object.entries(value).map(([name, item]) => [name, salt(item, extra)]));
  return { ...extra, ...own };
}

const proven = (found: Minimised): void => {
  for (const record of found.records) expect(careRecordSchema.safeParse(record).success).toBe(true);
};

describe('R2: nothing unlisted comes through', () => {
  it('each of these is kept, so the next tests look at something', () => {
    for (const resource of KEPT) expect(run(resource).records.length, JSON.stringify(resource)).toBe(1);
  });

  it('free text, identifiers, extensions and persons at any depth of a kept resource', () => {
    const extra = fc.dictionary(fc.constantFrom(...HIDING), hidden, { maxKeys: 12 });
    fc.assert(
      fc.property(fc.constantFrom(...KEPT), extra, (resource, more) => {
        const plain = run(resource);
        const salted = run(salt(resource, more));
        expect(salted.records).toEqual(plain.records);
        expect(JSON.stringify(salted.records)).not.toContain(CANARY);
      }),
      { numRuns: 1000 },
    );
  });

  it('twin: a copy that only deletes known bad names would let something through', () => {
    const naive = (resource: unknown) =>
      JSON.stringify(resource, (name, value) =>
        ['text', 'note', 'identifier', 'extension'].includes(name) ? undefined : value,
      );
    fc.assert(
      fc.property(fc.constantFrom(...KEPT), (resource) => {
        expect(naive(salt(resource, { comment: CANARY }))).toContain(CANARY);
      }),
    );
  });

  it('words in the place of any listed code, unit, status or date', () => {
    const places = KEPT.slice(1);
    fc.assert(
      fc.property(fc.constantFrom(...places), secret, fc.nat(40), (resource, word, at) => {
        let seen = 0;
        const replaced: unknown = JSON.parse(JSON.stringify(resource), (name, value) => {
          const hit = name !== 'resourceType' && typeof value === 'string' && seen++ === at;
          return hit ? word : value;
        });
        const found = run(replaced);
        expect(JSON.stringify(found.records)).not.toContain(CANARY);
        proven(found);
      }),
      { numRuns: 1000 },
    );
  });

  it('resources of any shape: no throw, closed form, nothing invented', () => {
    const leaf = fc.oneof(
      secret,
      fc.constantFrom('2019-01-01', '1744', 'T90.02', 'A10BA02', NHG, ICPC, ATC, 'final', 'active', 'mg'),
      fc.double({ noNaN: true }),
      fc.boolean(),
      fc.constant(null),
    );
    const names = fc.constantFrom(
      'code',
      'coding',
      'system',
      'valueQuantity',
      'value',
      'unit',
      'component',
      'effectiveDateTime',
      'status',
      'dosageInstruction',
      'doseAndRate',
      'timing',
      'repeat',
      'medicationCodeableConcept',
      'onsetDateTime',
      'display',
    );
    const tree = fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('node'), { maxLength: 3 }),
        fc.dictionary(names, tie('node'), { maxKeys: 5 }),
      ),
    })).node;
    const type = fc.constantFrom(
      'Condition',
      'Observation',
      'MedicationRequest',
      'MedicationStatement',
      'AllergyIntolerance',
      'Immunization',
      'Encounter',
      'Composition',
      'DocumentReference',
    );
    fc.assert(
      fc.property(type, fc.dictionary(names, tree, { maxKeys: 6 }), (resourceType, body) => {
        const found = run({ ...body, resourceType });
        expect(JSON.stringify(found.records)).not.toContain(CANARY);
        proven(found);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('R2: episodes that must never leave', () => {
  const sensitive = fc
    .record({ chapter: fc.constantFrom('P', 'W', 'X', 'Y', 'Z'), number: fc.integer({ min: 1, max: 99 }) })
    .map(({ chapter, number }) => `${chapter}${String(number).padStart(2, '0')}`);
  it('mental health, sexuality, pregnancy and social problems, with any dates and status', () => {
    fc.assert(
      fc.property(sensitive, fc.constantFrom('active', 'resolved'), (code, status) => {
        const condition = {
          resourceType: 'Condition',
          code: coded(ICPC, code),
          onsetDateTime: '2015-01-01',
          clinicalStatus: { coding: [{ code: status }] },
        };
        expect(run(condition).records).toEqual([]);
      }),
    );
  });

  it('a listed problem does not take an unlisted code of the same problem along', () => {
    const both = {
      coding: [
        { system: ICPC, code: 'P76' },
        { system: ICPC, code: 'K86' },
        { system: 'http://snomed.info/sct', code: '35489007' },
      ],
    };
    const found = run({ resourceType: 'Condition', code: both, onsetDateTime: '2015-01-01' });
    expect(found.records).toEqual([{ kind: 'problem', codes: ['icpc|K86'], onset: '2015-01-01' }]);
  });

  it.each(['76690-7', '55277-8', '28245-9', '75443-2', '72514-3'])('a sensitive measurement, LOINC %s', (code) => {
    expect(
      run({
        resourceType: 'Observation',
        status: 'final',
        code: coded('http://loinc.org', code),
        effectiveDateTime: '2019-01-01',
        valueString: 'x',
      }).records,
    ).toEqual([]);
  });

  it.each([
    'Encounter',
    'Appointment',
    'Composition',
    'DocumentReference',
    'FamilyMemberHistory',
    'RelatedPerson',
    'Practitioner',
    'CarePlan',
    'QuestionnaireResponse',
    'Consent',
    'Flag',
    'Procedure',
  ])('R3: a whole %s', (resourceType) => {
    const body = {
      resourceType,
      code: coded(ICPC, 'T90.02'),
      name: [{ family: CANARY }],
      status: 'final',
      period: { start: '2019-01-01' },
    };
    expect(run(body).records).toEqual([]);
  });
});

describe('R6: no BSN', () => {
  const bsn = '999900006';
  it('is one that would be valid', () => expect(isBsn(bsn)).toBe(true));

  it.each<[string, object]>([
    ['as identifier', { identifier: [{ system: 'http://fhir.nl/fhir/NamingSystem/bsn', value: bsn }] }],
    [
      'as phone',
      {
        telecom: [
          { system: 'phone', value: bsn },
          { system: 'phone', value: `+${bsn}` },
        ],
      },
    ],
    ['in a name', { name: [{ family: `Jansen ${bsn}`, given: [bsn, '9999-0000-6'] }] }],
    ['in the text of a name', { name: [{ text: `Jansen (${bsn})` }] }],
  ])('%s', (_what, more) => {
    const text = JSON.stringify(run({ resourceType: 'Patient', birthDate: '1950-01-01', ...more }).records);
    expect(text.replaceAll(/[\s.-]/g, '')).not.toContain('99990000');
  });
});

describe('R3: other persons', () => {
  it('of a Patient only the own name, day of birth, sex and phone', () => {
    const found = run({
      resourceType: 'Patient',
      id: 'p1',
      identifier: [{ system: 'http://fhir.nl/fhir/NamingSystem/bsn', value: '999900006' }],
      extension: [
        { url: 'http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName', valueString: 'Marlo Towne' },
      ],
      name: [
        { use: 'maiden', family: 'De Vries' },
        { use: 'official', family: 'Jansen', given: ['Anna', 'Maria'] },
      ],
      telecom: [
        { system: 'email', value: 'a@example.org' },
        { system: 'phone', value: '0612345678' },
        { system: 'phone', value: 'vraag naar dochter Els' },
      ],
      address: [{ line: ['Dorpsstraat 1'], city: 'Ons Dorp' }],
      contact: [{ name: { family: 'Jansen', given: ['Els'] } }],
      gender: 'female',
      birthDate: '1950-01-01',
      maritalStatus: { text: 'weduwe' },
    });
    expect(found.records).toEqual([
      {
        kind: 'identity',
        family: 'Jansen',
        given: 'Anna Maria',
        birthDate: '1950-01-01',
        gender: 'female',
        phone: ['0612345678'],
      },
    ]);
  });
});
