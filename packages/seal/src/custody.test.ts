/** docs/spec/keyholder.md, "Pieces": any t of n give k, fewer give nothing, and a wrong one is named before anything is joined. */

import { newId, type PersonId, systemRandom as random } from '@ketenkluis/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asShare, custodyBytes, holdingsDigest, isPiece, pieceCommitment } from './index.ts';
import { joinPieces, splitSecret } from './open.ts';

const CARD = pieceCommitment(newId('person', random), new Uint8Array(33));
const named = (need: number, n: number) => ({
  id: newId('fact', random),
  need,
  holders: Array.from({ length: n }, (_, i) => ({
    person: newId('person', random),
    card: CARD,
    url: `https://h${i}.nl`,
  })),
});
const shape = fc.integer({ min: 1, max: 8 }).chain((n) => fc.tuple(fc.integer({ min: 1, max: n }), fc.constant(n)));

describe('keyholders’ pieces', () => {
  it('P3: any t of n give k again, in any order; t - 1 do not, and give no part of it away', async () => {
    await fc.assert(
      fc.asyncProperty(shape, fc.integer(), async ([need, n], seed) => {
        const k = asShare('k', random(32));
        const { holders, pieces } = await splitSecret(k, named(need, n));
        expect(holders).toMatchObject({ need });
        expect(pieces.every(({ by, share }) => isPiece(holders, by, share))).toBe(true);
        const order = [...pieces.keys()].sort((a, b) => ((a * 7919 + seed) % 13) - ((b * 7919 + seed) % 13));
        const some = order.map((i) => pieces[i]!).slice(0, need);
        expect(await joinPieces(holders, some)).toEqual(k);
        expect(await joinPieces(holders, pieces)).toEqual(k);
        await expect(joinPieces(holders, some.slice(1))).rejects.toMatchObject({ code: 'seal/bad-share' });
        // The same piece twice is one piece.
        if (need > 1)
          await expect(joinPieces(holders, [...some.slice(1), some[1]!])).rejects.toMatchObject({
            code: 'seal/bad-share',
          });
      }),
      { numRuns: 40 },
    );
  });

  it('names a piece that was changed, that is of another version, or that is another holder’s', async () => {
    const fact = named(2, 3);
    const one = await splitSecret(asShare('k', random(32)), fact);
    const other = await splitSecret(asShare('k', random(32)), fact);
    const [a, b, c] = one.pieces;
    const bent = asShare(
      'p',
      a!.share.map((byte, i) => (i === 5 ? byte ^ 1 : byte)),
    );
    for (const wrong of [{ by: a!.by, share: bent }, other.pieces[0]!, { by: a!.by, share: c!.share }]) {
      expect(isPiece(one.holders, wrong.by, wrong.share)).toBe(false);
      await expect(joinPieces(one.holders, [wrong, b!])).rejects.toMatchObject({ code: 'seal/bad-share' });
    }
    expect(() => asShare('p', random(32))).toThrow();
    expect(() => asShare('k', random(33))).toThrow();
    await expect(splitSecret(asShare('k', random(32)), named(3, 2))).rejects.toMatchObject({ code: 'seal/bad-key' });
  });

  it('a receipt is of this practice, this holder and these versions in this order', () => {
    const [a, b] = [random(33), random(33)].map((one) => pieceCommitment(newId('person', random), one)) as [
      never,
      never,
    ];
    const by: PersonId = newId('person', random);
    const practice = newId('organisation', random);
    const held = [
      { descriptor: a, piece: b },
      { descriptor: b, piece: a },
    ];
    const same = custodyBytes(practice, by, held);
    expect(custodyBytes(practice, by, held)).toEqual(same);
    for (const other of [
      custodyBytes(practice, newId('person', random), held),
      custodyBytes(newId('organisation', random), by, held),
      custodyBytes(practice, by, [...held].reverse()),
      custodyBytes(practice, by, held.slice(1)),
    ])
      expect(other).not.toEqual(same);
    expect(holdingsDigest([a, b])).toBe(holdingsDigest([b, a]));
    expect(holdingsDigest([a])).not.toBe(holdingsDigest([a, b]));
  });
});
