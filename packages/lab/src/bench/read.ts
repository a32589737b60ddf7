/**
 * Reading against the least that any reader must do: a bare JSON.parse of every line. Both run in one process, in turns,
 * so that what else the machine does weighs on both; peak memory is taken in a process of its own.
 */

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { folderSource, readPractice } from '@ketenkluis/agent';
import { parseLocalDate, steadyCount } from '@ketenkluis/base';
import { compileSelection, PROGRAMMES } from '@ketenkluis/care';
import { diskFolder } from '../scratch.ts';
import type { Measured } from './figure.ts';
import type { Ground, Records } from './ground.ts';

export interface ReadBench {
  /** Reads each file, splits it into lines and parses every line. */
  readonly parseSeconds: number;
  /** The same without reading and splitting: JSON.parse alone. */
  readonly bareSeconds: number;
  /** Read, select, minimise; every candidate of the four programmes enrolled. */
  readonly oursSeconds: number;
  /** `oursSeconds / parseSeconds`; the bar is 0.6. */
  readonly ratio: number;
  readonly bareRatio: number;
  /** Peak resident memory of a process that only reads, in MiB; the bar is 250. */
  readonly peakMiB: number;
  /** The same for a practice ten times the size. */
  readonly peakTenfoldMiB: number;
  readonly rounds: { readonly ours: readonly number[]; readonly parse: readonly number[] };
}

const ROUNDS = 7;

/** The same files ten times over, each time as other patients. */
async function writeTenfold(folder: string, target: string): Promise<void> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.ndjson'));
  for (let copy = 0; copy < 10; copy++) {
    for (const name of names) {
      const path = join(target, String(copy), name);
      await mkdir(dirname(path), { recursive: true });
      const text = await readFile(join(folder, name), 'utf8');
      await writeFile(path, text.replaceAll('"id":"', `"id":"${copy}-`).replaceAll('Patient/', `Patient/${copy}-`));
    }
  }
}

async function ours(folder: string, asOf: string): Promise<number> {
  const selection = compileSelection(Object.values(PROGRAMMES));
  const start = steadyCount();
  await readPractice(await folderSource(folder), {
    asOf: parseLocalDate(asOf),
    selection,
    enrolled: 'candidates',
    sink: { restart: () => undefined, records: () => undefined },
  });
  return (steadyCount() - start) / 1000;
}

async function bare(folder: string): Promise<{ readonly whole: number; readonly parse: number }> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.ndjson'));
  const start = steadyCount();
  let parse = 0;
  for (const name of names) {
    const lines = (await readFile(join(folder, name), 'utf8')).split('\n');
    const before = steadyCount();
    for (const line of lines) if (line !== '') JSON.parse(line);
    parse += steadyCount() - before;
  }
  return { whole: (steadyCount() - start) / 1000, parse: parse / 1000 };
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

type Times = Omit<ReadBench, 'peakMiB' | 'peakTenfoldMiB'>;

async function inTurns(folder: string, asOf: string): Promise<Times> {
  const [mine, whole, parse]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < ROUNDS; round++) {
    const theirs = await bare(folder);
    whole.push(theirs.whole);
    parse.push(theirs.parse);
    mine.push(await ours(folder, asOf));
  }
  const [oursSeconds, parseSeconds, bareSeconds] = [median(mine), median(whole), median(parse)];
  return {
    parseSeconds,
    bareSeconds,
    oursSeconds,
    ratio: oursSeconds / parseSeconds,
    bareRatio: oursSeconds / bareSeconds,
    rounds: { ours: mine, parse: whole },
  };
}

const run = promisify(execFile);

async function child<T>(mode: 'turns' | 'peak', folder: string, asOf: string): Promise<T> {
  const { stdout } = await run(process.execPath, [
    ...process.execArgv,
    fileURLToPath(import.meta.url),
    mode,
    folder,
    asOf,
  ]);
  return JSON.parse(stdout) as T;
}

/** `folder` holds NDJSON, in sub-folders too. Times and peaks each come from a fresh process; needs ten times its size on disk. */
export async function benchRead(folder: string, asOf = '2020-01-01'): Promise<ReadBench> {
  const times = await child<Times>('turns', folder, asOf);
  const peakMiB = await child<number>('peak', folder, asOf);
  const tenfold = await mkdtemp(join(diskFolder(), 'tenfold-'));
  try {
    await writeTenfold(folder, tenfold);
    const peakTenfoldMiB = await child<number>('peak', tenfold, asOf);
    return { ...times, peakMiB, peakTenfoldMiB };
  } finally {
    await rm(tenfold, { recursive: true, force: true });
  }
}

/** The part `read` of `ketenkluis bench`: the largest set at hand, and beside it the generated practice. */
export async function read(on: Ground): Promise<readonly Measured[]> {
  const [large, generated] = [await on.large(), await on.generated()];
  const rows = await readOf(on, large, true);
  return large.dir === generated.dir ? rows : [...rows, ...(await readOf(on, generated, false))];
}

/**
 * `bar`: whether the ratio is held against 0.6. Of the generated practice nearly every line that is parsed is taken, so that what its
 * ratio says is what a record costs, not what skipping saves: it is told.
 */
async function readOf(on: Ground, { name, dir, asOf }: Records, bar: boolean): Promise<readonly Measured[]> {
  const { rounds, parseSeconds, bareRatio, peakMiB, peakTenfoldMiB } = await benchRead(dir, asOf);
  on.say(
    `  ${name}: JSON.parse of every line takes ${parseSeconds.toFixed(2)} s; without reading ours is ${bareRatio.toFixed(2)} of it`,
  );
  const peak = { unit: 'MB', bar: { on: 'figure', at: 'most', value: 250 } } as const;
  const of = bar ? '' : `, ${name}`;
  return [
    {
      work: `read, select, minimise; every candidate enrolled${of}`,
      unit: 's',
      runs: rounds.ours,
      peer: { name: 'JSON.parse of every line', runs: rounds.parse },
      ...(bar ? { bar: { on: 'ratio', at: 'most', value: 0.6 } as const } : {}),
    },
    { work: `peak memory of reading${of}`, ...peak, runs: [peakMiB * 1.048576] },
    { work: `peak memory of reading ten times the practice${of}`, ...peak, runs: [peakTenfoldMiB * 1.048576] },
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , mode = '', folder = '.', asOf = '2020-01-01'] = process.argv;
  if (mode === 'turns') process.stdout.write(JSON.stringify(await inTurns(folder, asOf)));
  else {
    await ours(folder, asOf);
    process.stdout.write(JSON.stringify(process.resourceUsage().maxRSS / 1024));
  }
}
