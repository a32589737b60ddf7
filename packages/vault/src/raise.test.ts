/** R14, R26: what recovery sheets do for a session where a practice asks for a sign-on (docs/identity.md, "The way back"), and what not. */

import { base64url, HOUR, MINUTE, newId, plus, systemRandom } from '@ketenkluis/base';
import { ENDPOINTS, type EndpointName, RAISE_LIFE, RAISE_WAITS } from '@ketenkluis/protocol';
import {
  type AssuranceLevel,
  hashOf,
  type Payload,
  signStatement,
  statementsToWire,
  statementToWire,
  suite,
} from '@ketenkluis/seal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  answerChallenge,
  entriesOf,
  laySheets,
  openChallenge,
  type Reply,
  raise,
  startTestWorld,
  type TestSession,
  type TestWorld,
} from './testing.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await startTestWorld();
  ask('high');
});
afterEach(() => world.close());

const ask = (level: AssuranceLevel | null) => {
  const levels = world.running.vault.assurance as unknown as Map<string, AssuranceLevel>;
  if (level === null) levels.clear();
  else levels.set(world.practice.id, level);
};
const said = ({ status, json }: Reply): string => (status === 200 ? 'done' : json<{ type: string }>().type);
const commitments = () => world.practice.authority.payload.recovery.commitments;
const claim = { class: 'session' } as const;
const lays = (who: TestSession, more?: object, shares?: readonly string[]) => laySheets(world, who, more, shares);
const opened = (who: TestSession, reply: Reply) => openChallenge(world, who, reply);
const confirm = (who: TestSession) => world.signed(who, 'session-confirm', {}, claim);
const proves = (who: TestSession, answer: Uint8Array) => answerChallenge(world, who, answer);
const lines = () => entriesOf(world);
const lastLine = async () => (await lines()).at(-1)!;

async function raised(who: TestSession): Promise<TestSession> {
  expect(said(await raise(world, who))).toBe('done');
  return who;
}

describe('a session raised by recovery sheets', () => {
  it('R14, R26: the line of the sheets first, then the answer, then a line that names it; the level stays low', async () => {
    const who = await world.open(world.practice.nurse);
    expect(said(await lays(who, {}))).toBe('vault/session-not-open');
    const reply = await lays(who);
    const sheets = await lastLine();
    expect(sheets.common).toMatchObject({ event: 'recovery', outcome: 'success', actor: who.person.id });
    expect(sheets.items.map(({ object }) => object)).toEqual(commitments().slice(0, 2));
    expect(said(await confirm(who))).toBe('vault/identity-needed');
    const proved = await proves(who, await opened(who, reply));
    expect(proved.json()).toMatchObject({ until: plus(world.time.clock(), RAISE_LIFE) });
    const line = await lastLine();
    expect(line.common).toMatchObject({ event: 'identity', outcome: 'success', actor: who.person.id });
    expect(line.items.map(({ object }) => object)).toEqual([sheets.common.requestHash]);
    const levels = await world.running.vault.storage.read((tx) => tx.selectFrom('session_level').selectAll().execute());
    expect(levels).toMatchObject([{ level: 'low', means: 'recovery', statement: null }]);
    expect(said(await confirm(who))).toBe('done');
    // Nothing of the answer is kept.
    const waiting = await world.running.vault.storage.read((tx) => tx.selectFrom('raising').selectAll().execute());
    expect(waiting).toEqual([]);
  });

  it('R26: reaches what it takes to change what is asked, for half an hour, and nothing else', async () => {
    const who = await raised(await world.open(world.practice.gp));
    // Those that are signed: lab/src/matrix/recovered.test.ts.
    const reads = (Object.keys(ENDPOINTS) as EndpointName[]).filter(
      (name) => ENDPOINTS[name].method === 'GET' && name !== 'vault-info' && !/[:*]/.test(ENDPOINTS[name].path),
    );
    for (const name of reads) {
      const answer = said(await world.call(name, { token: who.token }));
      // What lacks its query is refused for that.
      const wanted = 'recovered' in ENDPOINTS[name] ? /^done$/ : /^vault\/(identity-needed|bad-request)$/;
      expect([name, answer]).toEqual([name, expect.stringMatching(wanted)]);
    }
    const open = () => world.call('proposals', { token: who.token });
    expect(said(await open())).toBe('done');
    expect(said(await lays(who, {}))).toBe('done');
    world.time.move(14 * MINUTE);
    expect(said(await lays(who, {}))).toBe('done');
    world.time.move(14 * MINUTE);
    expect(said(await lays(who, {}))).toBe('done');
    world.time.move(2 * MINUTE - 1);
    expect(said(await open())).toBe('done');
    world.time.move(1);
    expect(said(await open())).toBe('vault/identity-needed');
  });

  it('R26, R34: what is said there is of people and keys; of a dossier nothing, not by the owners together', async () => {
    const who = await raised(await world.open(world.practice.gp));
    const { id, owners } = world.practice;
    const at = world.time.clock();
    const end: Payload<'withdrawal'> = {
      ...{ t: 'withdrawal', v: 1, suite: 1, practice: id, at },
      ...{ fact: newId('fact', systemRandom), dossier: newId('dossier', systemRandom) },
    };
    const statement = await signStatement(end, owners);
    const sent = { ...statementsToWire([statement]), wraps: [] };
    const people = (await world.running.vault.people.of(id))!.keys.position;
    const proposal = await signStatement(
      {
        ...{ t: 'proposal' as const, v: 1 as const, suite: 1, organisation: id, by: who.person.id, at, join: null },
        ...{
          until: plus(at, HOUR),
          people: { count: people.count, digest: people.digest! },
          statements: [statement.hash],
        },
      },
      who.person.signer,
    );
    const open = {
      proposal: statementToWire(proposal),
      statements: [statementToWire(statement)],
      wraps: [],
      names: [],
    };
    const asks = async () => [
      said(await world.signed(who, 'statements', sent, { class: 'admin' })),
      said(await world.signed(who, 'propose', open, { class: 'admin' })),
    ];
    expect(await asks()).toEqual(['vault/identity-needed', 'vault/identity-needed']);
    // The twin: where nothing is asked, it is judged for itself.
    ask(null);
    expect(await asks()).toEqual(['vault/conflict', 'vault/bad-statement']);
  });

  it('R26: of what waits for owners it is shown what is of people and keys; of a patient nothing, not their name', async () => {
    ask(null);
    const { id, gp, nurse } = world.practice;
    const who = await world.open(gp);
    const at = world.time.clock();
    const { count, digest } = (await world.running.vault.people.of(id))!.keys.position;
    const fact = { t: 'fact', v: 1, suite: 1, practice: id, from: at, until: plus(at, HOUR) } as const;
    const own: Payload<'fact'> = {
      ...{ ...fact, id: newId('fact', systemRandom), kind: 'own', as: 'patient', checked: 'document' },
      ...{ dossier: newId('dossier', systemRandom), team: newId('team', systemRandom) },
      ...{ person: newId('person', systemRandom), card: hashOf(new Uint8Array([1])) },
    };
    const membership: Payload<'fact'> = {
      ...{ ...fact, id: newId('fact', systemRandom), kind: 'membership', team: world.practice.gpTeam.id },
      ...{ person: nurse.id, until: null },
    };
    for (const payload of [own, membership]) {
      const statement = await signStatement(payload, gp.signer);
      const { hash } = statement;
      const proposal = {
        ...{ t: 'proposal' as const, v: 1 as const, suite: 1, organisation: id, by: gp.id, at, join: null },
        ...{ until: plus(at, HOUR), people: { count, digest: digest! }, statements: [hash] },
      };
      const open = {
        proposal: statementToWire(await signStatement(proposal, gp.signer)),
        ...{ statements: [statementToWire(statement)], wraps: [], names: [] },
      };
      expect((await world.signed(who, 'propose', open, { class: 'admin' })).json()).toMatchObject({ dossiers: [] });
    }
    const shown = async (session: TestSession) =>
      (await world.call('proposals', { token: session.token })).json<{ proposals: unknown[] }>().proposals.length;
    expect(await shown(who)).toBe(2);
    ask('high');
    for (const person of [gp, nurse])
      expect(await shown(await raised(await world.open(person)))).toBe(person === gp ? 1 : 0);
  });

  it('R26: vouches for nobody at a partner, whose vault opens on that word', async () => {
    const { id, gp, gpTeam } = world.practice;
    const who = await raised(await world.open(gp));
    const vouches = async () => {
      const at = world.time.clock();
      const daily: Payload<'fact'> = {
        ...{ t: 'fact', v: 1, suite: 1, kind: 'membership', id: newId('fact', systemRandom), practice: id },
        ...{ team: gpTeam.id, person: gp.id, from: at, until: plus(at, HOUR) },
      };
      const body = { ...statementsToWire([await signStatement(daily, gp.signer)]), wraps: [] };
      return said(await world.signed(who, 'statements', body, { class: 'admin' }));
    };
    expect(await vouches()).toBe('vault/identity-needed');
    // The twin: where nothing is asked the same word is taken.
    ask(null);
    expect(await vouches()).toBe('done');
  });

  it('R26: a sign-on outside takes its place', async () => {
    const who = await raised(await world.open(world.practice.nurse));
    const { agent, id } = world.practice;
    const at = world.time.clock();
    const word: Payload<'assurance'> = {
      ...{ t: 'assurance', v: 1, suite: 1, practice: id, person: who.person.id, session: who.session },
      ...{ level: 'high', means: 'dezi', by: agent.id, at, until: plus(at, HOUR) },
    };
    const assurance = statementToWire(await signStatement(word, agent.signer));
    expect(said(await world.signed(who, 'session-identity', { assurance }, claim))).toBe('done');
    expect(said(await world.call('me', { token: who.token }))).toBe('done');
  });
});

describe('R14: what raises nothing', () => {
  it('too few sheets, the same twice, others, or team keys before the answer: no challenge and no line', async () => {
    const who = await world.open(world.practice.gp);
    const [one, two] = commitments();
    const epoch = world.practice.nurseTeam.epoch.hash;
    const before = (await lines()).length;
    for (const [more, shares] of [
      [{ raise: true }, [one!]],
      [{ raise: true }, [one!, one!]],
      [{ raise: true }, [one!, hashOf(new Uint8Array([1]))]],
      [{ raise: true, epochs: [epoch] }, [one!, two!]],
      [{ raise: false }, [one!, two!]],
    ] as const)
      expect(said(await lays(who, more, shares))).toBe('vault/bad-request');
    expect((await lines()).length).toBe(before);
    expect(said(await confirm(who))).toBe('vault/identity-needed');
  });

  it('an agent, a session of whom nothing is asked, a session without keys', async () => {
    expect(said(await lays(await world.open(world.practice.agent)))).toBe('vault/not-allowed');
    const who = await world.open(world.practice.gp);
    const thief = { ...who, person: world.practice.nurse };
    expect(said(await lays(thief))).toBe('vault/request-refused');
    ask(null);
    expect(said(await lays(who))).toBe('vault/conflict');
  });

  it('a wrong answer uses the challenge up, and is one constant refusal and a line', async () => {
    const who = await world.open(world.practice.gp);
    const right = await opened(who, await lays(who));
    expect((await proves(who, new Uint8Array(32))).json()).toEqual({
      ...{ type: 'vault/refused', title: 'not available', status: 404 },
    });
    expect((await lastLine()).common).toMatchObject({ event: 'attempt', outcome: 'refused' });
    expect(said(await proves(who, right))).toBe('vault/refused');
    expect(said(await confirm(who))).toBe('vault/identity-needed');
    await raised(who);
  });

  it('an answer twice, of another session, of a challenge that another took the place of, or too late', async () => {
    const [who, other] = [await world.open(world.practice.gp), await world.open(world.practice.gp)];
    const right = await opened(who, await lays(who));
    expect(said(await proves(other, right))).toBe('vault/refused');
    const newer = await opened(who, await lays(who));
    expect(said(await proves(who, right))).toBe('vault/refused');
    expect(said(await proves(who, newer))).toBe('vault/refused');
    const third = await opened(who, await lays(who));
    expect(said(await proves(who, third))).toBe('done');
    expect(said(await proves(who, third))).toBe('vault/refused');
    const late = await opened(other, await lays(other));
    world.time.move(RAISE_WAITS);
    expect(said(await proves(other, late))).toBe('vault/refused');
    expect(said(await confirm(other))).toBe('vault/identity-needed');
  });

  it('sheets of a recovery key that the owners replaced meanwhile', async () => {
    const who = await world.open(world.practice.nurse);
    const owner = await raised(await world.open(world.practice.gp));
    const right = await opened(who, await lays(who));
    const { payload, hash } = world.practice.authority;
    const { publicKey } = await suite(1).kem.generate(world.running.vault.random);
    const recovery = { ...payload.recovery, kem: base64url(publicKey) };
    const next = { ...payload, number: 1, prev: hash, at: world.time.clock(), recovery };
    const body = { ...statementsToWire([await signStatement(next, world.practice.owners)]), wraps: [] };
    expect(said(await world.signed(owner, 'statements', body, { class: 'admin' }))).toBe('done');
    expect(said(await proves(who, right))).toBe('vault/refused');
  });
});
