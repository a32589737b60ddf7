import { canonicalJson, concat, u32, utf8 } from '@ketenkluis/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { decodeObject, encodeObject, MAGICS, MAX_HEADER } from './encoding.ts';

const schema = z.strictObject({ t: z.literal('x'), n: z.int().min(0).max(10), s: z.string().optional() });
const decode = (bytes: ReturnType<typeof utf8>) => decodeObject(MAGICS.statement, schema, bytes);
const framed = (header: string) => concat(utf8('KKST'), Uint8Array.of(1), u32(utf8(header).length), utf8(header));

describe('encoding', () => {
  it('gives back what went in', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 }), fc.uint8Array({ maxLength: 200 }), (n, body) => {
        const object = decode(encodeObject(MAGICS.statement, { t: 'x', n }, body));
        expect(object.header).toEqual({ t: 'x', n });
        expect([...object.body]).toEqual([...body]);
        expect([...object.headerBytes]).toEqual([...canonicalJson({ t: 'x', n })]);
      }),
    );
  });

  it('has one encoding per value: other spacing, order, duplicate or unknown keys are refused', () => {
    expect(decode(framed('{"n":1,"t":"x"}')).header.n).toBe(1);
    for (const header of [
      '{"t":"x","n":1}',
      '{"n":1, "t":"x"}',
      '{"n":1,"n":1,"t":"x"}',
      '{"n":1,"t":"x","u":0}',
      '{"__proto__":{"n":1},"n":1,"t":"x"}',
      '{"n":1.0,"t":"x"}',
      '{"n":1e0,"t":"x"}',
      '{"n":11,"t":"x"}',
      '{"n":"1","t":"x"}',
      '{"t":"x"}',
      '{"n":1,"t":"\\u0078"}',
      '[]',
      'null',
      '',
    ]) {
      expect(() => decode(framed(header)), header).toThrow(expect.objectContaining({ code: 'seal/bad-header' }));
    }
  });

  it('refuses every wrong frame: magic, version, lengths, and each beginning of an object', () => {
    const good = framed('{"n":1,"t":"x"}');
    for (let length = 0; length < good.length; length++) expect(() => decode(good.slice(0, length))).toThrow();
    expect(() => decode(concat(utf8('KKPK'), good.subarray(4)))).toThrow();
    expect(() => decode(concat(utf8('KKST'), Uint8Array.of(2), good.subarray(5)))).toThrow();
    for (const huge of [0xffff_ffff, MAX_HEADER + 1, good.length]) {
      expect(() => decode(concat(good.subarray(0, 5), u32(huge), good.subarray(9)))).toThrow();
    }
    expect(() => encodeObject(MAGICS.statement, { t: 'x'.repeat(MAX_HEADER) }, new Uint8Array())).toThrow();
  });

  it('says where a header is wrong and never what stands there', () => {
    expect(() => decode(framed('{"n":"geheim","t":"x"}'))).toThrow(/at: n$/);
  });
});
