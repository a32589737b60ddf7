/** What a practice asks of a sign-on as the vault decides it (docs/identity.md, "The demand"), and that no factor of a patient is enough alone. */

import { base64url, HOUR, plus, systemRandom } from '@ketenkluis/base';
import { type Assurance, hashOf, signStatement, statementToWire } from '@ketenkluis/seal';
import { createKeyring } from '@ketenkluis/seal/open';
import {
  askSignOn,
  demandOf,
  ORIGIN,
  type SoftPasskey,
  softPasskey,
  startTestWorld,
  type TestPerson,
  type TestSession,
  type TestWorld,
  testPerson,
} from '@ketenkluis/vault/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeIn } from './patients.ts';

let world: TestWorld;
beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world.close());

const subject = hashOf(systemRandom(32));
const confirm = (who: TestSession) => world.signed(who, 'session-confirm', {}, { class: 'session' });
const said = ({ status, json }: Awaited<ReturnType<typeof confirm>>) =>
  status === 200 ? 'done' : json<{ type: string }>().type;
const word = async (who: TestSession, more: Partial<Assurance>) => {
  const { agent, id } = world.practice;
  const at = world.time.clock();
  const payload: Assurance = {
    ...{ t: 'assurance', v: 1, suite: 1, practice: id, person: who.person.id, session: who.session },
    ...{ level: 'high', means: 'dezi', by: agent.id, at, until: plus(at, HOUR), ...more },
  };
  return { assurance: statementToWire(await signStatement(payload, agent.signer)) };
};
const brings = async (who: TestSession, more: Partial<Assurance> = {}) =>
  world.signed(who, 'session-identity', await word(who, more), { class: 'session' });
const desk = async ({ token }: TestSession) => (await world.call('desk', { token })).json();

describe('what the owners ask of a sign-on', () => {
  it('R26, R19: counts from its line on, by kind of person; one owner does not change it, nor does an older word', async () => {
    const { practice } = world;
    const nurse = await world.open(practice.nurse);
    expect(said(await confirm(nurse))).toBe('done');
    const held = demandOf(world, { staff: null });
    world.time.move(1000);
    expect((await askSignOn(world, { staff: 'high' }, [practice.gp.signer])).status).not.toBe(200);
    expect(said(await askSignOn(world, { staff: 'high' }))).toBe('done');
    expect(said(await world.call('me', { token: nurse.token }))).toBe('vault/identity-needed');
    // Where, and what for, is told from the same fact, whatever whoever runs the vault wrote down.
    (world.running.vault.desks as unknown as Map<string, string>).set(practice.id, 'https://elders.example');
    expect(await desk(nurse)).toEqual({ origin: 'https://balie.example', level: 'high', citizen: false });
    expect(await desk(await world.open(practice.agent))).toMatchObject({ level: null });
    // What the vault is held to can be read before anything opens; nothing else can.
    expect((await world.call('directory', { token: nurse.token })).status).toBe(200);
    expect((await world.call('directory')).status).toBe(404);
    expect((await brings(nurse, { level: 'substantial' })).status).toBe(200);
    expect(said(await world.call('me', { token: nurse.token }))).toBe('vault/identity-needed');
    expect((await brings(nurse)).status).toBe(200);
    expect(said(await world.call('me', { token: nurse.token }))).toBe('done');

    // The owners themselves are asked too; then an older word, kept back, is refused.
    const gp = await world.open(practice.gp);
    expect(said(await confirm(gp))).toBe('vault/identity-needed');
    await brings(gp);
    expect(said(await confirm(gp))).toBe('done');
    const post = async (payload: typeof held) => {
      const { statementsToWire } = await import('@ketenkluis/seal');
      const body = { ...statementsToWire([await signStatement(payload, practice.owners)]), wraps: [] };
      return await world.signed(gp, 'statements', body, { class: 'admin' });
    };
    expect((await post(held)).status).not.toBe(200);
    expect(await desk(gp)).toMatchObject({ level: 'high' });
    world.time.move(1000);
    // The twin: the same, said now.
    expect(said(await post(demandOf(world, { staff: null, patients: 'substantial' })))).toBe('done');
    expect(await desk(gp)).toMatchObject({ level: null });
  });

  it('R28: of a patient one factor alone opens nothing', async () => {
    const { practice } = world;
    const gp = await world.open(practice.gp);
    await confirm(gp);
    await expect(takeIn(world, gp, 'patient')).rejects.toThrow('bad-statement');
    const { person } = await takeIn(world, gp, 'patient', undefined, { level: 'substantial', subject });
    const citizen = { level: 'substantial', means: 'eid', subject } as const;
    const passkey = await passkeyOf(person, citizen);

    // The person's key alone: it opens nothing once there is a keyring.
    await expect(world.open(person)).rejects.toThrow('vault/refused');
    // A passkey that was touched, and nobody looked who touched it.
    expect((await by(passkey, person, { verified: false })).status).toBe(404);
    // A passkey with its owner, and not the person's own key: nothing is confirmed.
    const { session } = await by(passkey, person);
    expect(said(await world.call('me', { token: session!.token }))).toBe('vault/session-not-open');
    const thief = await testPerson();
    const theirs: TestSession = { ...session!, person: { ...thief, id: person.id } };
    expect(said(await confirm(theirs))).toBe('vault/request-refused');
    // The word of a sign-on without that key: whoever tricked it out of the patient has nobody to bring it.
    const tricked = await word(session!, citizen);
    const claim = { class: 'session' } as const;
    expect(said(await world.signed(theirs, 'session-identity', tricked, claim))).toBe('vault/request-refused');
    const nobody: TestSession = { ...session!, token: base64url(systemRandom(32)) };
    expect(said(await world.signed(nobody, 'session-identity', tricked, claim))).toBe('vault/refused');
    // All keys of the patient's device without the word.
    expect(said(await confirm(session!))).toBe('vault/identity-needed');
    expect(said(await world.call('own', { token: session!.token }))).toBe('vault/session-not-open');
    // And with everything together it opens.
    expect((await brings(session!, citizen)).status).toBe(200);
    expect(said(await confirm(session!))).toBe('done');
  });
});

/** The patient's first time: in with the person's key and the word, and a passkey from then on. */
async function passkeyOf(person: TestPerson, citizen: Partial<Assurance>): Promise<SoftPasskey> {
  const first = await world.open(person);
  await brings(first, citizen);
  await confirm(first);
  const passkey = softPasskey();
  const options = (await world.call('credential-options', { token: first.token })).json<{ challenge: string }>();
  const credential = passkey.create({ origin: ORIGIN, challenge: options.challenge });
  const keyring = await createKeyring({
    ...{ person: person.id, secrets: { sign: person.signSeed, kem: person.kemSeed }, random: systemRandom },
    unlockers: [{ kind: 'passkey', credential: String(credential.id), salt: systemRandom(32), prf: systemRandom(32) }],
  });
  const body = { challenge: options.challenge, credential, keyring: base64url(keyring) };
  const reply = await world.signed(first, 'credential', body, { class: 'session' });
  if (reply.status !== 200) throw new Error(`no passkey: ${reply.text}`);
  return passkey;
}

async function by(passkey: SoftPasskey, person: TestPerson, more: { readonly verified?: boolean } = {}) {
  const { challenge } = (await world.call('challenge')).json<{ challenge: string }>();
  const credential = passkey.get({ origin: ORIGIN, challenge, ...more });
  const reply = await world.call('session-open', { body: { by: 'passkey', challenge, credential } });
  if (reply.status !== 200) return { status: reply.status, session: undefined };
  const { token, session } = reply.json<Pick<TestSession, 'token' | 'session'>>();
  return { status: reply.status, session: { ...{ person, session, token } } as TestSession };
}
