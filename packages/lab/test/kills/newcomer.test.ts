/** What the pages for keyholders and breaches say to type, typed: every command as a process, as somebody new to it would (R58, R59). */

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../../../cli/src/main.ts', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'newcomer-'));
const services: ChildProcess[] = [];
afterAll(async () => {
  for (const one of services) {
    const over = new Promise((resolve) => one.once('exit', resolve));
    one.kill('SIGTERM');
    await over;
  }
  rmSync(dir, { recursive: true, force: true });
});

const start = (args: readonly string[], env: Record<string, string> = {}) =>
  spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], {
    ...{ cwd: dir, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } },
  });
/** The one JSON document on stdout, and the exit code. */
async function run(args: readonly string[], env: Record<string, string> = {}) {
  const child = start([...args, '--json'], env);
  const out: Buffer[] = [];
  child.stdout!.on('data', (bytes: Buffer) => out.push(bytes));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const json = JSON.parse(Buffer.concat(out).toString());
  return { code, json };
}
async function done(args: readonly string[], env: Record<string, string> = {}) {
  const { code, json } = await run(args, env);
  expect([code, json.error]).toEqual([0, undefined]);
  return json;
}
/** Until it says that it listens. */
async function serve(args: readonly string[]): Promise<void> {
  const child = start(args);
  services.push(child);
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`${args[0]} ended`)));
    const said = (bytes: Buffer) => String(bytes).includes('listening on') && resolve();
    child.stdout!.on('data', said);
    child.stderr!.on('data', said);
  });
}
const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

const passphraseOn = (sheet: string) => readFileSync(join(dir, 'sheets', sheet), 'utf8').split('\n')[4]!;

it('R58, R59: keyholder init, name and breach do what their pages say, from an empty folder on', async () => {
  const [vaultPort, keyPort] = [await freePort(), await freePort()];
  const [vault, holder] = [`http://localhost:${vaultPort}`, `http://localhost:${keyPort}`];
  await done(['generate', '--patients', '40', '--out', 'source', '--seed', '3', '--as-of', '2026-11-20']);
  const card = await done(['keyholder', 'init', '--dir', 'holder', '--url', holder]);
  expect(card.fingerprint).toMatch(/^(\d{4} ){5}\d{4}$/);
  await serve(['serve', '--dir', 'vault', '--port', String(vaultPort), '--keyholders', holder]);
  const staff = [
    { name: 'H. Wielinga', role: 'gp', owner: true },
    { name: 'Y. Benali', role: 'gp', owner: true, logOfficer: true },
    { name: 'S. Kuipersma', role: 'poh-s' },
  ];
  const practice = { name: 'Huisartsenpraktijk De Linde', ura: '90000123', agb: '01999999', threshold: 1, staff };
  writeFileSync(join(dir, 'practice.json'), JSON.stringify(practice));
  const token = readFileSync(join(dir, 'vault', 'bootstrap-token'), 'utf8').trim();
  const state = ['--dir', 'state'];
  const { practiceLink } = await done(
    ['init', ...state, '--vault', vault, '--practice', 'practice.json', '--sheets', 'sheets'],
    { KETENKLUIS_BOOTSTRAP_TOKEN: token },
  );

  // Id, authority and log key stand in the practice link.
  const link = JSON.parse(Buffer.from(practiceLink.split('/').at(-1), 'base64url').toString());
  const file = join(dir, 'holder', 'keyholder.json');
  const pins = [{ practice: link.practice, authority: link.authority, log: link.log.key }];
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), port: keyPort, practices: pins }));
  await serve(['keyholder', '--config', file]);

  const mine = { KETENKLUIS_PASSPHRASE: passphraseOn('person-1.txt') };
  const both = { ...mine, KETENKLUIS_SECOND_PASSPHRASE: passphraseOn('person-2.txt') };
  const from = ['--source', 'source', '--as-of', '2026-11-20'];
  await done(['enrol', ...state, ...from, '--confirm', 'sheets/person-1.txt', '--notice', 'folder 3'], mine);
  expect(await done(['sync', ...state, ...from, '--mirror', 'mirror'])).toMatchObject({ keyholders: null });
  const before = new Date().toISOString();
  const naming = ['--person', 'sheets/person-1.txt', '--second', 'sheets/person-2.txt', '--card', 'holder/card.txt'];
  expect(await done(['keyholder', 'name', ...naming, '--need', '1'], both)).toMatchObject({ state: 'admitted' });
  const named = await done(['sync', ...state, ...from, '--mirror', 'mirror']);
  expect(named.keyholders).toEqual({ holders: 1, need: 1, short: 0 });

  // By which ids an incident is named, and what it laid open before and after the keyholder.
  const known = await done(['breach', ...state, '--mirror', 'mirror', '--ids']);
  expect(known.people.map(({ name }: { name: string }) => name)).toEqual(staff.map(({ name }) => name));
  expect(known.keyholders).toEqual([card.person]);
  const keys = known.teams.flatMap(({ team, keys: of }: { team: string; keys: { kem: string }[] }) =>
    of.map(({ kem }) => `${team}=${kem}`),
  );
  const incident = ['breach', ...state, '--mirror', 'mirror', '--what', 'Een back-up en een laptop zijn weg.'];
  const opened = async (more: readonly string[]) => (await done([...incident, '--key', ...keys, ...more])).breaches[0];
  expect(await opened(['--backup', before])).toMatchObject({ ciphertext: 0, hoursLeft: 72 });
  const now = new Date().toISOString();
  const safe = await opened(['--backup', now, '--out', 'breach']);
  expect(safe).toMatchObject({ readable: 0, hoursLeft: 72 });
  expect(safe.ciphertext).toBeGreaterThan(0);
  const worse = await opened(['--backup', now, '--keyholder', card.person, '--out', 'worse']);
  expect(worse.readable).toBe(safe.ciphertext);
  const chapters = (folder: string) =>
    [...readFileSync(join(dir, folder, 'melding-ap.md'), 'utf8').matchAll(/^## (\d+)\./gm)].map(([, n]) => Number(n));
  expect(chapters('breach')).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(readdirSync(join(dir, 'breach', 'brieven'))).toEqual([]);
  expect(readdirSync(join(dir, 'worse', 'brieven')).length).toBe(worse.readable);

  // The register: added to, reported, closed; a clock that ran out fails, and nothing goes.
  const id = ['breach', ...state, '--id', safe.id];
  await done([...id, '--supplement', 'De laptop is terug.', '--out', 'later']);
  expect(readFileSync(join(dir, 'later', 'melding-ap.md'), 'utf8')).toContain('De laptop is terug.');
  expect((await done([...id, '--reported', 'AP-2026-1'])).breaches[0]).toMatchObject({
    reported: true,
    hoursLeft: null,
  });
  const late = await run([...incident, '--anybody', '--aware', '2026-01-01T08:00:00Z', '--until', now]);
  expect([late.code, late.json.breaches[0].hoursLeft < 0]).toEqual([1, true]);
  const { code, json } = await run(['breach', ...state]);
  expect([code, json.breaches.length]).toEqual([1, 4]);
  expect(existsSync(join(dir, 'holder', 'keyholder.db'))).toBe(true);
});
