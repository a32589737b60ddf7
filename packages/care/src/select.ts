/** Who is a candidate (design 10, issue rules): pure, by dates, closed where something is unknown. */

import { ageOn, type LocalDate } from '@ketenkluis/base';
import type { CodingKey } from '@ketenkluis/fhir';
import { type CheckedProgramme, longKey, PROGRAMMES, type ProgrammeId } from './catalogue.ts';
import type { PatientFacts, ProblemFact } from './facts.ts';

/** Begun on or before the day and not ended by it. The status speaks only where the date it stands for is missing. */
export function isActive(problem: ProblemFact, asOf: LocalDate): boolean {
  if (problem.void) return false;
  const begun = problem.onset === undefined ? problem.clinical === 'active' : problem.onset <= asOf;
  const ended = problem.abatement === undefined ? problem.clinical === 'ended' : problem.abatement <= asOf;
  return begun && !ended;
}

/** A death without a date, or on or before the day, ends it. */
export const isAlive = (facts: PatientFacts, asOf: LocalDate): boolean =>
  facts.died === undefined || (facts.died !== true && facts.died > asOf);

/** Unknown or future birth date: not of age. */
export const isOfAge = (facts: PatientFacts, minimum: number, asOf: LocalDate): boolean =>
  facts.birthDate !== undefined && facts.birthDate <= asOf && ageOn(facts.birthDate, asOf) >= minimum;

const inclusionKeys = new WeakMap<CheckedProgramme, ReadonlySet<CodingKey>>();
function inclusionOf(programme: CheckedProgramme): ReadonlySet<CodingKey> {
  let keys = inclusionKeys.get(programme);
  if (keys === undefined) {
    keys = new Set(programme.include.map(({ code }) => longKey(code)));
    inclusionKeys.set(programme, keys);
  }
  return keys;
}

/** The inclusion codes of this programme that are active on the day, for a patient who is alive and of age. */
export function activeInclusionCodes(programme: CheckedProgramme, facts: PatientFacts, asOf: LocalDate): CodingKey[] {
  if (!isAlive(facts, asOf) || !isOfAge(facts, programme.minimumAge, asOf)) return [];
  const listed = inclusionOf(programme);
  const found = new Set<CodingKey>();
  for (const problem of facts.problems) {
    if (!isActive(problem, asOf)) continue;
    for (const key of problem.keys) if (listed.has(key)) found.add(key);
  }
  return [...found];
}

/** May be enrolled: an owner still confirms, and the patient is told first. */
export function isCandidate(programme: CheckedProgramme, facts: PatientFacts, asOf: LocalDate): boolean {
  if (activeInclusionCodes(programme, facts, asOf).length === 0) return false;
  return !programme.excludedBy.some((id) => activeInclusionCodes(PROGRAMMES[id], facts, asOf).length > 0);
}

/** All programmes of the list this patient is a candidate for. */
export const candidateFor = (
  programmes: readonly CheckedProgramme[],
  facts: PatientFacts,
  asOf: LocalDate,
): ProgrammeId[] => programmes.filter((one) => isCandidate(one, facts, asOf)).map((one) => one.id);
