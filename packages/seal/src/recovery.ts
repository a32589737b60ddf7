/**
 * Recovery and exit keys (docs/spec/keys.md, R14): a KEM key whose seed is split over k of n people. The authority record commits to
 * every share, so a bad one is named before it is used.
 */

import {
  type Bytes,
  base32,
  base64url,
  concat,
  fromBase32,
  fromBase64url,
  lengthPrefixed,
  type OrganisationId,
  type Random,
  utf8,
} from '@ketenkluis/base';
import { combine, split } from 'shamir-secret-sharing';
import type { z } from 'zod';
import { domain, sha256 } from './encoding.ts';
import { sealError } from './errors.ts';
import type { KemKeyPair, KemPrivateKey } from './hpke.ts';
import { asHash } from './statement.ts';
import type { Hash, shamirKey } from './statements.ts';
import { suite } from './suite.ts';

const SHARE = domain('recovery-share');
const SHEET = domain('recovery-sheet');

export type ShamirKey = z.infer<typeof shamirKey>;

export interface SplitKey {
  /** For the authority record. */
  readonly record: ShamirKey;
  /** One per person; never stored. */
  readonly shares: readonly Bytes[];
}

export const recoveryCommitment = (share: Uint8Array): Hash => asHash(sha256(lengthPrefixed(SHARE, share)));

/** Splits an existing private key. Throws `seal/bad-key` unless 2 <= k <= n <= 16. */
export async function splitKey(keys: KemKeyPair, k: number, n: number): Promise<SplitKey> {
  if (!(k >= 2 && k <= n && n <= 16))
    throw sealError('bad-key', 'a key is split over 2 to 16 people, at least 2 of whom are needed');
  const shares = (await split(keys.seed, n, k)).map((share) => new Uint8Array(share));
  return { record: { kem: base64url(keys.publicKey), k, n, commitments: shares.map(recoveryCommitment) }, shares };
}

/** A fresh key that exists only as shares once this returns and the caller lets go of it. */
export const createSplitKey = async (k: number, n: number, random: Random, suiteId = 1): Promise<SplitKey> =>
  splitKey(await suite(suiteId).kem.generate(random), k, n);

/** Which share this is, from 1. Throws `seal/bad-recovery-share` if the record knows no such share. */
export function checkShare(share: Uint8Array, record: ShamirKey): number {
  const index = record.commitments.indexOf(recoveryCommitment(share));
  if (index < 0)
    throw sealError('bad-recovery-share', 'this share does not belong to the key; check the sheet and type it again');
  return index + 1;
}

/**
 * Are these at least k different shares of this key? Answers their commitments, which is what a log may hold. Throws
 * `seal/bad-recovery-share` (the message says which of the given ones); computes nothing of the key.
 */
export function checkShares(shares: readonly Bytes[], record: ShamirKey): readonly Hash[] {
  const seen = new Set<Hash>();
  shares.forEach((share, i) => {
    const commitment = recoveryCommitment(share);
    const bad = (why: string) =>
      sealError('bad-recovery-share', `share ${i + 1} of those given ${why}`, { detail: { given: i + 1 } });
    if (!record.commitments.includes(commitment)) throw bad('does not belong to the key');
    if (seen.has(commitment)) throw bad('was given before');
    seen.add(commitment);
  });
  if (seen.size < record.k) {
    throw sealError('bad-recovery-share', `${record.k} shares are needed and ${seen.size} were given`);
  }
  return [...seen];
}

/** The private key, from at least k different shares in any order; throws like `checkShares` before anything is computed. */
export async function combineKey(
  shares: readonly Bytes[],
  record: ShamirKey,
  suiteId = 1,
): Promise<{ readonly seed: Bytes; readonly key: KemPrivateKey }> {
  checkShares(shares, record);
  const seed = new Uint8Array(await combine([...shares]));
  const { kem } = suite(suiteId);
  const key = await kem.importPrivate(seed);
  const nothing = new Uint8Array();
  const probe = await kem.seal(fromBase64url(record.kem), SHARE, nothing, SHARE);
  await kem.open(key, probe.enc, SHARE, nothing, probe.ct);
  return { seed, key };
}

// --- the printed sheet -----------------------------------------------------------------------------------------------------

const PURPOSES = ['recovery', 'exit'] as const;
export interface ShareSheet {
  readonly organisation: OrganisationId;
  readonly purpose: (typeof PURPOSES)[number];
  /** Which share, from 1. */
  readonly index: number;
  readonly k: number;
  readonly n: number;
  readonly share: Bytes;
}

const LINE = 10;
const SHARE_BYTES = 33;

const lineCheck = (number: number, bytes: Uint8Array): string =>
  base32(sha256(lengthPrefixed(SHEET, Uint8Array.of(number), bytes)).subarray(0, 5))
    .slice(0, 2)
    .toUpperCase();

const sheetCheck = (organisation: string, bytes: Uint8Array): Bytes =>
  sha256(lengthPrefixed(SHEET, utf8(organisation), bytes)).slice(0, 2);

/**
 * Text to print and hand over: one line that says what it is, then the share in lines of four groups with two check letters each,
 * so that a typing error is found in its line. Throws `seal/bad-recovery-share`.
 */
export function shareSheet(sheet: ShareSheet): string {
  const { organisation, purpose, index, k, n, share } = sheet;
  if (share.length !== SHARE_BYTES || !(index >= 1 && index <= n && k >= 2 && k <= n && n <= 16)) {
    throw sealError('bad-recovery-share', 'this is no share of a split key');
  }
  const packed = concat(Uint8Array.of(1, PURPOSES.indexOf(purpose), index, k, n), share);
  const data = concat(packed, sheetCheck(organisation, packed));
  const lines = [`Ketenkluis ${purpose} share ${index} of ${n}, ${k} needed, ${organisation}`];
  for (let i = 0; i < data.length; i += LINE) {
    const part = data.subarray(i, i + LINE);
    const number = i / LINE + 1;
    const groups = base32(part).toUpperCase().match(/.{4}/g)!.join(' ');
    lines.push(`${number}  ${groups}  ${lineCheck(number, part)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Reads what `shareSheet` printed, typed by a person: case, spaces and 0/1 for O/I do not matter. Throws `seal/bad-recovery-share`. */
export function parseShareSheet(text: string): ShareSheet {
  const bad = (what: string) => sealError('bad-recovery-share', `${what}; compare with the sheet`);
  const organisation = /org_[a-z2-7]{26}/.exec(text.toLowerCase())?.[0];
  if (!organisation) throw bad('the line that names the organisation is missing');
  const found = new Map<number, Bytes>();
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*([1-4])\s+((?:[a-z0-7]\s*){18})$/i.exec(line);
    if (!match) continue;
    const number = Number(match[1]);
    const letters = match[2]!.replace(/\s/g, '').toUpperCase().replaceAll('0', 'O').replaceAll('1', 'I');
    const part = fromBase32(letters.slice(0, 16).toLowerCase());
    if (lineCheck(number, part) !== letters.slice(16)) throw bad(`line ${number} has a typing error`);
    found.set(number, part);
  }
  const parts = [1, 2, 3, 4].map((number) => found.get(number));
  const missing = parts.findIndex((part) => !part);
  if (missing >= 0) throw bad(`line ${missing + 1} is missing or not complete`);
  const data = concat(...(parts as Bytes[]));
  const packed = data.slice(0, 5 + SHARE_BYTES);
  const [version, purpose, index, k, n] = packed;
  const name = PURPOSES[purpose!];
  const same = base64url(data.slice(packed.length)) === base64url(sheetCheck(organisation, packed));
  if (version !== 1 || !name || !same) throw bad('the lines do not belong together or to this organisation');
  return {
    organisation: organisation as OrganisationId,
    purpose: name,
    index: index!,
    k: k!,
    n: n!,
    share: packed.slice(5),
  };
}
