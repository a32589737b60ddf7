/**
 * The part of FHIR R4 that Ketenkluis reads, as narrow types. Everything is optional: a file proves nothing, and the
 * reader only promises (`shape.ts`) that a field that is there has the right JSON kind on the first level.
 */

export interface Extension {
  readonly url?: string;
  readonly extension?: readonly Extension[];
  readonly valueCode?: string;
  readonly valueString?: string;
  readonly valueBoolean?: boolean;
  readonly valueDateTime?: string;
  readonly valuePeriod?: Period;
  readonly valueCoding?: Coding;
  readonly valueCodeableConcept?: CodeableConcept;
  readonly valueReference?: Reference;
}

export interface Coding {
  readonly system?: string;
  readonly version?: string;
  readonly code?: string;
  readonly display?: string;
}

export interface CodeableConcept {
  readonly extension?: readonly Extension[];
  readonly coding?: readonly Coding[];
  readonly text?: string;
}

export interface Quantity {
  readonly value?: number;
  readonly comparator?: string;
  readonly unit?: string;
  readonly system?: string;
  readonly code?: string;
}

export interface Period {
  readonly start?: string;
  readonly end?: string;
}

export interface Reference {
  readonly reference?: string;
  readonly type?: string;
  readonly identifier?: Identifier;
  readonly display?: string;
}

export interface Identifier {
  readonly extension?: readonly Extension[];
  readonly use?: string;
  readonly type?: CodeableConcept;
  readonly system?: string;
  readonly value?: string;
  readonly _value?: { readonly extension?: readonly Extension[] };
}

export interface HumanName {
  readonly extension?: readonly Extension[];
  readonly use?: string;
  readonly text?: string;
  readonly family?: string;
  /** FHIR JSON puts null where a name part has only an extension. */
  readonly given?: readonly (string | null)[];
  readonly prefix?: readonly (string | null)[];
}

export interface ContactPoint {
  readonly system?: string;
  readonly value?: string;
  readonly use?: string;
}

export interface Address {
  readonly use?: string;
  readonly line?: readonly (string | null)[];
  readonly city?: string;
  readonly postalCode?: string;
  readonly country?: string;
}

interface Base<T extends string> {
  readonly resourceType: T;
  readonly id?: string;
  readonly meta?: { readonly profile?: readonly string[]; readonly versionId?: string; readonly lastUpdated?: string };
  readonly extension?: readonly Extension[];
  readonly identifier?: readonly Identifier[];
}

export interface Patient extends Base<'Patient'> {
  readonly active?: boolean;
  readonly name?: readonly HumanName[];
  readonly telecom?: readonly ContactPoint[];
  readonly gender?: string;
  readonly birthDate?: string;
  readonly deceasedBoolean?: boolean;
  readonly deceasedDateTime?: string;
  readonly address?: readonly Address[];
  readonly generalPractitioner?: readonly Reference[];
  readonly link?: readonly { readonly other?: Reference; readonly type?: string }[];
}

export interface Condition extends Base<'Condition'> {
  readonly clinicalStatus?: CodeableConcept;
  readonly verificationStatus?: CodeableConcept;
  readonly category?: readonly CodeableConcept[];
  readonly code?: CodeableConcept;
  readonly subject?: Reference;
  readonly encounter?: Reference;
  readonly onsetDateTime?: string;
  readonly onsetPeriod?: Period;
  readonly abatementDateTime?: string;
  readonly abatementPeriod?: Period;
  readonly recordedDate?: string;
}

export interface EpisodeOfCare extends Base<'EpisodeOfCare'> {
  readonly status?: string;
  readonly type?: readonly CodeableConcept[];
  readonly diagnosis?: readonly { readonly condition?: Reference; readonly role?: CodeableConcept }[];
  readonly patient?: Reference;
  readonly period?: Period;
}

export interface ObservationComponent {
  readonly code?: CodeableConcept;
  readonly valueQuantity?: Quantity;
  readonly valueCodeableConcept?: CodeableConcept;
  readonly valueString?: string;
  readonly valueBoolean?: boolean;
  readonly valueInteger?: number;
  readonly valueDateTime?: string;
}

export interface Observation extends Base<'Observation'>, ObservationComponent {
  readonly status?: string;
  readonly category?: readonly CodeableConcept[];
  readonly subject?: Reference;
  readonly encounter?: Reference;
  readonly effectiveDateTime?: string;
  readonly effectivePeriod?: Period;
  readonly effectiveInstant?: string;
  readonly issued?: string;
  readonly component?: readonly ObservationComponent[];
}

export interface Dosage {
  readonly sequence?: number;
  readonly text?: string;
  readonly timing?: { readonly repeat?: Readonly<Record<string, unknown>> };
  readonly asNeededBoolean?: boolean;
  readonly doseAndRate?: readonly { readonly doseQuantity?: Quantity }[];
}

interface MedicationBase {
  readonly status?: string;
  readonly medicationCodeableConcept?: CodeableConcept;
  readonly medicationReference?: Reference;
  readonly subject?: Reference;
}

/**
 * Also zib MedicationAgreement and VariableDosingRegimen: profiles on MedicationRequest, recognised by `category`;
 * their period of use stands in the extension `ext-TimeInterval.Period`.
 */
export interface MedicationRequest extends Base<'MedicationRequest'>, MedicationBase {
  readonly intent?: string;
  readonly category?: readonly CodeableConcept[];
  readonly encounter?: Reference;
  readonly authoredOn?: string;
  readonly dosageInstruction?: readonly Dosage[];
  readonly dispenseRequest?: { readonly validityPeriod?: Period; readonly quantity?: Quantity };
}

export interface MedicationStatement extends Base<'MedicationStatement'>, MedicationBase {
  readonly category?: CodeableConcept;
  readonly effectiveDateTime?: string;
  readonly effectivePeriod?: Period;
  readonly dateAsserted?: string;
  readonly dosage?: readonly Dosage[];
}

/** Also zib AdministrationAgreement and MedicationDispense: told apart by `category`. */
export interface MedicationDispense extends Base<'MedicationDispense'>, MedicationBase {
  readonly category?: CodeableConcept;
  readonly quantity?: Quantity;
  readonly daysSupply?: Quantity;
  readonly whenPrepared?: string;
  readonly whenHandedOver?: string;
  readonly dosageInstruction?: readonly Dosage[];
}

export interface Medication extends Base<'Medication'> {
  readonly code?: CodeableConcept;
}

export interface AllergyIntolerance extends Base<'AllergyIntolerance'> {
  readonly clinicalStatus?: CodeableConcept;
  readonly verificationStatus?: CodeableConcept;
  readonly type?: string;
  readonly category?: readonly string[];
  readonly criticality?: string;
  readonly code?: CodeableConcept;
  readonly patient?: Reference;
  readonly onsetDateTime?: string;
  readonly recordedDate?: string;
}

export interface Encounter extends Base<'Encounter'> {
  readonly status?: string;
  readonly class?: Coding;
  readonly type?: readonly CodeableConcept[];
  readonly subject?: Reference;
  readonly participant?: readonly { readonly individual?: Reference; readonly period?: Period }[];
  readonly period?: Period;
  readonly reasonCode?: readonly CodeableConcept[];
  readonly diagnosis?: readonly { readonly condition?: Reference }[];
  readonly serviceProvider?: Reference;
}

export interface Appointment extends Base<'Appointment'> {
  readonly status?: string;
  readonly serviceType?: readonly CodeableConcept[];
  readonly appointmentType?: CodeableConcept;
  readonly start?: string;
  readonly end?: string;
  readonly minutesDuration?: number;
  readonly participant?: readonly {
    readonly actor?: Reference;
    readonly type?: readonly CodeableConcept[];
    readonly status?: string;
  }[];
}

export interface Procedure extends Base<'Procedure'> {
  readonly status?: string;
  readonly category?: CodeableConcept;
  readonly code?: CodeableConcept;
  readonly subject?: Reference;
  readonly encounter?: Reference;
  readonly performedDateTime?: string;
  readonly performedPeriod?: Period;
}

export interface Immunization extends Base<'Immunization'> {
  readonly status?: string;
  readonly vaccineCode?: CodeableConcept;
  readonly patient?: Reference;
  readonly occurrenceDateTime?: string;
}

export interface Flag extends Base<'Flag'> {
  readonly status?: string;
  readonly category?: readonly CodeableConcept[];
  readonly code?: CodeableConcept;
  readonly subject?: Reference;
  readonly period?: Period;
}

export interface Consent extends Base<'Consent'> {
  readonly status?: string;
  readonly scope?: CodeableConcept;
  readonly category?: readonly CodeableConcept[];
  readonly patient?: Reference;
  readonly dateTime?: string;
  readonly provision?: Readonly<Record<string, unknown>>;
}

export interface Practitioner extends Base<'Practitioner'> {
  readonly name?: readonly HumanName[];
}

export interface PractitionerRole extends Base<'PractitionerRole'> {
  readonly active?: boolean;
  readonly practitioner?: Reference;
  readonly code?: readonly CodeableConcept[];
}

export interface Organization extends Base<'Organization'> {
  readonly name?: string;
}

/** Result of a laboratory or hospital: that it came in, never what it says. */
export interface DiagnosticReport extends Base<'DiagnosticReport'> {
  readonly status?: string;
  readonly subject?: Reference;
  readonly effectiveDateTime?: string;
  readonly effectivePeriod?: Period;
  readonly issued?: string;
  readonly resultsInterpreter?: readonly Reference[];
}

export interface Communication extends Base<'Communication'> {
  readonly status?: string;
  readonly category?: readonly CodeableConcept[];
  readonly medium?: readonly CodeableConcept[];
  readonly subject?: Reference;
  readonly sent?: string;
  readonly received?: string;
  readonly sender?: Reference;
  readonly recipient?: readonly Reference[];
}

export interface ServiceRequest extends Base<'ServiceRequest'> {
  readonly status?: string;
  readonly category?: readonly CodeableConcept[];
  readonly subject?: Reference;
  readonly authoredOn?: string;
  readonly occurrencePeriod?: Period;
  readonly requester?: Reference;
}

export interface Task extends Base<'Task'> {
  readonly status?: string;
  readonly code?: CodeableConcept;
  readonly for?: Reference;
  readonly authoredOn?: string;
  readonly executionPeriod?: Period;
  readonly performerType?: readonly CodeableConcept[];
  readonly owner?: Reference;
}

/** A type on no list: only its name is looked at. */
export interface OtherResource extends Base<string> {
  readonly [field: string]: unknown;
}

export type Resource =
  | Patient
  | Condition
  | EpisodeOfCare
  | Observation
  | MedicationRequest
  | MedicationStatement
  | MedicationDispense
  | Medication
  | AllergyIntolerance
  | Encounter
  | Appointment
  | Procedure
  | Immunization
  | Flag
  | Consent
  | Practitioner
  | PractitionerRole
  | Organization
  | DiagnosticReport
  | Communication
  | ServiceRequest
  | Task;
export type ResourceType = Resource['resourceType'];
export type ResourceOf<T extends ResourceType> = Extract<Resource, { readonly resourceType: T }>;
