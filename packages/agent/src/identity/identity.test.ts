/** R25, R26: sign-on outside, against a local issuer over HTTP that can be made to lie in every way. */

import { HOUR, newId, type PersonId, plus, systemClock, systemRandom } from '@ketenkluis/base';
import { generateSigningKey, signersOf, verifyStatement, webSigner, webVerifier } from '@ketenkluis/seal';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Register } from '../register.ts';
import { type BentToken, HIGH, type TestIssuer, testIssuer } from '../testing/issuer.ts';
import type { IdentityAdapter, IdentityReason } from './adapter.ts';
import { type DeskOptions, type IdentityDesk, identityDesk, linkIdentity, staffOf } from './desk.ts';
import { attestationChecker, deziAdapter } from './dezi.ts';
import { oidcAdapter } from './oidc.ts';

let issuer: TestIssuer;
let agent: Awaited<ReturnType<typeof webSigner>>;
const practice = newId('organisation', systemRandom);
const nurse = newId('person', systemRandom);
const doctor = newId('person', systemRandom);
const session = newId('session', systemRandom);
const DEZI = '900000009';

beforeAll(async () => {
  issuer = await testIssuer();
  const { seed } = await generateSigningKey(systemRandom);
  agent = await webSigner({ by: newId('person', systemRandom), seed });
});
afterAll(() => issuer.close());
beforeEach(() => {
  Object.assign(issuer, { idToken: {}, attestation: {}, userInfo: {}, subject: 'medewerker-1' });
  issuer.status = { body: '{"status":"geldig"}' };
});

const people: Readonly<Record<string, { person: PersonId; role: string }>> = {
  [`dezi ${DEZI}`]: { person: doctor, role: 'gp' },
};
const deskWith = (adapters: readonly IdentityAdapter[], more: Partial<DeskOptions> = {}): IdentityDesk =>
  identityDesk({
    practice,
    ura: '00000001',
    personOf: (from, subject) =>
      from === issuer.url && subject === 'medewerker-1'
        ? { person: nurse, role: 'poh-s' }
        : people[`${from} ${subject}`],
    roles: { gp: ['01.015'], 'poh-s': ['30.000'] },
    adapters,
    agent,
    clock: systemClock,
    random: systemRandom,
    ...more,
  });
/** The whole way: begin, sign on at the issuer, finish. */
const through = async (desk: IdentityDesk, means: 'dezi' | 'oidc', person: PersonId, bend = (url: string) => url) => {
  const { url, secret } = await desk.begin({ means, person, session });
  return await desk.finish({ callback: bend(issuer.signOn(url)), secret });
};
const refusal = (why: IdentityReason) =>
  expect.objectContaining({
    code: 'agent/identity-refused',
    message: 'this sign-on does not count here',
    detail: { why },
  });

describe('R26: OpenID Connect sign-on of staff', () => {
  const oidc = (more = {}) => oidcAdapter(issuer.oidc(more), systemClock);
  const signOn = (more = {}, bend?: (url: string) => string) => through(deskWith([oidc(more)]), 'oidc', nurse, bend);

  it('becomes a signed word for this person and session, at the level of the acr', async () => {
    const word = await signOn();
    expect(word.payload).toMatchObject({
      practice,
      person: nurse,
      session,
      level: 'high',
      means: 'oidc',
      by: agent.by,
    });
    expect(signersOf(word)).toEqual([agent.by]);
    expect(await verifyStatement(word, () => agent.publicKey, webVerifier)).toBe(true);
    expect(word.payload.until).toBeLessThanOrEqual(plus(systemClock(), 12 * HOUR));
    // Nothing of who it is outside.
    expect(JSON.stringify(word.payload)).not.toContain('medewerker');
  });

  it('asks for a fresh sign-on with PKCE, state, nonce and the levels', async () => {
    const { url } = await deskWith([oidc()]).begin({ means: 'oidc', person: nurse, session });
    const asked = Object.fromEntries(new URL(url).searchParams);
    expect(asked).toMatchObject({ code_challenge_method: 'S256', prompt: 'login', response_type: 'code' });
    expect(asked.acr_values).toContain(HIGH);
    expect([asked.state, asked.nonce, asked.code_challenge].every((one) => (one?.length ?? 0) >= 43)).toBe(true);
  });

  it('a lower acr is a lower level', async () => {
    issuer.idToken = { claims: { acr: 'http://eidas.europa.eu/LoA/substantial' } };
    expect((await signOn()).payload.level).toBe('substantial');
  });

  it.each<[string, BentToken, IdentityReason]>([
    ['of another issuer', { claims: { iss: 'https://evil.example' } }, 'sign-on'],
    ['for another audience', { claims: { aud: 'another-client' } }, 'sign-on'],
    ['with another nonce', { claims: { nonce: 'x'.repeat(43) } }, 'sign-on'],
    ['without a nonce', { leaveOut: ['nonce'] }, 'sign-on'],
    ['that has expired', { claims: { exp: 1_700_000_000 } }, 'sign-on'],
    ['without a signature', { sign: 'none' }, 'sign-on'],
    ['with the public key as a shared secret', { sign: 'public' }, 'sign-on'],
    ["with a stranger's key", { sign: 'stranger' }, 'sign-on'],
    ['without a level', { leaveOut: ['acr'] }, 'level'],
    ['with a level that is not known', { claims: { acr: 'urn:one-factor' } }, 'level'],
    ['with a level that every object has', { claims: { acr: 'constructor' } }, 'level'],
  ])('an ID token %s is refused', async (_name, bent, why) => {
    issuer.idToken = bent;
    await expect(signOn()).rejects.toEqual(refusal(why));
  });

  it.each<[string, (url: string) => string]>([
    ['another state', (url) => url.replace(/state=[^&]*/, 'state=other')],
    ['no code', (url) => url.replace(/code=[^&]*&/, '')],
    ['a code that nobody gave', (url) => url.replace(/code=[^&]*/, 'code=guessed')],
    ['an error', (url) => `${url}&error=access_denied`],
  ])('a callback with %s is refused', async (_name, bend) => {
    await expect(signOn({}, bend)).rejects.toEqual(refusal('sign-on'));
  });

  it('a callback is used once, by whoever began, within ten minutes', async () => {
    const time = { now: systemClock() };
    const desk = deskWith([oidc()], { clock: () => time.now });
    const begun = () => desk.begin({ means: 'oidc', person: nurse, session });
    const one = await begun();
    const callback = issuer.signOn(one.url);
    await expect(desk.finish({ callback, secret: 'x'.repeat(43) })).rejects.toEqual(refusal('flow'));
    await desk.finish({ callback, secret: one.secret });
    await expect(desk.finish({ callback, secret: one.secret })).rejects.toEqual(refusal('flow'));
    // Somebody else's callback in one's own flow.
    const [mine, theirs] = [await begun(), await begun()];
    await expect(desk.finish({ callback: issuer.signOn(theirs.url), secret: mine.secret })).rejects.toEqual(
      refusal('sign-on'),
    );
    const late = await begun();
    time.now = plus(time.now, 600_000);
    await expect(desk.finish({ callback: issuer.signOn(late.url), secret: late.secret })).rejects.toEqual(
      refusal('flow'),
    );
  });

  it('is refused for somebody else, and for whom the practice does not know', async () => {
    await expect(through(deskWith([oidc()]), 'oidc', doctor)).rejects.toEqual(refusal('other-person'));
    issuer.subject = 'medewerker-2';
    await expect(signOn()).rejects.toEqual(refusal('unknown-person'));
  });

  it('plain HTTP to another machine, and an issuer that is not there, are refused', async () => {
    await expect(signOn({ issuer: 'http://issuer.example' })).rejects.toEqual(refusal('sign-on'));
    await expect(signOn({ issuer: 'http://127.0.0.1:1' })).rejects.toEqual(refusal('sign-on'));
    await expect(deskWith([]).begin({ means: 'oidc', person: nurse, session })).rejects.toEqual(refusal('flow'));
  });
});

describe('R25: an attestation of Dezi', () => {
  const signOn = () => through(deskWith([deziAdapter(issuer.dezi(), systemClock)]), 'dezi', doctor);

  it('becomes a signed word at its level, until it ends', async () => {
    const exp = Math.floor(systemClock() / 1000) + 600;
    issuer.attestation = { claims: { exp } };
    const { payload } = await signOn();
    expect(payload).toMatchObject({ person: doctor, session, level: 'high', means: 'dezi', until: exp * 1000 });
    // The host knows no names, and no numbers.
    for (const word of [DEZI, 'Verzonnen', '00000001', '01.015']) expect(JSON.stringify(payload)).not.toContain(word);
  });

  it('at the lower of both levels', async () => {
    issuer.attestation = { claims: { loa_dezi: 'http://eidas.europa.eu/LoA/substantial' } };
    expect((await signOn()).payload.level).toBe('substantial');
    issuer.attestation = {};
    issuer.idToken = { claims: { acr: 'http://eidas.europa.eu/LoA/substantial' } };
    expect((await signOn()).payload.level).toBe('substantial');
  });

  const now = Math.floor(Date.now() / 1000);
  it.each<[string, BentToken, IdentityReason]>([
    ['of another issuer', { claims: { iss: 'https://abonnee.evil.example' } }, 'attestation'],
    ['that has expired', { claims: { exp: now - 1 } }, 'expired'],
    ['that is not valid yet', { claims: { nbf: now + 600 } }, 'attestation'],
    ['without an end', { leaveOut: ['exp'] }, 'attestation'],
    ['without a beginning', { leaveOut: ['nbf'] }, 'attestation'],
    ['without a signature', { sign: 'none' }, 'attestation'],
    ['with the public key as a shared secret', { sign: 'public' }, 'attestation'],
    ["with a stranger's key", { sign: 'stranger' }, 'attestation'],
    ['without a key id', { sign: 'without-kid' }, 'attestation'],
    ['with an unknown key id', { header: { kid: 'other' } }, 'attestation'],
    ['that brings its own keys', { header: { jku: 'https://evil.example/jwks' } }, 'attestation'],
    ['of another type', { header: { typ: 'at+jwt' } }, 'attestation'],
    ['with a critical header', { header: { crit: ['x'], x: 1 } }, 'attestation'],
    [
      'of another form',
      { claims: { json_schema: 'https://www.dezi.nl/json_schemas/v2/verklaring.json' } },
      'attestation',
    ],
    ['without a role', { leaveOut: ['rol_code'] }, 'attestation'],
    ['with a level that is not known', { claims: { loa_dezi: 'http://eidas.europe.eu/LoA/high' } }, 'level'],
    ['for another organisation', { claims: { abonnee_nummer: '00000002' } }, 'other-organisation'],
    ['of somebody nobody knows', { claims: { dezi_nummer: '900000017' } }, 'unknown-person'],
    ['in a role that does not fit', { claims: { rol_code: '30.000' } }, 'role'],
    ['whose status stands elsewhere', { claims: { status_uri: 'https://evil.example/status' } }, 'attestation'],
    [
      'whose status is that of another',
      { claims: { verklaring_id: '00000000-0000-4000-8000-000000000000' } },
      'attestation',
    ],
  ])('%s is refused', async (_name, bent, why) => {
    issuer.attestation = bent;
    await expect(signOn()).rejects.toEqual(refusal(why));
  });

  it.each<[string, TestIssuer['status'], IdentityReason]>([
    ['says revoked', { body: '{"status":"ingetrokken"}' }, 'revoked'],
    ['says nothing', { body: '{}' }, 'revoked'],
    ['says it in another type', { body: '{"status":["geldig"]}' }, 'revoked'],
    ['is about another', { body: '{"status":"geldig","verklaring_id":"x"}' }, 'status-unknown'],
    ['is not JSON', { body: 'geldig' }, 'status-unknown'],
    ['is too large', { body: `{"status":"geldig","x":"${'x'.repeat(5000)}"}` }, 'status-unknown'],
    ['is an error', { code: 500, body: '{"status":"geldig"}' }, 'status-unknown'],
    ['leads elsewhere', { code: 302, body: '{"status":"geldig"}' }, 'status-unknown'],
  ])('whose status %s is refused', async (_name, status, why) => {
    issuer.status = status;
    await expect(signOn()).rejects.toEqual(refusal(why));
  });

  it('of a colleague, and one that did not come with this sign-on, are refused', async () => {
    const desk = deskWith([deziAdapter(issuer.dezi(), systemClock)]);
    await expect(through(desk, 'dezi', nurse)).rejects.toEqual(refusal('other-person'));
    issuer.userInfo = { sub: 'somebody-else' };
    await expect(signOn()).rejects.toEqual(refusal('sign-on'));
    issuer.userInfo = { verklaring: null };
    await expect(signOn()).rejects.toEqual(refusal('attestation'));
    issuer.userInfo = { verklaring_id: 'other' };
    await expect(signOn()).rejects.toEqual(refusal('attestation'));
  });

  it('is believed by nobody who cannot reach the keys', async () => {
    const { attestation } = issuer.dezi();
    const checked = (jwks: string) =>
      issuer.attest().then((text) => attestationChecker({ ...attestation, jwks }, systemClock).check(text));
    await expect(checked('http://keys.example/jwks')).rejects.toEqual(refusal('attestation'));
    await expect(checked(`${issuer.url}/nowhere`)).rejects.toEqual(refusal('attestation'));
  });
});

describe('whose identity it is', () => {
  it('stands in the register of the practice, by who vouches for it; two people under one number are nobody', () => {
    const register = {
      staff: [nurse, doctor].map((person) => ({ person, name: 'x', role: 'gp', teams: [] })),
    } as unknown as Register;
    linkIdentity(register, nurse, 'dezi', DEZI);
    expect(staffOf(register)('dezi', DEZI)).toEqual({ person: nurse, role: 'gp' });
    expect(staffOf(register)('https://other.example', DEZI)).toBeUndefined();
    linkIdentity(register, nurse, 'dezi', '900000017');
    expect(staffOf(register)('dezi', DEZI)).toBeUndefined();
    linkIdentity(register, doctor, 'dezi', '900000017');
    expect(staffOf(register)('dezi', '900000017')).toBeUndefined();
    expect(() => linkIdentity(register, newId('person', systemRandom), 'dezi', DEZI)).toThrow(/does not count/);
  });
});
