/** `ketenkluis witness` and `witness init`. */

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createKeys, readConfig, startWitness } from '@ketenkluis/witness';
import { type Outcome, say } from './say.ts';

/** Makes keys and a configuration without logs; whoever names this witness needs the verifier keys. Throws `witness/not-empty`. */
export async function init(options: { readonly dir: string; readonly name: string }): Promise<Outcome> {
  const dir = resolve(options.dir);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const { name, vkeys } = createKeys(dir, options.name);
  const config = join(dir, 'witness.json');
  const form = { name, dir: '.', host: '127.0.0.1', port: 4805, logs: [] };
  if (!existsSync(config)) writeFileSync(config, `${JSON.stringify(form, null, 2)}\n`, { mode: 0o600 });
  return {
    json: { name, keys: vkeys, config },
    words: [
      `keys made in ${join(dir, 'keys')}; whoever names this witness needs:`,
      ...vkeys,
      `put origin and key of each log into ${config}`,
    ],
  };
}

/** Serves until SIGINT or SIGTERM; one JSON line on stdout per request. */
export async function serve(options: { readonly config: string }): Promise<void> {
  const running = await startWitness(readConfig(resolve(options.config)), {
    say: (line) => process.stdout.write(`${JSON.stringify(line)}\n`),
  });
  say(`listening on ${running.url} as ${running.name}`);
  for (const vkey of running.vkeys) say(vkey);
  const stop = () => {
    running.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}
