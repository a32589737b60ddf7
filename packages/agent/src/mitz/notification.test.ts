/** R36: notifications of a Mitz subscription, over TLS with certificates on both sides. */

import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Pem, type TestAuthority, testAuthority } from '../testing/tls.ts';
import { listenToMitz, type MitzListener } from './listen.ts';
import { checkNotification } from './notification.ts';

const golden = readFileSync(join(import.meta.dirname, '..', '..', 'vectors', 'mitz', 'notification.xml'), 'utf8');
const URA = '00000001';
const bytes = (text: string) => new TextEncoder().encode(text);
const check = (text: string) => () => checkNotification(bytes(text), URA);

describe('R36: a notification', () => {
  it('of this practice, about one patient, is word of a change', () => {
    expect(check(golden)).not.toThrow();
  });

  it.each<[string, string]>([
    ['of another holder', golden.replace(`value="${URA}"`, 'value="00000002"')],
    ['without a BSN', golden.replace('fhir/NamingSystem/bsn', 'fhir/NamingSystem/other')],
    ['with a wrong BSN', golden.replace('999911120', '999911121')],
    ['about two patients', golden.replace(/(<entry>(?:(?!<entry>)[\s\S])*<Patient>[\s\S]*?<\/entry>)/, '$1$1')],
    ['with a consent of another patient', golden.replace('1a01"/>\n        </patient>', '1aff"/>\n        </patient>')],
    [
      'with a consent of another holder',
      golden.replace('1a02"/>\n            </reference>', '1aff"/>\n            </reference>'),
    ],
    ['of another profile', golden.replace('Consent-Mitz-Notify', 'Consent-Other')],
    ['that is no transaction', golden.replace('"transaction"', '"searchset"')],
    ['with something else besides', golden.replaceAll('Consent>', 'Observation>')],
    ['with a document type', golden.replace('<Bundle', '<!DOCTYPE Bundle><Bundle')],
    ['cut off', golden.slice(0, -12)],
    ['that is JSON', '{"resourceType":"Bundle"}'],
  ])('%s is refused, without a word of whom', (_name, text) => {
    expect(text).not.toBe(golden);
    expect(check(text)).toThrow(expect.objectContaining({ code: 'agent/bad-mitz' }));
    expect(check(text)).not.toThrow(/9999111/);
  });
});

describe('R36: the listener', () => {
  let authority: TestAuthority;
  let own: Pem;
  let mitz: Pem;
  let listener: MitzListener;
  let changes = 0;
  beforeAll(async () => {
    authority = await testAuthority('stelsel');
    own = await authority.issue('praktijk');
    mitz = await authority.issue('mitz');
    const config = { tls: { ...own, ca: authority.ca }, holder: { ura: URA, type: 'Z3' } };
    listener = await listenToMitz({ config, host: '127.0.0.1', port: 0, changed: () => (changes += 1) });
  });
  afterAll(() => listener.close());

  const send = (body: string, more: { path?: string; type?: string; method?: string; as?: Pem | null } = {}) =>
    new Promise<number | 'no-connection'>((done) => {
      const { as = mitz } = more;
      const call = request(
        {
          host: '127.0.0.1',
          port: listener.port,
          path: more.path ?? '/mitz/notify',
          method: more.method ?? 'POST',
          ca: authority.ca,
          ...(as ?? {}),
          agent: false,
          headers: { 'content-type': more.type ?? 'application/fhir+xml' },
        },
        (response) => {
          response.resume();
          done(response.statusCode ?? 0);
        },
      );
      call.on('error', () => done('no-connection'));
      call.end(body);
    });

  it('takes a good one, and says the same to everything else', async () => {
    expect(await send(golden)).toBe(204);
    expect(changes).toBe(1);
    expect(await send(golden.replace(URA, '00000002'))).toBe(400);
    expect(await send(golden, { path: '/other' })).toBe(400);
    expect(await send(golden, { type: 'application/json' })).toBe(400);
    expect(await send('', { method: 'GET' })).toBe(400);
    expect([400, 'no-connection']).toContain(await send('x'.repeat(300_000)));
    expect(changes).toBe(1);
  });

  it('speaks to nobody without a certificate of the named authority', async () => {
    expect(await send(golden, { as: null })).toBe('no-connection');
    expect(await send(golden, { as: await (await testAuthority('vreemd')).issue('mitz') })).toBe('no-connection');
    expect(changes).toBe(1);
  });
});
