/** NHG process registrations (participation, principal doctor, ...): read in the practice, never packed. */

import type { LocalDate } from '@ketenkluis/base';
import { firstDay, type ProcessKind, type ProgrammeId, type Selection } from '@ketenkluis/care';
import { answerKeys, type CodingKey, codeKeys, type Observation } from '@ketenkluis/fhir';

export interface Registration {
  readonly programme: ProgrammeId;
  readonly what: ProcessKind;
  readonly code: CodingKey;
  readonly day: LocalDate;
  readonly answers: readonly CodingKey[];
  /** Where the source answers with yes and no. */
  readonly yes?: boolean;
}

/** Undefined when the observation is none of these, is void, has no day, or lies after `asOf`. */
export function registrationOf(resource: Observation, selection: Selection, asOf: LocalDate): Registration | undefined {
  if (resource.status === 'entered-in-error' || resource.status === 'cancelled') return undefined;
  const code = codeKeys(resource).find((key) => selection.process.has(key));
  const listed = code === undefined ? undefined : selection.process.get(code);
  const day = firstDay(resource.effectiveDateTime ?? resource.effectivePeriod?.start ?? resource.issued);
  if (code === undefined || listed === undefined || day === undefined || day > asOf) return undefined;
  const yes = resource.valueBoolean;
  return {
    ...listed,
    code,
    day,
    answers: answerKeys(resource.valueCodeableConcept),
    ...(yes === undefined ? {} : { yes }),
  };
}
