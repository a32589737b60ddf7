/**
 * `ketenkluis findings`: what became of every finding, for an inspector (docs/inspector.md). Made by a log officer with a sheet of their
 * own, after a line in the log that says so (R38); `inspect --findings` puts it into the pack.
 */

import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { discloseFindings } from '@ketenkluis/client/overseer';
import { type Enter, signInBySheet } from './enter.ts';
import type { Outcome } from './say.ts';

/** Throws what signing in throws, and what `discloseFindings` throws: then there is no file. */
export async function findings(
  options: { readonly sheet: string; readonly out: string; readonly words?: boolean },
  enter: Enter = signInBySheet,
): Promise<Outcome> {
  const out = resolve(options.out);
  const words = options.words === true;
  const { session, close } = await enter(options.sheet);
  try {
    // Readable by this user alone, and never over another file.
    await writeFile(out, await discloseFindings(session, { words }), { mode: 0o600, flag: 'wx' });
  } finally {
    await close();
  }
  return {
    json: { out, words },
    words: [
      'the log says that this file was made; run a sync with --mirror, then inspect with --findings',
      ...(words ? [`${out} holds what officers wrote: read it before it leaves the practice`] : []),
    ],
  };
}
