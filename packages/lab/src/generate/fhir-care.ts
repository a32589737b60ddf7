/** What stands in a record, as FHIR R4: problems and contacts here, the rest in the files beside it. */

import { ICPC_EXTENSION, SYSTEM } from '@ketenkluis/fhir';
import type { CodeableConcept, Condition, Encounter, EpisodeOfCare, Resource } from '@medplum/fhirtypes';
import { dateTime } from './calendar.ts';
import { appointments, journal, rest } from './fhir-journal.ts';
import { medication, observation } from './fhir-measure.ts';
import { coding, concept, encounterId, type Frame, HL7_CODES, LOCAL } from './fhir-parts.ts';
import { fullName, NICTIZ, narrative, patientId, patientResource, profile, roleReference } from './fhir-person.ts';
import type { Episode, PatientRecord, Visit } from './model.ts';
import { PRACTICE } from './staff.ts';

function problemCode(episode: Episode): CodeableConcept {
  const icpc = coding(SYSTEM.icpc, episode.icpc, episode.title);
  const snomed = episode.snomed === undefined ? [] : [coding(SYSTEM.snomed, episode.snomed, episode.title)];
  if (episode.spelling === 'oid') {
    return concept({ ...icpc, system: 'urn:oid:2.16.840.1.113883.2.4.4.31.1' }, ...snomed);
  }
  if (episode.spelling === 'extension') {
    return {
      extension: [{ url: ICPC_EXTENSION, valueCodeableConcept: concept(icpc) }],
      ...(snomed.length === 0 ? {} : { coding: snomed }),
      text: episode.title,
    };
  }
  return concept(icpc, ...snomed);
}

function condition(f: Frame, episode: Episode, index: number): Condition {
  return {
    resourceType: 'Condition',
    id: `con-${f.key}-${index}`,
    meta: profile('nl-core-Problem'),
    text: narrative(`${episode.title} bij ${fullName(f.record.person)}. Afdruk ${f.record.narrative}.`),
    ...(episode.clinical === undefined
      ? {}
      : { clinicalStatus: concept(coding(`${HL7_CODES}condition-clinical`, episode.clinical)) }),
    ...(episode.verification === undefined
      ? {}
      : { verificationStatus: concept(coding(`${HL7_CODES}condition-ver-status`, episode.verification)) }),
    category: [concept(coding(SYSTEM.snomed, '282291009', 'Diagnose'))],
    code: problemCode(episode),
    subject: f.named,
    ...(episode.onset === undefined ? {} : { onsetDateTime: episode.onset }),
    ...(episode.abated === undefined ? {} : { abatementDateTime: episode.abated }),
    asserter: roleReference(f.record.person.gp),
    ...(episode.note === undefined ? {} : { note: [{ text: episode.note }] }),
  };
}

function episodeOfCare(f: Frame, episode: Episode, index: number): EpisodeOfCare {
  return {
    resourceType: 'EpisodeOfCare',
    id: `eoc-${f.key}-${index}`,
    meta: profile('nl-core-EpisodeOfCare'),
    extension: [{ url: `${NICTIZ}ext-EpisodeOfCare.EpisodeOfCareName`, valueString: episode.title }],
    status:
      episode.verification === 'entered-in-error'
        ? 'entered-in-error'
        : episode.abated === undefined
          ? 'active'
          : 'finished',
    diagnosis: [
      { condition: { reference: `Condition/con-${f.key}-${index}`, type: 'Condition', display: episode.title } },
    ],
    patient: f.named,
    managingOrganization: { reference: `Organization/${PRACTICE.id}` },
    ...(episode.onset === undefined && episode.abated === undefined
      ? {}
      : {
          period: {
            ...(episode.onset === undefined ? {} : { start: episode.onset }),
            ...(episode.abated === undefined ? {} : { end: episode.abated }),
          },
        }),
  };
}

const WAY = {
  consult: ['AMB', coding(SYSTEM.nhg14, '03', 'consult')],
  visite: ['HH', coding(SYSTEM.nhg14, '01', 'visite')],
  telefonisch: ['VR', coding(`${LOCAL}contactwijze`, 'telefonisch', 'telefonisch')],
  'e-consult': ['VR', coding(`${LOCAL}contactwijze`, 'e-consult', 'e-consult')],
} as const;

function encounter(f: Frame, one: Visit, index: number): Encounter {
  const [code, type] = WAY[one.way];
  return {
    resourceType: 'Encounter',
    id: encounterId(f.key, index),
    meta: profile('nl-core-Encounter'),
    status: 'finished',
    class: coding(SYSTEM.actCode, code),
    type: [concept(type)],
    subject: f.record.namesEverywhere ? f.named : f.patient,
    ...(one.episode < 0 ? {} : { episodeOfCare: [{ reference: `EpisodeOfCare/eoc-${f.key}-${one.episode}` }] }),
    participant: [{ individual: { reference: `PractitionerRole/rol-${one.by}`, type: 'PractitionerRole' } }],
    period: { start: dateTime(one.day, one.minute), end: dateTime(one.day, one.minute + one.minutes) },
    ...(one.reason === undefined || index % 3 !== 0 ? {} : { reasonCode: [{ text: one.reason }] }),
    serviceProvider: { reference: `Organization/${PRACTICE.id}` },
  };
}

/** Everything of one patient, the Patient first. Each resource belongs in the file of its type. */
export function* recordResources(record: PatientRecord): Generator<Resource> {
  const { key } = record.person;
  const reference = `Patient/${patientId(record.person)}`;
  const f: Frame = {
    record,
    key,
    patient: { reference },
    named: { reference, type: 'Patient', display: `Patient, ${fullName(record.person)}` },
  };
  yield patientResource(record);
  for (const [index, episode] of record.episodes.entries()) {
    yield condition(f, episode, index);
    yield episodeOfCare(f, episode, index);
  }
  for (const [index, one] of record.visits.entries()) {
    yield encounter(f, one, index);
    yield* journal(f, one, index);
  }
  for (const [index, one] of record.measurements.entries()) yield observation(f, one, index);
  for (const [index, one] of record.prescriptions.entries()) yield medication(f, one, index);
  yield* appointments(f);
  yield* rest(f);
}
