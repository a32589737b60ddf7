/** R28: a patient at the desk signs on with their own telephone: link, provider, number; and what comes of it opens nothing. */

import { base64url, newId, systemClock, systemRandom } from '@ketenkluis/base';
import { deskDoor } from '@ketenkluis/client';
import { expectType, generateSigningKey, statementFromWire, webSigner } from '@ketenkluis/seal';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Register } from '../register.ts';
import { type TestIssuer, testIssuer } from '../testing/issuer.ts';
import { identityRefused } from './adapter.ts';
import { citizenOf, identityDesk } from './desk.ts';
import { type IdentityDoor, openIdentityDoor } from './listen.ts';
import { eidAdapter } from './oidc.ts';

const ORIGIN = 'https://werkplek.example';
const HIGH = 'http://eidas.europa.eu/LoA/high';

describe('R28: with a telephone at the desk', () => {
  let issuer: TestIssuer;
  let door: IdentityDoor;
  let phone: string;
  let now = systemClock();
  const refused: string[] = [];
  const [patient, session] = [newId('person', systemRandom), newId('session', systemRandom)];
  const organisation = newId('organisation', systemRandom);
  const register = { fingerprintKey: base64url(systemRandom(32)), practice: { organisation } } as unknown as Register;
  const desk = () =>
    deskDoor(phone, (url, init) => fetch(url, { ...init, headers: { ...init.headers, origin: ORIGIN } }));

  beforeAll(async () => {
    issuer = await testIssuer();
    const agent = await webSigner({
      by: newId('person', systemRandom),
      seed: (await generateSigningKey(systemRandom)).seed,
    });
    // The desk's own address is known once it listens: another one in front of it tells.
    const settings = { ...issuer.oidc({ levels: { [HIGH]: 'high' }, name: 'DigiD' }), phone: 'http://127.0.0.1:1' };
    const options = {
      ...{ practice: organisation, ura: '00000001', personOf: () => undefined, roles: {}, agent },
      ...{ citizen: citizenOf(register), clock: () => now, random: systemRandom },
    };
    const open = (port: number) => {
      const adapters = [eidAdapter({ ...settings, phone: `http://127.0.0.1:${port}` }, () => now)];
      const at = { desk: identityDesk({ ...options, adapters }), origins: [ORIGIN], host: '127.0.0.1', port };
      return openIdentityDoor({ ...at, phone: `http://127.0.0.1:${port}`, refused: (why) => refused.push(why) });
    };
    const first = await open(0);
    const { port } = first;
    await first.close();
    door = await open(port);
    phone = `http://127.0.0.1:${port}`;
  });
  afterAll(async () => {
    await door.close();
    await issuer.close();
  });
  beforeEach(() => {
    now = systemClock();
    refused.length = 0;
    issuer.subject = 'pseudonym-of-one';
  });

  const get = async (path: string, cookie = '') => {
    const answer = await fetch(`${phone}${path}`, { redirect: 'manual', headers: { cookie } });
    return { status: answer.status, html: await answer.text(), headers: answer.headers };
  };
  /** As the telephone does: the page, the button, the provider, back. */
  const take = async (link: string) => {
    const { pathname } = new URL(link);
    const answer = await fetch(`${phone}${pathname}`, { method: 'POST', redirect: 'manual' });
    const to = answer.headers.get('location');
    const cookie = answer.headers.get('set-cookie') ?? '';
    return { status: answer.status, to, cookie };
  };
  const secretIn = (cookie: string) => cookie.split(';')[0]!;
  const through = async (link: string) => {
    const { to, cookie } = await take(link);
    const { pathname, search } = new URL(issuer.signOn(to!));
    return await get(pathname + search, secretIn(cookie));
  };
  const numberOn = (html: string) => /<output>([0-9]{3}) ([0-9]{3})<\/output>/.exec(html)?.slice(1).join('') ?? 'none';

  it('names what there is, asks on a page without a script, and shows a number that finishes it where it began', async () => {
    expect(await desk().means()).toEqual([
      { means: 'eid', name: 'DigiD', issuer: issuer.oidc().issuer, asks: 'substantial', phone: true },
    ]);
    const { link, secret } = await desk().beginPhone({ person: patient, session });
    expect(link).toMatch(new RegExp(`^${phone}/aan/[0-9a-z]{10}$`));
    const page = await get(new URL(link).pathname);
    expect(page.html).toContain('Staat u niet aan de balie');
    expect(page.html).toContain(`Naar DigiD (${new URL(issuer.url).host})`);
    expect(page.html).not.toMatch(/<script/i);
    const policy = page.headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`form-action 'self' ${issuer.url};`);
    expect([page.headers.get('cache-control'), page.headers.get('referrer-policy')]).toEqual([
      'no-store',
      'no-referrer',
    ]);
    // A program that looks at the link uses nothing up.
    expect((await get(new URL(link).pathname)).status).toBe(200);

    const { to, cookie, status } = await take(link);
    expect(status).toBe(303);
    expect(cookie).toMatch(
      /^aanmelding=[A-Za-z0-9_-]{43}; Path=\/identity\/returned; Max-Age=600; HttpOnly; SameSite=Lax$/,
    );
    expect(new URL(to!).searchParams.get('redirect_uri')).toBe(`${phone}/identity/returned`);
    // Taken: nobody else signs on in that place.
    expect((await take(link)).status).toBe(403);
    expect((await get(new URL(link).pathname)).status).toBe(403);

    const { pathname, search } = new URL(issuer.signOn(to!));
    // Another telephone with the same answer is nothing.
    expect((await get(pathname + search)).status).toBe(403);
    const back = await get(pathname + search, secretIn(cookie));
    const number = numberOn(back.html);
    expect(number).toMatch(/^[0-9]{6}$/);
    expect(back.html).not.toContain('pseudonym');
    expect((await get(pathname + search, secretIn(cookie))).status).toBe(403);

    const word = expectType(statementFromWire(await desk().finishPhone({ secret }, number)), 'assurance').payload;
    expect(word).toMatchObject({ person: patient, session, level: 'high', means: 'eid', pin: true });
    expect(word.subject).toBe(citizenOf(register)(patient, issuer.url, 'pseudonym-of-one'));
    await expect(desk().finishPhone({ secret }, number)).rejects.toMatchObject({ code: 'client/desk-refused' });
  });

  it('of two returns of one telephone at the same moment one shows the number, the other says where it is', async () => {
    const { link, secret } = await desk().beginPhone({ person: patient, session });
    const { to, cookie } = await take(link);
    const { pathname, search } = new URL(issuer.signOn(to!));
    const pages = await Promise.all([1, 2].map(() => get(pathname + search, secretIn(cookie))));
    const [shown, ...more] = pages.filter(({ status }) => status === 200);
    const [other] = pages.filter(({ status }) => status === 403);
    expect(more).toEqual([]);
    expect(other!.html).toContain('Deze pagina is al open');
    expect(refused).toEqual(['returned']);
    await desk().finishPhone({ secret }, numberOn(shown!.html));
    // Whoever has not the secret of that telephone hears nothing of it.
    expect((await get(pathname + search, `aanmelding=${'x'.repeat(43)}`)).html).toContain('Dit is niet gelukt');
  });

  it('a stranger who begins as many as there is room for uses up their own share', async () => {
    const begun = { url: 'https://op.example', flow: { state: '', nonce: '', verifier: '' } };
    let provider = 0;
    const adapter = {
      means: 'oidc' as const,
      issuer: 'https://op.example',
      name: 'x',
      begin: async () => {
        provider += 1;
        return begun;
      },
      finish: async () => Promise.reject(identityRefused('sign-on')),
    };
    const signer = await webSigner({
      by: newId('person', systemRandom),
      seed: (await generateSigningKey(systemRandom)).seed,
    });
    const full = identityDesk({
      ...{ practice: organisation, ura: '00000001', personOf: () => undefined, roles: {}, agent: signer },
      ...{ clock: () => now, random: systemRandom, adapters: [adapter] },
    });
    const beginFrom = (from: string) => full.begin({ means: 'oidc', person: patient, session, from });
    const why = (work: Promise<unknown>) => work.then(String, (error: { detail: { why: string } }) => error.detail.why);
    const finish = (secret: string) => why(full.finish({ callback: 'https://werkplek.example/aangemeld', secret }));
    const mine = await beginFrom('192.0.2.7');
    for (let nth = 0; nth < 1200; nth++) await beginFrom('203.0.113.9').catch(() => undefined);
    expect(await why(beginFrom('203.0.113.9'))).toBe('room');
    // Whoever got no room cost the provider nothing.
    expect(provider).toBe(1000);
    // Others still get in, and what they began before still stands: its answer is read (and this one is none).
    for (let nth = 0; nth < 20; nth++) await beginFrom(`198.51.100.${nth}`);
    expect(await finish(mine.secret)).toBe('sign-on');
    expect(await finish('x'.repeat(43))).toBe('flow');
  });

  it('the number is tried three times, by who began and nobody else', async () => {
    const { link, secret } = await desk().beginPhone({ person: patient, session });
    await expect(desk().finishPhone({ secret }, '000000')).rejects.toMatchObject({ code: 'client/desk-refused' });
    const number = numberOn((await through(link)).html);
    await expect(desk().finishPhone({ secret: 'x'.repeat(43) }, number)).rejects.toThrow();
    for (const wrong of ['000000', '000001', '000002'])
      await expect(desk().finishPhone({ secret }, wrong)).rejects.toMatchObject({ code: 'client/desk-refused' });
    await expect(desk().finishPhone({ secret }, number)).rejects.toMatchObject({ code: 'client/desk-refused' });
  });

  it('a telephone’s sign-on is finished by no address, and an address’ by no number', async () => {
    const one = await desk().beginPhone({ person: patient, session });
    const { to } = await take(one.link);
    await expect(desk().finish(one, issuer.signOn(to!))).rejects.toMatchObject({ code: 'client/desk-refused' });
    const other = await desk().begin('eid', { person: patient, session });
    await expect(desk().finishPhone(other, '123456')).rejects.toMatchObject({ code: 'client/desk-refused' });
  });

  it('stopped at the provider, somebody else’s answer, or after ten minutes: nothing, in the same words', async () => {
    const words = 'Dit is niet gelukt';
    for (const answer of ['error=access_denied', 'code=x']) {
      const { link } = await desk().beginPhone({ person: patient, session });
      const { to, cookie } = await take(link);
      const state = new URL(to!).searchParams.get('state');
      const back = await get(`/identity/returned?${answer}&state=${state}`, secretIn(cookie));
      expect([back.status, back.html.includes(words)]).toEqual([403, true]);
    }
    // An attacker's own answer in the telephone of the patient (login CSRF).
    const theirs = await desk().beginPhone({ person: patient, session });
    const mine = await desk().beginPhone({ person: patient, session });
    const attacker = new URL(issuer.signOn((await take(theirs.link)).to!));
    const { cookie } = await take(mine.link);
    expect((await get(attacker.pathname + attacker.search, secretIn(cookie))).status).toBe(403);

    const late = await desk().beginPhone({ person: patient, session });
    now = (now + 10 * 60_000) as typeof now;
    const gone = await get(new URL(late.link).pathname);
    expect([gone.status, gone.html.includes(words)]).toEqual([403, true]);
    expect((await get('/aan/0000000000')).status).toBe(403);
  });

  it('the means are told to the workplace alone', async () => {
    const asked = (origin: string) => fetch(`${phone}/identity/means`, { headers: { origin } });
    expect((await asked('https://evil.example')).status).toBe(403);
    const known = await asked(ORIGIN);
    expect([known.status, known.headers.get('access-control-allow-origin')]).toEqual([200, ORIGIN]);
    const english = await fetch(`${phone}/aan/0000000000`, { headers: { 'accept-language': 'en-GB' } });
    expect(await english.text()).toContain('lang="en"');
  });
});
