/** The six tables of the documented CSV, each with its columns and the R4 resource that a row becomes. */

import { instant, isoInstant, localDate } from '@ketenkluis/base';
import { SYSTEM } from './codes.ts';
import { dateFault } from './dates.ts';
import type { RejectionCode } from './reject.ts';
import type { Coding, Resource } from './resource.ts';

export type Cells = ReadonlyMap<string, string>;
export type RowResult =
  | { readonly resource: Resource; readonly decimalComma?: boolean }
  | { readonly fault: RejectionCode; readonly field: string };

export interface CsvTable {
  /** Columns that must stand in the header; they tell the tables apart. */
  readonly required: readonly string[];
  /** Columns that must be filled in each row. */
  readonly filled: readonly string[];
  read(cells: Cells): RowResult;
}

/** A fault of one cell, thrown inside a row only and turned into a result by `table`. */
class CellFault {
  readonly fault: RejectionCode;
  readonly field: string;
  constructor(fault: RejectionCode, field: string) {
    this.fault = fault;
    this.field = field;
  }
}

function table(required: readonly string[], filled: readonly string[], read: (row: Row) => Resource): CsvTable {
  return {
    required,
    filled,
    read(cells) {
      const row = new Row(cells);
      try {
        const resource = read(row);
        return row.decimalComma ? { resource, decimalComma: true } : { resource };
      } catch (thrown) {
        if (thrown instanceof CellFault) return { fault: thrown.fault, field: thrown.field };
        throw thrown;
      }
    },
  };
}

class Row {
  readonly #cells: Cells;
  decimalComma = false;

  constructor(cells: Cells) {
    this.#cells = cells;
  }

  text(column: string): string | undefined {
    const cell = this.#cells.get(column);
    return cell === undefined || cell === '' ? undefined : cell;
  }

  matching(column: string, pattern: RegExp): string | undefined {
    const text = this.text(column);
    if (text !== undefined && !pattern.test(text)) throw new CellFault('csv-value', column);
    return text;
  }

  oneOf<T extends string>(column: string, values: Readonly<Record<string, T>>): T | undefined {
    const text = this.text(column)?.toLowerCase();
    if (text === undefined) return undefined;
    if (!Object.hasOwn(values, text)) throw new CellFault('csv-value', column);
    return values[text];
  }

  /** `jjjj-mm-dd` or, as Dutch spreadsheets write it, `dd-mm-jjjj`. */
  day(column: string): string | undefined {
    const text = this.text(column);
    if (text === undefined) return undefined;
    const dutch = /^(\d{1,2})[-/](\d{1,2})[-/](\d{4})$/.exec(text);
    const iso = dutch === null ? text : `${dutch[3]}-${dutch[2]!.padStart(2, '0')}-${dutch[1]!.padStart(2, '0')}`;
    if (!/^\d{4}-\d{2}-\d{2}$/.test(iso) || dateFault(iso) !== undefined) throw new CellFault('csv-date', column);
    return iso;
  }

  /** `7.5`, `7,5`, `<3`; a thousands separator is refused, because `1.234` may mean two things. */
  number(column: string): { readonly value: number; readonly comparator?: string } | undefined {
    const text = this.text(column);
    if (text === undefined) return undefined;
    const match = /^([<>]=?)?\s*(-?\d+(?:[.,]\d+)?)$/.exec(text);
    if (match === null) throw new CellFault('csv-number', column);
    const [, comparator, digits] = match;
    if (digits!.includes(',')) this.decimalComma = true;
    return { value: Number(digits!.replace(',', '.')), ...(comparator === undefined ? {} : { comparator }) };
  }

  patient(): string {
    return this.matching('patientnummer', /^[A-Za-z0-9._-]{1,32}$/)!;
  }

  /** The same fact has the same id in the next export, whatever row it stands on. */
  id(...parts: readonly (string | number | undefined)[]): string {
    return [this.patient(), ...parts]
      .filter((part) => part !== undefined)
      .join('-')
      .replaceAll(/[^A-Za-z0-9._-]/g, '_')
      .slice(0, 64);
  }
}

const subject = (row: Row) => ({ reference: `Patient/${row.patient()}` });
const maybe = <K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } =>
  (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };

const CLINICAL = { actief: 'active', inactief: 'inactive', afgesloten: 'resolved' } as const;
const GENDER = {
  m: 'male',
  man: 'male',
  v: 'female',
  vrouw: 'female',
  o: 'unknown',
  onbekend: 'unknown',
  x: 'other',
  anders: 'other',
} as const;
const APPOINTMENT = {
  gepland: 'booked',
  geweest: 'fulfilled',
  afgezegd: 'cancelled',
  'niet verschenen': 'noshow',
} as const;

/** Who does it, as ISCO-08 occupation. */
const PERFORMER = { huisarts: '2211', poh: '2221', assistente: '3256' } as const;

const patients = table(['patientnummer', 'geboortedatum', 'geslacht'], ['patientnummer', 'geboortedatum'], (row) => {
  const family = [row.text('tussenvoegsel'), row.text('achternaam')].filter((part) => part !== undefined).join(' ');
  const given = row.text('voornamen') ?? row.text('voorletters');
  const named = family !== '' || given !== undefined;
  const bsn = row.text('bsn');
  const phone = row.text('telefoon');
  const street = [row.text('straat'), row.text('huisnummer')].filter((part) => part !== undefined).join(' ');
  const city = row.text('plaats');
  const postalCode = row.text('postcode');
  const placed = street !== '' || city !== undefined || postalCode !== undefined;
  return {
    resourceType: 'Patient',
    id: row.patient(),
    ...maybe('identifier', bsn === undefined ? undefined : [{ system: SYSTEM.bsn, value: bsn }]),
    ...maybe(
      'name',
      named ? [{ ...maybe('family', family || undefined), ...maybe('given', given?.split(/\s+/)) }] : undefined,
    ),
    ...maybe('gender', row.oneOf('geslacht', GENDER)),
    ...maybe('birthDate', row.day('geboortedatum')),
    ...maybe('deceasedDateTime', row.day('overlijdensdatum')),
    ...maybe('telecom', phone === undefined ? undefined : [{ system: 'phone', value: phone }]),
    ...maybe(
      'address',
      placed
        ? [
            {
              ...maybe('line', street === '' ? undefined : [street]),
              ...maybe('city', city),
              ...maybe('postalCode', postalCode),
            },
          ]
        : undefined,
    ),
  };
});

const episodes = table(['patientnummer', 'icpc', 'begindatum'], ['patientnummer', 'icpc'], (row) => {
  const code = row.matching('icpc', /^[A-Z]\d{2}(\.\d{2})?$/)!;
  const from = row.day('begindatum');
  const status = row.oneOf('status', CLINICAL);
  return {
    resourceType: 'Condition',
    id: row.id(row.text('episodenummer') ?? `${code}-${from ?? ''}`),
    ...maybe(
      'clinicalStatus',
      status === undefined ? undefined : { coding: [{ system: SYSTEM.conditionClinical, code: status }] },
    ),
    code: { coding: [{ system: SYSTEM.icpc, code }] },
    subject: subject(row),
    ...maybe('onsetDateTime', from),
    ...maybe('abatementDateTime', row.day('einddatum')),
  };
});

/** An id has no signs: below and above are two facts. */
const COMPARED: Readonly<Record<string, string>> = { '<': 'lt', '<=': 'le', '>': 'gt', '>=': 'ge' };

const measurements = table(['patientnummer', 'datum', 'bepaling'], ['patientnummer', 'datum', 'bepaling'], (row) => {
  const code = row.matching('bepaling', /^\d{1,5}$/)!;
  const date = row.day('datum')!;
  const number = row.number('waarde');
  const compared = number?.comparator === undefined ? '' : COMPARED[number.comparator];
  const answer = row.matching('antwoord', /^\d{1,6}$/);
  const unit = row.text('eenheid');
  return {
    resourceType: 'Observation',
    id: row.id(date, code, number === undefined ? answer : `${compared}${number.value}`),
    status: 'final',
    code: { coding: [{ system: SYSTEM.nhg45, code }] },
    subject: subject(row),
    effectiveDateTime: date,
    ...maybe('valueQuantity', number === undefined ? undefined : { ...number, ...maybe('unit', unit) }),
    ...maybe(
      'valueCodeableConcept',
      number !== undefined || answer === undefined
        ? undefined
        : { coding: [{ system: SYSTEM.nhg45Answer, code: answer }] },
    ),
  };
});

const medication = table(['patientnummer', 'atc', 'begindatum'], ['patientnummer', 'atc', 'begindatum'], (row) => {
  const atc = row.matching('atc', /^[A-Z]\d{2}[A-Z]{2}\d{2}$/)!;
  const prk = row.matching('prk', /^\d{1,8}$/);
  const start = row.day('begindatum')!;
  const end = row.day('einddatum');
  const coding: Coding[] = [{ system: SYSTEM.atc, code: atc }];
  if (prk !== undefined) coding.push({ system: SYSTEM.prk, code: prk });
  return {
    resourceType: 'MedicationRequest',
    id: row.id(start, atc, prk),
    status: row.oneOf('status', { actief: 'active', gestopt: 'stopped', afgerond: 'completed' }) ?? 'unknown',
    intent: 'order',
    medicationCodeableConcept: { coding },
    subject: subject(row),
    authoredOn: start,
    dispenseRequest: { validityPeriod: { start, ...maybe('end', end) } },
  };
});

/** Wall clock in the Netherlands to a moment: one or two hours ahead of UTC. */
function dutchMoment(day: string, time: string): string {
  const naive = Date.parse(`${day}T${time}:00Z`);
  const clock = new Intl.DateTimeFormat('nl-NL', {
    timeZone: 'Europe/Amsterdam',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  for (const hours of [2, 1, 0]) {
    const at = instant(naive - hours * 3_600_000);
    if (localDate(at) === day && clock.format(at) === time) return isoInstant(at);
  }
  // The hour that is skipped when summer time begins.
  throw new CellFault('csv-value', 'tijd');
}

const appointments = table(['patientnummer', 'datum', 'tijd'], ['patientnummer', 'datum'], (row) => {
  const day = row.day('datum')!;
  const time = row.matching('tijd', /^([01]?\d|2[0-3]):[0-5]\d$/)?.padStart(5, '0');
  const kind = row.matching('soort', /^\d{1,3}$/);
  const by = row.oneOf('uitvoerder', PERFORMER);
  return {
    resourceType: 'Appointment',
    id: row.id('afspraak', day, time),
    status: row.oneOf('status', APPOINTMENT) ?? 'booked',
    ...maybe('appointmentType', kind === undefined ? undefined : { coding: [{ system: SYSTEM.nhg14, code: kind }] }),
    start: time === undefined ? day : dutchMoment(day, time),
    participant: [
      { actor: subject(row), status: 'accepted' },
      ...(by === undefined ? [] : [{ type: [{ coding: [{ system: SYSTEM.isco, code: by }] }], status: 'accepted' }]),
    ],
  };
});

/** What a row of the practice's other registers tells of: the codes of `SYSTEM.work`. */
const WORK = {
  uitslag: 'result',
  oproep: 'recall',
  bericht: 'message',
  verwijzing: 'referral',
  taak: 'step',
  overleg: 'meeting',
  telefoon: 'contact',
  controle: 'control',
} as const;

const work = table(['patientnummer', 'datum', 'werk'], ['patientnummer', 'datum', 'werk'], (row) => {
  const kind = row.oneOf('werk', WORK)!;
  const day = row.day('datum')!;
  const until = row.day('tot');
  if (until !== undefined && until < day) throw new CellFault('csv-value', 'tot');
  const by = row.oneOf('uitvoerder', PERFORMER);
  const who = row.matching('medewerker', /^[A-Za-z0-9._-]{1,64}$/);
  return {
    resourceType: 'Task',
    id: row.id('werk', day, kind, who ?? by),
    status: 'completed',
    code: { coding: [{ system: SYSTEM.work, code: kind }] },
    for: subject(row),
    executionPeriod: { start: day, ...maybe('end', until) },
    ...maybe('performerType', by === undefined ? undefined : [{ coding: [{ system: SYSTEM.isco, code: by }] }]),
    ...maybe('owner', who === undefined ? undefined : { reference: `Practitioner/${who}` }),
  };
});

/** More telling headers first. */
export const CSV_TABLES: readonly CsvTable[] = [episodes, measurements, medication, work, appointments, patients];
