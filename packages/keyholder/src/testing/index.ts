/** A keyholder in this process for tests of agent and client: the whole service without a socket. */

import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemRandom } from '@ketenkluis/base';
import { createVerifier } from '@ketenkluis/seal';
import type { PracticePin } from '../config.ts';
import { createHolder, type HolderPath, type Reply } from '../holder.ts';
import { createKeys, type HolderCard, openKeys } from '../keys.ts';
import { type HolderStore, openStore } from '../store.ts';

interface Answer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  arrayBuffer(): Promise<ArrayBuffer>;
}
type Fetched = (
  url: string,
  init: { readonly method: string; readonly headers: Record<string, string>; readonly body?: string | Uint8Array },
) => Promise<Answer>;

export interface TestHolder {
  readonly url: string;
  readonly card: HolderCard;
  readonly store: HolderStore;
  readonly dir: string;
  readonly fetch: Fetched;
  /** Asks it as it is, down or not. */
  ask(practice: string, path: HolderPath, message: unknown): Promise<Reply>;
  /** Every answer of the service so far. */
  readonly said: { readonly path: HolderPath; readonly outcome: Reply['outcome'] }[];
  /** While true nobody reaches it. */
  down: boolean;
  /** May change what goes out. */
  between: ((path: HolderPath, reply: Reply) => Reply) | null;
  /** Practices become known to it. */
  pin(pins: readonly PracticePin[]): void;
  /** As after a kill: another process on the same file. */
  restart(): void;
  /** A copy of its database as it stands; `restored` puts it back under another process. */
  backup(): () => void;
  close(): void;
}

export async function testHolder(options: {
  readonly url: string;
  readonly clock: Clock;
  readonly pins?: readonly PracticePin[];
}): Promise<TestHolder> {
  const { url, clock } = options;
  const dir = mkdtempSync(join(tmpdir(), 'ketenkluis-holder-'));
  await createKeys(dir, systemRandom);
  const keys = await openKeys(dir);
  let store = openStore(join(dir, 'keyholder.db'));
  let pins = options.pins ?? [];
  const make = () => createHolder({ keys, store, url, clock, practices: pins, verifier: createVerifier() });
  let holder = make();
  const reopen = () => {
    store = openStore(join(dir, 'keyholder.db'));
    store.sweep(null);
    holder = make();
  };
  const said: TestHolder['said'] = [];
  const self: TestHolder = {
    ...{ url, card: keys.card, dir, said, down: false, between: null },
    get store() {
      return store;
    },
    async ask(practice, path, message) {
      const reply = await holder.answer(practice, path, message);
      said.push({ path, outcome: reply.outcome });
      return reply;
    },
    async fetch(asked, { body }) {
      if (self.down) throw new Error('nobody listens here');
      const [, practice, path] = /\/v1\/practices\/([a-z0-9_]+)\/([a-z]+)$/.exec(asked)!;
      const name = path as HolderPath;
      const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
      const answered = await self.ask(practice!, name, JSON.parse(text));
      const reply = self.between === null ? answered : self.between(name, answered);
      const bytes = new TextEncoder().encode(JSON.stringify(reply.body));
      return {
        status: reply.status,
        headers: { get: () => null },
        arrayBuffer: async () => bytes.buffer as ArrayBuffer,
      };
    },
    pin(next) {
      pins = next;
      holder = make();
    },
    restart() {
      store.close();
      reopen();
    },
    backup() {
      const copy = join(dir, 'backup.db');
      const file = join(dir, 'keyholder.db');
      const move = (from: string, to: string) => {
        store.close();
        for (const end of ['', '-wal', '-shm']) rmSync(`${to}${end}`, { force: true });
        for (const end of ['', '-wal', '-shm']) if (existsSync(from + end)) copyFileSync(from + end, to + end);
        reopen();
      };
      move(file, copy);
      return () => move(copy, file);
    },
    close() {
      store.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  return self;
}
