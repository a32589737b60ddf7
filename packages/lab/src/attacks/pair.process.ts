/** Plays the attacks on two organisations whose names contain the argument, and prints each as one line of JSON. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { steadyCount } from '@ketenkluis/base';
import { play } from './attack.ts';
import { ON_PAIR } from './list.ts';
import { buildPair } from './pair.ts';
import type { Base } from './world.ts';

const [, , only = ''] = process.argv;
const dir = mkdtempSync(join(tmpdir(), 'ketenkluis-attacks-'));
try {
  const built = buildPair(join(dir, 'pair'));
  const { now } = await built;
  // These attacks touch nothing else of what the others stand on.
  const base = { dir, now, pair: () => built } as Base;
  for (const attack of ON_PAIR) {
    if (!attack.name.includes(only)) continue;
    const { attack: _, ...played } = await play(base, attack, () => steadyCount() / 1000);
    process.stdout.write(`${JSON.stringify({ name: attack.name, ...played })}\n`);
  }
} finally {
  rmSync(dir, { recursive: true, force: true });
}
