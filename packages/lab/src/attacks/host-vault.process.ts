/** A vault as a process of its own whose clock stands where the attacked practice's does: `node host-vault.process.ts '{"dir", "now"}'`. */

import { instant, steadyCount } from '@ketenkluis/base';
import { startVault } from '@ketenkluis/vault';
import { BOOTSTRAP, ORIGIN } from './world.ts';

const { dir, now } = JSON.parse(process.argv[2] ?? '{}') as { dir: string; now: number };
const started = steadyCount();
const running = await startVault({
  dir,
  port: 0,
  origins: [ORIGIN],
  bootstrapToken: BOOTSTRAP,
  clock: () => instant(now + Math.round(steadyCount() - started)),
});
process.stdout.write(`${JSON.stringify({ url: running.url })}\n`);
