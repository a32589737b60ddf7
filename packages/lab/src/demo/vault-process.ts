/** The vault as a process of its own, as a host would run it. */

import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../vault/src/main.ts', import.meta.url));

export interface VaultProcess {
  readonly pid: number;
  readonly port: number;
  readonly child: ChildProcess;
  stop(): Promise<void>;
}

export interface VaultConfig {
  readonly dir: string;
  readonly port: number;
  readonly origins: readonly string[];
  readonly bootstrapToken: string;
  readonly workplace?: string;
  readonly partners?: readonly string[];
  readonly assurance?: Readonly<Record<string, string>>;
  readonly desks?: Readonly<Record<string, string>>;
  readonly limits?: { readonly perMinute?: number; readonly strictPerMinute?: number };
}

/** Resolves when it listens; throws with the vault's own sentence when it does not start. */
export async function startVaultProcess(config: VaultConfig): Promise<VaultProcess> {
  const child = spawn(process.execPath, [...process.execArgv, MAIN, JSON.stringify(config)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const first = await new Promise<string>((resolve) => {
    let text = '';
    child.stdout!.on('data', (part: Buffer) => {
      text += part;
      if (text.includes('\n')) resolve(text);
    });
    child.once('exit', () => resolve(text));
  });
  const said = JSON.parse(first === '' ? '{}' : first) as {
    readonly listening?: { readonly port: number };
    readonly error?: { readonly message: string };
  };
  if (!said.listening) throw new Error(said.error?.message ?? 'the vault ended before it listened');
  return {
    pid: child.pid!,
    port: said.listening.port,
    child,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await ended;
    },
  };
}
