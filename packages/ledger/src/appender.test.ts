import { type Instant, instant, plus } from '@ketenkluis/base';
import { describe, expect, it } from 'vitest';
import { lookDraft, newDossier, START, testKey, testRandom, verifier } from '../test/fixtures.ts';
import { MemoryStore, type MemoryTx } from '../test/memory-store.ts';
import { createAppender, isCommitted, type Operation, type Prepared } from './appender.ts';
import { openCheckpoint } from './note.ts';
import { merkleRoot, verifyInclusion } from './tree.ts';

const LOG = 'ketenkluis.example/north';
const OTHER = 'ketenkluis.example/south';
const { signer, key } = await testKey(LOG);

function world() {
  const store = new MemoryStore();
  const time = { now: START };
  const writer = (seed = 1) =>
    createAppender<MemoryTx>({
      store,
      signer: () => signer,
      clock: () => time.now,
      random: testRandom(seed),
      maxBatch: 100,
    });
  return { store, time, writer, appender: writer() };
}
/** A look that also writes `value` in its own transaction. */
const look = (
  value: string,
  more: Partial<Operation<MemoryTx>> = {},
  prepared: Partial<Prepared<MemoryTx>> = {},
): Operation<MemoryTx> => ({
  log: LOG,
  keys: [value],
  prepare: async () => ({ draft: lookDraft([newDossier()]), effect: (tx) => void tx.values.push(value), ...prepared }),
  ...more,
});
const names = (count: number) => Array.from({ length: count }, (_, i) => `op ${i}`);

describe('appender', () => {
  it('R38: hands out a line only when it is durable, with a proof under a signed checkpoint', async () => {
    const { store, appender } = world();
    let durable = false;
    store.beforeCommit = async () => {
      durable = true;
    };
    const line = await appender.append(
      look('op', {}, { effect: (_, sequenced) => expect([isCommitted(sequenced), durable]).toEqual([false, false]) }),
    );
    expect([isCommitted(line), durable]).toEqual([true, true]);
    expect(isCommitted({ ...line })).toBe(false);
    const checkpoint = await openCheckpoint(line.checkpoint, { log: key }, verifier);
    const claim = { index: line.index, size: checkpoint.size, leaf: line.leaf, proof: line.proof };
    expect(verifyInclusion({ ...claim, root: checkpoint.root })).toBe(true);
  });

  it('what arrives during a commit goes together in the next one, across logs, each with its own proof', async () => {
    const { store, appender } = world();
    const lines = await Promise.all(
      names(150).map((name, i) => appender.append(look(name, { log: i % 3 === 0 ? OTHER : LOG }))),
    );
    expect(store.commits).toEqual([100, 50]);
    expect(store.values.toSorted()).toEqual(names(150).toSorted());
    for (const log of [LOG, OTHER]) {
      const own = lines.filter((line) => line.log === log);
      expect(own.map((line) => line.index)).toEqual(own.map((_, i) => i));
      const root = merkleRoot(own.map((line) => line.leaf));
      const last = own.at(-1)!;
      expect(verifyInclusion({ index: last.index, size: last.size, leaf: last.leaf, proof: last.proof, root })).toBe(
        true,
      );
      const stored = await store.entries(log, 0, 1000);
      expect(stored.map((item) => item.leaf)).toEqual(own.map((line) => line.leaf));
    }
  });

  it('waits for what is gathered, and goes on without it when gathering fails', async () => {
    const { store, time } = world();
    const asked: number[] = [];
    const turns = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const appender = createAppender<MemoryTx>({
      ...{ store, signer: () => signer, clock: () => time.now, random: testRandom(1) },
      gather: async (waiting) => {
        asked.push(waiting());
        await turns[asked.length - 1]!.promise;
        asked.push(waiting());
      },
    });
    const first = appender.append(look('a'));
    await Promise.resolve();
    const rest = ['b', 'c'].map((name) => appender.append(look(name)));
    turns[0]!.resolve();
    await Promise.all([first, ...rest]);
    expect([store.commits, asked]).toEqual([[3], [1, 3]]);
    asked.length = 1;
    const next = appender.append(look('d'));
    turns[1]!.reject(new Error('nobody to ask'));
    await next;
    expect(store.commits).toEqual([3, 1]);
  });

  it('R38: what failed where a tile was just full is in no later root, nor in what is signed with it', async () => {
    const { store, appender, writer } = world();
    const no = () => {
      throw new Error('no');
    };
    const lines = [];
    while (lines.length < 256)
      lines.push(...(await Promise.all(names(64).map((name) => appender.append(look(`${name} ${lines.length}`))))));
    await expect(appender.append(look('fails', {}, { effect: no }))).rejects.toThrow('no');
    // Beside one that fails as well: the others go again without it.
    const beside = [appender.append(look('fails too', {}, { effect: no })), appender.append(look('stays'))] as const;
    const [failed, stays] = await Promise.allSettled(beside);
    expect([failed.status, stays.status]).toEqual(['rejected', 'fulfilled']);
    if (stays.status === 'fulfilled') lines.push(stays.value);
    lines.push(await appender.append(look('after')));
    // As whoever never kept an edge reads it.
    lines.push(await writer(9).append(look('another program')));
    const stored = (await store.entries(LOG, 0, 1000)).map(({ leaf }) => leaf);
    for (const { size, checkpoint, index, leaf, proof } of lines.slice(-3)) {
      const { root } = await openCheckpoint(checkpoint, { log: key }, verifier);
      expect([size, root]).toEqual([index + 1, merkleRoot(stored.slice(0, size))]);
      expect(verifyInclusion({ index, size, leaf, proof, root })).toBe(true);
    }
  });

  it('operations with a common key never share a batch and keep their order', async () => {
    const { store, appender } = world();
    const seen: number[] = [];
    const touch = (name: string, keys: string[]) =>
      appender.append(
        look(name, {
          keys,
          prepare: async () => {
            seen.push(store.values.length);
            return { draft: lookDraft([newDossier()]), effect: (tx) => void tx.values.push(name) };
          },
        }),
      );
    await Promise.all([touch('a', ['1']), touch('b', ['1', '2']), touch('c', ['2']), touch('d', ['3'])]);
    // c does not overtake b, although nothing in the first batch shares its key.
    expect(store.values).toEqual(['a', 'd', 'b', 'c']);
    expect(store.commits).toEqual([2, 1, 1]);
    expect(seen).toEqual([0, 0, 2, 3]);
  });

  it('what only reads shares a batch with its like, and never with a change of what it reads', async () => {
    const { store, appender } = world();
    const seen: (readonly [string, number])[] = [];
    const told: string[] = [];
    const one = (name: string, keys: string[], reads: string[]) =>
      appender.append(
        look(name, {
          ...{ keys, reads },
          prepare: async () => {
            seen.push([name, told.length]);
            const draft = lookDraft([newDossier()]);
            return { draft, effect: (tx) => void tx.values.push(name), committed: () => void told.push(name) };
          },
        }),
      );
    await Promise.all([
      one('a', ['1'], ['people']),
      one('b', ['2'], ['people']),
      one('change', ['people'], []),
      one('c', ['3'], ['people']),
      one('d', ['4'], []),
    ]);
    expect(store.commits).toEqual([3, 1, 1]);
    // Whoever reads after the change is prepared when it is durable and told.
    expect(Object.fromEntries(seen)).toEqual({ a: 0, b: 0, d: 0, change: 3, c: 4 });
    expect(told).toEqual(['a', 'b', 'd', 'change', 'c']);
  });

  it('an operation whose prepare or draft fails fails alone', async () => {
    const { store, appender } = world();
    const bad = look('bad', { prepare: () => Promise.reject(new Error('no such dossier')) });
    const draft = lookDraft([newDossier()]);
    const wrong = look('wrong', {}, { draft: { ...draft, common: { ...draft.common, outcome: 'refused' } } });
    const results = await Promise.allSettled([look('a'), bad, wrong, look('b')].map((item) => appender.append(item)));
    expect(results.map((result) => (result.status === 'rejected' ? String(result.reason.message) : 'ok'))).toEqual([
      'ok',
      'no such dossier',
      expect.stringContaining('common.reason'),
      'ok',
    ]);
    expect([store.values, store.commits]).toEqual([['a', 'b'], [2]]);
  });

  it('an effect that throws takes nothing with it: the others commit without it', async () => {
    const { store, appender } = world();
    const failure = new Error('head moved');
    const bad = look(
      'bad',
      {},
      {
        effect: async (tx) => {
          tx.values.push('half');
          throw failure;
        },
      },
    );
    const results = await Promise.allSettled([look('a'), bad, look('b')].map((item) => appender.append(item)));
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: failure });
    expect([store.values, store.commits]).toEqual([['a', 'b'], [2]]);
    expect((await store.state(LOG)).size).toBe(2);
  });

  it('R41: of two writers on one log the second is fenced and writes nothing any more', async () => {
    const { store, appender, writer } = world();
    const rival = writer(2);
    store.beforeCommit = async () => {
      store.beforeCommit = async () => {};
      await rival.append(look('rival'));
    };
    const first = appender.append(look('first'));
    const waiting = Promise.allSettled([first, first.catch(() => appender.append(look('second')))]);
    expect((await waiting).map((result) => result.status === 'rejected' && result.reason.code)).toEqual([
      'ledger/fenced',
      'ledger/fenced',
    ]);
    expect([store.values, store.commits]).toEqual([['rival'], [1]]);
  });

  it('fencing one log of a batch writes nothing of the others, and refuses what is queued', async () => {
    const { store, appender, writer } = world();
    const rival = writer(2);
    const results: Promise<unknown>[] = [];
    store.beforeCommit = async () => {
      store.beforeCommit = async () => {};
      results.push(appender.append(look('queued')));
      await rival.append(look('rival', { log: OTHER }));
    };
    results.push(...[LOG, OTHER].map((log) => appender.append(look(log, { log }))));
    await expect(results[0]).rejects.toMatchObject({ code: 'ledger/fenced' });
    const settled = await Promise.allSettled(results);
    expect(settled.map((result) => result.status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect([store.values, (await store.state(LOG)).size]).toEqual([['rival'], 0]);
  });

  it('a store that fails fails the batch; the next one starts from what is really there', async () => {
    const { store, appender } = world();
    store.beforeCommit = () => Promise.reject(new Error('disk full'));
    const results = await Promise.allSettled([appender.append(look('a')), appender.append(look('b'))]);
    expect(results.map((result) => result.status === 'rejected' && result.reason.message)).toEqual([
      'disk full',
      'disk full',
    ]);
    store.beforeCommit = async () => {};
    const line = await appender.append(look('c'));
    expect([line.index, store.values]).toEqual([0, ['c']]);
  });

  it('R45: time in a log never runs backwards, and a clock far behind is an error of that log only', async () => {
    const { store, time, appender } = world();
    await appender.append(look('a'));
    time.now = plus(START, -4000);
    expect((await appender.append(look('b'))).entry.common.at).toBe(START);
    time.now = plus(START, -5001);
    const results = await Promise.allSettled([appender.append(look('c')), appender.append(look('d', { log: OTHER }))]);
    expect(results.map((result) => result.status === 'rejected' && result.reason.code)).toEqual([
      'ledger/clock-drift',
      false,
    ]);
    time.now = plus(START, 10);
    let seen: Instant = instant(0);
    const prepare = async ({ at }: { at: Instant }) => {
      seen = at;
      return { draft: lookDraft([newDossier()]) };
    };
    const line = await appender.append(look('e', { prepare }));
    expect([seen, line.entry.common.at, (await store.state(LOG)).at]).toEqual([time.now, time.now, time.now]);
  });

  it('R41: refuses to go on from tiles or a checkpoint that were changed', async () => {
    const { store, appender } = world();
    await Promise.all(names(3).map((name) => appender.append(look(name))));
    const good = store.logs.get(LOG)!;
    const tile = good.tiles.get('0/0')!;
    const bent = tile.map((byte, i) => (i === 40 ? byte ^ 1 : byte));
    const attacks = [
      { ...good, tiles: new Map([['0/0', bent]]) },
      { ...good, tiles: new Map([['0/0', tile.slice(0, 64)]]) },
      { ...good, checkpoint: good.checkpoint!.replace('north', 'south') },
      { ...good, checkpoint: null },
      { ...good, size: 2 },
    ];
    for (const attack of attacks) {
      store.logs.set(LOG, attack);
      await expect(appender.append(look('x'))).rejects.toMatchObject({ code: expect.stringMatching('ledger/bad-') });
    }
    store.logs.set(LOG, good);
    expect((await appender.append(look('x'))).index).toBe(3);
  });

  it('grows over a tile border with every proof valid', async () => {
    const { store, appender } = world();
    for (const count of [250, 5, 1, 1, 20]) {
      const lines = await Promise.all(names(count).map((name) => appender.append(look(name))));
      const leaves = (await store.entries(LOG, 0, 1000)).map((item) => item.leaf);
      for (const line of lines) {
        const root = merkleRoot(leaves.slice(0, line.size));
        expect(verifyInclusion({ index: line.index, size: line.size, leaf: line.leaf, proof: line.proof, root })).toBe(
          true,
        );
      }
    }
  });

  it('close lets what is under way finish and refuses the rest', async () => {
    const { store, appender } = world();
    const pending = [appender.append(look('a')), appender.append(look('b', { keys: ['a'] }))];
    await appender.close();
    expect(store.values).toEqual(['a', 'b']);
    await Promise.all(pending);
    await expect(appender.append(look('c'))).rejects.toMatchObject({ code: 'ledger/stopped' });
  });
});
