/** The parts of FHIR R4 AuditEvent (http://hl7.org/fhir/R4/auditevent.html) that are written here. */

export interface Extension {
  url: string;
  valueString?: string;
  valueCode?: string;
  valueBoolean?: boolean;
  valueInteger?: number;
  extension?: Extension[];
}
export interface Coding {
  system: string;
  code: string;
  display?: string;
}
export interface CodeableConcept {
  coding?: Coding[];
  text?: string;
}
export interface Reference {
  reference?: string;
  type?: string;
  identifier?: { system: string; value: string };
  display?: string;
  extension?: Extension[];
}
export interface Agent {
  type?: CodeableConcept;
  role?: CodeableConcept[];
  who?: Reference;
  name?: string;
  requestor: boolean;
  policy?: string[];
  network?: { address?: string; type?: string; extension?: Extension[] };
  purposeOfUse?: CodeableConcept[];
}
export interface Entity {
  what?: Reference;
  type?: Coding;
  role?: Coding;
  name?: string;
  query?: string;
  _query?: { extension: Extension[] };
}
export interface AuditEvent {
  resourceType: 'AuditEvent';
  id: string;
  meta?: { profile: string[] };
  contained?: { resourceType: 'OperationOutcome'; id: string; issue: { severity: string; code: string }[] }[];
  extension: Extension[];
  type: Coding;
  subtype?: Coding[];
  action: 'C' | 'R' | 'U' | 'D' | 'E';
  recorded: string;
  outcome: '0' | '4' | '8';
  outcomeDesc?: string;
  purposeOfEvent?: CodeableConcept[];
  agent: Agent[];
  source: { site: string; observer: Reference; type: Coding[] };
  entity?: Entity[];
}
