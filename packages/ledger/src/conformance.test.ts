import { describe, expect, it } from 'vitest';
import { MemoryStore, type MemoryTx } from '../test/memory-store.ts';
import { ledgerStoreCases, type StoreUnderTest } from './conformance.ts';
import type { LogWrite } from './store.ts';

const under = (store: MemoryStore): StoreUnderTest<MemoryTx> => ({
  store,
  put: async (tx, value) => void tx.values.push(value),
  values: async () => store.values,
  reopen: async () => under(store),
  close: async () => {},
});

describe('the memory store of the tests', () => {
  for (const { name, run } of ledgerStoreCases(async () => under(new MemoryStore()))) it(name, run);
});

describe('the conformance suite can fail', () => {
  class ForgetsTheCheck extends MemoryStore {
    override async commit(writes: readonly LogWrite[], effects: (tx: MemoryTx) => Promise<void>) {
      const real = await Promise.all(writes.map(async (w) => ({ ...w, expectedSize: (await this.state(w.log)).size })));
      return super.commit(real, effects);
    }
  }
  class KeepsHalf extends MemoryStore {
    override async commit(writes: readonly LogWrite[], effects: (tx: MemoryTx) => Promise<void>) {
      await super.commit(writes.slice(0, 1), async () => {});
      return super.commit(writes.slice(1), effects);
    }
  }
  class WrapsErrors extends MemoryStore {
    override commit(writes: readonly LogWrite[], effects: (tx: MemoryTx) => Promise<void>) {
      return super.commit(writes, effects).catch((cause) => Promise.reject(new Error('rolled back', { cause })));
    }
  }
  for (const [name, Bad] of Object.entries({ ForgetsTheCheck, KeepsHalf, WrapsErrors })) {
    it(name, async () => {
      const cases = ledgerStoreCases(async () => under(new Bad()));
      const results = await Promise.allSettled(cases.map(({ run }) => run()));
      expect(results.some((result) => result.status === 'rejected')).toBe(true);
    });
  }
});
