/** Second reading: what one record of a chosen patient becomes, and who is told. */

import type { LocalDate } from '@ketenkluis/base';
import { bookingOf, type MinimiseContext, minimise, type ProgrammeId, type Selection } from '@ketenkluis/care';
import {
  type Appointment,
  type CodingKey,
  type Encounter,
  type FhirRecord,
  fhirDate,
  isDateFault,
  literalReference,
  type Observation,
  patientReference,
  type Rejection,
  type Resource,
  type Units,
} from '@ketenkluis/fhir';
import { contactOf } from './contact.ts';
import { IdSet } from './idset.ts';
import type { PracticeSink } from './practice.ts';
import { registrationOf } from './process.ts';
import { WORK_TYPES, workOf } from './work.ts';

export interface TakerOptions {
  readonly selection: Selection;
  readonly asOf: LocalDate;
  readonly chosen: ReadonlyMap<string, readonly ProgrammeId[]>;
  readonly sink: PracticeSink;
  readonly units: Units;
  readonly medication: NonNullable<MinimiseContext['medication']>;
  /** Of which days appointments are handed on, and what the source calls the people in them. */
  readonly booked?: {
    readonly from: LocalDate;
    readonly to: LocalDate;
    readonly codesOf: (reference: string) => readonly CodingKey[];
  };
  /** Of which days work in other registers is handed on. */
  readonly worked?: Parameters<typeof workOf>[1];
  reject(rejection: Rejection): void;
}

export class Taker {
  readonly #options: TakerOptions;
  readonly #taken = new IdSet();
  keptLeaves = 0;

  constructor(options: TakerOptions) {
    this.#options = options;
  }

  take({ type, file, line, resource, leaves }: FhirRecord): void {
    const { selection, asOf, chosen, sink, units, medication, worked } = this.#options;
    const isWork = worked !== undefined && WORK_TYPES.has(type);
    if (!isWork && !Object.hasOwn(selection.scan, type)) return;
    const own = resource as Resource;
    const target = literalReference(type === 'Patient' ? `Patient/${own.id}` : patientReference(own));
    const programmes = target?.type === 'Patient' ? chosen.get(target.id) : undefined;
    if (target === undefined || programmes === undefined) return;
    const isContact = type === 'Encounter' || type === 'Appointment';
    const contact = isContact ? contactOf(own as Encounter | Appointment, asOf) : undefined;
    const booking = isContact ? this.#booking(own as Encounter | Appointment) : undefined;
    const registration = type === 'Observation' ? registrationOf(own as Observation, selection, asOf) : undefined;
    const found =
      isContact || isWork ? undefined : minimise(own, { selection, programmes, asOf, units, medication }, leaves);
    // Of a laboratory's results those that the programmes list: no other is read.
    const result = type === 'Observation' && found?.scope !== undefined;
    const work = worked !== undefined && (isWork || result) ? workOf(own, worked) : undefined;
    if ([contact, booking, registration, work, found?.scope].every((one) => one === undefined)) return;
    // The first record of an id counts; only records that would be taken can be in each other's way.
    if (!this.#taken.add(`${type}/${own.id}`)) {
      this.#options.reject({ file, line, code: 'duplicate-id' });
      return;
    }
    if (contact !== undefined) sink.contact?.(target.id, contact);
    if (booking !== undefined) sink.booking?.(target.id, booking);
    if (work !== undefined) sink.work?.(target.id, work);
    if (registration !== undefined) sink.registration?.(target.id, registration);
    if (found?.scope === undefined) return;
    this.keptLeaves += found.kept;
    sink.records(target.id, found.scope, found.records);
  }

  /** Its day, or whatever days its start may mean, lie within what is asked. */
  #booking(resource: Encounter | Appointment) {
    const { booked } = this.#options;
    const days = fhirDate(resource.resourceType === 'Encounter' ? resource.period?.start : resource.start);
    if (booked === undefined || isDateFault(days) || days.to < booked.from || booked.to < days.from) return undefined;
    return bookingOf(resource, booked.codesOf);
  }
}
