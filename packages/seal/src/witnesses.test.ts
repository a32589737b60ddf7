/** Who names the log's witnesses, and that nobody gets round it (docs/spec/witness.md, "Which witnesses count"). */

import { HOUR, newId, plus, systemRandom as random } from '@ketenkluis/base';
import { formatVkey } from '@ketenkluis/ledger';
import { beforeAll, describe, expect, it } from 'vitest';
import { type FactOf, KeyDirectory, parsePayload, type Statement, signStatement, witnessPolicy } from './index.ts';
import { AT, cardOf, directoryOf, factOf, later, ownerSigners, person, type World, world } from './testing.ts';

let made: World;
let history: readonly Statement[];
const vkey = (name: string, fill: number, type: 1 | 4 | 6 = 4) =>
  formatVkey({ name, type, publicKey: new Uint8Array(type === 6 ? 1312 : 32).fill(fill) });
const one = (name: string, fill: number) => ({
  ...{ name, url: `https://${name}` },
  keys: [vkey(name, fill), vkey(name, fill, 6)],
});
const list = (count: number) => Array.from({ length: count }, (_, i) => one(`witness.example/w${i}`, i + 1));
const named = (more: Partial<FactOf<'witnesses'>> = {}): FactOf<'witnesses'> => ({
  ...{ ...factOf(made), kind: 'witnesses', quorum: 2, lag: HOUR, witnesses: list(3) },
  ...more,
});
const two = () => ownerSigners(made.owners.slice(0, 2));
const build = (...more: Statement[]) => directoryOf(made.organisation, [...history, ...more]);

beforeAll(async () => {
  made = await world();
  const trustee = await person();
  history = [...made.history, await signStatement(cardOf(made.organisation, trustee, 'trustee'), two())];
});

describe('witnesses in the directory', () => {
  it('R42, R19: as many owners as it takes and two people at least name them; one owner, an agent or a nurse does not', async () => {
    const [first, second] = made.owners;
    const directory = await build();
    const may = (...by: string[]) => directory.maySign(named(), by, later(1));
    expect(may(first!.id, second!.id)).toBe(true);
    for (const by of [[first!.id], [first!.id, made.nurse.id], [made.agent.id], [first!.id, made.agent.id]])
      expect(may(...by)).toBe(false);
    const lower = named({ quorum: 1, from: later(2) });
    const alone = await signStatement(lower, ownerSigners(made.owners.slice(0, 1)));
    const before = await build(await signStatement(named(), two()));
    await expect(before.add(alone, { included: true, index: 99 })).rejects.toThrow('second person');
    expect(before.witnesses?.quorum).toBe(2);
    // The twin: with the second owner the same statement counts.
    await before.add(await signStatement(lower, two()), { included: true, index: 99 });
    expect(before.witnesses?.quorum).toBe(1);
  });

  it('R42: those named last count; an older statement that was held back never comes after', async () => {
    const old = await signStatement(named({ quorum: 1, from: later(1) }), two());
    const next = await signStatement(named({ from: later(2) }), two());
    const directory = await build(next);
    const same = await signStatement(named({ quorum: 1, from: later(2) }), two());
    for (const stale of [old, same, next])
      await expect(directory.add(stale, { included: true, index: 99 })).rejects.toThrow();
    expect(directory.witnesses?.id).toBe('id' in next.payload ? next.payload.id : '');
    expect((await build(old, next)).witnesses?.quorum).toBe(2);
    // Nobody any more is said in the same way.
    const none = await signStatement(named({ quorum: 0, witnesses: [], from: later(3) }), two());
    await directory.add(none, { included: true, index: 99 });
    expect(directory.witnesses?.witnesses).toEqual([]);
  });

  it('R42: nobody ends it, not even the owners together', async () => {
    const target = named();
    const withdrawal = {
      ...{ t: 'withdrawal' as const, v: 1 as const, suite: 1, practice: made.organisation },
      ...{ fact: target.id, dossier: null, at: later(1) },
    };
    const directory = await build(await signStatement(target, two()));
    for (const by of [made.owners.slice(0, 1), made.owners.slice(0, 2), made.owners])
      await expect(
        directory.add(await signStatement(withdrawal, ownerSigners(by)), { included: true, index: 99 }),
      ).rejects.toThrow('may not end');
  });

  it('different names, addresses and keys, of the right kinds, and a quorum that they can give', async () => {
    expect(witnessPolicy(named()).witnesses.map(({ keys }) => keys.map(({ type }) => type))[0]).toEqual([4, 6]);
    const [w0, w1] = list(2) as [ReturnType<typeof one>, ReturnType<typeof one>];
    const bad: Partial<FactOf<'witnesses'>>[] = [
      { quorum: 4 },
      { quorum: 0 },
      { witnesses: [] },
      { witnesses: [w0, { ...w1, name: w0.name, keys: [vkey(w0.name, 9)] }] },
      { witnesses: [w0, { ...w1, url: w0.url }] },
      { witnesses: [w0, { ...w1, keys: [vkey(w1.name, 1)] }] },
      { witnesses: [w0, { ...w1, keys: w0.keys }] },
      { witnesses: [w0, { ...w1, keys: [vkey(w1.name, 5, 1)] }] },
      { witnesses: [w0, { ...w1, keys: ['nothing'] }] },
      { witnesses: [w0, { ...w1, url: 'http://witness.example' }] },
      { witnesses: [w0, { ...w1, url: 'https://a:b@witness.example' }] },
      { witnesses: [w0, { ...w1, url: 'https://witness.example/?a' }] },
      { until: plus(AT, HOUR) },
    ];
    const directory = await build();
    for (const more of bad) {
      expect(() => witnessPolicy(named(more))).toThrow();
      const signed = await signStatement(named(more), two());
      await expect(directory.add(signed, { included: true, index: 99 })).rejects.toThrow('these witnesses');
    }
    expect(directory.witnesses).toBeUndefined();
    for (const more of [{ lag: 1 }, { lag: 2 ** 40 }, { quorum: -1 }, { extra: 1 }])
      expect(() => parsePayload({ ...named(), ...more })).toThrow();
  });

  it('another organisation cannot name them', async () => {
    const other = new KeyDirectory(newId('organisation', random), { verify: async () => true });
    const signed = await signStatement(named(), two());
    await expect(other.add(signed, { included: true, index: 0 })).rejects.toThrow('another organisation');
  });
});
