/** What every statement is made of: ids, times, hashes and keys as they stand in canonical JSON. */

import { type Id, type IdKind, type Instant, idPattern } from '@ketenkluis/base';
import { z } from 'zod';

export const id = <K extends IdKind>(kind: K) =>
  z.custom<Id<K>>((value) => typeof value === 'string' && idPattern(kind).test(value), `expected a ${kind} id`);
export const at = z.custom<Instant>(
  (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  'expected milliseconds',
);
export const count = z.int().min(0);

declare const hashBrand: unique symbol;
/** SHA-256 as canonical base64url, 43 characters. */
export type Hash = string & { readonly [hashBrand]: true };
export const hash = z.custom<Hash>(
  (value) => typeof value === 'string' && /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/.test(value),
  'expected a SHA-256 hash as base64url',
);
/** Public keys as base64url: Ed25519 32 bytes; suite 1 KEM (X-Wing) 1216 bytes. */
export const publicKey = z.string().regex(/^[A-Za-z0-9_-]{43,4096}$/);
export const head = { v: z.literal(1), suite: z.int().min(1).max(255) };
