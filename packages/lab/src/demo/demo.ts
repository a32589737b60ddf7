/** `ketenkluis demo`: the main job on a fictional practice or on an export of your own, with an account that can fail. */

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { folderSource, type SyncProgress } from '@ketenkluis/agent';
import { localDate, parseLocalDate, SECOND, systemClock } from '@ketenkluis/base';
import { DEFAULT_AS_OF, DEFAULT_PATIENTS, DEFAULT_SEED, writePractice } from '../generate/index.ts';
import { ambientTokens, scanHost } from '../hostscan/scan.ts';
import { TokenSearch } from '../hostscan/search.ts';
import { sourceTokens } from '../hostscan/tokens.ts';
import type { Job } from '../main.ts';
import { type Account, type Failure, openOne, proveLog } from './account.ts';
import { accountInWords, signInLinks } from './words.ts';
import { buildWorld, type World } from './world.ts';

export interface DemoOptions {
  readonly json?: boolean;
  readonly once?: boolean;
  readonly source?: string;
  readonly asOf?: string;
  readonly patients?: number;
  readonly keep?: string;
  readonly port?: number;
}

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const STEPS = {
  vault: 'starting the vault as a process of its own',
  init: 'making the keys of the practice, its people and teams',
  enrol: 'reading who is in a programme, and confirming the batch',
  sync: 'choosing, minimising, sealing, sending',
} as const;

const counter = () => {
  let last = '';
  return ({ step, done, total, secondsLeft }: SyncProgress): void => {
    if (!process.stderr.isTTY || step === 'read') return;
    const left = secondsLeft === null ? '' : `, ${secondsLeft} s left`;
    const line = `  ${step}: ${done} of ${total}${left}`;
    if (line === last) return;
    last = line;
    process.stderr.write(`\r${line.padEnd(60)}${done === total ? '\n' : ''}`);
  };
};

/** Folders of one run. What is not kept is removed at the end. */
async function folders(options: DemoOptions): Promise<{ root: string; remove: () => Promise<void> }> {
  if (options.keep !== undefined) {
    const root = resolve(options.keep);
    await mkdir(root, { recursive: true, mode: 0o700 });
    return { root, remove: async () => undefined };
  }
  const root = await mkdtemp(join(tmpdir(), 'ketenkluis-demo-'));
  return { root, remove: () => rm(root, { recursive: true, force: true }) };
}

export const demo =
  (options: DemoOptions): Job =>
  async (json) => {
    const { root, remove } = await folders(options);
    let world: World | undefined;
    try {
      const started = systemClock();
      const made = await practice(options, root);
      const workplace = options.once ? undefined : (await import('./workplace.ts')).workplace;
      const bundle = workplace === undefined ? undefined : await workplace(say);
      const search = new TokenSearch(await sourceTokens(made.source));
      let ambient: ReadonlySet<number> = new Set();
      world = await buildWorld({
        source: made.source,
        asOf: made.asOf,
        vaultDir: join(root, 'vault'),
        agentDir: join(root, 'agent'),
        mirrorDir: join(root, 'mirror'),
        ...(options.port === undefined ? {} : { port: options.port }),
        ...(bundle === undefined ? {} : { workplace: bundle }),
        onIdle: (vault) => {
          ambient = ambientTokens(search, vault.pid);
        },
        onStep: (step) => say(`${STEPS[step]} …`),
        onProgress: counter(),
      });
      const account = await check({ world, search, ambient, vaultDir: join(root, 'vault'), started });
      if (!json) for (const line of accountInWords(account)) say(line);
      if (!options.once) {
        for (const line of signInLinks(world)) say(line);
        await interrupted();
        say('stopping …');
      }
      return { json: account, failed: account.failed.length > 0 };
    } finally {
      await world?.close();
      await remove();
    }
  };

/** The export to work on: a copy of what the practice had stays under `--keep`. */
async function practice(options: DemoOptions, root: string) {
  const asOf = options.asOf === undefined ? undefined : parseLocalDate(options.asOf);
  const source = join(root, 'source');
  if (options.source !== undefined) {
    const given = resolve(options.source);
    // Fails here, in one sentence, and not after the keys are made.
    await (await folderSource(given)).close();
    if (options.keep === undefined) return { source: given, asOf: asOf ?? localDate(systemClock()) };
    const { cp } = await import('node:fs/promises');
    await cp(given, source, { recursive: true });
    return { source, asOf: asOf ?? localDate(systemClock()) };
  }
  const patients = options.patients ?? DEFAULT_PATIENTS;
  say(`making a fictional practice of ${patients} patients …`);
  // Appointments on the day that the demo runs: an assistant has something to open.
  const booked = localDate(systemClock());
  writePractice({ patients, seed: DEFAULT_SEED, asOf: asOf ?? DEFAULT_AS_OF, booked, out: source });
  return { source, asOf: asOf ?? DEFAULT_AS_OF };
}

async function check(of: {
  readonly world: World;
  readonly search: TokenSearch;
  readonly ambient: ReadonlySet<number>;
  readonly vaultDir: string;
  readonly started: number;
}): Promise<Account> {
  const { world } = of;
  const { receipt } = world.result;
  const failed: Failure[] = [];
  say('opening one dossier as a nurse, after a line in the log …');
  const nurse = await world.signIn('poh-s');
  const opened = await openOne(nurse);
  if (receipt.left > 0 && opened.resources === 0) failed.push({ promise: 'P4', why: 'the nurse could open nothing' });
  say('verifying the log as a stranger …');
  const proved = await proveLog(await world.signIn('gp'), { session: nurse, dossier: opened.dossier });
  failed.push(...proved.failed);
  if (receipt.left === 0) failed.push({ promise: 'P1', why: 'nobody was selected, so nothing could be shown' });
  say('searching everything the host has for what the practice had …');
  const scanned = hostScan(of, failed);
  return {
    practice: { patients: receipt.patients },
    selected: { patients: receipt.left, byProgramme: receipt.byProgramme },
    fields: receipt.fields,
    sealed: { packs: world.result.packs, bytes: world.result.bytes },
    opened,
    ledger: proved.ledger,
    hostScan: scanned,
    seconds: Math.round((systemClock() - of.started) / SECOND),
    failed,
  };
}

function hostScan(of: Parameters<typeof check>[0], failed: Failure[]): Account['hostScan'] {
  try {
    const { tokens, ambient, hits, memory } = scanHost(
      of.search,
      { folder: of.vaultDir, pid: of.world.vault.pid },
      of.ambient,
    );
    if (hits > 0) failed.push({ promise: 'P2', why: `${hits} of the practice's strings were found at the host` });
    if (tokens === 0) failed.push({ promise: 'P2', why: 'there was nothing to search for' });
    return { tokens, ambient, hits, memory };
  } catch (error) {
    failed.push({
      promise: 'P2',
      why: error instanceof Error ? error.message : "the vault's memory could not be read",
    });
    return { tokens: of.search.tokens.length, ambient: of.ambient.size, hits: 0, memory: 0 };
  }
}

const interrupted = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
