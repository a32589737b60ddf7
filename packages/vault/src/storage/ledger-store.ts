/** The ledger's port over the same database, so that an entry and its effects are one transaction. */

import type { Bytes } from '@ketenkluis/base';
import { type LedgerStore, ledgerError } from '@ketenkluis/ledger';
import type { Storage, Tx } from './storage.ts';

/** SQLite allows 32,766 values in one statement; entries have four. */
const ROWS_AT_ONCE = 1000;

export const storageLedger = ({ read, write }: Pick<Storage, 'read' | 'write'>): LedgerStore<Tx> => ({
  state: (log) =>
    read(async (tx) => {
      const row = await tx.selectFrom('log').selectAll().where('log', '=', log).executeTakeFirst();
      return row ? { size: row.size, at: row.at, checkpoint: row.checkpoint } : { size: 0, at: null, checkpoint: null };
    }),
  tile: (log, level, index) =>
    read(async (tx) => {
      const row = await tx
        .selectFrom('tile')
        .select('bytes')
        .where('log', '=', log)
        .where('level', '=', level)
        .where('idx', '=', index)
        .executeTakeFirst();
      return row?.bytes as Bytes | undefined;
    }),
  entries: (log, from, to) =>
    read((tx) =>
      tx
        .selectFrom('entry')
        .select(['idx as index', 'leaf', 'stored'])
        .where('log', '=', log)
        .where('idx', '>=', from)
        .where('idx', '<', to)
        .orderBy('idx')
        .execute(),
    ),
  commit: (writes, effects) =>
    write(async (tx) => {
      for (const { log, expectedSize } of writes) {
        const row = await tx.selectFrom('log').select('size').where('log', '=', log).executeTakeFirst();
        if ((row?.size ?? 0) !== expectedSize) {
          throw ledgerError('fenced', 'another writer has added to this log; read its state again');
        }
      }
      await effects(tx);
      for (const { log, size, at, checkpoint, entries, tiles } of writes) {
        await tx
          .insertInto('log')
          .values({ log, size, at, checkpoint })
          .onConflict((on) => on.column('log').doUpdateSet({ size, at, checkpoint }))
          .execute();
        for (let from = 0; from < entries.length; from += ROWS_AT_ONCE) {
          const rows = entries.slice(from, from + ROWS_AT_ONCE);
          await tx
            .insertInto('entry')
            .values(rows.map(({ index, leaf, stored }) => ({ log, idx: index, leaf, stored })))
            .execute();
        }
        for (const { level, index, bytes } of tiles) {
          await tx
            .insertInto('tile')
            .values({ log, level, idx: index, bytes })
            .onConflict((on) => on.columns(['log', 'level', 'idx']).doUpdateSet({ bytes }))
            .execute();
        }
      }
    }),
});
