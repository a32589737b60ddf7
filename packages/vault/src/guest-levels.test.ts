/** R25, R26: how sure a partner is of its people counts at the practice as far as its owners said so, and not one step further. */

import { HOUR, MINUTE, plus } from '@ketenkluis/base';
import {
  type Assurance,
  type AssuranceLevel,
  type FactOf,
  signStatement,
  statementsToWire,
  statementToWire,
} from '@ketenkluis/seal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { proofOf } from './proofs.ts';
import {
  append,
  befriend,
  item,
  knock,
  ownCommon,
  startPartner,
  startTestWorld,
  type TestPerson,
  type TestSession,
  type TestWorld,
  type Vouched,
  visit,
  vouch,
} from './testing.ts';

let world: TestWorld;
let partner: TestWorld;
/** The fact about the partner that stands now. */
let fact: FactOf<'partner'>;
beforeAll(async () => {
  world = await startTestWorld();
  partner = await startPartner(world);
  fact = await befriend(world, partner);
  const levels = world.running.vault.assurance as unknown as Map<string, AssuranceLevel>;
  levels.set(world.practice.id, 'high');
});
afterAll(async () => {
  await world.close();
  await partner.close();
});

const end = async (gone: FactOf<'partner'>) => {
  const statement = await signStatement(
    {
      ...{ t: 'withdrawal' as const, v: 1 as const, suite: 1, practice: world.practice.id },
      ...{ fact: gone.id, dossier: null, at: world.time.clock() },
    },
    world.practice.gp.signer,
  );
  await owner(async (session) => {
    const body = { ...statementsToWire([statement]), wraps: [] };
    expect((await world.signed(session, 'statements', body, { class: 'admin' })).status).toBe(200);
  });
};
/** Owners of the practice prove themselves first: it asks for high. */
const owner = async (work: (session: TestSession) => Promise<void>) => {
  const levels = world.running.vault.assurance as unknown as Map<string, AssuranceLevel>;
  levels.delete(world.practice.id);
  await work(await world.open(world.practice.gp));
  levels.set(world.practice.id, 'high');
};
const accepting = async (...accepts: AssuranceLevel[]) => {
  await end(fact);
  await owner(async () => {
    fact = await befriend(world, partner, accepts.length === 0 ? {} : { accepts });
  });
};

const wordOf = (who: TestSession, bend: Partial<Assurance> = {}): Assurance => ({
  ...{ t: 'assurance', v: 1, suite: 1, practice: partner.practice.id, person: who.person.id, session: who.session },
  ...{ level: 'high', means: 'dezi', by: partner.practice.agent.id },
  ...{ at: partner.time.clock(), until: plus(partner.time.clock(), HOUR) },
  ...bend,
});
/** What the podiatrist fetches at home after proving herself there at this level. */
async function word(level: AssuranceLevel, life = HOUR): Promise<Vouched> {
  await vouch(partner);
  const session = await partner.open(partner.practice.nurse);
  const until = plus(partner.time.clock(), life);
  const statement = await signStatement(wordOf(session, { level, until }), partner.practice.agent.signer);
  const body = { assurance: statementToWire(statement) };
  expect((await partner.signed(session, 'session-identity', body, { class: 'session' })).status).toBe(200);
  return (await partner.call('vouched', { token: session.token })).json<Vouched>();
}
const REFUSED = { status: 404, type: 'vault/refused' };
const opens = async (vouched?: Vouched) => {
  const { token } = await visit(world, partner, vouched === undefined ? {} : { vouched });
  const reply = await world.call('directory', { token });
  return reply.status === 200 ? 'open' : { status: reply.status, type: reply.json<{ type: string }>().type };
};

describe('the level of a guest', () => {
  it('R26: counts only where the owners accept that very level from this partner, and it is what the practice asks for', async () => {
    expect(await opens(await word('high'))).toEqual(REFUSED);
    await accepting('substantial');
    expect(await opens(await word('high'))).toEqual(REFUSED);
    expect(await opens(await word('substantial'))).toEqual(REFUSED);
    await accepting('high');
    expect(await opens(await word('substantial'))).toEqual(REFUSED);
    expect(await opens()).toEqual(REFUSED);
    const high = await word('high');
    expect(await opens(high)).toBe('open');
    // The same word serves the visits of that hour; the line and the statement stand here.
    expect(await opens(high)).toBe('open');
    const { storage } = world.running.vault;
    const kept = await storage.read((tx) =>
      tx.selectFrom('statement').select('hash').where('type', '=', 'assurance').execute(),
    );
    expect(new Set(kept.map(({ hash }) => hash)).size).toBe(kept.length);
    const rows = await storage.read((tx) => tx.selectFrom('entry').select('stored').execute());
    const line = rows
      .map(({ stored }) => Buffer.from(stored).toString('latin1'))
      .filter((text) => text.includes('"identity"'));
    expect(
      line.some((text) => kept.some(({ hash }) => text.includes(hash)) && text.includes(partner.practice.id)),
    ).toBe(true);
  });

  it('R26: ends with the word, comes back with the next, and with a fact that accepts it no more it is over at once', async () => {
    const brief = await visit(world, partner, { vouched: await word('high', 10 * MINUTE) });
    const sees = async (token: string) => (await world.call('directory', { token })).status;
    world.time.move(10 * MINUTE - 1);
    expect(await sees(brief.token)).toBe(200);
    world.time.move(1);
    expect(await sees(brief.token)).toBe(404);
    const touched = await knock(world, partner, { vouched: await word('high'), token: brief.token });
    const { token } = touched.json<{ token: string }>();
    expect(await sees(token)).toBe(200);
    await accepting();
    expect(await sees(token)).toBe(404);
    await accepting('high');
    expect(await sees(token)).toBe(200);
  });

  it('R25: a word that is not the agent’s, of another person or practice, from ahead, too long, over, or in no line opens no door', async () => {
    const good = await word('high');
    const { practice, running } = partner;
    const session = await partner.open(practice.nurse);
    const now = partner.time.clock();
    /** Any word, in a line of B's own log: a host that writes down what it should not. */
    const bent = async (bend: Partial<Assurance>, by: TestPerson = practice.agent): Promise<Vouched> => {
      const statement = await signStatement(wordOf(session, { ...bend, by: by.id }), by.signer);
      const said = {
        event: 'identity',
        action: 'E',
        class: 'session',
        outcome: 'success',
        actor: session.person.id,
      } as const;
      const line = await append(running.vault, {
        ...{ practice: practice.id, log: partner.log.origin, request: null, keys: [] },
        plan: async () => ({
          common: ownCommon(running.vault, practice.id, said),
          items: [item({ kind: 'object', object: statement.hash })],
        }),
      });
      // All lines under one checkpoint, the newest.
      const { memberships, batches, checkpoint } = (
        await partner.call('vouched', { token: session.token })
      ).json<Vouched>();
      return {
        memberships,
        batches,
        checkpoint,
        assurance: { statement: statementToWire(statement), line: proofOf(line) },
      };
    };
    const enter = async (vouched: Vouched) => (await knock(world, partner, { vouched })).status;
    expect(await enter(await bent({}))).toBe(200);
    const wrong = [
      await bent({}, practice.gp),
      await bent({}, practice.nurse),
      await bent({ person: practice.gp.id }),
      await bent({ practice: world.practice.id }),
      await bent({ at: plus(now, HOUR), until: plus(now, 2 * HOUR) }),
      await bent({ until: plus(now, 13 * HOUR) }),
      await bent({ at: plus(now, -2 * HOUR), until: plus(now, -HOUR) }),
      { ...good, assurance: { ...good.assurance!, line: good.memberships[0]!.line } },
    ];
    for (const vouched of wrong) expect(await enter(vouched)).toBe(404);
    expect(await enter(good)).toBe(200);
  });
});
