/**
 * IHE Basic Audit Log Patterns 1.1 (ITI BALP) as a table of constraints: which profile asks what of an AuditEvent. Written from the
 * published profiles; a checker reads it (check.ts), and a test breaks every row once.
 */

import type { Coding } from './fhir-types.ts';
import { BALP, CODE } from './systems.ts';

export type ListName = 'agent' | 'entity';
/** Which members of a list a rule is about: those of this type. */
interface Slice {
  readonly list: ListName;
  readonly slice: string;
  readonly types: readonly Coding[];
}
export type Constraint =
  /** The event's own type, from these. */
  | { readonly kind: 'type'; readonly codes: readonly Coding[] }
  /** Exactly one subtype from these; others may stand beside it. `any`: at least one of them. */
  | { readonly kind: 'subtype'; readonly codes: readonly Coding[]; readonly any: boolean }
  | { readonly kind: 'fixed'; readonly field: 'action' | 'outcome'; readonly values: readonly string[] }
  | { readonly kind: 'root'; readonly field: string; readonly min: 0 | 1; readonly max: 0 | 1 }
  | { readonly kind: 'count'; readonly list: ListName; readonly min: number }
  | ({ readonly kind: 'slice'; readonly min: number; readonly max: number } & Slice)
  | ({ readonly kind: 'field'; readonly field: string; readonly min: 0 | 1; readonly max: 0 | 1 } & Slice)
  | ({ readonly kind: 'role'; readonly codes: readonly Coding[] } & Slice)
  | ({ readonly kind: 'requestor'; readonly value: boolean } & Slice)
  /** A reference to a Patient. */
  | ({ readonly kind: 'patient' } & Slice)
  /** `what.identifier.value` stands there. */
  | ({ readonly kind: 'identified' } & Slice)
  /** Who it is, is who recorded the event. */
  | ({ readonly kind: 'observer' } & Slice)
  | { readonly kind: 'closed'; readonly list: ListName; readonly types: readonly Coding[] };

export interface Profile {
  readonly name: ProfileName;
  readonly url: string;
  readonly constraints: readonly Constraint[];
}
export const PROFILE_NAMES = [
  ...(['Create', 'Read', 'Update', 'Delete', 'Query'] as const),
  ...(['PatientCreate', 'PatientRead', 'PatientUpdate', 'PatientDelete', 'PatientQuery'] as const),
  ...(['AuthZconsent', 'PrivacyDisclosure.Source'] as const),
] as const;
export type ProfileName = (typeof PROFILE_NAMES)[number];

const { application, destination, sourceRole, custodian, recipient, author, informant, holder } = CODE;
const at = (list: ListName, slice: string, ...types: readonly Coding[]): Slice => ({ list, slice, types });
const slice = (of: Slice, min: number, max: number): Constraint => ({ kind: 'slice', ...of, min, max });
const need = (of: Slice, ...fields: readonly string[]): Constraint[] =>
  fields.map((field) => ({ kind: 'field', ...of, field, min: 1, max: 1 }));
const never = (of: Slice, ...fields: readonly string[]): Constraint[] =>
  fields.map((field) => ({ kind: 'field', ...of, field, min: 0, max: 0 }));

const patient = at('entity', 'patient', CODE.person);
const PATIENT: readonly Constraint[] = [
  slice(patient, 1, 1),
  ...need(patient, 'role', 'what'),
  { kind: 'role', ...patient, codes: [CODE.rolePatient] },
  { kind: 'patient', ...patient },
];

interface Shape {
  readonly action: string;
  readonly subtypes: readonly Coding[];
  readonly client: Coding;
  readonly server: Coding;
  readonly user: readonly Coding[];
  readonly data: readonly Constraint[];
}

function restful({ action, subtypes, client, server, user: users, data }: Shape): readonly Constraint[] {
  const [asks, answers] = [at('agent', 'client', client), at('agent', 'server', server)];
  const user = at('agent', 'user', ...users);
  const transaction = at('entity', 'transaction', CODE.requestId);
  return [
    { kind: 'type', codes: [CODE.rest] },
    { kind: 'subtype', codes: subtypes, any: false },
    { kind: 'fixed', field: 'action', values: [action] },
    { kind: 'root', field: 'recorded', min: 1, max: 1 },
    { kind: 'fixed', field: 'outcome', values: ['0'] },
    { kind: 'count', list: 'agent', min: 2 },
    ...[asks, answers].flatMap((of) => [slice(of, 1, 1), ...need(of, 'who', 'network'), ...never(of, 'media')]),
    slice(user, 0, 1),
    ...need(user, 'who'),
    { kind: 'requestor', ...user, value: true },
    ...never(user, 'media', 'network'),
    { kind: 'count', list: 'entity', min: 1 },
    slice(transaction, 0, 1),
    { kind: 'identified', ...transaction },
    ...data,
  ];
}

const object = at('entity', 'data', CODE.object);
const data = (rule: 'role' | 'any'): readonly Constraint[] => [
  slice(object, 1, 1),
  ...need(object, ...(rule === 'role' ? ['role', 'what'] : ['what'])),
  { kind: 'role', ...object, codes: [CODE.roleDomain, CODE.roleReport, CODE.roleJob] },
];
const query = at('entity', 'query', CODE.object);
const QUERY: readonly Constraint[] = [
  slice(query, 1, 1),
  ...need(query, 'role', 'query'),
  { kind: 'role', ...query, codes: [CODE.roleQuery] },
  ...never(query, 'what', 'lifecycle', 'detail'),
];

const WRITERS = [author, informant, holder];
const SHAPES = {
  Create: {
    ...{ action: 'C', subtypes: [CODE.create], client: sourceRole, server: destination },
    ...{ user: WRITERS, data: data('role') },
  },
  Read: {
    ...{ action: 'R', subtypes: [CODE.read, CODE.vread], client: destination, server: sourceRole },
    ...{ user: [recipient], data: data('any') },
  },
  Update: {
    ...{ action: 'U', subtypes: [CODE.update, CODE.patch], client: sourceRole, server: destination },
    ...{ user: WRITERS, data: data('role') },
  },
  Delete: {
    ...{ action: 'D', subtypes: [CODE.delete], client: application, server: custodian },
    ...{ user: WRITERS, data: data('role') },
  },
  Query: {
    ...{ action: 'E', subtypes: [CODE.search, CODE.searchType, CODE.searchSystem] },
    ...{ client: sourceRole, server: destination, user: [recipient], data: QUERY },
  },
} as const satisfies Record<string, Shape>;
export type RestName = keyof typeof SHAPES;
/** Which agents a pattern names, for the writer. */
export const shapeOf = (name: RestName): Shape => SHAPES[name];

function authZconsent(): readonly Constraint[] {
  const client = at('agent', 'client', application);
  const user = at('agent', 'user', recipient);
  const organisation = at('agent', 'userorg', CODE.provider);
  const decider = at('agent', 'authorizer', CODE.authserver);
  const consent = at('entity', 'consent', CODE.consent);
  const token = at('entity', 'token', CODE.token);
  return [
    { kind: 'root', field: 'modifierExtension', min: 0, max: 0 },
    { kind: 'type', codes: [CODE.alert] },
    { kind: 'subtype', codes: [CODE.byConsent, CODE.byRole], any: true },
    { kind: 'fixed', field: 'action', values: ['E'] },
    { kind: 'root', field: 'recorded', min: 1, max: 1 },
    { kind: 'root', field: 'outcome', min: 1, max: 1 },
    { kind: 'count', list: 'agent', min: 2 },
    ...[client, user, organisation, decider].flatMap((of) => [slice(of, 1, 1), ...need(of, 'who')]),
    ...need(client, 'network'),
    ...never(client, 'role', 'altId', 'name', 'location', 'media', 'purposeOfUse'),
    { kind: 'requestor', ...user, value: true },
    ...never(user, 'altId', 'location', 'media', 'network'),
    { kind: 'requestor', ...organisation, value: false },
    ...never(organisation, 'role', 'altId', 'name', 'location', 'policy', 'media', 'network'),
    { kind: 'requestor', ...decider, value: false },
    { kind: 'observer', ...decider },
    ...never(decider, 'role', 'altId', 'name', 'location', 'policy', 'media', 'network', 'purposeOfUse'),
    { kind: 'count', list: 'entity', min: 2 },
    { kind: 'closed', list: 'entity', types: [CODE.person, CODE.consent, CODE.token] },
    ...PATIENT,
    slice(consent, 1, Number.POSITIVE_INFINITY),
    ...need(consent, 'what'),
    slice(token, 0, 1),
    ...need(token, 'what'),
    { kind: 'identified', ...token },
  ];
}

function disclosureAtSource(): readonly Constraint[] {
  const [from, to] = [at('agent', 'source', sourceRole), at('agent', 'recipient', destination)];
  const clerk = at('agent', 'custodian', CODE.recordClerk);
  const advocate = at('agent', 'authorizer', CODE.patientAdvocate);
  return [
    { kind: 'root', field: 'modifierExtension', min: 0, max: 0 },
    { kind: 'type', codes: [CODE.export] },
    { kind: 'fixed', field: 'action', values: ['R'] },
    { kind: 'subtype', codes: [CODE.disclose], any: false },
    { kind: 'root', field: 'recorded', min: 1, max: 1 },
    { kind: 'root', field: 'outcome', min: 1, max: 1 },
    { kind: 'count', list: 'agent', min: 2 },
    ...[from, to].flatMap((of) => [slice(of, 1, 1), ...need(of, 'who', 'network')]),
    { kind: 'observer', ...from },
    ...[clerk, advocate].flatMap((of) => [slice(of, 0, 1), ...need(of, 'who')]),
    { kind: 'count', list: 'entity', min: 2 },
    ...PATIENT,
  ];
}

const made = (name: ProfileName, constraints: readonly Constraint[]): [ProfileName, Profile] => [
  name,
  { name, url: `${BALP}/StructureDefinition/IHE.BasicAudit.${name}`, constraints },
];
const REST_NAMES = Object.keys(SHAPES) as RestName[];
export const PROFILES: ReadonlyMap<ProfileName, Profile> = new Map([
  ...REST_NAMES.map((name) => made(name, restful(SHAPES[name]))),
  ...REST_NAMES.map((name) => {
    const least: Constraint = { kind: 'count', list: 'entity', min: name === 'Query' ? 1 : 2 };
    return made(`Patient${name}`, [...restful(SHAPES[name]), least, ...PATIENT]);
  }),
  made('AuthZconsent', authZconsent()),
  made('PrivacyDisclosure.Source', disclosureAtSource()),
]);

/** A constraint as one line of text; no two of a profile are the same. */
export function constraintText(one: Constraint): string {
  const codes = (list: readonly Coding[]) => list.map(({ code }) => code).join('|');
  const where = 'slice' in one ? `${one.list}[${one.slice}]` : '';
  const range = ({ min, max }: { min: number; max: number }) => `${min}..${Number.isFinite(max) ? max : '*'}`;
  switch (one.kind) {
    case 'type':
      return `type from ${codes(one.codes)}`;
    case 'subtype':
      return `subtype ${one.any ? 'some' : 'one'} from ${codes(one.codes)}`;
    case 'fixed':
      return `${one.field} = ${one.values.join('|')}`;
    case 'root':
      return `${one.field} ${range(one)}`;
    case 'count':
      return `${one.list} ${one.min}..*`;
    case 'slice':
      return `${where} ${range(one)}`;
    case 'field':
      return `${where}.${one.field} ${range(one)}`;
    case 'role':
      return `${where}.role from ${codes(one.codes)}`;
    case 'requestor':
      return `${where}.requestor = ${one.value}`;
    case 'patient':
      return `${where}.what is a Patient`;
    case 'identified':
      return `${where}.what.identifier.value 1..1`;
    case 'observer':
      return `${where}.who = source.observer`;
    case 'closed':
      return `${one.list} only ${codes(one.types)}`;
  }
}
