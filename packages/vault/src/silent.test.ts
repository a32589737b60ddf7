/** A vault that is told to stop does so, whatever a browser still holds open. */

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startVault } from './start.ts';

it('stops while connections are open over which nobody has asked anything, and answered who did', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ketenkluis-silent-'));
  const origins = ['http://localhost:8080'];
  const vault = await startVault({ ...{ dir, origins, bootstrapToken: 'x'.repeat(32) }, port: 0 });
  const silent = connect(vault.port, '127.0.0.1');
  await once(silent, 'connect');
  const ended = once(silent, 'close');
  // Its answer comes after both connections were taken.
  expect((await fetch(`http://127.0.0.1:${vault.port}/healthz`)).status).toBe(200);
  await vault.stop();
  await ended;
  rmSync(dir, { recursive: true });
});
