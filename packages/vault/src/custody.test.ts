/** A version is taken only when it is split over the keyholders named last and enough of them have signed for it. */

import { base64url, newId, systemRandom as random } from '@ketenkluis/base';
import {
  custodyBytes,
  type Descriptor,
  generateSigningKey,
  hashOf,
  type Statement,
  signStatement,
  webSigner,
  webVerifier,
} from '@ketenkluis/seal';
import { describe, expect, it } from 'vitest';
import { checkCustody } from './receiving.ts';

const practice = newId('organisation', random);
const some = () => hashOf(random(8));
const holder = async () => {
  const person = newId('person', random);
  const { seed, publicKey } = await generateSigningKey(random);
  return { person, publicKey, signer: await webSigner({ by: person, seed }) };
};
type Vault = Parameters<typeof checkCustody>[0];
type Who = Parameters<typeof checkCustody>[1];

describe('keyholders at the vault', () => {
  it('P3: refuses a version without pieces, for others than are named, or with too few receipts that hold', async () => {
    const [a, b, c] = await Promise.all([holder(), holder(), holder()]);
    const fact = { id: newId('fact', random), need: 2, holders: [a, b, c].map(({ person }) => ({ person })) };
    const writer = a.signer;
    const version = async (more: Partial<Descriptor> = {}): Promise<Statement<'descriptor'>> =>
      await signStatement(
        {
          ...{ t: 'descriptor', v: 1, suite: 1, practice, dossier: newId('dossier', random), team: null, slot: null },
          ...{
            handle: newId('handle', random),
            version: 1,
            prev: null,
            class: 'source',
            parent: null,
            writer: a.person,
          },
          ...{ pack: some(), size: 10, shares: { c: some(), h: some(), k: some() } },
          holders: { fact: fact.id, need: 2, pieces: [a, b, c].map(({ person }) => ({ by: person, piece: some() })) },
          ...more,
        },
        writer,
      );
    const receipt = async (of: typeof a, versions: readonly Statement<'descriptor'>[]) => {
      const held = versions.map(({ hash, payload }) => ({
        descriptor: hash,
        piece: payload.holders!.pieces.find(({ by }) => by === of.person)!.piece,
      }));
      return { by: of.person, sig: base64url(await of.signer.sign(custodyBytes(practice, of.person, held))) };
    };
    const keyOf = (by: string) => [a, b, c].find(({ person }) => person === by)?.publicKey;
    const who = (keyholders: unknown) =>
      ({ practice, people: { keys: { keyholders: keyholders ?? undefined, keyOf } } }) as unknown as Who;
    const vault = { verifier: webVerifier } as unknown as Vault;
    const check = (versions: readonly Statement<'descriptor'>[], receipts: unknown, named: unknown = fact) =>
      checkCustody(vault, who(named), versions, receipts as never, 0 as never).then(
        () => 'taken',
        (error: { code: string }) => error.code,
      );
    const two = [await version(), await version()];
    const good = await Promise.all([a, b].map((one) => receipt(one, two)));
    expect(await check(two, good)).toBe('taken');
    const { holders: _, ...bare } = (await version()).payload;
    const without = await signStatement({ ...bare, shares: { ...bare.shares, k: null } }, writer);
    const half = await signStatement(bare, writer);
    expect(await check([without], undefined, null)).toBe('taken');
    expect(await check([without], undefined)).toBe('vault/conflict');
    expect(await check([half], good)).toBe('vault/bad-statement');
    expect(await check(two, good, { ...fact, id: newId('fact', random) })).toBe('vault/conflict');
    expect(await check(two, good, { ...fact, holders: fact.holders.slice(1) })).toBe('vault/conflict');
    expect(await check(two, good, null)).toBe('vault/conflict');
    for (const few of [undefined, good.slice(1), [good[0]!, good[0]!]])
      expect(await check(two, few)).toBe('vault/bad-wrap');
    // A receipt for one version of two, in another order, or by another holder's key is none.
    expect(await check(two, [good[0]!, await receipt(b, two.slice(1))])).toBe('vault/bad-wrap');
    expect(await check([...two].reverse(), good)).toBe('vault/bad-wrap');
    expect(await check(two, [good[0]!, { ...good[0]!, by: b.person }])).toBe('vault/bad-wrap');
  });
});
