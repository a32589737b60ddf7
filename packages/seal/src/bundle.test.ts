import { newId, systemRandom as random } from '@ketenkluis/base';
import { beforeAll, describe, expect, it } from 'vitest';
import { asHash, asShare, type Share, suite, type Wrap, wrapFromWire, wrapToWire } from './index.ts';
import { createBundle, type NewBundle, type OpenBundle, openBundle } from './open.ts';
import { AT, flipBit, person, type TestPerson } from './testing.ts';

let agent: TestPerson;
let team: TestPerson;
let bundle: NewBundle;
let opened: OpenBundle;
const practice = newId('organisation', random);
const descriptor = asHash(random(32));
const share = asShare('c', random(32));

const create = (to: 'team' | 'vault' | 'keyholder' | 'exit', key = team.kem.publicKey) =>
  createBundle({
    to,
    recipient: to === 'exit' ? null : newId(to === 'team' ? 'team' : 'person', random),
    epoch: to === 'team' ? 0 : null,
    recipientKey: key,
    issuer: agent.id,
    practice,
    at: AT,
    random,
  });
const keyOf = (who: TestPerson) => suite(1).kem.importPrivate(who.kem.seed);

beforeAll(async () => {
  [agent, team] = await Promise.all([person(), person()]);
  bundle = await create('team');
  opened = await openBundle(bundle.payload, await keyOf(team));
});

describe('bundle', () => {
  it('R10: wraps many shares for one recipient, each standing alone', async () => {
    const shares = Array.from({ length: 50 }, () => asShare('c', random(32)));
    const wraps = await Promise.all(shares.map((one) => bundle.wrap('c', asHash(random(32)), one)));
    expect(new Set(wraps.map(({ index }) => index)).size).toBe(50);
    const [, ...fewer] = wraps;
    for (const [i, wrap] of fewer.entries()) expect(await opened.unwrap(wrap)).toEqual(shares[i + 1]);
  });

  it('opens with no other key, and not with its header changed', async () => {
    await expect(openBundle(bundle.payload, await keyOf(agent))).rejects.toMatchObject({ code: 'seal/cannot-open' });
    const key = await keyOf(team);
    for (const change of [
      { recipient: newId('team', random) },
      { epoch: 1 },
      { practice: newId('organisation', random) },
      { issuer: team.id },
      { to: 'vault' as const },
      { at: (AT + 1) as typeof AT },
    ]) {
      await expect(openBundle({ ...bundle.payload, ...change }, key)).rejects.toMatchObject({
        code: 'seal/cannot-open',
      });
    }
    await expect(create('team', random(1216))).rejects.toMatchObject({ code: 'seal/bad-key' });
    await expect(create('team', random(32))).rejects.toMatchObject({ code: 'seal/bad-key' });
  });

  it('a wrap moved to another descriptor, index, kind or bundle, or with a bit turned, is refused', async () => {
    const wrap = await bundle.wrap('c', descriptor, share);
    expect(await opened.unwrap(wrapFromWire(JSON.parse(JSON.stringify(wrapToWire(wrap)))))).toEqual(share);
    const other = await create('team');
    for (const change of [
      { descriptor: asHash(random(32)) },
      { index: wrap.index + 1 },
      { kind: 'h' as const },
      { bundle: other.hash },
    ]) {
      await expect(opened.unwrap({ ...wrap, ...change } as Wrap)).rejects.toThrow();
    }
    for (let bit = 0; bit < wrap.ct.length * 8; bit++) {
      await expect(opened.unwrap({ ...wrap, ct: flipBit(wrap.ct, bit) })).rejects.toThrow();
    }
    for (const bad of [
      { ...wrapToWire(wrap), extra: 1 },
      { ...wrapToWire(wrap), index: -1 },
      { ...wrapToWire(wrap), ct: 'AA' },
    ]) {
      expect(() => wrapFromWire(bad)).toThrow();
    }
  });

  it('each holder gets only its own kind', async () => {
    const [vault, exit] = await Promise.all([create('vault'), create('exit')]);
    await expect(vault.wrap('c', descriptor, share)).rejects.toMatchObject({ code: 'seal/bad-bundle' });
    await expect(bundle.wrap('h', descriptor, asShare('h', random(32)))).rejects.toMatchObject({
      code: 'seal/bad-bundle',
    });
    const both: Share<'x'> = asShare('x', random(64));
    const wrap = await exit.wrap('x', descriptor, both);
    expect(await (await openBundle(exit.payload, await keyOf(team))).unwrap(wrap)).toEqual(both);
    expect(() => asShare('c', random(64))).toThrow();
  });
});
