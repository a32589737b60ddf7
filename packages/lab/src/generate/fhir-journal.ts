/** The journal of a contact, appointments, and what else lies in a record. */

import { utf8 } from '@ketenkluis/base';
import { SYSTEM } from '@ketenkluis/fhir';
import type {
  AllergyIntolerance,
  Appointment,
  Composition,
  DocumentReference,
  FamilyMemberHistory,
  Immunization,
  Observation,
  Resource,
} from '@medplum/fhirtypes';
import { dateTime, isoDay } from './calendar.ts';
import { coding, concept, encounterId, type Frame, HL7_CODES } from './fhir-parts.ts';
import { NICTIZ, narrative, profile, roleReference } from './fhir-person.ts';
import type { Visit } from './model.ts';

/** Base64 of UTF-8 without Node's Buffer and without large argument lists. */
function base64(text: string): string {
  let binary = '';
  for (const byte of utf8(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}

const SECTION = {
  s: coding(SYSTEM.snomed, '255362007', 'Subjectief'),
  o: coding(SYSTEM.snomed, '260224007', 'Objectief'),
  e: coding(SYSTEM.snomed, '129265001', 'Evaluatie'),
  p: coding(SYSTEM.snomed, '129271007', 'Plan'),
} as const;
const LINES = ['s', 'o', 'e', 'p'] as const;

/** The journal of one contact: a Composition; one in six also as line Observations, text in `valueString`. */
export function* journal(f: Frame, one: Visit, index: number): Generator<Resource> {
  const { soep } = one;
  if (soep === undefined) return;
  const asLines = index % 6 === 0;
  const icpc = {
    url: `${NICTIZ}ext-SOAPReport.SOAPLineCode`,
    valueCodeableConcept: concept(coding(SYSTEM.icpc, soep.icpc)),
  };
  if (asLines) {
    for (const line of LINES) {
      const observed: Observation = {
        resourceType: 'Observation',
        id: `jrn-${f.key}-${index}${line}`,
        meta: profile('nl-core-SOAPReport.SOAPLine'),
        ...(line === 'e' ? { extension: [icpc] } : {}),
        status: 'final',
        code: concept(SECTION[line]),
        subject: f.patient,
        encounter: { reference: `Encounter/${encounterId(f.key, index)}` },
        effectiveDateTime: dateTime(one.day, one.minute),
        performer: [{ reference: `PractitionerRole/rol-${one.by}` }],
        valueString: soep[line],
      };
      yield observed;
    }
  }
  const report: Composition = {
    resourceType: 'Composition',
    id: `cmp-${f.key}-${index}`,
    meta: profile('nl-core-SOAPReport'),
    status: 'final',
    type: concept(coding(SYSTEM.snomed, '11591000146107', 'patiëntcontactverslag')),
    subject: f.named,
    encounter: { reference: `Encounter/${encounterId(f.key, index)}` },
    date: dateTime(one.day, one.minute),
    author: [roleReference(one.by)],
    title: soep.e,
    section: LINES.map((line) => ({
      ...(line === 'e' ? { extension: [icpc] } : {}),
      code: concept(SECTION[line]),
      text: narrative(soep[line]),
      ...(asLines ? { entry: [{ reference: `Observation/jrn-${f.key}-${index}${line}` }] } : {}),
    })),
  };
  yield report;
}

export function* appointments(f: Frame): Generator<Appointment> {
  let index = 0;
  for (const one of f.record.appointments) {
    const attended = one.status === 'fulfilled' || one.status === 'booked' || one.status === 'noshow';
    yield {
      resourceType: 'Appointment',
      id: `app-${f.key}-${index++}`,
      status: one.status,
      appointmentType: concept(coding(`${HL7_CODES}v2-0276`, 'ROUTINE')),
      ...(one.service === undefined ? {} : { serviceType: [concept(coding(SYSTEM.snomed, one.service))] }),
      description: one.description,
      start: dateTime(one.day, one.minute),
      end: dateTime(one.day, one.minute + one.minutes),
      minutesDuration: one.minutes,
      ...(one.comment === undefined ? {} : { comment: one.comment }),
      participant: [
        { actor: f.named, status: attended ? 'accepted' : 'declined' },
        { actor: roleReference(one.by), status: 'accepted' },
      ],
    };
  }
}

export function* rest(f: Frame): Generator<Resource> {
  const { record, key } = f;
  let index = 0;
  for (const one of record.allergies) {
    const allergy: AllergyIntolerance = {
      resourceType: 'AllergyIntolerance',
      id: `alg-${key}-${index++}`,
      meta: profile('nl-core-AllergyIntolerance'),
      clinicalStatus: concept(coding(`${HL7_CODES}allergyintolerance-clinical`, 'active')),
      verificationStatus: concept(coding(`${HL7_CODES}allergyintolerance-verification`, 'confirmed')),
      code: { coding: [coding(one.system === 'atc' ? SYSTEM.atc : SYSTEM.snomed, one.code, one.text)], text: one.text },
      patient: f.named,
      onsetDateTime: isoDay(one.since),
      ...(one.note === undefined ? {} : { note: [{ text: one.note }] }),
    };
    yield allergy;
  }
  index = 0;
  for (const day of record.vaccinations) {
    const given: Immunization = {
      resourceType: 'Immunization',
      id: `vac-${key}-${index++}`,
      meta: profile('nl-core-Vaccination-event'),
      status: 'completed',
      vaccineCode: { coding: [coding(SYSTEM.atc, 'J07BB02')], text: 'Influenzavaccin' },
      patient: f.patient,
      occurrenceDateTime: isoDay(day),
    };
    yield given;
  }
  index = 0;
  for (const one of record.letters) {
    const letter: DocumentReference = {
      resourceType: 'DocumentReference',
      id: `doc-${key}-${index++}`,
      status: 'current',
      type: { text: one.title },
      subject: f.named,
      date: dateTime(one.day, 720),
      description: one.title,
      content: [
        {
          attachment: {
            contentType: 'text/plain; charset=utf-8',
            language: 'nl-NL',
            data: base64(one.text),
            title: one.title,
          },
        },
      ],
    };
    yield letter;
  }
  index = 0;
  for (const one of record.relatives) {
    const relative: FamilyMemberHistory = {
      resourceType: 'FamilyMemberHistory',
      id: `fam-${key}-${index++}`,
      status: 'completed',
      patient: f.patient,
      name: one.name,
      relationship: { text: one.relation },
      condition: [{ code: { text: one.condition } }],
      note: [{ text: one.note }],
    };
    yield relative;
  }
}
