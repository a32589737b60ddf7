/** Every look of a log: explained, unexplained or a finding; nothing is left out (R48, docs/spec/review.md). */

import type { DossierId, PersonId } from '@ketenkluis/base';
import { clientError } from '../errors.ts';
import { bitOf, type Features, featuresOf, plainBits } from './features.ts';
import { type Matched, match, STRENGTHS } from './match.ts';
import { seeThrough } from './patterns.ts';
import {
  BASE,
  BOUNDS,
  FEATURES,
  type Feature,
  FINDING_AT,
  PATTERNS,
  type Pattern,
  POINTS,
  RULES_VERSION,
  type Strength,
} from './rules.ts';
import { type Table, tableOf } from './table.ts';
import type { Look, Reason, ReviewInput } from './types.ts';

export type Outcome = 'explained' | 'unexplained' | 'finding';
export const OUTCOMES: readonly Outcome[] = ['explained', 'unexplained', 'finding'];

/** One feature with the numbers that its sentence names. */
export interface Sign {
  readonly feature: Feature;
  readonly points: number;
  /** People, days or dossiers; null where there is nothing to count. */
  readonly count: number | null;
  /** For `volume`: a usual day of this person, and of the role. */
  readonly usual: { readonly own: number; readonly role: number } | null;
}

export interface JudgedLook {
  readonly look: Look;
  readonly strength: Strength;
  readonly reason: Reason | null;
  /** Without a reason: what the log itself shows, or what the looker said. */
  readonly pattern: Pattern | null;
  readonly signs: readonly Sign[];
  readonly points: number;
  readonly outcome: Outcome;
}

export interface Finding {
  /** The same for the same looks: group, whom and what it is about, and the first line. */
  readonly id: string;
  readonly group: 'dossier' | 'day' | 'pair';
  readonly rules: string;
  readonly points: number;
  readonly people: readonly PersonId[];
  readonly dossiers: readonly DossierId[];
  /** Positions in the input, ascending. */
  readonly looks: readonly number[];
  /** Every feature of its looks, in the order of `FEATURES`. */
  readonly features: readonly Feature[];
}

/** What could not be judged for want of data: silence is never good news. */
export interface NotJudged {
  /** The looker stands in no list: no role, team, name or address. */
  readonly looker: number;
  /** The dossier stands in no list. */
  readonly subject: number;
  /** No address of one of the two. */
  readonly address: number;
  /** No surname of one of the two. */
  readonly surname: number;
}

export interface Review {
  readonly rules: string;
  readonly looks: number;
  readonly firstLine: number | null;
  readonly lastLine: number | null;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly strengths: Readonly<Record<Strength, number>>;
  /** Looks that have it, whatever became of them. */
  readonly features: Readonly<Record<Feature, number>>;
  readonly notJudged: NotJudged;
  /** Highest points first, then the earliest. */
  readonly findings: readonly Finding[];
  /** Per look, an index in `OUTCOMES`. */
  readonly outcomeOf: Uint8Array;
  /** One look in full, by its position in the input. */
  judged(position: number): JudgedLook;
}

interface Scored {
  readonly table: Table;
  readonly matched: Matched;
  readonly features: Features;
  readonly points: Uint16Array;
  readonly pattern: Uint8Array;
}

const pointsFor = (feature: Feature, strong: boolean, repeats: number): number => {
  if (strong) return POINTS[feature].strong;
  const many = feature === 'repeats' && repeats >= BOUNDS.repeats.manyDays;
  return many ? BOUNDS.repeats.manyPoints : POINTS[feature].points;
};

function signsOf({ matched, features }: Scored, i: number): Sign[] {
  const strong = matched.strength[i] === 2;
  const counts: Partial<Record<Feature, number>> = {
    crowd: features.crowd[i]!,
    repeats: features.repeats[i]!,
    volume: features.dossiers[i]!,
    'many-unexplained': features.unexplained[i]!,
    'declared-often': features.declared[i]!,
    'declared-long': features.alone[i]!,
  };
  return FEATURES.filter((feature) => (features.bits[i]! & bitOf[feature]) !== 0).map((feature) => ({
    feature,
    points: pointsFor(feature, strong, features.repeats[i]!),
    count: counts[feature] ?? null,
    usual: feature === 'volume' ? { own: features.usual[i]!, role: features.usualOfRole[i]! } : null,
  }));
}

function score(input: ReviewInput): Scored {
  const table = tableOf(input);
  const matched = match(table);
  const bits = plainBits(table);
  const { pattern, ...said } = seeThrough(table, matched, bits);
  const features = featuresOf(table, matched, bits, said);
  const points = new Uint16Array(table.count);
  for (let i = 0; i < table.count; i++) {
    const strength = matched.strength[i]!;
    let sum = BASE[STRENGTHS[strength]!];
    const own = bits[i]!;
    for (let f = 0; own >>> f !== 0; f++) {
      if (((own >>> f) & 1) === 1) sum += pointsFor(FEATURES[f]!, strength === 2, features.repeats[i]!);
    }
    points[i] = sum;
  }
  return { table, matched, features, points, pattern };
}

const OF_DAY = bitOf.volume | bitOf['many-unexplained'] | bitOf.night | bitOf['search-only'] | bitOf['declared-long'];

/** By what the looks of a finding belong together. */
function groupOf({ table, features }: Scored, i: number): { group: Finding['group']; key: string } {
  const { person, dossier } = table.input.looks[i]!;
  const bits = features.bits[i]!;
  if ((bits & bitOf.crowd) !== 0 && dossier !== null) return { group: 'dossier', key: dossier };
  if ((bits & OF_DAY) !== 0 || dossier === null) return { group: 'day', key: `${person} ${table.day[i]!}` };
  return { group: 'pair', key: `${person} ${dossier}` };
}

function findingsOf(scored: Scored, flagged: readonly number[]): Finding[] {
  const { looks } = scored.table.input;
  const groups = new Map<string, { group: Finding['group']; members: number[] }>();
  for (const i of flagged) {
    const { group, key } = groupOf(scored, i);
    const name = `${group} ${key}`;
    const one = groups.get(name);
    if (one === undefined) groups.set(name, { group, members: [i] });
    else one.members.push(i);
  }
  const findings = [...groups].map(([name, { group, members }]): Finding => {
    const bits = members.reduce((all, i) => all | scored.features.bits[i]!, 0);
    return {
      id: `${name} ${Math.min(...members.map((i) => looks[i]!.line))}`,
      group,
      rules: RULES_VERSION,
      points: Math.max(...members.map((i) => scored.points[i]!)),
      people: [...new Set(members.map((i) => looks[i]!.person))],
      dossiers: [...new Set(members.flatMap((i) => looks[i]!.dossier ?? []))],
      looks: members,
      features: FEATURES.filter((feature) => (bits & bitOf[feature]) !== 0),
    };
  });
  return findings.sort((a, b) => b.points - a.points || a.looks[0]! - b.looks[0]!);
}

function notJudged({ table }: Scored): NotJudged {
  const counts = { looker: 0, subject: 0, address: 0, surname: 0 };
  for (let i = 0; i < table.count; i++) {
    const looker = table.colleagues[table.person[i]!];
    const subject = table.subjects[table.dossier[i]!];
    if (looker === undefined) counts.looker++;
    if (table.dossier[i]! < 0) continue;
    if (subject === undefined) counts.subject++;
    if (!looker?.home || !subject?.home) counts.address++;
    if (!looker?.surnames.length || !subject?.surnames.length) counts.surname++;
  }
  return counts;
}

/**
 * Judges every look. `findingAt`: the practice's own bound, 20 to 50 points; another is `client/refused`. Grows with the looks
 * and reasons, not with their product, as long as few reasons are open on one dossier at once.
 */
export function review(input: ReviewInput, findingAt: number = FINDING_AT): Review {
  if (!Number.isInteger(findingAt) || findingAt < 20 || findingAt > FINDING_AT) {
    throw clientError('refused', 'a practice may look closer than the rules, not less close');
  }
  const scored = score(input);
  const { table, matched, features, points, pattern } = scored;
  const outcomeOf = new Uint8Array(table.count);
  const outcomes = { explained: 0, unexplained: 0, finding: 0 };
  const strengths = { none: 0, weak: 0, strong: 0 };
  const having = Object.fromEntries(FEATURES.map((feature) => [feature, 0])) as Record<Feature, number>;
  const flagged: number[] = [];
  let firstLine: number | null = null;
  let lastLine: number | null = null;
  for (let i = 0; i < table.count; i++) {
    const outcome = points[i]! >= findingAt ? 2 : matched.strength[i] === 0 ? 1 : 0;
    outcomeOf[i] = outcome;
    outcomes[OUTCOMES[outcome]!]++;
    strengths[STRENGTHS[matched.strength[i]!]!]++;
    for (const feature of FEATURES) if ((features.bits[i]! & bitOf[feature]) !== 0) having[feature]++;
    if (outcome === 2) flagged.push(i);
    const { line } = input.looks[i]!;
    firstLine = firstLine === null ? line : Math.min(firstLine, line);
    lastLine = lastLine === null ? line : Math.max(lastLine, line);
  }
  return {
    ...{ rules: RULES_VERSION, looks: table.count, firstLine, lastLine, outcomes, strengths, features: having },
    notJudged: notJudged(scored),
    findings: findingsOf(scored, flagged),
    outcomeOf,
    judged: (i) => ({
      look: input.looks[i]!,
      strength: STRENGTHS[matched.strength[i]!]!,
      reason: input.reasons[matched.reason[i]!] ?? null,
      pattern: PATTERNS[pattern[i]! - 1] ?? null,
      signs: signsOf(scored, i),
      points: points[i]!,
      outcome: OUTCOMES[outcomeOf[i]!]!,
    }),
  };
}
