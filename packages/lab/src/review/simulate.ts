/** The simulated year as the review's input, and the truth about it that the review does not get. */

import type { ReviewInput } from '@ketenkluis/client/review';
import { dice } from '../generate/dice.ts';
import { drawPlace } from './place.ts';
import { type PlantedCase, type PlantedKind, plant } from './planted.ts';
import { ordinaryYear } from './year.ts';

/** What the review must find. `covered` is not among them: docs/spec/review.md says what it does not see. */
export const PLANTED: readonly PlantedKind[] = [
  'neighbour',
  'same-home',
  'former-partner',
  'family-name',
  'colleague',
  'own-file',
  'known-patient',
  'night',
  'search-only',
  'after-end',
  'emergency',
  'crawl',
  'family-for-a-year',
  'taken-along',
];

export interface SimulatedYear {
  readonly input: ReviewInput;
  /** Per look of the input: the number of its case, -1 for ordinary work. */
  readonly caseOf: Int32Array;
  readonly cases: readonly PlantedCase[];
}

/** `missing`: the share of appointments that no agenda shows. */
export function simulateYear(options: {
  readonly seed: string;
  readonly looks?: number;
  readonly each?: number;
  readonly missing?: number;
  readonly covered?: number;
}): SimulatedYear {
  const { seed, looks: count = 50_000, each = 2, missing = 0, covered = 0 } = options;
  const place = drawPlace(seed);
  const year = ordinaryYear(seed, place, count);
  const made = plant(seed, place, year.reasons, PLANTED, each);
  const hidden = plant(`${seed} covered`, place, year.reasons, ['covered'], covered);
  const cases = [...made.cases, ...hidden.cases];
  const foul = cases.flatMap((one, number) => one.looks.map((look) => ({ look, number })));
  const fair = year.looks.slice(0, Math.max(0, count - foul.length)).map((look) => ({ look, number: -1 }));
  const rows = [...fair, ...foul].sort((a, b) => a.look.at - b.look.at);
  const lost = dice(seed, 4);
  const reasons = year.reasons.filter(({ kind }) => kind !== 'appointment' || !lost.chance(missing));
  return {
    input: {
      looks: rows.map(({ look }, line) => ({ ...look, line })),
      reasons: [...reasons, ...made.reasons],
      colleagues: place.staff.map(({ id, role, teams, surnames, home, street }) => ({
        ...{ id, role, teams, surnames, home, street },
      })),
      subjects: place.patients.map(({ id, surnames, home, street, vip, colleague }) => ({
        ...{ id, surnames, home, street, vip, colleague },
      })),
    },
    caseOf: Int32Array.from(rows, ({ number }) => number),
    cases,
  };
}
