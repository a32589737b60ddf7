/** Thieves and hosts with a copy of everything the host has: disk, memory, and what sizes and the graph give away. */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { nodeFetch } from '@ketenkluis/agent';
import type { Fetch } from '@ketenkluis/client';
import { scanFolder, scanMemory } from '../hostscan/scan.ts';
import { TokenSearch } from '../hostscan/search.ts';
import type { Attack } from './attack.ts';
import { lookAt } from './looks.ts';
import type { Measured, Named } from './traffic.ts';
import { type Fork, ORIGIN } from './world.ts';

const NAMING = fileURLToPath(new URL('./naming.process.ts', import.meta.url));
const CHILD = fileURLToPath(new URL('./host-vault.process.ts', import.meta.url));
/** Of an unsealed twin at least this much must be found, or the search proves nothing. */
const CONTROL = 0.99;

const searchFor = (fork: Fork): TokenSearch => new TokenSearch(fork.base.truth.canaries.map(({ token }) => token));
const verdict = (found: ReadonlySet<number>): string | undefined => (found.size === 0 ? 'nothing found' : undefined);
const sourceText = (fork: Fork): string[] =>
  readdirSync(fork.source).map((name) => readFileSync(join(fork.source, name), 'utf8'));

async function firstLine(child: ChildProcess): Promise<string> {
  let text = '';
  for await (const part of child.stdout!) {
    text += part;
    if (text.includes('\n')) break;
  }
  return text;
}

/** Delivers and looks through a vault in its own process, and searches that process's memory. */
async function memoryAfterWork(fork: Fork): Promise<ReadonlySet<number>> {
  const child = spawn(process.execPath, [CHILD, JSON.stringify({ dir: fork.vaultDir, now: fork.time.clock() })], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const net = nodeFetch();
  try {
    const { url } = JSON.parse(await firstLine(child)) as { url: string };
    const fetch: Fetch = (address, init) => net.fetch(address.replace(ORIGIN, url), init);
    fork.road(fetch);
    for (const patient of fork.base.patients) fork.change(patient);
    await fork.sync();
    const session = await fork.signIn('nurse');
    for (const patient of fork.base.patients) await lookAt(session, patient);
    const found = new Set<number>();
    scanMemory(searchFor(fork), child.pid!, found);
    return found;
  } finally {
    net.close();
    child.kill('SIGKILL');
  }
}

/** A process that holds the practice's records as they are. */
async function memoryOfTwin(fork: Fork): Promise<ReadonlySet<number>> {
  const program = `const fs = require('fs'), p = process.argv[1];
    const held = fs.readdirSync(p).map((name) => fs.readFileSync(p + '/' + name));
    console.log('up'); setInterval(() => held, 1e6);`;
  const child = spawn(process.execPath, ['-e', program, fork.source], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    await firstLine(child);
    const found = new Set<number>();
    scanMemory(searchFor(fork), child.pid!, found);
    return found;
  } finally {
    child.kill('SIGKILL');
  }
}

/** Stated in docs/attacks.md: measured, with a margin. */
export const BOUND = { scopes: 0.65, programmes: 0.9 } as const;
let naming: Promise<Measured> | undefined;
/** Begins the measurement in a process of its own: it needs two practices and nothing of the other attacks. */
export function measured(): Promise<Measured> {
  naming ??= (async () => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', NAMING], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return JSON.parse(await firstLine(child)) as Measured;
  })();
  return naming;
}
export const accountOf = ({ scopes, programmes, blind, handles, dossiers }: Named): string => {
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  return `best guess names the scope of ${percent(scopes)} of ${handles} handles (blind ${percent(blind.scopes)}, bound ${percent(BOUND.scopes)}) and the programmes of ${percent(programmes)} of ${dossiers} dossiers (blind ${percent(blind.programmes)}, bound ${percent(BOUND.programmes)})`;
};

export const hostDump: readonly Attack[] = [
  {
    name: 'search-the-disk',
    promise: 'P2',
    who: 'thief of disk',
    does: 'searches database, write-ahead log, free pages, logs and keys of the vault for every mark planted in the records, in nine spellings and inflated',
    expect: ['nothing found'],
    without: 'in a database that holds the records as they are at least 99 % are found',
    async play(fork) {
      await fork.up();
      await lookAt(await fork.signIn('nurse'), fork.base.patients[0]!);
      const found = new Set<number>();
      scanFolder(searchFor(fork), fork.vaultDir, found);
      return verdict(found);
    },
    async twin(fork) {
      const folder = join(fork.dir, 'unsealed');
      mkdirSync(folder);
      const db = new DatabaseSync(join(folder, 'twin.db'));
      db.exec('CREATE TABLE record (text TEXT)');
      for (const text of sourceText(fork)) db.prepare('INSERT INTO record VALUES (?)').run(text);
      db.close();
      const search = searchFor(fork);
      const found = new Set<number>();
      scanFolder(search, folder, found);
      return found.size / search.tokens.length >= CONTROL;
    },
  },
  {
    name: 'search-the-memory',
    promise: 'P2',
    who: 'host',
    does: "searches the memory of the vault's process for the same marks, after a delivery and a look at every patient",
    expect: ['nothing found'],
    without: 'in the memory of a process that holds the records at least 99 % are found',
    play: async (fork) => verdict(await memoryAfterWork(fork)),
    async twin(fork) {
      return (await memoryOfTwin(fork)).size / searchFor(fork).tokens.length >= CONTROL;
    },
  },
  {
    name: 'name-scopes-and-programmes',
    promise: 'P2',
    who: 'thief of disk',
    does: 'guesses scopes and programmes from one dump: who has grants, how many handles, how large, learned from a practice of its own',
    expect: ['within the bound'],
    without: 'with the exact size of every content more scopes are named',
    async play() {
      const { padded } = await measured();
      return padded.scopes <= BOUND.scopes && padded.programmes <= BOUND.programmes ? 'within the bound' : undefined;
    },
    async twin() {
      const { exact, same } = await measured();
      return exact.scopes > same.scopes;
    },
  },
];
