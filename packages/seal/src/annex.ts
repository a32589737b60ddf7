/**
 * An annex for more than one reader (docs/spec/own.md, "The log"): the log officers' blob first, then one for each patient's team. A reader
 * tries the blobs with the keys that it has; which is whose the bytes do not say.
 */

import { type Bytes, concat, u32, utf8 } from '@ketenkluis/base';
import { asSealedBlob } from './blob.ts';
import type { Sealed } from './brands.ts';
import { sealError } from './errors.ts';

const MAGIC = utf8('KKAX');
const VERSION = 1;
const PREFIX = MAGIC.length + 2;
/** The officers, and at most eight who read one dossier as the patient or for them. */
const MOST = 9;

declare const annexBrand: unique symbol;
/** One KKSB, or a KKAX of several. */
export type SealedAnnex = Bytes & { readonly [annexBrand]: true };

const isMany = (bytes: Bytes): boolean => bytes.length > PREFIX && MAGIC.every((byte, i) => byte === bytes[i]);

/** One blob stays what it is. Throws `seal/bad-object` for none, or more than nine. */
export function joinAnnex(blobs: readonly Sealed<'blob'>[]): SealedAnnex {
  const [first, ...more] = blobs;
  if (first === undefined || blobs.length > MOST) throw sealError('bad-object', `an annex has 1 to ${MOST} readers`);
  if (more.length === 0) return first as Bytes as SealedAnnex;
  const parts = blobs.flatMap((blob) => [u32(blob.length), blob]);
  return concat(MAGIC, Uint8Array.of(VERSION, blobs.length), ...parts) as Bytes as SealedAnnex;
}

/** The blobs of an annex, the officers' first. Throws `seal/bad-object` or `seal/bad-header`. */
export function splitAnnex(bytes: Bytes): readonly [Sealed<'blob'>, ...Sealed<'blob'>[]] {
  if (!isMany(bytes)) return [asSealedBlob(bytes)];
  const bad = () => sealError('bad-object', 'these bytes are no KKAX object');
  const count = bytes[PREFIX - 1]!;
  if (bytes[MAGIC.length] !== VERSION || count < 2 || count > MOST) throw bad();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const blobs: Sealed<'blob'>[] = [];
  let at = PREFIX;
  for (let i = 0; i < count; i++) {
    if (at + 4 > bytes.length) throw bad();
    const end = at + 4 + view.getUint32(at);
    if (end > bytes.length) throw bad();
    blobs.push(asSealedBlob(bytes.slice(at + 4, end)));
    at = end;
  }
  const [officers, ...patients] = blobs;
  if (at !== bytes.length || officers === undefined) throw bad();
  return [officers, ...patients];
}

/** Marks stored bytes as a sealed annex after checking every frame in it. Throws `seal/bad-object` or `seal/bad-header`. */
export function asSealedAnnex(bytes: Bytes): SealedAnnex {
  splitAnnex(bytes);
  return bytes as SealedAnnex;
}
