/**
 * The vault as a process: `node main.ts CONFIG.json` (or the same JSON as the one argument). Prints one JSON line when it listens;
 * SIGTERM and SIGINT let it answer what is under way and stop.
 */

import { readFileSync } from 'node:fs';
import { idPattern, KetenkluisError } from '@ketenkluis/base';
import { ASSURANCE_LEVELS } from '@ketenkluis/seal';
import { z } from 'zod';
import { vaultError } from './errors.ts';
import { type Listening, startVault } from './start.ts';

const config = z.strictObject({
  dir: z.string().min(1),
  port: z.int().min(0).max(65_535),
  host: z.string().optional(),
  origins: z.array(z.url()).min(1),
  bootstrapToken: z.string(),
  assurance: z.record(z.string().regex(idPattern('organisation')), z.enum(ASSURANCE_LEVELS)).optional(),
  desks: z.record(z.string().regex(idPattern('organisation')), z.url()).optional(),
  workplace: z.string().optional(),
  partners: z.array(z.url()).max(500).optional(),
  keyholders: z.array(z.url()).max(500).optional(),
  proxies: z.array(z.string()).optional(),
  witnesses: z.array(z.url()).max(500).optional(),
  limits: z
    .strictObject({ perMinute: z.int().min(1).optional(), strictPerMinute: z.int().min(1).optional() })
    .optional(),
});

function readConfig(argument: string | undefined): z.infer<typeof config> {
  if (argument === undefined)
    throw vaultError('bad-config', 'name a configuration file, or give the configuration as JSON');
  let text: string;
  try {
    text = argument.startsWith('{') ? argument : readFileSync(argument, 'utf8');
  } catch (cause) {
    throw vaultError('bad-config', 'the configuration file cannot be read', { cause });
  }
  const parsed = config.safeParse(JSON.parse(text));
  if (!parsed.success) {
    throw vaultError(
      'bad-config',
      `the configuration is wrong at: ${parsed.error.issues[0]?.path.join('.') || 'the whole'}`,
    );
  }
  return parsed.data;
}

const say = (value: unknown): boolean => process.stdout.write(`${JSON.stringify(value)}\n`);

async function run(): Promise<void> {
  const { limits, ...options } = readConfig(process.argv[2]);
  const { perMinute, strictPerMinute } = limits ?? {};
  const running: Listening = await startVault({
    ...options,
    limits: {
      ...(perMinute === undefined ? {} : { perMinute }),
      ...(strictPerMinute === undefined ? {} : { strictPerMinute }),
    },
  });
  const stop = (): void => {
    running.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  say({ listening: { port: running.port, url: running.url } });
}

run().catch((error: unknown) => {
  const known = error instanceof KetenkluisError;
  say({
    error: known
      ? { code: error.code, message: error.message }
      : { code: 'vault/internal', message: 'the vault did not start' },
  });
  if (!known) process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
