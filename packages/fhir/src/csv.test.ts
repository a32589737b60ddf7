import { describe, expect, it } from 'vitest';
import { readFile } from './read.ts';
import type { FhirRecord } from './reading.ts';
import type { Rejection } from './reject.ts';

async function read(text: string | Uint8Array) {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const resources: FhirRecord['resource'][] = [];
  const rejected: Rejection[] = [];
  await readFile(
    {
      name: 'x.csv',
      async *open() {
        yield bytes;
      },
    },
    { record: (record) => resources.push(record.resource), reject: (one) => rejected.push(one) },
  );
  const named = rejected.map(({ line, code, field }) =>
    field === undefined ? `${line} ${code}` : `${line} ${code} ${field}`,
  );
  return { resources, named };
}

const PATIENTS =
  'patientnummer;bsn;achternaam;tussenvoegsel;voornamen;geboortedatum;geslacht;overlijdensdatum;telefoon';
const MEASURED = 'patientnummer;datum;bepaling;waarde;eenheid;antwoord';

describe('the documented CSV', () => {
  it('reads the tables as R4 resources, with Excel byte order mark and CR LF', async () => {
    const patients = await read(
      `\ufeff${PATIENTS}\r\n12;012345672;Berg;van den;Jan Piet;31-12-1950;M;;0612345678\r\n13;;;;;1960-02-03;v;01-05-2020;\r\n`,
    );
    expect(patients.named).toEqual([]);
    expect(patients.resources).toEqual([
      {
        resourceType: 'Patient',
        id: '12',
        identifier: [{ system: 'http://fhir.nl/fhir/NamingSystem/bsn', value: '012345672' }],
        name: [{ family: 'van den Berg', given: ['Jan', 'Piet'] }],
        gender: 'male',
        birthDate: '1950-12-31',
        telecom: [{ system: 'phone', value: '0612345678' }],
      },
      { resourceType: 'Patient', id: '13', gender: 'female', birthDate: '1960-02-03', deceasedDateTime: '2020-05-01' },
    ]);

    const work = await read(
      'patientnummer;datum;werk;tot;uitvoerder;medewerker\n12;10-01-2020;overleg;;poh;\n12;2020-01-10;taak;2020-02-01;;p.7\n12;2020-01-10;taak;2020-01-09;;\n12;2020-01-10;koffie;;;\n',
    );
    expect(work.named).toEqual(['4 csv-value tot', '5 csv-value werk']);
    expect(work.resources).toEqual([
      {
        ...{ resourceType: 'Task', id: '12-werk-2020-01-10-meeting-2221', status: 'completed' },
        code: { coding: [{ system: 'urn:ketenkluis:fhir:work', code: 'meeting' }] },
        ...{ for: { reference: 'Patient/12' }, executionPeriod: { start: '2020-01-10' } },
        performerType: [{ coding: [{ system: 'urn:oid:2.16.840.1.113883.2.9.6.2.7', code: '2221' }] }],
      },
      expect.objectContaining({
        executionPeriod: { start: '2020-01-10', end: '2020-02-01' },
        owner: { reference: 'Practitioner/p.7' },
      }),
    ]);

    const episodes = await read(
      'patientnummer;icpc;begindatum;einddatum;status\n12;T90.02;1-3-2011;;actief\n12;K86;;;\n',
    );
    expect(episodes.resources).toMatchObject([
      {
        resourceType: 'Condition',
        code: { coding: [{ system: 'http://hl7.org/fhir/sid/icpc-1-nl', code: 'T90.02' }] },
        subject: { reference: 'Patient/12' },
        onsetDateTime: '2011-03-01',
        clinicalStatus: { coding: [{ code: 'active' }] },
      },
      { resourceType: 'Condition', code: { coding: [{ code: 'K86' }] } },
    ]);

    const measured = await read(
      `${MEASURED}\n12;2020-01-10;2816;53;mmol/mol;\n12;2020-01-10;1739;;;4\n12;2020-01-10;40;<3;mg/mmol;\n`,
    );
    expect(measured.named).toEqual([]);
    expect(measured.resources).toMatchObject([
      { resourceType: 'Observation', status: 'final', valueQuantity: { value: 53, unit: 'mmol/mol' } },
      { valueCodeableConcept: { coding: [{ system: expect.stringContaining('#resultaten'), code: '4' }] } },
      { valueQuantity: { value: 3, comparator: '<' } },
    ]);

    const medication = await read(
      'patientnummer;atc;prk;begindatum;einddatum;status\n12;A10BA02;1333;2019-01-01;2020-01-01;gestopt\n',
    );
    expect(medication.resources).toMatchObject([
      {
        resourceType: 'MedicationRequest',
        status: 'stopped',
        medicationCodeableConcept: {
          coding: [{ code: 'A10BA02' }, { system: 'urn:oid:2.16.840.1.113883.2.4.4.10', code: '1333' }],
        },
        dispenseRequest: { validityPeriod: { start: '2019-01-01', end: '2020-01-01' } },
      },
    ]);

    const appointments = await read(
      'patientnummer;datum;tijd;status\n12;2020-01-10;9:05;geweest\n12;2020-07-10;09:05;gepland\n',
    );
    expect(appointments.resources).toMatchObject([
      { resourceType: 'Appointment', status: 'fulfilled', start: '2020-01-10T08:05:00.000Z' },
      { status: 'booked', start: '2020-07-10T07:05:00.000Z', participant: [{ actor: { reference: 'Patient/12' } }] },
    ]);
  });

  it('below and above a bound are two facts, not one that came twice', async () => {
    const { resources, named } = await read(
      `${MEASURED}\n12;2020-01-10;3583;<60;;\n12;2020-01-10;3583;>60;;\n12;2020-01-10;3583;>=60;;\n12;2020-01-10;3583;60;;\n`,
    );
    expect(named).toEqual([]);
    expect(new Set(resources.map(({ id }) => id)).size).toBe(4);
  });

  it('gives a row the same id whatever row it stands on', async () => {
    const one = await read(`${MEASURED}\n12;2020-01-10;2816;53;mmol/mol;\n`);
    const two = await read(`${MEASURED}\n\n99;2020-01-10;2816;48;mmol/mol;\n12;10-01-2020;2816;53;mmol/mol;\n`);
    expect(two.resources[1]?.id).toBe(one.resources[0]?.id);
  });

  it('names the wrong separator, a foreign header, another encoding', async () => {
    expect((await read(`${PATIENTS.replaceAll(';', ',')}\n12,,,,,1950-12-31,m,,\n`)).named).toEqual([
      '1 csv-separator',
    ]);
    expect((await read(`${PATIENTS.replaceAll(';', '\t')}\n`)).named).toEqual(['1 csv-separator']);
    expect((await read('patientnummer;kleur\n12;rood\n')).named).toEqual(['1 csv-header']);
    const latin = Uint8Array.from(`${PATIENTS}\n12;;Dani\xebl;;;1950-12-31;m;;\n13;;Vos;;;1950-12-31;m;;\n`, (char) =>
      char.charCodeAt(0),
    );
    const read2 = await read(latin);
    expect(read2.named).toEqual(['2 csv-encoding']);
    expect(read2.resources).toHaveLength(1);
  });

  it.each([
    ['12;2020-01-10;2816;1.234,5;mmol/mol;', '2 csv-number waarde'],
    ['12;2020-01-10;2816;hoog;mmol/mol;', '2 csv-number waarde'],
    ['12;2020-02-30;2816;53;mmol/mol;', '2 csv-date datum'],
    ['12;10/1/20;2816;53;mmol/mol;', '2 csv-date datum'],
    ['12;2020-01-10;HbA1c;53;mmol/mol;', '2 csv-value bepaling'],
    ['a b;2020-01-10;2816;53;mmol/mol;', '2 csv-value patientnummer'],
    [';2020-01-10;2816;53;mmol/mol;', '2 csv-missing patientnummer'],
    ['12;2020-01-10;2816;53', '2 csv-columns'],
    ['12;2020-01-10;2816;=1+1;mmol/mol;', '2 csv-formula waarde'],
    ['12;2020-01-10;2816;53;@SUM(A1);', '2 csv-formula eenheid'],
    ['12;2020-01-10;2816;53;+cmd|x;', '2 csv-formula eenheid'],
    ['12;2020-01-10;2816;53;"mmol/mol;', '2 csv-quotes'],
    ['12;2020-01-10;2816;53;mm"ol"/mol;', '2 csv-quotes'],
  ])('names a bad row and reads the others: %s', async (row, fault) => {
    const { named, resources } = await read(
      `${MEASURED}\n${row}\n13;2020-01-10;2816;-0.5;mmol/mol;\n14;2020-01-10;2816;48;"mmol/mol";\n`,
    );
    expect(named).toEqual([fault]);
    expect(resources.map((one) => (one as { valueQuantity?: { value?: number } }).valueQuantity?.value)).toEqual([
      -0.5, 48,
    ]);
  });

  it('takes a decimal comma as a decimal, and says so once per file', async () => {
    const { named, resources } = await read(
      `${MEASURED}\n12;2020-01-10;542;2,6;mmol/l;\n12;2020-01-11;542;2,7;mmol/l;\n`,
    );
    expect(named).toEqual(['2 csv-decimal-comma']);
    expect(resources).toMatchObject([{ valueQuantity: { value: 2.6 } }, { valueQuantity: { value: 2.7 } }]);
  });

  it('reads 60,000 rows in blocks with the right line numbers', async () => {
    const rows = Array.from({ length: 60_000 }, (_, i) => `${i};2020-01-10;2816;${i === 50_000 ? 'x' : 53};mmol/mol;`);
    const { named, resources } = await read(`${MEASURED}\n${rows.join('\n')}\n`);
    expect(named).toEqual(['50002 csv-number waarde']);
    expect(resources).toHaveLength(59_999);
  });
});
