/**
 * The agent as a process to be killed. Loads everything, says `ready`, and runs one sync for every line it is given; waits when the
 * vault is away. Says of every line that the vault acknowledged where it stands, before it goes on itself.
 */

import { writeSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileKeyStore, folderSource, nodeFetch, openState, sync } from '@ketenkluis/agent';
import { KetenkluisError, type LocalDate, systemClock, systemRandom } from '@ketenkluis/base';
import { compileSelection, PROGRAMMES } from '@ketenkluis/care';
import { clientError, type Fetch } from '@ketenkluis/client';
import { acknowledged } from './journal.ts';

interface Order {
  readonly agentDir: string;
  readonly source: string;
  readonly asOf: LocalDate;
}
const { agentDir, source, asOf } = JSON.parse(process.argv[2] ?? '{}') as Order;
const selection = compileSelection(Object.values(PROGRAMMES));
/** Written at once: what stands in the pipe was said before the kill. */
const say = (value: unknown): void => void writeSync(1, `${JSON.stringify(value)}\n`);
const net = nodeFetch();
const fetch: Fetch = acknowledged(net.fetch, (line) => say({ line }));

async function once(): Promise<unknown> {
  const state = await openState({ dir: agentDir, random: systemRandom, keyStore: fileKeyStore(agentDir) });
  const reading = await folderSource(source);
  try {
    const ports = { fetch, clock: systemClock, random: systemRandom };
    const { changed, packs, ended } = await sync({ state, source: reading, asOf, selection, ...ports });
    return { done: { changed, packs, ended } };
  } finally {
    await reading.close();
    await state.close();
  }
}

/** A vault that was killed comes back; the run begins again, in this same process. */
async function untilDone(): Promise<unknown> {
  for (;;) {
    try {
      return await once();
    } catch (error) {
      if (!clientError.is(error, 'offline')) {
        return { failed: error instanceof KetenkluisError ? `${error.code}: ${error.message}` : String(error) };
      }
      say({ offline: true });
      await pause(20);
    }
  }
}

// A killed process writes no cache when it ends.
flushCompileCache();
say({ ready: true });
for await (const _ of createInterface({ input: process.stdin })) say(await untilDone());
