/** The witnesses that the owners named, ready to check notes with (docs/spec/witness.md). */

import { base64url } from '@ketenkluis/base';
import { type NoteKey, parseVkey, type WitnessPolicy } from '@ketenkluis/ledger';
import { sealError } from './errors.ts';
import type { FactOf } from './statements.ts';

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** An address to post to: https, or http on the own machine; nothing behind its path. */
export function isWitnessUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.has(url.hostname));
  return safe && !url?.search && !url?.hash && !url?.username && !url?.password && !text.endsWith('/');
}

/**
 * Reads the keys of a fact. Throws `seal/bad-statement` for two witnesses of one name or key, a key under another name or of another
 * type, an address that is none, a quorum that they cannot give, and an end.
 */
export function witnessPolicy({ until, quorum, lag, witnesses }: FactOf<'witnesses'>): WitnessPolicy {
  const bad = (why: string, cause?: unknown) =>
    sealError('bad-statement', `these witnesses ${why}`, cause === undefined ? {} : { cause });
  const read = witnesses.map(({ name, url, keys }) => {
    let known: NoteKey[];
    try {
      known = keys.map(parseVkey);
    } catch (cause) {
      throw bad('have a key that is no verifier key', cause);
    }
    if (known.some((key) => key.type === 1 || key.name !== name)) throw bad('have a key that is not for cosignatures');
    if (!isWitnessUrl(url)) throw bad('have an address that is not https');
    return { name, url, keys: known };
  });
  const keys = read.flatMap((one) => one.keys.map(({ publicKey }) => base64url(publicKey)));
  if (until !== null) throw bad('would end by themselves');
  const twice = (list: readonly string[]) => new Set(list).size < list.length;
  if (twice(read.map(({ name }) => name)) || twice(keys) || twice(read.map(({ url }) => url)))
    throw bad('are not all different');
  if (quorum > read.length || (quorum === 0) !== (read.length === 0)) throw bad('cannot be as many as must confirm');
  return { quorum, lag, witnesses: read };
}
