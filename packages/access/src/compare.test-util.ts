/** Holds `decide` beside its twin over many questions, and counts what came. */

import { DENY_REASONS, type DenyReason, decide, type Question } from './index.ts';
import { twin } from './twin.test-util.ts';

/** These say that something is wrong here; no question may ever give them. */
const FAULTS: readonly DenyReason[] = ['no-policy', 'policy-differs'];

export interface Comparison {
  readonly permits: number;
  readonly denies: Readonly<Record<string, number>>;
  /** What came in less than a fifth (yes) or a hundredth (each reason) of the cases. */
  readonly seldom: readonly string[];
  /** The number of the first question that was answered differently. */
  readonly difference: { readonly case: number; readonly decided: string; readonly twin: boolean } | null;
}

export function compare(cases: number, seed: number, caseOf: (seed: number) => Question): Comparison {
  const denies: Record<string, number> = Object.fromEntries(DENY_REASONS.map((reason) => [reason, 0]));
  let permits = 0;
  for (let i = 0; i < cases; i++) {
    const number = seed + i;
    const question = caseOf(number);
    const decision = decide(question);
    const expected = twin(question);
    const yes = decision.outcome === 'permit';
    if (yes) permits++;
    else denies[decision.reason] = (denies[decision.reason] ?? 0) + 1;
    if (yes !== expected || (!yes && FAULTS.includes(decision.reason))) {
      const decided = yes ? 'permit' : decision.reason;
      return { permits, denies, seldom: [], difference: { case: number, decided, twin: expected } };
    }
  }
  const seldom = DENY_REASONS.filter((reason) => !FAULTS.includes(reason) && denies[reason]! < cases / 100);
  return { permits, denies, seldom: [...(permits < cases / 5 ? ['permit'] : []), ...seldom], difference: null };
}
