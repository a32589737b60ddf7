/** The vault's own keys: it signs receipts and checkpoints, and opens bundles addressed to it. None opens content (R8). */

import { closeSync, existsSync, fchmodSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Bytes,
  base64url,
  fromBase64url,
  isId,
  newId,
  type PersonId,
  type Random,
  type Signer,
} from '@ketenkluis/base';
import { formatVkey } from '@ketenkluis/ledger';
import { type KemPrivateKey, signingPublicKey, suite, webSigner } from '@ketenkluis/seal';
import { vaultError } from './errors.ts';
import { privateFolder } from './storage/private.ts';

const SUITE = 1;

export interface VaultKeys {
  readonly id: PersonId;
  readonly signer: Signer;
  readonly kem: KemPrivateKey;
  readonly kemPublic: Bytes;
  /** The signing key of a practice's log, made when asked for the first time. */
  log(origin: string): Promise<Signer>;
  /** The log's verifier key (C2SP signed-note). */
  vkey(origin: string): Promise<string>;
}

/** Writes whole, readable by the owner only, and on disk before it counts. */
export function writePrivate(file: string, text: string): void {
  const part = `${file}.part`;
  const handle = openSync(part, 'w', 0o600);
  try {
    fchmodSync(handle, 0o600);
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(part, file);
}

/** Reads `<dir>/keys`, or makes it: files of mode 0600 in a folder of mode 0700. Throws `vault/bad-directory`. */
export async function openKeys(dir: string, random: Random): Promise<VaultKeys> {
  const folder = join(dir, 'keys');
  privateFolder(folder);
  const once = async (name: string, make: () => Promise<string> | string): Promise<string> => {
    const file = join(folder, name);
    if (!existsSync(file)) writePrivate(file, `${await make()}\n`);
    return readFileSync(file, 'utf8').trim();
  };
  const seed = async (name: string, make: () => Promise<Bytes> | Bytes): Promise<Bytes> => {
    const bytes = fromBase64url(await once(name, async () => base64url(await make())));
    if (bytes.length !== 32) throw vaultError('bad-directory', `keys/${name} holds no key; put it back from a backup`);
    return bytes;
  };
  const id = await once('vault.id', () => newId('person', random));
  if (!isId('person', id)) throw vaultError('bad-directory', 'keys/vault.id holds no id; put it back from a backup');
  const { kem } = suite(SUITE);
  let generated: Bytes | undefined;
  const kemSeed = await seed('kem.key', async () => {
    const pair = await kem.generate(random);
    generated = pair.publicKey;
    return pair.seed;
  });
  const kemPublic = fromBase64url(
    await once('kem.pub', () => {
      if (!generated) throw vaultError('bad-directory', 'keys/kem.pub is missing; put it back from a backup');
      return base64url(generated);
    }),
  );
  const logs = new Map<string, Promise<Signer>>();
  const log = (origin: string): Promise<Signer> => {
    let found = logs.get(origin);
    if (!found) {
      found = seed(`log-${origin.replaceAll('/', '-')}.key`, () => random(32)).then((bytes) =>
        webSigner({ by: origin, seed: bytes }),
      );
      logs.set(origin, found);
    }
    return found;
  };
  const signSeed = await seed('sign.key', () => random(32));
  return {
    id,
    signer: { ...(await webSigner({ by: id, seed: signSeed })), publicKey: await signingPublicKey(signSeed) },
    kem: await kem.importPrivate(kemSeed),
    kemPublic,
    log,
    vkey: async (origin) => formatVkey({ name: origin, type: 1, publicKey: (await log(origin)).publicKey }),
  };
}
