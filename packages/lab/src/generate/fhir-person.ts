/** Patient, Practitioner, PractitionerRole and Organization in the shapes of Nictiz zib2020 (R4). */

import { DATA_ABSENT_REASON, SYSTEM } from '@ketenkluis/fhir';
import type {
  Address,
  Extension,
  HumanName,
  Identifier,
  Narrative,
  Organization,
  Patient,
  Practitioner,
  PractitionerRole,
  Reference,
} from '@medplum/fhirtypes';
import { isoDay } from './calendar.ts';
import type { PatientRecord, Person } from './model.ts';
import { surnameText } from './names.ts';
import { OCCUPATION, PRACTICE, type StaffKey, type StaffMember, staffMember } from './staff.ts';

export const NICTIZ = 'http://nictiz.nl/fhir/StructureDefinition/';
const HL7 = 'http://hl7.org/fhir/StructureDefinition/';
export const profile = (name: string): { profile: string[] } => ({ profile: [`${NICTIZ}${name}`] });
export const patientId = (person: Person): string => `pat-${person.key}`;

/** Elements whose extensions FHIR puts beside them, under a leading underscore. */
type Beside<T, K extends string> = T & { readonly [key in `_${K}`]?: { readonly extension: Extension[] } };
type BesideList<T, K extends string> = T & {
  readonly [key in `_${K}`]?: readonly { readonly extension: Extension[] }[];
};

const escapeXml = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');

export const narrative = (text: string): Narrative => ({
  status: 'extensions',
  div: `<div xmlns="http://www.w3.org/1999/xhtml">${escapeXml(text)}</div>`,
});

const initials = (person: Person): string => person.given.map((name) => `${name[0]}.`).join('');

/** `J.M. van den Berg-de Vries`: partner's name first, the own name after the hyphen (NL3). */
export const familyText = (person: Person): string =>
  person.partner === undefined ? surnameText(person.own) : `${surnameText(person.partner)}-${surnameText(person.own)}`;
export const fullName = (person: Person): string => `${initials(person)} ${familyText(person)}`;

const text = (url: string, valueString: string): Extension => ({ url: `${HL7}${url}`, valueString });

function names(person: Person): HumanName[] {
  const family: Extension[] = [];
  if (person.partner !== undefined) {
    if (person.partner.prefix !== '') family.push(text('humanname-partner-prefix', person.partner.prefix));
    family.push(text('humanname-partner-name', person.partner.name));
  }
  if (person.own.prefix !== '') family.push(text('humanname-own-prefix', person.own.prefix));
  family.push(text('humanname-own-name', person.own.name));
  const official: Beside<HumanName, 'family' | 'given'> = {
    ...(person.partner === undefined
      ? {}
      : { extension: [{ url: `${HL7}humanname-assembly-order`, valueCode: 'NL3' }] }),
    use: 'official',
    text: `${person.given.join(' ')} ${familyText(person)}`,
    family: familyText(person),
    _family: { extension: family },
    given: [...person.given],
  };
  return [official, { use: 'usual', given: [person.call] }];
}

function bsn(person: Person): Identifier {
  if (person.bsn !== undefined) return { system: SYSTEM.bsn, value: person.bsn };
  const masked: Beside<Identifier, 'value'> = {
    system: SYSTEM.bsn,
    _value: { extension: [{ url: DATA_ABSENT_REASON, valueCode: 'masked' }] },
  };
  return masked;
}

const addressUse = (code: 'HP' | 'WP', display: string): Extension => ({
  url: `${NICTIZ}ext-AddressInformation.AddressType`,
  valueCodeableConcept: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-AddressUse', code, display }] },
});

const LANGUAGE: Readonly<Record<string, string>> = { tr: 'Turks', ar: 'Arabisch', pl: 'Pools' };

export function patientResource(record: PatientRecord): Patient {
  const { person } = record;
  const { address } = person;
  const line = `${address.street} ${address.number}${address.addition}`;
  const lineParts: Extension[] = [
    text('iso21090-ADXP-streetName', address.street),
    text('iso21090-ADXP-houseNumber', address.number),
  ];
  if (address.addition !== '') lineParts.push(text('iso21090-ADXP-buildingNumberSuffix', address.addition));
  const home: BesideList<Address, 'line'> = {
    extension: [addressUse('HP', 'Primary Home')],
    use: 'home',
    type: 'both',
    line: [line],
    _line: [{ extension: lineParts }],
    city: address.city,
    postalCode: address.postalCode,
    country: 'Nederland',
  };
  const { contact } = person;
  return {
    resourceType: 'Patient',
    id: patientId(person),
    meta: profile('nl-core-Patient'),
    text: narrative(
      `${fullName(person)}, geboren ${isoDay(person.born)}, ${line}, ${address.city}. Afdruk ${record.narrative}.`,
    ),
    identifier: [bsn(person), { system: 'https://delinde.example/patientnummer', value: person.key }],
    active: person.departed === undefined,
    name: names(person),
    telecom: [
      { system: 'phone', value: person.phone, use: 'home' },
      ...(person.mobile === undefined ? [] : [{ system: 'phone', value: person.mobile, use: 'mobile' } as const]),
      ...(person.email === undefined ? [] : [{ system: 'email', value: person.email, use: 'home' } as const]),
    ],
    gender: person.sex,
    birthDate: isoDay(person.born),
    ...(person.died === undefined ? { deceasedBoolean: false } : { deceasedDateTime: isoDay(person.died) }),
    address: [home],
    ...(contact === undefined
      ? {}
      : {
          contact: [
            {
              relationship: [
                {
                  coding: [
                    {
                      system: 'urn:oid:2.16.840.1.113883.2.4.3.11.22.472',
                      code: '01',
                      display: 'Eerste relatie/contactpersoon',
                    },
                  ],
                  text: contact.relation,
                },
              ],
              name: { text: contact.name },
              telecom: [{ system: 'phone' as const, value: contact.phone }],
            },
          ],
        }),
    ...(person.language === undefined
      ? {}
      : {
          communication: [
            {
              language: {
                coding: [
                  {
                    system: 'urn:ietf:bcp:47',
                    code: person.language,
                    display: LANGUAGE[person.language] ?? person.language,
                  },
                ],
              },
              preferred: true,
            },
          ],
        }),
    generalPractitioner: [roleReference(person.gp)],
    managingOrganization: { reference: `Organization/${PRACTICE.id}`, display: PRACTICE.name },
  };
}

export const roleReference = (key: StaffKey): Reference<PractitionerRole> => {
  const one = staffMember(key);
  return {
    reference: `PractitionerRole/rol-${key}`,
    type: 'PractitionerRole',
    display: `${one.name}, ${one.role}`,
  };
};

function practitioner(one: StaffMember): Practitioner {
  const family: Extension[] = one.prefix === '' ? [] : [text('humanname-own-prefix', one.prefix)];
  family.push(text('humanname-own-name', one.surname));
  const name: Beside<HumanName, 'family'> = {
    use: 'official',
    text: `${one.initials} ${[one.prefix, one.surname].filter((part) => part !== '').join(' ')}`.trim(),
    family: [one.prefix, one.surname].filter((part) => part !== '').join(' '),
    _family: { extension: family },
    given: one.initials === '' ? [one.given] : [one.initials],
  };
  return {
    resourceType: 'Practitioner',
    id: `zvl-${one.key}`,
    meta: profile('nl-core-HealthProfessional-Practitioner'),
    identifier: [
      ...(one.big === undefined ? [] : [{ system: SYSTEM.big, value: one.big }]),
      ...(one.agb === undefined ? [] : [{ system: SYSTEM.agb, value: one.agb }]),
      { system: 'https://delinde.example/medewerker', value: one.key },
    ],
    name: [name],
  };
}

const occupation = (code: string | undefined) =>
  code === undefined ? {} : { coding: [{ system: SYSTEM.isco, code }] };

const role = (one: StaffMember): PractitionerRole => ({
  resourceType: 'PractitionerRole',
  id: `rol-${one.key}`,
  meta: profile('nl-core-HealthProfessional-PractitionerRole'),
  practitioner: { reference: `Practitioner/zvl-${one.key}`, type: 'Practitioner', display: one.name },
  organization: { reference: `Organization/${PRACTICE.id}`, type: 'Organization', display: PRACTICE.name },
  code: [{ ...occupation(OCCUPATION[one.team]), text: one.role }],
});

export const organisationResource = (): Organization => ({
  resourceType: 'Organization',
  id: PRACTICE.id,
  meta: profile('nl-core-HealthcareProvider-Organization'),
  identifier: [
    { system: SYSTEM.ura, value: PRACTICE.ura },
    { system: SYSTEM.agb, value: PRACTICE.agb },
  ],
  name: PRACTICE.name,
  telecom: [{ system: 'phone', value: PRACTICE.phone, use: 'work' }],
  address: [{ use: 'work', line: ['Dorpsplein 1'], city: PRACTICE.city, postalCode: '8397 AA', country: 'Nederland' }],
});

export const staffResources = (staff: readonly StaffMember[]): (Practitioner | PractitionerRole)[] =>
  staff.flatMap((one) => [practitioner(one), role(one)]);
