/** R14, R26: what recovery sheets raised asks every endpoint there is, whole and well-formed (docs/identity.md, "The way back"). */

import { newId, systemRandom } from '@ketenkluis/base';
import { ENDPOINTS, type EndpointName } from '@ketenkluis/protocol';
import { askSignOn, raise, startPartner, startTestWorld, type TestWorld } from '@ketenkluis/vault/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ABOUT_ONE, type Ask, GENERAL } from './asks.ts';
import { type Target, targetsOf } from './dossiers.ts';
import { type Asker, castOf } from './roles.ts';

/** Asked by anybody, or of another session. */
const AT_THE_DOOR: ReadonlySet<string> = new Set([
  ...['vault-info', 'practice-create', 'challenge', 'session-open', 'session-touch', 'invitation', 'join'],
]);

/** Elsewhere a colleague keeps something first, in a session that would need a sign-on here. */
const kept =
  (name: 'kept-open' | 'kept-end', of: 'list' | 'admin'): Ask =>
  async (on, { session }) => {
    const annex = await on.annex();
    const items = [{ dossier: null, handle: newId('handle', systemRandom), facts: [] }];
    const opens = name === 'kept-open';
    const fields = opens ? { annex: annex.hash } : {};
    return on.signed(session, name, opens ? { annex: annex.text } : {}, { class: of, items, ...fields });
  };
const KEPT = { 'kept-open': kept('kept-open', 'list'), 'kept-end': kept('kept-end', 'admin') };

let world: TestWorld;
let partners: readonly [Awaited<ReturnType<typeof startPartner>>, Awaited<ReturnType<typeof startPartner>>];
let askers: readonly Asker[];
let target: Target;
beforeAll(async () => {
  world = await startTestWorld();
  partners = [await startPartner(world), await startPartner(world)];
  const cast = await castOf(world, partners);
  target = (await targetsOf(world, cast)).treated;
  await cast.end();
  askers = await Promise.all(
    (['nurse', 'owner'] as const).map(async (role) => {
      const asker = cast.askers[role];
      return { ...asker, session: await world.open(asker.session.person) };
    }),
  );
  world.time.move(1000);
  expect((await askSignOn(world, { staff: 'high' })).status).toBe(200);
  for (const { session } of askers) expect((await raise(world, session)).status).toBe(200);
});
afterAll(async () => {
  await world.close();
  for (const partner of partners) await partner.close();
});

it('R14, R26: a raised session reaches the endpoints that say so, and is asked for the level at every other', async () => {
  const asks: readonly (readonly [string, Ask])[] = Object.entries({ ...GENERAL, ...KEPT, ...ABOUT_ONE });
  const open = new Set<string>();
  for (const [row, ask] of asks) {
    const name = row.split(' ')[0] as EndpointName;
    // A word of the agent's is judged for itself (vault/assurance.ts), and a session is closed last.
    if (AT_THE_DOOR.has(name) || name === 'session-identity' || name === 'session-close') continue;
    for (const asker of askers) {
      const reply = await ask(world, asker, target);
      const needed = reply.status === 403 && reply.text.includes('"vault/identity-needed"');
      expect([row, asker.role, needed]).toEqual([row, asker.role, !('recovered' in ENDPOINTS[name])]);
      if (!needed) open.add(name);
    }
  }
  expect([...open].sort()).toEqual([
    ...['desk', 'directory', 'partners', 'proposal-end', 'proposals', 'propose', 'recovery', 'recovery-prove'],
    ...['session-confirm', 'statements'],
  ]);
});
