/**
 * Records of a dossier as FHIR R4, for whoever takes a copy along (R53; docs/spec/own.md, "A copy"). Codes and units as they came; nothing
 * is added that the dossier does not hold. Pure: the same records give the same resources.
 */

import { SYSTEM } from '@ketenkluis/fhir';
import { ANSWERS, MEDICATION_NAMES, PARAMETERS, PROGRAMMES, type ProgrammeId, VACCINATIONS } from './catalogue.ts';
import type { CareRecord, IdentityRecord, MeasurementRecord, MedicationRecord } from './records.ts';
import { RECORD_SYSTEMS } from './short.ts';
import { allergyNames, problemNames } from './view.ts';

export interface Coded {
  readonly coding?: readonly { readonly system: string; readonly code: string }[];
  readonly text?: string;
}
/** A resource as JSON holds it; `resourceType` and `id` on every one. */
export interface FhirResource {
  readonly resourceType: string;
  readonly id: string;
  readonly [field: string]: unknown;
}

/** Where our own words stand: names of vaccinations that the copy keeps by group. */
const VACCINATION = 'urn:ketenkluis:fhir:vaccination';
const ABSENT = 'http://terminology.hl7.org/CodeSystem/data-absent-reason';
const ALLERGY = 'http://terminology.hl7.org/CodeSystem/allergyintolerance';

const when = <K extends string, V>(field: K, value: V | undefined): { readonly [P in K]?: V } =>
  value === undefined ? {} : ({ [field]: value } as { [P in K]: V });
const coding = (key: string) => {
  const bar = key.indexOf('|');
  return {
    system: RECORD_SYSTEMS[key.slice(0, bar)] ?? `urn:ketenkluis:fhir:${key.slice(0, bar)}`,
    code: key.slice(bar + 1),
  };
};
const coded = (codes: readonly string[], text: string): Coded => ({ coding: codes.map(coding), text });
const state = (system: string, code: string) => ({ coding: [{ system, code }] });

function quantity(value: string, unit: string | undefined, comparator: string | undefined, ucum: boolean) {
  const code = unit !== undefined && ucum ? { system: SYSTEM.ucum, code: unit } : {};
  return { value: Number(value), ...when('comparator', comparator), ...when('unit', unit), ...code };
}

/** The value as the source said it: the number and unit from before our conversion where there was one. */
function saidValue(record: MeasurementRecord) {
  const { answer, original, value, comparator, parameter } = record;
  if (answer !== undefined && answer.length > 0) {
    if (answer.length === 1 && (answer[0] === 'yes' || answer[0] === 'no'))
      return { valueBoolean: answer[0] === 'yes' };
    const words = answer.map((code) => ANSWERS[code]?.nl ?? code).join(', ');
    return {
      valueCodeableConcept: coded(
        answer.filter((code) => code.includes('|')),
        words,
      ),
    };
  }
  if (original !== undefined) return { valueQuantity: quantity(original.value, original.unit, comparator, false) };
  if (value !== undefined) return { valueQuantity: quantity(value, PARAMETERS[parameter].unit, comparator, true) };
  return { dataAbsentReason: { coding: [{ system: ABSENT, code: 'unknown' }] } };
}

function patient(id: string, record: IdentityRecord | undefined): FhirResource {
  const { family, given, birthDate, gender, phone, died } = record ?? {};
  const name =
    family === undefined && given === undefined
      ? undefined
      : [{ ...when('family', family), ...when('given', given === undefined ? undefined : [given]) }];
  return {
    ...{ resourceType: 'Patient', id },
    ...when('name', name),
    ...when('birthDate', birthDate),
    ...when('gender', gender),
    ...when(
      'telecom',
      phone?.map((value) => ({ system: 'phone', value })),
    ),
    ...(died === undefined ? {} : died === true ? { deceasedBoolean: true } : { deceasedDateTime: died }),
  };
}

function dosage({ dose, times, asNeeded }: MedicationRecord) {
  if (dose === undefined && times === undefined && asNeeded === undefined) return undefined;
  // FHIR counts times in whole numbers; what is none stands in words.
  const whole = times !== undefined && /^[1-9]\d{0,8}$/.test(times.frequency);
  const repeat =
    times === undefined
      ? undefined
      : { frequency: Number(times.frequency), period: Number(times.period), periodUnit: times.unit };
  return [
    {
      ...when('text', times === undefined || whole ? undefined : `${times.frequency} / ${times.period} ${times.unit}`),
      ...when('timing', whole ? { repeat } : undefined),
      ...when('asNeededBoolean', asNeeded),
      ...when(
        'doseAndRate',
        dose === undefined ? undefined : [{ doseQuantity: quantity(dose.value, dose.unit, undefined, true) }],
      ),
    },
  ];
}

/** One record; null for the identity, which is the Patient itself. */
function resourceOf(record: Exclude<CareRecord, IdentityRecord>, id: string, subject: object): FhirResource {
  switch (record.kind) {
    case 'problem':
      return {
        ...{ resourceType: 'Condition', id, subject },
        // The selection takes no other.
        clinicalStatus: state(SYSTEM.conditionClinical, 'active'),
        verificationStatus: state(SYSTEM.conditionVerification, record.verification ?? 'confirmed'),
        code: coded(record.codes, problemNames(record.codes[0] ?? '').nl),
        ...when('onsetDateTime', record.onset),
      };
    case 'measurement':
      return {
        ...{ resourceType: 'Observation', id, subject },
        status: record.preliminary ? 'preliminary' : 'final',
        code: coded([record.code], PARAMETERS[record.parameter].nl),
        effectiveDateTime: record.date,
        ...saidValue(record),
        ...when('note', record.mark === undefined ? undefined : [{ text: record.mark }]),
      };
    case 'medication':
      return {
        ...{ resourceType: 'MedicationStatement', id, subject, status: record.status },
        medicationCodeableConcept: coded([`atc|${record.atc}`], MEDICATION_NAMES[record.atc] ?? record.atc),
        ...when(
          'effectivePeriod',
          record.start === undefined && record.end === undefined
            ? undefined
            : { ...when('start', record.start), ...when('end', record.end) },
        ),
        ...when('dosage', dosage(record)),
      };
    case 'allergy':
      return {
        ...{ resourceType: 'AllergyIntolerance', id, patient: subject },
        clinicalStatus: state(`${ALLERGY}-clinical`, 'active'),
        // R4 has no "presumed": the nearest code, and the word as it came.
        verificationStatus: {
          ...state(`${ALLERGY}-verification`, record.verification === undefined ? 'confirmed' : 'unconfirmed'),
          ...when('text', record.verification === 'presumed' ? 'presumed' : undefined),
        },
        ...when('criticality', record.criticality),
        code: coded(record.codes, allergyNames(record).nl),
        ...when('recordedDate', record.recorded),
      };
    case 'vaccination':
      return {
        ...{ resourceType: 'Immunization', id, patient: subject, status: 'completed' },
        vaccineCode: {
          coding: [{ system: VACCINATION, code: record.vaccination }],
          text: VACCINATIONS[record.vaccination].nl,
        },
        occurrenceDateTime: record.date,
      };
  }
}

export interface RecordEntry {
  readonly fullUrl: string;
  readonly resource: FhirResource;
}

/** Entries of a Bundle: the patient first, then every record in its order, then the programmes. `nextId` gives a fresh UUID each time. */
export function recordEntries(
  records: readonly CareRecord[],
  programmes: readonly ProgrammeId[],
  nextId: () => string,
): readonly RecordEntry[] {
  const entry = (make: (id: string) => FhirResource): RecordEntry => {
    const id = nextId();
    return { fullUrl: `urn:uuid:${id}`, resource: make(id) };
  };
  const identity = records.find((one) => one.kind === 'identity');
  const first = entry((id) => patient(id, identity));
  const subject = { reference: first.fullUrl };
  const rest = records.flatMap((record) =>
    record.kind === 'identity' ? [] : [entry((id) => resourceOf(record, id, subject))],
  );
  const care = programmes.map((programme) =>
    entry((id) => ({
      ...{ resourceType: 'EpisodeOfCare', id, status: 'active', patient: subject },
      type: [
        { coding: [{ system: 'urn:ketenkluis:fhir:programme', code: programme }], text: PROGRAMMES[programme].nl },
      ],
    })),
  );
  return [first, ...rest, ...care];
}
