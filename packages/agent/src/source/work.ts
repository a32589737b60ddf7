/**
 * Work that leaves its trace in other registers than agenda and journal (docs/spec/source.md, "Work"): results that came in, recalls, letters,
 * referrals, tasks, meetings, calls, lists for control. For the review of looks alone: which day and whose, never what it was about.
 */

import { addDays, type LocalDate } from '@ketenkluis/base';
import { type RoleId, roleOfCodes } from '@ketenkluis/care';
import {
  type CodeableConcept,
  type CodingKey,
  type Communication,
  conceptKeys,
  type DiagnosticReport,
  fhirDate,
  isDateFault,
  literalReference,
  type Observation,
  type Reference,
  type Resource,
  type ServiceRequest,
  SYSTEM,
  type Task,
} from '@ketenkluis/fhir';

export const WORK_KINDS = [
  'result',
  'recall',
  'message',
  'referral',
  'step',
  'meeting',
  'control',
  'encounter',
] as const;
export type WorkKind = (typeof WORK_KINDS)[number];

export interface Work {
  readonly kind: WorkKind;
  readonly day: LocalDate;
  /** Last day; null where it is of one day. */
  readonly until: LocalDate | null;
  /** Resource ids of the practitioners of the source. */
  readonly practitioners: readonly string[];
  readonly roles: readonly RoleId[];
}

export const WORK_TYPES: ReadonlySet<string> = new Set(['DiagnosticReport', 'Communication', 'ServiceRequest', 'Task']);
/** Members that begin so can date a record of work. */
export const WORK_DATES = ['issued', 'effective', 'sent', 'received', 'authoredOn', 'start'];
/** A task or referral that began so long before the evidence may still run in it. */
export const WORK_BEFORE = 92;

const NOT_KEPT = new Set([
  'entered-in-error',
  'cancelled',
  'rejected',
  'draft',
  'registered',
  'not-done',
  'preparation',
  'revoked',
]);
const PROFESSIONAL = new Set(['Practitioner', 'PractitionerRole']);
/** SNOMED CT: patient referral, referral to service. */
const REFERRAL = new Set([`${SYSTEM.snomed}|3457005`, `${SYSTEM.snomed}|306206005`]);
const LABORATORY = `${SYSTEM.observationCategory}|laboratory`;
const REMINDER = `${SYSTEM.communicationCategory}|reminder`;
const PHONE = `${SYSTEM.participationMode}|PHONE`;

/** A whole day and nothing wider: a year or a month says not when. */
function dayOf(...texts: readonly (string | undefined)[]): LocalDate | undefined {
  for (const text of texts) {
    const read = fhirDate(text);
    if (text !== undefined && !isDateFault(read) && read.from === read.to) return read.from;
  }
  return undefined;
}

const keysOf = (concepts: readonly CodeableConcept[] | undefined): string[] => (concepts ?? []).flatMap(conceptKeys);

interface Told {
  readonly kind: WorkKind;
  readonly day: LocalDate | undefined;
  readonly until?: LocalDate | undefined;
  readonly people: readonly (Reference | undefined)[];
  readonly codes?: readonly CodeableConcept[] | undefined;
}

function taskKind(codes: readonly string[]): WorkKind | undefined {
  const own = codes.find((key) => key.startsWith(`${SYSTEM.work}|`))?.slice(SYSTEM.work.length + 1);
  if (own === undefined) return 'step';
  return own === 'contact' ? 'encounter' : WORK_KINDS.find((kind) => kind === own);
}

function told(resource: Resource): Told | undefined {
  switch (resource.resourceType) {
    case 'DiagnosticReport': {
      const { issued, effectiveDateTime, effectivePeriod, resultsInterpreter = [] }: DiagnosticReport = resource;
      const day = dayOf(issued, effectiveDateTime, effectivePeriod?.end, effectivePeriod?.start);
      return { kind: 'result', day, people: resultsInterpreter };
    }
    case 'Observation': {
      const { category, issued, effectiveDateTime, effectivePeriod }: Observation = resource;
      if (!keysOf(category).includes(LABORATORY)) return undefined;
      return { kind: 'result', day: dayOf(issued, effectiveDateTime, effectivePeriod?.end), people: [] };
    }
    case 'Communication': {
      const { sent, received, category, medium, sender, recipient = [] }: Communication = resource;
      const kind = keysOf(medium).includes(PHONE)
        ? 'encounter'
        : keysOf(category).includes(REMINDER)
          ? 'recall'
          : 'message';
      return { kind, day: dayOf(received, sent), people: [sender, ...recipient] };
    }
    case 'ServiceRequest': {
      const { category, authoredOn, occurrencePeriod, requester }: ServiceRequest = resource;
      if (!keysOf(category).some((key) => REFERRAL.has(key))) return undefined;
      return { kind: 'referral', day: dayOf(authoredOn), until: dayOf(occurrencePeriod?.end), people: [requester] };
    }
    case 'Task': {
      const { code, executionPeriod, authoredOn, owner, performerType }: Task = resource;
      const kind = taskKind(keysOf(code === undefined ? [] : [code]));
      const day = dayOf(executionPeriod?.start, authoredOn);
      return kind && { kind, day, until: dayOf(executionPeriod?.end), people: [owner], codes: performerType };
    }
    default:
      return undefined;
  }
}

/**
 * Undefined for what was not done, has no day, or is of no day from `since` to `asOf`. `codesOf`: what the source calls the person behind a
 * reference.
 */
export function workOf(
  resource: Resource,
  of: {
    readonly since: LocalDate;
    readonly asOf: LocalDate;
    readonly codesOf: (reference: string) => readonly CodingKey[];
  },
): Work | undefined {
  if (NOT_KEPT.has((resource as Task).status ?? '')) return undefined;
  const one = told(resource);
  if (one?.day === undefined || one.day > of.asOf || one.day < addDays(of.since, -WORK_BEFORE)) return undefined;
  if (one.until !== undefined && one.until < one.day) return undefined;
  if ((one.until ?? one.day) < of.since) return undefined;
  const targets = one.people.flatMap((person) => {
    const target = literalReference(person?.reference);
    return target !== undefined && PROFESSIONAL.has(target.type) ? [target] : [];
  });
  const roles = [
    ...targets.map(({ type, id }) => roleOfCodes(of.codesOf(`${type}/${id}`))),
    roleOfCodes(keysOf(one.codes) as CodingKey[]),
  ];
  return {
    ...{ kind: one.kind, day: one.day, until: one.until ?? null },
    practitioners: targets.map(({ id }) => id),
    roles: [...new Set(roles.flatMap((role) => role ?? []))],
  };
}
