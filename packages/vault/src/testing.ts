/**
 * A tiny practice with real keys for tests: two owners (a GP and a trustee), a nurse, an agent with its mandate, two teams, and
 * what each of them would send. Nothing here runs in production. Exported at `@ketenkluis/vault/testing`.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Bytes,
  base64url,
  canonicalJson,
  newId,
  type OrganisationId,
  type SessionId,
  systemRandom,
} from '@ketenkluis/base';
import { ENDPOINTS, type EndpointName, sessionProofBytes } from '@ketenkluis/protocol';
import {
  type Hash,
  hashOf,
  type Payload,
  type RequestClass,
  type Statement,
  sealTo,
  signStatement,
  statementsToWire,
  statementToWire,
} from '@ketenkluis/seal';
import { createVault, type RunningVault, type VaultOptions } from './start.ts';
import { type FakeClock, fakeClock, type TestPerson, type TestPractice, testPractice } from './testing/practice.ts';

const SUITE = { v: 1 as const, suite: 1 };

export const ORIGIN = 'http://praktijk.localhost:8443';
export const BOOTSTRAP = 'bootstrap-token-for-tests';
export interface Reply {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly text: string;
  json<T = Record<string, unknown>>(): T;
}
export interface TestSession {
  readonly person: TestPerson;
  readonly session: SessionId;
  readonly token: string;
  /** Of a partner's person: their own organisation. */
  readonly organisation?: OrganisationId;
}
export type RequestFields = Partial<Omit<Payload<'request'>, 'body'>> & { readonly class: RequestClass };

export interface TestWorld {
  readonly dir: string;
  readonly time: FakeClock;
  readonly running: RunningVault;
  readonly practice: TestPractice;
  /** Log origin and key, as they came with the practice's birth. */
  readonly log: { readonly origin: string; readonly key: string };
  path(name: EndpointName, practice?: string): string;
  call(
    name: EndpointName,
    options?: {
      readonly token?: string;
      readonly body?: unknown;
      readonly bytes?: { readonly type: string; readonly body: Bytes };
      readonly practice?: string;
      readonly query?: string;
      readonly headers?: Record<string, string>;
    },
  ): Promise<Reply>;
  /** Opens a session with the person's own key. */
  open(person: TestPerson): Promise<TestSession>;
  /** A request statement of this session over these bytes. */
  request(who: TestSession, name: EndpointName, body: Uint8Array, fields: RequestFields): Promise<Statement<'request'>>;
  /** Sends `{request, body}`. */
  signed(who: TestSession, name: EndpointName, body: unknown, fields: RequestFields): Promise<Reply>;
  /** A sealed annex for the log officer and its hash. */
  annex(): Promise<{ readonly text: string; readonly hash: Hash }>;
  /** Stops the vault and removes its folder; `running.stop()` leaves the folder. */
  close(): Promise<void>;
}

let counter = 0;

const runIn = (dir: string, time: FakeClock, options: Partial<VaultOptions> = {}): Promise<RunningVault> =>
  createVault({
    origins: [ORIGIN],
    bootstrapToken: BOOTSTRAP,
    clock: time.clock,
    steady: time.steady,
    limits: { perMinute: 1_000_000, strictPerMinute: 1_000_000 },
    ...options,
    dir,
  });

export async function startTestWorld(
  options: Partial<VaultOptions> & { readonly time?: FakeClock; readonly days?: number } = {},
): Promise<TestWorld> {
  const { time = fakeClock(), days, ...more } = options;
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'ketenkluis-vault-'));
  const running = await runIn(dir, time, more);
  const { keys } = running.vault;
  const holder = { id: keys.id, sign: keys.signer.publicKey, kem: keys.kemPublic };
  const practice = await testPractice(time.clock(), holder, undefined, days);
  const world = worldOn({ dir, time, running, practice, log: { origin: '', key: '' } });
  const { statements, batches } = statementsToWire(practice.statements);
  const born = await world.call('practice-create', {
    token: BOOTSTRAP,
    body: { statements, batches, wraps: practice.wraps.map((bytes) => base64url(bytes)) },
  });
  if (born.status !== 200) throw new Error(`the practice was not born: ${born.text}`);
  return { ...world, log: born.json<{ log: TestWorld['log'] }>().log };
}

/** The same practice on a copy of its vault's folder, by a clock of its own. */
export async function reopenTestWorld(of: TestWorld, dir: string, time: FakeClock): Promise<TestWorld> {
  return worldOn({ dir, time, running: await runIn(dir, time), practice: of.practice, log: of.log });
}

function worldOn(of: Pick<TestWorld, 'dir' | 'time' | 'running' | 'practice' | 'log'>): TestWorld {
  const { dir, time, running, practice } = of;
  const path: TestWorld['path'] = (name, of = practice.id) => {
    const { path: tail } = ENDPOINTS[name];
    return tail.startsWith('/v1') ? tail : `/v1/practices/${of}${tail}`;
  };
  const call: TestWorld['call'] = async (name, { token, body, bytes, practice: of, query, headers } = {}) => {
    const reply = await running.app.inject({
      method: ENDPOINTS[name].method,
      url: `${path(name, of)}${query ?? ''}`,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(bytes ? { 'content-type': bytes.type } : body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(bytes ? { payload: Buffer.from(bytes.body) } : body === undefined ? {} : { payload: JSON.stringify(body) }),
    });
    return {
      status: reply.statusCode,
      headers: reply.headers,
      text: reply.body,
      json: <T>() => JSON.parse(reply.body) as T,
    };
  };
  const open: TestWorld['open'] = async (person) => {
    const { challenge } = (await call('challenge')).json<{ challenge: string }>();
    const message = sessionProofBytes(ORIGIN, practice.id, challenge, person.id);
    const signature = base64url(await person.signer.sign(message));
    const reply = await call('session-open', { body: { by: 'key', challenge, person: person.id, signature } });
    const { session, token } = reply.json<{ session: SessionId; token: string }>();
    if (reply.status !== 200) throw new Error(`no session: ${reply.text}`);
    return { person, session, token };
  };
  const request: TestWorld['request'] = (who, name, body, fields) =>
    signStatement(
      {
        t: 'request' as const,
        ...SUITE,
        id: newId('request', systemRandom),
        practice: practice.id,
        audience: ORIGIN,
        person: who.person.id,
        organisation: who.organisation ?? practice.id,
        device: null,
        session: who.session,
        action: name,
        at: time.clock(),
        counter: ++counter,
        items: [],
        annex: null,
        declared: false,
        checkpoint: null,
        ...fields,
        body: hashOf(body as Bytes),
      },
      who.person.signer,
    );
  const world: TestWorld = {
    ...of,
    path,
    call,
    open,
    request,
    async signed(who, name, body, fields) {
      const statement = await request(who, name, canonicalJson(body), fields);
      return call(name, { token: who.token, body: { request: statementToWire(statement), body } });
    },
    async annex() {
      const plain = canonicalJson({ v: 1, role: 'test' });
      const sealed = await sealTo(practice.officerTeam.publicKey, 'annex', plain);
      return { text: base64url(sealed), hash: hashOf(sealed) };
    },
    close: async () => {
      await running.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  return world;
}

export { append, item, ownCommon } from './lines.ts';
export { erasedOf } from './retention.ts';
export * from './testing/delivery.ts';
export * from './testing/demand.ts';
export * from './testing/partner.ts';
export * from './testing/passkey.ts';
export * from './testing/practice.ts';
export * from './testing/raise.ts';
export * from './testing/time.ts';
export * from './testing/witnesses.ts';
