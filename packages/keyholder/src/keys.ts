/** The keyholder's own keys: a file that only its user reads. They never change: another key is another keyholder. */

import { chmodSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { base64url, fromBase64url, newId, type PersonId, type Random, type Signer } from '@ketenkluis/base';
import { id } from '@ketenkluis/protocol';
import { type KemPrivateKey, signingPublicKey, suite, webSigner } from '@ketenkluis/seal';
import { z } from 'zod';
import { keyholderError } from './errors.ts';

const stored = z.strictObject({
  v: z.literal(1),
  person: id('person'),
  sign: z.string().length(43),
  kem: z.string().length(43),
  kemPublic: z.string().max(2000),
});

/** What the owners put on its card. */
export interface HolderCard {
  readonly person: PersonId;
  readonly sign: string;
  readonly kem: string;
}
export interface HolderKeys {
  readonly person: PersonId;
  readonly signer: Signer;
  readonly kem: KemPrivateKey;
  readonly card: HolderCard;
}

const fileOf = (dir: string) => join(dir, 'keys', 'holder.json');

/** Makes the keys in an empty place. Throws `keyholder/not-empty`. */
export async function createKeys(dir: string, random: Random): Promise<HolderKeys> {
  const file = fileOf(dir);
  if (existsSync(file)) throw keyholderError('not-empty', 'this folder holds the keys of a keyholder already');
  mkdirSync(join(dir, 'keys'), { recursive: true, mode: 0o700 });
  chmodSync(join(dir, 'keys'), 0o700);
  const kem = await suite(1).kem.generate(random);
  const value = {
    v: 1,
    person: newId('person', random),
    sign: base64url(random(32)),
    kem: base64url(kem.seed),
    kemPublic: base64url(kem.publicKey),
  };
  const handle = openSync(file, 'wx', 0o600);
  writeSync(handle, `${JSON.stringify(value)}\n`);
  fsyncSync(handle);
  closeSync(handle);
  return openKeys(dir);
}

/** Throws `keyholder/bad-keys`. */
export async function openKeys(dir: string): Promise<HolderKeys> {
  try {
    const { person, sign, kem, kemPublic } = stored.parse(JSON.parse(readFileSync(fileOf(dir), 'utf8')));
    const seed = fromBase64url(sign);
    return {
      person,
      signer: await webSigner({ by: person, seed }),
      kem: await suite(1).kem.importPrivate(fromBase64url(kem)),
      card: { person, sign: base64url(await signingPublicKey(seed)), kem: kemPublic },
    };
  } catch (cause) {
    throw keyholderError('bad-keys', 'keys/holder.json cannot be read; make keys with: ketenkluis keyholder init', {
      cause,
    });
  }
}
