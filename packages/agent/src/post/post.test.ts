/** Mail goes out or fails, in the open and over TLS, and says nothing it should not. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { testMailbox } from '../testing/mailbox.ts';
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
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        if (ADDRESS.test(text)) expect(text).not.toMatch(/[\s,;<>:"()\\]/);
      }),
      { numRuns: 2000 },
    );
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
    ])
      await expect(config(bad)).rejects.toMatchObject({ code: 'agent/bad-post' });
  });
});
