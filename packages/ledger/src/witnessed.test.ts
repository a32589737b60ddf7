import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { concat, fromBase64url, HOUR, type Instant, MINUTE, plus, utf8 } from '@ketenkluis/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testKey, verifier } from '../test/fixtures.ts';
import { cosignedMessage, timestamped } from './cosignature.ts';
import { type Checkpoint, checkpointText, formatNote, keyId, type NoteKey, parseNote, signCheckpoint } from './note.ts';
import { memoryTree } from './tree.ts';
import { confirmedBy, type ShownNote, standingOf } from './witnessed.ts';

const ORIGIN = 'ketenkluis.example/quorum';
const NOW = 1_767_600_000_000 as Instant;
const LAG = HOUR;
const log = await testKey(ORIGIN);
const leaves = Array.from({ length: 40 }, (_, i) => utf8(`leaf ${i}`));
const tree = (size: number, of = leaves) => memoryTree(of.slice(0, size));
const at = (size: number, of = leaves): Checkpoint => ({ origin: ORIGIN, size, root: tree(size, of).root });
const under = at(40);

function witness(name: string) {
  const pair = generateKeyPairSync('ed25519');
  const key: NoteKey = {
    ...{ name, type: 4 as const },
    publicKey: fromBase64url((pair.publicKey.export({ format: 'jwk' }) as { x: string }).x),
  };
  const secret = createPrivateKey(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const cosign = async (checkpoint: Checkpoint, time: Instant, signer = log.signer) => {
    const note = parseNote(await signCheckpoint(checkpoint, signer));
    const seconds = Math.floor(time / 1000);
    const made = sign(null, cosignedMessage(4, name, seconds, checkpointText(checkpoint), checkpoint), secret);
    const bytes = concat(keyId(key), timestamped(seconds, made));
    return formatNote({ ...note, signatures: [...note.signatures, { name, bytes }] });
  };
  const says = async (size: number, time: Instant = NOW): Promise<ShownNote> => ({
    ...{ name, note: await cosign(at(size), time) },
    proof: size === 40 ? [] : tree(40).consistency(size),
  });
  return { name, key, cosign, says };
}
const three = ['witness.example/a', 'witness.example/b', 'witness.example/c'].map(witness) as [
  ReturnType<typeof witness>,
  ReturnType<typeof witness>,
  ReturnType<typeof witness>,
];
const policy = (quorum: number) => ({
  ...{ quorum, lag: LAG },
  witnesses: three.map(({ name, key }) => ({ name, url: `https://${name}`, keys: [key] })),
});
const ask = (quorum: number, shown: readonly ShownNote[], now = NOW) =>
  confirmedBy({ log: log.key, policy: policy(quorum), under, shown, now, verifier });
const [a, b, c] = three;

describe('a quorum of witnesses', () => {
  it('R42: the newest checkpoint is the largest that as many as named confirm, for every mix of sizes and times', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            size: fc.integer({ min: 1, max: 40 }),
            age: fc.constantFrom(-10 * MINUTE, -MINUTE, 0, MINUTE, LAG, LAG + MINUTE),
            there: fc.boolean(),
          }),
          { minLength: 3, maxLength: 3 },
        ),
        fc.integer({ min: 1, max: 3 }),
        async (said, quorum) => {
          const shown = await Promise.all(said.map(({ size, age }, i) => three[i]!.says(size, plus(NOW, -age))));
          const found = await ask(
            quorum,
            shown.filter((_, i) => said[i]!.there),
          );
          const counted = said.filter(({ there, age }) => there && age >= -5 * MINUTE && age <= LAG);
          // Every size, from the top: the twin counts who confirms it.
          let expected: number | null = null;
          for (let size = 40; size > 0 && expected === null; size--)
            if (counted.filter((one) => one.size >= size).length >= quorum) expected = size;
          expect(found.checkpoint?.size ?? null).toBe(expected);
          expect(found.forks).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('R42: another tree of one size, or a proof that does not hold, is a fork; a missing proof is no word at all', async () => {
    const other = leaves.map((leaf, i) => (i === 7 ? utf8('another') : leaf));
    const split = { name: a.name, note: await a.cosign(at(40, other), NOW), proof: [] };
    const early = { name: a.name, note: await a.cosign(at(20, other), NOW), proof: tree(40).consistency(20) };
    for (const bad of [split, early]) {
      const found = await ask(1, [bad, await b.says(40), await c.says(40)]);
      expect([found.checkpoint, found.forks]).toEqual([null, [bad.note]]);
      expect(standingOf({ policy: policy(1), confirmed: found, since: NOW, lines: [], now: NOW })).toBe('fork');
    }
    const unproved = await ask(1, [{ ...(await a.says(20)), proof: [] }]);
    expect([unproved.checkpoint, unproved.forks, unproved.witnesses[0]!.word]).toEqual([null, [], 'false']);
    // A checkpoint beyond the caller's own confirms theirs, and needs its proof as well.
    const short = { log: log.key, policy: policy(1), under: at(20), now: NOW, verifier };
    const ahead = { ...(await a.says(40)), proof: tree(40).consistency(20) };
    expect((await confirmedBy({ ...short, shown: [ahead] })).checkpoint).toEqual(at(20));
    expect((await confirmedBy({ ...short, shown: [{ ...ahead, proof: [] }] })).checkpoint).toBeNull();
    expect((await confirmedBy({ ...short, under: at(20, other), shown: [ahead] })).forks).toHaveLength(1);
  });

  it('R42: only the log and that witness, by the named keys; one word each', async () => {
    const stranger = witness(a.name);
    const forged = await testKey(ORIGIN);
    const one = await a.says(40);
    const lies: ShownNote[][] = [
      [{ ...one, note: await stranger.cosign(under, NOW) }],
      [{ ...one, note: await a.cosign(under, NOW, forged.signer) }],
      [{ ...one, note: await b.cosign(under, NOW) }],
      [{ ...one, note: 'nothing' }],
      [{ ...one, name: 'witness.example/d' }],
      [one, await a.says(20)],
    ];
    expect((await ask(1, [one])).checkpoint).toEqual(under);
    for (const lie of lies) expect((await ask(1, lie)).checkpoint).toBeNull();
    expect((await ask(2, [one, { ...one, name: b.name }])).checkpoint).toBeNull();
  });

  it('where a line stands follows from the quorum, its age and how long the witnesses are named', async () => {
    const confirmed = await ask(2, [await a.says(40), await b.says(30)]);
    const from = { policy: policy(2), confirmed, since: plus(NOW, -24 * HOUR), now: NOW };
    const line = (index: number, age: number) => [{ index, at: plus(NOW, -age) }];
    expect(standingOf({ ...from, lines: line(29, 5 * HOUR) })).toBe('confirmed');
    expect(standingOf({ ...from, lines: line(30, LAG) })).toBe('pending');
    expect(standingOf({ ...from, lines: line(30, LAG + 1) })).toBe('degraded');
    expect(standingOf({ ...from, lines: [...line(35, 0), ...line(30, LAG + 1)] })).toBe('degraded');
    expect(standingOf({ ...from, since: NOW, lines: line(30, 5 * HOUR) })).toBe('pending');
    expect(standingOf({ ...from, policy: null, lines: [] })).toBe('none');
    expect(standingOf({ ...from, policy: { ...policy(0), witnesses: [] }, lines: [] })).toBe('none');
    const silent = { ...from, confirmed: null, lines: [] };
    expect([standingOf(silent), standingOf({ ...silent, since: plus(NOW, -LAG) })]).toEqual(['degraded', 'pending']);
  });
});
