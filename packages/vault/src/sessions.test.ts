import { base64url, canonicalJson, HOUR, MINUTE, newId, systemRandom } from '@ketenkluis/base';
import { sessionProofBytes } from '@ketenkluis/protocol';
import { generateSigningKey, signStatement, statementToWire, webSigner } from '@ketenkluis/seal';
import { createKeyring } from '@ketenkluis/seal/open';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ORIGIN, softPasskey, startTestWorld, type TestPerson, type TestSession, type TestWorld } from './testing.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await startTestWorld();
});
afterEach(() => world.close());

interface Opened {
  readonly session: TestSession['session'];
  readonly token: string;
  readonly stage: string;
  readonly keyring: string | null;
}
const challenge = async () => (await world.call('challenge')).json<{ challenge: string }>().challenge;

async function keyringOf(person: TestPerson, credential = 'AAAA'): Promise<string> {
  const unlocker = { kind: 'passkey' as const, credential, salt: systemRandom(32), prf: systemRandom(32) };
  const made = await createKeyring({
    person: person.id,
    secrets: { sign: person.signSeed, kem: person.kemSeed },
    unlockers: [unlocker],
    random: systemRandom,
  });
  return base64url(made);
}

/** Gives the nurse a passkey through an open session. */
async function withPasskey(who: TestSession) {
  const passkey = softPasskey();
  const given = await world.call('credential-options', { token: who.token });
  const options = given.json<{ challenge: string; rp: { id: string }; authenticatorSelection: object }>();
  expect(options.rp.id).toBe(new URL(ORIGIN).hostname);
  expect(options.authenticatorSelection).toMatchObject({ userVerification: 'required' });
  const credential = passkey.create({ origin: ORIGIN, challenge: options.challenge });
  const body = {
    challenge: options.challenge,
    credential,
    keyring: await keyringOf(who.person, String(credential.id)),
  };
  const reply = await world.signed(who, 'credential', body, { class: 'session' });
  return { passkey, reply, body };
}

describe('sessions', () => {
  it("R23: a passkey with user verification opens the keyring only; the person's key confirms", async () => {
    const { passkey, reply } = await withPasskey(await world.open(world.practice.nurse));
    expect(reply.status).toBe(200);
    const first = await challenge();
    const opened = await world.call('session-open', {
      body: { by: 'passkey', challenge: first, credential: passkey.get({ origin: ORIGIN, challenge: first }) },
    });
    const { token, session, stage, keyring } = opened.json<Opened>();
    expect(stage).toBe('keyring');
    expect(keyring).not.toBeNull();
    const early = await world.call('me', { token });
    expect(early.json()).toMatchObject({ type: 'vault/session-not-open', status: 401 });
    const who = { person: world.practice.nurse, session, token };
    const confirmed = await world.signed(who, 'session-confirm', {}, { class: 'session' });
    expect(confirmed.json()).toMatchObject({ session, stage: 'open' });
    expect((await world.call('me', { token })).status).toBe(200);
  });

  it('R23: refuses a passkey without user verification, for another host, another challenge, or twice', async () => {
    const { passkey } = await withPasskey(await world.open(world.practice.nurse));
    const attempt = async (change: object, reuse?: string) => {
      const given = reuse ?? (await challenge());
      const credential = passkey.get({ origin: ORIGIN, challenge: given, ...change });
      return world.call('session-open', { body: { by: 'passkey', challenge: given, credential } });
    };
    expect((await attempt({ verified: false })).status).toBe(404);
    expect((await attempt({ rpId: 'evil.localhost' })).status).toBe(404);
    expect((await attempt({ origin: 'http://evil.localhost:8443' })).status).toBe(404);
    expect((await attempt({ challenge: 'A'.repeat(43) })).status).toBe(404);
    const used = await challenge();
    expect((await attempt({}, used)).status).toBe(200);
    expect((await attempt({}, used)).status).toBe(404);
    const late = await challenge();
    world.time.move(2 * MINUTE);
    expect((await attempt({}, late)).status).toBe(404);
  });

  it("R23: refuses a registration without user verification or with somebody else's challenge", async () => {
    const who = await world.open(world.practice.nurse);
    const passkey = softPasskey();
    for (const change of [{ verified: false }, { challenge: 'A'.repeat(43) }, { rpId: 'evil.localhost' }]) {
      const given = (await world.call('credential-options', { token: who.token })).json<{ challenge: string }>()
        .challenge;
      const credential = passkey.create({ origin: ORIGIN, challenge: given, ...change });
      const body = { challenge: given, credential, keyring: await keyringOf(who.person) };
      expect((await world.signed(who, 'credential', body, { class: 'session' })).json()).toMatchObject({
        type: 'vault/unlocker-refused',
      });
    }
  });

  it('opens by a device that its person vouched for, and by no other key', async () => {
    const who = await world.open(world.practice.nurse);
    const key = await generateSigningKey(systemRandom);
    const id = newId('device', systemRandom);
    const device = await signStatement(
      {
        t: 'device' as const,
        v: 1 as const,
        suite: 1,
        id,
        person: who.person.id,
        sign: base64url(key.publicKey),
        at: world.time.clock(),
      },
      who.person.signer,
    );
    const body = { keyring: await keyringOf(who.person, id), device: statementToWire(device) };
    expect((await world.signed(who, 'keyring', body, { class: 'session' })).status).toBe(200);
    const attempt = async (seed: Uint8Array, audience = ORIGIN) => {
      const given = await challenge();
      const signer = await webSigner({ by: id, seed });
      const signature = base64url(await signer.sign(sessionProofBytes(audience, world.practice.id, given, id)));
      return world.call('session-open', { body: { by: 'device', challenge: given, device: id, signature } });
    };
    expect((await attempt(key.seed)).json()).toMatchObject({ stage: 'keyring', person: who.person.id });
    expect((await attempt((await generateSigningKey(systemRandom)).seed)).status).toBe(404);
    expect((await attempt(key.seed, 'http://other.localhost:1')).status).toBe(404);
  });

  it('a keyring is replaced by its next number only', async () => {
    const who = await world.open(world.practice.nurse);
    const first = { keyring: await keyringOf(who.person), device: null };
    expect((await world.signed(who, 'keyring', first, { class: 'session' })).status).toBe(200);
    expect((await world.signed(who, 'keyring', first, { class: 'session' })).json()).toMatchObject({
      type: 'vault/conflict',
    });
    const other = { keyring: await keyringOf(world.practice.gp), device: null };
    expect((await world.signed(who, 'keyring', other, { class: 'session' })).json()).toMatchObject({
      type: 'vault/bad-statement',
    });
  });

  it('R24: locks after 15 idle minutes and after 60 minutes whatever happens; reading does not keep it awake, signing does', async () => {
    const who = await world.open(world.practice.nurse);
    const alive = async () => (await world.call('me', { token: who.token })).json<{ type?: string }>().type;
    world.time.move(15 * MINUTE - 1);
    expect(await alive()).toBeUndefined();
    world.time.move(1);
    expect(await alive()).toBe('vault/session-idle');

    const second = await world.open(world.practice.nurse);
    for (let i = 0; i < 5; i++) {
      world.time.move(10 * MINUTE);
      const reply = await world.signed(second, 'session-confirm', {}, { class: 'session' });
      expect(reply.status).toBe(200);
    }
    world.time.move(10 * MINUTE - 1);
    expect((await world.call('me', { token: second.token })).status).toBe(200);
    world.time.move(1);
    expect((await world.call('me', { token: second.token })).json()).toMatchObject({
      type: 'vault/session-ended',
      status: 401,
    });
    expect((await world.signed(second, 'session-confirm', {}, { class: 'session' })).json()).toMatchObject({
      type: 'vault/session-ended',
    });
  });

  it('R24: a touch brings the same session back with a new token, up to twelve hours', async () => {
    const who = await world.open(world.practice.nurse);
    const touch = async (person: TestPerson, token: string) => {
      const given = await challenge();
      const signature = base64url(
        await person.signer.sign(sessionProofBytes(ORIGIN, world.practice.id, given, person.id)),
      );
      return world.call('session-touch', {
        token,
        body: { by: 'key', challenge: given, person: person.id, signature },
      });
    };
    world.time.move(HOUR);
    expect((await touch(world.practice.gp, who.token)).json()).toMatchObject({ type: 'vault/unlocker-refused' });
    const back = (await touch(who.person, who.token)).json<Opened>();
    expect(back).toMatchObject({ session: who.session, stage: 'open' });
    expect(back.token).not.toBe(who.token);
    expect((await world.call('me', { token: who.token })).status).toBe(404);
    expect((await world.call('me', { token: back.token })).status).toBe(200);
    world.time.move(11 * HOUR);
    expect((await touch(who.person, back.token)).json()).toMatchObject({ type: 'vault/session-ended' });
  });

  it('closes: the token is worth nothing afterwards', async () => {
    const who = await world.open(world.practice.nurse);
    expect((await world.call('session-close', { token: who.token })).json()).toMatchObject({ stage: 'ended' });
    expect((await world.call('me', { token: who.token })).json()).toMatchObject({ type: 'vault/session-ended' });
  });

  it('keeps no token, only its hash', async () => {
    const who = await world.open(world.practice.nurse);
    const rows = await world.running.vault.storage.read((tx) => tx.selectFrom('session').selectAll().execute());
    expect(JSON.stringify(rows)).not.toContain(who.token);
  });
});

describe('signed requests', () => {
  const body = {};
  const send = async (who: TestSession, change: object, sent: object = body) => {
    const statement = await world.request(who, 'session-confirm', canonicalJson(body), { class: 'session', ...change });
    return world.call('session-confirm', {
      token: who.token,
      body: { request: statementToWire(statement), body: sent },
    });
  };

  it('R24: refuses another audience, practice, session, action, class, person, an old time, an old counter', async () => {
    const who = await world.open(world.practice.nurse);
    const other = await world.open(world.practice.nurse);
    const cases: [string, object][] = [
      ['wrong-audience', { audience: 'http://other.localhost:8443' }],
      ['wrong-session', { session: other.session }],
      ['wrong-session', { session: null }],
      ['wrong-action', { action: 'release' }],
      ['wrong-class', { class: 'look' }],
      ['not-fresh', { at: world.time.clock() - 3 * MINUTE }],
      ['not-fresh', { at: world.time.clock() + 3 * MINUTE }],
      ['wrong-practice', { practice: newId('organisation', systemRandom) }],
    ];
    for (const [fault, change] of cases) {
      expect((await send(who, change)).json(), fault).toMatchObject({
        type: 'vault/request-refused',
        status: 401,
        detail: fault,
      });
    }
    expect((await send(who, { counter: 5_000_000 })).status).toBe(200);
    for (const counter of [5_000_000, 4_999_999, 0]) {
      expect((await send(who, { counter })).json()).toMatchObject({ detail: 'replayed' });
    }
  });

  it('R24: refuses the same request twice, also when both come at once', async () => {
    const who = await world.open(world.practice.nurse);
    const statement = await world.request(who, 'session-confirm', canonicalJson(body), { class: 'session' });
    const message = { token: who.token, body: { request: statementToWire(statement), body } };
    const replies = await Promise.all([1, 2, 3].map(() => world.call('session-confirm', message)));
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
  });

  it('R24: refuses a body that was changed on the way, and a request that somebody else signed', async () => {
    const who = await world.open(world.practice.gp);
    const message = {
      statements: [{ header: 'AA', proof: { sigs: [{ by: 'per_x', sig: 'AA' }] } }],
      batches: [],
      wraps: [],
    };
    const statement = await world.request(who, 'statements', canonicalJson({ ...message, wraps: ['AA'] }), {
      class: 'admin',
    });
    const changed = await world.call('statements', {
      token: who.token,
      body: { request: statementToWire(statement), body: message },
    });
    expect(changed.json()).toMatchObject({ type: 'vault/request-refused', detail: 'changed-body' });
    const stolen = await world.open(world.practice.nurse);
    const genuine = await world.request(stolen, 'session-confirm', canonicalJson({}), { class: 'session' });
    const forged = await signStatement(genuine.payload, { ...who.person.signer, by: stolen.person.id });
    const confirm = (request: typeof genuine) =>
      world.call('session-confirm', { token: stolen.token, body: { request: statementToWire(request), body: {} } });
    expect((await confirm(forged)).json()).toMatchObject({ type: 'vault/request-refused', detail: 'signature' });
    expect((await confirm(genuine)).status).toBe(200);
  });

  it('R38: an attempt is a line, with its reason', async () => {
    const who = await world.open(world.practice.nurse);
    const before = await world.running.vault.storage.ledger.state(world.log.origin);
    await send(who, { audience: 'http://other.localhost:8443' });
    const after = await world.running.vault.storage.ledger.state(world.log.origin);
    expect(after.size).toBe(before.size + 1);
    const [line] = await world.running.vault.storage.ledger.entries(world.log.origin, before.size, after.size);
    expect(new TextDecoder().decode(line!.stored)).toContain('"reason":"wrong-audience"');
  });
});
