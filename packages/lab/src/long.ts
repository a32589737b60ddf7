/**
 * The long versions of the tests: `npm run test:long -- --kills N --seed S`, `--cases N`, `--entries N`, `--hammer SECONDS`; without any of them a million
 * cases and a million lines. Kills add up over runs in `.cache/kills.json`, beside git.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { steadyCount } from '@ketenkluis/base';
import { hash32 } from './generate/dice.ts';
import { runHammer } from './hammer/hammer.ts';
import { runKills } from './kills/run.ts';
import { checkEntries } from './long/entries.ts';
import { PROPERTIES } from './long/properties.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const STATE = join(ROOT, '.cache', 'kills.json');
/** A practice of its own for so many kills. */
const PER_PRACTICE = 500;
const GOAL = 10_000;
const MILLION = 1_000_000;

interface State {
  readonly total: number;
  readonly runs: readonly { readonly seed: string; readonly kills: number }[];
}
function readState(): State {
  try {
    return JSON.parse(readFileSync(STATE, 'utf8')) as State;
  } catch {
    return { total: 0, runs: [] };
  }
}

const say = (text: string): void => console.log(text);
const faults: string[] = [];

async function kills(count: number, seed: string): Promise<void> {
  for (let done = 0; done < count; done += PER_PRACTICE) {
    const part = `${seed}/${done / PER_PRACTICE}`;
    const wanted = Math.min(PER_PRACTICE, count - done);
    const report = await runKills({
      kills: wanted,
      seed: part,
      patients: 40,
      onKill: (n) => n % 50 === 0 && say(`  ${done + n} of ${count}`),
    });
    const { faults: found, ...counts } = report;
    say(JSON.stringify({ seed: part, ...counts }));
    faults.push(...found.map((text) => `kills ${part}: ${text}`));
    if (found.length > 0) return;
    const before = readState();
    const made = report.agent + report.vault;
    const after: State = { total: before.total + made, runs: [...before.runs, { seed: part, kills: made }] };
    mkdirSync(join(ROOT, '.cache'), { recursive: true });
    writeFileSync(STATE, `${JSON.stringify(after)}\n`);
    say(`kills so far, over all runs: ${after.total} of ${GOAL}`);
  }
}

function cases(count: number, seed: string): void {
  for (const { name, share, check } of PROPERTIES) {
    const runs = Math.max(1, Math.round(count * share));
    const from = steadyCount();
    try {
      check(runs, hash32(`${seed}/${name}`) | 0);
      say(`${runs} cases in ${Math.round((steadyCount() - from) / 1000)} s: ${name}`);
    } catch (error) {
      faults.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

const { values } = parseArgs({
  options: {
    kills: { type: 'string' },
    seed: { type: 'string', default: '1' },
    cases: { type: 'string' },
    entries: { type: 'string' },
    hammer: { type: 'string' },
  },
});
const whole =
  values.kills === undefined &&
  values.cases === undefined &&
  values.entries === undefined &&
  values.hammer === undefined;
const wanted = (text: string | undefined): number => (text === undefined ? (whole ? MILLION : 0) : Number(text));
const seed = values.seed;

const casesWanted = wanted(values.cases);
if (casesWanted > 0) cases(casesWanted, seed);
const entriesWanted = wanted(values.entries);
if (entriesWanted > 0) {
  const report = await checkEntries(entriesWanted, (text) => say(`  ${text}`));
  say(
    `${report.entries} lines written in ${report.appendSeconds.toFixed(0)} s and checked in ${report.fsckSeconds.toFixed(0)} s; a changed one is named`,
  );
  faults.push(...report.faults);
}
if (values.hammer !== undefined) {
  const { faults: found, ...counts } = await runHammer({ seconds: Number(values.hammer), patients: 200, seed });
  say(`hammer ${JSON.stringify(counts)}`);
  faults.push(...found.map((text) => `hammer ${seed}: ${text}`));
}
if (values.kills !== undefined) await kills(Number(values.kills), seed);
for (const fault of faults) say(`FAILED ${fault}`);
say(faults.length === 0 ? 'everything held' : `${faults.length} failed`);
process.exitCode = faults.length === 0 ? 0 : 1;
