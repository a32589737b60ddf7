/**
 * The closed question of Mitz (gesloten autorisatievraag): may this holder make this patient's data of this category available to
 * this consulter? XACML 3.0 in SOAP 1.2, one patient, one holder, one consulter. Layout and code systems: docs/mitz.md.
 */

import { type Bsn, isBsn } from '@ketenkluis/fhir';
import { z } from 'zod';
import { agentError } from '../errors.ts';

/** Zorgaanbiedernummer of the UZI register: eight digits. */
export const ura = z.string().regex(/^\d{8}$/);
/** Zorgaanbiedertype (2.16.840.1.113883.2.4.15.1060): a letter and digits, such as Z3 for a GP practice. */
export const facilityType = z.string().regex(/^[A-Z]\d{1,2}$/);
/** UZI role code (2.16.840.1.113883.2.4.15.111), such as 01.015. */
export const roleCode = z.string().regex(/^\d{2}\.\d{3}$/);
/** UZI or Dezi number of a person: nine digits. */
export const professionalNumber = z.string().regex(/^\d{9}$/);
/** Gegevenscategorie of Mitz, such as GGC002 (behandelgegevens). */
export const dataCategory = z.string().regex(/^GGC\d{3}$/);

export interface Question {
  /** UUID, lower case; the answer must relate to it. */
  readonly message: string;
  readonly to: string;
  readonly bsn: Bsn;
  readonly holder: { readonly ura: string; readonly type: string };
  readonly consulter: {
    readonly ura: string;
    readonly type: string;
    readonly role: string;
    readonly person: string;
    /** Who acts for that person, under mandate. */
    readonly mandated: string | null;
  };
  readonly data: string;
}

export const NS = {
  soap: 'http://www.w3.org/2003/05/soap-envelope',
  wsa: 'http://www.w3.org/2005/08/addressing',
  query: 'urn:oasis:names:tc:xacml:3.0:profile:saml2.0:v2:schema:protocol:wd-14',
  xacml: 'urn:oasis:names:tc:xacml:3.0:core:schema:wd-17',
  hl7: 'urn:hl7-org:v3',
} as const;
export const OID = {
  bsn: '2.16.840.1.113883.2.4.6.3',
  ura: '2.16.528.1.1007.3.3',
  person: '2.16.528.1.1007.3.1',
  facility: '2.16.840.1.113883.2.4.15.1060',
  role: '2.16.840.1.113883.2.4.15.111',
  data: '2.16.840.1.113883.2.4.3.111.5.10.1',
  purpose: '2.16.840.1.113883.1.11.20448',
} as const;
export const CATEGORY = {
  resource: 'urn:oasis:names:tc:xacml:3.0:attribute-category:resource',
  action: 'urn:oasis:names:tc:xacml:3.0:attribute-category:action',
  subject: 'urn:oasis:names:tc:xacml:1.0:subject-category:access-subject',
  environment: 'urn:oasis:names:tc:xacml:3.0:attribute-category:environment',
} as const;
export const ATTRIBUTE = {
  patient: 'urn:oasis:names:tc:xacml:2.0:resource:resource-id',
  holderType: 'urn:ihe:iti:appc:2016:document-entry:healthcare-facility-type-code',
  holder: 'urn:ihe:iti:appc:2016:author-institution:id',
  data: 'urn:ihe:iti:appc:2016:document-entry:event-code',
  role: 'urn:oasis:names:tc:xacml:2.0:subject:role',
  person: 'urn:ihe:iti:xua:2017:subject:provider-identifier',
  mandated: 'urn:nl:otv:names:tc:1.0:subject:mandated',
  consulter: 'urn:nl:otv:names:tc:1.0:subject:provider-institution',
  consulterType: 'urn:nl:otv:names:tc:1.0:subject:consulting-healthcare-facility-type-code',
  purpose: 'urn:oasis:names:tc:xspa:1.0:subject:purposeofuse',
} as const;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** What an address may hold needs no escaping in XML. */
const ADDRESS = /^https:\/\/[A-Za-z0-9.:/_-]+$/;

const attribute = (id: string, type: 'II' | 'CV', value: string): string =>
  `<Attribute AttributeId="${id}" IncludeInResult="true"><AttributeValue DataType="${NS.hl7}#${type}">${value}</AttributeValue></Attribute>`;
const identifier = (id: string, root: string, extension: string, authority = ''): string =>
  attribute(
    id,
    'II',
    `<InstanceIdentifier xmlns="${NS.hl7}" root="${root}" extension="${extension}"${authority && ` assigningAuthorityName="${authority}"`}/>`,
  );
const coded = (id: string, system: string, code: string): string =>
  attribute(id, 'CV', `<CodedValue xmlns="${NS.hl7}" code="${code}" codeSystem="${system}"/>`);
const attributes = (category: string, name: string, ...all: readonly string[]): string =>
  `<Attributes Category="${category}" xml:id="${name}">${all.join('')}</Attributes>`;

/** Every value that goes into the text is of a closed form, so nothing in it can be markup. */
function check({ message, to, bsn, holder, consulter, data }: Question): void {
  const good =
    UUID.test(message) &&
    ADDRESS.test(to) &&
    isBsn(bsn) &&
    [holder.ura, consulter.ura].every((one) => ura.safeParse(one).success) &&
    [holder.type, consulter.type].every((one) => facilityType.safeParse(one).success) &&
    roleCode.safeParse(consulter.role).success &&
    [consulter.person, consulter.mandated ?? consulter.person].every(
      (one) => professionalNumber.safeParse(one).success,
    ) &&
    dataCategory.safeParse(data).success;
  if (!good) throw agentError('bad-mitz', 'a question to Mitz has a value of the wrong form; check the configuration');
}

/** The whole SOAP envelope. Throws `agent/bad-mitz`; no message holds a value. */
export function questionXml(question: Question): string {
  check(question);
  const { message, to, bsn, holder, consulter, data } = question;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<soap:Envelope xmlns:soap="${NS.soap}" xmlns:wsa="${NS.wsa}"><soap:Header>`,
    '<wsa:Action>XACMLAuthorizationDecisionQueryRequest</wsa:Action>',
    `<wsa:MessageID>urn:uuid:${message}</wsa:MessageID>`,
    `<wsa:ReplyTo><wsa:Address>${NS.wsa}/anonymous</wsa:Address></wsa:ReplyTo>`,
    `<wsa:To>${to}</wsa:To>`,
    `</soap:Header><soap:Body><types:XACMLAuthzDecisionQuery xmlns:types="${NS.query}">`,
    `<Request xmlns="${NS.xacml}" CombinedDecision="false" ReturnPolicyIdList="false">`,
    attributes(
      CATEGORY.resource,
      'resource',
      identifier(ATTRIBUTE.patient, OID.bsn, bsn),
      coded(ATTRIBUTE.holderType, OID.facility, holder.type),
      identifier(ATTRIBUTE.holder, OID.ura, holder.ura),
    ),
    attributes(CATEGORY.action, 'action0', coded(ATTRIBUTE.data, OID.data, data)),
    attributes(
      CATEGORY.subject,
      'subject',
      coded(ATTRIBUTE.role, OID.role, consulter.role),
      ...(consulter.mandated === null ? [] : [identifier(ATTRIBUTE.mandated, OID.person, consulter.mandated, 'CIBG')]),
      identifier(ATTRIBUTE.person, OID.person, consulter.person, 'CIBG'),
      identifier(ATTRIBUTE.consulter, OID.ura, consulter.ura),
      coded(ATTRIBUTE.consulterType, OID.facility, consulter.type),
    ),
    // TREAT: only what the patient said explicitly counts; never COC, assumed consent.
    attributes(CATEGORY.environment, 'environment', coded(ATTRIBUTE.purpose, OID.purpose, 'TREAT')),
    '</Request></types:XACMLAuthzDecisionQuery></soap:Body></soap:Envelope>',
  ].join('');
}
