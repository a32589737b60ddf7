/** Review of every look (docs/spec/review.md): pure, for whoever holds the key that opens the lines. */

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
