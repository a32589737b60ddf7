/** Review of every look (docs/spec/review.md): pure, for whoever holds the key that opens the lines. */

export {
  type FindingEvent,
  type FindingState,
  type FollowUp,
  judgesOf,
  nextState,
  stateOf,
  type Verdict,
} from './finding.ts';
export {
  arrearsOf,
  CHECKS,
  type CheckKind,
  type ControlPolicy,
  coversAll,
  type DoneCheck,
  type PlannedCheck,
  parsePolicy,
  plannedChecks,
  plannedUnder,
} from './policy.ts';
export {
  type Finding,
  type JudgedLook,
  type NotJudged,
  OUTCOMES,
  type Outcome,
  type Review,
  review,
  type Sign,
} from './review.ts';
export { FEATURES, type Feature, FINDING_AT, RULES_VERSION, type Strength } from './rules.ts';
export type {
  Colleague,
  Dwelling,
  Look,
  LookAction,
  Reason,
  ReasonKind,
  ReviewInput,
  Subject,
} from './types.ts';
export { type Language, wordsOf } from './words.ts';
