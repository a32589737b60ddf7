/**
 * The same patients as the documented CSV (`docs/spec/csv.md`): five tables with Dutch headers. What a spreadsheet
 * cannot say is left out: refuted and withdrawn episodes, answers without a known NHG number, journal and letters.
 */

import { type Day, isoDay } from './calendar.ts';
import { MEASURES } from './measures.ts';
import type { Appointment, Episode, Measurement, PatientRecord, Person } from './model.ts';
import { type GenerateOptions, households, settle } from './practice.ts';
import { staffMember } from './staff.ts';
import { keepTruth, type Truth } from './truth.ts';

export type CsvTableName = 'patienten' | 'episodes' | 'metingen' | 'medicatie' | 'afspraken';

export const CSV_HEADERS: Readonly<Record<CsvTableName, readonly string[]>> = {
  patienten: [
    'patientnummer',
    'bsn',
    'voornamen',
    'tussenvoegsel',
    'achternaam',
    'geboortedatum',
    'geslacht',
    'overlijdensdatum',
    'straat',
    'huisnummer',
    'postcode',
    'plaats',
    'telefoon',
  ],
  episodes: ['patientnummer', 'episodenummer', 'icpc', 'begindatum', 'einddatum', 'status'],
  metingen: ['patientnummer', 'datum', 'bepaling', 'waarde', 'eenheid', 'antwoord'],
  medicatie: ['patientnummer', 'atc', 'begindatum', 'einddatum', 'status'],
  afspraken: ['patientnummer', 'datum', 'tijd', 'soort', 'status', 'uitvoerder'],
};

type Cells = readonly (string | undefined)[];

const optionalDay = (day: Day | undefined): string | undefined => (day === undefined ? undefined : isoDay(day));

/** A spreadsheet wants a whole day: a year or month becomes its first. */
const wholeDay = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : `${text}${'-01-01'.slice(text.length - 4)}`.slice(0, 10);

const patient = (person: Person): Cells => [
  person.key,
  person.bsn,
  person.given.join(' '),
  (person.partner ?? person.own).prefix,
  person.partner === undefined
    ? person.own.name
    : `${person.partner.name}-${[person.own.prefix, person.own.name].filter((part) => part !== '').join(' ')}`,
  isoDay(person.born),
  person.sex === 'male' ? 'M' : 'V',
  optionalDay(person.died),
  person.address.street,
  `${person.address.number}${person.address.addition}`,
  person.address.postalCode,
  person.address.city,
  person.mobile ?? person.phone,
];

const episode = (person: Person, one: Episode, index: number): Cells => [
  person.key,
  String(index + 1),
  one.icpc,
  wholeDay(one.onset),
  one.abated,
  one.clinical === undefined ? undefined : one.clinical === 'active' ? 'actief' : 'afgesloten',
];

function measurement(person: Person, one: Measurement): Cells | undefined {
  const { nhg } = MEASURES[one.measure];
  if (nhg === undefined || one.status !== 'final' || one.value === undefined) return undefined;
  if (typeof one.value === 'number') {
    return [person.key, isoDay(one.day), nhg, String(one.value), one.unit, undefined];
  }
  return one.value.code === undefined
    ? undefined
    : [person.key, isoDay(one.day), nhg, undefined, undefined, one.value.code];
}

const STATUS: Readonly<Record<Appointment['status'], string>> = {
  booked: 'gepland',
  fulfilled: 'geweest',
  noshow: 'niet verschenen',
  cancelled: 'afgezegd',
};
const PERFORMER: Readonly<Record<string, string>> = { gp: 'huisarts', 'poh-s': 'poh', assistant: 'assistente' };
const two = (value: number): string => (value < 10 ? `0${value}` : String(value));

/** The rows of one patient, each with its table. */
export function* csvRows(record: PatientRecord): Generator<readonly [CsvTableName, Cells]> {
  const { person } = record;
  yield ['patienten', patient(person)];
  for (const [index, one] of record.episodes.entries()) {
    if (one.verification === 'refuted' || one.verification === 'entered-in-error') continue;
    yield ['episodes', episode(person, one, index)];
  }
  for (const one of record.measurements) {
    const cells = measurement(person, one);
    if (cells !== undefined) yield ['metingen', cells];
  }
  for (const one of record.prescriptions) {
    const status = one.stop === undefined ? 'actief' : 'gestopt';
    yield ['medicatie', [person.key, one.atc, isoDay(one.start), optionalDay(one.stop), status]];
  }
  for (const one of record.appointments) {
    const time = `${two(Math.floor(one.minute / 60))}:${two(one.minute % 60)}`;
    const by = PERFORMER[staffMember(one.by).team];
    yield ['afspraken', [person.key, isoDay(one.day), time, '03', STATUS[one.status], by]];
  }
}

const quoted = (cell: string | undefined): string =>
  cell === undefined ? '' : /[";\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;

export const csvLine = (cells: Cells): string => cells.map(quoted).join(';');

/** Writes the practice as CSV lines, header first, and returns the same truth as the FHIR files have. */
export function generateCsv(options: GenerateOptions, out: (table: CsvTableName, line: string) => void): Truth {
  const { seed, today } = settle(options);
  const truth = keepTruth(seed, today);
  for (const [table, header] of Object.entries(CSV_HEADERS)) out(table as CsvTableName, csvLine(header));
  for (const records of households(options)) {
    for (const record of records) {
      for (const [table, cells] of csvRows(record)) {
        truth.resource(table);
        out(table, csvLine(cells));
      }
    }
    truth.household(records);
  }
  return truth.done();
}
