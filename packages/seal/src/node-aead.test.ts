import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto';
import { systemRandom, utf8 } from '@ketenkluis/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeAead as aeadOn } from './node-aead.ts';

const nodeAead = aeadOn({ createCipheriv, createDecipheriv, createSecretKey });

describe("AES-GCM of Node's own", () => {
  it('seals and opens what WebCrypto opens and seals, byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 40 }), async (plain, aad) => {
        const [key, nonce] = [systemRandom(32), systemRandom(12)];
        const web = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt']);
        const algorithm = { name: 'AES-GCM', iv: nonce, additionalData: new Uint8Array(aad) };
        const wanted = new Uint8Array(await crypto.subtle.encrypt(algorithm, web, new Uint8Array(plain)));
        const own = await nodeAead(key);
        expect(await own.seal(nonce, aad, plain)).toEqual(wanted);
        expect(await own.open(nonce, aad, wanted)).toEqual(new Uint8Array(plain));
      }),
      { numRuns: 50 },
    );
  });

  it('refuses a changed tag, text, nonce, key or additional data, and what is too short for a tag, in the words of seal', async () => {
    const [key, nonce] = [systemRandom(32), systemRandom(12)];
    const own = await nodeAead(key);
    const sealed = await own.seal(nonce, utf8('a'), utf8('tekst'));
    const wrong = { code: 'seal/cannot-open' };
    for (let at = 0; at < sealed.length; at++) {
      const flipped = sealed.slice();
      flipped[at]! ^= 1;
      await expect(own.open(nonce, utf8('a'), flipped), `${at}`).rejects.toMatchObject(wrong);
    }
    await expect(own.open(nonce, utf8('b'), sealed)).rejects.toMatchObject(wrong);
    await expect(own.open(systemRandom(12), utf8('a'), sealed)).rejects.toMatchObject(wrong);
    await expect((await nodeAead(systemRandom(32))).open(nonce, utf8('a'), sealed)).rejects.toMatchObject(wrong);
    for (const length of [0, 7, 15, sealed.length - 1])
      await expect(own.open(nonce, utf8('a'), sealed.slice(0, length)), `${length}`).rejects.toMatchObject(wrong);
  });
});
