import { base64url, DAY, newId, systemRandom } from '@ketenkluis/base';
import { sessionProofBytes, unlockerBytes } from '@ketenkluis/protocol';
import { generateSigningKey, hashOf, signStatement, statementToWire, webSigner } from '@ketenkluis/seal';
import { addUnlocker, createKeyring, openWithPrf, removeUnlockers } from '@ketenkluis/seal/open';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ORIGIN, startTestWorld, type TestPerson, type TestSession, type TestWorld } from './testing.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await startTestWorld();
});
afterEach(() => world.close());

const PRF = { salt: systemRandom(32), prf: systemRandom(32) };
const wayIn = (credential: string) => ({ kind: 'passkey' as const, credential, ...PRF });

/** A person with two devices; their wraps are made as passkeys, which is all the same to the vault. */
async function withTwo(person: TestPerson) {
  const who = await world.open(person);
  const make = async () => {
    const key = await generateSigningKey(systemRandom);
    const id = newId('device', systemRandom);
    const at = world.time.clock();
    const statement = await signStatement(
      { t: 'device' as const, v: 1 as const, suite: 1, id, person: person.id, sign: base64url(key.publicKey), at },
      person.signer,
    );
    return { id, statement, signer: await webSigner({ by: id, seed: key.seed }) };
  };
  const [phone, computer] = [await make(), await make()];
  const secrets = { sign: person.signSeed, kem: person.kemSeed };
  const random = systemRandom;
  const one = await createKeyring({ person: person.id, secrets, unlockers: [wayIn(phone.id)], random });
  const two = await addUnlocker(
    await openWithPrf(one, { credential: phone.id, prf: PRF.prf }),
    wayIn(computer.id),
    random,
  );
  for (const [keyring, { statement }] of [
    [one, phone],
    [two, computer],
  ] as const) {
    const body = { keyring: base64url(keyring), device: statementToWire(statement) };
    expect((await world.signed(who, 'keyring', body, { class: 'session' })).status).toBe(200);
  }
  return { who, phone, computer, keyring: two };
}
type Device = Awaited<ReturnType<typeof withTwo>>['phone'];

async function enter(person: TestPerson, device: Device) {
  const { challenge } = (await world.call('challenge')).json<{ challenge: string }>();
  const signature = base64url(
    await device.signer.sign(sessionProofBytes(ORIGIN, world.practice.id, challenge, device.id)),
  );
  const reply = await world.call('session-open', { body: { by: 'device', challenge, device: device.id, signature } });
  if (reply.status !== 200)
    return { status: reply.status, text: reply.text, ended: [] as string[], session: undefined };
  const opened = reply.json<{ session: TestSession['session']; token: string; ended: string[] }>();
  const session: TestSession = { person, session: opened.session, token: opened.token };
  const confirmed = await world.signed(session, 'session-confirm', {}, { class: 'session', device: device.id });
  expect(confirmed.status).toBe(200);
  return { status: 200, text: '', ended: opened.ended, session };
}
const alive = async (who: TestSession) => (await world.call('me', { token: who.token })).status;
const listed = async (who: TestSession) =>
  (await world.call('unlockers', { token: who.token })).json<{
    people: {
      person: string;
      unlockers: { unlocker: string; kind: string; since: number; used: number | null; ended: number | null }[];
    }[];
  }>().people;
const lastLine = async () => {
  const { ledger } = world.running.vault.storage;
  const { size } = await ledger.state(world.log.origin);
  const [line] = await ledger.entries(world.log.origin, size - 1, size);
  return new TextDecoder().decode(line!.stored);
};

describe('ways in', () => {
  it('a person sees their own with days, an owner those of everybody, and nobody else any', async () => {
    const { who, phone, computer } = await withTwo(world.practice.nurse);
    const day = world.time.clock() - (world.time.clock() % DAY);
    world.time.move(DAY);
    expect((await enter(who.person, phone)).status).toBe(200);
    const again = await enter(who.person, computer);
    const [mine, ...others] = await listed(again.session!);
    expect(others).toEqual([]);
    expect(mine).toMatchObject({ person: who.person.id });
    expect(mine!.unlockers.map(({ kind, since, used, ended }) => ({ kind, since, used, ended }))).toEqual([
      { kind: 'passphrase', since: day, used: day + DAY, ended: null },
      { kind: 'passphrase', since: day, used: day + DAY, ended: null },
    ]);
    const gp = await world.open(world.practice.gp);
    const all = await listed(gp);
    expect(all.find(({ person }) => person === who.person.id)?.unlockers).toHaveLength(2);
    await withTwo(world.practice.gp);
    expect((await listed(again.session!)).map(({ person }) => person)).toEqual([who.person.id]);
    expect((await world.call('unlockers')).status).toBe(404);
  });

  it('R14, R38: an owner ends a lost device: refused from then on, its sessions are over, and it is a line', async () => {
    const { who, phone, computer } = await withTwo(world.practice.nurse);
    const stolen = await enter(who.person, phone);
    const safe = await enter(who.person, computer);
    const gp = await world.open(world.practice.gp);
    const body = { person: who.person.id, unlocker: phone.id };
    expect((await world.signed(gp, 'unlocker-end', body, { class: 'admin' })).status).toBe(200);
    expect(await lastLine()).toContain(hashOf(unlockerBytes(who.person.id, phone.id)));
    expect(await lastLine()).toContain('"event":"keyring"');

    expect(await alive(stolen.session!)).toBe(401);
    expect(await alive(safe.session!)).toBe(200);
    const refused = await enter(who.person, phone);
    const stranger = await enter(who.person, { ...phone, id: newId('device', systemRandom) });
    expect(refused.status).toBe(404);
    expect(refused.text).toBe(stranger.text);
    // What remains works, and is told which wrap the next keyring leaves out.
    expect((await enter(who.person, computer)).ended).toEqual([phone.id]);
    expect((await world.signed(gp, 'unlocker-end', body, { class: 'admin' })).json()).toMatchObject({
      type: 'vault/already-there',
    });
    // Neither key alone nor a touch brings the stolen session back.
    await expect(world.open(who.person)).rejects.toThrow('vault/refused');
  });

  it('R19: a colleague ends nobody’s, and an owner not their own by this way; both are lines', async () => {
    const { who, phone } = await withTwo(world.practice.nurse);
    const gp = await withTwo(world.practice.gp);
    const cases: [TestSession, string, string][] = [
      [who, gp.who.person.id, gp.phone.id],
      [who, who.person.id, phone.id],
      [gp.who, gp.who.person.id, gp.phone.id],
    ];
    for (const [asker, person, unlocker] of cases) {
      const reply = await world.signed(asker, 'unlocker-end', { person, unlocker }, { class: 'admin' });
      expect(reply.json()).toMatchObject({ type: 'vault/not-allowed', detail: 'class-not-allowed' });
      expect(await lastLine()).toContain('"reason":"class-not-allowed"');
    }
    expect((await enter(who.person, phone)).status).toBe(200);
    const wrong = { person: who.person.id, unlocker: gp.phone.id };
    expect((await world.signed(gp.who, 'unlocker-end', wrong, { class: 'admin' })).json()).toMatchObject({
      type: 'vault/bad-request',
    });
  });

  it('R24: counters are of a person and a device: one used up holds up neither the other device nor a colleague', async () => {
    const { who, phone, computer } = await withTwo(world.practice.nurse);
    const [first, second] = [(await enter(who.person, phone)).session!, (await enter(who.person, computer)).session!];
    const ask = async (session: TestSession, device: string, counter: number) =>
      (
        await world.signed(session, 'session-confirm', {}, { class: 'session', device: device as never, counter })
      ).json<{ detail?: string }>().detail;
    const last = Number.MAX_SAFE_INTEGER;
    expect(await ask(first, phone.id, last)).toBeUndefined();
    expect(await ask(first, phone.id, last)).toBe('replayed');
    expect(await ask(second, computer.id, 10_000_000)).toBeUndefined();
    expect(await ask(second, computer.id, 10_000_000)).toBe('replayed');
    // A device is named in the request by who has it: another's is none of this session's.
    expect(await ask(second, phone.id, last)).toBe('signature');
    const gp = await world.open(world.practice.gp);
    expect((await world.signed(gp, 'session-confirm', {}, { class: 'session' })).status).toBe(200);
  });

  it('R14: the next keyring ends what it leaves out; two that work always stay', async () => {
    const { who, phone, computer, keyring } = await withTwo(world.practice.nurse);
    const other = await enter(who.person, phone);
    const safe = await enter(who.person, computer);
    const opened = await openWithPrf(keyring, { credential: computer.id, prf: PRF.prf });
    const send = async (session: TestSession, bytes: Uint8Array) =>
      (
        await world.signed(
          session,
          'keyring',
          { keyring: base64url(bytes), device: null },
          { class: 'session', device: computer.id },
        )
      ).json<{ type?: string }>().type;
    const one = await removeUnlockers(opened, new Set([phone.id]), systemRandom, 1);
    expect(await send(safe.session!, one)).toBe('vault/conflict');

    const three = await addUnlocker(opened, wayIn('BBBB'), systemRandom);
    expect(await send(safe.session!, three)).toBeUndefined();
    const reopened = await openWithPrf(three, { credential: computer.id, prf: PRF.prf });
    const two = await removeUnlockers(reopened, new Set([phone.id]), systemRandom);
    expect(await send(safe.session!, two)).toBeUndefined();
    expect(await lastLine()).toContain(hashOf(unlockerBytes(who.person.id, phone.id)));
    expect((await enter(who.person, phone)).status).toBe(404);
    expect(await alive(other.session!)).toBe(401);
    expect(await alive(safe.session!)).toBe(200);
  });

  it('R14: after an owner has ended one, the keyring may go down to the one that is left', async () => {
    const { who, phone, computer, keyring } = await withTwo(world.practice.nurse);
    const gp = await world.open(world.practice.gp);
    await world.signed(gp, 'unlocker-end', { person: who.person.id, unlocker: phone.id }, { class: 'admin' });
    const safe = await enter(who.person, computer);
    const opened = await openWithPrf(keyring, { credential: computer.id, prf: PRF.prf });
    const one = await removeUnlockers(opened, new Set(safe.ended), systemRandom, 1);
    const body = { keyring: base64url(one), device: null };
    const fields = { class: 'session' as const, device: computer.id };
    expect((await world.signed(safe.session!, 'keyring', body, fields)).status).toBe(200);
    expect((await enter(who.person, computer)).ended).toEqual([]);
  });
});
