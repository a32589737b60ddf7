/**
 * Compile-time walls: sealed bytes are not plaintext, one holder's share is not another's.
 * A brand adds nothing at run time; only the functions of this package hand one out.
 */

import type { Bytes } from '@ketenkluis/base';
import { sealError } from './errors.ts';

declare const sealedBrand: unique symbol;
declare const shareBrand: unique symbol;

/** Bytes that only a key opens. `T` says what is inside: `'pack'`, `'blob'`, `'epoch-wraps'`, `'keyring'`. */
export type Sealed<T extends string> = Bytes & { readonly [sealedBrand]: T };
/** Readable bytes: any bytes but sealed ones. */
export type Plaintext = Bytes & { readonly [sealedBrand]?: never };

/** c: client, h: vault, k: keyholders, p: one keyholder's piece of k, x: exit (h, then k if there is one). */
export const SHARE_KINDS = ['c', 'h', 'k', 'p', 'x'] as const;
export type ShareKind = (typeof SHARE_KINDS)[number];
export type Share<K extends ShareKind> = Bytes & { readonly [shareBrand]: K };

export const SHARE_BYTES = 32;

/** Shamir adds the number of the holder. */
const PIECE_BYTES = SHARE_BYTES + 1;

/** Throws `seal/bad-share` unless the length fits the kind: 32 bytes, a keyholder's piece 33, for exit 32 or 64. */
export function asShare<K extends ShareKind>(kind: K, bytes: Bytes): Share<K> {
  const own = kind === 'p' ? PIECE_BYTES : SHARE_BYTES;
  const fits = bytes.length === own || (kind === 'x' && bytes.length === 2 * SHARE_BYTES);
  if (!fits) throw sealError('bad-share', `a share of kind ${kind} cannot have ${bytes.length} bytes`);
  return bytes as Share<K>;
}
