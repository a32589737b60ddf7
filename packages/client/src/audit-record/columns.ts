/**
 * The fields of a record in the norm's order, once: the export's columns, the rest of a FHIR event's extension, and where each is read
 * back from. `NEN_7513` in `ledger` names the same numbers; a test holds the two together.
 */

import { isoInstant } from '@ketenkluis/base';
import type { Audit } from '../audit.ts';
import type { Agent, AuditEvent, Entity } from './fhir-types.ts';
import { type AuditRecord, MISSING, type Missing, type Said } from './record.ts';
import { CODE, LINE_EXTENSION, MISSING_EXTENSION, POLICY_PREFIX, SYSTEM } from './systems.ts';

export type Cell = Said<string>;
/** One record (or one line that could not be proved) as text, by column. */
export type Row = ReadonlyMap<string, Cell>;

export interface Column {
  /** The norm's number, and what part of that field. Also its name in the FHIR extension. */
  readonly key: string;
  /** NEN 7513:2018; null for what is ours. */
  readonly nen: string | null;
  /** As a person reads it, in Dutch. */
  readonly title: string;
  readonly of: (record: AuditRecord) => Said<string | number | boolean>;
  /** Where R4 has a place of its own: how it is read there. The others stand in the extension, as this kind of value. */
  readonly read?: (event: AuditEvent) => string | undefined;
  readonly kind?: 'string' | 'code' | 'integer' | 'boolean';
}

const sure = <T>(value: T): Said<T> => ({ value });
const within = <T, P>(said: Said<T>, pick: (value: T) => P): Said<P> =>
  'value' in said ? { value: pick(said.value) } : said;

const agentOf = (event: AuditEvent, ...codes: readonly { system: string; code: string }[]): Agent | undefined =>
  event.agent.find(({ type }) =>
    type?.coding?.some((one) => codes.some(({ system, code }) => one.system === system && one.code === code)),
  );
const user = (event: AuditEvent) => agentOf(event, CODE.recipient, CODE.author);
const boss = (event: AuditEvent) => agentOf(event, CODE.responsible);
const organisation = (event: AuditEvent) => agentOf(event, CODE.provider);
/** The client of a request, whichever way its pattern names it: the one that says the device. */
const client = (event: AuditEvent) => event.agent.find(({ who }) => who?.identifier?.system === SYSTEM.device);
const entityOf = (event: AuditEvent, { system, code }: { system: string; code: string }): Entity | undefined =>
  event.entity?.find(({ type }) => type?.system === system && type.code === code);
const person = (agent: Agent | undefined) =>
  agent?.who?.identifier?.system === SYSTEM.person ? agent.who.identifier.value : undefined;
const roleCode = (agent: Agent | undefined) => agent?.role?.[0]?.coding?.[0]?.code;
const roleText = (agent: Agent | undefined) => agent?.role?.[0]?.text;
const OUTCOME = { 0: 'success', 4: 'refused', 8: 'error' } as const;

type Check = keyof Extract<AuditRecord['checks'], { value: unknown }>['value'];
const check = (flag: Check, title: string): Column => ({
  ...{ key: `7.2.6.${flag}`, nen: '7.2.6', title, kind: 'boolean' },
  of: ({ checks }) => within(checks, (flags) => flags[flag]),
});
const column = (
  [key, title]: readonly [string, string],
  of: Column['of'],
  place: Required<Pick<Column, 'kind'>> | Required<Pick<Column, 'read'>>,
): Column => ({ key, nen: /^(7\.\d\.\d+|trace)/.exec(key)?.[1] ?? null, title, of, ...place });
const string = { kind: 'string' } as const;
const code = { kind: 'code' } as const;
const integer = { kind: 'integer' } as const;
const boolean = { kind: 'boolean' } as const;
const read = (from: NonNullable<Column['read']>) => ({ read: from });

export const COLUMNS: readonly Column[] = [
  column(['line', 'Regel in het logboek'], ({ line }) => sure(line), integer),
  column(['item', 'Onderdeel van de regel'], ({ item }) => (item === null ? { missing: 'none' } : sure(item)), integer),
  column(['practice', 'Logboek van'], ({ practice }) => sure(practice), string),
  column(['7.2.1', 'Gebeurtenis'], ({ event }) => sure(event), {
    read: ({ subtype }) => subtype?.find(({ system }) => system === SYSTEM.event)?.code,
  }),
  column(['7.2.2', 'Actie'], ({ action }) => sure(action), code),
  column(
    ['7.2.3', 'Datum en tijd (UTC)'],
    ({ at }) => sure(isoInstant(at)),
    read(({ recorded }) => recorded),
  ),
  column(['7.2.4', 'Aard'], (record) => sure(record.class), code),
  column(
    ['7.2.5', 'Uitkomst'],
    ({ outcome }) => sure(outcome),
    read(({ outcome }) => OUTCOME[outcome]),
  ),
  column(['7.2.5.line', 'Uitkomst van de hele regel'], ({ lineOutcome }) => sure(lineOutcome), code),
  column(
    ['7.2.5.reason', 'Waarom niet'],
    ({ reason }) => reason,
    read(({ outcomeDesc }) => outcomeDesc),
  ),
  check('authorisation', 'Autorisatie klopte'),
  check('relation', 'Behandelrelatie klopte'),
  check('consent', 'Toestemming klopte'),
  check('emergency', 'Noodknop gebruikt'),
  column(
    ['7.3.1', 'Gebruiker'],
    (r) => r.user.id,
    read((event) => person(user(event))),
  ),
  column(['7.3.1.organisation', 'Organisatie'], (r) => sure(r.user.organisation), {
    read: (event) => organisation(event)?.who?.identifier?.value,
  }),
  column(['7.3.1.organisationName', 'Naam van de organisatie'], (r) => r.user.organisationName, {
    read: (event) => organisation(event)?.who?.display,
  }),
  column(['7.3.3', 'Naam van de gebruiker'], (r) => r.user.name, string),
  column(['7.3.4', 'Rol (code)'], (r) => within(r.user.role, (role) => role.code), {
    read: (event) => roleCode(user(event)),
  }),
  column(['7.3.4.text', 'Rol'], (r) => within(r.user.role, (role) => role.text), {
    read: (event) => roleText(user(event)),
  }),
  column(['7.3.5', 'Zelf gevraagd'], (r) => r.user.initiator, boolean),
  column(['7.3.5.declared', 'Vooraf gemeld door het programma'], (r) => sure(r.user.declared), boolean),
  column(
    ['7.3.6', 'Verantwoordelijke'],
    (r) => r.responsible.id,
    read((event) => person(boss(event))),
  ),
  column(['7.3.6.name', 'Naam van de verantwoordelijke'], (r) => r.responsible.name, {
    read: (event) => boss(event)?.who?.display,
  }),
  column(['7.3.8', 'Rol van de verantwoordelijke (code)'], (r) => within(r.responsible.role, (role) => role.code), {
    read: (event) => roleCode(boss(event)),
  }),
  column(['7.3.8.text', 'Rol van de verantwoordelijke'], (r) => within(r.responsible.role, (role) => role.text), {
    read: (event) => roleText(boss(event)),
  }),
  column(
    ['7.3.9', 'Apparaat'],
    (r) => r.user.device,
    read((event) => client(event)?.who?.identifier?.value),
  ),
  column(['7.4.1', 'Soort object'], (r) => r.object.kind, code),
  column(['7.4.3', 'Dossier'], (r) => r.object.dossier, {
    read: (event) => entityOf(event, CODE.person)?.what?.identifier?.value,
  }),
  column(['7.4.3.patient', 'Patiënt'], (r) => r.object.patient, {
    read: (event) => entityOf(event, CODE.person)?.what?.display,
  }),
  column(['7.4.3.handle', 'Onderdeel van het dossier'], (r) => r.object.handle, string),
  column(['7.4.3.name', 'Naam van het onderdeel'], (r) => r.object.name, string),
  column(['7.4.3.version', 'Versie'], (r) => r.object.version, integer),
  column(['7.4.3.statement', 'Verklaring (SHA-256)'], (r) => r.object.statement, string),
  column(
    ['7.4.3.facts', 'Vastleggingen'],
    (r) => (r.object.facts.length === 0 ? { missing: 'none' } : sure(r.object.facts.join(' '))),
    string,
  ),
  column(['7.4.6', 'Autorisatieprotocol'], ({ policy }) => sure(policy), {
    read: (event) => user(event)?.policy?.[0]?.slice(POLICY_PREFIX.length),
  }),
  column(['7.4.7', 'Behandelrelatie (vastlegging)'], ({ relation }) => relation, string),
  column(['7.4.8', 'Toestemming (vastlegging)'], ({ consent }) => consent, string),
  column(['7.4.12', 'Zoekvraag'], ({ search }) => search, string),
  column(
    ['purpose', 'Doel'],
    ({ purpose }) => purpose,
    read(({ purposeOfEvent }) => purposeOfEvent?.[0]?.text),
  ),
  column(['step', 'Stap in het zorgpad'], ({ step }) => step, string),
  column(['typed', 'Opgegeven reden'], ({ typed }) => typed, string),
  column(['7.5.2', 'Bron'], ({ source }) => sure(source), {
    read: ({ source }) => source.observer.identifier?.value,
  }),
  column(['trace', 'X-Request-Id'], ({ request }) => sure(request), string),
];

/** Every column of a record, as text. */
export const rowOf = (record: AuditRecord): Row =>
  new Map(COLUMNS.map(({ key, of }) => [key, within(of(record), (value) => String(value))]));

/** A line that is shown and not believed: nothing of it but its number. */
export const unprovedRow = (line: number): Row =>
  new Map(COLUMNS.map(({ key }) => [key, key === 'line' ? { value: `${line}` } : { missing: 'not-proved' }]));

/** A year of which retention took the lines: from which up to and with which, and nothing else. */
export const erasedRow = ({ year, from, to }: Audit['erased'][number]): Row => {
  const said: Readonly<Record<string, string>> = { line: `${from}-${to - 1}`, '7.2.3': `${year}` };
  return new Map(COLUMNS.map(({ key }) => [key, key in said ? { value: said[key]! } : { missing: 'erased' }]));
};

const isMissing = (text: string | undefined): text is Missing => MISSING.includes(text as Missing);

/** The same columns out of a FHIR event that was written here; a column that it does not hold is left out. */
export function rowOfEvent(event: AuditEvent): Row {
  const row = new Map<string, Cell>();
  const line = event.extension.find(({ url }) => url === LINE_EXTENSION)?.extension ?? [];
  const absent = new Map(
    event.extension
      .filter(({ url }) => url === MISSING_EXTENSION)
      .map(({ extension = [] }) => [
        extension.find(({ url }) => url === 'field')?.valueString,
        extension.find(({ url }) => url === 'why')?.valueCode,
      ]),
  );
  for (const { key, read: from } of COLUMNS) {
    const why = absent.get(key);
    if (isMissing(why)) {
      row.set(key, { missing: why });
      continue;
    }
    const stated = line.find(({ url }) => url === key);
    const value =
      from === undefined
        ? (stated?.valueString ?? stated?.valueCode ?? stated?.valueBoolean ?? stated?.valueInteger)
        : from(event);
    if (value !== undefined) row.set(key, { value: String(value) });
  }
  return row;
}
