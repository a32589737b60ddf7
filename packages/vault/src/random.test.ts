import type { Bytes } from '@ketenkluis/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pooled } from './random.ts';

/** Two bytes to each place, so that 32,768 places differ. */
function numbered() {
  const pages: Bytes[] = [];
  let next = 1;
  const random = (length: number): Bytes => {
    const page = new Uint8Array(length);
    for (let i = 0; i + 1 < length; i += 2, next++) page.set([0x80 | (next >> 8), next & 0xff], i);
    pages.push(page);
    return page;
  };
  return { random, pages };
}

describe('random bytes by the page', () => {
  it('hands out every byte of the system at most once, and keeps none that it handed out', () => {
    const evenly = fc.integer({ min: 1, max: 160 }).map((half) => half * 2);
    fc.assert(
      fc.property(fc.array(evenly, { minLength: 1, maxLength: 120 }), (lengths) => {
        const { random, pages } = numbered();
        const ask = pooled(random);
        const seen = lengths.map((length) => ask(length));
        expect(seen.map(({ length }) => length)).toEqual(lengths);
        const places = seen.flatMap((bytes) =>
          Array.from({ length: bytes.length / 2 }, (_, i) => ((bytes[2 * i]! & 0x7f) << 8) | bytes[2 * i + 1]!),
        );
        expect(places.every((place) => place > 0)).toBe(true);
        expect(new Set(places).size).toBe(places.length);
        const kept = pages.filter(({ length }) => length === 4096).flatMap((page) => [...page]);
        const left = kept.filter((byte, i) => byte !== 0 || (i % 2 === 1 && kept[i - 1] !== 0)).length;
        const small = lengths.filter((length) => length <= 256).reduce((sum, length) => sum + length, 0);
        expect(left).toBe(kept.length - small);
      }),
    );
  });
});
