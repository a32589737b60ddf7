import { bringBase64url, portableBase64url } from '@ketenkluis/base';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nodeBase64url } from './native.ts';

const outcome = (decode: (text: string) => Uint8Array, text: string): string => {
  try {
    return `read ${[...decode(text)].join()}`;
  } catch {
    return 'refused';
  }
};

it("Node's base64url writes and reads what the portable one does, and refuses the same texts", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
      const text = portableBase64url.encode(bytes);
      expect(nodeBase64url.encode(bytes)).toBe(text);
      expect(nodeBase64url.decode(text)).toEqual(bytes);
      expect(nodeBase64url.decode(text).buffer.byteLength).toBe(bytes.length);
    }),
  );
  const symbol = fc.constantFrom(...'ABQgwEIMUYcgkosw048Zz9_-+/= é\n');
  fc.assert(
    fc.property(fc.string({ unit: symbol, maxLength: 9 }), (text) => {
      expect(outcome(nodeBase64url.decode, text)).toBe(outcome(portableBase64url.decode, text));
    }),
    { numRuns: 3000 },
  );
});

it('no lenient coder is taken', () => {
  const lenient = {
    encode: nodeBase64url.encode,
    decode: (text: string) => new Uint8Array(Buffer.from(text, 'base64url')),
  };
  expect(() => bringBase64url(lenient)).toThrow('strict');
  bringBase64url(nodeBase64url);
});
