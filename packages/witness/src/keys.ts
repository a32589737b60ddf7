/** The witness's two keys, one Ed25519 and one ML-DSA-44, as PKCS #8 files that only their owner reads. */

import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { chmodSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type Bytes, concat, fromBase64url } from '@ketenkluis/base';
import {
  type Checkpoint,
  type CosignatureType,
  cosignedMessage,
  formatVkey,
  keyId,
  type NoteKey,
  type NoteSignature,
  parseVkey,
  timestamped,
} from '@ketenkluis/ledger';
import { witnessError } from './errors.ts';

const FILES: Readonly<Record<CosignatureType, string>> = { 4: 'ed25519.key', 6: 'ml-dsa-44.key' };
const TYPES = [4, 6] as const;

/** Signs with both keys under one name. */
export interface Cosigner {
  readonly name: string;
  readonly keys: readonly NoteKey[];
  /** In the vkey form of C2SP signed-note, for whoever names this witness. */
  readonly vkeys: readonly string[];
  /** `text` is the checkpoint's, whole; `seconds` since 1970. */
  cosign(text: string, checkpoint: Checkpoint, seconds: number): readonly NoteSignature[];
}

function publicBytes(key: KeyObject): Bytes {
  const { x, pub } = createPublicKey(key).export({ format: 'jwk' }) as { x?: string; pub?: string };
  return fromBase64url((x ?? pub)!);
}

/** Makes both keys in an empty place. Throws `witness/not-empty`: a witness whose keys change is another witness. */
export function createKeys(dir: string, name: string): Cosigner {
  const folder = join(dir, 'keys');
  if (TYPES.some((type) => existsSync(join(folder, FILES[type]))))
    throw witnessError('not-empty', 'this folder holds the keys of a witness already');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  for (const type of TYPES) {
    const { privateKey } = type === 4 ? generateKeyPairSync('ed25519') : generateKeyPairSync('ml-dsa-44');
    const handle = openSync(join(folder, FILES[type]), 'wx', 0o600);
    writeSync(handle, String(privateKey.export({ type: 'pkcs8', format: 'pem' })));
    fsyncSync(handle);
    closeSync(handle);
  }
  return openKeys(dir, name);
}

/** Throws `witness/bad-keys` when they are not there or are others, `ledger/bad-note` for a name that is none. */
export function openKeys(dir: string, name: string): Cosigner {
  const pairs = TYPES.map((type) => {
    let secret: KeyObject;
    try {
      secret = createPrivateKey(readFileSync(join(dir, 'keys', FILES[type])));
    } catch (cause) {
      throw witnessError('bad-keys', `keys/${FILES[type]} cannot be read; make keys with: ketenkluis witness init`, {
        cause,
      });
    }
    if (secret.asymmetricKeyType !== (type === 4 ? 'ed25519' : 'ml-dsa-44'))
      throw witnessError('bad-keys', `keys/${FILES[type]} holds a key of another kind`);
    const key: NoteKey = { name, type, publicKey: publicBytes(secret) };
    return { type, secret, key, vkey: formatVkey(parseVkey(formatVkey(key))) };
  });
  return {
    name,
    keys: pairs.map(({ key }) => key),
    vkeys: pairs.map(({ vkey }) => vkey),
    cosign: (text, checkpoint, seconds) =>
      pairs.map(({ type, secret, key }) => {
        const made = sign(null, cosignedMessage(type, name, seconds, text, checkpoint), secret);
        return { name, bytes: concat(keyId(key), timestamped(seconds, made)) };
      }),
  };
}
