/** R25, R26: the level of a session, what raises it, and what a practice may ask for. */

import { HOUR, MINUTE, newId, plus, systemRandom } from '@ketenkluis/base';
import { SESSION_LIFE } from '@ketenkluis/protocol';
import { type Assurance, type AssuranceLevel, type Statement, signStatement, statementToWire } from '@ketenkluis/seal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fsck } from './fsck.ts';
import { startTestWorld, type TestPerson, type TestSession, type TestWorld, testPerson } from './testing.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await startTestWorld();
});
afterEach(() => world.close());

/** As the vault's configuration would say for this practice, whose id is not known before it is born. */
const ask = (level: AssuranceLevel) =>
  (world.running.vault.assurance as unknown as Map<string, AssuranceLevel>).set(world.practice.id, level);

const wordOf = (who: TestSession, bend: Partial<Assurance> = {}): Assurance => ({
  t: 'assurance',
  v: 1,
  suite: 1,
  practice: world.practice.id,
  person: who.person.id,
  session: who.session,
  level: 'high',
  means: 'dezi',
  by: world.practice.agent.id,
  at: world.time.clock(),
  until: plus(world.time.clock(), HOUR),
  ...bend,
});
const given = (who: TestSession, statement: Statement) =>
  world.signed(who, 'session-identity', { assurance: statementToWire(statement) }, { class: 'session' });
const identify = async (who: TestSession, bend: Partial<Assurance> = {}, signer: TestPerson = world.practice.agent) =>
  given(who, await signStatement(wordOf(who, bend), signer.signer));
const confirm = (who: TestSession) => world.signed(who, 'session-confirm', {}, { class: 'session' });
const me = async (who: TestSession) => (await world.call('me', { token: who.token })).json<{ type?: string }>().type;
const levels = () =>
  world.running.vault.storage.read((tx) => tx.selectFrom('session_level').selectAll().orderBy('at').execute());

describe('the level of a session', () => {
  it('R26: is stored with every session, with the means that gave it', async () => {
    const who = await world.open(world.practice.nurse);
    expect(await levels()).toMatchObject([{ session: who.session, level: 'low', means: 'key', until: null }]);
    expect((await identify(who, { level: 'substantial', means: 'oidc' })).json()).toEqual({
      session: who.session,
      level: 'substantial',
      until: plus(world.time.clock(), HOUR),
    });
    expect(await levels()).toMatchObject([{ session: who.session, level: 'substantial', means: 'oidc' }]);
  });

  it('R38: the line of it names the signed word by its hash', async () => {
    const who = await world.open(world.practice.nurse);
    const word = await signStatement(wordOf(who), world.practice.agent.signer);
    expect((await given(who, word)).status).toBe(200);
    const { storage } = world.running.vault;
    const rows = await storage.read((tx) => tx.selectFrom('entry').select('stored').orderBy('idx', 'desc').execute());
    const text = Buffer.from(rows[0]!.stored).toString('latin1');
    expect(text).toContain('"identity"');
    expect(text).toContain(word.hash);
    const kept = await storage.read((tx) =>
      tx.selectFrom('statement').select(['hash', 'directory']).where('type', '=', 'assurance').execute(),
    );
    expect(kept).toEqual([{ hash: word.hash, directory: 0 }]);
    await world.running.stop();
    expect((await fsck(world.dir)).ok).toBe(true);
  });

  it('R26: a practice that asks for nothing opens as before', async () => {
    const who = await world.open(world.practice.nurse);
    expect(await me(who)).toBeUndefined();
    ask('low');
    expect(await me(who)).toBeUndefined();
  });

  it('R26: a practice that asks for high opens nothing below it, and says what to do', async () => {
    ask('high');
    const who = await world.open(world.practice.nurse);
    expect(await me(who)).toBe('vault/session-not-open');
    // Where to sign on is told before anything opens, to this session and to nobody without one; one that waits for a touch waits.
    const desks = world.running.vault.desks as unknown as Map<string, string>;
    const told = async (token?: string) => (await world.call('desk', token === undefined ? {} : { token })).json();
    expect(await told(who.token)).toEqual({ origin: null, level: 'high', citizen: false });
    desks.set(world.practice.id, 'https://balie.example');
    expect(await told(who.token)).toMatchObject({ origin: 'https://balie.example' });
    expect(await told()).toMatchObject({ type: 'vault/refused', status: 404 });
    expect(await told((await world.open(world.practice.agent)).token)).toMatchObject({ level: null, citizen: false });
    expect((await confirm(who)).json()).toMatchObject({ type: 'vault/identity-needed', status: 403, detail: 'high' });
    expect((await identify(who, { level: 'substantial' })).status).toBe(200);
    expect((await confirm(who)).json()).toMatchObject({ type: 'vault/identity-needed' });
    expect((await identify(who)).status).toBe(200);
    expect((await confirm(who)).json()).toMatchObject({ stage: 'open' });
    expect(await me(who)).toBeUndefined();
  });

  it('R26: counts from the next request on when the practice asks for more', async () => {
    const who = await world.open(world.practice.nurse);
    expect(await me(who)).toBeUndefined();
    ask('substantial');
    expect(await me(who)).toBe('vault/identity-needed');
    await identify(who, { level: 'substantial' });
    expect(await me(who)).toBeUndefined();
  });

  it('R26: ends with the word, not later', async () => {
    ask('high');
    const who = await world.open(world.practice.nurse);
    await identify(who, { until: plus(world.time.clock(), 5 * MINUTE) });
    await confirm(who);
    world.time.move(5 * MINUTE - 1);
    expect(await me(who)).toBeUndefined();
    world.time.move(1);
    expect(await me(who)).toBe('vault/identity-needed');
    expect((await confirm(who)).json()).toMatchObject({ type: 'vault/identity-needed' });
  });

  it('asks no program who it is', async () => {
    ask('high');
    expect(await me(await world.open(world.practice.agent))).toBeUndefined();
  });
});

describe('R25: a word that does not hold', () => {
  const REFUSAL = { type: 'vault/refused', title: 'not available', status: 404 };
  const bends: readonly (readonly [string, (who: TestSession) => Promise<Partial<Assurance>>])[] = [
    ['of another person', async () => ({ person: world.practice.gp.id })],
    ['for another session', async () => ({ session: (await world.open(world.practice.nurse)).session })],
    ['for another practice', async () => ({ practice: newId('organisation', systemRandom) })],
    [
      'from yesterday',
      async () => ({ at: plus(world.time.clock(), -24 * HOUR), until: plus(world.time.clock(), HOUR) }),
    ],
    ['from three minutes ago', async () => ({ at: plus(world.time.clock(), -3 * MINUTE) })],
    ['from tomorrow', async () => ({ at: plus(world.time.clock(), 3 * MINUTE) })],
    ['that has ended', async () => ({ until: world.time.clock() })],
    ['for longer than a session lives', async () => ({ until: plus(world.time.clock(), SESSION_LIFE + 1) })],
    ['in the name of somebody else', async () => ({ by: world.practice.gp.id })],
  ];

  it.each(bends)('%s is one constant refusal, and raises nothing', async (_name, bend) => {
    ask('high');
    const who = await world.open(world.practice.nurse);
    const reply = await identify(who, await bend(who));
    expect(reply.json()).toEqual(REFUSAL);
    expect((await confirm(who)).json()).toMatchObject({ type: 'vault/identity-needed' });
    expect((await levels()).every(({ level }) => level === 'low')).toBe(true);
  });

  it('signed by the person herself, an owner, or an agent that nobody knows', async () => {
    ask('high');
    const who = await world.open(world.practice.nurse);
    for (const person of [world.practice.nurse, world.practice.gp, await testPerson()]) {
      expect((await identify(who, { by: person.id }, person)).json()).toEqual(REFUSAL);
      expect((await identify(who, {}, person)).json()).toEqual(REFUSAL);
    }
  });

  it('another statement, or noise, in its place', async () => {
    ask('high');
    const who = await world.open(world.practice.nurse);
    expect((await given(who, world.practice.mandate)).json()).toEqual(REFUSAL);
    const noise = { ...statementToWire(await signStatement(wordOf(who), world.practice.agent.signer)), header: 'AAAA' };
    const reply = await world.signed(who, 'session-identity', { assurance: noise }, { class: 'session' });
    expect(reply.json()).toEqual(REFUSAL);
  });

  it('is used once', async () => {
    const who = await world.open(world.practice.nurse);
    const word = await signStatement(wordOf(who), world.practice.agent.signer);
    expect((await given(who, word)).status).toBe(200);
    expect((await given(who, word)).json()).toEqual(REFUSAL);
  });

  it("needs the person's own signature on the request that brings it", async () => {
    const who = await world.open(world.practice.nurse);
    const word = await signStatement(wordOf(who), world.practice.agent.signer);
    const thief = { ...who, person: world.practice.gp };
    const reply = await world.signed(
      thief,
      'session-identity',
      { assurance: statementToWire(word) },
      { class: 'session' },
    );
    expect(reply.json()).toMatchObject({ type: 'vault/request-refused' });
    expect(await levels()).toMatchObject([{ level: 'low' }]);
  });
});
