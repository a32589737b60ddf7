/** A host that kept an older worklist, and serves it as if it were the newest. */

import { makeWorld, type World } from '@ketenkluis/agent/testing';
import { fromBase64url } from '@ketenkluis/base';
import { asShare, type Hash } from '@ketenkluis/seal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openList } from './index.ts';

describe('a host that kept an older list', () => {
  let world: World;
  beforeAll(async () => {
    world = await makeWorld(9);
    await world.enrol();
    await world.sync();
  });
  afterAll(() => world.close());

  it('R12: shows it neither to a device that saw the newer one nor to a new one', async () => {
    const session = await world.signIn('poh-s');
    const { practice } = session;
    let share = '';
    world.net.between = async (url, ask) => {
      const answer = await ask();
      if (!url.includes('/releases') || answer.status !== 200) return answer;
      const bytes = await answer.arrayBuffer();
      share = (JSON.parse(new TextDecoder().decode(bytes)) as { results: { h: string }[] }).results[0]!.h;
      return { ...answer, arrayBuffer: async () => bytes };
    };
    const old = await openList(session, 'worklist');
    world.net.between = null;
    const { storage, shares } = world.vault().vault;
    const kept = await storage.read(async (tx) => {
      const [handle] = await tx.selectFrom('handle').selectAll().where('handle', '=', old.handle).execute();
      const { descriptor } = handle!;
      return {
        descriptor: descriptor as Hash,
        statements: await tx.selectFrom('statement').selectAll().where('practice', '=', practice).execute(),
        packs: await tx.selectFrom('pack').selectAll().where('descriptor', '=', descriptor).execute(),
        granted: await tx.selectFrom('granted').selectAll().where('descriptor', '=', descriptor).execute(),
        wraps: await tx.selectFrom('wrap').selectAll().where('descriptor', '=', descriptor).execute(),
      };
    });

    world.patients = world.patients.slice(0, -2);
    await world.sync();
    session.forgetMe();
    const newer = await openList(session, 'worklist');
    expect(newer.version).toBe(old.version + 1);

    await storage.write(async (tx) => {
      const { descriptor } = kept;
      const moved = { version: old.version, descriptor };
      await tx.updateTable('handle').set(moved).where('handle', '=', old.handle).execute();
      for (const row of kept.statements) {
        await tx
          .insertInto('statement')
          .values(row)
          .onConflict((on) => on.doNothing())
          .execute();
      }
      await tx.insertInto('pack').values(kept.packs).execute();
      await tx.insertInto('granted').values(kept.granted).execute();
      await tx.insertInto('wrap').values(kept.wraps).execute();
    });
    shares.drop(practice, [kept.descriptor]);
    shares.stage(
      practice,
      [{ descriptor: kept.descriptor, share: asShare('h', fromBase64url(share)) }],
      world.clock.clock(),
    );
    // Who left the list would be told; the host does not tell.
    world.net.between = async (url, ask) => {
      const answer = await ask();
      if (!url.includes('/releases') || answer.status !== 200) return answer;
      const json = JSON.parse(new TextDecoder().decode(await answer.arrayBuffer()));
      const bytes = new TextEncoder().encode(JSON.stringify({ ...json, gone: [] }));
      return { ...answer, arrayBuffer: async () => bytes.buffer as ArrayBuffer };
    };
    await expect(openList(session, 'worklist')).rejects.toMatchObject({ code: 'client/rolled-back' });
    const fresh = await world.signIn('poh-s');
    await expect(openList(fresh, 'worklist')).rejects.toMatchObject({ code: 'client/rolled-back' });
  });
});
