/** One attack: what the attacker does for real, what must notice, and a twin that shows it would pass without that check. */

import { KetenkluisError } from '@ketenkluis/base';
import { type Base, Fork } from './world.ts';

export interface Attack {
  /** Kebab case; unique. */
  readonly name: string;
  readonly promise: 'P1' | 'P2' | 'P3' | 'P4' | 'P5';
  /** As in the corruption matrix. */
  readonly who: string;
  /** One sentence: what is done. */
  readonly does: string;
  /** Any of these counts as noticed: error codes, or the word that `play` answers. */
  readonly expect: readonly string[];
  /** One sentence: what the twin leaves out, and what then happens. */
  readonly without: string;
  /** Attacks. Throws what noticed, or answers its name; `undefined` means that nothing did. */
  play(fork: Fork): Promise<string | undefined>;
  /** The same without the check: true when it then passes. */
  twin(fork: Fork): Promise<boolean>;
}

export interface Played {
  readonly attack: Attack;
  readonly noticed: boolean;
  /** What noticed, or why this counts as missed. */
  readonly by: string;
  readonly seconds: number;
}

/** The code of a failure; of a refusal on the wire the vault's own. */
export function codeOf(error: unknown): string {
  if (!(error instanceof KetenkluisError)) throw error;
  const problem = error.detail['problem'];
  return error.code === 'client/refused' && typeof problem === 'string' ? problem : error.code;
}
/** What noticed, when the outermost layer only passes it on. */
function codesOf(error: unknown): string[] {
  const inner = error instanceof KetenkluisError && error.cause instanceof KetenkluisError ? codesOf(error.cause) : [];
  return [codeOf(error), ...inner];
}
/** The code that this ends with, `undefined` when it succeeds. */
export async function codeAfter(work: () => Promise<unknown> | unknown): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    // A layer that only passes on what another found is not what noticed; one of its own codes is.
    return codeOf(error);
  }
}
export const succeeds = async (work: () => Promise<unknown> | unknown): Promise<boolean> =>
  (await codeAfter(work)) === undefined;

async function onCopy<T>(base: Base, work: (fork: Fork) => Promise<T>): Promise<T> {
  const fork = new Fork(base);
  try {
    return await work(fork);
  } finally {
    await fork.end();
  }
}

/** Plays the attack and its twin, each on its own copy of the practice. */
export async function play(base: Base, attack: Attack, seconds: () => number): Promise<Played> {
  const from = seconds();
  const done = (noticed: boolean, by: string): Played => ({ attack, noticed, by, seconds: seconds() - from });
  try {
    const found = await onCopy(base, async (fork) => {
      try {
        return [await attack.play(fork)];
      } catch (error) {
        return codesOf(error);
      }
    });
    const by = found.find((code) => code !== undefined && attack.expect.includes(code));
    if (by === undefined)
      return done(
        false,
        `expected ${attack.expect.join(' or ')}, found ${found.map((code) => code ?? 'nothing').join(' from ')}`,
      );
    if (!(await onCopy(base, (fork) => attack.twin(fork))))
      return done(false, 'the twin did not pass without the check');
    return done(true, by);
  } catch (error) {
    return done(false, `broke off: ${error instanceof Error ? `${error.message}` : String(error)}`);
  }
}
