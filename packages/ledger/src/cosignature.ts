/** C2SP tlog-cosignature: what a witness signs about a checkpoint, with Ed25519 (type 0x04) and with ML-DSA-44 (type 0x06, FIPS 204). */

import { type Bytes, concat, readU32, u32, utf8, type Verifier } from '@ketenkluis/base';
import { ledgerError } from './errors.ts';
import type { Checkpoint, CosignatureType } from './note.ts';

const SIGNATURE: Readonly<Record<CosignatureType, number>> = { 4: 64, 6: 2420 };
/** Bytes of a public key by signature type of signed-note. */
export const KEY_BYTES: Readonly<Record<1 | CosignatureType, number>> = { 1: 32, 4: 32, 6: 1312 };

const u64 = (value: number): Bytes => concat(u32(Math.floor(value / 2 ** 32)), u32(value % 2 ** 32));
const vector = (text: string): Bytes => {
  const bytes = utf8(text);
  if (bytes.length < 1 || bytes.length > 255)
    throw ledgerError('bad-checkpoint', 'a name has at most 255 bytes in a cosignature');
  return concat(Uint8Array.of(bytes.length), bytes);
};

/** The bytes that the key signs; `text` is the checkpoint's, whole. `seconds` since 1970, above 0. Throws `ledger/bad-checkpoint`. */
export function cosignedMessage(
  type: CosignatureType,
  name: string,
  seconds: number,
  text: string,
  { origin, size, root }: Checkpoint,
): Bytes {
  if (!Number.isSafeInteger(seconds) || seconds < 1)
    throw ledgerError('bad-checkpoint', 'a cosignature has a time after 1970');
  if (type === 4) return utf8(`cosignature/v1\ntime ${seconds}\n${text}`);
  return concat(utf8('subtree/v1\n\0'), vector(name), u64(seconds), vector(origin), u64(0), u64(size), root);
}

/** The bytes behind the key id in a signature line. */
export const timestamped = (seconds: number, signature: Uint8Array): Bytes => concat(u64(seconds), signature);

/** The seconds since 1970 in a cosignature (without its key id); undefined for 0, above 2^53 and for another length than its type has. */
export function cosignedAt(type: CosignatureType, bytes: Uint8Array): number | undefined {
  if (bytes.length !== 8 + SIGNATURE[type]) return undefined;
  const seconds = readU32(bytes, 0) * 2 ** 32 + readU32(bytes, 4);
  return Number.isSafeInteger(seconds) && seconds > 0 ? seconds : undefined;
}

/** Loaded when first needed: most logs are cosigned with Ed25519 too, and no browser has this one yet. */
const mlDsa = async () => (await import('@noble/post-quantum/ml-dsa.js')).ml_dsa44;

/** Does this cosignature hold? `bytes` without the key id. Answers false on any bad input. */
export async function cosignatureHolds(
  key: { readonly type: CosignatureType; readonly name: string; readonly publicKey: Uint8Array },
  text: string,
  checkpoint: Checkpoint,
  bytes: Uint8Array,
  verifier: Verifier,
): Promise<boolean> {
  const seconds = cosignedAt(key.type, bytes);
  if (seconds === undefined) return false;
  const signature = bytes.subarray(8);
  try {
    const message = cosignedMessage(key.type, key.name, seconds, text, checkpoint);
    if (key.type === 4) return await verifier.verify(key.publicKey, message, signature);
    return (await mlDsa()).verify(signature, message, key.publicKey);
  } catch {
    return false;
  }
}
