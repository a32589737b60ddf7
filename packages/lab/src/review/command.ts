/** `ketenkluis review --demo`: the review of a simulated year, against the truth about it (docs/spec/review.md). */

import type { Job } from '../main.ts';
import { outcomeOf } from './measure.ts';
import { simulateYear } from './simulate.ts';

export interface ReviewCommand {
  readonly seed?: string;
}

export const DEMO_SEED = 'review-1';

/** Fails when a planted case was not found or less than 97 % of ordinary work was explained. */
export const review =
  ({ seed = DEMO_SEED }: ReviewCommand): Job =>
  async (json) => {
    const { looks, explained, planted, found, falseAlarms, ordinary, missed } = outcomeOf(simulateYear({ seed }));
    if (!json) {
      const share = ((100 * explained) / ordinary).toFixed(1);
      for (const line of [
        `${looks} looks of 100 colleagues in a simulated year`,
        `${explained} of ${ordinary} looks for work are explained (${share} %)`,
        `${found} of ${planted} planted cases found${missed.length === 0 ? '' : `; missed: ${missed.join(', ')}`}`,
        `${falseAlarms} findings are about ordinary work`,
      ]) {
        process.stdout.write(`${line}\n`);
      }
    }
    return {
      json: { looks, explained, planted, found, falseAlarms },
      failed: found < planted || explained < 0.97 * ordinary,
    };
  };
