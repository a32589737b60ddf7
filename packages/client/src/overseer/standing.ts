/** What the officers have before them: findings of the engine with what was said of each, and whether the checks are in time. */

import { type Instant, type LocalDate, lengthPrefixed, localDate, type PersonId, utf8 } from '@ketenkluis/base';
import { type FactOf, type Hash, hashOf } from '@ketenkluis/seal';
import {
  type ControlPolicy,
  FINDING_AT,
  type Finding,
  judgesOf,
  type PlannedCheck,
  plannedUnder,
  type Review,
  review,
} from '../review/index.ts';
import type { Assembled } from './assemble.ts';
import { type LogIndex, sizeAt } from './lines.ts';
import { findingName, type Recorded, type RecordedFinding } from './records.ts';

export interface StandingFinding {
  readonly name: Hash;
  readonly finding: Finding;
  /** Lines of its looks, ascending. */
  readonly lines: readonly number[];
  readonly recorded: RecordedFinding | null;
  /** Officers who may judge it; empty: blocked until the practice names another. */
  readonly judges: readonly PersonId[];
}

export interface Standing {
  readonly review: Review;
  /** Highest points first. */
  readonly findings: readonly StandingFinding[];
  /** Over all of them; what a check names, so that none can be left out afterwards. */
  readonly digest: Hash;
}

/** Judges everything read so far. `officers`: those of the policy in force. */
export function standing(
  { input }: Assembled,
  recorded: Recorded,
  policy: { readonly findingAt: number; readonly officers: readonly PersonId[] } | null,
): Standing {
  const made = review(input, policy?.findingAt ?? FINDING_AT);
  const findings = made.findings
    .flatMap((finding) => split(finding, input.looks, recorded))
    .map((one): StandingFinding => ({ ...one, judges: judgesOf(one.finding, policy?.officers ?? [], input.subjects) }));
  const names = findings
    .map(({ name }) => name)
    .sort()
    .map(utf8);
  return { review: made, findings, digest: hashOf(lengthPrefixed(...names)) };
}

/**
 * Looks that come under a finding which was spoken of already are another one, so that a decision never covers what nobody had seen when
 * it was made.
 */
function split(
  finding: Finding,
  looks: Assembled['input']['looks'],
  recorded: Recorded,
): Omit<StandingFinding, 'judges'>[] {
  const key = finding.id.slice(0, finding.id.lastIndexOf(' '));
  const out: Omit<StandingFinding, 'judges'>[] = [];
  let rest = finding.looks.toSorted((a, b) => looks[a]!.line - looks[b]!.line);
  while (rest.length > 0) {
    const id = `${key} ${looks[rest[0]!]!.line}`;
    const name = findingName(id);
    const known = recorded.findings.get(name) ?? null;
    const spoken = known === null ? null : new Set(known.lines);
    const mine = spoken === null ? rest : rest.filter((i) => spoken.has(looks[i]!.line));
    const own = mine.length === 0 ? rest : mine;
    const people = [...new Set(own.map((i) => looks[i]!.person))];
    const dossiers = [...new Set(own.flatMap((i) => looks[i]!.dossier ?? []))];
    const lines = [...new Set(own.map((i) => looks[i]!.line))];
    out.push({ name, finding: { ...finding, id, people, dossiers, looks: own }, lines, recorded: known });
    const taken = new Set(own);
    rest = rest.filter((i) => !taken.has(i));
  }
  return out;
}

/** A policy as the log holds it, in the form that the plan is made of. */
export const policyOf = (fact: FactOf<'control'>): ControlPolicy => ({
  v: 1,
  from: localDate(fact.from),
  ...{ board: fact.board, officers: fact.officers, outside: fact.outside, findingAt: fact.findingAt },
  ...{ every: fact.every, sampleSize: fact.sampleSize, answerDays: fact.answerDays, decideDays: fact.decideDays },
});

/** Planned against done over every policy that ever stood. */
export const planOf = (
  policies: readonly { readonly fact: FactOf<'control'> }[],
  recorded: Recorded,
  index: LogIndex,
  now: Instant,
): readonly PlannedCheck[] =>
  plannedUnder(
    policies.map(({ fact }) => policyOf(fact)),
    recorded.checks,
    localDate(now),
    (day: LocalDate) => sizeAt(index, day),
  );

/** Up to which line reviews cover everything without a gap. */
export function coveredTo(recorded: Recorded): number {
  let reached = 0;
  const spans = recorded.checks.flatMap(({ lines }) => (lines === null ? [] : [lines])).sort((a, b) => a.from - b.from);
  for (const { from, until } of spans) if (from <= reached) reached = Math.max(reached, until);
  return reached;
}
