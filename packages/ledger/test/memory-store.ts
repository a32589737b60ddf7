/** A store that forgets everything at the end of the test. It copies like a database would. */

import type { Bytes } from '@ketenkluis/base';
import { type LedgerStore, type LogState, type LogWrite, ledgerError, type StoredEntry } from '../src/index.ts';

interface Log extends LogState {
  readonly entries: readonly StoredEntry[];
  readonly tiles: ReadonlyMap<string, Bytes>;
}
const EMPTY: Log = { size: 0, at: null, checkpoint: null, entries: [], tiles: new Map() };

export interface MemoryTx {
  readonly values: string[];
}

export class MemoryStore implements LedgerStore<MemoryTx> {
  logs = new Map<string, Log>();
  values: string[] = [];
  commits: number[] = [];
  /** Called inside the transaction, after everything was written to it. */
  beforeCommit: () => Promise<void> = async () => {};

  async state(log: string): Promise<LogState> {
    const { size, at, checkpoint } = this.logs.get(log) ?? EMPTY;
    return { size, at, checkpoint };
  }
  async tile(log: string, level: number, index: number): Promise<Bytes | undefined> {
    return this.logs.get(log)?.tiles.get(`${level}/${index}`)?.slice() as Bytes | undefined;
  }
  async entries(log: string, from: number, to: number): Promise<readonly StoredEntry[]> {
    return structuredClone((this.logs.get(log) ?? EMPTY).entries.slice(from, to));
  }
  async commit(writes: readonly LogWrite[], effects: (tx: MemoryTx) => Promise<void>): Promise<void> {
    const check = () => {
      for (const { log, expectedSize } of writes) {
        const size = this.logs.get(log)?.size ?? 0;
        if (size !== expectedSize) throw ledgerError('fenced', `log ${log} has ${size} entries, not ${expectedSize}`);
      }
    };
    check();
    const tx: MemoryTx = { values: [] };
    await effects(tx);
    await this.beforeCommit();
    check();
    for (const { log, size, at, checkpoint, entries, tiles } of writes) {
      const before = this.logs.get(log) ?? EMPTY;
      const grown = new Map(before.tiles);
      for (const tile of tiles) grown.set(`${tile.level}/${tile.index}`, tile.bytes.slice() as Bytes);
      this.logs.set(log, {
        size,
        at,
        checkpoint,
        tiles: grown,
        entries: before.entries.concat(structuredClone(entries)),
      });
    }
    this.values.push(...tx.values);
    this.commits.push(writes.reduce((sum, write) => sum + write.entries.length, 0));
  }
}
