import { type Bytes, systemRandom } from '@ketenkluis/base';
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { createVerifier, generateSigningKey, webSigner } from './signing.ts';

const bent = (bytes: Uint8Array, at: number): Bytes => {
  const out = new Uint8Array(bytes);
  out[at % out.length]! ^= 1 << (at % 8);
  return out;
};

it('a verifier that remembers what held answers as one that remembers nothing, in whatever order it is asked', async () => {
  const signers = await Promise.all(
    [1, 2, 3].map(async () => webSigner({ by: 'per', seed: (await generateSigningKey(systemRandom)).seed })),
  );
  const messages = [...Array(4).keys()].map((n) => systemRandom(n === 3 ? 5000 : 40 + n));
  const signed = await Promise.all(
    signers.flatMap(({ publicKey, sign }) =>
      messages.map(async (message) => ({ publicKey, message, signature: await sign(message) })),
    ),
  );
  const question = fc.record({
    of: fc.constantFrom(...signed),
    bend: fc.constantFrom('none', 'none', 'publicKey', 'message', 'signature', 'other message' as const),
    at: fc.nat(5000),
  });
  const subtle = vi.spyOn(crypto.subtle, 'verify');
  await fc.assert(
    fc.asyncProperty(fc.array(question, { maxLength: 24 }), fc.constantFrom(2, 20_000), async (questions, kept) => {
      const one = createVerifier(kept);
      for (const { of, bend, at } of questions) {
        const asked = { ...of };
        if (bend === 'other message') asked.message = messages[at % messages.length]!;
        else if (bend !== 'none') asked[bend as keyof typeof asked] = bent(asked[bend as keyof typeof asked], at);
        const { publicKey, message, signature } = asked;
        const expected = await createVerifier(0).verify(publicKey, message, signature);
        expect(await one.verify(publicKey, message, signature)).toBe(expected);
      }
    }),
    { numRuns: 60 },
  );
  const verifier = createVerifier();
  const { publicKey, message, signature } = signed[0]!;
  expect(await verifier.verify(publicKey, message, signature)).toBe(true);
  subtle.mockClear();
  expect(await verifier.verify(publicKey, message, signature)).toBe(true);
  expect(subtle).not.toHaveBeenCalled();
  subtle.mockRestore();
});
