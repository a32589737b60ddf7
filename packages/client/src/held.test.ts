/** Keyholders from the naming to the look (docs/spec/keyholder.md). */

import { parseWorklist } from '@ketenkluis/care';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDossier, openList, writeNote } from './index.ts';
import { type HeldWorld, makeHeld } from './testing/held.ts';

let held: HeldWorld;
beforeAll(async () => {
  held = await makeHeld(3, 3);
}, 120_000);
afterAll(() => held?.close());

describe('keyholders', () => {
  it('P3: two people name them, the next sync seals everything again, and a look needs t of n', async () => {
    const { world, holders } = held;
    await held.name(2);
    const synced = await world.sync();
    expect(synced.keyholders).toEqual({ holders: 3, need: 2, short: 0 });
    const nurse = await world.signIn('poh-s');
    const { content } = await openList(nurse, 'worklist');
    const [row] = parseWorklist((content as { list: unknown }).list).rows;
    const opened = await openDossier(nurse, {
      dossier: row!.dossier,
      handles: row!.handles.map(({ handle }) => handle),
      facts: row!.facts,
    });
    expect(opened.parts.every(({ outcome }) => outcome === 'permit')).toBe(true);
    console.log(holders.map(({ said }) => said.map(({ path, outcome }) => `${path} ${outcome}`).join(', ')));
  });
});
