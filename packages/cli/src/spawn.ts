/** `lab` is spawned, not imported: what plays attacker and generator has no place in the command that runs a practice. */

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../lab/src/main.ts', import.meta.url));

/** Runs one job of the lab with our own output and signals, and ends with its exit code. */
export function lab(job: string, options: object): Promise<void> {
  const child = spawn(process.execPath, [...process.execArgv, MAIN, job, JSON.stringify(options)], {
    stdio: 'inherit',
  });
  // Ctrl-C reaches the whole group; the child cleans up and we wait for it.
  const pass = (signal: NodeJS.Signals) => () => child.kill(signal);
  process.on('SIGTERM', pass('SIGTERM'));
  process.on('SIGINT', () => undefined);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      process.exitCode = code ?? (signal === null ? 0 : 1);
      resolve();
    });
  });
}
