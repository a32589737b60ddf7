/**
 * From the lines of a log and what only the practice knows to what the engine judges (docs/spec/review.md, "Where the input comes from").
 * Pure. What is missing is counted and never taken for an explanation.
 */

import { addDays, DAY, type DossierId, dayStart, type Instant, type PersonId } from '@ketenkluis/base';
import type { EvidenceContent } from '../contents.ts';
import type { Reason, ReviewInput } from '../review/index.ts';
import { type LogIndex, looksOf } from './lines.ts';

/** What could not be told, beside what the engine itself counts. */
export interface Missing {
  /** Looks from before the first day of which the practice told who was seen. */
  readonly before: number;
  /** Looks after the day to which the practice's records were read. */
  readonly after: number;
  /** By people of partners: judged by their own organisation. */
  readonly partners: number;
  /** Sealed words with a look that did not open. */
  readonly unread: number;
  /** Lists of the own team that were opened: names and days, of everybody whom the team treats. */
  readonly lists: number;
  /** Asked and refused: nothing was seen. */
  readonly refused: number;
}

export interface Assembled {
  readonly input: ReviewInput;
  readonly missing: Missing;
}

/** A referral without an end counts as open so long: longer says that somebody may look, not why on this day. */
const OPEN_REFERRAL = 90 * DAY;

/** `until`: the line after the last that is judged; all of them when left out. `evidence` null: the practice sealed none yet. */
export function assemble(
  index: LogIndex,
  evidence: EvidenceContent | null,
  range: { readonly until?: number } = {},
): Assembled {
  const until = range.until ?? index.size;
  const looks = looksOf(index).filter(({ line }) => line < until);
  const since = evidence === null ? null : dayStart(evidence.since);
  const told = evidence === null ? null : dayStart(addDays(evidence.asOf, 1));
  const before = looks.filter(({ at }) => since === null || at < since).length;
  const after = looks.filter(({ at }) => told !== null && at >= told).length;
  return {
    input: {
      looks,
      reasons: [...reasonsIn(index), ...(evidence === null ? [] : reasonsFrom(evidence))],
      colleagues: (evidence?.colleagues ?? []).map(({ person, ...rest }) => ({ id: person, ...rest })),
      subjects: (evidence?.subjects ?? []).map(({ dossier, ...rest }) => ({ id: dossier, ...rest })),
    },
    missing: {
      ...{ before, after, partners: index.partners, unread: index.unread },
      ...{ lists: index.lists, refused: index.refused },
    },
  };
}

/** Referrals, partners' messages and patients handed to a substitute, from the signed lines themselves. */
function reasonsIn({ people, dossiers, referred, ended, messages, called }: LogIndex): Reason[] {
  const dossier = (place: number) => dossiers[place]! as DossierId;
  const person = (place: number) => people[place]! as PersonId;
  const ends = Map.groupBy(ended, ([, place]) => place);
  return [
    ...referred.map(([who, place, from]): Reason => {
      const end = ends.get(place)?.find(([, , at]) => at >= from)?.[2] ?? from + OPEN_REFERRAL;
      return {
        ...{ kind: 'referral', dossier: dossier(place), person: person(who), team: null },
        ...{ from: from as Instant, until: Math.min(end, from + OPEN_REFERRAL) as Instant },
      };
    }),
    ...called.map(([who, place, from]): Reason => {
      const until = (from + DAY) as Instant;
      return { kind: 'call', dossier: dossier(place), person: person(who), team: null, from: from as Instant, until };
    }),
    ...messages.map(([, place, at]): Reason => {
      const when = at as Instant;
      return { kind: 'message', dossier: dossier(place), person: null, team: null, from: when, until: when };
    }),
  ];
}

/** Days of the practice's registers: whole days, as no more is told. */
const reasonsFrom = ({ reasons }: EvidenceContent): Reason[] =>
  reasons.map(({ kind, dossier, day, until, person, team }) => ({
    ...{ kind, dossier, person, team, from: dayStart(day) },
    until: (dayStart(addDays(until ?? day, 1)) - 1) as Instant,
  }));
