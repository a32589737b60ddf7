/** `ketenkluis bench`: our figures beside the nearest peers', measured in one run, each against its bar (docs/bench.md). */

import { availableParallelism, cpus, loadavg } from 'node:os';
import type { Job } from '../main.ts';
import type { Figure, Measured } from './figure.ts';
import { figure } from './figure.ts';
import { type Ground, ground } from './ground.ts';
import { tableOf } from './table.ts';

export interface BenchOptions {
  readonly json?: boolean;
  readonly only?: readonly string[];
  readonly source?: string;
  /** A million entries in the ledger instead of a hundred thousand. */
  readonly full?: boolean;
}

type Part = (on: Ground) => Promise<readonly Measured[]>;

/** In this order: what needs a quiet machine most comes first, what ends the practice's vault last. */
const PARTS: Readonly<Record<string, () => Promise<Part>>> = {
  access: async () => (await import('./access.ts')).access,
  read: async () => (await import('./read.ts')).read,
  sync: async () => (await import('./first-sync.ts')).firstSync,
  later: async () => (await import('./later.ts')).later,
  look: async () => (await import('./look.ts')).look,
  looks: async () => (await import('./looks.ts')).looks,
  keyholder: async () => (await import('./keyholder.ts')).keyholder,
  browser: async () => (await import('./browser.ts')).browser,
  inspect: async () => (await import('./inspect.ts')).inspect,
  leaver: async () => (await import('./leaver.ts')).leaver,
  referral: async () => (await import('./referral.ts')).referral,
  review: async () => (await import('./review.ts')).review,
  ledger: async () => (await import('./ledger.ts')).ledger,
};

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** Fails only when a measurement could not run; a missed bar is said, not hidden. */
export const bench =
  (options: BenchOptions): Job =>
  async (json) => {
    const asked = options.only ?? Object.keys(PARTS);
    const unknown = asked.filter((name) => !Object.hasOwn(PARTS, name));
    if (unknown.length > 0) {
      throw new Error(`bench has no part ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}`);
    }
    const names = Object.keys(PARTS).filter((name) => asked.includes(name));
    const on = await ground({
      full: options.full === true,
      browser: names.includes('browser'),
      say,
      ...(options.source === undefined ? {} : { source: options.source }),
    });
    const before = loadavg()[0]!;
    const figures: Figure[] = [];
    const failed: { part: string; why: string }[] = [];
    try {
      for (const name of names) {
        say(`${name} …`);
        try {
          const part = await PARTS[name]!();
          figures.push(...(await part(on)).map((one) => figure(name, one)));
        } catch (error) {
          failed.push({ part: name, why: error instanceof Error ? error.message : String(error) });
        }
      }
    } finally {
      await on.close();
    }
    const machine = {
      cores: availableParallelism(),
      model: cpus()[0]?.model ?? 'unknown',
      node: process.versions.node,
      load: { before, after: loadavg()[0]! },
    };
    if (!json) {
      say('');
      for (const line of tableOf(figures)) say(line);
      for (const { part, why } of failed) say(`${part}: could not be measured: ${why}`);
      const { cores, model, node, load } = machine;
      say(
        `\n${cores} cores, ${model}, Node ${node}; load ${load.before.toFixed(1)} before, ${load.after.toFixed(1)} after`,
      );
    }
    return { json: { machine, figures, failed }, failed: failed.length > 0 };
  };
