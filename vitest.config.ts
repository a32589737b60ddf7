import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Processes that the tests start find their modules compiled; nothing of a practice stands there. */
const env = { NODE_COMPILE_CACHE: join(tmpdir(), 'ketenkluis-compiled') };

/** Suites by cost: `unit` must stay within two minutes; the others are started by name. */
const suite = (name: string, include: string[], options: object = {}) => ({
  test: { name, include, exclude: ['**/node_modules/**', '**/dist/**'], environment: 'node' as const, env, ...options },
});

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      suite('unit', ['packages/*/src/**/*.test.{ts,tsx}', 'tools/**/*.test.ts'], {
        testTimeout: 60_000,
        hookTimeout: 60_000,
        // One registry of modules per worker: loading them anew for each of a hundred files takes a third of the time.
        isolate: false,
      }),
      suite('kills', ['packages/lab/test/kills/**/*.test.ts'], { testTimeout: 1_500_000, hookTimeout: 120_000 }),
      suite('browser', ['packages/*/test/browser/**/*.test.ts'], {
        testTimeout: 600_000,
        hookTimeout: 600_000,
        globalSetup: ['packages/workplace/test/browser/setup.ts'],
        maxConcurrency: 2,
      }),
    ],
  },
});
