/** A record as FHIR R4 AuditEvent in the BALP pattern that fits (docs/spec/audit-record.md has the table). */

import { base64, isId, isoInstant, utf8 } from '@ketenkluis/base';
import type { Audit } from '../audit.ts';
import { PROFILES, type ProfileName, type RestName, shapeOf } from './balp.ts';
import { COLUMNS } from './columns.ts';
import type { Agent, AuditEvent, Coding, Entity, Extension, Reference } from './fhir-types.ts';
import type { AuditRecord, RoleSaid, Said } from './record.ts';
import { ABSENT, CODE, LINE_EXTENSION, MISSING_EXTENSION, POLICY_PREFIX, SYSTEM } from './systems.ts';

type Plain = 'export' | 'authentication' | 'activity';
const BY_ACTION: Readonly<Partial<Record<AuditRecord['action'], RestName>>> = {
  C: 'Create',
  R: 'Read',
  U: 'Update',
  D: 'Delete',
};
const TAKEN: ReadonlySet<string> = new Set(['print', 'export', 'copy']);
const SESSION: ReadonlySet<string> = new Set(['login', 'logout', 're-touch', 'identity', 'attempt']);
const MACHINE_NAME = '1';

const said = <T>(field: Said<T>): T | undefined => ('value' in field ? field.value : undefined);
const concept = (coding: Coding) => ({ coding: [coding] });
const unknown = (code: 'masked' | 'unknown' | 'not-applicable'): Extension => ({ url: ABSENT, valueCode: code });
const by = (system: string, value: string) => ({ identifier: { system, value } });

/** Which pattern this record goes into; a plain one where BALP has none. */
function patternOf(record: AuditRecord): RestName | 'disclosure' | Plain {
  const patient = said(record.object.dossier) !== undefined;
  if (TAKEN.has(record.event)) return patient ? 'disclosure' : 'export';
  if (record.event === 'search') return 'Query';
  if (SESSION.has(record.event)) return 'authentication';
  return record.item === null ? 'activity' : (BY_ACTION[record.action] ?? 'activity');
}

const role = (field: Said<RoleSaid>): Partial<Agent> => {
  const found = said(field);
  return found === undefined
    ? {}
    : { role: [{ coding: [{ system: SYSTEM.role, code: found.code }], text: found.text }] };
};
const organisationOf = ({ user }: AuditRecord): Reference => {
  const display = said(user.organisationName);
  return {
    ...{ type: 'Organization', ...by(SYSTEM.organisation, user.organisation) },
    ...(display === undefined ? {} : { display }),
  };
};
/** A person, or where that is not said the organisation they act for (R47). */
function whoOf(record: AuditRecord, id: AuditRecord['user']['id'], name: Said<string>): Reference {
  const found = said(id);
  if (found === undefined) return organisationOf(record);
  const display = said(name);
  return {
    ...{ type: 'Practitioner', ...by(SYSTEM.person, found) },
    ...(display === undefined ? {} : { display }),
  };
}

function userAgent(record: AuditRecord, type: Coding): Agent {
  const name = said(record.user.name);
  return {
    type: concept(type),
    ...role(record.user.role),
    who: whoOf(record, record.user.id, record.user.name),
    ...(name === undefined ? {} : { name }),
    // The pattern's word for the user; whether they asked it themselves (7.3.5) stands in the extension.
    requestor: true,
    policy: [`${POLICY_PREFIX}${record.policy}`],
  };
}
const responsible = (record: AuditRecord): Agent => ({
  ...{ type: concept(CODE.responsible), ...role(record.responsible.role), requestor: false },
  who: whoOf(record, record.responsible.id, record.responsible.name),
});
const organisation = (record: AuditRecord): Agent => ({
  ...{ type: concept(CODE.provider), who: organisationOf(record), requestor: false },
});
const observer = ({ source }: AuditRecord): Reference => ({ type: 'Device', ...by(SYSTEM.source, source) });

function clientAgent(record: AuditRecord, type: Coding): Agent {
  const device = said(record.user.device);
  const why = 'missing' in record.user.device && record.user.device.missing === 'none' ? 'unknown' : 'masked';
  return {
    type: concept(type),
    who: device === undefined ? { extension: [unknown(why)] } : { type: 'Device', ...by(SYSTEM.device, device) },
    requestor: false,
    // The log holds the device and no address: an address says where somebody is.
    network: device === undefined ? { extension: [unknown(why)] } : { address: device, type: MACHINE_NAME },
  };
}
const serverAgent = (record: AuditRecord, type: Coding): Agent => ({
  type: concept(type),
  who: observer(record),
  requestor: false,
  network: { address: record.source, type: MACHINE_NAME },
});

function patientEntity({ object }: AuditRecord): Entity[] {
  const dossier = said(object.dossier);
  if (dossier === undefined) return [];
  const display = said(object.patient);
  const what = {
    ...{ type: 'Patient', ...by(SYSTEM.dossier, dossier) },
    ...(display === undefined ? {} : { display }),
  };
  return [{ what, type: CODE.person, role: CODE.rolePatient }];
}
function objectEntity({ object }: AuditRecord): Entity[] {
  const [handle, statement] = [said(object.handle), said(object.statement)];
  const [fact] = object.facts;
  const dossier = said(object.dossier);
  const what =
    handle !== undefined
      ? by(SYSTEM.handle, handle)
      : statement !== undefined
        ? by(SYSTEM.statement, statement)
        : fact !== undefined
          ? by(SYSTEM.fact, fact)
          : dossier !== undefined
            ? by(SYSTEM.dossier, dossier)
            : undefined;
  if (what === undefined) return [];
  const name = said(object.name);
  return [{ what, type: CODE.object, role: CODE.roleDomain, ...(name === undefined ? {} : { name }) }];
}
function queryEntity({ search }: AuditRecord): Entity {
  const base = { type: CODE.object, role: CODE.roleQuery };
  if ('value' in search) return { ...base, query: base64(utf8(search.value)) };
  return { ...base, _query: { extension: [unknown(search.missing === 'none' ? 'unknown' : 'masked')] } };
}

/** What R4 has no place for, and every field that has no value. */
function extensions(record: AuditRecord): Extension[] {
  const inside: Extension[] = [];
  const missing: Extension[] = [];
  for (const { key, of, kind } of COLUMNS) {
    const found = of(record);
    if ('missing' in found) {
      const field = { url: 'field', valueString: key };
      missing.push({ url: MISSING_EXTENSION, extension: [field, { url: 'why', valueCode: found.missing }] });
    } else if (kind !== undefined) {
      const { value } = found;
      if (typeof value === 'boolean') inside.push({ url: key, valueBoolean: value });
      else if (typeof value === 'number') inside.push({ url: key, valueInteger: value });
      else inside.push({ url: key, [kind === 'code' ? 'valueCode' : 'valueString']: value });
    }
  }
  return [{ url: LINE_EXTENSION, extension: inside }, ...missing];
}

function commonOf(record: AuditRecord, part: string) {
  const purpose = said(record.purpose);
  const reason = said(record.reason);
  const outcome = ({ success: '0', refused: '4', error: '8' } as const)[record.outcome];
  return {
    resourceType: 'AuditEvent' as const,
    id: `${record.line}-${record.item ?? 'line'}${part}`,
    extension: extensions(record),
    recorded: isoInstant(record.at),
    outcome,
    ...(reason === undefined ? {} : { outcomeDesc: reason }),
    ...(purpose === undefined ? {} : { purposeOfEvent: [{ text: purpose }] }),
    source: { site: record.practice, observer: observer(record), type: [CODE.applicationServer] },
  };
}

/** FHIR's way of saying no: the pattern's own event with a failing outcome and an OperationOutcome. */
function denied(record: AuditRecord): { contained?: NonNullable<AuditEvent['contained']>; entities: Entity[] } {
  if (record.outcome === 'success') return { entities: [] };
  const code = record.outcome === 'refused' ? 'forbidden' : 'exception';
  return {
    contained: [{ resourceType: 'OperationOutcome', id: 'outcome', issue: [{ severity: 'error', code }] }],
    entities: [{ what: { reference: '#outcome', type: 'OperationOutcome' }, type: CODE.outcome }],
  };
}

const transaction = ({ request }: AuditRecord): Entity => ({
  what: by(SYSTEM.request, request),
  type: CODE.requestId,
});

function mainEvent(record: AuditRecord): AuditEvent {
  const pattern = patternOf(record);
  const patient = patientEntity(record);
  const { contained, entities: no } = denied(record);
  const ownCode: Coding = { system: SYSTEM.event, code: record.event };
  const rest = [transaction(record), ...no];
  const made = (
    fields: Pick<AuditEvent, 'type' | 'action' | 'agent'> & { profile?: ProfileName; entity: Entity[]; also: Coding[] },
  ): AuditEvent => {
    const { profile, also, entity, ...more } = fields;
    const success = record.outcome === 'success';
    return {
      ...commonOf(record, ''),
      ...(profile !== undefined && success ? { meta: { profile: [PROFILES.get(profile)!.url] } } : {}),
      ...(contained === undefined ? {} : { contained }),
      ...more,
      subtype: [...also, ownCode],
      entity: [...patient, ...entity, ...rest],
    };
  };
  if (pattern === 'disclosure') {
    return made({
      ...{ profile: 'PrivacyDisclosure.Source', type: CODE.export, action: 'R', also: [CODE.disclose] },
      agent: [
        ...[serverAgent(record, CODE.sourceRole), clientAgent(record, CODE.destination)],
        ...[userAgent(record, CODE.recipient), responsible(record), organisation(record)],
      ],
      entity: objectEntity(record),
    });
  }
  if (pattern === 'export' || pattern === 'authentication' || pattern === 'activity') {
    const also = { login: [CODE.login], logout: [CODE.logout] }[record.event as string] ?? [];
    return made({
      ...{ type: CODE[pattern], action: record.action, also },
      agent: [
        ...[userAgent(record, CODE.recipient), clientAgent(record, CODE.application)],
        ...[responsible(record), organisation(record)],
      ],
      entity: objectEntity(record),
    });
  }
  const shape = shapeOf(pattern);
  const also = [
    shape.subtypes[0]!,
    ...(record.class === 'emergency' ? [CODE.emergency] : []),
    ...(record.event === 'log-read' ? [CODE.logUsed] : []),
  ];
  return made({
    profile: patient.length > 0 ? (`Patient${pattern}` as const) : pattern,
    ...{ type: CODE.rest, action: shape.action as AuditEvent['action'], also },
    agent: [
      ...[clientAgent(record, shape.client), serverAgent(record, shape.server)],
      ...[userAgent(record, shape.user[0]!), responsible(record), organisation(record)],
    ],
    entity: pattern === 'Query' ? [queryEntity(record)] : objectEntity(record),
  });
}

/** The decision that let another organisation in, by the patient's consent: an event of its own in BALP. */
function consentEvent(record: AuditRecord): AuditEvent[] {
  const consent = said(record.consent);
  const [patient] = patientEntity(record);
  if (!isId('fact', consent) || patient === undefined) return [];
  return [
    {
      ...commonOf(record, '-consent'),
      meta: { profile: [PROFILES.get('AuthZconsent')!.url] },
      ...{ type: CODE.alert, subtype: [CODE.byConsent, { system: SYSTEM.event, code: record.event }], action: 'E' },
      agent: [
        ...[clientAgent(record, CODE.application), userAgent(record, CODE.recipient), organisation(record)],
        { type: concept(CODE.authserver), who: observer(record), requestor: false },
        responsible(record),
      ],
      entity: [patient, { what: { type: 'Consent', ...by(SYSTEM.fact, consent) }, type: CODE.consent }],
    },
  ];
}

/** One event, and one more where a consent decided. */
export const auditEvents = (record: AuditRecord): readonly AuditEvent[] => [mainEvent(record), ...consentEvent(record)];

/** The profile that an event says it conforms to; null for a plain one and for a refusal. */
export function profileOf(event: AuditEvent): ProfileName | null {
  const stated = event.meta?.profile[0];
  return [...PROFILES.values()].find(({ url }) => url === stated)?.name ?? null;
}

export interface AuditBundle {
  readonly resourceType: 'Bundle';
  readonly type: 'collection';
  readonly timestamp: string;
  readonly entry: readonly { readonly fullUrl: string; readonly resource: AuditEvent | UnprovedOutcome }[];
}
interface UnprovedOutcome {
  readonly resourceType: 'OperationOutcome';
  readonly id: string;
  readonly issue: readonly {
    readonly severity: 'error' | 'information';
    readonly code: 'suppressed' | 'deleted';
    readonly diagnostics: string;
  }[];
}

const urlOf = (practice: string, id: string) => `urn:ketenkluis:log:${practice}:${id}`;
/**
 * All events, every line that could not be proved by its number, and every year that retention took: left out it would look as if there
 * were none.
 */
export function auditBundle(of: {
  readonly practice: string;
  readonly at: AuditRecord['at'];
  readonly records: readonly AuditRecord[];
  readonly unproved: readonly number[];
  readonly erased?: Audit['erased'];
}): AuditBundle {
  const events = of.records
    .flatMap(auditEvents)
    .map((resource) => ({ fullUrl: urlOf(of.practice, resource.id), resource }));
  const issue = of.unproved.map((line) => ({
    ...{ severity: 'error' as const, code: 'suppressed' as const },
    diagnostics: `line ${line} could not be proved`,
  }));
  const gone = (of.erased ?? []).map(({ year, from, to }) => ({
    ...{ severity: 'information' as const, code: 'deleted' as const },
    diagnostics: `lines ${from} to ${to - 1}, of ${year}, were erased when their five years were over`,
  }));
  const outcome = (id: string, issues: UnprovedOutcome['issue']) =>
    issues.length === 0
      ? []
      : [
          {
            fullUrl: urlOf(of.practice, id),
            resource: { resourceType: 'OperationOutcome', id, issue: issues } satisfies UnprovedOutcome,
          },
        ];
  return {
    ...{ resourceType: 'Bundle', type: 'collection', timestamp: isoInstant(of.at) },
    entry: [...outcome('erased', gone), ...events, ...outcome('unproved', issue)],
  };
}

/** As a file: indented JSON. */
export const bundleText = (bundle: AuditBundle): string => `${JSON.stringify(bundle, null, 2)}\n`;
