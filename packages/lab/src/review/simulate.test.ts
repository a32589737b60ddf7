import { describe, expect, it } from 'vitest';
import { PLANTED, simulateYear } from './simulate.ts';

describe('the simulated year', () => {
  const year = simulateYear({ seed: 'small', looks: 4000, each: 1, covered: 1 });

  it('is the same for the same seed, and another for another', () => {
    expect(simulateYear({ seed: 'small', looks: 4000, each: 1, covered: 1 })).toEqual(year);
    expect(simulateYear({ seed: 'other', looks: 4000, each: 1 }).input.looks).not.toEqual(year.input.looks);
  });

  it('holds as many looks as asked, in the order of the log, every case among them', () => {
    const { looks } = year.input;
    expect(looks).toHaveLength(4000);
    expect(looks.every(({ line, at }, i) => line === i && (i === 0 || at >= looks[i - 1]!.at))).toBe(true);
    expect(year.cases.map(({ kind }) => kind)).toEqual([...PLANTED, 'covered']);
    for (const [number, { looks: foul }] of year.cases.entries()) {
      expect(year.caseOf.filter((one) => one === number)).toHaveLength(foul.length);
    }
  });

  it('loses appointments and nothing else when the agenda is incomplete', () => {
    const half = simulateYear({ seed: 'small', looks: 4000, each: 1, covered: 1, missing: 0.5 });
    const of = (kinds: boolean, { input }: typeof year) =>
      input.reasons.filter(({ kind }) => (kind === 'appointment') === kinds);
    expect(of(false, half)).toEqual(of(false, year));
    const share = of(true, half).length / of(true, year).length;
    expect(share).toBeGreaterThan(0.4);
    expect(share).toBeLessThan(0.6);
    expect(half.input.looks).toEqual(year.input.looks);
  });
});
