/**
 * From a finding to a decision (R50, docs/spec/review.md): a closed set of steps, each by somebody who may, none taken back.
 * Nobody decides about looks of their own or about their own file.
 */

import { DAY, type DossierId, type Instant, type PersonId } from '@ketenkluis/base';
import { clientError } from '../errors.ts';
import type { Finding } from './review.ts';
import type { Subject } from './types.ts';

export type Verdict = 'justified' | 'unjustified' | 'unclear';
export type FollowUp = 'none' | 'talk' | 'measure' | 'breach';

export type FindingEvent = { readonly at: Instant; readonly by: PersonId } & (
  | { readonly kind: 'ask'; readonly whom: PersonId; readonly question: string }
  | { readonly kind: 'answer'; readonly answer: string }
  | { readonly kind: 'decide'; readonly verdict: Verdict; readonly ground: string; readonly followUp: FollowUp }
  | { readonly kind: 'reopen'; readonly ground: string }
);

export interface FindingState {
  readonly state: 'open' | 'asked' | 'answered' | 'decided';
  /** Asked and not yet answered, with since when. */
  readonly waiting: ReadonlyMap<PersonId, Instant>;
  readonly answered: ReadonlySet<PersonId>;
  readonly decision: { readonly by: PersonId; readonly verdict: Verdict; readonly followUp: FollowUp } | null;
  readonly last: Instant | null;
}

const OPEN: FindingState = {
  state: 'open',
  waiting: new Map(),
  answered: new Set(),
  decision: null,
  last: null,
};

/** The officers who may judge this finding; empty: blocked until the practice names an outside officer. */
export function judgesOf(
  finding: Pick<Finding, 'people' | 'dossiers'>,
  officers: readonly PersonId[],
  subjects: readonly Pick<Subject, 'id' | 'colleague'>[],
): PersonId[] {
  const about = new Set<DossierId>(finding.dossiers);
  const own = new Set(subjects.filter(({ id }) => about.has(id)).map(({ colleague }) => colleague));
  return officers.filter((officer) => !finding.people.includes(officer) && !own.has(officer));
}

const refused = (why: string) => clientError('refused', why);

/** One step further; `client/refused` for whoever may not, out of order, back in time, or without words. */
export function nextState(
  state: FindingState,
  event: FindingEvent,
  on: {
    readonly finding: Pick<Finding, 'people' | 'dossiers'>;
    readonly judges: readonly PersonId[];
    /** Days to answer, as the policy of that moment says. */
    readonly answerDays: (at: Instant) => number;
  },
): FindingState {
  if (state.last !== null && event.at < state.last)
    throw refused('a step of a finding cannot come before the one above it');
  const words = event.kind === 'ask' ? event.question : event.kind === 'answer' ? event.answer : event.ground;
  if (words.trim() === '') throw refused('a step of a finding needs words');
  if (event.kind !== 'answer' && !on.judges.includes(event.by)) throw refused('nobody judges looks of their own');
  if ((state.state === 'decided') !== (event.kind === 'reopen')) throw refused('this finding is not at that step');
  switch (event.kind) {
    case 'ask': {
      if (!on.finding.people.includes(event.whom)) throw refused('only who looked can be asked');
      if (state.waiting.has(event.whom)) throw refused('this question is still open');
      return { ...state, state: 'asked', waiting: new Map(state.waiting).set(event.whom, event.at), last: event.at };
    }
    case 'answer': {
      if (!state.waiting.has(event.by)) throw refused('nobody asked this person');
      const waiting = new Map(state.waiting);
      waiting.delete(event.by);
      const answered = new Set(state.answered).add(event.by);
      return { ...state, state: waiting.size === 0 ? 'answered' : 'asked', waiting, answered, last: event.at };
    }
    case 'decide': {
      const { verdict, followUp, by } = event;
      if (followUp !== 'none' && verdict !== 'unjustified') throw refused('only an unjustified look has a follow-up');
      if (verdict !== 'justified') {
        const term = on.answerDays(event.at) * DAY;
        const heard = (person: PersonId) => {
          const since = state.waiting.get(person);
          return since === undefined ? state.answered.has(person) : event.at - since > term;
        };
        if (!on.finding.people.every(heard)) throw refused('who looked was not heard, and the term still runs');
      }
      return { ...state, state: 'decided', decision: { by, verdict, followUp }, last: event.at };
    }
    case 'reopen': {
      if (state.decision?.by === event.by) throw refused('somebody else than who decided reopens');
      return { ...OPEN, answered: state.answered, last: event.at };
    }
  }
}

/** Where a finding stands after its steps, in their order. */
export function stateOf(events: readonly FindingEvent[], on: Parameters<typeof nextState>[2]): FindingState {
  return events.reduce((state, event) => nextState(state, event, on), OPEN);
}
