/** Names of code systems and codes; nothing else. Ours are URNs: names that nobody has to host (docs/spec/audit-record.md). */

import type { Coding } from './fhir-types.ts';

const HL7 = 'http://terminology.hl7.org/CodeSystem';
const DCM = 'http://dicom.nema.org/resources/ontology/DCM';
export const BALP = 'https://profiles.ihe.net/ITI/BALP';
const REST = 'http://hl7.org/fhir/restful-interaction';

/** Prefix of everything that is ours in an AuditEvent. */
export const OURS = 'urn:ketenkluis:fhir';
export const SYSTEM = {
  event: `${OURS}:event`,
  role: `${OURS}:role`,
  person: `${OURS}:person`,
  organisation: `${OURS}:organisation`,
  device: `${OURS}:device`,
  dossier: `${OURS}:dossier`,
  handle: `${OURS}:handle`,
  statement: `${OURS}:statement`,
  fact: `${OURS}:fact`,
  request: `${OURS}:request`,
  source: `${OURS}:source`,
} as const;
/** One complex extension on every event: what R4 has no place for. */
export const LINE_EXTENSION = `${OURS}:line`;
/** On every event, once per field without a value: which field, and why. */
export const MISSING_EXTENSION = `${OURS}:missing`;
export const ABSENT = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason';
export const POLICY_PREFIX = 'urn:ketenkluis:policy:';

const code =
  (system: string) =>
  (value: string, display?: string): Coding => ({
    system,
    code: value,
    ...(display === undefined ? {} : { display }),
  });
const dcm = code(DCM);
const rest = code(REST);

export const CODE = {
  rest: code(`${HL7}/audit-event-type`)('rest', 'RESTful Operation'),
  activity: dcm('110100', 'Application Activity'),
  export: dcm('110106', 'Export'),
  alert: dcm('110113', 'Security Alert'),
  authentication: dcm('110114', 'User Authentication'),
  login: dcm('110122', 'Login'),
  logout: dcm('110123', 'Logout'),
  emergency: dcm('110127', 'Emergency Override Started'),
  logUsed: dcm('110101', 'Audit Log Used'),
  create: rest('create', 'create'),
  read: rest('read', 'read'),
  vread: rest('vread', 'vread'),
  update: rest('update', 'update'),
  patch: rest('patch', 'patch'),
  delete: rest('delete', 'delete'),
  search: rest('search', 'search'),
  searchType: rest('search-type', 'search-type'),
  searchSystem: rest('search-system', 'search-system'),
  disclose: code(`${HL7}/iso-21089-lifecycle`)('disclose', 'Disclose Record Lifecycle Event'),
  byConsent: code(`${BALP}/CodeSystem/AuthZsubType`)('AuthZ-Consent', 'Authorization Decision using Roles and Consent'),
  byRole: code(`${BALP}/CodeSystem/AuthZsubType`)('AuthZ-Role', 'Authorization Decision using only Roles'),
  // Agents.
  application: dcm('110150', 'Application'),
  destination: dcm('110152', 'Destination Role ID'),
  sourceRole: dcm('110153', 'Source Role ID'),
  custodian: code(`${HL7}/provenance-participant-type`)('custodian', 'Custodian'),
  recipient: code(`${HL7}/v3-ParticipationType`)('IRCP', 'information recipient'),
  author: code(`${HL7}/v3-ParticipationType`)('AUT', 'author (originator)'),
  informant: code(`${HL7}/v3-ParticipationType`)('INF', 'informant'),
  holder: code(`${HL7}/v3-ParticipationType`)('CST', 'custodian'),
  responsible: code(`${HL7}/v3-ParticipationType`)('RESP', 'responsible party'),
  provider: code(`${HL7}/v3-RoleClass`)('PROV', 'healthcare provider'),
  authserver: code(`${HL7}/extra-security-role-type`)('authserver', 'authorization server'),
  recordClerk: code('http://snomed.info/sct')('159541003', 'Record keeping/library clerk'),
  patientAdvocate: code('http://snomed.info/sct')('429577009', 'Patient Advocate'),
  // Entities.
  person: code(`${HL7}/audit-entity-type`)('1', 'Person'),
  object: code(`${HL7}/audit-entity-type`)('2', 'System Object'),
  requestId: code(`${BALP}/CodeSystem/BasicAuditEntityType`)('XrequestId'),
  consent: code('http://hl7.org/fhir/resource-types')('Consent', 'Consent'),
  outcome: code('http://hl7.org/fhir/resource-types')('OperationOutcome', 'OperationOutcome'),
  token: code(`${BALP}/CodeSystem/UserAgentTypes`)('UserOauthAgent', 'User OAuth Agent participant'),
  rolePatient: code(`${HL7}/object-role`)('1', 'Patient'),
  roleReport: code(`${HL7}/object-role`)('3', 'Report'),
  roleDomain: code(`${HL7}/object-role`)('4', 'Domain Resource'),
  roleJob: code(`${HL7}/object-role`)('20', 'Job'),
  roleQuery: code(`${HL7}/object-role`)('24', 'Query'),
  applicationServer: code(`${HL7}/security-source-type`)('4', 'Application Server'),
} as const;
