/** The attack suite as a job: every attack and its twin on a practice built for the purpose. */

import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { steadyCount } from '@ketenkluis/base';
import type { Job } from '../main.ts';
import { type Attack, type Played, play } from './attack.ts';
import { accountOf, measured } from './host-dump.ts';
import { ATTACKS, ON_PAIR } from './list.ts';
import { buildBase } from './world.ts';

const PATIENTS = 40;
const NAMING = 'name-scopes-and-programmes';
const say = (text: string): boolean => process.stderr.write(`${text}\n`);
const seconds = (): number => steadyCount() / 1000;

const lineOf = ({ attack, noticed, by }: Played): string =>
  `${noticed ? 'noticed' : 'MISSED '}  ${attack.name}  (${attack.promise}, ${attack.who})  ${by}`;

const PAIR = fileURLToPath(new URL('./pair.process.ts', import.meta.url));
/** Plays these in a process of its own: they need nothing of the practice, and a second core is free. */
async function playBeside(chosen: readonly Attack[], only: string, done: (one: Played) => void): Promise<void> {
  const left = new Map(chosen.map((attack) => [attack.name, attack]));
  if (left.size === 0) return;
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', PAIR, only], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const { name, ...played } = JSON.parse(line) as Omit<Played, 'attack'> & { readonly name: string };
    const attack = left.get(name);
    if (!left.delete(name) || !attack) throw new Error(`an attack was played that nobody asked for: ${name}`);
    done({ attack, ...played });
  }
  for (const attack of left.values()) done({ attack, noticed: false, by: 'broke off: it was not played', seconds: 0 });
}

/** Plays what `only` names (part of a name), or everything. `out` takes one line per attack. */
export async function playAll(
  options: { readonly only?: string },
  out: (line: string) => void,
): Promise<{ readonly played: readonly Played[]; readonly seconds: number; readonly naming: string | null }> {
  const from = seconds();
  const chosen = ATTACKS.filter(({ name }) => options.only === undefined || name.includes(options.only));
  const naming = chosen.some(({ name }) => name === NAMING) ? measured() : undefined;
  // Looked at when its turn comes; until then a failure must not count as unhandled.
  naming?.catch(() => undefined);
  const played: Played[] = [];
  const done = (one: Played): void => {
    played.push(one);
    out(lineOf(one));
  };
  const onPair = new Set(ON_PAIR);
  const beside = playBeside(
    chosen.filter((one) => onPair.has(one)),
    options.only ?? '',
    done,
  );
  beside.catch(() => undefined);
  const base = await buildBase({ patients: PATIENTS, seed: 'attacked' });
  try {
    // What is measured elsewhere meanwhile comes last.
    const here = chosen.filter((one) => !onPair.has(one));
    const waiting = here.toSorted((a, b) => Number(a.name === NAMING) - Number(b.name === NAMING));
    // Two at a time: one waits for the disk or the crypto threads while the other works.
    const hands = Array.from({ length: Math.min(2, availableParallelism()) }, async () => {
      for (let attack = waiting.shift(); attack !== undefined; attack = waiting.shift()) {
        done(await play(base, attack, seconds));
      }
    });
    await Promise.all([...hands, beside]);
  } finally {
    base.remove();
  }
  const account = naming === undefined ? null : accountOf((await naming).padded);
  return { played, seconds: seconds() - from, naming: account };
}

/** `ketenkluis attack [--only NAME]`. */
export function attack(options: { readonly only?: string } = {}): Job {
  return async (json) => {
    const result = await playAll(options, json ? say : (line) => process.stdout.write(`${line}\n`));
    const missed = result.played.filter(({ noticed }) => !noticed);
    if (!json && result.naming !== null) process.stdout.write(`${result.naming}\n`);
    return {
      json: {
        attacks: result.played.map(({ attack: { name, promise, who, does, without }, noticed, by }) => ({
          name,
          promise,
          who,
          does,
          noticed,
          by,
          twin: without,
        })),
        noticed: result.played.length - missed.length,
        missed: missed.length,
        naming: result.naming,
        seconds: Math.round(result.seconds),
      },
      failed: missed.length > 0 || result.played.length === 0,
    };
  };
}
