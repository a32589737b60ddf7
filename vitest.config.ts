import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { scratchFolder } from './packages/lab/src/scratch.ts';

/** Processes that the tests start find their modules compiled; nothing of a practice stands there. */
const env = { NODE_COMPILE_CACHE: join(tmpdir(), 'ketenkluis-compiled'), TMPDIR: scratchFolder() };

/** Ends what hangs, and nothing else: a busy machine may take ten times as long as a quiet one. */
const PATIENCE = 900_000;

/** Suites by cost: `unit` must stay within two minutes; the others are started by name. */
const suite = (name: string, include: string[], options: object = {}) => ({
  test: {
    name,
    include,
    exclude: ['**/node_modules/**', '**/dist/**'],
    environment: 'node' as const,
    env,
    expect: { poll: { timeout: PATIENCE } },
    ...options,
  },
});

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      suite('unit', ['packages/*/src/**/*.test.{ts,tsx}', 'tools/**/*.test.ts'], {
        testTimeout: PATIENCE,
        hookTimeout: PATIENCE,
        // One registry of modules per worker: loading them anew for each of a hundred files takes a third of the time.
        isolate: false,
        // Modules as Node itself loads them: a module runner looks every import up again at each use.
        experimental: { viteModuleRunner: false },
        // Most code runs a few times only: compiled plainly at once, and with room to die young.
        execArgv: ['--always-sparkplug', '--max-semi-space-size=64', '--disable-warning=ExperimentalWarning'],
      }),
      suite('kills', ['packages/lab/test/kills/**/*.test.ts'], { testTimeout: 3 * PATIENCE, hookTimeout: PATIENCE }),
      suite('browser', ['packages/*/test/browser/**/*.test.ts'], {
        testTimeout: PATIENCE,
        hookTimeout: PATIENCE,
        globalSetup: ['packages/workplace/test/browser/setup.ts'],
        maxConcurrency: 2,
        // One Chromium and one registry of modules per worker: a new one for each file starts cold.
        isolate: false,
      }),
    ],
  },
});
