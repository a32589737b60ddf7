/** Mail goes out or fails, in the open and over TLS, and says nothing it should not. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createSecureServer } from 'node:tls';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { testMailbox } from '../testing/mailbox.ts';
import { testAuthority } from '../testing/tls.ts';
import { ADDRESS } from './address.ts';
import { readPostConfig } from './config.ts';
import { openPost } from './post.ts';

const dir = mkdtempSync(join(tmpdir(), 'ketenkluis-post-'));
afterAll(() => rmSync(dir, { recursive: true }));
const config = (said: object): Promise<unknown> => {
  const path = join(dir, 'post.json');
  writeFileSync(path, JSON.stringify(said));
  return readPostConfig(path);
};
const said = { host: '127.0.0.1', port: 25, security: 'none', from: 'kluis@praktijk.example' } as const;

describe('outgoing mail', () => {
  it('R52: what a mail server took is sent; what it did not take is an error that names nobody', async () => {
    const box = await testMailbox();
    const post = openPost({ ...said, port: box.port, timeout: 5000 });
    await post.send({ to: 'a@b.example', subject: 'Onderwerp', text: 'Eén regel.' });
    expect(box.letters).toHaveLength(1);
    expect(box.letters[0]).toMatchObject({ from: said.from, to: ['a@b.example'] });
    expect(box.letters[0]!.text).toContain('Subject: Onderwerp');
    box.refuse = true;
    const failed = await post.send({ to: 'weg@b.example', subject: 'x', text: 'y' }).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'agent/not-sent' });
    expect(JSON.stringify(failed) + String((failed as Error).stack) + String((failed as Error).cause)).not.toContain(
      'weg@b.example',
    );
    post.close();
    // Asked for TLS, it never speaks without.
    box.refuse = false;
    const strict = openPost({ ...said, port: box.port, security: 'starttls', timeout: 5000 });
    await expect(strict.send({ to: 'a@b.example', subject: 'x', text: 'y' })).rejects.toMatchObject({
      code: 'agent/not-sent',
      detail: { why: 'no-tls' },
    });
    strict.close();
    await box.close();
    const gone = openPost({ ...said, port: box.port, timeout: 5000 });
    await expect(gone.send({ to: 'a@b.example', subject: 'x', text: 'y' })).rejects.toMatchObject({
      code: 'agent/not-sent',
    });
    gone.close();
    expect(box.letters).toHaveLength(1);
  });

  it('R52: over TLS, from the first byte or after STARTTLS, a message goes to whom the certificate names; to anybody else nothing is said', async () => {
    const [own, foreign] = [await testAuthority('kantoor'), await testAuthority('een ander')];
    const [pem, other] = [await own.issue('mail'), await own.issue('mail', 'elders.example')];
    const sign = { user: 'kluis', password: 'geheim' };
    for (const security of ['tls', 'starttls'] as const) {
      const secure = security === 'tls';
      const [box, elsewhere] = [await testMailbox({ ...pem, secure }), await testMailbox({ ...other, secure })];
      const sent = async (more: object) => {
        const post = openPost({ ...said, ...sign, port: box.port, security, timeout: 5000, ...more });
        const why = await post.send({ to: 'a@b.example', subject: 'x', text: 'y' }).catch((error: unknown) => error);
        post.close();
        return why === undefined ? null : (why as { detail: { why: string } }).detail.why;
      };
      // Signed by another, by nobody whom the public knows, and for another name: even where the environment would let it pass.
      const strict = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
      try {
        expect(await sent({ authority: foreign.ca })).toBe('certificate');
        expect(await sent({})).toBe('certificate');
        expect(await sent({ authority: own.ca, port: elsewhere.port })).toBe('certificate');
      } finally {
        if (strict === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
        else process.env.NODE_TLS_REJECT_UNAUTHORIZED = strict;
      }
      expect([box.letters, box.tried, elsewhere.letters, elsewhere.tried]).toEqual([[], [], [], []]);
      await elsewhere.close();
      expect(await sent({ authority: own.ca, host: 'localhost' })).toBeNull();
      expect(await sent({ authority: own.ca })).toBeNull();
      expect(box.tried).toEqual(['kluis geheim', 'kluis geheim']);
      expect(box.letters.map(({ to }) => to)).toEqual([['a@b.example'], ['a@b.example']]);
      await box.close();
    }
  });

  it('R52: a server that falls silent once TLS stands, or dribbles inside it, holds nobody longer than one message may take', async () => {
    const own = await testAuthority('kantoor');
    const pem = await own.issue('mail');
    for (const dribble of [false, true]) {
      let talking: ReturnType<typeof setInterval> | undefined;
      let shaken = 0;
      const server = createSecureServer(pem, (socket) => {
        shaken += 1;
        if (dribble) talking = setInterval(() => socket.write('220-nog even\r\n'), 20);
        socket.on('close', () => clearInterval(talking));
        socket.on('error', () => clearInterval(talking));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const post = openPost({ ...said, port, security: 'tls', authority: own.ca, timeout: 500 });
      const failed = await post.send({ to: 'a@b.example', subject: 'x', text: 'y' }).catch((error: unknown) => error);
      expect([failed, shaken]).toMatchObject([{ code: 'agent/not-sent', detail: { why: 'too-slow' } }, 1]);
      post.close();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('R52: a server that never ends a sentence holds nobody longer than one message may take', async () => {
    let talking: ReturnType<typeof setInterval> | undefined;
    const server = createServer((socket) => {
      // A greeting that goes on and on: never silent, never done.
      talking = setInterval(() => socket.write('220-nog even\r\n'), 20);
      socket.on('close', () => clearInterval(talking));
      socket.on('error', () => clearInterval(talking));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const post = openPost({ ...said, port: (server.address() as AddressInfo).port, timeout: 300 });
    await expect(post.send({ to: 'a@b.example', subject: 'x', text: 'y' })).rejects.toMatchObject({
      code: 'agent/not-sent',
    });
    post.close();
    await new Promise((resolve) => server.close(resolve));
  });

  it('an address is one address: nothing in it ends a header or names another', () => {
    // Near enough to an address that many of them are one.
    const bad = fc.constantFrom(...'.-+@,;<>:"()\\ \t\r\n\u2028é');
    const unit = fc.oneof({ weight: 9, arbitrary: fc.constantFrom('a', 'Z', '1') }, { weight: 1, arbitrary: bad });
    const part = fc.string({ unit, minLength: 1, maxLength: 3 });
    let taken = 0;
    fc.assert(
      fc.property(part, part, part, (name, host, end) => {
        const text = `${name}@${host}.${end}`;
        if (!ADDRESS.test(text)) return;
        taken += 1;
        if (/[\s,;<>:"()\\]/.test(text)) throw new Error(`taken for an address: ${JSON.stringify(text)}`);
      }),
      { numRuns: 2000 },
    );
    expect(taken).toBeGreaterThan(200);
    for (const bad of ['a@b.nl\r\nBcc: c@d.nl', 'a@b.nl,c@d.nl', 'A <a@b.nl>', 'a@localhost', '@b.nl'])
      expect(ADDRESS.test(bad)).toBe(false);
    expect(ADDRESS.test("j.o'neil+kluis@mail.praktijk.example")).toBe(true);
  });

  it('settings: without TLS only to this very machine, a password only with a user', async () => {
    expect(await config(said)).toMatchObject({ host: '127.0.0.1', timeout: 20_000 });
    writeFileSync(join(dir, 'password'), 'geheim\n');
    const full = { ...said, host: 'mail.praktijk.example', security: 'starttls', user: 'kluis', password: 'password' };
    expect(await config(full)).toMatchObject({ user: 'kluis', password: 'geheim' });
    for (const bad of [
      { ...said, host: 'mail.praktijk.example' },
      { ...said, host: '127.evil.example' },
      { ...said, user: 'kluis' },
      { ...full, password: 'not-there' },
      { ...said, from: 'A <a@b.nl>' },
      { ...said, more: 1 },
      { ...full, authority: 'password' },
      { ...full, authority: 'not-there' },
      { ...said, authority: 'password' },
    ])
      await expect(config(bad)).rejects.toMatchObject({ code: 'agent/bad-post' });
  });
});
