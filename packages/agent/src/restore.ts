/**
 * When the practice computer is gone (R14): the register comes back from its sealed copy with the recovery sheets of as many people
 * as the authority record asks for. One person alone opens nothing, and it stands in the log before anything opens.
 */

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fromBase64url, fromUtf8, type Random } from '@ketenkluis/base';
import { asSealedBlob, checkShares, decodeStatement, expectType, type Hash, parseShareSheet } from '@ketenkluis/seal';
import { combineKey, openSealed } from '@ketenkluis/seal/open';
import { agentError } from './errors.ts';
import { readIfThere } from './files.ts';
import type { KeyStore } from './keystore.ts';
import { MIRROR_FILE, mirrorState, REGISTER_COPY, REGISTER_INFO } from './mirror.ts';
import { readObjects } from './mirror-files.ts';
import { register } from './register.ts';
import { type AgentState, createState } from './state.ts';

/** The authority record that made the sheets, from the mirror's own objects. */
async function authorityOf(mirror: string) {
  const bytes = await readIfThere(join(mirror, MIRROR_FILE));
  if (bytes === null) throw agentError('bad-mirror', `${mirror} is no mirror of a vault`);
  const { authority } = mirrorState.parse(JSON.parse(fromUtf8(bytes)));
  for (const name of (await readdir(join(mirror, 'objects'))).sort()) {
    const objects = readObjects((await readIfThere(join(mirror, 'objects', name))) ?? new Uint8Array());
    const found = objects.find((object) => object.name === authority);
    if (found) return expectType(decodeStatement(fromBase64url(found.bytes)), 'authority').payload;
  }
  throw agentError('bad-mirror', 'the mirror does not hold the authority record; take another copy');
}

/** What printed sheets say, each with what it is for, and the record that they must fit. */
export async function sheetsOf(mirror: string, sheets: readonly string[]) {
  const read = sheets.map(parseShareSheet);
  const of = (purpose: 'recovery' | 'exit') =>
    read.filter((sheet) => sheet.purpose === purpose).map(({ share }) => share);
  return { record: await authorityOf(mirror), shares: { recovery: of('recovery'), exit: of('exit') } };
}

/**
 * Makes a new state from the mirror and the recovery sheets, typed or scanned. Throws `seal/bad-recovery-share` that says which sheet,
 * `agent/bad-mirror`, `agent/already-initialised`.
 */
export async function restoreState(options: {
  readonly mirror: string;
  readonly sheets: readonly string[];
  readonly dir: string;
  readonly random: Random;
  readonly keyStore?: KeyStore;
  /** Puts the line that names these sheets (`recordRecovery` of a colleague's session); nothing opens before it is proved. */
  readonly record: (shares: readonly Hash[]) => Promise<unknown>;
}): Promise<AgentState> {
  const { record, shares: all } = await sheetsOf(options.mirror, options.sheets);
  const shares = all.recovery;
  await options.record(checkShares(shares, record.recovery));
  const { key } = await combineKey(shares, record.recovery);
  const sealed = await readIfThere(join(options.mirror, REGISTER_COPY));
  if (sealed === null) throw agentError('bad-mirror', 'the mirror holds no copy of the register');
  const plain = await openSealed(key, REGISTER_INFO, asSealedBlob(sealed));
  const restored = register.parse(JSON.parse(fromUtf8(plain)));
  const { dir, random, keyStore } = options;
  const state = await createState({ dir, random, ...(keyStore === undefined ? {} : { keyStore }) }, restored);
  await state.save();
  return state;
}
