/** R10: a second, independent implementation (@hpke/*) opens what we seal and seals what we open, on both engines. */

import { Aes256Gcm, CipherSuite, HkdfSha256 } from '@hpke/core';
import { XWing } from '@hpke/hybridkem-x-wing';
import { systemRandom as random, utf8 } from '@ketenkluis/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hpkeKem, isReducedMlKem768 } from './hpke.ts';
import { suite1Engines } from './suite.ts';

const oracle = new CipherSuite({ kem: new XWing(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
const plain = (bytes: ArrayBuffer) => new Uint8Array(bytes);
const buffer = (bytes: Uint8Array) => new Uint8Array(bytes).buffer;

describe('oracle', () => {
  for (const name of ['native', 'noble'] as const) {
    const kem = hpkeKem(1, 1216, 32, suite1Engines[name], isReducedMlKem768);

    it(`R10: both ways with @hpke/core, ${name} engine`, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.uint8Array({ maxLength: 300 }),
          fc.uint8Array({ maxLength: 100 }),
          fc.uint8Array({ maxLength: 100 }),
          async (pt, info, aad) => {
            const keys = await kem.generate(random);
            const sealed = await kem.seal(keys.publicKey, info, aad, pt);
            const recipientKey = await oracle.kem.deserializePrivateKey(buffer(keys.seed));
            const context = { recipientKey, enc: buffer(sealed.enc), info: buffer(info) };
            expect([...plain(await oracle.open(context, buffer(sealed.ct), buffer(aad)))]).toEqual([...pt]);

            const recipientPublicKey = await oracle.kem.deserializePublicKey(buffer(keys.publicKey));
            const theirs = await oracle.seal({ recipientPublicKey, info: buffer(info) }, buffer(pt), buffer(aad));
            const key = await kem.importPrivate(keys.seed);
            expect([...(await kem.open(key, plain(theirs.enc), info, aad, plain(theirs.ct)))]).toEqual([...pt]);
          },
        ),
        { numRuns: 4 },
      );
    });
  }

  it('R10: the two engines derive the same keys and open each other', async () => {
    const [native, noble] = [suite1Engines.native, suite1Engines.noble].map((engine) => hpkeKem(1, 1216, 32, engine));
    const seed = random(32);
    const a = await native!.generate(() => seed);
    expect(await noble!.generate(() => seed)).toEqual(a);
    for (const [from, to] of [[native!, noble!] as const, [noble!, native!] as const]) {
      const { enc, ct } = await from.seal(a.publicKey, utf8('i'), utf8('a'), utf8('p'));
      const key = await to.importPrivate(a.seed);
      expect(await to.open(key, enc, utf8('i'), utf8('a'), ct)).toEqual(utf8('p'));
      await expect(to.open(key, enc, utf8('j'), utf8('a'), ct)).rejects.toMatchObject({ code: 'seal/cannot-open' });
      await expect(to.open(key, enc, utf8('i'), utf8('b'), ct)).rejects.toMatchObject({ code: 'seal/cannot-open' });
    }
  });
});
