import { addDays, parseLocalDate } from '@ketenkluis/base';
import { compileSelection, PROGRAMMES, type ProgrammeId } from '@ketenkluis/care';
import { SYSTEM } from '@ketenkluis/fhir';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memorySource } from './memory.ts';
import { type PracticeOptions, readPractice } from './practice.ts';

const asOf = parseLocalDate('2020-06-15');
const selection = compileSelection(Object.values(PROGRAMMES));

/** Everything that came out of a reading, as text. */
async function outcome(
  texts: Record<string, string>,
  parseAll: boolean,
  enrolled: PracticeOptions['enrolled'],
  chunk: number,
) {
  let taken: unknown[] = [];
  const reading = await readPractice(memorySource(texts, chunk), {
    asOf,
    selection,
    enrolled,
    booked: { from: addDays(asOf, -7), to: addDays(asOf, 14) },
    worked: addDays(asOf, -76),
    parseAll,
    sink: {
      restart() {
        taken = [];
      },
      records: (...all) => taken.push(all),
      contact: (...all) => taken.push(all),
      booking: (...all) => taken.push(all),
      registration: (...all) => taken.push(all),
      work: (...all) => taken.push(all),
    },
  });
  const { patients, candidates, byCode, fields } = reading;
  return { taken, patients, candidates, byCode, enrolled: reading.enrolled, kept: fields.kept };
}

const ids = ['a', 'b', 'ab', 'a.1', 'a-1', 'b_2'];
const id = fc.constantFrom(...ids);
const SNOMED = 'http://snomed.info/sct';
const systems = {
  snomed: [SNOMED, 'urn:oid:2.16.840.1.113883.6.96', 'http://snomed.info/sct/11000146104'],
  icpc: ['http://hl7.org/fhir/sid/icpc-1-nl'],
};
const problem = fc.oneof(
  fc.record({
    system: fc.constantFrom(...systems.snomed),
    code: fc.constantFrom('44054006', '38341003', '195967001', '1'),
  }),
  fc.record({ system: fc.constantFrom(...systems.icpc), code: fc.constantFrom('T90.02', 'K86', 'R95', 'P76', 'T90') }),
);
const measured = fc.oneof(
  fc.record({
    system: fc.constant('http://loinc.org'),
    code: fc.constantFrom('4548-4', '8302-2', '29463-7', '55284-4', '9999-9'),
  }),
  fc.record({
    system: fc.constant('https://referentiemodel.nhg.org/tabellen/nhg-tabel-45-diagnostische-bepalingen'),
    code: fc.constantFrom('2816', '1744', '3828', '3830', '560', '77'),
  }),
);
const ordered = fc.oneof(
  fc.record({ system: fc.constant('http://www.whocc.no/atc'), code: fc.constantFrom('A10BA02', 'C09AA02', 'N05BA01') }),
  fc.record({
    system: fc.constant('http://www.nlm.nih.gov/research/umls/rxnorm'),
    code: fc.constantFrom('316672', '1', '2'),
  }),
);
const DATES = [
  '2020-06-15',
  '2020-06-14T23:30:00Z',
  '2020-06-16',
  '2020',
  '2015-06',
  '2015-06-14T22:30:00Z',
  '2015-06-15',
  '2015-06-14',
  '2010-06-16',
  '2010-06-14',
  '2009',
  '2018-06-16',
  '2018-06-14',
  '1999-01-01',
  '2021-01-01T00:00:00+14:00',
  '2020-02-30',
  // A first day of work, and the first on which one that still runs may have begun.
  '2020-03-31',
  '2020-04-01',
  '2019-12-30',
  '2019-12-31',
];
const date = fc.constantFrom(...DATES);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const concept = (coding: fc.Arbitrary<object>) =>
  fc.record({ coding: fc.array(coding, { minLength: 1, maxLength: 2 }) });
const reference = fc.oneof(
  id.map((one) => ({ reference: `Patient/${one}` })),
  id.map((one) => ({ reference: `https://his.example/fhir/Patient/${one}` })),
  id.map((one) => ({ reference: `Patient/${one}/_history/3`, display: 'Patient/zz' })),
  fc.constantFrom({ reference: 'Group/a' }, { reference: 'Patient?identifier=x|a' }, { display: 'Patient/a' }, {}),
);
const number = fc.constantFrom('1', '2', '3', '4', '5', '6');

const resource = fc.oneof(
  fc.record({
    resourceType: fc.constant('Patient'),
    id,
    birthDate: fc.constantFrom('1960-01-01', '2004-06-15', '2004-06-16', '2010-01-01', '1960'),
    deceasedDateTime: maybe(fc.constantFrom('2020-06-15', '2020-06-16')),
    name: fc.constant([{ family: 'Fictief' }]),
  }),
  fc.record({
    resourceType: fc.constant('Condition'),
    id: number,
    code: concept(problem),
    subject: reference,
    onsetDateTime: maybe(date),
    abatementDateTime: maybe(fc.constantFrom('2020-06-15', '2021-01-01')),
    contained: maybe(fc.constant([{ resourceType: 'Observation', code: { coding: [{ code: '2816' }] } }])),
  }),
  fc.record({
    resourceType: fc.constant('Observation'),
    id: number,
    status: fc.constantFrom('final', 'entered-in-error'),
    code: concept(measured),
    subject: reference,
    effectiveDateTime: maybe(date),
    effectivePeriod: maybe(fc.record({ start: date })),
    issued: maybe(date),
    category: maybe(fc.constant([{ coding: [{ system: SYSTEM.observationCategory, code: 'laboratory' }] }])),
    valueQuantity: maybe(fc.constant({ value: 53, unit: 'mmol/mol', code: 'mmol/mol' })),
    component: maybe(
      fc.array(fc.record({ code: concept(measured), valueQuantity: fc.constant({ value: 120 }) }), { maxLength: 2 }),
    ),
    note: maybe(fc.constant([{ text: 'effective "issued": "2020-01-01" code"' }])),
  }),
  fc.record({
    resourceType: fc.constantFrom('MedicationRequest', 'MedicationStatement'),
    id: number,
    status: fc.constantFrom('active', 'stopped', 'completed', 'unknown', 'draft'),
    intent: fc.constant('order'),
    medicationCodeableConcept: maybe(concept(ordered)),
    medicationReference: maybe(fc.constantFrom({ reference: 'Medication/1' }, { reference: '#m' })),
    contained: maybe(
      fc.constant([
        {
          resourceType: 'Medication',
          id: 'm',
          code: { coding: [{ system: 'http://www.whocc.no/atc', code: 'A10BA02' }] },
        },
      ]),
    ),
    subject: reference,
    authoredOn: maybe(date),
    dispenseRequest: maybe(
      fc.record({ validityPeriod: fc.record({ start: maybe(date), end: maybe(date) }, { requiredKeys: [] }) }),
    ),
  }),
  fc.record({
    resourceType: fc.constant('Medication'),
    id: fc.constantFrom('1', '2'),
    code: concept(ordered),
  }),
  fc.record({
    resourceType: fc.constant('Immunization'),
    id: number,
    status: fc.constant('completed'),
    vaccineCode: concept(fc.constant({ system: 'http://hl7.org/fhir/sid/cvx', code: '140' })),
    patient: reference,
    occurrenceDateTime: maybe(date),
  }),
  fc.record({
    resourceType: fc.constant('AllergyIntolerance'),
    id: number,
    code: concept(
      fc.constantFrom({ system: SNOMED, code: '300916003' }, { system: 'http://www.whocc.no/atc', code: 'J01CA04' }),
    ),
    patient: reference,
  }),
  fc.record({
    resourceType: fc.constant('Encounter'),
    id: number,
    status: fc.constant('finished'),
    subject: reference,
    period: maybe(fc.record({ start: maybe(date), end: maybe(date) }, { requiredKeys: [] })),
  }),
  fc.record({
    resourceType: fc.constant('Appointment'),
    id: number,
    status: fc.constantFrom('booked', 'cancelled'),
    start: maybe(date),
    participant: fc.array(fc.record({ actor: reference }), { maxLength: 2 }),
  }),
  fc.record({
    resourceType: fc.constant('EpisodeOfCare'),
    id: number,
    status: fc.constant('active'),
    patient: reference,
    diagnosis: fc.array(fc.record({ condition: number.map((n) => ({ reference: `Condition/${n}` })) }), {
      maxLength: 1,
    }),
    period: maybe(fc.record({ start: maybe(date), end: maybe(date) }, { requiredKeys: [] })),
  }),
  fc.record({
    resourceType: fc.constant('Task'),
    id: number,
    status: fc.constantFrom('completed', 'entered-in-error'),
    code: maybe(fc.constant({ coding: [{ system: SYSTEM.work, code: 'meeting' }] })),
    for: reference,
    authoredOn: maybe(date),
    executionPeriod: maybe(fc.record({ start: maybe(date), end: maybe(date) }, { requiredKeys: [] })),
  }),
  fc.record({
    resourceType: fc.constant('Communication'),
    id: number,
    status: fc.constant('completed'),
    subject: reference,
    sent: maybe(date),
    received: maybe(date),
  }),
  fc.record({
    resourceType: fc.constantFrom('CarePlan', 'DiagnosticReport', 'ServiceRequest', 'Nonsense'),
    id: number,
    subject: reference,
  }),
);

/** Every legal spelling of the same JSON, and a few illegal ones. */
const line = fc
  .tuple(
    resource,
    fc.constantFrom(
      'plain',
      'plain',
      'plain',
      'spaced',
      'escaped',
      'slashed',
      'late type',
      'twice',
      'bundle',
      'broken',
    ),
    fc.nat(40),
  )
  .map(([value, spelling, at]) => {
    const text = JSON.stringify(value);
    const escapeAt = (position: number) => {
      // One letter inside some string, written as an escape.
      const letters = [...text.matchAll(/[A-Za-z0-9](?=[^"]*"(?:[,:}\]]))/g)].filter(
        (match) => !/[{[,:]\s*$/.test(text.slice(0, match.index)),
      );
      const found = letters[position % Math.max(letters.length, 1)];
      if (found === undefined) return text;
      const code = found[0].charCodeAt(0).toString(16).padStart(4, '0');
      const escaped = `${text.slice(0, found.index)}\\u${code}${text.slice(found.index + 1)}`;
      try {
        JSON.parse(escaped);
        return escaped;
      } catch {
        return text;
      }
    };
    switch (spelling) {
      case 'spaced':
        return text.replaceAll('":', '" : ').replaceAll(',"', ' ,\t"');
      case 'escaped':
        return escapeAt(at);
      case 'slashed':
        return text.replaceAll('/', '\\/');
      case 'late type': {
        const { resourceType, ...rest } = value;
        return JSON.stringify({ ...rest, resourceType });
      }
      case 'twice':
        return `${text.replace(/^\{"resourceType":"\w+"/, '{"resourceType":"CarePlan"').slice(0, -1)},"resourceType":"${value.resourceType}"}`;
      case 'bundle':
        return JSON.stringify({
          resourceType: 'Bundle',
          type: 'collection',
          entry: [{ fullUrl: 'urn:uuid:x', resource: value }],
        });
      case 'broken':
        return text.slice(0, -1);
      default:
        return text;
    }
  });

/** An entry with its members in any order, the type first, last or twice. */
const entry = fc
  .tuple(
    resource,
    fc.constantFrom('plain', 'url last', 'type last', 'twice', 'two resources'),
    fc.constantFrom('urn:uuid:a', 'urn:uuid:b'),
  )
  .map(([value, form, url]) => {
    const { resourceType, ...rest } = value;
    const text = JSON.stringify(value);
    switch (form) {
      case 'url last':
        return `{"resource":${text},"fullUrl":"${url}"}`;
      case 'type last':
        return `{"fullUrl":"${url}", "resource" : ${JSON.stringify({ ...rest, resourceType })}}`;
      case 'twice':
        return `{"fullUrl":"${url}","resource":{"resourceType":"Claim",${text.slice(1)}}`;
      case 'two resources':
        return `{"resource":{"resourceType":"Claim"},"resource":${text}}`;
      default:
        return `{"fullUrl":"${url}","resource":${text}}`;
    }
  });

/** Two patients who are candidates whatever else is in the files, so that most lines matter. */
const known = [
  '{"resourceType":"Patient","id":"a","birthDate":"1950-02-01","name":[{"family":"Fictief"}]}',
  '{"resourceType":"Patient","id":"ab","birthDate":"1970-02-01"}',
  `{"resourceType":"Condition","id":"k1","code":{"coding":[{"system":"${SNOMED}","code":"44054006"}]},"subject":{"reference":"Patient/a"},"onsetDateTime":"2001"}`,
  `{"resourceType":"Condition","id":"k2","code":{"coding":[{"system":"${SNOMED}","code":"38341003"}]},"subject":{"reference":"Patient/ab"},"onsetDateTime":"2001"}`,
].join('\n');

describe('the fast reading and its slow twin', () => {
  const enrolled = fc.constantFrom<PracticeOptions['enrolled']>('candidates', (patient) =>
    patient.startsWith('a') ? (['diabetes', 'cvrm'] as ProgrammeId[]) : [],
  );

  it('R2: skipping lines unparsed takes exactly the same as parsing all', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1, maxLength: 30 }),
        fc.array(line, { maxLength: 30 }),
        fc.constantFrom('\n', '\r\n', '\n\n'),
        enrolled,
        fc.constantFrom(7, 200, 5000),
        fc.array(entry, { maxLength: 6 }),
        async (one, two, end, who, chunk, entries) => {
          // A first file of one type only, so that it is taken on trust, and what follows in it may break that trust.
          const filler = Array.from({ length: 3 }, (_, i) => `{"resourceType":"DiagnosticReport","id":"d${i}"}`);
          const texts = {
            '0.ndjson': known,
            '1.ndjson': one.join(end),
            '2.ndjson': [...filler, ...two].join(end) + end,
            '3.json': `{\n"resourceType":"Bundle","entry":[\n${entries.join(',\n')}]}`,
          };
          expect(await outcome(texts, false, who, chunk)).toEqual(await outcome(texts, true, who, chunk));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('R2: every date on either side of every look-back is judged the same', async () => {
    const lines: string[] = [];
    const add = (value: object) =>
      lines.push(JSON.stringify({ ...value, id: `n${lines.length}`, subject: { reference: 'Patient/a' } }));
    const observed = ['effectiveDateTime', 'effectiveInstant', 'issued'];
    for (const day of [...DATES, '2015-06-13', '2010-06-15', '2010-06-14T22:30:00Z']) {
      for (const [system, code] of [
        ['http://loinc.org', '4548-4'],
        ['http://loinc.org', '8302-2'],
        [SYSTEM.nhg45, '3828'],
      ]) {
        const base = { resourceType: 'Observation', status: 'final', code: { coding: [{ system, code }] } };
        for (const name of observed) add({ ...base, [name]: day });
        add({ ...base, effectivePeriod: { start: day } });
      }
      for (const status of ['active', 'on-hold', 'unknown', 'stopped', 'completed']) {
        const medicationCodeableConcept = { coding: [{ system: SYSTEM.atc, code: 'A10BA02' }] };
        const base = { resourceType: 'MedicationRequest', status, intent: 'order', medicationCodeableConcept };
        add({ ...base, authoredOn: day });
        add({
          ...base,
          authoredOn: '2001-01-01',
          dispenseRequest: { validityPeriod: { start: '2001-01-01', end: day } },
        });
        add({ ...base, dispenseRequest: { validityPeriod: { start: day } } });
        const use = { ...base, resourceType: 'MedicationStatement' };
        add({ ...use, effectivePeriod: { end: day } });
        add({ ...use, effectiveDateTime: day });
        add({ ...use, dateAsserted: day });
      }
      add({ resourceType: 'Encounter', status: 'finished', period: { start: day } });
      add({
        resourceType: 'Immunization',
        status: 'completed',
        patient: { reference: 'Patient/a' },
        vaccineCode: { coding: [{ system: 'http://hl7.org/fhir/sid/cvx', code: '140' }] },
        occurrenceDateTime: day,
      });
    }
    const texts = { '0.ndjson': known, '1.ndjson': lines.join('\n') };
    const fast = await outcome(texts, false, 'candidates', 5000);
    expect(fast.taken.length).toBeGreaterThan(100);
    expect(fast).toEqual(await outcome(texts, true, 'candidates', 5000));
  });

  it('finds patients and problems behind 200 kB of another type', async () => {
    const filler = `${JSON.stringify({ resourceType: 'Claim', id: 'x', text: 'y'.repeat(1000) })}\n`.repeat(200);
    const patient = '{"resourceType":"Patient","id":"a","birthDate":"1960-01-01"}\n';
    const condition = `{"resourceType":"Condition","id":"1","code":{"coding":[{"system":"${SNOMED}","code":"44054006"}]},"subject":{"reference":"Patient/a"},"onsetDateTime":"2010-01-01"}\n`;
    const texts = { 'Claim.ndjson': filler + patient + condition };
    const fast = await outcome(texts, false, 'candidates', 65_536);
    expect(fast.candidates.diabetes).toBe(1);
    expect(fast).toEqual(await outcome(texts, true, 'candidates', 65_536));
  });
});
