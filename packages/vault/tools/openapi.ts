/** Writes docs/openapi.json from the routes themselves: `node packages/vault/tools/openapi.ts`, then `biome format --write docs/openapi.json`. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVault } from '@ketenkluis/vault';

const dir = mkdtempSync(join(tmpdir(), 'ketenkluis-openapi-'));
const vault = await createVault({ dir, origins: ['http://localhost'], bootstrapToken: '', log: false });
const spec = await vault.app.inject({ url: '/openapi.json' });
const target = join(import.meta.dirname, '..', '..', '..', 'docs', 'openapi.json');
writeFileSync(target, `${JSON.stringify(spec.json(), null, 2)}\n`);
await vault.stop();
rmSync(dir, { recursive: true, force: true });
