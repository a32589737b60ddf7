/**
 * One resource in, the listed fields out (R2). Every record is built new from closed vocabularies, numbers and dates;
 * no object and, except for the patient's own name and phone, no free string of the source is ever carried over. So
 * narrative, comments, identifiers, performers, extensions and other persons cannot pass (R3, R6): they have no place.
 */

import type { AllergyIntolerance, Condition, Immunization, Patient, Resource } from '@ketenkluis/fhir';
import { codeKeys, conceptKeys } from '@ketenkluis/fhir';
import type { ScopeId } from './catalogue.ts';
import { dayText, type Found, list, listedFor, type MinimiseContext, since, yearsFor } from './context.ts';
import { codesOf, firstDay, problemFact } from './facts.ts';
import { countLeaves } from './leaves.ts';
import { measurementRecords } from './measurement.ts';
import { medicationRecord } from './medication.ts';
import { partitionFor } from './partition.ts';
import {
  type AllergyRecord,
  ATC_CODE,
  type CareRecord,
  GENDERS,
  type IdentityRecord,
  NAME_LENGTH,
  PHONE,
  type ProblemRecord,
  type VaccinationRecord,
} from './records.ts';
import { isActive } from './select.ts';
import { shortKey } from './short.ts';

export interface Minimised {
  /** Absent when nothing is kept. All records of one resource land in this one scope. */
  readonly scope?: ScopeId;
  readonly records: readonly CareRecord[];
  /** Scalar leaves of the source that are still there, and the rest. */
  readonly kept: number;
  readonly dropped: number;
}

const KNOWN_GENDERS: ReadonlySet<string> = new Set(GENDERS);

function nameText(part: unknown): string | undefined {
  if (typeof part !== 'string') return undefined;
  const text = part.trim();
  // A long run of digits is a number that strayed into a name.
  return text === '' || text.length > NAME_LENGTH || /\d{6,}/.test(text.replaceAll(/[\s.-]/g, '')) ? undefined : text;
}

function identity(patient: Patient): Found {
  let leaves = 1;
  const names = list(patient.name);
  const name =
    names.find((one) => one?.use === 'official') ??
    names.find((one) => one?.use === 'usual' || one?.use === undefined) ??
    undefined;
  const family = nameText(name?.family) ?? nameText(name?.text);
  const givens = list(name?.given)
    .flatMap((one) => nameText(one) ?? [])
    .slice(0, 3);
  const birthDate = dayText(patient.birthDate);
  const gender = KNOWN_GENDERS.has(patient.gender ?? '')
    ? (patient.gender as NonNullable<IdentityRecord['gender']>)
    : undefined;
  const phone = list(patient.telecom)
    .filter((one) => one?.system === 'phone' && one.use !== 'old' && typeof one.value === 'string')
    .map((one) => (one.value ?? '').trim())
    .filter((one) => PHONE.test(one))
    .slice(0, 2);
  const died = dayText(patient.deceasedDateTime) ?? (patient.deceasedBoolean === true ? true : undefined);
  leaves += [family, birthDate, gender, died].filter((one) => one !== undefined).length + givens.length + phone.length;
  const record: IdentityRecord = {
    kind: 'identity',
    ...(family === undefined ? {} : { family }),
    ...(givens.length === 0 ? {} : { given: givens.join(' ') }),
    ...(birthDate === undefined ? {} : { birthDate }),
    ...(gender === undefined ? {} : { gender }),
    ...(phone.length === 0 ? {} : { phone }),
    ...(died === undefined ? {} : { died }),
  };
  return { field: 'identity', records: [record], leaves };
}

const UNSURE = new Set(['unconfirmed', 'provisional', 'differential']);

function problem(condition: Condition, { selection, programmes, asOf }: MinimiseContext): Found | undefined {
  const listed = codeKeys(condition).flatMap((key) => {
    const one = selection.problems.get(key);
    return one !== undefined && listedFor(one.programmes, programmes) ? [{ key, field: one.field }] : [];
  });
  const first = listed[0];
  if (first === undefined || !isActive(problemFact(condition), asOf)) return undefined;
  const onset =
    dayText(condition.onsetDateTime) ?? dayText(condition.onsetPeriod?.start) ?? dayText(condition.recordedDate);
  const unsure = codesOf(condition.verificationStatus).find((code) => UNSURE.has(code));
  const record: ProblemRecord = {
    kind: 'problem',
    codes: listed.map(({ key }) => shortKey(key)),
    ...(onset === undefined ? {} : { onset }),
    ...(unsure === undefined ? {} : { verification: unsure as NonNullable<ProblemRecord['verification']> }),
  };
  const leaves = 1 + 2 * listed.length + (onset === undefined ? 0 : 1) + (unsure === undefined ? 0 : 1);
  return { field: first.field, records: [record], leaves };
}

function allergy(resource: AllergyIntolerance, { selection, programmes }: MinimiseContext): Found | undefined {
  if (!listedFor(selection.allergyProgrammes, programmes)) return undefined;
  const verification = codesOf(resource.verificationStatus);
  if (verification.some((code) => code === 'refuted' || code === 'entered-in-error')) return undefined;
  if (codesOf(resource.clinicalStatus).some((code) => code === 'inactive' || code === 'resolved')) return undefined;
  const codes = conceptKeys(resource.code).filter((key) => {
    if (selection.allergyCodes.has(key)) return true;
    const short = shortKey(key);
    if (short.startsWith('atc|')) {
      const atc = short.slice('atc|'.length);
      return ATC_CODE.test(atc) && selection.allergyAtc.some((prefix) => atc.startsWith(prefix));
    }
    return selection.allergySystems.some((system) => key.startsWith(system)) && /\|[0-9]{1,10}$/.test(key);
  });
  if (codes.length === 0) return undefined;
  const recorded = dayText(resource.recordedDate) ?? dayText(resource.onsetDateTime);
  const criticality =
    resource.criticality === 'low' || resource.criticality === 'high' ? resource.criticality : undefined;
  const unsure = verification.find((code) => code === 'unconfirmed' || code === 'presumed');
  const record: AllergyRecord = {
    kind: 'allergy',
    codes: codes.map(shortKey),
    ...(criticality === undefined ? {} : { criticality }),
    ...(recorded === undefined ? {} : { recorded }),
    ...(unsure === undefined ? {} : { verification: unsure as NonNullable<AllergyRecord['verification']> }),
  };
  const leaves = 1 + 2 * codes.length + [criticality, recorded, unsure].filter((one) => one !== undefined).length;
  return { field: 'allergies', records: [record], leaves };
}

function vaccination(resource: Immunization, { selection, programmes, asOf }: MinimiseContext): Found | undefined {
  if (resource.status !== 'completed') return undefined;
  const listed = conceptKeys(resource.vaccineCode)
    .map((key) => selection.vaccinations.get(key))
    .find((one) => one !== undefined && yearsFor(one.years, programmes) !== undefined);
  const date = dayText(resource.occurrenceDateTime);
  const day = firstDay(resource.occurrenceDateTime);
  if (listed === undefined || date === undefined || day === undefined) return undefined;
  if (day > asOf || day < since(asOf, yearsFor(listed.years, programmes) ?? 0)) return undefined;
  const record: VaccinationRecord = { kind: 'vaccination', vaccination: listed.vaccination, date };
  return { field: listed.field, records: [record], leaves: 4 };
}

function find(resource: Resource, context: MinimiseContext): Found | undefined {
  switch (resource.resourceType) {
    case 'Patient':
      return context.selection.identity && context.programmes.length > 0 ? identity(resource) : undefined;
    case 'Condition':
      return problem(resource, context);
    case 'Observation':
      return measurementRecords(resource, context);
    case 'MedicationRequest':
    case 'MedicationStatement':
      return medicationRecord(resource, context);
    case 'AllergyIntolerance':
      return allergy(resource, context);
    case 'Immunization':
      return vaccination(resource, context);
    default:
      return undefined;
  }
}

/**
 * Never throws on a resource of any shape that came through the reader; what it does not understand is dropped.
 * `total` is the number of its scalar leaves, where the reader has counted them already.
 */
export function minimise(resource: Resource, context: MinimiseContext, total = countLeaves(resource)): Minimised {
  const found = find(resource, context);
  if (found === undefined || found.records.length === 0) return { records: [], kept: 0, dropped: total };
  const scope = partitionFor(context.programmes).get(found.field);
  if (scope === undefined) return { records: [], kept: 0, dropped: total };
  const kept = Math.min(found.leaves, total);
  return { scope, records: found.records, kept, dropped: total - kept };
}
