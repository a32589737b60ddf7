/** Cut off anywhere and run again: the same end, nothing lost, nothing half there. */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { base64url, newId, utf8 } from '@ketenkluis/base';
import { parseWorklist } from '@ketenkluis/care';
import { openDossier, openList } from '@ketenkluis/client';
import { fsck } from '@ketenkluis/vault';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, type World } from './testing/world.ts';

class Cut extends Error {}
const cutAt = (place: number) => {
  let count = 0;
  return (name: string) => {
    if (++count === place) throw new Cut(name);
  };
};

describe('a sync that is cut off', () => {
  let world: World;
  const mirror = () => join(world.dir, 'mirror');
  const run = (place: number) =>
    world.sync({ onStep: cutAt(place), mirror: mirror(), group: 3 }).then(
      () => null,
      (error: unknown) => {
        if (!(error instanceof Cut)) throw error;
        return error.message;
      },
    );
  /** Everything on the list opens, and the vault's own check finds nothing. */
  const whole = async (values: ReadonlyMap<string, string>) => {
    const session = await world.signIn('poh-s');
    const list = parseWorklist(((await openList(session, 'worklist')).content as { list: unknown }).list);
    expect(list.rows).toHaveLength(8);
    for (const row of list.rows) {
      const handles = row.handles.map(({ handle }) => handle);
      const { parts } = await openDossier(session, { dossier: row.dossier, handles, facts: row.facts });
      expect(parts.filter(({ outcome }) => outcome === 'deny')).toEqual([]);
      const wanted = values.get(row.name.split(',')[0]!);
      if (wanted) expect(JSON.stringify(parts)).toContain(wanted);
    }
    await session.close();
    await world.vault().stop();
    const verdict = await fsck(join(world.dir, 'vault'));
    expect(verdict.faults).toEqual([]);
    await world.restartVault();
  };
  beforeAll(async () => {
    world = await makeWorld(12, 2);
    await world.enrol();
  });
  afterAll(() => world.close());

  it('the first one: cut off at every step in turn', async () => {
    const places: string[] = [];
    for (let place = 1; ; place++) {
      const name = await run(place);
      if (name === null) break;
      places.push(name);
    }
    // Sealing runs beside sending, so which of the two comes first differs from run to run.
    expect(places).toEqual(expect.arrayContaining(['counted', 'explained', 'read', 'kept', 'sealed 1']));
    expect(places.length).toBeGreaterThan(7);
    await whole(new Map());
  });

  it.each([
    'counted',
    'explained',
    'read',
    'kept',
    'sealed 1',
    'noted 1',
    'delivered 1',
    'sent',
    'signed',
    'confirmed',
    'saved',
    'mirrored',
  ])('a later one, with a new value: cut off at "%s"', async (wanted) => {
    const old = world.patients[0]!;
    world.patients[0] = { ...old, hba1c: [old.hba1c[0]! + 1] };
    const onStep = (name: string) => {
      if (name === wanted) throw new Cut(name);
    };
    await expect(world.sync({ onStep, mirror: mirror() })).rejects.toThrow(Cut);
    await world.sync({ mirror: mirror() });
    const result = await world.sync({ mirror: mirror() });
    expect(result).toMatchObject({ changed: 0, packs: 0 });
  });

  it('and all of it stands at the end', async () => {
    const { family, hba1c } = world.patients[0]!;
    await whole(new Map([[family, `"value":"${hba1c[0]}"`]]));
  });

  it('after a delivery whose journal is gone, that dossier is sealed again', async () => {
    world.patients[3] = { ...world.patients[3]!, hba1c: [97] };
    let delivered = false;
    await world
      .sync({
        onStep(name) {
          if (name !== 'delivered 1') return;
          delivered = true;
          throw new Cut(name);
        },
      })
      .catch(() => undefined);
    expect(delivered).toBe(true);
    rmSync(join(world.dir, 'agent', 'journal.kkrj'), { force: true });
    // A vault that shows, of a dossier that is lost, a fact that no line brought or that a line took away.
    const fact = { fact: newId('fact', world.random), kind: 'consent', statement: base64url(world.random(32)) };
    let shown = 0;
    world.net.between = async (url, ask) => {
      const answer = await ask();
      if (!/\/heads(\?|$)/.test(url) || answer.status !== 200) return answer;
      const page = JSON.parse(new TextDecoder().decode(await answer.arrayBuffer())) as {
        dossiers: { facts: (typeof fact)[] }[];
      };
      for (const dossier of page.dossiers) dossier.facts.push(fact);
      shown += 1;
      const bytes = utf8(JSON.stringify(page));
      return { ...answer, arrayBuffer: async () => bytes.buffer as ArrayBuffer };
    };
    await expect(world.sync()).rejects.toMatchObject({ code: 'agent/vault-forked' });
    expect(shown).toBeGreaterThan(0);
    world.net.between = null;
    const result = await world.sync();
    expect(result.changed).toBe(1);
    expect((await world.sync()).changed).toBe(0);
    await whole(new Map([[world.patients[3]!.family, '"value":"97"']]));
  });
});
