/** `ketenkluis hosting`: an owner says who runs the vault, where, and under which law; patients read it (docs/hosts.md). */

import { readFile } from 'node:fs/promises';
import { hostingOf, stateHosting } from '@ketenkluis/client/hosting';
import { type Enter, signInBySheet } from './enter.ts';
import { cliError } from './errors.ts';
import type { Outcome } from './say.ts';

export async function hosting(
  options: { readonly person: string; readonly said: string },
  enter: Enter = signInBySheet,
): Promise<Outcome> {
  let said: unknown;
  try {
    said = JSON.parse(await readFile(options.said, 'utf8'));
  } catch {
    throw cliError('bad-option', '--said is no JSON file');
  }
  const owner = await enter(options.person);
  try {
    await stateHosting(owner.session, said);
    const now = await hostingOf(owner.session);
    return {
      json: now,
      words: [`patients read from now on: ${now?.operator}, ${now?.places.join(', ')}, ${now?.law}`],
    };
  } finally {
    await owner.close();
  }
}
