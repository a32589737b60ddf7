/** Many blobs under one key, wrapped once. */

import { type Bytes, systemRandom, utf8 } from '@ketenkluis/base';
import { describe, expect, it } from 'vitest';
import { asSealedBlob, newBlobKey, type Plaintext, sealTo, sealUnder, suite } from './index.ts';
import { openSealed } from './open.ts';

const said = (text: string) => utf8(text) as Uint8Array as Plaintext;

describe('sealed blobs under a shared key', () => {
  it('R39: open for their reader only, each for its own text; the key is unwrapped once', async () => {
    const { kem } = suite(1);
    const [reader, other] = [await kem.generate(systemRandom), await kem.generate(systemRandom)];
    const [mine, theirs] = [await kem.importPrivate(reader.seed), await kem.importPrivate(other.seed)];
    const key = await newBlobKey(reader.publicKey, systemRandom);
    const one = await sealUnder(key, 'annex a', said('eerste'), systemRandom);
    const two = await sealUnder(key, 'annex b', said('tweede'), systemRandom);
    const opened = new Map();
    expect(await openSealed(mine, 'annex a', asSealedBlob(one), opened)).toEqual(utf8('eerste'));
    expect(await openSealed(mine, 'annex b', asSealedBlob(two), opened)).toEqual(utf8('tweede'));
    expect(opened.size).toBe(1);
    const refused = expect.objectContaining({ code: 'seal/cannot-open' });
    // One blob is no other, also under the same key; and what was unwrapped before opens nothing else.
    await expect(openSealed(mine, 'annex b', one, opened)).rejects.toEqual(refused);
    await expect(openSealed(theirs, 'annex a', one)).rejects.toEqual(refused);
    const nonce = (one as Bytes).slice();
    nonce[nonce.length - 1]! ^= 1;
    await expect(openSealed(mine, 'annex a', asSealedBlob(nonce), opened)).rejects.toEqual(refused);
    // The form without a shared key stays what it was.
    const plain = await sealTo(reader.publicKey, 'annex a', said('los'));
    expect(await openSealed(mine, 'annex a', plain)).toEqual(utf8('los'));
  });
});
