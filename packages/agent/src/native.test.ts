import { inflateRawSync } from 'node:zlib';
import { fromHex, systemRandom, utf8 } from '@ketenkluis/base';
import { bringSha256, sha256 } from '@ketenkluis/ledger';
import { webSigner, webVerifier } from '@ketenkluis/seal';
import { webArgon2id } from '@ketenkluis/seal/open';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bringNative, nodeArgon2id, nodeDeflate, nodeSigner } from './native.ts';

describe("Node's own engines", () => {
  it('stretch as WebAssembly does', async () => {
    const cost = fc.record({
      ...{ memoryKiB: fc.integer({ min: 32, max: 200 }), passes: fc.integer({ min: 1, max: 4 }) },
      lanes: fc.integer({ min: 1, max: 4 }),
    });
    const secret = fc.uint8Array({ minLength: 1, maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(secret, cost, async (password, costs) => {
        const salt = systemRandom(32);
        expect(await nodeArgon2id(password, salt, costs, 32)).toEqual(await webArgon2id(password, salt, costs, 32));
      }),
      { numRuns: 30 },
    );
  });

  it('hash as WebCrypto does; another function is refused', async () => {
    bringNative();
    const web = async (bytes: Uint8Array) =>
      new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes)));
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        expect(sha256(bytes)).toEqual(await web(bytes));
      }),
    );
    const twice = (bytes: Uint8Array) => sha256(sha256(bytes));
    expect(() => bringSha256(twice)).toThrow(expect.objectContaining({ code: 'ledger/bad-engine' }));
    expect(sha256(utf8('abc'))).toEqual(await web(utf8('abc')));
  });

  it('sign as RFC 8032 test 2 does, and as WebCrypto does', async () => {
    const seed = fromHex('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb');
    const signer = nodeSigner({ by: 'per_x', seed });
    expect(signer.publicKey).toEqual(fromHex('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c'));
    const wanted = fromHex(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    );
    expect(await signer.sign(Uint8Array.of(0x72))).toEqual(wanted);
    expect(await (await webSigner({ by: 'per_x', seed })).sign(Uint8Array.of(0x72))).toEqual(wanted);
    expect(await webVerifier.verify(signer.publicKey, Uint8Array.of(0x72), wanted)).toBe(true);
  });

  it('deflate with the dictionary to what inflates with it', () => {
    const dictionary = utf8('{"kind":"measurement","parameter":"');
    const raw = utf8('{"kind":"measurement","parameter":"hba1c"}');
    expect(new Uint8Array(inflateRawSync(nodeDeflate(raw, dictionary), { dictionary }))).toEqual(raw);
  });
});
