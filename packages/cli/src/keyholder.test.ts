import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeWorld } from '@ketenkluis/agent/testing';
import { newId, systemRandom } from '@ketenkluis/base';
import { proposeKeyholders } from '@ketenkluis/client/keyholders';
import { createKeys } from '@ketenkluis/keyholder';
import { holderCardText } from '@ketenkluis/protocol/keyholder';
import { expect, it } from 'vitest';
import type { Enter } from './enter.ts';
import { name } from './keyholder.ts';

it('R19: of a practice with one owner, the owner and a colleague name a keyholder; what waited before is not put in its place', async () => {
  const world = await makeWorld(1, 2, { threshold: 1 });
  try {
    const [gp, nurse] = ['A. de Eerste', 'C. Verpleger'];
    const enter: Enter = async (who) => {
      const session = await world.signIn(who);
      return { session, close: () => session.close() };
    };
    const file = join(world.dir, 'card.txt');
    const url = 'https://bewaarder.example';
    const { card } = await createKeys(join(world.dir, 'holder'), systemRandom);
    writeFileSync(file, holderCardText({ ...card, url }));
    const before = await world.signIn(gp);
    const other = { ...card, person: newId('person', systemRandom), url: 'https://eerder.example' };
    await proposeKeyholders(before, { need: 1, holders: [other] });
    const named = await name({ person: gp, second: nurse, card: [file], need: 1 }, enter);
    expect(named.json).toEqual({ need: 1, holders: [url], state: 'admitted' });
    const stands = (await (await world.signIn(gp)).people(true)).keyholders;
    expect(stands?.holders.map((one) => one.url)).toEqual([url]);
  } finally {
    await world.close();
  }
});
