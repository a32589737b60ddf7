/**
 * FHIR STU3 told from R4 by shape: fields that STU3 has and R4 renamed, retyped or dropped (R4 "R3 Diff" pages), and the
 * code system URIs that moved to terminology.hl7.org. A record of both shapes alike (a bare Patient) reads the same.
 */

type Fields = Readonly<Record<string, unknown>>;

const isText = (value: unknown): boolean => typeof value === 'string';
const has = (resource: Fields, ...fields: readonly string[]): boolean => fields.some((field) => field in resource);

/** A single object where R4 has a list. */
const isOne = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

const SIGNS: Readonly<Record<string, (r: Fields) => boolean>> = {
  AllergyIntolerance: (r) => isText(r.clinicalStatus) || isText(r.verificationStatus) || has(r, 'assertedDate'),
  CarePlan: (r) => has(r, 'context', 'definition'),
  Condition: (r) => isText(r.clinicalStatus) || isText(r.verificationStatus) || has(r, 'assertedDate', 'context'),
  Consent: (r) =>
    isOne(r.identifier) || has(r, 'consentingParty', 'except', 'purpose', 'actor', 'data', 'securityLabel'),
  Coverage: (r) => has(r, 'sequence', 'grouping'),
  DeviceUseStatement: (r) => has(r, 'whenUsed', 'indication'),
  DiagnosticReport: (r) => has(r, 'context', 'codedDiagnosis', 'image'),
  Encounter: (r) => has(r, 'reason', 'incomingReferral'),
  Appointment: (r) => has(r, 'indication', 'incomingReferral'),
  Flag: (r) => isOne(r.category),
  Goal: (r) => isText(r.status),
  Immunization: (r) => has(r, 'notGiven', 'date', 'explanation', 'vaccinationProtocol'),
  ImmunizationRecommendation: (r) =>
    Array.isArray(r.recommendation) &&
    r.recommendation.some((one) => typeof one?.vaccineCode === 'object' && !Array.isArray(one.vaccineCode)),
  MedicationDispense: (r) => has(r, 'notDone', 'notDoneReasonReference', 'notDoneReasonCodeableConcept'),
  MedicationRequest: (r) =>
    has(r, 'context', 'definition') ||
    isOne(r.category) ||
    (typeof r.requester === 'object' && r.requester !== null && 'agent' in r.requester),
  MedicationStatement: (r) => has(r, 'taken', 'reasonNotTaken'),
  Medication: (r) => has(r, 'isBrand', 'isOverTheCounter', 'package'),
  Observation: (r) => has(r, 'context', 'related', 'comment'),
  Patient: (r) => has(r, 'animal'),
  Procedure: (r) => has(r, 'context', 'notDone', 'notDoneReason', 'definition'),
  ProcedureRequest: () => true,
  ReferralRequest: () => true,
  DeviceComponent: () => true,
  BodySite: () => true,
  Sequence: () => true,
  CapabilityStatement: (r) => isText(r.fhirVersion) && /^(3|1\.[1-9])\./.test(String(r.fhirVersion)),
};

/** Coding systems that only STU3 (and DSTU2) spell this way. */
const OLD_SYSTEM =
  /^http:\/\/hl7\.org\/fhir\/(?:v3\/|observation-category$|condition-c|condition-ver-status$|referencerange-meaning$|marital-status$)/;

/** The same in raw text, so that few records are walked. */
const OLD_PLACE =
  /http:\/\/hl7\.org\/fhir\/(?:v3\/|observation-category"|condition-|referencerange-meaning"|marital-status")/;

function namesOldSystem(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null || depth > 8) return false;
  if (Array.isArray(value)) return value.some((one) => namesOldSystem(one, depth + 1));
  const fields = value as Fields;
  if (typeof fields.system === 'string' && OLD_SYSTEM.test(fields.system)) return true;
  return Object.values(fields).some((one) => namesOldSystem(one, depth + 1));
}

/** Profiles that Nictiz made for STU3 only; the R4 ones are named `nl-core-Patient`, `zib-Problem` in another case. */
const OLD_PROFILE =
  /^http:\/\/(?:nictiz\.nl|fhir\.nl)\/fhir\/StructureDefinition\/(?:nl-core-(?:patient|practitioner|practitionerrole|organization|episodeofcare|relatedperson|address|contactpoint|humanname|observation|location)\b|gp-|zib-LaboratoryTestResult-|zib-MedicalDeviceProduct$)|^http:\/\/hl7\.org\/fhir\/3\.0\//;

/**
 * `sure`: a field or profile that only STU3 has, so the file is STU3. `likely`: only its code systems are STU3's, which
 * also happens to a careless R4 record; then the record alone is refused. `text` is its JSON, searched before the walk.
 */
export function stu3Sign(resource: Fields, text: string): 'sure' | 'likely' | undefined {
  const type = String(resource.resourceType);
  if (Object.hasOwn(SIGNS, type) && SIGNS[type]!(resource)) return 'sure';
  const profile = (resource.meta as Fields | undefined)?.profile;
  if (Array.isArray(profile) && profile.some((one) => typeof one === 'string' && OLD_PROFILE.test(one))) return 'sure';
  return text.includes('http://hl7.org/fhir/') && OLD_PLACE.test(text) && namesOldSystem(resource, 0)
    ? 'likely'
    : undefined;
}
