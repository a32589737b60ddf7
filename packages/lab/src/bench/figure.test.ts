import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { figure, median, percentile } from './figure.ts';
import { tableOf } from './table.ts';

const work = { work: 'work', unit: 's' } as const;

describe('figures', () => {
  it('median and percentile are values of the middle and the end, whatever the order', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(percentile([5, 1, 4, 2, 3], 0.99)).toBe(5);
    expect(percentile([5, 1, 4, 2, 3], 0.2)).toBe(1);
    const runs = fc.array(fc.double({ noNaN: true, min: 0, max: 1e6 }), { minLength: 1 });
    fc.assert(
      fc.property(runs, fc.double({ min: 0.01, max: 1, noNaN: true }), (values, part) => {
        const found = percentile(values, part);
        expect(values.filter((value) => value <= found).length).toBeGreaterThanOrEqual(Math.ceil(part * values.length));
      }),
    );
  });

  it('a bar on the figure looks at ours, a bar on the ratio at ours beside the peer', () => {
    const most = { on: 'figure', at: 'most', value: 2 } as const;
    expect(figure('p', { ...work, runs: [2], bar: most }).held).toBe(true);
    expect(figure('p', { ...work, runs: [2.1], bar: most }).held).toBe(false);
    expect(figure('p', { ...work, runs: [2], bar: { ...most, at: 'least' } }).held).toBe(true);
    expect(figure('p', { ...work, runs: [1.9], bar: { ...most, at: 'least' } }).held).toBe(false);
    const ratio = { on: 'ratio', at: 'most', value: 0.6 } as const;
    const peer = (value: number) => ({ peer: { name: 'peer', runs: [value] } });
    expect(figure('p', { ...work, runs: [6], ...peer(10), bar: ratio })).toMatchObject({ ratio: 0.6, held: true });
    expect(figure('p', { ...work, runs: [6], ...peer(9), bar: ratio }).held).toBe(false);
  });

  it('a missed bar is said, and a figure without a bar is neither', () => {
    const bar = { on: 'figure', at: 'most', value: 1 } as const;
    const lines = tableOf([
      figure('a', { ...work, runs: [2], bar }),
      figure('b', { ...work, runs: [1], bar }),
      figure('c', { ...work, runs: [1], note: 'as told' }),
    ]);
    expect(lines[1]).toMatch(/<= 1\.00 s\s+missed$/);
    expect(lines[2]).toMatch(/held$/);
    expect(lines[3]).toMatch(/1\.00 s$/);
    expect(lines.at(-1)).toBe('work: as told');
  });
});
