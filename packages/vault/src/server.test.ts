import { type ChildProcess, spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { BOOTSTRAP, deliverAll, enrol, look, newDossier, ORIGIN, startTestWorld, type TestWorld } from './testing.ts';

const folders: string[] = [];
const folder = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'ketenkluis-server-'));
  folders.push(dir);
  return dir;
};
afterAll(() => {
  for (const dir of folders) rmSync(dir, { recursive: true, force: true });
});
let world: TestWorld | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

const builtWorkplace = (): string => {
  const dir = folder();
  mkdirSync(join(dir, 'assets'));
  writeFileSync(join(dir, 'index.html'), '<!doctype html><title>x</title>');
  writeFileSync(join(dir, 'assets', 'index-abc123.js'), 'export {};');
  return dir;
};

describe('the server', () => {
  it('serves the workplace with strict headers, and keeps answers of the API out of every cache', async () => {
    world = await startTestWorld({ workplace: builtWorkplace() });
    const get = (url: string, accept = 'text/html') => world!.running.app.inject({ url, headers: { accept } });
    const page = await get('/');
    expect(page.statusCode).toBe(200);
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("'unsafe-eval'");
    expect(page.headers).toMatchObject({
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-cache',
    });
    expect((await get('/assets/index-abc123.js')).headers['cache-control']).toContain('immutable');
    expect((await get('/dossier/somewhere')).body).toContain('<title>x</title>');
    expect((await get('/dossier/somewhere', 'application/json')).statusCode).toBe(404);
    expect((await get('/v1/nothing')).json()).toMatchObject({ type: 'vault/refused' });
    expect((await get('/../../etc/passwd')).body).not.toContain('root:');
    const api = await get('/v1/vault');
    expect(api.headers['cache-control']).toBe('no-store');
    expect(api.json()).toMatchObject({ origin: ORIGIN, vault: world.running.vault.keys.id });
  });

  it('serves the bundle that stands there now, and nothing outside its folder', async () => {
    const dir = builtWorkplace();
    const secret = folder();
    writeFileSync(join(secret, 'secret.txt'), 'TOP SECRET');
    world = await startTestWorld({ workplace: dir });
    const get = (url: string, accept = '*/*') => world!.running.app.inject({ url, headers: { accept } });
    expect((await get('/assets/index-abc123.js')).statusCode).toBe(200);
    rmSync(join(dir, 'assets', 'index-abc123.js'));
    writeFileSync(join(dir, 'assets', 'index-def456.js'), 'export const now = 2;');
    writeFileSync(join(dir, 'index.html'), '<!doctype html><title>y</title>');
    expect((await get('/', 'text/html')).body).toContain('<title>y</title>');
    expect((await get('/assets/index-def456.js')).body).toContain('now = 2');
    expect((await get('/assets/index-abc123.js', 'text/html')).json()).toMatchObject({ type: 'vault/refused' });

    symlinkSync(join(secret, 'secret.txt'), join(dir, 'assets', 'link.txt'));
    symlinkSync(secret, join(dir, 'linked'));
    writeFileSync(join(dir, '.env'), 'TOP SECRET');
    const outside = `..${secret}/secret.txt`;
    for (const path of [
      'assets/link.txt',
      'linked/secret.txt',
      '.env',
      outside,
      `../../../../../../../../..${secret}/secret.txt`,
      `assets/..%2f..%2f..%2f..%2f..%2f..%2f..${encodeURIComponent(secret)}%2fsecret.txt`,
      `%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e${secret}/secret.txt`,
      `..%5c..%5c${secret}/secret.txt`,
      'assets/%00.js',
      'assets/%',
      `/${secret}/secret.txt`,
    ]) {
      const reply = await get(`/${path}`);
      expect(reply.statusCode, path).toBeGreaterThanOrEqual(400);
      expect(reply.statusCode, path).toBeLessThan(500);
      expect(reply.body, path).not.toContain('TOP SECRET');
      expect((await get(`/${path}`, 'text/html')).body, path).not.toContain('TOP SECRET');
    }
    rmSync(join(dir, 'index.html'));
    expect((await get('/', 'text/html')).statusCode).toBe(404);
  });

  it('its files are for its own user alone, whatever the umask and whatever stood there', async () => {
    const dir = folder();
    const before = process.umask(0);
    try {
      for (const name of ['vault.db', 'shares.db']) writeFileSync(join(dir, name), '', { mode: 0o666 });
      world = await startTestWorld({ dir });
      const agent = await world.open(world.practice.agent);
      await deliverAll(world, agent, (await enrol(world, newDossier())).into);
      const all = readdirSync(dir, { recursive: true, withFileTypes: true });
      const modes = new Map(
        all.map((one) => [one.name, statSync(join(one.parentPath, one.name)).mode & 0o777] as const),
      );
      for (const name of [
        'vault.db',
        'vault.db-wal',
        'vault.db-shm',
        'shares.db',
        'shares.db-wal',
        'vault.log',
        'vault.lock',
      ])
        expect([...modes.keys()]).toContain(name);
      for (const one of all) expect([one.name, modes.get(one.name)]).toEqual([one.name, one.isFile() ? 0o600 : 0o700]);
      expect(statSync(dir).mode & 0o777).toBe(0o700);
    } finally {
      process.umask(before);
    }
  });

  it('a forwarded address counts only from a proxy that was named', async () => {
    const limits = { perMinute: 1000, strictPerMinute: 3 };
    const statuses = async (proxies?: string[]) => {
      world = await startTestWorld({ limits, ...(proxies ? { proxies } : {}) });
      const found: number[] = [];
      for (let i = 0; i < 6; i++)
        found.push(
          (
            await world.call('challenge', {
              headers: { 'x-forwarded-for': `203.0.113.${i}`, 'x-forwarded-proto': 'https' },
            })
          ).status,
        );
      await world.close();
      world = undefined;
      return found;
    };
    // Bringing the practice was one try of this address.
    expect(await statuses()).toEqual([200, 200, 429, 429, 429, 429]);
    expect(await statuses(['10.1.1.1'])).toEqual([200, 200, 429, 429, 429, 429]);
    expect(await statuses(['127.0.0.1'])).toEqual([200, 200, 200, 200, 200, 200]);
  });

  it.each([
    'http://vault.example.nl',
    'http://localhost.example.nl:8443',
    'http://10.0.0.1:8443',
    'http://notlocalhost',
    'https://vault.example.nl/',
    'https://vault.example.nl/path',
    'ftp://localhost',
    'vault.example.nl',
  ])('refuses %s as its origin', async (origin) => {
    await expect(startTestWorld({ origins: [origin] })).rejects.toMatchObject({ code: 'vault/bad-config' });
  });

  it('R46: carries a request id through answer and log, and takes no other text for one', async () => {
    world = await startTestWorld();
    const get = (id: string) => world!.running.app.inject({ url: '/v1/vault', headers: { 'x-request-id': id } });
    expect((await get('req_aaaaaaaaaaaaaaaaaaaaaaaaaa')).headers['x-request-id']).toBe(
      'req_aaaaaaaaaaaaaaaaaaaaaaaaaa',
    );
    const odd = await get('Jansen, 1950-01-01 "x"');
    expect(odd.headers['x-request-id']).toMatch(/^req_[a-z2-7]{26}$/);
    const log = readFileSync(join(world.dir, 'logs', 'vault.log'), 'utf8');
    expect(log).toContain('"requestId":"req_aaaaaaaaaaaaaaaaaaaaaaaaaa"');
    expect(log).not.toContain('Jansen');
  });

  it('R6: its log holds routes, not ids: no dossier, handle, person, body, query or token', async () => {
    world = await startTestWorld();
    const agent = await world.open(world.practice.agent);
    const nurse = await world.open(world.practice.nurse);
    const dossier = newDossier();
    await deliverAll(world, agent, (await enrol(world, dossier)).into);
    await look(world, nurse, [{ dossier: dossier.id, handle: dossier.handles[0]! }]);
    await world.call('me', { token: nurse.token, practice: world.practice.id });
    await world.call('mirror', { token: agent.token, query: '?after=123456' });
    await world.running.app.inject({ url: `/v1/practices/${world.practice.id}/unknown?name=Jansen` });
    const log = readFileSync(join(world.dir, 'logs', 'vault.log'), 'utf8');
    expect(log).toContain('/v1/practices/:practice/releases');
    for (const secret of [
      dossier.id,
      dossier.handles[0]!,
      world.practice.id,
      nurse.person.id,
      nurse.token,
      '123456',
      'Jansen',
      nurse.session,
    ]) {
      expect(log).not.toContain(secret);
    }
  });

  it('R8: its keys, and nothing else of the host, open no pack: the plaintext stands in none of its files', async () => {
    world = await startTestWorld();
    const agent = await world.open(world.practice.agent);
    const dossier = newDossier();
    await deliverAll(world, agent, (await enrol(world, dossier)).into);
    const files = readdirSync(world.dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    for (const file of files)
      expect(readFileSync(join(file.parentPath, file.name)).includes('content of han_')).toBe(false);
    const keys = join(world.dir, 'keys');
    for (const name of readdirSync(keys)) expect(statSync(join(keys, name)).mode & 0o777).toBe(0o600);
  });

  it('limits how often anybody may try, more strictly where nobody is known', async () => {
    world = await startTestWorld({ limits: { perMinute: 60, strictPerMinute: 20 } });
    const statuses = [];
    for (let i = 0; i < 20; i++) statuses.push((await world.call('challenge')).status);
    expect(statuses.at(-1)).toBe(429);
    const limited = await world.call('challenge');
    expect(limited.json()).toMatchObject({ type: 'vault/too-many', status: 429 });
    expect((await world.call('vault-info')).status).toBe(200);
  });

  it('says what it speaks (OpenAPI) and how busy it is, without an id', async () => {
    world = await startTestWorld();
    await world.open(world.practice.nurse);
    const spec = (await world.running.app.inject({ url: '/openapi.json' })).json<{ openapi: string; paths: object }>();
    expect(spec.openapi).toBe('3.1.0');
    expect(Object.keys(spec.paths)).toContain('/v1/practices/{practice}/releases');
    const written = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'openapi.json'), 'utf8');
    expect(JSON.parse(written), 'run: node packages/vault/tools/openapi.ts').toEqual(spec);
    const metrics = (await world.running.app.inject({ url: '/metrics' })).body;
    expect(metrics).toContain(
      'ketenkluis_requests_total{route="/v1/practices/:practice/sessions",method="POST",status="200"} 1',
    );
    expect(metrics).not.toContain(world.practice.id);
    const outside = await world.running.app.inject({ url: '/metrics', remoteAddress: '10.0.0.1' });
    expect(outside.statusCode).toBe(404);
    const known = await world.running.app.inject({
      url: '/metrics',
      remoteAddress: '10.0.0.1',
      headers: { authorization: `Bearer ${BOOTSTRAP}` },
    });
    expect(known.statusCode).toBe(200);
  });

  it('refuses to start without an origin, and with a workplace that was not built', async () => {
    await expect(startTestWorld({ origins: [] })).rejects.toThrow('origin');
    await expect(startTestWorld({ workplace: folder() })).rejects.toThrow('index.html');
  });
});

describe('the process', () => {
  const start = (
    config: string,
  ): { child: ChildProcess; first: Promise<Record<string, unknown>>; ended: Promise<number | null> } => {
    const child = spawn(process.execPath, ['--no-warnings', join(import.meta.dirname, 'main.ts'), config], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const first = new Promise<Record<string, unknown>>((resolve, reject) => {
      let text = '';
      child.stdout!.on('data', (part: Buffer) => {
        text += part.toString();
        if (text.includes('\n')) resolve(JSON.parse(text.split('\n')[0]!) as Record<string, unknown>);
      });
      child.on('error', reject);
    });
    return { child, first, ended: new Promise((resolve) => child.on('exit', (code) => resolve(code))) };
  };
  const get = (port: number, path: string) =>
    new Promise<number>((resolve, reject) => {
      httpRequest({ host: '127.0.0.1', port, path }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });

  it('says on one line where it listens, answers, and stops at SIGTERM', async () => {
    const dir = folder();
    const file = join(dir, 'config.json');
    writeFileSync(
      file,
      JSON.stringify({ dir: join(dir, 'vault'), port: 0, origins: [ORIGIN], bootstrapToken: BOOTSTRAP }),
    );
    const { child, first, ended } = start(file);
    const { listening } = (await first) as { listening: { port: number } };
    expect(await get(listening.port, '/healthz')).toBe(200);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  it('names what is wrong with its configuration', async () => {
    const { first, ended } = start('{"dir":"x","port":"many"}');
    expect(await first).toMatchObject({ error: { code: 'vault/bad-config' } });
    expect(await ended).toBe(1);
  });
});
