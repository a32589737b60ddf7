/**
 * Seeded chance for the generator. Only + - * / and floor are used, so every machine gives the same bytes:
 * no logarithm, no sine, no locale.
 */

import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

export interface Dice {
  /** Uniform in [0, 1). */
  unit(): number;
  /** Whole number, both ends included. */
  int(min: number, max: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  weighted<T>(entries: readonly (readonly [T, number])[]): T;
  /** Bell-shaped, cut off at about 4 standard deviations. */
  normal(mean: number, deviation: number): number;
  shuffle<T>(list: readonly T[]): T[];
  /** Random-looking text that stands nowhere else: what a search of the host looks for. */
  token(): string;
  /** Lower-case letters and digits, for ids and mail names. */
  letters(length: number): string;
}

const TOKEN = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const LETTERS = 'abcdefghjkmnpqrstvwxyz23456789';

/** FNV-1a over UTF-16 code units: a seed of any text becomes 32 bits. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

/** A bijection on 32 bits, so that different streams of one seed never start alike. */
function mix32(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/** `stream` numbers the independent rows of draws of one seed (0 the practice, 1.. the households). */
export function dice(seed: string, stream: number): Dice {
  const source = xoroshiro128plus(mix32(hash32(seed) + Math.imul(stream, 0x9e3779b1)));
  for (let i = 0; i < 24; i++) source.next();
  const unit = (): number => (source.next() >>> 0) / 0x1_0000_0000;
  const below = (count: number): number => Math.floor(unit() * count);
  const text = (alphabet: string, length: number): string => {
    let out = '';
    for (let i = 0; i < length; i++) out += alphabet[below(alphabet.length)];
    return out;
  };
  return {
    unit,
    int: (min, max) => min + below(max - min + 1),
    chance: (probability) => unit() < probability,
    pick: <T>(list: readonly T[]): T => list[below(list.length)] as T,
    weighted<T>(entries: readonly (readonly [T, number])[]): T {
      let total = 0;
      for (const [, weight] of entries) total += weight;
      let at = unit() * total;
      for (const [value, weight] of entries) {
        at -= weight;
        if (at < 0) return value;
      }
      return (entries[entries.length - 1] as readonly [T, number])[0];
    },
    normal(mean, deviation) {
      let sum = -4;
      for (let i = 0; i < 8; i++) sum += unit();
      // Eight uniforms have variance 8/12; 1.224744871391589 is the square root of 12/8.
      return mean + sum * 1.224744871391589 * deviation;
    },
    shuffle<T>(list: readonly T[]): T[] {
      const out = [...list];
      for (let i = out.length - 1; i > 0; i--) {
        const j = below(i + 1);
        [out[i], out[j]] = [out[j] as T, out[i] as T];
      }
      return out;
    },
    token: () => text(TOKEN, 10),
    letters: (length) => text(LETTERS, length),
  };
}

export const clamp = (value: number, low: number, high: number): number =>
  value < low ? low : value > high ? high : value;

/** Rounds to 0-3 decimals the way a laboratory prints; the same on every machine. */
export function round(value: number, decimals: number): number {
  const factor = decimals === 0 ? 1 : decimals === 1 ? 10 : decimals === 2 ? 100 : 1000;
  return Math.round(value * factor) / factor;
}
