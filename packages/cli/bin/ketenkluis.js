#!/usr/bin/env node
// Plain JavaScript so that any Node can start it: it runs the command on the Node that the lockfile pins.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = fileURLToPath(import.meta.url);
const [major, minor] = process.versions.node.split('.').map(Number);

if (major > 24 || (major === 24 && minor >= 7)) {
  await import(pathToFileURL(join(dirname(here), '..', 'src', 'main.ts')).href);
} else {
  let pinned = '';
  try {
    pinned = join(dirname(createRequire(import.meta.url).resolve('node/package.json')), 'bin', 'node');
  } catch {
    // Not installed: said below.
  }
  if (!existsSync(pinned)) {
    console.error(`ketenkluis needs Node 24.7 or newer and this is ${process.versions.node}: run "npm ci" in the project.`);
    process.exit(1);
  }
  const child = spawn(pinned, [here, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}
