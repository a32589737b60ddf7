/** `ketenkluis keyholder`, `keyholder init` and `keyholder name`. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { systemRandom } from '@ketenkluis/base';
import { heldCard, proposeKeyholders } from '@ketenkluis/client/keyholders';
import { createKeys, readConfig, startKeyholder } from '@ketenkluis/keyholder';
import { originFault } from '@ketenkluis/protocol';
import { holderCardText, holderFingerprint } from '@ketenkluis/protocol/keyholder';
import { type Enter, SECOND, signInBySheet } from './enter.ts';
import { cliError } from './errors.ts';
import { type Outcome, say } from './say.ts';
import { atOneKeyboard, signTogether } from './together.ts';

/** Makes keys and a configuration without practices; the owners need the card. Throws `keyholder/not-empty`. */
export async function init(options: { readonly dir: string; readonly url: string }): Promise<Outcome> {
  const fault = originFault(options.url);
  if (fault !== null) throw cliError('bad-option', `--url ${fault}`);
  const dir = resolve(options.dir);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const { card } = await createKeys(dir, systemRandom);
  const named = { ...card, url: options.url };
  const text = holderCardText(named);
  const fingerprint = holderFingerprint(named).join(' ');
  const config = join(dir, 'keyholder.json');
  const form = { url: options.url, dir: '.', host: '127.0.0.1', port: 4806, metricsPort: null, practices: [] };
  if (!existsSync(config)) writeFileSync(config, `${JSON.stringify(form, null, 2)}\n`, { mode: 0o600 });
  writeFileSync(join(dir, 'card.txt'), `${text}\n`);
  return {
    json: { person: card.person, url: options.url, fingerprint, card: text, config },
    words: [
      `keys made in ${join(dir, 'keys')}; give the practice this card (${join(dir, 'card.txt')}):`,
      text,
      `and these digits by telephone or on paper: ${fingerprint}`,
      `put id, authority and log key of each practice into ${config}`,
    ],
  };
}

/** Serves until SIGINT or SIGTERM; one JSON line on stdout per request. */
export async function serve(options: { readonly config: string }): Promise<void> {
  const config = readConfig(resolve(options.config));
  const running = await startKeyholder(config, {
    say: (line) => process.stdout.write(`${JSON.stringify(line)}\n`),
  });
  say(`listening on ${running.address} as ${config.url}, for ${config.practices.length} practices`);
  if (running.metricsPort !== null) say(`metrics on http://127.0.0.1:${running.metricsPort}`);
  const stop = () => {
    running.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

/** One owner proposes, a second person signs: at one keyboard, each with the own sheet and passphrase. */
export async function name(
  options: {
    readonly person: string;
    readonly second: string;
    readonly need?: number;
    readonly card?: readonly string[];
    readonly nobody?: boolean;
  },
  enter: Enter = signInBySheet,
): Promise<Outcome> {
  const files = options.card ?? [];
  const need = options.nobody ? 0 : (options.need ?? 0);
  if (options.nobody ? files.length > 0 || options.need !== undefined : files.length === 0 || need === 0)
    throw cliError('bad-option', 'give --card and --need, or --nobody');
  const holders = files.map((file) => {
    const card = heldCard(readFileSync(resolve(file), 'utf8'));
    if (card === undefined) throw cliError('bad-option', `${file} is no card of a keyholder`);
    return card;
  });
  for (const { url, fingerprint } of holders) say(`${url}: ${fingerprint.join(' ')} (compare with the keyholder)`);
  return await atOneKeyboard(enter, async (come) => {
    const owner = await come(options.person);
    const cards = holders.map(({ person, sign, kem, url }) => ({ person, sign, kem, url }));
    const made = await proposeKeyholders(owner, { need, holders: cards });
    const state = await signTogether(owner, made, [() => come(options.second, { variable: SECOND })]);
    const json = { need, holders: holders.map(({ url }) => url), state };
    const words =
      state === 'admitted'
        ? [`${need} of ${holders.length} keyholders count from the next sync on`]
        : ['proposed and signed; more owners must sign it in the workplace'];
    return { json, words };
  });
}
