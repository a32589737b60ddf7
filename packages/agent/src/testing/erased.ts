/** A practice whose vault erased a year, read as its agent would where cards and mandates still held: the mirror and the monitor. */

import { base64url, type Instant, instant } from '@ketenkluis/base';
import { readCheckpoint } from '@ketenkluis/ledger';
import type { annexesPage, entriesPage, requestsPage } from '@ketenkluis/protocol';
import { erasedOf, sayTime } from '@ketenkluis/vault/testing';
import type { z } from 'zod';
import { readLines } from '../lines.ts';
import type { Link } from '../link.ts';
import { mirror } from '../mirror.ts';

import type { World } from './world.ts';

type Page = z.infer<typeof entriesPage>;
/** What a vault says instead. */
export type BendPage = (page: Page) => Page;

/** Goes to the moment at which the lines of the world's first year are due, and lets the agent's snapshot say so; answers what it said. */
export async function sixYearsOn(world: World): Promise<Instant> {
  const due = Date.UTC(new Date(world.clock.clock()).getUTCFullYear() + 6, 0, 2);
  world.clock.move(due - world.clock.clock());
  return await sayTime(world.vault().vault, world.init.state.register.practice.organisation, world.clock.clock());
}

export async function linkTo(world: World, now: Instant, bend: BendPage): Promise<Link> {
  const { vault } = world.vault();
  const { register } = world.init.state;
  const { origin } = register.vault.log;
  const text = (await vault.storage.ledger.state(origin)).checkpoint!;
  const { size, root } = readCheckpoint(text);
  const page = async (from: number): Promise<Page> => {
    const found = await vault.storage.ledger.entries(origin, from, Math.min(size, from + 50));
    const shards = await vault.storage.read((tx) => erasedOf(tx, register.practice.organisation));
    return bend({
      ...{ from, size, entries: found.map(({ stored }) => base64url(stored)) },
      erased: shards.map(({ year, from: start, to }) => ({ year, from: start, to })),
      leaves: found.flatMap(({ index, stored, leaf }) =>
        stored.length === 0 ? [{ index, leaf: base64url(leaf) }] : [],
      ),
    });
  };
  const annexes = async (from: number): Promise<z.infer<typeof annexesPage>> => {
    const until = Math.max(from, Math.min(size, from + 50));
    const rows = await vault.storage.read((tx) =>
      tx.selectFrom('annex').selectAll().where('line', '>=', from).where('line', '<', until).execute(),
    );
    return { from, until, annexes: rows.map(({ hash, bytes }) => ({ hash, bytes: base64url(bytes) })) };
  };
  const requests = async (from: number): Promise<z.infer<typeof requestsPage>> => {
    const until = Math.max(from, Math.min(size, from + 50));
    const rows = await vault.storage.read((tx) =>
      tx.selectFrom('asked').selectAll().where('line', '>=', from).where('line', '<', until).execute(),
    );
    return { from, until, requests: rows.map(({ line, header }) => ({ line, header: base64url(header) })) };
  };
  const session = {
    now: () => now,
    log: async () => ({ seen: () => ({ size, root: base64url(root) }), note: () => text }),
    seen: async () => readCheckpoint(text),
    people: async () => undefined,
    // Who works here is not what is looked at.
    peopleHashes: { has: () => true },
    call: async (name: string, _schema: unknown, _body: unknown, query: string) => {
      const from = Number(query.split('=')[1]);
      if (name === 'entries') return page(from);
      if (name === 'requests') return requests(from);
      return name === 'annexes' ? annexes(from) : { objects: [], next: null };
    },
  };
  return { session } as unknown as Link;
}

const honest: BendPage = (page) => page;

/** The agent's mirror at this moment of its own clock. Throws as `mirror` does. */
export const mirrorAt = async (world: World, dir: string, now: number, bend = honest) =>
  mirror(dir, await linkTo(world, instant(now), bend), world.init.state.register);

/** The agent's monitor from the first line on, as if it had never read one. Throws as `readLines` does. */
export async function monitorAt(world: World, now: number, bend = honest) {
  const { register } = world.init.state;
  const anew = { ...register, vault: { ...register.vault, checkpoint: null, chains: null } };
  return readLines(await linkTo(world, instant(now), bend), anew);
}
