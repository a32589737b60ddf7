import { type Bytes, systemRandom } from '@ketenkluis/base';
import { expect, it } from 'vitest';
import { drawnAhead } from './random.ts';

it('gives every byte once, keeps none that it gave, and asks for large amounts where they come from', () => {
  const drawn: Bytes[] = [];
  const source = (length: number): Bytes => {
    const bytes = systemRandom(length);
    drawn.push(bytes);
    return bytes;
  };
  const random = drawnAhead(source);
  const given = Array.from({ length: 1000 }, () => random(16));
  expect(new Set(given.map((bytes) => bytes.join())).size).toBe(1000);
  expect(given.every((bytes) => bytes.length === 16 && bytes.some((byte) => byte !== 0))).toBe(true);
  // Four blocks held 1,024 times 16 bytes: what is left in them is only what was not given yet.
  expect(drawn.map(({ length }) => length)).toEqual([4096, 4096, 4096, 4096]);
  expect(drawn.slice(0, 3).every((block) => block.every((byte) => byte === 0))).toBe(true);
  expect(random(65)).toHaveLength(65);
  expect(drawn.at(-1)).toHaveLength(65);
});
