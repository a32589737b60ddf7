/** `ketenkluis serve` and `fsck`. */

import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { base64url, isId, systemRandom } from '@ketenkluis/base';
import { ASSURANCE_LEVELS, type AssuranceLevel } from '@ketenkluis/seal';
import { fsck, startVault } from '@ketenkluis/vault';
import { cliError } from './errors.ts';
import { type Outcome, say } from './say.ts';

export interface ServeOptions {
  readonly dir: string;
  readonly port: number;
  readonly host: string;
  readonly origin?: readonly string[];
  readonly partner?: readonly string[];
  readonly keyholders?: readonly string[];
  readonly workplace?: string;
  /** `ORG=LEVEL`. */
  readonly assurance?: readonly string[];
  /** `ORG=ORIGIN`. */
  readonly desk?: readonly string[];
  /** Addresses of outside cosigners that may be posted to. */
  readonly witness?: readonly string[];
}

/** Which practice asks for which level. Throws `cli/bad-option`. */
const assuranceOf = (given: readonly string[]): Record<string, AssuranceLevel> =>
  Object.fromEntries(
    given.map((one) => {
      const [practice, level, ...more] = one.split('=');
      const known = ASSURANCE_LEVELS.find((name) => name === level);
      if (!isId('organisation', practice) || known === undefined || more.length > 0)
        throw cliError('bad-option', `--assurance takes PRACTICE=LEVEL; levels are ${ASSURANCE_LEVELS.join(', ')}`);
      return [practice, known];
    }),
  );

/** Where which practice's people sign on outside. Throws `cli/bad-option`. */
const desksOf = (given: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    given.map((one) => {
      const at = one.indexOf('=');
      const practice = one.slice(0, at);
      if (at < 0 || !isId('organisation', practice))
        throw cliError('bad-option', '--desk takes PRACTICE=ORIGIN: where the people of that practice sign on outside');
      return [practice, one.slice(at + 1)];
    }),
  );

/** The token with which a practice may be brought to this vault: made once, readable by the host only. */
function bootstrapToken(dir: string): string {
  const file = join(dir, 'bootstrap-token');
  if (!existsSync(file)) writeFileSync(file, `${base64url(systemRandom(24))}\n`, { mode: 0o600 });
  chmodSync(file, 0o600);
  return readFileSync(file, 'utf8').trim();
}

/** Serves until SIGINT or SIGTERM. */
export async function serve(options: ServeOptions): Promise<void> {
  const dir = resolve(options.dir);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  chmodSync(dir, 0o700);
  const origins = options.origin ?? [`http://localhost:${options.port}`];
  const running = await startVault({
    dir,
    port: options.port,
    host: options.host,
    origins,
    bootstrapToken: bootstrapToken(dir),
    ...(options.partner === undefined ? {} : { partners: options.partner }),
    ...(options.keyholders === undefined ? {} : { keyholders: options.keyholders }),
    ...(options.assurance === undefined ? {} : { assurance: assuranceOf(options.assurance) }),
    ...(options.desk === undefined ? {} : { desks: desksOf(options.desk) }),
    ...(options.witness === undefined ? {} : { witnesses: options.witness }),
    ...(options.workplace === undefined ? {} : { workplace: resolve(options.workplace) }),
  });
  say(`listening on ${running.url} as ${origins.join(', ')}`);
  say(`a practice may be brought with the token in ${join(dir, 'bootstrap-token')}`);
  const stop = () => {
    say('stopping …');
    running.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

export async function check(options: { readonly dir: string }): Promise<Outcome> {
  const report = await fsck(resolve(options.dir));
  const { practices, lines, packs, faults, waiting } = report;
  const named = (of: typeof faults) => of.map(({ code, where, mend }) => `${code} at ${where}: ${mend}`);
  return {
    json: report,
    words: [
      ...(report.ok ? [`nothing wrong: ${practices} practices, ${lines} lines, ${packs} packs`] : named(faults)),
      ...named(waiting).map((line) => `waits: ${line}`),
    ],
    failed: !report.ok,
  };
}
