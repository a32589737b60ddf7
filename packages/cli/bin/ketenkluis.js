#!/usr/bin/env node
// Plain JavaScript so that any Node can start it: it runs the command on the Node that the lockfile pins.
import { spawn } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = fileURLToPath(import.meta.url);
/** WebCrypto's ML-KEM is what we are here for; that Node still calls it experimental helps no user. */
const QUIET = '--disable-warning=ExperimentalWarning';
/** What dies young is let go of sooner: reading a practice takes a third less memory, and hardly more time (docs/bench.md). */
const FLAGS = [QUIET, '--max-semi-space-size=16'];

/** The Node to run on: this one if it is new enough, else the one that `npm ci` brought. */
function findNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 24 || (major === 24 && minor >= 7)) return process.execPath;
  try {
    const pinned = join(dirname(createRequire(import.meta.url).resolve('node/package.json')), 'bin', 'node');
    if (existsSync(pinned)) return pinned;
  } catch {
    // Not installed: said below.
  }
  console.error(
    `ketenkluis needs Node 24.7 or newer and this is ${process.versions.node}: run "npm ci" in the project.`,
  );
  process.exit(1);
}

/**
 * Where Node keeps our modules compiled, so that a command is at work in half the time: the user's own folder, because who may write
 * there decides what runs. Nothing of a practice stands in it; where it cannot be written, everything is compiled as before.
 */
function compiledModules() {
  try {
    const caches = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
    const ours = join(caches, 'ketenkluis');
    for (const folder of [caches, ours]) if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
    // Under sudo this may be somebody else's home.
    const { uid, mode } = lstatSync(ours);
    const isOurs = process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
    return isOurs ? { NODE_COMPILE_CACHE: ours } : {};
  } catch {
    return {};
  }
}

if (process.execArgv.includes(QUIET)) {
  await import(pathToFileURL(join(dirname(here), '..', 'src', 'main.ts')).href);
} else {
  const child = spawn(findNode(), [...FLAGS, here, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...compiledModules(), ...process.env },
  });
  // Ctrl-C reaches the whole group by itself; this process waits for the child's own ending.
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}
