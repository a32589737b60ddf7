import { base64url, fromBase64url, hex } from '@ketenkluis/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bringBuffer } from './index.ts';

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const bits = (value: number, width: number) => value.toString(2).padStart(width, '0');
/** RFC 4648 section 5, bit by bit. */
const written = (value: Uint8Array) => {
  const all = [...value].map((byte) => bits(byte, 8)).join('');
  return (all.match(/.{1,6}/g) ?? []).map((six) => DIGITS[Number.parseInt(six.padEnd(6, '0'), 2)]).join('');
};
const ours = (value: string) => {
  if (![...value].every((digit) => DIGITS.includes(digit)) || value.length % 4 === 1) return 'refused';
  const all = [...value].map((digit) => bits(DIGITS.indexOf(digit), 6)).join('');
  const whole = all.length - (all.length % 8);
  if (all.slice(whole).includes('1')) return 'refused';
  const bytes = all.slice(0, whole).match(/.{8}/g) ?? [];
  return hex(Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 2)));
};

describe('buffer', () => {
  it('base64url of Node gives and takes the same texts as the standard says, and whatever writes other text is not taken', () => {
    const native = (value: string) => {
      try {
        return hex(fromBase64url(value));
      } catch (error) {
        expect(error).toMatchObject({ code: 'base/bad-text' });
        return 'refused';
      }
    };
    bringBuffer(Buffer);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 0, max: 40 }), (value, at) => {
        const part = value.subarray(at);
        expect(base64url(part)).toBe(written(part));
        expect(fromBase64url(base64url(part))).toEqual(new Uint8Array(part));
      }),
    );
    const nearly = fc.string({ unit: fc.constantFrom(...'AQgwBZz09-_+/=\n Ł'), maxLength: 9 });
    fc.assert(
      fc.property(nearly, (value) => {
        expect(native(value)).toBe(ours(value));
      }),
      { numRuns: 1000 },
    );
    expect(fromBase64url('AAAA').buffer.byteLength).toBe(3);
    const padded = { from: () => Object.assign(new Uint8Array(), { toString: () => 'AA==' }) };
    expect(() => bringBuffer(padded)).toThrow(expect.objectContaining({ code: 'ledger/bad-engine' }));
    expect(base64url(Uint8Array.of(0))).toBe('AA');
  });
});
