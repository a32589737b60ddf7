import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Truth } from './truth.ts';

describe('what may be read while it changes', () => {
  it('is the old or the new value until the change was acknowledged, then only the new one', () => {
    const truth = new Truth<string>();
    const early = truth.moment();
    truth.change('a', 'one')();
    const before = { from: truth.moment(), until: truth.moment() };
    const done = truth.change('a', null);
    const during = { from: truth.moment(), until: truth.moment() };
    done();
    const after = { from: truth.moment(), until: truth.moment() };
    expect(truth.allowed('a', before)).toEqual(['one']);
    expect(truth.allowed('a', during)).toEqual(['one', null]);
    expect(truth.allowed('a', { from: early, until: during.until })).toEqual([null, 'one', null]);
    expect(truth.allowed('a', after)).toEqual([null]);
    expect(truth.allowed('nobody', after)).toEqual([null]);
  });

  it('allows exactly what some order of overlapping changes of one writer gives (twin)', () => {
    // The writer makes one change after the other; at some point within each it takes effect. A reading sees one point of time.
    const steps = fc.array(fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(steps, fc.nat(20), fc.nat(6), (gaps, start, length) => {
        const truth = new Truth<number>();
        const spans = gaps.map(([idle, pause, rest], value) => {
          for (let i = 0; i < idle; i++) truth.moment();
          const done = truth.change('x', value);
          const may = truth.moment() - 1;
          for (let i = 0; i < pause; i++) truth.moment();
          done();
          const must = truth.moment() - 1;
          for (let i = 0; i < rest; i++) truth.moment();
          return { may, must };
        });
        const reading = { from: start + 0.5, until: start + length + 0.5 };
        const twin = new Set<number | null>();
        for (let at = reading.from; at <= reading.until; at += 0.25) {
          // Whatever took effect for sure, and each one that may have.
          const sure = spans.findLastIndex(({ must }) => must < at);
          const maybe = spans.findLastIndex(({ may }) => may < at);
          for (let i = sure; i <= maybe; i++) twin.add(i < 0 ? null : i);
        }
        expect(new Set(truth.allowed('x', reading))).toEqual(twin);
      }),
    );
  });
});
