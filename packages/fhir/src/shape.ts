/**
 * Holds a parsed resource to the narrow types of `resource.ts`: each field that is there has the right kind, each date
 * exists. Fields that are not in the narrow types are not looked at; they never leave the reader's hands unlisted.
 */

import { dateFault } from './dates.ts';
import type { RejectionCode } from './reject.ts';

type Fields = Readonly<Record<string, unknown>>;
export interface ShapeFault {
  readonly code: RejectionCode;
  readonly field: string;
}

/** A kind is a primitive, `name[]` for a list, or the name of a datatype below. */
type Table = Readonly<Record<string, Readonly<Record<string, string>>>>;

const coded = 'CodeableConcept';
const DATATYPES: Table = {
  Extension: {
    url: 'string',
    extension: 'Extension[]',
    valueCode: 'string',
    valueString: 'string',
    valueBoolean: 'boolean',
    valuePeriod: 'Period',
    valueCoding: 'Coding',
    valueCodeableConcept: coded,
    valueReference: 'Reference',
  },
  Coding: { system: 'string', version: 'string', code: 'string', display: 'string' },
  CodeableConcept: { extension: 'Extension[]', coding: 'Coding[]', text: 'string' },
  Quantity: { value: 'number', comparator: 'string', unit: 'string', system: 'string', code: 'string' },
  Period: { start: 'date', end: 'date' },
  Reference: { reference: 'string', type: 'string', identifier: 'Identifier', display: 'string' },
  Identifier: {
    extension: 'Extension[]',
    use: 'string',
    type: coded,
    system: 'string',
    value: 'string',
    _value: 'Element',
  },
  Element: { extension: 'Extension[]' },
  HumanName: {
    extension: 'Extension[]',
    use: 'string',
    text: 'string',
    family: 'string',
    given: 'text[]',
    prefix: 'text[]',
  },
  ContactPoint: { system: 'string', value: 'string', use: 'string' },
  Address: { use: 'string', line: 'text[]', city: 'string', postalCode: 'string', country: 'string' },
  Meta: { profile: 'text[]', versionId: 'string', lastUpdated: 'string' },
  Timing: { repeat: 'object' },
  Dose: { doseQuantity: 'Quantity' },
  Dosage: { sequence: 'number', text: 'string', timing: 'Timing', asNeededBoolean: 'boolean', doseAndRate: 'Dose[]' },
  Dispense: { validityPeriod: 'Period', quantity: 'Quantity' },
  Diagnosis: { condition: 'Reference', role: coded },
  PatientLink: { other: 'Reference', type: 'string' },
  EncounterParticipant: { individual: 'Reference', period: 'Period' },
  AppointmentParticipant: { actor: 'Reference', type: `${coded}[]`, status: 'string' },
  Component: {
    code: coded,
    valueQuantity: 'Quantity',
    valueCodeableConcept: coded,
    valueString: 'string',
    valueBoolean: 'boolean',
    valueInteger: 'number',
    valueDateTime: 'date',
  },
};

const base = { id: 'string', meta: 'Meta', extension: 'Extension[]', identifier: 'Identifier[]' } as const;
const medication = {
  ...base,
  status: 'string',
  medicationCodeableConcept: coded,
  medicationReference: 'Reference',
  subject: 'Reference',
} as const;

const RESOURCES: Table = {
  Patient: {
    ...base,
    active: 'boolean',
    name: 'HumanName[]',
    telecom: 'ContactPoint[]',
    gender: 'string',
    birthDate: 'date',
    deceasedBoolean: 'boolean',
    deceasedDateTime: 'date',
    address: 'Address[]',
    generalPractitioner: 'Reference[]',
    link: 'PatientLink[]',
  },
  Condition: {
    ...base,
    clinicalStatus: coded,
    verificationStatus: coded,
    category: `${coded}[]`,
    code: coded,
    subject: 'Reference',
    encounter: 'Reference',
    onsetDateTime: 'date',
    onsetPeriod: 'Period',
    abatementDateTime: 'date',
    abatementPeriod: 'Period',
    recordedDate: 'date',
  },
  EpisodeOfCare: {
    ...base,
    status: 'string',
    type: `${coded}[]`,
    diagnosis: 'Diagnosis[]',
    patient: 'Reference',
    period: 'Period',
  },
  Observation: {
    ...base,
    ...DATATYPES.Component,
    status: 'string',
    category: `${coded}[]`,
    subject: 'Reference',
    encounter: 'Reference',
    effectiveDateTime: 'date',
    effectivePeriod: 'Period',
    effectiveInstant: 'date',
    issued: 'date',
    component: 'Component[]',
  },
  MedicationRequest: {
    ...medication,
    intent: 'string',
    category: `${coded}[]`,
    encounter: 'Reference',
    authoredOn: 'date',
    dosageInstruction: 'Dosage[]',
    dispenseRequest: 'Dispense',
  },
  MedicationStatement: {
    ...medication,
    category: coded,
    effectiveDateTime: 'date',
    effectivePeriod: 'Period',
    dateAsserted: 'date',
    dosage: 'Dosage[]',
  },
  MedicationDispense: {
    ...medication,
    category: coded,
    quantity: 'Quantity',
    daysSupply: 'Quantity',
    whenPrepared: 'date',
    whenHandedOver: 'date',
    dosageInstruction: 'Dosage[]',
  },
  Medication: { ...base, code: coded },
  AllergyIntolerance: {
    ...base,
    clinicalStatus: coded,
    verificationStatus: coded,
    type: 'string',
    category: 'text[]',
    criticality: 'string',
    code: coded,
    patient: 'Reference',
    onsetDateTime: 'date',
    recordedDate: 'date',
  },
  Encounter: {
    ...base,
    status: 'string',
    class: 'Coding',
    type: `${coded}[]`,
    subject: 'Reference',
    participant: 'EncounterParticipant[]',
    period: 'Period',
    reasonCode: `${coded}[]`,
    diagnosis: 'Diagnosis[]',
    serviceProvider: 'Reference',
  },
  Appointment: {
    ...base,
    status: 'string',
    serviceType: `${coded}[]`,
    appointmentType: coded,
    start: 'date',
    end: 'date',
    minutesDuration: 'number',
    participant: 'AppointmentParticipant[]',
  },
  Procedure: {
    ...base,
    status: 'string',
    category: coded,
    code: coded,
    subject: 'Reference',
    encounter: 'Reference',
    performedDateTime: 'date',
    performedPeriod: 'Period',
  },
  Immunization: { ...base, status: 'string', vaccineCode: coded, patient: 'Reference', occurrenceDateTime: 'date' },
  Flag: { ...base, status: 'string', category: `${coded}[]`, code: coded, subject: 'Reference', period: 'Period' },
  Consent: {
    ...base,
    status: 'string',
    scope: coded,
    category: `${coded}[]`,
    patient: 'Reference',
    dateTime: 'date',
    provision: 'object',
  },
  Practitioner: { ...base, name: 'HumanName[]' },
  PractitionerRole: { ...base, active: 'boolean', practitioner: 'Reference', code: `${coded}[]` },
  Organization: { ...base, name: 'string' },
  DiagnosticReport: {
    ...base,
    status: 'string',
    subject: 'Reference',
    effectiveDateTime: 'date',
    effectivePeriod: 'Period',
    issued: 'date',
    resultsInterpreter: 'Reference[]',
  },
  Communication: {
    ...base,
    status: 'string',
    category: `${coded}[]`,
    medium: `${coded}[]`,
    subject: 'Reference',
    sent: 'date',
    received: 'date',
    sender: 'Reference',
    recipient: 'Reference[]',
  },
  ServiceRequest: {
    ...base,
    status: 'string',
    category: `${coded}[]`,
    subject: 'Reference',
    authoredOn: 'date',
    occurrencePeriod: 'Period',
    requester: 'Reference',
  },
  Task: {
    ...base,
    status: 'string',
    code: coded,
    for: 'Reference',
    authoredOn: 'date',
    executionPeriod: 'Period',
    performerType: `${coded}[]`,
    owner: 'Reference',
  },
};

type Checker = (value: unknown, field: string) => ShapeFault | undefined;
const wrong = (field: string): ShapeFault => ({ code: 'wrong-shape', field });

const primitive =
  (type: string): Checker =>
  (value, field) =>
    typeof value === type ? undefined : wrong(field);

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const CHECKERS: Record<string, Checker> = {
  string: primitive('string'),
  number: primitive('number'),
  boolean: primitive('boolean'),
  object: (value, field) => (isObject(value) ? undefined : wrong(field)),
  text: (value, field) => (typeof value === 'string' || value === null ? undefined : wrong(field)),
  date(value, field) {
    if (typeof value !== 'string') return wrong(field);
    const code = dateFault(value);
    return code === undefined ? undefined : { code, field };
  },
};

function list(element: Checker): Checker {
  return (value, field) => {
    if (!Array.isArray(value)) return wrong(field);
    for (const one of value) {
      const fault = element(one, field);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
}

function checkerOf(kind: string): Checker {
  let checker = CHECKERS[kind];
  if (checker === undefined) {
    checker = kind.endsWith('[]') ? list(checkerOf(kind.slice(0, -2))) : object(DATATYPES[kind]!);
    CHECKERS[kind] = checker;
  }
  return checker;
}

/** Looks the checkers up on first use, because datatypes refer to each other and to themselves. */
function object(table: Readonly<Record<string, string>>): Checker {
  let fields: ReadonlyMap<string, Checker> | undefined;
  return (value, at) => {
    if (!isObject(value)) return wrong(at);
    fields ??= new Map(Object.entries(table).map(([field, kind]) => [field, checkerOf(kind)]));
    for (const field in value) {
      const fault = fields.get(field)?.(value[field], field);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
}

const resources = new Map(Object.entries(RESOURCES).map(([type, table]) => [type, object(table)]));

/** Types whose fields are checked; of others only name and id count. */
export const isNarrowType = (type: string): boolean => resources.has(type);

/** The first fault in a resource of a narrow type; undefined when it is of the promised shape. */
export const shapeFault = (type: string, resource: unknown): ShapeFault | undefined =>
  resources.get(type)?.(resource, type);

export const MAX_DEPTH = 64;

/**
 * Counts the scalar leaves (null included). Answers a fault when the value is nested deeper than 64 levels or has a key
 * that means something to JavaScript itself; no field of FHIR does.
 */
export function leaves(value: unknown, depth = 0): number | 'too-deep' | 'prototype-key' {
  if (typeof value !== 'object' || value === null) return 1;
  if (depth >= MAX_DEPTH) return 'too-deep';
  let count = 0;
  // Written out for lists and objects: this walks every parsed record, and for-in over a list costs ten times as much.
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const below = leaves(value[i], depth + 1);
      if (typeof below === 'string') return below;
      count += below;
    }
    return count;
  }
  const keys = Object.keys(value);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    const inner = (value as Fields)[key];
    if (key === '__proto__' || key === 'constructor' || key === 'prototype') return 'prototype-key';
    if (typeof inner !== 'object' || inner === null) count++;
    else {
      const below = leaves(inner, depth + 1);
      if (typeof below === 'string') return below;
      count += below;
    }
  }
  return count;
}
