/** Appointments and encounters as evidence for relation and review: who and when, no reason and no text. */

import { addMonths, type LocalDate } from '@ketenkluis/base';
import { firstDay } from '@ketenkluis/care';
import { type Appointment, type Encounter, literalReference } from '@ketenkluis/fhir';

export interface Contact {
  readonly kind: 'appointment' | 'encounter';
  readonly day: LocalDate;
  /** Resource ids of the practitioners of the source. */
  readonly practitioners: readonly string[];
}

import { CONTACT_YEARS } from './filter.ts';

const NOT_KEPT = new Set(['cancelled', 'noshow', 'entered-in-error', 'waitlist', 'proposed']);
const PROFESSIONAL = new Set(['Practitioner', 'PractitionerRole']);

/** Resource ids of those references that name a professional. */
export const practitionersIn = (references: readonly (string | undefined)[] | undefined): string[] =>
  (references ?? []).flatMap((reference) => {
    const target = literalReference(reference);
    return target !== undefined && PROFESSIONAL.has(target.type) ? [target.id] : [];
  });

/** Undefined for what did not take place, has no day, lies after `asOf` or more than two years before it. */
export function contactOf(resource: Encounter | Appointment, asOf: LocalDate): Contact | undefined {
  const day = firstDay(resource.resourceType === 'Encounter' ? resource.period?.start : resource.start);
  if (
    day === undefined ||
    day > asOf ||
    day < addMonths(asOf, -12 * CONTACT_YEARS) ||
    NOT_KEPT.has(resource.status ?? '')
  )
    return undefined;
  const references =
    resource.resourceType === 'Encounter'
      ? resource.participant?.map((one) => one.individual?.reference)
      : resource.participant?.map((one) => one.actor?.reference);
  const practitioners = practitionersIn(references);
  return { kind: resource.resourceType === 'Encounter' ? 'encounter' : 'appointment', day, practitioners };
}
