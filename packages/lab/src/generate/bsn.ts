/**
 * Numbers in the shape of a BSN that pass the 11-test (requirement R7): first those of 9999xxxxx, then 999xxxxxx,
 * after that none is left and the number is masked.
 */

import { dice } from './dice.ts';

/** The last of nine digits for eight given ones; undefined when the remainder has no digit. */
function lastDigit(first: number): number | undefined {
  let sum = 0;
  let rest = first;
  for (let weight = 2; weight <= 9; weight++) {
    sum += (rest % 10) * weight;
    rest = Math.floor(rest / 10);
  }
  const last = sum % 11;
  return last === 10 ? undefined : last;
}

function* numbers(from: number, to: number, skip: (first: number) => boolean): Generator<string> {
  for (let first = from; first <= to; first++) {
    if (skip(first)) continue;
    const last = lastDigit(first);
    if (last !== undefined) yield String(first * 10 + last);
  }
}

/** Gives every patient another number, in the order of the seed; undefined = masked. */
export function bsnSource(seed: string): () => string | undefined {
  const ranges = [
    () => [...numbers(9999_0000, 9999_9999, () => false)],
    () => [...numbers(9990_0000, 9998_9999, () => false)],
  ];
  let stock: string[] = [];
  let range = 0;
  return () => {
    while (stock.length === 0 && range < ranges.length) {
      const next = (ranges[range] as () => string[])();
      stock = dice(`${seed}/bsn`, range).shuffle(next);
      range++;
    }
    return stock.pop();
  };
}
