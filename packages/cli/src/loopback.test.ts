/** R26: a command signs on outside (docs/identity.md, "At the command line"): at a real desk, with a provider of this machine. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type IdentityDesk,
  identityDesk,
  linkIdentity,
  nodeFetch,
  nodeSigner,
  oidcAdapter,
  openIdentityDoor,
  readIdentityConfig,
  staffOf,
} from '@ketenkluis/agent';
import { makeWorld, type World } from '@ketenkluis/agent/testing';
import { type TestIssuer, testIssuer } from '@ketenkluis/agent/testing/outside';
import { fromBase64url, newId, systemRandom } from '@ketenkluis/base';
import { type Fetch, memoryStorage, openList, type Session } from '@ketenkluis/client';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { demand } from './demand.ts';
import type { Enter } from './enter.ts';
import { loopbackIdentity } from './loopback.ts';

const WORKPLACE = 'https://werkplek.example';
const [GP, SECOND] = ['A. de Eerste', 'B. de Tweede'];

/** Named in the demand, listed by the desk, and gone. */
const GONE = { means: 'dezi', name: 'Dezi', issuer: 'https://dezi.example', loopback: true };

let world: World;
let issuer: TestIssuer;
let allowed = true;
let desk: Awaited<ReturnType<typeof openIdentityDoor>>;
let origin: string;
/** The same, where no means allows a command. */
let shut: IdentityDesk;
const net = nodeFetch();
const why: string[] = [];

beforeAll(async () => {
  world = await makeWorld(1, 3);
  await world.enrol();
  await world.sync();
  issuer = await testIssuer();
  const { register } = world.init.state;
  const deskWith = (loopback: boolean) =>
    identityDesk({
      ...{ practice: register.practice.organisation, ura: register.practice.ura },
      ...{ personOf: staffOf(register), roles: {} },
      adapters: [oidcAdapter(issuer.oidc({ loopback, name: 'Praktijkaccount' }), world.clock.clock)],
      agent: nodeSigner({ by: register.agent.person, seed: fromBase64url(register.agent.sign) }),
      ...{ clock: world.clock.clock, random: systemRandom },
    });
  for (const [i, name] of ['medewerker-1', 'medewerker-2', 'medewerker-3'].entries())
    linkIdentity(register, world.init.people[i]!.keys.person, issuer.url, name);
  const made = deskWith(true);
  shut = deskWith(false);
  const settings = () => made.means().map(({ loopback, ...one }) => (allowed ? { ...one, loopback: loopback! } : one));
  desk = await openIdentityDoor({
    ...{ desk: { ...made, means: settings }, origins: [WORKPLACE], host: '127.0.0.1', port: 0 },
    refused: (word) => why.push(word),
  });
  origin = `http://127.0.0.1:${desk.port}`;
  const enter: Enter = async (name) => {
    const session = await world.signIn(name);
    return { session, close: () => session.close() };
  };
  const asked = { desk: origin, way: [`oidc=${issuer.url}`, `dezi=${GONE.issuer}`], staff: 'high', patients: 'none' };
  expect((await demand({ person: GP, second: [SECOND], ...asked }, enter)).failed).toBe(false);
});
afterAll(async () => {
  net.close();
  await desk.close();
  await issuer.close();
  await world.close();
});
afterEach(() => {
  allowed = true;
  why.length = 0;
  Object.assign(issuer, { subject: 'medewerker-1', stops: false });
});

const problem = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'it went through';
  } catch (error) {
    const { code, detail } = error as { code: string; detail?: { problem?: string } };
    return detail?.problem ?? code;
  }
};
/** Whoever runs the command does this with the address that it prints; `life` as the command waits. */
async function runs(does: (address: string) => Promise<unknown>, more: { fetch?: Fetch; life?: number } = {}) {
  const said: string[] = [];
  const done: Promise<unknown>[] = [];
  const say = (line: string) => {
    said.push(line);
    const address = /https?:\S+$/.exec(line)?.[0];
    if (address !== undefined) done.push(does(address));
  };
  const entered = world.signIn(GP, memoryStorage(), loopbackIdentity({ fetch: net.fetch, say, ...more }));
  const session = await entered.then(
    (one): Session => one,
    (error: unknown) => error as Error,
  );
  await Promise.allSettled(done);
  return { session, said };
}
const opened = async ({ session }: Awaited<ReturnType<typeof runs>>) => {
  if (session instanceof Error) throw session;
  return (await openList(session, 'worklist')).content;
};
const portOf = (address: string) => Number(new URL(new URL(address).searchParams.get('redirect_uri')!).port);

it('R26: prints where to sign on, takes the answer on this machine, and the session is whole', async () => {
  expect(await problem(world.signIn(GP))).toBe('vault/identity-needed');
  let page: Response | undefined;
  let port = 0;
  const ran = await runs(async (address) => {
    port = portOf(address);
    page = await fetch(address);
  });
  expect(await opened(ran)).toBeDefined();
  expect(ran.said[1]).toContain(`Praktijkaccount (${new URL(issuer.url).host})`);
  expect(await page!.text()).toMatch(/U kunt dit venster sluiten.*You can close this window/);
  expect(Object.fromEntries(page!.headers)).toMatchObject({
    ...{ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff' },
    'content-security-policy': expect.stringMatching(/^default-src 'none'/),
  });
  // One answer, and nobody listens there any more.
  await expect(fetch(`http://127.0.0.1:${port}/aangemeld`)).rejects.toThrow('fetch failed');
});

it('R26: anything but that answer changes nothing: another path, method, host or state', async () => {
  const got: number[] = [];
  const ran = await runs(async (address) => {
    const port = portOf(address);
    const state = new URL(address).searchParams.get('state')!;
    const at = `http://127.0.0.1:${port}`;
    for (const [path, init] of [
      ['/', {}],
      [`/elders?code=1&state=${state}`, {}],
      ['/aangemeld?code=1&state=x', {}],
      [`/aangemeld?state=${state}`, {}],
      [`/aangemeld?code=1&state=${state}`, { method: 'POST' }],
    ] as const)
      got.push((await fetch(`${at}${path}`, init)).status);
    // A page that calls this machine by a name of its own.
    const rebound = `http://rebound.localhost:${port}/aangemeld?code=1&state=${state}`;
    got.push((await net.fetch(rebound, { method: 'GET', headers: {} })).status);
    await fetch(address);
  });
  expect(got).toEqual([404, 404, 404, 404, 404, 404]);
  expect(await opened(ran)).toBeDefined();
});

it('a desk that lets no command in, and one from before: the setting is named, and nothing is printed', async () => {
  allowed = false;
  const { session, said } = await runs(async () => undefined);
  expect(session).toMatchObject({ code: 'cli/no-sign-on', message: expect.stringContaining('"loopback": true') });
  expect(said).toEqual([]);
});

it('the door: a browser is not told of it and begins none, and who has no origin begins nothing else', async () => {
  const ask = async (path: string, headers: Record<string, string>, body?: unknown) => {
    const posts = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const type = { 'content-type': 'application/json' };
    return await fetch(`${origin}/identity/${path}`, { ...posts, headers: { ...type, ...headers } });
  };
  const begin = { means: 'oidc', person: `per_${'a'.repeat(26)}`, session: `ses_${'a'.repeat(26)}` };
  expect(JSON.stringify(await (await ask('means', { origin: WORKPLACE })).json())).not.toContain('loopback');
  expect(JSON.stringify(await (await ask('means', {})).json())).toContain('"loopback":true');
  expect((await ask('begin', {}, { ...begin, port: 50_000 })).status).toBe(200);
  expect((await ask('begin', { origin: WORKPLACE }, begin)).status).toBe(200);
  expect((await ask('begin', { origin: WORKPLACE }, { ...begin, port: 50_000 })).status).toBe(403);
  expect((await ask('begin', { origin: 'https://evil.example' }, { ...begin, port: 50_000 })).status).toBe(403);
  expect((await ask('begin', {}, begin)).status).toBe(403);
  expect((await ask('begin', {}, { ...begin, port: 80 })).status).toBe(403);
  expect((await ask('begin', {}, { ...begin, means: 'eid', phone: true, port: 50_000 })).status).toBe(403);
  allowed = false;
  expect((await ask('means', {})).status).toBe(403);
  const [person, session] = [newId('person', systemRandom), newId('session', systemRandom)];
  const begun = shut.begin({ means: 'oidc', person, session, port: 50_000 });
  await expect(begun).rejects.toMatchObject({ detail: { why: 'flow' } });
});

it('R26: somebody who stops, or does not come, or is somebody else opens nothing', async () => {
  issuer.stops = true;
  expect((await runs((address) => fetch(address))).session).toMatchObject({ code: 'cli/stopped' });
  issuer.stops = false;
  expect((await runs(async () => undefined, { life: 1 })).session).toMatchObject({ code: 'cli/too-late' });
  issuer.subject = 'medewerker-3';
  expect((await runs((address) => fetch(address))).session).toMatchObject({ code: 'client/desk-refused' });
  expect(why).toEqual(['other-person']);
});

const answering =
  (change: (path: string, json: Record<string, unknown>) => unknown): Fetch =>
  async (url, init) => {
    const answered = await net.fetch(url, init);
    if (answered.status !== 200) return answered;
    const json = JSON.parse(Buffer.from(await answered.arrayBuffer()).toString()) as Record<string, unknown>;
    const bytes = new TextEncoder().encode(JSON.stringify(change(new URL(url).pathname, json)));
    return { ...answered, arrayBuffer: async () => bytes.buffer };
  };

it('R26: of two providers one is enough: where the other is away it is said, and where both are nothing opens', async () => {
  const beside = (own: readonly unknown[]) =>
    answering((path, json) => (path.endsWith('means') ? { means: [GONE, ...own] } : json));
  const { means } = (await (await fetch(`${origin}/identity/means`)).json()) as { means: readonly unknown[] };
  const ran = await runs((address) => fetch(address), { fetch: beside(means) });
  expect(await opened(ran)).toBeDefined();
  expect(ran.said).toHaveLength(3);
  expect(ran.said[0]).toContain(GONE.name);
  const none = await runs(async () => expect.unreachable('an address was printed'), { fetch: beside([]) });
  expect(none.session).toMatchObject({ code: 'client/desk-refused' });
  // What was asked of the one that is away.
  expect(why).toEqual(['flow', 'flow']);
});

it('R26: the demand holds: no issuer that it does not name, and no desk that leads back elsewhere', async () => {
  const other = answering((path, json) =>
    path.endsWith('means')
      ? { means: [{ means: 'oidc', name: 'X', issuer: 'https://x.example', loopback: true }] }
      : json,
  );
  const away = answering((path, json) =>
    path.endsWith('begin')
      ? { ...json, url: String(json.url).replace(/127\.0\.0\.1%3A\d+%2Faangemeld/, 'x.example') }
      : json,
  );
  const never = async () => expect.unreachable('an address was printed');
  expect((await runs(never, { fetch: other, life: 1 })).session).toMatchObject({ code: 'cli/no-sign-on' });
  expect((await runs(never, { fetch: away, life: 1 })).session).toMatchObject({ code: 'client/desk-away' });
});

it('the setting is of who works here: a desk whose patients could sign on from a command does not start', async () => {
  const file = join(world.dir, 'desk.json');
  const of = issuer.oidc();
  const read = async (settings: object) => {
    writeFileSync(file, JSON.stringify(settings));
    return await readIdentityConfig(file);
  };
  const means = { ...of, loopback: true };
  expect((await read({ oidc: means })).oidc).toMatchObject({ loopback: true });
  expect((await read({ oidc: of })).oidc).not.toHaveProperty('loopback');
  expect(await problem(read({ eid: means }))).toBe('agent/bad-identity');
  expect(await problem(read({ oidc: { ...means, loopback: 'yes' } }))).toBe('agent/bad-identity');
});
