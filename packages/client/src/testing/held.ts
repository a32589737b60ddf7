/** A practice whose keys lie with keyholders in this process. */

import { makeWorld, type World } from '@ketenkluis/agent/testing';
import { type TestHolder, testHolder } from '@ketenkluis/keyholder/testing';
import { parseVkey } from '@ketenkluis/ledger';
import { agree, type Fetch, waitingProposals } from '../index.ts';
import { proposeKeyholders } from '../keyholders.ts';

export interface HeldWorld {
  readonly world: World;
  readonly holders: readonly TestHolder[];
  /** The second owner signs what waits. */
  agree(): Promise<void>;
  close(): Promise<void>;
}

async function agreed(world: World): Promise<void> {
  const second = await world.signIn('B. de Tweede');
  const [waits] = await waitingProposals(second);
  await agree(second, waits!.hash);
}

/** One owner proposes these, another signs. */
export async function nameHolders(world: World, holders: readonly TestHolder[], need: number): Promise<void> {
  const first = await world.signIn('gp');
  await proposeKeyholders(first, { need, holders: holders.map(({ card, url }) => ({ ...card, url })) });
  await agreed(world);
}

/** Two owners and a nurse; enrolled and synced without keyholders. */
export async function makeHeld(patients: number, n: number): Promise<HeldWorld> {
  const web = new Map<string, Fetch>();
  const world = await makeWorld(patients, 3, { web });
  const holders = await Promise.all(
    Array.from({ length: n }, (_, i) => testHolder({ url: `http://h${i}.localhost:4806`, clock: world.clock.clock })),
  );
  const { pins } = (await world.signIn('gp')).wire.place;
  for (const holder of holders) {
    web.set(holder.url, holder.fetch as Fetch);
    const practice = pins.practice as Parameters<TestHolder['pin']>[0][number]['practice'];
    holder.pin([{ practice, authority: pins.authority, log: parseVkey(pins.log.key) }]);
  }
  await world.enrol();
  await world.sync();
  return {
    ...{ world, holders },
    agree: () => agreed(world),
    async close() {
      for (const holder of holders) holder.close();
      await world.close();
    },
  };
}
