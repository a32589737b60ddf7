/** R28: patients sign on with DigiD or a provider like it, played by a local issuer that can be made to lie. */

import { base64url, HOUR, newId, plus, systemClock, systemRandom } from '@ketenkluis/base';
import { generateSigningKey, verifyStatement, webSigner, webVerifier } from '@ketenkluis/seal';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Register } from '../register.ts';
import { type BentToken, type TestIssuer, testIssuer } from '../testing/issuer.ts';
import type { IdentityReason } from './adapter.ts';
import { citizenOf, type IdentityDesk, identityDesk } from './desk.ts';
import { eidAdapter, oidcAdapter } from './oidc.ts';

/** As a provider writes its levels; what each is worth stands in the settings. */
const LEVELS = {
  'urn:eid:two-factor': 'low',
  'urn:eid:app-with-id-check': 'substantial',
  'urn:eid:card': 'high',
} as const;

describe('R28: OpenID Connect sign-on of patients', () => {
  let issuer: TestIssuer;
  let desk: IdentityDesk;
  let agent: Awaited<ReturnType<typeof webSigner>>;
  const organisation = newId('organisation', systemRandom);
  const [patient, child] = [newId('person', systemRandom), newId('person', systemRandom)];
  const session = newId('session', systemRandom);
  const register = (key = systemRandom(32)) =>
    ({ fingerprintKey: base64url(key), practice: { organisation } }) as unknown as Register;
  const own = register();
  const deskOf = (more: object = {}, of: Register | null = own) =>
    identityDesk({
      ...{ practice: organisation, ura: '00000001', personOf: () => undefined, roles: {}, agent },
      ...(of && { citizen: citizenOf(of) }),
      adapters: [eidAdapter(issuer.oidc({ levels: LEVELS, ...more }), systemClock)],
      ...{ clock: systemClock, random: systemRandom },
    });
  const through = async (by = desk, person = patient) => {
    const { url, secret } = await by.begin({ means: 'eid', person, session });
    return (await by.finish({ callback: issuer.signOn(url), secret })).payload;
  };
  const refusal = (why: IdentityReason) => expect.objectContaining({ code: 'agent/identity-refused', detail: { why } });

  beforeAll(async () => {
    issuer = await testIssuer();
    agent = await webSigner({ by: newId('person', systemRandom), seed: (await generateSigningKey(systemRandom)).seed });
    desk = deskOf();
  });
  afterAll(() => issuer.close());
  beforeEach(() => {
    Object.assign(issuer, { subject: 'pseudonym-of-one', subjectTypes: ['pairwise'] });
    issuer.idToken = { claims: { acr: 'urn:eid:app-with-id-check' } };
  });

  it('becomes a signed word with a keyed fingerprint and no name, number or issuer', async () => {
    const { url, secret } = await desk.begin({ means: 'eid', person: patient, session });
    const asked = new URL(url).searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({ code_challenge_method: 'S256', response_type: 'code' });
    expect(asked.get('acr_values')).toBe(Object.keys(LEVELS).join(' '));
    expect(asked.get('prompt')).toBe('login');
    const word = await desk.finish({ callback: issuer.signOn(url), secret });
    expect(word.payload).toMatchObject({ person: patient, session, level: 'substantial', means: 'eid', by: agent.by });
    expect(word.payload.until).toBeLessThanOrEqual(plus(systemClock(), 12 * HOUR));
    expect(await verifyStatement(word, () => agent.publicKey, webVerifier)).toBe(true);
    const text = JSON.stringify(word.payload);
    expect(text).not.toContain('pseudonym');
    expect(text).not.toContain(issuer.url);
  });

  it('the fingerprint is the same at every sign-on, and another for another subject, person, issuer or practice key', async () => {
    const { subject } = await through();
    expect(subject).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect((await through()).subject).toBe(subject);
    const others = [
      (await through(desk, child)).subject,
      (await through(deskOf({}, register()))).subject,
      citizenOf(own)(patient, 'https://other.example', 'pseudonym-of-one'),
    ];
    issuer.subject = 'pseudonym-of-another';
    others.push((await through()).subject!);
    expect(new Set([subject, ...others]).size).toBe(5);
  });

  it('each acr is worth what the settings say', async () => {
    for (const [acr, level] of Object.entries(LEVELS)) {
      issuer.idToken = { claims: { acr } };
      expect((await through()).level).toBe(level);
    }
  });

  it.each<[string, BentToken, IdentityReason]>([
    ['with another nonce', { claims: { nonce: 'x'.repeat(43) } }, 'sign-on'],
    ['without an acr', {}, 'level'],
    ['with an acr that the settings do not name', { claims: { acr: 'urn:eid:password' } }, 'level'],
    ['with an acr as a list', { claims: { acr: ['urn:eid:card'] } }, 'level'],
    ['for another audience', { claims: { aud: 'another-client', acr: 'urn:eid:card' } }, 'sign-on'],
    ['of another issuer', { claims: { iss: 'https://evil.example', acr: 'urn:eid:card' } }, 'sign-on'],
    ["with a stranger's key", { claims: { acr: 'urn:eid:card' }, sign: 'stranger' }, 'sign-on'],
    ['without a subject', { claims: { acr: 'urn:eid:card' }, leaveOut: ['sub'] }, 'sign-on'],
  ])('an ID token %s is refused', async (_name, bent, why) => {
    issuer.idToken = why === 'level' && bent.claims === undefined ? { leaveOut: ['acr'] } : bent;
    await expect(through()).rejects.toEqual(refusal(why));
  });

  it('a callback is nothing to another flow, and nothing a second time', async () => {
    const [one, two] = [1, 2].map(() => desk.begin({ means: 'eid', person: patient, session }));
    const callback = issuer.signOn((await one!).url);
    await expect(desk.finish({ callback, secret: (await two!).secret })).rejects.toEqual(refusal('sign-on'));
    await desk.finish({ callback, secret: (await one!).secret });
    await expect(desk.finish({ callback, secret: (await one!).secret })).rejects.toEqual(refusal('flow'));
    const again = await desk.begin({ means: 'eid', person: patient, session });
    const state = new URL(again.url).searchParams.get('state');
    const replayed = callback.replace(/state=[^&]*/, `state=${state}`);
    await expect(desk.finish({ callback: replayed, secret: again.secret })).rejects.toEqual(refusal('sign-on'));
  });

  it('a provider that is away, or that gives everybody one name for a person, is no', async () => {
    issuer.subjectTypes = ['public'];
    await expect(through(deskOf())).rejects.toEqual(refusal('sign-on'));
    const gone = await testIssuer();
    await gone.close();
    await expect(through(deskOf({ issuer: gone.url }))).rejects.toEqual(refusal('sign-on'));
    // Away between the sign-on and the way back.
    const begun = await desk.begin({ means: 'eid', person: patient, session });
    const callback = issuer.signOn(begun.url);
    await issuer.close();
    await expect(desk.finish({ callback, secret: begun.secret })).rejects.toEqual(refusal('sign-on'));
    issuer = await testIssuer();
  });

  it('nobody signs on as a citizen where the desk was not given the key, nor by the sign-on of staff', async () => {
    const fresh = deskOf({}, null);
    issuer.idToken = { claims: { acr: 'urn:eid:card' } };
    await expect(through(fresh)).rejects.toEqual(refusal('flow'));
    const staff = identityDesk({
      ...{ practice: organisation, ura: '00000001', personOf: () => undefined, roles: {}, agent },
      ...{ citizen: citizenOf(own), clock: systemClock, random: systemRandom },
      adapters: [oidcAdapter(issuer.oidc({ levels: LEVELS }), systemClock)],
    });
    await expect(through(staff)).rejects.toEqual(refusal('flow'));
    const { url, secret } = await staff.begin({ means: 'oidc', person: patient, session });
    await expect(staff.finish({ callback: issuer.signOn(url), secret })).rejects.toEqual(refusal('unknown-person'));
  });
});
