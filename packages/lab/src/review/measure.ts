/** What the review made of a simulated year, against the truth about it. */

import { type ReasonKind, review } from '@ketenkluis/client/review';
import type { PlantedKind } from './planted.ts';
import type { SimulatedYear } from './simulate.ts';

export interface Outcome {
  readonly looks: number;
  /** Ordinary looks that a reason explains. */
  readonly explained: number;
  readonly planted: number;
  /** Planted cases of which a finding holds at least one look. */
  readonly found: number;
  /** Findings without a single planted look. */
  readonly falseAlarms: number;
  readonly ordinary: number;
  readonly findings: number;
  readonly missed: readonly PlantedKind[];
  /** Cases with an alibi, which do not count above. */
  readonly covered: { readonly planted: number; readonly found: number };
}

/** What no source brings explains nothing here either (docs/spec/review.md, "Where the input comes from"). */
const NOT_BROUGHT: ReadonlySet<ReasonKind> = new Set<ReasonKind>(['due']);

export function outcomeOf({ input: all, caseOf, cases }: SimulatedYear): Outcome {
  const input = { ...all, reasons: all.reasons.filter(({ kind }) => !NOT_BROUGHT.has(kind)) };
  const { findings, outcomeOf: outcomes } = review(input);
  const ordinary = caseOf.reduce((sum, one) => sum + (one < 0 ? 1 : 0), 0);
  const explained = caseOf.reduce((sum, one, i) => sum + (one < 0 && outcomes[i] === 0 ? 1 : 0), 0);
  const hit = new Set(findings.flatMap(({ looks }) => looks.map((i) => caseOf[i]!)));
  const of = (covered: boolean) => [...cases.keys()].filter((n) => (cases[n]!.kind === 'covered') === covered);
  const plain = of(false);
  const covered = of(true);
  return {
    looks: input.looks.length,
    explained,
    planted: plain.length,
    found: plain.filter((n) => hit.has(n)).length,
    falseAlarms: findings.filter(({ looks }) => looks.every((i) => caseOf[i]! < 0)).length,
    ordinary,
    findings: findings.length,
    missed: plain.filter((n) => !hit.has(n)).map((n) => cases[n]!.kind),
    covered: { planted: covered.length, found: covered.filter((n) => hit.has(n)).length },
  };
}
