/**
 * Code systems and identifiers that Dutch records carry, and one key per coding.
 *
 * A coding key is the text `system|code` with the system in its canonical spelling, so that an OID, an edition URI or
 * an old spelling of the same table gives the same key. Sources: Nictiz zib2020 and GP-data examples, FHIR R4
 * terminologies, SNOMED URI standard (edition URIs).
 */

import type { CodeableConcept, Coding, Extension } from './resource.ts';

export const SYSTEM = {
  icpc: 'http://hl7.org/fhir/sid/icpc-1-nl',
  nhg45: 'https://referentiemodel.nhg.org/tabellen/nhg-tabel-45-diagnostische-bepalingen',
  nhg45Answer: 'https://referentiemodel.nhg.org/tabellen/nhg-tabel-45-diagnostische-bepalingen#resultaten',
  nhg14: 'https://referentiemodel.nhg.org/tabellen/nhg-tabel-14-contactwijze',
  snomed: 'http://snomed.info/sct',
  loinc: 'http://loinc.org',
  atc: 'http://www.whocc.no/atc',
  rxnorm: 'http://www.nlm.nih.gov/research/umls/rxnorm',
  ucum: 'http://unitsofmeasure.org',
  /** G-Standaard: generic product, prescription product, trade product, article (Z-Index), contra-indication. */
  gpk: 'urn:oid:2.16.840.1.113883.2.4.4.1',
  prk: 'urn:oid:2.16.840.1.113883.2.4.4.10',
  hpk: 'urn:oid:2.16.840.1.113883.2.4.4.7',
  zindex: 'urn:oid:2.16.840.1.113883.2.4.4.8',
  contraIndication: 'urn:oid:2.16.840.1.113883.2.4.4.1.902.40',
  journalLine: 'http://fhir.nl/fhir/NamingSystem/journaalregeltypen',
  bsn: 'http://fhir.nl/fhir/NamingSystem/bsn',
  ura: 'http://fhir.nl/fhir/NamingSystem/ura',
  agb: 'http://fhir.nl/fhir/NamingSystem/agb-z',
  big: 'http://fhir.nl/fhir/NamingSystem/big',
  uziPerson: 'http://fhir.nl/fhir/NamingSystem/uzi-nr-pers',
  uziRole: 'http://fhir.nl/fhir/NamingSystem/uzi-rolcode',
  conditionClinical: 'http://terminology.hl7.org/CodeSystem/condition-clinical',
  conditionVerification: 'http://terminology.hl7.org/CodeSystem/condition-ver-status',
  actCode: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
  /** Occupations: ISCO-08. */
  isco: 'urn:oid:2.16.840.1.113883.2.9.6.2.7',
  /** Kinds of appointment: HL7 v2, table 0276. */
  appointmentKind: 'http://terminology.hl7.org/CodeSystem/v2-0276',
  communicationCategory: 'http://terminology.hl7.org/CodeSystem/communication-category',
  /** How somebody took part: in writing, by telephone. */
  participationMode: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationMode',
  /** Kinds of work that no resource of R4 has a code for (docs/spec/source.md, "Work"). A name; nobody has to host it. */
  work: 'urn:ketenkluis:fhir:work',
  observationCategory: 'http://terminology.hl7.org/CodeSystem/observation-category',
} as const;

/** Nictiz extension that carries the ICPC-1-NL code beside (or instead of) `code`. */
export const ICPC_EXTENSION = 'http://nictiz.nl/fhir/StructureDefinition/code-icpc-1-nl';
export const DATA_ABSENT_REASON = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason';

const OID: Readonly<Record<string, string>> = {
  '2.16.840.1.113883.2.4.4.31.1': SYSTEM.icpc,
  '2.16.840.1.113883.2.4.4.30.45': SYSTEM.nhg45,
  '2.16.840.1.113883.2.4.4.30.1045': SYSTEM.nhg45Answer,
  '2.16.840.1.113883.2.4.4.30.14': SYSTEM.nhg14,
  '2.16.840.1.113883.6.96': SYSTEM.snomed,
  '2.16.840.1.113883.6.1': SYSTEM.loinc,
  '2.16.840.1.113883.6.73': SYSTEM.atc,
  '2.16.840.1.113883.6.88': SYSTEM.rxnorm,
  '2.16.840.1.113883.6.8': SYSTEM.ucum,
  '2.16.840.1.113883.2.4.6.3': SYSTEM.bsn,
  '2.16.528.1.1007.3.3': SYSTEM.ura,
  '2.16.840.1.113883.2.4.6.1': SYSTEM.agb,
  '2.16.528.1.1007.5.1': SYSTEM.big,
  '2.16.528.1.1007.3.1': SYSTEM.uziPerson,
  '2.16.840.1.113883.2.4.15.111': SYSTEM.uziRole,
};

const CANONICAL = new Set<string>(Object.values(SYSTEM));
const cache = new Map<string, string>();

function normalise(system: string): string {
  const trimmed = system.trim();
  const oid = /^urn:oid:([0-9.]+)$/i.exec(trimmed)?.[1];
  if (oid !== undefined) return OID[oid] ?? `urn:oid:${oid}`;
  if (/^https?:\/\/snomed\.info\/(x?sct)(\/|$)/i.test(trimmed)) return SYSTEM.snomed;
  const bare = trimmed.replace(/^https?:\/\//i, '').replace(/\/$/, '');
  for (const known of CANONICAL) if (known.replace(/^https?:\/\//, '') === bare) return known;
  return trimmed;
}

/** The canonical spelling of a system URI or `urn:oid:`; an unknown system comes back as it is, trimmed. */
export function normaliseSystem(system: string): string {
  if (CANONICAL.has(system)) return system;
  const known = cache.get(system);
  if (known !== undefined) return known;
  const canonical = normalise(system);
  // Systems come from files: an unbounded cache would be a memory hole.
  if (cache.size < 1000) cache.set(system, canonical);
  return canonical;
}

export type CodingKey = string & { readonly __codingKey?: never };

/** `system|code`; undefined when the system or the code is missing or no text. */
export function codingKey(coding: Coding | undefined | null): CodingKey | undefined {
  if (typeof coding !== 'object' || coding === null) return undefined;
  const { system, code } = coding;
  if (typeof system !== 'string' || typeof code !== 'string' || code === '') return undefined;
  return `${normaliseSystem(system)}|${code}`;
}

/** `key('icpc', 'T90.02')`: for writing programmes and tests. */
export const key = (system: keyof typeof SYSTEM, code: string): CodingKey => `${SYSTEM[system]}|${code}`;

function pushKeys(into: CodingKey[], concept: CodeableConcept | undefined | null): void {
  if (typeof concept !== 'object' || concept === null || !Array.isArray(concept.coding)) return;
  for (const coding of concept.coding) {
    const one = codingKey(coding);
    if (one !== undefined && !into.includes(one)) into.push(one);
  }
}

function pushIcpcExtension(into: CodingKey[], extensions: readonly Extension[] | undefined): void {
  if (!Array.isArray(extensions)) return;
  for (const extension of extensions) {
    if (typeof extension !== 'object' || extension === null || extension.url !== ICPC_EXTENSION) continue;
    pushKeys(into, extension.valueCodeableConcept);
  }
}

/** The keys of a concept in order, ICPC from an extension on the concept included; no doubles. */
export function conceptKeys(concept: CodeableConcept | undefined | null): CodingKey[] {
  const keys: CodingKey[] = [];
  pushKeys(keys, concept);
  if (typeof concept === 'object' && concept !== null) pushIcpcExtension(keys, concept.extension);
  return keys;
}

/** The keys of `code` of a resource, ICPC from an extension on the resource or on the concept included. */
export function codeKeys(resource: { readonly code?: CodeableConcept; readonly extension?: readonly Extension[] }) {
  const keys = conceptKeys(resource.code);
  pushIcpcExtension(keys, resource.extension);
  return keys;
}

/**
 * The keys of an answer. An answer of NHG table 45 is spelled in three ways (`...#resultaten`, OID ...30.1045, or the
 * table's own URL); all three give the `#resultaten` key here.
 */
export const answerKeys = (concept: CodeableConcept | undefined | null): CodingKey[] =>
  conceptKeys(concept).map((one) =>
    one.startsWith(`${SYSTEM.nhg45}|`) ? `${SYSTEM.nhg45Answer}${one.slice(SYSTEM.nhg45.length)}` : one,
  );
