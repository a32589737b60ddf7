/** `ketenkluis mitz`: about which patients Mitz is asked, for which partner; and `sync --mitz` (docs/mitz.md). */

import { resolve } from 'node:path';
import {
  askMitz,
  listenToMitz,
  type MitzReport,
  type MitzUse,
  openMitz,
  openState,
  readMitzConfig,
  stopMitz,
} from '@ketenkluis/agent';
import { parseId, systemRandom } from '@ketenkluis/base';
import { cliError } from './errors.ts';
import { type Outcome, say } from './say.ts';

export async function mitz(options: {
  readonly dir: string;
  readonly patient: string;
  readonly partner: string;
  readonly stop?: boolean;
}): Promise<Outcome> {
  const partner = parseId('organisation', options.partner);
  const state = await openState({ dir: resolve(options.dir), random: systemRandom });
  try {
    if (state.register.patients[options.patient]?.enrolment?.state !== 'enrolled')
      throw cliError('bad-option', '--patient names nobody who is enrolled');
    (options.stop ? stopMitz : askMitz)(state.register, options.patient, partner);
    await state.save();
    return {
      json: { asked: options.stop !== true },
      words: [
        options.stop
          ? 'Mitz is not asked any more; the next sync withdraws what rests on it'
          : 'Mitz is asked at every sync with --mitz',
      ],
    };
  } finally {
    await state.close();
  }
}

/** Takes notifications of Mitz until SIGINT or SIGTERM; each starts a sync, one after the other, which asks Mitz anew. */
export async function mitzListen(options: {
  readonly mitz: string;
  readonly port: number;
  readonly host: string;
  readonly sync: () => Promise<Outcome>;
}): Promise<void> {
  const config = await readMitzConfig(resolve(options.mitz));
  let running: Promise<void> | null = null;
  let again = false;
  const syncs = async (): Promise<void> => {
    do {
      again = false;
      try {
        for (const word of (await options.sync()).words) say(word);
      } catch (error) {
        // What stands ends by itself within a day; the next notification or sync tries again.
        say(error instanceof Error ? error.message : 'the sync did not run');
      }
    } while (again);
    running = null;
  };
  const listener = await listenToMitz({
    config,
    host: options.host,
    port: options.port,
    changed: () => {
      again = true;
      running ??= syncs();
    },
  });
  say(`Mitz may send word of a change to port ${listener.port}`);
  const stop = () => void Promise.all([listener.close(), running]).then(() => process.exit(0));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

/** Opens Mitz for one sync. */
export async function mitzUse(file: string): Promise<MitzUse & { close(): void }> {
  const config = await readMitzConfig(resolve(file));
  const opened = openMitz(config, systemRandom);
  return { config, mitz: opened, close: opened.close };
}

export function mitzWords(report: MitzReport | null): string[] {
  if (report === null) return [];
  if (!report.mandated) return ['mitz: nobody was asked; the mandate of this agent does not list consent'];
  const refused = Object.entries(report.refused).map(([why, count]) => `${count} ${why}`);
  return [
    `mitz: ${report.asked} asked, ${report.permitted} yes${refused.length > 0 ? `, no: ${refused.join(', ')}` : ''}`,
  ];
}
