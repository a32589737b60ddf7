/** What the parts stand on, made once and only when asked for: folders, the records, one practice with its first sync done. */

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SyncResult } from '@ketenkluis/agent';
import { type LocalDate, localDate, systemClock } from '@ketenkluis/base';
import { workplace } from '../demo/workplace.ts';
import { type NewPractice, newPractice } from '../demo/world.ts';
import { DEFAULT_AS_OF, DEFAULT_PATIENTS, DEFAULT_SEED, writePractice } from '../generate/index.ts';
import { diskFolder } from '../scratch.ts';

const SYNTHEA = fileURLToPath(new URL('../../../../../shared/data/synthea-r4.dev.tar.gz', import.meta.url));
/** The public set's own end. */
const SYNTHEA_AS_OF = '2021-12-31' as LocalDate;

/** Gives a worklist of 600. */
const SYNCED_PATIENTS = 2600;

export interface Records {
  readonly name: string;
  readonly dir: string;
  readonly asOf: LocalDate;
}

export interface Synced {
  readonly records: Records;
  readonly practice: NewPractice;
  readonly first: SyncResult;
  readonly agentDir: string;
  readonly vaultDir: string;
}

export interface Ground {
  readonly root: string;
  /** Measures 1 M entries instead of 100 k. */
  readonly full: boolean;
  say(line: string): void;
  /** A fresh folder under `root`. */
  folder(name: string): Promise<string>;
  /** The largest set at hand: what was given, else the public set, else the generated practice. */
  large(): Promise<Records>;
  /** The generated practice of 2,350 patients. */
  generated(): Promise<Records>;
  /** One generated practice, its first sync done; later parts go on with it. */
  synced(): Promise<Synced>;
  close(): Promise<void>;
}

/** Runs a program; throws with the end of what it said on stderr when it fails. */
export async function run(
  command: string,
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
): Promise<string> {
  const { env = {}, cwd } = options;
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
  let out = '';
  let said = '';
  child.stdout.on('data', (part: Buffer) => (out += part.toString()));
  child.stderr.on('data', (part: Buffer) => (said += part.toString()));
  return await new Promise((done, failed) => {
    child.once('error', failed);
    child.once('close', (code) => {
      if (code === 0) done(out);
      else failed(new Error(`${command} ended with ${code}: ${said.trim().split('\n').slice(-3).join(' ')}`));
    });
  });
}

const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
};

export async function ground(options: {
  readonly source?: string;
  readonly full: boolean;
  /** Whether the vault of `synced` serves the workplace. */
  readonly browser: boolean;
  readonly say: (line: string) => void;
}): Promise<Ground> {
  const { source, full, say } = options;
  const root = await mkdtemp(join(diskFolder(), 'ketenkluis-bench-'));
  let practice: NewPractice | undefined;
  const folder = async (name: string) => {
    const path = join(root, name);
    await mkdir(path, { recursive: true, mode: 0o700 });
    return path;
  };
  const generate = async (patients: number): Promise<Records> => {
    const dir = join(root, `practice-${patients}`);
    writePractice({ patients, seed: DEFAULT_SEED, asOf: DEFAULT_AS_OF, out: dir });
    return { name: `generated practice of ${patients}`, dir, asOf: DEFAULT_AS_OF };
  };
  const generated = once(() => generate(DEFAULT_PATIENTS));
  const large = once(async (): Promise<Records> => {
    if (source !== undefined) return { name: source, dir: resolve(source), asOf: localDate(systemClock()) };
    if (!existsSync(SYNTHEA)) return await generated();
    const dir = await folder('synthea');
    await run('tar', ['-xzf', SYNTHEA, '-C', dir]);
    return { name: 'synthea-r4.dev', dir, asOf: SYNTHEA_AS_OF };
  });
  const synced = once(async (): Promise<Synced> => {
    const records = await generate(SYNCED_PATIENTS);
    const bundle = options.browser ? { workplace: await workplace(say) } : {};
    say('a practice for the later parts: its vault, its first sync …');
    const vaultDir = await folder('vault');
    const agentDir = await folder('agent');
    practice = await newPractice({ vaultDir, agentDir, ...bundle });
    await practice.enrol(records.dir, records.asOf);
    return { records, practice, vaultDir, agentDir, first: await practice.sync(records.dir, records.asOf) };
  });
  return {
    root,
    full,
    say,
    folder,
    large,
    generated,
    synced,
    close: async () => {
      await practice?.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}
