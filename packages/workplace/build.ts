/**
 * Builds the workplace when its sources changed. The folder is named by nothing but its content: the same sources give
 * the same bytes. Run as a program it prints where the bundle is.
 */

import { createHash } from 'node:crypto';
import { access, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { build } from 'vite';

const here = import.meta.dirname;
const packages = join(here, '..');
const dist = join(here, 'dist');

/** What the vault must send with the bundle. Mantine sets sizes and colours as inline styles; scripts are ours only. */
export const CSP = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Every package that the bundle may hold a line of (the floors below the workplace), and the workplace itself. */
const FLOORS = ['base', 'ledger', 'fhir', 'seal', 'access', 'protocol', 'care', 'client', 'workplace'];
const SKIP = /(^|\/)(node_modules|dist|test|vectors|dev)(\/|$)|\.test(-d)?\.tsx?$|\.md$/;

export interface Built {
  readonly dir: string;
  /** SHA-256 over paths and bytes of everything in `dir`, hexadecimal: what is written into the log and compared. */
  readonly hash: string;
  readonly built: boolean;
}

async function* filesIn(directory: string, skip: RegExp | null): AsyncGenerator<string> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (skip?.test(relative(packages, path))) continue;
    if (entry.isDirectory()) yield* filesIn(path, skip);
    else if (entry.isFile()) yield path;
  }
}

async function hashOf(paths: readonly string[], root: string): Promise<string> {
  const hash = createHash('sha256');
  for (const path of [...paths].sort()) {
    const bytes = await readFile(path);
    hash.update(`${relative(root, path)}\n${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex');
}

async function collect(directory: string, skip: RegExp | null = null): Promise<string[]> {
  const found: string[] = [];
  for await (const path of filesIn(directory, skip)) found.push(path);
  return found;
}

/** Hash of all that the bundle is made of, the lock file included: a new library version is a new bundle. */
export async function sourceHash(): Promise<string> {
  const sources = await Promise.all(FLOORS.map((name) => collect(join(packages, name), SKIP)));
  return await hashOf([...sources.flat(), join(packages, '..', 'package-lock.json')], packages);
}

/** And what else the invented practice is made of. */
async function fixtureHash(): Promise<string> {
  const paths = await collect(join(here, 'src', 'dev'));
  return `${await sourceHash()} ${await hashOf([...paths, join(here, 'dev.html')], packages)}`;
}

const stamp = join(dist, '.built-from');

async function isFresh(page: string, from: string, source: string): Promise<boolean> {
  try {
    await access(page);
    return (await readFile(from, 'utf8')) === source;
  } catch {
    return false;
  }
}

/** Always the production form of every library, whatever the caller's environment says: it is part of the input. */
async function bundle(mode: 'production' | 'fixture', outDir?: string): Promise<void> {
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = 'production';
  try {
    const into = outDir === undefined ? {} : { build: { outDir, emptyOutDir: true } };
    await build({ configFile: join(here, 'vite.config.ts'), logLevel: 'error', mode, ...into });
  } finally {
    if (before === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = before;
  }
}

export async function buildWorkplace(options: { readonly ifChanged?: boolean } = {}): Promise<Built> {
  const source = await sourceHash();
  const fresh = options.ifChanged === true && (await isFresh(join(dist, 'index.html'), stamp, source));
  if (!fresh) {
    await bundle('production');
    await writeFile(stamp, source);
  }
  const files = (await collect(dist)).filter((path) => path !== stamp);
  return { dir: dist, hash: await hashOf(files, dist), built: !fresh };
}

/** Builds anew into a folder of the caller's and says its hash: whoever doubts a bundle compares. */
export async function rebuildWorkplace(outDir: string): Promise<string> {
  await bundle('production', outDir);
  return await hashOf(await collect(outDir), outDir);
}

/** The invented practice on the same screens, for the browser tests; it is never in `dist`. */
export const FIXTURE = join(packages, '..', '.cache', 'workplace-fixture');
export async function buildFixture(): Promise<void> {
  const source = await fixtureHash();
  const from = join(FIXTURE, '.built-from');
  if (await isFresh(join(FIXTURE, 'dev.html'), from, source)) return;
  await bundle('fixture');
  await writeFile(from, source);
}

if (import.meta.main) {
  const { dir, hash, built } = await buildWorkplace({ ifChanged: true });
  console.log(`${relative(process.cwd(), dir)} ${built ? 'built' : 'unchanged'}, sha256 ${hash}`);
}
