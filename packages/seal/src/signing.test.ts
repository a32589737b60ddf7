import { systemRandom } from '@ketenkluis/base';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createVerifier, generateSigningKey, webSigner } from './signing.ts';

const { seed } = await generateSigningKey(systemRandom);
const signer = await webSigner({ by: 'somebody', seed });
const message = fc.uint8Array({ minLength: 1, maxLength: 200 });
const flipped = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.map((one, i) => (i === at % bytes.length ? one ^ 1 : one));

it('remembers what was signed, and nothing beside it: any flipped bit of key, signature or message is refused, before and after', async () => {
  await fc.assert(
    fc.asyncProperty(message, fc.nat(), async (text, at) => {
      const signature = await signer.sign(text);
      const wrong = async (): Promise<boolean[]> =>
        Promise.all([
          createVerifier().verify(flipped(signer.publicKey, at), text, signature),
          createVerifier().verify(signer.publicKey, flipped(text, at), signature),
          createVerifier().verify(signer.publicKey, text, flipped(signature, at)),
        ]);
      expect(await wrong()).toEqual([false, false, false]);
      for (const verifier of [createVerifier(), createVerifier()]) {
        expect(await verifier.verify(signer.publicKey, text, signature)).toBe(true);
      }
      expect(await wrong()).toEqual([false, false, false]);
    }),
    { numRuns: 40 },
  );
});

it('remembers what it verified, not what the caller puts there meanwhile', async () => {
  const text = systemRandom(64);
  const signature = await signer.sign(text);
  const given = new Uint8Array(text);
  const verifying = createVerifier().verify(signer.publicKey, given, signature);
  given.fill(7);
  expect(await verifying).toBe(true);
  expect(await createVerifier().verify(signer.publicKey, given, signature)).toBe(false);
  expect(await createVerifier().verify(signer.publicKey, text, signature)).toBe(true);
});
