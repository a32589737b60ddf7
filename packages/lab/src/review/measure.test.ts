import { describe, expect, it } from 'vitest';
import { outcomeOf } from './measure.ts';
import { PLANTED, simulateYear } from './simulate.ts';

describe('R48 on a simulated year', () => {
  const year = simulateYear({ seed: 'review-1', looks: 20_000, each: 1 });

  it('finds every planted case of fourteen kinds, and explains work', () => {
    const outcome = outcomeOf(year);
    expect(outcome).toMatchObject({ looks: 20_000, planted: PLANTED.length, found: PLANTED.length, missed: [] });
    expect(outcome.explained / outcome.ordinary).toBeGreaterThan(0.95);
  });

  it('explains less, and still finds them, with half of the appointments missing', () => {
    const whole = outcomeOf(year);
    const half = outcomeOf(simulateYear({ seed: 'review-1', looks: 20_000, each: 1, missing: 0.5 }));
    expect(half.explained).toBeLessThan(whole.explained);
    expect(half.found).toBe(half.planted);
  });
});
