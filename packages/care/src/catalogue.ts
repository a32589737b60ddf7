/**
 * The programme files, checked once at load. Ids are string unions taken from the files themselves, so a wrong scope,
 * field, parameter or role name does not compile.
 */

import { type CodingKey, normaliseSystem, SYSTEM } from '@ketenkluis/fhir';
import allergiesJson from '../programmes/allergies.json' with { type: 'json' };
import answersJson from '../programmes/answers.json' with { type: 'json' };
import asthmaJson from '../programmes/asthma/programme.json' with { type: 'json' };
import copdJson from '../programmes/copd/programme.json' with { type: 'json' };
import cvrmJson from '../programmes/cvrm/programme.json' with { type: 'json' };
import diabetesJson from '../programmes/diabetes/programme.json' with { type: 'json' };
import fieldsJson from '../programmes/fields.json' with { type: 'json' };
import findingsJson from '../programmes/findings.json' with { type: 'json' };
import medicationJson from '../programmes/medication.json' with { type: 'json' };
import panelsJson from '../programmes/panels.json' with { type: 'json' };
import parametersJson from '../programmes/parameters.json' with { type: 'json' };
import scopesJson from '../programmes/scopes.json' with { type: 'json' };
import sourcesJson from '../programmes/sources.json' with { type: 'json' };
import vaccinationsJson from '../programmes/vaccinations.json' with { type: 'json' };
import rolesJson from '../roles.json' with { type: 'json' };
import { careError } from './errors.ts';
import * as form from './schema.ts';

export type FieldId = keyof typeof fieldsJson;
export type ScopeId = keyof typeof scopesJson;
export type RoleId = keyof typeof rolesJson;
export type ParameterId = keyof typeof parametersJson;
export type FindingId = keyof typeof findingsJson;
export type MedicationGroupId = keyof (typeof medicationJson)['groups'];
export type VaccinationId = keyof typeof vaccinationsJson;
export type PanelId = keyof typeof panelsJson;

const programmeFiles = { diabetes: diabetesJson, copd: copdJson, asthma: asthmaJson, cvrm: cvrmJson } as const;
export type ProgrammeId = keyof typeof programmeFiles;
export const PROGRAMME_IDS = Object.keys(programmeFiles) as ProgrammeId[];

export interface Names {
  readonly nl: string;
  readonly en: string;
}
/** A programme whose ids were checked against the other files. */
export interface CheckedProgramme
  extends Omit<
    form.Programme,
    'id' | 'excludedBy' | 'parameters' | 'medication' | 'vaccinations' | 'due' | 'targets' | 'steps'
  > {
  readonly id: ProgrammeId;
  readonly excludedBy: readonly ProgrammeId[];
  readonly parameters: readonly { readonly parameter: ParameterId; readonly years: number }[];
  readonly medication: { readonly groups: readonly MedicationGroupId[]; readonly years: number };
  readonly vaccinations: readonly VaccinationId[];
  readonly due: readonly CheckedDue[];
  readonly targets: readonly CheckedTarget[];
  readonly steps: readonly CheckedStep[];
}
export type CheckedDue = Omit<form.DueRule, 'parameter' | 'anyOf'> & {
  readonly parameter: ParameterId;
  readonly anyOf?: readonly ParameterId[];
};
export type CheckedTarget = Omit<form.Target, 'parameter'> & { readonly parameter: ParameterId };
export type CheckedStep = Omit<form.Step, 'roles' | 'fields'> & {
  readonly roles: readonly RoleId[];
  readonly fields?: readonly FieldId[];
};
export type CheckedParameter = Omit<form.Parameter, 'field'> & { readonly field: FieldId };
export type CheckedRole = Omit<form.Role, 'fields'> & { readonly fields: readonly FieldId[] };
export type CheckedVaccination = Names & { readonly field: FieldId; readonly codes: readonly form.ListedCode[] };
export type CheckedPanel = Names & {
  readonly parts: readonly ParameterId[];
  readonly codes: readonly form.ListedCode[];
};
export type CheckedGroup = Names & { readonly field: FieldId; readonly atc: readonly string[] };
export interface CheckedScope extends Names {
  readonly fields: readonly FieldId[];
  /** This scope repeats fields of others on purpose. */
  readonly copy: boolean;
}

/** Short system names of the files and their URIs. */
export const SYSTEMS: Readonly<Record<(typeof form.SHORT_SYSTEMS)[number], string>> = {
  icpc: SYSTEM.icpc,
  nhg45: SYSTEM.nhg45,
  snomed: SYSTEM.snomed,
  loinc: SYSTEM.loinc,
  atc: SYSTEM.atc,
  rxnorm: SYSTEM.rxnorm,
  cvx: 'http://hl7.org/fhir/sid/cvx',
  gpk: SYSTEM.gpk,
  prk: SYSTEM.prk,
  hpk: SYSTEM.hpk,
  nhg14: SYSTEM.nhg14,
  isco: SYSTEM.isco,
  'appointment-kind': SYSTEM.appointmentKind,
};

/** `icpc|T90.02` -> `http://hl7.org/fhir/sid/icpc-1-nl|T90.02`. */
export function longKey(short: string): CodingKey {
  const bar = short.indexOf('|');
  const system = SYSTEMS[short.slice(0, bar) as keyof typeof SYSTEMS];
  if (system === undefined) throw careError('bad-programme', 'a programme file names a code system that is not known');
  return `${normaliseSystem(system)}|${short.slice(bar + 1)}`;
}

function check<T>(file: string, schema: { parse(input: unknown): T }, input: unknown): T {
  try {
    return schema.parse(input);
  } catch (cause) {
    throw careError('bad-programme', `the programme file ${file} is not in the form of docs/spec/programme.md`, {
      cause,
    });
  }
}

function known<K extends string>(file: string, list: readonly string[], keys: object): readonly K[] {
  for (const id of list) {
    if (!Object.hasOwn(keys, id))
      throw careError('bad-programme', `the programme file ${file} names ${id}, which no file defines`);
  }
  return list as readonly K[];
}

function oneOf<K extends string>(file: string, id: string, keys: object): K {
  return known<K>(file, [id], keys)[0]!;
}

function build<K extends string, V, W>(
  raw: Readonly<Record<string, V>>,
  make: (value: V) => W,
): Readonly<Record<K, W>> {
  return Object.fromEntries(Object.entries(raw).map(([id, value]) => [id, make(value)])) as Record<K, W>;
}

const field = (file: string, id: string): FieldId => oneOf<FieldId>(file, id, fieldsJson);
const rawMedication = check('medication.json', form.medicationSchema, medicationJson);

export const FIELDS = build<FieldId, Names, Names>(
  check('fields.json', form.fieldsSchema, fieldsJson),
  (names) => names,
);
export const FIELD_IDS = Object.keys(fieldsJson) as FieldId[];
export const SOURCES: Readonly<Record<string, string>> = check('sources.json', form.sourcesSchema, sourcesJson);
export const ANSWERS: Readonly<Record<string, Names>> = check('answers.json', form.answersSchema, answersJson);
export const ALLERGIES = check('allergies.json', form.allergiesSchema, allergiesJson);
export const PARAMETERS: Readonly<Record<ParameterId, CheckedParameter>> = build(
  check('parameters.json', form.parametersSchema, parametersJson),
  (one) => ({ ...one, field: field('parameters.json', one.field) }),
);
export const PARAMETER_IDS = Object.keys(parametersJson) as ParameterId[];
/** Answered by choosing; what a partner reports beside numbers. */
export interface CheckedFinding extends Names {
  readonly field: FieldId;
  /** NHG table 45; null where no number is known to us. */
  readonly nhg: string | null;
  readonly answers: readonly (Names & { readonly code: string })[];
}
export const FINDINGS: Readonly<Record<FindingId, CheckedFinding>> = build(
  check('findings.json', form.findingsSchema, findingsJson),
  ({ nl, en, nhg, answers, field: id }) => ({
    ...{ nl, en, field: field('findings.json', id), nhg: nhg?.code ?? null },
    answers: answers.map((one) => ({ code: one.code, nl: one.nl, en: one.en })),
  }),
);
export const FINDING_IDS = Object.keys(findingsJson) as FindingId[];
export const VACCINATIONS: Readonly<Record<VaccinationId, CheckedVaccination>> = build(
  check('vaccinations.json', form.vaccinationsSchema, vaccinationsJson),
  (one) => ({ ...one, field: field('vaccinations.json', one.field) }),
);
export const PANELS: Readonly<Record<PanelId, CheckedPanel>> = build(
  check('panels.json', form.panelsSchema, panelsJson),
  (one) => ({ ...one, parts: known<ParameterId>('panels.json', one.parts, parametersJson) }),
);
export const MEDICATION_GROUPS: Readonly<Record<MedicationGroupId, CheckedGroup>> = build(
  rawMedication.groups,
  (one) => ({
    ...one,
    field: field('medication.json', one.field),
  }),
);
export const MEDICATION_NAMES: Readonly<Record<string, string>> = rawMedication.names;
export const RXNORM_TO_ATC: Readonly<Record<string, string>> = rawMedication.rxnorm.toAtc;

export const ROLES: Readonly<Record<RoleId, CheckedRole>> = build(
  check('roles.json', form.rolesSchema, rolesJson),
  (role) => ({
    ...role,
    fields: role.fields === 'all' ? FIELD_IDS : known<FieldId>('roles.json', role.fields, fieldsJson),
  }),
);
export const ROLE_IDS = Object.keys(rolesJson) as RoleId[];

export const SCOPES: Readonly<Record<ScopeId, CheckedScope>> = build(
  check('scopes.json', form.scopesSchema, scopesJson),
  (scope) => ({
    nl: scope.nl,
    en: scope.en,
    fields: known<FieldId>('scopes.json', scope.fields ?? scope.copyOf ?? [], fieldsJson),
    copy: scope.copyOf !== undefined,
  }),
);
export const SCOPE_IDS = Object.keys(scopesJson) as ScopeId[];

/** Checks one programme file and every name in it. Throws `care/bad-programme` with the file and the wrong name. */
export function parseProgramme(input: unknown, file = 'programme.json'): CheckedProgramme {
  const raw = check(file, form.programmeSchema, input);
  const parameterOf = (id: string): ParameterId => oneOf<ParameterId>(file, id, parametersJson);
  return {
    ...raw,
    id: oneOf<ProgrammeId>(file, raw.id, programmeFiles),
    excludedBy: known<ProgrammeId>(file, raw.excludedBy, programmeFiles),
    parameters: raw.parameters.map((p) => ({ ...p, parameter: parameterOf(p.parameter) })),
    medication: {
      ...raw.medication,
      groups: known<MedicationGroupId>(file, raw.medication.groups, rawMedication.groups),
    },
    vaccinations: known<VaccinationId>(file, raw.vaccinations, vaccinationsJson),
    due: raw.due.map(({ anyOf, ...rule }) => ({
      ...rule,
      parameter: parameterOf(rule.parameter),
      ...(anyOf === undefined ? {} : { anyOf: anyOf.map(parameterOf) }),
    })),
    targets: raw.targets.map((target) => ({ ...target, parameter: parameterOf(target.parameter) })),
    steps: raw.steps.map(({ fields, ...step }) => {
      const roles = known<RoleId>(file, step.roles, rolesJson);
      if (step.appointment !== undefined && roles.some((id) => ROLES[id].organisation !== 'practice'))
        throw careError('bad-programme', `the programme file ${file} opens ${step.id} to others than the practice`);
      return { ...step, roles, ...(fields === undefined ? {} : { fields: known<FieldId>(file, fields, fieldsJson) }) };
    }),
  };
}

export const PROGRAMMES = Object.fromEntries(
  Object.entries(programmeFiles).map(([id, file]) => [id, parseProgramme(file, `${id}/programme.json`)]),
) as Readonly<Record<ProgrammeId, CheckedProgramme>>;

export const isProgrammeId = (id: string): id is ProgrammeId => Object.hasOwn(programmeFiles, id);
export const isRoleId = (id: string): id is RoleId => Object.hasOwn(rolesJson, id);
export const isScopeId = (id: string): id is ScopeId => Object.hasOwn(scopesJson, id);

/** The scope that holds a field; copies are not meant. Every field stands in exactly one (a test holds it). */
export const SCOPE_OF_FIELD = Object.fromEntries(
  SCOPE_IDS.filter((id) => !SCOPES[id].copy).flatMap((id) => SCOPES[id].fields.map((field) => [field, id])),
) as Readonly<Record<FieldId, ScopeId>>;
