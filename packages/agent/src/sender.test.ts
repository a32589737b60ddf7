/** One delivery on its way, one waiting behind it: what a failure does to both. */

import { afterEach, describe, expect, it } from 'vitest';
import { makeWorld, type World } from './testing/world.ts';

describe('deliveries that wait for each other', () => {
  let world: World;
  afterEach(() => world.close());

  /** Each delivery that came and that was answered; `before` it goes on to the vault. */
  function watching(before: (nth: number) => Promise<void> | void) {
    const [came, answered]: [number[], number[]] = [[], []];
    world.net.between = async (url, ask) => {
      if (!url.endsWith('/deliveries')) return await ask();
      const nth = came.push(came.length + 1);
      await before(nth);
      const answer = await ask();
      answered.push(nth);
      return answer;
    };
    return { came, answered };
  }

  it('after one that failed nothing is sent, and the next run sends the rest', async () => {
    world = await makeWorld(30, 2);
    await world.enrol();
    const seen = watching((nth) => {
      if (nth === 3) throw new Error('the line is gone');
    });
    await expect(world.sync({ group: 2 })).rejects.toThrow();
    expect(seen.came).toEqual([1, 2, 3]);
    const { changed } = await world.sync({ group: 2 });
    expect(changed).toBeGreaterThan(0);
    expect(await world.sync({ group: 2 })).toMatchObject({ changed: 0, packs: 0 });
  });

  it('a run that is cut off while it seals leaves nothing behind that is sent later', async () => {
    world = await makeWorld(30, 2);
    await world.enrol();
    const first = Promise.withResolvers<void>();
    const seen = watching(async (nth) => {
      if (nth === 1) await first.promise;
    });
    const onStep = (name: string) => {
      if (name !== 'sealed 3') return;
      setImmediate(first.resolve);
      throw new Error('cut off');
    };
    // The first is on its way, the second waits behind it.
    await expect(world.sync({ group: 2, onStep })).rejects.toThrow('cut off');
    expect(seen.answered).toEqual([1]);
    for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(seen.came).toEqual([1]);
    await world.sync({ group: 2 });
    expect(await world.sync({ group: 2 })).toMatchObject({ changed: 0, packs: 0 });
  });
});
