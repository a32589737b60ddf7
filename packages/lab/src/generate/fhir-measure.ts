/** Observations and medication agreements. */

import { SYSTEM } from '@ketenkluis/fhir';
import type { CodeableConcept, Coding, MedicationRequest, Observation, Quantity } from '@medplum/fhirtypes';
import { dateTime, isoDay } from './calendar.ts';
import { coding, concept, encounterId, type Frame, LOCAL, slug } from './fhir-parts.ts';
import { NICTIZ, profile, roleReference } from './fhir-person.ts';
import { measureOf } from './measures.ts';
import type { Answer, Measurement, Prescription } from './model.ts';

/** SNOMED twins of the smoking answers; every other answer without NHG number carries the practice's own code. */
const SMOKING: Readonly<Record<string, string>> = { ja: '77176002', voorheen: '8517006', nooit: '266919005' };

function answerConcept(one: Measurement, answer: Answer): CodeableConcept {
  const codings: Coding[] = [
    answer.code === undefined
      ? coding(`${LOCAL}antwoord`, slug(answer.text), answer.text)
      : coding(SYSTEM.nhg45Answer, answer.code, answer.text),
  ];
  const smoking = one.measure === 'smoking' || one.measure === 'smokingStatus' ? SMOKING[answer.text] : undefined;
  if (smoking !== undefined) codings.push(coding(SYSTEM.snomed, smoking, answer.text));
  return { coding: codings, text: answer.text };
}

function measurementCode(one: Measurement): CodeableConcept {
  const { nhg, loinc, snomed, text } = measureOf(one.measure);
  const codings: Coding[] = [];
  if (nhg !== undefined && one.coding !== 'loinc') codings.push(coding(SYSTEM.nhg45, nhg, text));
  if (loinc !== undefined && one.coding !== 'nhg') codings.push(coding(SYSTEM.loinc, loinc, text));
  if (snomed !== undefined) codings.push(coding(SYSTEM.snomed, snomed, text));
  if (codings.length === 0) codings.push(coding(`${LOCAL}bepaling`, slug(text), text));
  return { coding: codings };
}

function quantity(one: Measurement, value: number): Quantity {
  const { unit, ucum } = measureOf(one.measure);
  if (one.unit === undefined) {
    // A score has no unit to lose.
    return unit === undefined && ucum !== undefined ? { value, system: SYSTEM.ucum, code: ucum } : { value };
  }
  const code = one.unit === unit ? ucum : one.unit;
  return { value, unit: one.unit, system: SYSTEM.ucum, ...(code === undefined ? {} : { code }) };
}

const PROFILE: Readonly<Record<string, string>> = {
  weight: 'nl-core-BodyWeight',
  height: 'nl-core-BodyHeight',
  pulse: 'nl-core-PulseRate',
  saturation: 'nl-core-O2Saturation',
  smoking: 'nl-core-TobaccoUse',
  alcohol: 'nl-core-AlcoholUse',
};

export function observation(f: Frame, one: Measurement, index: number): Observation {
  const { kind } = measureOf(one.measure);
  const shape = PROFILE[one.measure] ?? (kind === 'laboratory' ? 'nl-core-LaboratoryTestResult' : undefined);
  const day = isoDay(one.day);
  return {
    resourceType: 'Observation',
    id: `obs-${f.key}-${index}`,
    ...(shape === undefined ? {} : { meta: profile(shape) }),
    status: one.status,
    ...(kind === 'process' ? {} : { category: [concept(coding(SYSTEM.observationCategory, kind))] }),
    code: measurementCode(one),
    subject: f.record.namesEverywhere ? f.named : f.patient,
    ...(one.visit === -1
      ? {}
      : {
          encounter: {
            reference: `Encounter/${one.visit === -2 ? `enc-${f.key}-kwijt` : encounterId(f.key, one.visit)}`,
          },
        }),
    effectiveDateTime: one.monthOnly ? day.slice(0, 7) : kind === 'process' ? day : dateTime(one.day, one.minute),
    performer: [{ reference: `PractitionerRole/rol-${one.by}` }],
    ...(typeof one.value === 'number'
      ? { valueQuantity: quantity(one, one.value) }
      : one.value === undefined
        ? {}
        : { valueCodeableConcept: answerConcept(one, one.value) }),
    ...(one.comment === undefined ? {} : { note: [{ text: one.comment }] }),
  };
}

export function medication(f: Frame, one: Prescription, index: number): MedicationRequest {
  return {
    resourceType: 'MedicationRequest',
    id: `med-${f.key}-${index}`,
    meta: profile('mp-MedicationAgreement'),
    extension: [
      {
        url: `${NICTIZ}ext-TimeInterval.Period`,
        valuePeriod: { start: isoDay(one.start), ...(one.stop === undefined ? {} : { end: isoDay(one.stop) }) },
      },
    ],
    status: one.stop === undefined ? 'active' : 'completed',
    intent: 'order',
    category: [concept(coding(SYSTEM.snomed, '33633005', 'voorschrijven van geneesmiddel'))],
    medicationCodeableConcept: { coding: [coding(SYSTEM.atc, one.atc)], text: one.text },
    subject: f.named,
    authoredOn: isoDay(one.start),
    requester: roleReference(one.by),
    dosageInstruction: [{ text: one.dosage }],
    ...(one.note === undefined ? {} : { note: [{ text: one.note }] }),
  };
}
