/** Jobs of the lab, started by the `ketenkluis` command: `main.ts JOB {options as JSON}`. */

import { KetenkluisError } from '@ketenkluis/base';
import type { BenchOptions } from './bench/main.ts';
import type { DemoOptions } from './demo/demo.ts';
import type { GenerateCommand } from './generate/command.ts';
import type { HammerCommand } from './hammer/command.ts';
import type { RegionDemoOptions } from './region/demo.ts';
import type { ReviewCommand } from './review/command.ts';

/** Words on stderr; with `json` one document on stdout; answers whether it went well. */
export type Job = (json: boolean) => Promise<{ readonly json: unknown; readonly failed: boolean }>;

const [name, text = '{}'] = process.argv.slice(2);
const options = JSON.parse(text) as { readonly json?: boolean };

async function job(): Promise<Job> {
  switch (name) {
    case 'generate':
      return (await import('./generate/command.ts')).generate(options as GenerateCommand);
    case 'demo':
      if ((options as { readonly region?: boolean }).region)
        return (await import('./region/demo.ts')).regionDemo(options as RegionDemoOptions);
      return (await import('./demo/demo.ts')).demo(options as DemoOptions);
    case 'bench':
      return (await import('./bench/main.ts')).bench(options as BenchOptions);
    case 'attack':
      return (await import('./attacks/job.ts')).attack(options as { readonly only?: string });
    case 'hammer':
      return (await import('./hammer/command.ts')).hammer(options as HammerCommand);
    case 'review':
      return (await import('./review/command.ts')).review(options as ReviewCommand);
    default:
      throw new Error(`the lab has no job named ${name}`);
  }
}

try {
  const outcome = await (await job())(options.json === true);
  if (options.json) process.stdout.write(`${JSON.stringify(outcome.json)}\n`);
  process.exitCode = outcome.failed ? 1 : 0;
} catch (error) {
  const code = error instanceof KetenkluisError ? error.code : 'lab/unexpected';
  const message = error instanceof Error ? error.message : String(error);
  if (options.json) process.stdout.write(`${JSON.stringify({ error: { code, message } })}\n`);
  else process.stderr.write(`failed: ${message} (${code})\n`);
  process.exitCode = 1;
}
