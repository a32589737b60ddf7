/**
 * A fictional Dutch GP practice from a seed: the same seed, size and as-of date give the same bytes on every machine.
 * Patients stream by household, so memory does not grow with the practice except for the list of canaries.
 */

import { baseError, type LocalDate, parseLocalDate } from '@ketenkluis/base';
import type { Resource } from '@medplum/fhirtypes';
import { bsnSource } from './bsn.ts';
import { type Day, toDay } from './calendar.ts';
import { dice, hash32 } from './dice.ts';
import { recordResources } from './fhir-care.ts';
import { organisationResource, staffResources } from './fhir-person.ts';
import type { PatientRecord } from './model.ts';
import { drawRecords } from './record.ts';
import { staff, staffMember } from './staff.ts';
import { keepTruth, type Truth } from './truth.ts';

export const DEFAULT_PATIENTS = 2350;
export const DEFAULT_SEED = '1';
export const DEFAULT_AS_OF = '2026-10-01' as LocalDate;

/** Above this the composed names and telephone numbers would repeat. */
export const MOST_PATIENTS = 25_000;

/** A day that is no day throws `base/bad-time`, an impossible size `base/bad-number`. */
export interface GenerateOptions {
  /** 1 to 25,000; default 2,350. */
  readonly patients?: number;
  /** Any text or whole number; default `1`. */
  readonly seed?: string | number;
  /** The day that the practice is looked at, `YYYY-MM-DD`; default 2026-10-01. */
  readonly asOf?: string;
  /** The day on which the assistants have appointments, `YYYY-MM-DD`; as-of when left out. */
  readonly booked?: string;
}

/** Takes one line of a file of the Bulk Data layout: the type names the file, the text has no line end. */
export type LineSink = (type: string, line: string) => void;

interface Settled {
  readonly patients: number;
  readonly seed: string;
  readonly asOf: LocalDate;
  readonly today: Day;
  readonly booked: Day;
}

/** The options with their defaults. */
export function settle(options: GenerateOptions): Settled {
  const patients = options.patients ?? DEFAULT_PATIENTS;
  if (!Number.isSafeInteger(patients) || patients < 1 || patients > MOST_PATIENTS) {
    throw baseError('bad-number', `a practice has 1 to ${MOST_PATIENTS} patients`);
  }
  const asOf = parseLocalDate(options.asOf ?? DEFAULT_AS_OF);
  const booked = toDay(options.booked === undefined ? asOf : parseLocalDate(options.booked));
  return { patients, seed: String(options.seed ?? DEFAULT_SEED), asOf, today: toDay(asOf), booked };
}

/** The households of the practice, in order; together exactly `patients` records. */
export function* households(options: GenerateOptions): Generator<PatientRecord[]> {
  const { patients, seed, asOf, today, booked } = settle(options);
  const supply = { today, asOf, booked, offset: hash32(`${seed}/names`) % 400_000, bsn: bsnSource(seed) };
  let count = 0;
  for (let household = 0; count < patients; household++) {
    const records = drawRecords(dice(seed, household + 1), supply, household, count, patients - count);
    count += records.length;
    yield records;
  }
}

/** Writes every resource of the practice to `out` and returns what a right reader must find. */
export function generatePractice(options: GenerateOptions, out: LineSink): Truth {
  const { seed, today } = settle(options);
  const truth = keepTruth(seed, today);
  const put = (resource: Resource): void => {
    truth.resource(resource.resourceType);
    out(resource.resourceType, JSON.stringify(resource));
  };
  put(organisationResource());
  for (const resource of staffResources([...staff(), staffMember('lab')])) put(resource);
  for (const records of households(options)) {
    for (const record of records) for (const resource of recordResources(record)) put(resource);
    truth.household(records);
  }
  return truth.done();
}

export interface SmallPractice {
  /** File name (`Patient.ndjson`) to its text. */
  readonly files: ReadonlyMap<string, string>;
  readonly truth: Truth;
}

/** The first `patients` of a practice, in memory: for tests. */
export function smallPractice(
  patients: number,
  seed: string | number = DEFAULT_SEED,
  asOf: string = DEFAULT_AS_OF,
): SmallPractice {
  const lines = new Map<string, string[]>();
  const truth = generatePractice({ patients, seed, asOf }, (type, line) => {
    const list = lines.get(type);
    if (list === undefined) lines.set(type, [line]);
    else list.push(line);
  });
  const files = new Map([...lines].map(([type, list]) => [`${type}.ndjson`, `${list.join('\n')}\n`]));
  return { files, truth };
}
