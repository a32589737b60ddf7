/** A small practice made by hand, as Bulk Data NDJSON: every third patient diabetic, every third hypertensive, the rest neither. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SYSTEM } from '@ketenkluis/fhir';

export interface MadePatient {
  readonly id: string;
  readonly family: string;
  readonly kind: 'diabetes' | 'cvrm' | 'none';
  /** Systolic pressures, newest last; a change here changes one scope. */
  readonly systolic: readonly number[];
  readonly hba1c: readonly number[];
  readonly died?: boolean;
  readonly bsn?: string;
  readonly birthDate?: string;
  /** To other patients. */
  readonly links?: readonly { readonly type: string; readonly other: string }[];
  readonly appointments?: readonly MadeAppointment[];
  /** Further records as they stand in the source. */
  readonly more?: readonly { readonly resourceType: string }[];
}

/** Twenty minutes of Dutch winter time, with the assistant unless somebody else is named. */
export interface MadeAppointment {
  readonly id: string;
  readonly start: string;
  readonly status?: string;
  readonly by?: string;
  readonly kind?: string;
}

const KINDS = ['diabetes', 'cvrm', 'none'] as const;

export const madePatients = (count: number): MadePatient[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `pat-${i}`,
    family: `Verzonnen${i}`,
    kind: KINDS[i % 3]!,
    systolic: [138 + (i % 20), 141 + (i % 9)],
    hba1c: [48 + (i % 17)],
  }));

const STAFF = { assistant: '3256', gp: '2211' } as const;

const appointment = (patient: string, { id, start, status = 'booked', by = 'assistant', kind }: MadeAppointment) => ({
  resourceType: 'Appointment',
  id,
  status,
  appointmentType: { coding: [{ system: SYSTEM.appointmentKind, code: kind ?? 'ROUTINE' }] },
  description: 'vrije tekst van de afspraak',
  start: `${start}:00+01:00`,
  participant: [
    { actor: { reference: `Patient/${patient}` }, status: 'accepted' },
    { actor: { reference: `PractitionerRole/${by}` }, status: 'accepted' },
  ],
});

const observation = (id: string, patient: string, code: string, value: number, unit: string, day: string) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { coding: [{ system: SYSTEM.nhg45, code }] },
  subject: { reference: `Patient/${patient}` },
  effectiveDateTime: day,
  valueQuantity: { value, unit, system: 'http://unitsofmeasure.org', code: unit },
  note: [{ text: 'vrije tekst die blijft' }],
});

/** The lines by file name. */
export function madeFiles(patients: readonly MadePatient[]): Map<string, string> {
  const lines = new Map<string, unknown[]>();
  const add = (file: string, resource: unknown) => void lines.set(file, [...(lines.get(file) ?? []), resource]);
  for (const [id, code] of Object.entries(STAFF))
    add('PractitionerRole', {
      resourceType: 'PractitionerRole',
      id,
      code: [{ coding: [{ system: SYSTEM.isco, code }] }],
    });
  for (const {
    id,
    family,
    kind,
    systolic,
    hba1c,
    died,
    bsn,
    birthDate,
    links,
    appointments = [],
    more = [],
  } of patients) {
    for (const one of more) add(one.resourceType, one);
    for (const one of appointments) add('Appointment', appointment(id, one));
    add('Patient', {
      resourceType: 'Patient',
      id,
      ...(bsn === undefined ? {} : { identifier: [{ system: SYSTEM.bsn, value: bsn }] }),
      name: [{ use: 'official', family, given: ['Test'] }],
      gender: 'female',
      birthDate: birthDate ?? '1950-06-15',
      ...(links && { link: links.map(({ type, other }) => ({ type, other: { reference: `Patient/${other}` } })) }),
      address: [{ line: ['Blijfstraat 1'], city: 'Nergens' }],
      ...(died ? { deceasedDateTime: '2025-11-01' } : {}),
    });
    if (kind !== 'none') {
      const code = kind === 'diabetes' ? 'T90.02' : 'K86';
      add('Condition', {
        resourceType: 'Condition',
        id: `con-${id}`,
        clinicalStatus: { coding: [{ code: 'active' }] },
        code: { coding: [{ system: SYSTEM.icpc, code }] },
        subject: { reference: `Patient/${id}` },
        onsetDateTime: '2015-03-01',
      });
      add('MedicationRequest', {
        resourceType: 'MedicationRequest',
        id: `med-${id}`,
        status: 'active',
        intent: 'order',
        medicationCodeableConcept: {
          coding: [{ system: SYSTEM.atc, code: kind === 'diabetes' ? 'A10BA02' : 'C09AA05' }],
        },
        subject: { reference: `Patient/${id}` },
        authoredOn: '2025-06-01',
      });
    }
    for (const [i, value] of systolic.entries()) {
      add('Observation', observation(`sys-${id}-${i}`, id, '1744', value, 'mm[Hg]', `2025-0${i + 3}-01`));
    }
    for (const [i, value] of hba1c.entries()) {
      add('Observation', observation(`hba-${id}-${i}`, id, '2816', value, 'mmol/mol', `2025-0${i + 4}-02`));
    }
    add('Encounter', {
      resourceType: 'Encounter',
      id: `enc-${id}`,
      status: 'finished',
      class: { code: 'AMB' },
      subject: { reference: `Patient/${id}` },
      period: { start: '2025-04-01T09:00:00+02:00' },
    });
  }
  return new Map(
    [...lines].map(([type, list]) => [`${type}.ndjson`, `${list.map((one) => JSON.stringify(one)).join('\n')}\n`]),
  );
}

export function writeMade(dir: string, patients: readonly MadePatient[]): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  for (const [name, text] of madeFiles(patients)) writeFileSync(join(dir, name), text);
}
