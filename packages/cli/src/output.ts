/**
 * How every command speaks (docs/cli.md): people's words and progress on stderr; with `--json` exactly one JSON document on
 * stdout, also on failure; exit 0 done, 1 failed, 2 usage.
 */

import { KetenkluisError } from '@ketenkluis/base';
import { type Alarm, alarmOf } from '@ketenkluis/client';
import { ALARM_WORDS } from '@ketenkluis/client/alarm-words';
import { type Outcome, say } from './say.ts';

/** In both languages: whoever starts the agent is not always who reads what it found. */
export const alarmWords = (alarm: Alarm): string[] =>
  [ALARM_WORDS[alarm].nl, ALARM_WORDS[alarm].en].map(({ what, next }) => `ALARM ${alarm}: ${what} ${next}`);

const failure = (error: unknown): Outcome => {
  const alarm = alarmOf(error);
  const code = error instanceof KetenkluisError ? error.code : 'cli/unexpected';
  const message = error instanceof Error ? error.message : 'something that is no error was thrown';
  const detail = error instanceof KetenkluisError ? error.detail : {};
  return {
    json: { error: { code, message, detail } },
    words: [`failed: ${message} (${code})`, ...(alarm === null ? [] : alarmWords(alarm))],
    failed: true,
  };
};

/** Runs one command and ends the way the contract says. */
export async function run(json: boolean, work: () => Promise<Outcome>): Promise<void> {
  let outcome: Outcome;
  try {
    outcome = await work();
  } catch (error) {
    outcome = failure(error);
  }
  if (json) process.stdout.write(`${JSON.stringify(outcome.json)}\n`);
  else for (const line of outcome.words) say(line);
  process.exitCode = outcome.failed ? 1 : 0;
}
