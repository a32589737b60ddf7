import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { instant, newId, type OrganisationId, systemRandom } from '@ketenkluis/base';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Kept, kept } from './moments.ts';
import { prepared } from './prepared.ts';
import { openSqlite, type Storage, type Tx } from './storage.ts';

const dir = mkdtempSync(join(tmpdir(), 'ketenkluis-moments-'));
let storage: Storage;
beforeAll(async () => {
  storage = await openSqlite(join(dir, 'vault.db'));
});
afterAll(async () => {
  await storage.close();
  rmSync(dir, { recursive: true, force: true });
});

const PRACTICES = [newId('organisation', systemRandom), newId('organisation', systemRandom)] as const;
const DOSSIERS = [newId('dossier', systemRandom), newId('dossier', systemRandom)] as const;
const practice = fc.constantFrom(...PRACTICES);
const dossier = fc.constantFrom(...DOSSIERS);
const number = fc.nat({ max: 5 });
const hash = (n: number) => `${n}`.padStart(43, 'A') as never;

/** Everything that may stand in a kept value, read anew. */
const stateOf = prepared<{ practice: OrganisationId; dossier: string }, { state: string; changed: number }>((tx, at) =>
  tx
    .selectFrom('dossier')
    .select(['state', 'changed'])
    .where('practice', '=', at('practice'))
    .where('dossier', '=', at('dossier') as never),
);
const countOf = async (tx: Tx, of: OrganisationId) =>
  (await tx.selectFrom('handle').select('handle').where('practice', '=', of).execute()).length;

const read = async (tx: Tx, key: string): Promise<string> => {
  const [of, which] = key.split('/') as [OrganisationId, string];
  return JSON.stringify([await stateOf(tx, { practice: of, dossier: which }), await countOf(tx, of)]);
};
const KEYS = PRACTICES.flatMap((of) => DOSSIERS.map((which) => `${of}/${which}`));
const through = async (store: Kept<string>, tx: Tx) =>
  Object.fromEntries(
    await store(tx, KEYS, async (missing) => {
      const out = new Map<string, string>();
      for (const key of missing) out.set(key, await read(tx, key));
      return out;
    }),
  );
const anew = async (tx: Tx) => {
  const out: Record<string, string> = {};
  for (const key of KEYS) out[key] = await read(tx, key);
  return out;
};

const changeOne = prepared<{ practice: OrganisationId; dossier: string; changed: number }, unknown>((tx, at) =>
  tx
    .updateTable('dossier')
    .set({ changed: at('changed') })
    .where('practice', '=', at('practice'))
    .where('dossier', '=', at('dossier') as never),
);

type Change = (tx: Tx) => Promise<unknown>;
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ practice, dossier, state: number, changed: number }).map(
    (row) => (tx: Tx) =>
      tx
        .insertInto('dossier')
        .values({ ...row, state: hash(row.state), seq: 1, head: null, ended: 0 })
        .onConflict((on) => on.columns(['practice', 'dossier']).doUpdateSet({ state: hash(row.state), seq: 1 }))
        .execute(),
  ),
  // What a look does: nothing that is kept rests on it.
  fc.record({ practice, dossier, seq: number }).map(
    ({ seq, ...row }) =>
      (tx: Tx) =>
        tx.updateTable('dossier').set({ seq, head: null }).where('practice', '=', row.practice).execute(),
  ),
  fc.record({ practice, dossier, seq: number, changed: number }).map(
    ({ seq, changed, ...row }) =>
      (tx: Tx) =>
        tx
          .updateTable('dossier')
          .set({ seq, changed })
          .where('practice', '=', row.practice)
          .where('dossier', '=', row.dossier)
          .execute(),
  ),
  practice.map((of) => (tx: Tx) => tx.deleteFrom('dossier').where('practice', '=', of).execute()),
  practice.map((of) => (tx: Tx) => sql`UPDATE dossier SET changed = changed + 1 WHERE practice = ${of}`.execute(tx)),
  practice.map(
    (of) => (tx: Tx) =>
      tx
        .insertInto('handle')
        .values({
          ...{ practice: of, handle: newId('handle', systemRandom), dossier: null, team: null, slot: null },
          ...{ class: 'source', parent: null, version: 1, descriptor: hash(1), state: 'live', line: 0 },
        })
        .execute(),
  ),
  // From one practice to another, of both, of who has this name in any, and of rows that are in the way of others.
  fc.record({ from: practice, to: practice, dossier }).map(({ from, to, ...row }) => async (tx: Tx) => {
    await tx.deleteFrom('dossier').where('dossier', '=', row.dossier).where('practice', '=', to).execute();
    await tx
      .updateTable('dossier')
      .set({ practice: to })
      .where((at) => at.and([at('practice', '=', from), at('dossier', '=', row.dossier)]))
      .execute();
  }),
  fc.record({ dossier, changed: number }).map(
    ({ changed, ...row }) =>
      (tx: Tx) =>
        tx
          .updateTable('dossier')
          .set({ changed })
          .where((at) => at.or([at('practice', '=', PRACTICES[0]), at('dossier', '=', row.dossier)]))
          .execute(),
  ),
  practice.map((of) => (tx: Tx) => tx.updateTable('dossier').set({ changed: 3 }).where('practice', '!=', of).execute()),
  practice.map(
    (of) => (tx: Tx) =>
      tx
        .updateTable('dossier')
        .set({ changed: 4 })
        .where('practice', 'in', [...PRACTICES])
        .where('practice', '=', of)
        .execute(),
  ),
  fc.record({ practice, dossier, state: number }).map(
    ({ state, ...row }) =>
      (tx: Tx) =>
        tx
          .replaceInto('dossier')
          .values(
            PRACTICES.map((of) => ({
              ...row,
              practice: of,
              state: hash(state),
              seq: 1,
              changed: 1,
              head: null,
              ended: 0,
            })),
          )
          .execute(),
  ),
  fc.record({ practice, dossier, changed: number }).map((row) => (tx: Tx) => changeOne(tx, row)),
  // Of another table, and of one that only the vault's upkeep touches.
  practice.map(
    (of) => (tx: Tx) =>
      tx
        .insertInto('counter')
        .values({ practice: of, source: newId('device', systemRandom), value: 1 })
        .execute(),
  ),
  fc.constant((tx: Tx) => tx.deleteFrom('challenge').where('until', '<=', instant(0)).execute()),
);
const write = fc.record({ changes: fc.array(change, { minLength: 1, maxLength: 3 }), fails: fc.boolean() });
/** A write beside, within, or after a reading transaction. */
const step = fc.record({ write, when: fc.constantFrom('before', 'within', 'after') });

const commit = async ({ changes, fails }: { readonly changes: readonly Change[]; readonly fails: boolean }) => {
  const done = storage.write(async (tx) => {
    for (const one of changes) await one(tx);
    if (fails) throw new Error('not to be');
  });
  await done.catch(() => undefined);
};

describe('what is kept of the database', () => {
  it('is at every moment what a new reading of that moment gives, whoever writes what, and whether it fails', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 12 }),
        fc.constantFrom(1, 100_000),
        async (steps, most) => {
          const store = kept<string>({ from: ['dossier', 'handle'], size: (value) => value.length, most });
          for (const { write: one, when } of steps) {
            if (when === 'before') await commit(one);
            await storage.read(async (tx) => {
              const first = await through(store, tx);
              if (when === 'within') await commit(one);
              // A commit meanwhile is not seen in here, by neither.
              expect(await through(store, tx)).toEqual(first);
              expect(await anew(tx)).toEqual(first);
            });
            if (when === 'after') await commit(one);
          }
          const last = await storage.read((tx) => through(store, tx));
          expect(last).toEqual(await storage.write((tx) => anew(tx)));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is not read again before something changes, is read by whoever writes, and takes no more room than said', async () => {
    const store = kept<string>({ from: ['dossier'], size: () => 700, most: 2000 });
    let times = 0;
    const ask = (within: Storage['read'], keys: readonly string[]) =>
      within((tx) =>
        store(tx, keys, async (missing) => {
          times += missing.length;
          return new Map(missing.map((key) => [key, key]));
        }),
      );
    await ask(storage.read, ['a', 'b']);
    await ask(storage.read, ['a', 'b']);
    expect(times).toBe(2);
    await commit({ changes: [(tx) => tx.updateTable('dossier').set({ seq: 9, head: null }).execute()], fails: false });
    await ask(storage.read, ['b', 'a']);
    expect(times).toBe(2);
    await ask(storage.write, ['a']);
    expect(times).toBe(3);
    // The third takes the room of the one used longest ago.
    await ask(storage.read, ['c']);
    await ask(storage.read, ['a', 'c']);
    expect(times).toBe(4);
    await ask(storage.read, ['b']);
    expect(times).toBe(5);
  });

  it('what one practice changes is let go of there and nowhere else; what does not say whose it is, everywhere', async () => {
    const [mine, theirs] = PRACTICES;
    const store = kept<string>({ from: ['dossier', 'handle'], size: () => 700, most: 100_000 });
    let reads: string[] = [];
    const ask = async () => {
      reads = [];
      await storage.read((tx) =>
        store(tx, KEYS, async (missing) => {
          reads.push(...missing);
          return new Map(missing.map((key) => [key, key]));
        }),
      );
      return reads;
    };
    const of = (practice: OrganisationId) => KEYS.filter((key) => key.startsWith(practice));
    const row = { seq: 1, changed: 1, head: null, ended: 0, state: hash(1) };
    const within: readonly Change[] = [
      (tx) =>
        tx
          .insertInto('dossier')
          .values(DOSSIERS.map((dossier) => ({ ...row, dossier, practice: theirs })))
          .onConflict((on) => on.columns(['practice', 'dossier']).doUpdateSet({ state: hash(2) }))
          .execute(),
      (tx) => tx.updateTable('dossier').set({ changed: 2 }).where('practice', '=', theirs).execute(),
      (tx) => changeOne(tx, { practice: theirs, dossier: DOSSIERS[0], changed: 7 }),
      (tx) =>
        tx.deleteFrom('dossier').where('dossier', '=', DOSSIERS[0]).where('dossier.practice', '=', theirs).execute(),
    ];
    expect(await ask()).toEqual(KEYS);
    for (const one of within) {
      await commit({ changes: [one], fails: false });
      expect([await ask(), await ask()]).toEqual([of(theirs), []]);
    }
    const wide: readonly Change[] = [
      (tx) => tx.updateTable('dossier').set({ changed: 2 }).execute(),
      (tx) => tx.updateTable('dossier').set({ practice: mine }).where('practice', '=', theirs).execute(),
      (tx) => tx.deleteFrom('dossier').where('dossier', '=', DOSSIERS[1]).execute(),
      (tx) =>
        tx
          .deleteFrom('dossier')
          .where((at) => at.or([at('practice', '=', theirs), at('seq', '=', 1)]))
          .execute(),
      (tx) =>
        tx
          .replaceInto('dossier')
          .values({ ...row, dossier: DOSSIERS[0], practice: theirs })
          .execute(),
      (tx) => sql`DELETE FROM dossier WHERE practice = ${theirs}`.execute(tx),
    ];
    for (const one of wide) {
      await commit({ changes: [one], fails: false });
      expect(await ask()).toEqual(KEYS);
    }
    // Many changes of one practice cost the other no reading at all.
    for (let nth = 0; nth < 20; nth++) {
      await commit({ changes: [within[1]!], fails: false });
      expect((await ask()).filter((key) => key.startsWith(mine))).toEqual([]);
    }
  });

  it('R5: is let go of with the commit that changes it, whoever asks next or not, and not put back by who reads of before', async () => {
    const store = kept<object>({ from: ['dossier'], size: () => 700, most: 100_000 });
    let made = 0;
    const ask = (tx: Tx) =>
      store(tx, ['a'], async () => {
        made++;
        return new Map([['a', {}]]);
      });
    const change = () => commit({ changes: [(tx) => tx.deleteFrom('dossier').execute()], fails: false });
    const one = await storage.read(ask);
    expect(await storage.read(ask)).toEqual(one);
    expect(made).toBe(1);
    await change();
    await storage.read(async (tx) => {
      await change();
      await ask(tx);
      await ask(tx);
    });
    // Twice of a moment that had gone by.
    expect(made).toBe(3);
    const two = await storage.read(ask);
    expect((await storage.read(ask)).get('a')).toBe(two.get('a'));
    expect(made).toBe(4);
  });

  it('R5: leaves memory with the commit that takes it away, though nobody asks again', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const store = kept<object>({ from: ['dossier'], size: () => 700, most: 100_000 });
    let value: WeakRef<object> | undefined;
    await storage.read((tx) =>
      store(tx, ['a'], async () => {
        const made = {};
        value = new WeakRef(made);
        return new Map([['a', made]]);
      }),
    );
    const left = async () => {
      await new Promise((next) => setImmediate(next));
      collect();
      return value?.deref() !== undefined;
    };
    expect(await left()).toBe(true);
    await commit({ changes: [(tx) => tx.deleteFrom('dossier').execute()], fails: false });
    expect(await left()).toBe(false);
  });

  it('a query that was made once answers for other values, and not after its transaction', async () => {
    let left: Tx | undefined;
    const [of] = PRACTICES;
    await storage.write(async (tx) => {
      left = tx;
      await tx.deleteFrom('dossier').execute();
      const row = { practice: of, seq: 1, changed: 1, head: null, ended: 0 };
      for (const [n, which] of DOSSIERS.entries())
        await tx
          .insertInto('dossier')
          .values({ ...row, dossier: which, state: hash(n) })
          .execute();
      const answers = await Promise.all(DOSSIERS.map((which) => stateOf(tx, { practice: of, dossier: which })));
      expect(answers.map(([one]) => one?.state)).toEqual([hash(0), hash(1)]);
    });
    await expect(stateOf(left!, { practice: of, dossier: DOSSIERS[0] })).rejects.toThrow();
  });
});
