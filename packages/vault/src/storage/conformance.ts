/**
 * What every adapter of `Storage` must do, as cases without a test framework:
 * `for (const { name, run } of storageCases(open)) it(name, run)`. A case that fails throws an Error that says what differs.
 * The ledger's own cases run on top: `ledgerUnderTest` fits them.
 */

import { type Bytes, type Instant, instant, newId, type OrganisationId, systemRandom } from '@ketenkluis/base';
import type { Hash } from '@ketenkluis/seal';
import { TABLE_NAMES } from './schema.ts';
import type { Storage, Tx } from './storage.ts';

export interface StorageCase {
  readonly name: string;
  run(): Promise<void>;
}
/** Opens the same fresh, empty database each time it is called with the same place. */
export interface StorageUnderTest {
  open(): Promise<Storage>;
}

const AT: Instant = instant(1_767_600_000_000);
function same(actual: unknown, expected: unknown, what: string): void {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (left !== right) throw new Error(`${what}: expected ${right}, got ${left}`);
}

const practiceRow = (practice: OrganisationId) => ({ practice, log: `log/${practice}`, created: AT });
const put = (tx: Tx, practice: OrganisationId) => tx.insertInto('practice').values(practiceRow(practice)).execute();
const all = (storage: Storage) =>
  storage.read(async (tx) =>
    (await tx.selectFrom('practice').select('practice').orderBy('created').execute()).map((row) => row.practice),
  );
const fresh = (): OrganisationId => newId('organisation', systemRandom);

async function fails(work: () => Promise<unknown>, what: string): Promise<void> {
  try {
    await work();
  } catch {
    return;
  }
  throw new Error(`${what} did not fail`);
}

export function storageCases(make: () => StorageUnderTest): StorageCase[] {
  const using = (name: string, run: (storage: Storage, under: StorageUnderTest) => Promise<void>): StorageCase => ({
    name,
    run: async () => {
      const under = make();
      const storage = await under.open();
      try {
        await run(storage, under);
      } finally {
        await storage.close();
      }
    },
  });
  return [
    using('leads every row with its practice, but for the tables of the log', async (storage) => {
      for (const table of TABLE_NAMES) {
        const rows = await storage.read((tx) => tx.selectFrom(table).selectAll().execute());
        same(rows.length, 0, `${table} is empty`);
      }
    }),
    using('keeps what was committed after it was closed and opened again', async (storage, under) => {
      const practice = fresh();
      await storage.write((tx) => put(tx, practice));
      await storage.close();
      const again = await under.open();
      same(await all(again), [practice], 'practices');
      await again.close();
    }),
    using('keeps a way in apart from its use and its end, and a session by what opened it', async (storage) => {
      const practice = fresh();
      const at = AT;
      const person = newId('person', systemRandom);
      const device = newId('device', systemRandom);
      const session = newId('session', systemRandom);
      await storage.write(async (tx) => {
        await tx
          .insertInto('device')
          .values({ practice, device, person, sign: 'AA', since: at, used: null, ended: null })
          .execute();
        const limits = { opened: at, active: at, until: at, ended: null, log_read: 0 };
        await tx
          .insertInto('session')
          .values({
            practice,
            session,
            token: 'AA' as Hash,
            person,
            device,
            organisation: null,
            vouched: null,
            unlocker: device,
            stage: 'open',
            ...limits,
          })
          .execute();
      });
      await storage.write(async (tx) => {
        await tx.updateTable('device').set({ ended: at }).where('device', '=', device).execute();
        await tx.updateTable('session').set({ ended: at }).where('unlocker', '=', device).execute();
      });
      const rows = await storage.read((tx) => tx.selectFrom('device').select(['since', 'used', 'ended']).execute());
      same(rows, [{ since: at, used: null, ended: at }], 'the way in');
      const ends = await storage.read((tx) => tx.selectFrom('session').select('ended').execute());
      same(ends, [{ ended: at }], 'its session');
    }),
    using('replaces a proposal with the one that has one more signature', async (storage) => {
      const practice = fresh();
      const row = { practice, hash: 'A'.repeat(43) as Hash, until: AT };
      for (const body of [new Uint8Array([1]) as Bytes, new Uint8Array([1, 2]) as Bytes]) {
        await storage.write((tx) =>
          tx
            .insertInto('proposal')
            .values({ ...row, body })
            .onConflict((on) => on.columns(['practice', 'hash']).doUpdateSet({ body }))
            .execute(),
        );
      }
      const rows = await storage.read((tx) => tx.selectFrom('proposal').select('body').execute());
      same(
        rows.map(({ body }) => [...body]),
        [[1, 2]],
        'the proposal',
      );
    }),
    using("keeps each partner's directory in its own order, once", async (storage) => {
      const practice = fresh();
      const [one, two] = [fresh(), fresh()];
      const row = (organisation: OrganisationId, idx: number) => ({
        practice,
        organisation,
        idx,
        bytes: new Uint8Array([idx]) as Bytes,
      });
      const add = (...rows: ReturnType<typeof row>[]) =>
        storage.write((tx) => tx.insertInto('partner_directory').values(rows).execute());
      await add(row(one, 1), row(one, 0), row(two, 0));
      await fails(() => add(row(one, 2), row(one, 1)), 'a second statement at the same place');
      const rows = await storage.read((tx) =>
        tx
          .selectFrom('partner_directory')
          .select('idx')
          .where('practice', '=', practice)
          .where('organisation', '=', one)
          .orderBy('idx')
          .execute(),
      );
      same(rows, [{ idx: 0 }, { idx: 1 }], 'the directory');
    }),
    using('writes all of a transaction or nothing', async (storage) => {
      const [one, two] = [fresh(), fresh()];
      await fails(
        () =>
          storage.write(async (tx) => {
            await put(tx, one);
            throw new Error('no');
          }),
        'a transaction that throws',
      );
      same(await all(storage), [], 'after the failure');
      await storage.write((tx) => put(tx, two));
      same(await all(storage), [two], 'after the next');
    }),
    using('refuses to write where it only reads', async (storage) => {
      const practice = fresh();
      await fails(() => storage.read((tx) => put(tx, practice)), 'a write in a read');
      same(await all(storage), [], 'practices');
      await storage.write((tx) => put(tx, practice));
      same(await all(storage), [practice], 'the next write');
    }),
    using('reads what is committed while a write is under way', async (storage) => {
      const practice = fresh();
      await storage.write(async (tx) => {
        await put(tx, practice);
        same(await all(storage), [], 'beside the write');
      });
      same(await all(storage), [practice], 'after the write');
    }),
    using('shows whoever reads all that was committed when they asked, whoever reads with them', async (storage) => {
      const [one, two] = [fresh(), fresh()];
      const begun = Promise.withResolvers<void>();
      const gate = Promise.withResolvers<void>();
      const long = storage.read(async (tx) => {
        begun.resolve();
        await gate.promise;
        return (await tx.selectFrom('practice').select('practice').execute()).length;
      });
      await begun.promise;
      await storage.write((tx) => put(tx, one));
      const early = all(storage);
      const failing = storage.read(() => Promise.reject(new Error('no')));
      const late = storage.write((tx) => put(tx, two)).then(() => all(storage));
      gate.resolve();
      await fails(() => failing, 'a reading that throws');
      same((await early).includes(one), true, 'what was there when it was asked');
      same((await late).toSorted(), [one, two].toSorted(), 'what came before the last was asked');
      same(await long, 0, 'the view that was taken before');
    }),
    using('says what stands since a moment, by practice; that somebody was there is no change', async (storage) => {
      const [one, two] = [fresh(), fresh()];
      const row = (practice: OrganisationId) => ({
        ...{ practice, session: newId('session', systemRandom), token: 'AA' as Hash, stage: 'open' as const },
        ...{ person: newId('person', systemRandom), device: null, organisation: null, vouched: null },
        ...{ unlocker: 'AA', opened: AT, active: AT, until: AT, ended: null, log_read: 0 },
      });
      await storage.write((tx) => tx.insertInto('session').values(row(one)).execute());
      const since = storage.moment();
      const stand = () => [one, two].map((practice) => storage.stands(since, ['session'], practice));
      const change = (set: object) =>
        storage.write((tx) => tx.updateTable('session').set(set).where('practice', '=', one).execute());
      same(stand(), [true, true], 'before');
      await change({ active: AT + 1 });
      same(stand(), [true, true], 'after somebody was there');
      await fails(
        () => storage.write(async (tx) => Promise.reject(await tx.updateTable('session').set({ ended: AT }).execute())),
        'a change that is taken back',
      );
      const again = storage.moment();
      await change({ active: AT + 2, ended: AT });
      same([...stand(), storage.stands(again, ['session'], one)], [false, false, false], 'after a change');
      same(
        [storage.stands(again, ['session'], two), storage.stands(again, ['device'], one)],
        [true, true],
        'of others',
      );
      same(storage.stands(storage.moment(), ['session'], one), true, 'from now on');
    }),
    using('lets writers wait for each other and loses none', async (storage) => {
      await storage.write((tx) =>
        tx.insertInto('counter').values({ practice: fresh(), source: 's', value: 0 }).execute(),
      );
      await Promise.all(
        Array.from({ length: 50 }, () =>
          storage.write(async (tx) => {
            const { value } = await tx.selectFrom('counter').select('value').executeTakeFirstOrThrow();
            await tx
              .updateTable('counter')
              .set({ value: value + 1 })
              .execute();
          }),
        ),
      );
      same(
        await storage.read((tx) => tx.selectFrom('counter').select('value').execute()),
        [{ value: 50 }],
        'the counter',
      );
    }),
    using('gives bytes, large whole numbers and null back as they were', async (storage) => {
      const bytes = new Uint8Array([0, 255, 1, 0]) as Bytes;
      const practice = fresh();
      const row = { practice, person: newId('person', systemRandom), keyring: bytes, number: Number.MAX_SAFE_INTEGER };
      await storage.write(async (tx) => {
        await tx.insertInto('person').values(row).execute();
        await tx
          .insertInto('person')
          .values({ ...row, person: newId('person', systemRandom), keyring: null, number: 1 })
          .execute();
      });
      const found = await storage.read((tx) => tx.selectFrom('person').selectAll().orderBy('number').execute());
      same(found[0]?.keyring, null, 'null');
      same([...(found[1]?.keyring ?? [])], [...bytes], 'bytes');
      same(found[1]?.number, row.number, 'a large number');
    }),
    using(
      'holds keys within a practice: the same id in two practices is two rows, in one it is refused',
      async (storage) => {
        const [one, two] = [fresh(), fresh()];
        const row = { hash: 'A'.repeat(43) as Hash, bytes: new Uint8Array(1) as Bytes };
        await storage.write(async (tx) => {
          await tx
            .insertInto('wraps')
            .values({ practice: one, ...row })
            .execute();
          await tx
            .insertInto('wraps')
            .values({ practice: two, ...row })
            .execute();
        });
        await fails(
          () =>
            storage.write((tx) =>
              tx
                .insertInto('wraps')
                .values({ practice: one, ...row })
                .execute(),
            ),
          'a second row',
        );
        same(
          (await storage.read((tx) => tx.selectFrom('wraps').select('hash').where('practice', '=', one).execute()))
            .length,
          1,
          'rows of one',
        );
      },
    ),
  ];
}
