/**
 * A tiny practice with real keys for tests: two owners (a GP and a trustee), a nurse, an agent with its mandate, two teams, and
 * what each of them would send. Nothing here runs in production. Exported at `@ketenkluis/vault/testing`.
 */

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Bytes,
  base64url,
  canonicalJson,
  DAY,
  type Instant,
  instant,
  newId,
  type OrganisationId,
  type PersonId,
  plus,
  type Random,
  type SessionId,
  type Signer,
  systemRandom,
  type TeamId,
} from '@ketenkluis/base';
import { ENDPOINTS, type EndpointName, sessionProofBytes } from '@ketenkluis/protocol';
import {
  type Card,
  generateSigningKey,
  type Hash,
  hashOf,
  type Payload,
  type RequestClass,
  type Statement,
  sealTo,
  signStatement,
  statementsToWire,
  statementToWire,
  suite,
  webSigner,
} from '@ketenkluis/seal';
import { createEpoch } from '@ketenkluis/seal/open';
import { createVault, type RunningVault, type VaultOptions } from './start.ts';

export const ORIGIN = 'http://praktijk.localhost:8443';
export const BOOTSTRAP = 'bootstrap-token-for-tests';
const SUITE = { v: 1 as const, suite: 1 };

export interface TestPerson {
  readonly id: PersonId;
  readonly signer: Signer;
  readonly signSeed: Bytes;
  readonly kemSeed: Bytes;
  readonly kemPublic: Bytes;
}
export interface TestTeam {
  readonly id: TeamId;
  readonly epoch: Statement<'epoch'>;
  readonly wraps: Bytes;
  /** Private key of the team's epoch. */
  readonly seed: Bytes;
  readonly publicKey: Bytes;
  readonly members: readonly TestPerson[];
}

/** A clock that stands still until it is moved; it carries the vault's steady count along. */
export function fakeClock(start = 1_767_600_000_000) {
  let now = instant(start);
  return {
    clock: (): Instant => now,
    steady: (): number => now,
    move: (milliseconds: number): void => {
      now = plus(now, milliseconds);
    },
  };
}
export type FakeClock = ReturnType<typeof fakeClock>;

export async function testPerson(random: Random = systemRandom): Promise<TestPerson> {
  const id = newId('person', random);
  const { seed } = await generateSigningKey(random);
  const kem = await suite(1).kem.generate(random);
  return { id, signer: await webSigner({ by: id, seed }), signSeed: seed, kemSeed: kem.seed, kemPublic: kem.publicKey };
}

export interface TestPractice {
  readonly id: OrganisationId;
  readonly gp: TestPerson;
  readonly trustee: TestPerson;
  readonly nurse: TestPerson;
  readonly agent: TestPerson;
  readonly owners: readonly Signer[];
  readonly gpTeam: TestTeam;
  readonly nurseTeam: TestTeam;
  /** Reads the annexes. */
  readonly officerTeam: TestTeam;
  readonly exitPublic: Bytes;
  readonly authority: Statement<'authority'>;
  readonly cards: ReadonlyMap<PersonId, Statement<'card'>>;
  readonly mandate: Statement<'fact'>;
  readonly memberships: readonly Statement<'fact'>[];
  /** In the order of birth, as `POST /v1/practices` takes them. */
  readonly statements: readonly Statement[];
  readonly wraps: readonly Bytes[];
  card(person: TestPerson, kind: Card['kind'], number?: number, until?: Instant): Promise<Statement<'card'>>;
}

const asOwners = (signers: readonly Signer[]) => signers;

export async function testPractice(
  at: Instant,
  vault: { readonly id: PersonId; readonly sign: Bytes; readonly kem: Bytes },
  random: Random = systemRandom,
): Promise<TestPractice> {
  const id = newId('organisation', random);
  const [gp, trustee, nurse, agent] = await Promise.all([1, 2, 3, 4].map(() => testPerson(random)));
  if (!gp || !trustee || !nurse || !agent) throw new Error('people are missing');
  const owners = asOwners([gp.signer, trustee.signer]);
  const { kem } = suite(1);
  const [recovery, exit] = [await kem.generate(random), await kem.generate(random)];
  const split = (publicKey: Bytes) => ({
    kem: base64url(publicKey),
    k: 2,
    n: 3,
    commitments: [1, 2, 3].map((i) => hashOf(new Uint8Array([...publicKey.subarray(0, 8), i]) as Bytes)),
  });
  const owner = (person: TestPerson) => ({
    person: person.id,
    sign: base64url(person.signer.publicKey),
    kem: base64url(person.kemPublic),
  });
  const authority = await signStatement(
    {
      t: 'authority' as const,
      ...SUITE,
      organisation: id,
      number: 0,
      prev: null,
      at,
      owners: [owner(gp), owner(trustee)],
      threshold: 2,
      recovery: split(recovery.publicKey),
      exit: split(exit.publicKey),
    },
    owners,
  );
  const cardFor = (
    subject: PersonId,
    kind: Card['kind'],
    sign: Bytes,
    kemPublic: Bytes,
    number = 0,
    until: Instant = plus(at, 365 * DAY),
  ) =>
    signStatement(
      {
        t: 'card' as const,
        ...SUITE,
        organisation: id,
        subject,
        kind,
        number,
        sign: base64url(sign),
        kem: base64url(kemPublic),
        from: at,
        until,
      },
      owners,
    );
  const card: TestPractice['card'] = (person, kind, number = 0, until) =>
    cardFor(person.id, kind, person.signer.publicKey, person.kemPublic, number, until);
  const cards = await Promise.all([
    card(gp, 'professional'),
    card(trustee, 'trustee'),
    card(nurse, 'professional'),
    card(agent, 'agent'),
    cardFor(vault.id, 'vault', vault.sign, vault.kem),
  ]);
  const byPerson = new Map(cards.map((statement) => [statement.payload.subject, statement]));
  const team = async (members: readonly TestPerson[]): Promise<TestTeam> => {
    const teamId = newId('team', random);
    const made = await createEpoch({
      organisation: id,
      team: teamId,
      number: 0,
      prev: null,
      members: members.map((member) => byPerson.get(member.id)!),
      recoveryKey: recovery.publicKey,
      at,
      random,
    });
    const epoch = await signStatement(made.payload, owners);
    return { id: teamId, epoch, wraps: made.wraps, seed: made.keys.seed, publicKey: made.keys.publicKey, members };
  };
  const gpTeam = await team([gp]);
  const nurseTeam = await team([nurse]);
  const officerTeam = await team([gp]);
  const fact = { t: 'fact' as const, ...SUITE, practice: id, from: at };
  const membership = (member: TestPerson, of: TestTeam) =>
    signStatement(
      { ...fact, id: newId('fact', random), until: null, kind: 'membership' as const, team: of.id, person: member.id },
      owners,
    );
  const memberships = await Promise.all([
    membership(gp, gpTeam),
    membership(nurse, nurseTeam),
    membership(gp, officerTeam),
  ]);
  const mandate = await signStatement(
    {
      ...fact,
      id: newId('fact', random),
      until: plus(at, 90 * DAY),
      kind: 'mandate' as const,
      agent: agent.id,
      responsible: gp.id,
      kinds: ['enrolment' as const, 'relation' as const, 'step' as const, 'write' as const],
      teams: [gpTeam.id, nurseTeam.id],
    },
    owners,
  );
  const epochs = [gpTeam, nurseTeam, officerTeam].map(({ epoch }) => epoch);
  return {
    id,
    gp,
    trustee,
    nurse,
    agent,
    owners,
    gpTeam,
    nurseTeam,
    officerTeam,
    exitPublic: exit.publicKey,
    authority,
    cards: byPerson,
    mandate,
    memberships,
    statements: [authority, ...cards, ...epochs, ...memberships, mandate],
    wraps: [gpTeam, nurseTeam, officerTeam].map(({ wraps }) => wraps),
    card,
  };
}

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
  close(): Promise<void>;
}

let counter = 0;

export async function startTestWorld(
  options: Partial<VaultOptions> & { readonly time?: FakeClock } = {},
): Promise<TestWorld> {
  const time = options.time ?? fakeClock();
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'ketenkluis-vault-'));
  const running = await createVault({
    origins: [ORIGIN],
    bootstrapToken: BOOTSTRAP,
    clock: time.clock,
    steady: time.steady,
    limits: { perMinute: 1_000_000, strictPerMinute: 1_000_000 },
    ...options,
    dir,
  });
  const { keys } = running.vault;
  const practice = await testPractice(time.clock(), { id: keys.id, sign: keys.signer.publicKey, kem: keys.kemPublic });

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
        organisation: practice.id,
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
    dir,
    time,
    running,
    practice,
    log: { origin: '', key: '' },
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
    close: () => running.stop(),
  };
  const { statements, batches } = statementsToWire(practice.statements);
  const born = await call('practice-create', {
    token: BOOTSTRAP,
    body: { statements, batches, wraps: practice.wraps.map((bytes) => base64url(bytes)) },
  });
  if (born.status !== 200) throw new Error(`the practice was not born: ${born.text}`);
  return { ...world, log: born.json<{ log: TestWorld['log'] }>().log };
}
export * from './testing/delivery.ts';
export * from './testing/passkey.ts';
