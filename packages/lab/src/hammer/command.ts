/** `ketenkluis hammer`: docs/bench.md says what it counts. Fails at the first wrong answer. */

import type { Job } from '../main.ts';
import { useScratch } from '../scratch.ts';
import { runHammer } from './hammer.ts';

export interface HammerCommand {
  readonly seconds?: number;
  readonly patients?: number;
  readonly seed?: string;
}

export const hammer =
  ({ seconds = 30, patients = 60, seed = 'hammer-1' }: HammerCommand): Job =>
  async (json) => {
    useScratch();
    const report = await runHammer({ seconds, patients, seed });
    if (!json) {
      const { reads, refused, lists, notes, takenOver, removed, syncs, lines, faults } = report;
      for (const line of [
        `${report.seconds} s: ${reads} looks (${refused} parts rightly refused), ${lists} lists, ${notes} notes, ${takenOver} taken over`,
        `${syncs} syncs, ${removed} patients removed; ${lines} lines in the log`,
        faults.length === 0 ? 'every answer was right, and the stopped vault is whole' : `WRONG: ${faults.join('; ')}`,
      ])
        process.stdout.write(`${line}\n`);
    }
    return { json: report, failed: report.faults.length > 0 };
  };
