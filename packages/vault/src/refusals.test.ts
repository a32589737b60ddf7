import { newId, systemRandom } from '@ketenkluis/base';
import { ENDPOINTS, type EndpointName } from '@ketenkluis/protocol';
import { statementToWire } from '@ketenkluis/seal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  deliverAll,
  enrol,
  look,
  newDossier,
  type Reply,
  startTestWorld,
  type TestDossier,
  type TestSession,
  type TestWorld,
} from './testing.ts';

const CONSTANT = '{"type":"vault/refused","title":"not available","status":404}';
let world: TestWorld;
let dossier: TestDossier;
let nurse: TestSession;
beforeAll(async () => {
  world = await startTestWorld();
  const agent = await world.open(world.practice.agent);
  nurse = await world.open(world.practice.nurse);
  dossier = newDossier();
  expect((await deliverAll(world, agent, (await enrol(world, dossier)).into)).status).toBe(200);
});
afterAll(() => world.close());

/** Everything but the date and the request id. */
const shape = ({ status, headers, text }: Reply) => {
  const { date: _date, 'x-request-id': _id, ...rest } = headers;
  return JSON.stringify({ status, headers: rest, text });
};
const unknown = () => newId('organisation', systemRandom);

describe('R22: outsiders', () => {
  const guarded = Object.entries(ENDPOINTS)
    .filter(
      ([, { path }]) =>
        !path.startsWith('/v1') &&
        !['/challenges', '/sessions'].includes(path) &&
        !path.includes(':') &&
        !path.includes('*'),
    )
    .map(([name]) => name as EndpointName);

  it('get one refusal, byte for byte, at every endpoint, whatever exists', async () => {
    const body = { request: { header: 'AA', proof: { sigs: [] } }, body: {} };
    const shapes = new Set<string>();
    for (const name of guarded) {
      const options = ENDPOINTS[name].method === 'POST' ? { body } : {};
      shapes.add(shape(await world.call(name, options)));
      shapes.add(shape(await world.call(name, { ...options, token: 'A'.repeat(43) })));
      shapes.add(shape(await world.call(name, { ...options, practice: unknown() })));
      shapes.add(shape(await world.call(name, { ...options, practice: 'no-id-at-all', token: nurse.token })));
      shapes.add(shape(await world.call(name, { ...options, practice: unknown(), token: nurse.token })));
    }
    expect(shapes.size).toBe(1);
    expect([...shapes][0]).toContain(JSON.stringify(CONSTANT).slice(1, -1));
  });

  it('learn nothing about a dossier from a signed request with a stale token', async () => {
    const make = async (target: TestDossier) => {
      const items = [{ dossier: target.id, handle: target.handles[0]!, facts: [] }];
      const request = await world.request(nurse, 'release', new Uint8Array(), { class: 'look', items });
      return shape(
        await world.call('release', {
          token: 'B'.repeat(43),
          body: { request: statementToWire(request), body: { annex: null } },
        }),
      );
    };
    expect(await make(dossier)).toBe(await make(newDossier()));
  });

  it('do the same storage work for a practice that is here and one that is not', async () => {
    const counts: number[] = [];
    const { storage } = world.running.vault;
    const { read, one } = storage;
    for (const practice of [world.practice.id, unknown()]) {
      let count = 0;
      Object.assign(storage, {
        read: <T>(work: Parameters<typeof read<T>>[0]) => {
          count++;
          return read(work);
        },
        one: (...asked: Parameters<typeof one>) => {
          count++;
          return one(...asked);
        },
      });
      await world.call('me', { practice, token: 'A'.repeat(43) });
      counts.push(count);
    }
    Object.assign(storage, { read, one });
    expect(counts[0]).toBe(counts[1]);
    expect(counts[0]).toBeGreaterThan(0);
  });

  it('get a challenge for any practice, and one refusal when they cannot answer it', async () => {
    const shapes = new Set<string>();
    for (const practice of [world.practice.id, unknown()]) {
      const { challenge } = (await world.call('challenge', { practice })).json<{ challenge: string }>();
      const person = practice === world.practice.id ? world.practice.nurse.id : newId('person', systemRandom);
      shapes.add(
        shape(
          await world.call('session-open', {
            practice,
            body: { by: 'key', challenge, person, signature: 'A'.repeat(86) },
          }),
        ),
      );
      const device = newId('device', systemRandom);
      shapes.add(
        shape(
          await world.call('session-open', {
            practice,
            body: { by: 'device', challenge, device, signature: 'A'.repeat(86) },
          }),
        ),
      );
    }
    expect(shapes.size).toBe(1);
  });

  it('R22: a malformed signature is refused like a wrong one, whoever is named', async () => {
    const shapes = new Set<string>();
    for (const signature of [
      'A'.repeat(86),
      'A'.repeat(85),
      'B'.repeat(86),
      '',
      '====',
      `${'A'.repeat(86)}AA`,
      'é',
      '../..',
    ])
      for (const person of [world.practice.nurse.id, newId('person', systemRandom)]) {
        const { challenge } = (await world.call('challenge')).json<{ challenge: string }>();
        shapes.add(shape(await world.call('session-open', { body: { by: 'key', challenge, person, signature } })));
      }
    expect(shapes.size).toBe(1);
    expect([...shapes][0]).toContain('404');
  });

  it('cannot tell an invitation that is not there from a route that is not there', async () => {
    const url = (path: string) => world.running.app.inject({ method: 'GET', url: path });
    const answers = [
      await url(`/v1/practices/${world.practice.id}/invitations/${newId('invitation', systemRandom)}`),
      await url(`/v1/practices/${unknown()}/invitations/nonsense`),
      await url(`/v1/practices/${world.practice.id}/nothing`),
    ];
    expect(new Set(answers.map((answer) => answer.body))).toEqual(new Set([CONSTANT]));
    expect(new Set(answers.map((answer) => answer.statusCode))).toEqual(new Set([404]));
  });

  it('R22: a person whose card has ended is an outsider at once, with a session or without', async () => {
    const guest = await startTestWorld();
    const session = await guest.open(guest.practice.nurse);
    const gp = await guest.open(guest.practice.gp);
    const ended = await guest.practice.card(guest.practice.nurse, 'professional', 1, guest.time.clock());
    const reply = await guest.signed(
      gp,
      'statements',
      { statements: [statementToWire(ended)], batches: [], wraps: [] },
      { class: 'admin' },
    );
    expect(reply.status).toBe(200);
    const refused = await guest.call('me', { token: session.token });
    expect(shape(refused)).toBe(shape(await guest.call('me', { token: 'A'.repeat(43), practice: unknown() })));
    await guest.close();
  });
});

describe('R22: people of the practice are told', () => {
  it('why, per item', async () => {
    const stranger = newDossier();
    const reply = await look(world, nurse, [
      { dossier: dossier.id, handle: dossier.handles[0]! },
      { dossier: dossier.id, handle: stranger.handles[0]! },
      { dossier: stranger.id, handle: stranger.handles[0]! },
      { dossier: stranger.id, handle: dossier.handles[0]! },
    ]);
    const { results } = reply.json<{ results: { outcome: string; reason?: string }[] }>();
    expect(results.map(({ outcome, reason }) => reason ?? outcome)).toEqual([
      'permit',
      'unknown',
      'no-enrolment',
      'no-enrolment',
    ]);
    const gp = await world.open(world.practice.gp);
    const other = await look(world, gp, [{ dossier: dossier.id, handle: dossier.handles[0]! }]);
    expect(other.json<{ results: { reason: string }[] }>().results[0]).toMatchObject({
      outcome: 'deny',
      reason: 'no-relation',
    });
  });
});
