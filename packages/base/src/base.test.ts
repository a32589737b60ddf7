import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDays,
  addMonths,
  ageOn,
  base32,
  base64url,
  canonicalJson,
  concat,
  dayStart,
  daysBetween,
  equalBytes,
  errorFactory,
  fromBase32,
  fromBase64url,
  fromHex,
  fromUtf8,
  hex,
  idBytes,
  instant,
  isId,
  isoInstant,
  KetenkluisError,
  type LocalDate,
  lengthPrefixed,
  localDate,
  newId,
  parseCanonicalJson,
  parseId,
  parseLocalDate,
  readU32,
  systemRandom,
  u32,
  utf8,
} from './index.ts';

const bytes = fc.uint8Array({ maxLength: 200 });
const day = (text: string) => parseLocalDate(text);

describe('bytes', () => {
  it('text forms round-trip and have one text per value', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(equalBytes(fromHex(hex(value)), value)).toBe(true);
        expect(equalBytes(fromBase64url(base64url(value)), value)).toBe(true);
        expect(equalBytes(fromBase32(base32(value)), value)).toBe(true);
      }),
    );
    for (const text of ['YWI=', 'YWJ', 'a', 'a b', 'YWI+']) expect(() => fromBase64url(text)).toThrow('canonical');
    for (const text of ['AB', 'ab', 'a', '01'])
      expect(() => fromBase32(text === 'ab' ? 'ab1' : text)).toThrow('canonical');
    expect(() => fromHex('0')).toThrow('canonical');
    expect(() => fromUtf8(Uint8Array.of(0xff))).toThrow('not UTF-8');
  });

  it('length prefixes tell lists of parts apart', () => {
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 4 }), fc.array(bytes, { maxLength: 4 }), (a, b) => {
        const same = a.length === b.length && a.every((part, i) => equalBytes(part, b[i] as Uint8Array));
        expect(equalBytes(lengthPrefixed(...a), lengthPrefixed(...b))).toBe(same);
        expect(lengthPrefixed(...a)).toEqual(concat(...a.flatMap((part) => [u32(part.length), part])));
      }),
    );
    expect(readU32(u32(0xfffffffe), 0)).toBe(0xfffffffe);
    expect(() => readU32(Uint8Array.of(1, 2, 3), 0)).toThrow('inside a length');
    for (const bad of [-1, 0.5, 2 ** 32]) expect(() => u32(bad)).toThrow('no u32');
    expect(concat(Uint8Array.of(1), Uint8Array.of(2, 3))).toEqual(Uint8Array.of(1, 2, 3));
  });
});

describe('canonical JSON', () => {
  it('does not depend on the order of keys or on how a value writes itself', () => {
    const text = (value: unknown) => fromUtf8(canonicalJson(value));
    expect(text({ b: [{ d: 1, c: '\u2028' }], a: undefined, B: null })).toBe('{"B":null,"b":[{"c":"\u2028","d":1}]}');
    expect(text({ 9: 1, 10: 2 })).toBe('{"10":2,"9":1}');
    expect(parseCanonicalJson(utf8('{"10":2,"9":1}'))).toEqual({ 9: 1, 10: 2 });
    expect(() => parseCanonicalJson(utf8('{"9":1,"10":2}'))).toThrow('canonical');
    expect(text({ a: { toJSON: 1 } })).toBe('{"a":{"toJSON":1}}');
    // biome-ignore lint/suspicious/noSparseArray: a hole is exactly what is tried
    for (const bad of [{ a: [undefined] }, { a: [1, , 2] }, { a: () => 1 }, { '\ud800': 1 }, { a: '\udfff' }, [-0]]) {
      expect(() => canonicalJson(bad)).toThrow();
    }
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.integer(), { maxKeys: 6 }), (value) => {
        const mixed = Object.fromEntries(Object.entries(value).reverse());
        expect(text(mixed)).toBe(text(Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))));
      }),
    );
  });

  const value = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      fc.constant(null),
      fc.boolean(),
      fc.maxSafeInteger().filter((n) => !Object.is(n, -0)),
      fc.string({ unit: 'grapheme' }),
      fc.array(tie('node'), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie('node'), { maxKeys: 4 }),
    ),
  })).node;

  it('writes what a plain walk writes, names that come again and again too', () => {
    const plain = (one: unknown): string =>
      typeof one !== 'object' || one === null
        ? JSON.stringify(one)
        : Array.isArray(one)
          ? `[${one.map(plain).join(',')}]`
          : `{${Object.entries(one)
              .sort(([a], [b]) => (a < b ? -1 : 1))
              .map(([name, inner]) => `${JSON.stringify(name)}:${plain(inner)}`)
              .join(',')}}`;
    fc.assert(
      fc.property(value, (sample) => {
        expect(fromUtf8(canonicalJson(sample))).toBe(plain(sample));
      }),
    );
    for (let i = 0; i < 10_000; i++)
      expect(fromUtf8(canonicalJson({ [`n"${i % 6000}`]: i }))).toBe(plain({ [`n"${i % 6000}`]: i }));
  });

  it('accepts exactly what it writes', () => {
    fc.assert(
      fc.property(value, (sample) => {
        const written = canonicalJson(sample);
        expect(equalBytes(canonicalJson(parseCanonicalJson(written)), written)).toBe(true);
      }),
    );
  });

  it('refuses duplicates, spacing, other key orders, fractions and depth', () => {
    const bad = ['{"a":1,"a":1}', '{ "a":1}', '{"b":1,"a":2}', '1.5', '1e3', '-0', '"\\u0061"', '[1,]', '[]\n', ''];
    for (const text of bad) expect(() => parseCanonicalJson(utf8(text)), text).toThrow();
    expect(() => canonicalJson('\ud800')).toThrow('half a character');
    expect(() => parseCanonicalJson(utf8('['.repeat(40) + ']'.repeat(40)))).toThrow('deeper');
    expect(() => canonicalJson({ f: () => 1 })).toThrow('no canonical form');
  });
});

describe('ids', () => {
  it('R6: are random, prefixed and canonical', () => {
    const seen = new Set(Array.from({ length: 2000 }, () => newId('dossier', systemRandom)));
    expect(seen.size).toBe(2000);
    for (const value of seen) {
      expect(parseId('dossier', value)).toBe(value);
      expect(idBytes(value)).toHaveLength(16);
      expect(isId('handle', value)).toBe(false);
    }
    const one = newId('dossier', systemRandom);
    for (const bad of [`${one}a`, one.slice(0, -1), one.toUpperCase(), `${one.slice(0, -1)}b`, 'dos_', null, 7]) {
      expect(() => parseId('dossier', bad)).toThrow('no dossier id');
    }
  });
});

describe('time', () => {
  it('knows real days only', () => {
    expect(day('2020-02-29')).toBe('2020-02-29');
    for (const bad of ['2020-02-30', '2019-02-29', '20-01-01', '2020-1-1', '2020-01-01T00:00:00Z', '$DATE']) {
      expect(() => parseLocalDate(bad)).toThrow('a real day');
    }
    expect(() => instant(1.5)).toThrow('whole milliseconds');
  });

  it('an instant falls on the Amsterdam day, summer and winter', () => {
    expect(localDate(instant(Date.UTC(2026, 6, 1, 22, 30)))).toBe('2026-07-02');
    expect(localDate(instant(Date.UTC(2026, 0, 1, 22, 30)))).toBe('2026-01-01');
    expect(localDate(instant(Date.UTC(2026, 0, 1, 23, 30)))).toBe('2026-01-02');
  });

  it('knows when a Dutch day begins, in winter, in summer and where the clock changes', () => {
    for (const [text, at] of [
      ['2026-01-05', '2026-01-04T23:00:00.000Z'],
      ['2026-07-01', '2026-06-30T22:00:00.000Z'],
      ['2026-03-29', '2026-03-28T23:00:00.000Z'],
      ['2026-10-26', '2026-10-25T23:00:00.000Z'],
    ] as const)
      expect(isoInstant(dayStart(day(text)))).toBe(at);
  });

  it('counts days, months and years of age', () => {
    expect(ageOn(day('2008-03-01'), day('2026-02-28'))).toBe(17);
    expect(ageOn(day('2008-02-29'), day('2026-02-28'))).toBe(17);
    expect(ageOn(day('2008-02-29'), day('2026-03-01'))).toBe(18);
    expect(addMonths(day('2026-01-31'), 1)).toBe('2026-02-28');
    expect(addMonths(day('2024-03-15'), -13)).toBe('2023-02-15');
    const dates = fc.integer({ min: 0, max: 40_000 }).map((n) => addDays('1950-01-01' as LocalDate, n));
    fc.assert(fc.property(dates, dates, (a, b) => addDays(a, daysBetween(a, b)) === b));
  });
});

describe('errors', () => {
  it('carry a code of their package', () => {
    const error = errorFactory('demo', ['one', 'two']);
    const made = error('one', 'it broke', { detail: { line: 3 } });
    expect(made).toBeInstanceOf(KetenkluisError);
    expect(made.code).toBe('demo/one');
    expect(error.is(made)).toBe(true);
    expect(error.is(made, 'two')).toBe(false);
    expect(error.is(new Error('other'))).toBe(false);
    // @ts-expect-error a code outside the union does not compile
    error('three', 'x');
  });
});
