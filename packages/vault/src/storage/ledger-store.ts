/** The ledger's port over the same database, so that an entry and its effects are one transaction. */

import type { Bytes, Instant } from '@ketenkluis/base';
import { type LedgerStore, ledgerError } from '@ketenkluis/ledger';
import { prepared } from './prepared.ts';
import type { Storage, Tx } from './storage.ts';

type Place = { readonly log: string; readonly level: number; readonly idx: number };
const readLog = prepared<{ log: string }, { size: number; at: Instant | null; checkpoint: string | null }>((tx, at) =>
  tx.selectFrom('log').select(['size', 'at', 'checkpoint']).where('log', '=', at('log')),
);
const readTile = prepared<Place, { bytes: Bytes }>((tx, at) =>
  tx
    .selectFrom('tile')
    .select('bytes')
    .where('log', '=', at('log'))
    .where('level', '=', at('level'))
    .where('idx', '=', at('idx'))
    .$castTo<{ bytes: Bytes }>(),
);
type LogRow = { readonly log: string; readonly size: number; readonly at: Instant | null; readonly checkpoint: string };
const putLog = prepared<LogRow, unknown>((tx, at) =>
  tx
    .insertInto('log')
    .values({ log: at('log'), size: at('size'), at: at('at'), checkpoint: at('checkpoint') })
    .onConflict((on) => on.column('log').doUpdateSet({ size: at('size'), at: at('at'), checkpoint: at('checkpoint') })),
);
type EntryRow = { readonly log: string; readonly idx: number; readonly leaf: Bytes; readonly stored: Bytes };
const putEntry = prepared<EntryRow, unknown>((tx, at) =>
  tx.insertInto('entry').values({ log: at('log'), idx: at('idx'), leaf: at('leaf'), stored: at('stored') }),
);
const putTile = prepared<Place & { readonly bytes: Bytes }, unknown>((tx, at) =>
  tx
    .insertInto('tile')
    .values({ log: at('log'), level: at('level'), idx: at('idx'), bytes: at('bytes') })
    .onConflict((on) => on.columns(['log', 'level', 'idx']).doUpdateSet({ bytes: at('bytes') })),
);

export const storageLedger = ({ one, read, write }: Pick<Storage, 'one' | 'read' | 'write'>): LedgerStore<Tx> => ({
  state: async (log) => {
    const [row] = await one(readLog, { log });
    return row ? { size: row.size, at: row.at, checkpoint: row.checkpoint } : { size: 0, at: null, checkpoint: null };
  },
  tile: async (log, level, index) => (await one(readTile, { log, level, idx: index }))[0]?.bytes,
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
        const [row] = await readLog(tx, { log });
        if ((row?.size ?? 0) !== expectedSize) {
          throw ledgerError('fenced', 'another writer has added to this log; read its state again');
        }
      }
      await effects(tx);
      for (const { log, size, at, checkpoint, entries, tiles } of writes) {
        await putLog(tx, { log, size, at, checkpoint });
        for (const { index, leaf, stored } of entries) await putEntry(tx, { log, idx: index, leaf, stored });
        for (const { level, index, bytes } of tiles) await putTile(tx, { log, level, idx: index, bytes });
      }
    }),
});
