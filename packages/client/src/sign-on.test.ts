/** R26, R28: the client's way to a desk that answers, lies, or does not answer. */

import { newId, systemRandom } from '@ketenkluis/base';
import { describe, expect, it } from 'vitest';
import { cameBack, deskDoor, type Fetch } from './index.ts';

const ORIGIN = 'https://balie.example';
const about = { person: newId('person', systemRandom), session: newId('session', systemRandom) };
const answering =
  (status: number, body: unknown): Fetch =>
  async () => ({
    status,
    headers: { get: () => null },
    arrayBuffer: async () => new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)).buffer,
  });
const code = async (work: Promise<unknown>) => {
  try {
    return await work;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('the desk', () => {
  it('says no, or nothing that can be read: two things to a person', async () => {
    expect(await code(deskDoor(ORIGIN, answering(403, '')).begin('eid', about))).toBe('client/desk-refused');
    for (const [status, body] of [
      [200, 'no JSON'],
      [200, { means: [{ means: 'eid', name: '' }] }],
      [200, { means: [{ means: 'card', name: 'X' }] }],
      [200, { means: [], more: 1 }],
      [500, { means: [] }],
      [302, ''],
    ] as const) {
      expect(await code(deskDoor(ORIGIN, answering(status, body)).means())).toBe('client/desk-away');
    }
    const away: Fetch = async () => {
      throw new TypeError('fetch failed');
    };
    expect(await code(deskDoor(ORIGIN, away).means())).toBe('client/desk-away');
  });

  it('leads to the web and nowhere else, with a state of its own', async () => {
    const begun = (url: string) => deskDoor(ORIGIN, answering(200, { url, secret: 's' })).begin('dezi', about);
    expect(await begun('https://inloggen.example/?state=abc')).toEqual({
      ...{ url: 'https://inloggen.example/?state=abc', secret: 's', state: 'abc' },
    });
    for (const url of ['javascript:alert(1)//?state=abc', 'data:text/html,x?state=abc', 'https://inloggen.example/'])
      expect(await code(begun(url))).toBe('client/desk-away');
    const phone = (link: string) => deskDoor(ORIGIN, answering(200, { link, secret: 's' })).beginPhone(about);
    expect(await code(phone('http://elsewhere.example/aan/x'))).toBe('client/desk-away');
    expect(await phone('https://balie.example/aan/x')).toEqual({ link: 'https://balie.example/aan/x', secret: 's' });
  });

  it('is asked over TLS alone, at its origin and under no other path', async () => {
    const asked: string[] = [];
    const fetch: Fetch = async (url, init) => {
      asked.push(`${init.method} ${url}`);
      return await answering(200, { means: [] })(url, init);
    };
    await deskDoor(ORIGIN, fetch).means();
    expect(asked).toEqual(['GET https://balie.example/identity/means']);
    for (const origin of ['http://balie.example', 'https://balie.example/x', 'nothing'])
      expect(() => deskDoor(origin, fetch)).toThrow('the address of the desk is none');
  });

  it('what came back is an answer, a stop, or neither', () => {
    expect(cameBack('https://w.example/aangemeld?code=1&state=s')).toEqual({ state: 's', cancelled: false });
    expect(cameBack('https://w.example/aangemeld?error=access_denied&state=s')).toEqual({
      state: 's',
      cancelled: true,
    });
    for (const none of ['', '?code=1', '?state=s', '?error=x'])
      expect(cameBack(`https://w.example/aangemeld${none}`)).toBeNull();
  });
});
