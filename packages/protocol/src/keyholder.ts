/** What agent and client say to a keyholder (docs/spec/keyholder.md). */

import {
  base64url as base64urlOf,
  canonicalJson,
  fromBase64url,
  idBytes,
  lengthPrefixed,
  parseCanonicalJson,
  utf8,
} from '@ketenkluis/base';
import { hashOf } from '@ketenkluis/seal';
import { z } from 'zod';
import { originFault } from './origin.ts';
import { base64url, checkpointNote, id, ledgerProof, wireHash, wireStatement } from './wire.ts';

/** How far a request and its line may be from a keyholder's clock, milliseconds. */
export const CUSTODY_FRESH = 2 * 60_000;

/** The actions of signed requests to a keyholder; that of a release is the vault's own. */
export const CUSTODY = {
  directory: 'custody-directory',
  pieces: 'custody-deliver',
  drops: 'custody-drop',
  keep: 'custody-keep',
} as const;
export type CustodyPath = keyof typeof CUSTODY;

/** Where somebody begins a piece's text; `by` is the holder. */
export const piecesText = (request: string, by: string): string => `pieces ${request} ${by}`;

const signed = <T extends z.ZodType>(body: T) => z.strictObject({ request: wireStatement, body });

const someDirectory = {
  statements: z.array(wireStatement).max(5000),
  batches: z.array(wireStatement).max(500),
};
const partnerDirectories = z.array(z.strictObject({ organisation: id('organisation'), ...someDirectory })).max(500);
/** The practice's directory from its `after`-th statement on; partners' directories whole. */
const moreOfDirectory = z.strictObject({
  after: z.int().min(0),
  ...someDirectory,
  partners: partnerDirectories,
});
export type MoreOfDirectory = z.infer<typeof moreOfDirectory>;

/** POST .../directory. Answered with 409 `behind` when `after` is not where the keyholder stands. */
export const custodyDirectory = signed(moreOfDirectory);
export const custodyDirectoryTaken = z.strictObject({ directory: z.int().min(0) });

/** POST .../pieces: one bundle and its wraps, in the order of the versions in the delivery. */
export const custodyPieces = signed(
  z.strictObject({
    bundle: wireStatement,
    wraps: z
      .array(z.strictObject({ index: z.int().min(0), descriptor: wireHash, ct: base64url(66) }))
      .min(1)
      .max(8192),
    more: moreOfDirectory.nullable(),
  }),
);
/** Ed25519 over `custodyBytes`. */
export const custodyReceipt = z.strictObject({ sig: base64url(90) });

/** POST .../drops */
export const custodyDrops = signed(
  z.strictObject({ superseded: z.array(wireHash).max(8192), ended: z.array(wireHash).max(65_536) }),
);
/** POST .../keep: everything that is live. */
export const custodyKeep = signed(z.strictObject({ live: z.array(wireHash).max(400_000) }));
export const custodyHoldings = z.strictObject({ count: z.int().min(0), digest: wireHash });

/** POST .../releases: the request that the vault answered, its line, and the key that the pieces are sealed to. */
export const custodyRelease = z.strictObject({
  request: wireStatement,
  line: ledgerProof,
  checkpoint: checkpointNote,
  consistency: z.strictObject({ from: z.int().min(1), proof: z.array(base64url(43)).max(64) }).nullable(),
  /** What the witnesses said that the owners named (docs/spec/witness.md): each one's newest, with its proof to `checkpoint`. */
  witnesses: z
    .array(z.strictObject({ name: z.string().max(255), note: checkpointNote, proof: z.array(base64url(43)).max(64) }))
    .max(16),
  key: base64url(4096),
  more: moreOfDirectory.nullable(),
});
export type CustodyRelease = z.infer<typeof custodyRelease>;
export const custodyReleased = z.strictObject({ size: z.int().min(1), sealed: base64url(200_000) });
/** 409: bring the directory from here on, or proof that the log continues this size. */
export const custodyBehind = z.union([
  z.strictObject({ directory: z.int().min(0) }),
  z.strictObject({ size: z.int().min(1), checkpoint: checkpointNote }),
]);
/** What is inside. */
export const sealedPieces = z.strictObject({
  v: z.literal(1),
  pieces: z.array(z.strictObject({ descriptor: wireHash, piece: base64url(44) })).max(256),
});
export const custodyRefusal = z.strictObject({ code: z.string().max(40) });

/** GET .../log/proof: a line under a size that somebody else knows, and that the log continued. Hashes only. */
export const logProof = z.strictObject({
  checkpoint: checkpointNote,
  path: z.array(base64url(43)).max(64),
  consistency: z.array(base64url(43)).max(64).nullable(),
});

/** What a keyholder hands to the owners who may name it: one line of text, and a fingerprint to compare by telephone. */
const holderCard = z.strictObject({
  v: z.literal(1),
  t: z.literal('holder-card'),
  person: id('person'),
  sign: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  kem: z.string().regex(/^[A-Za-z0-9_-]{1600,1700}$/),
  url: z.string().max(255),
});
export type HolderCard = Omit<z.infer<typeof holderCard>, 'v' | 't'>;
export interface ReadHolderCard extends HolderCard {
  /** Six groups of four digits. */
  readonly fingerprint: readonly string[];
}

const HOLDER = utf8('ketenkluis.holder.v1');
const DIGITS = 24;
export function holderFingerprint({ person, sign, kem, url }: HolderCard): readonly string[] {
  const parts = [idBytes(person), fromBase64url(sign), fromBase64url(kem), utf8(url)];
  const digest = fromBase64url(hashOf(lengthPrefixed(HOLDER, ...parts))).subarray(0, 16);
  const number = digest.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n) % 10n ** BigInt(DIGITS);
  return number.toString().padStart(DIGITS, '0').match(/.{4}/g)!;
}
export const holderCardText = (card: HolderCard): string =>
  base64urlOf(canonicalJson(holderCard.parse({ v: 1, t: 'holder-card', ...card })));
/** Undefined for anything else; white space does not count. */
export function readHolderCard(text: string): ReadHolderCard | undefined {
  try {
    const { v: _, t: __, ...card } = holderCard.parse(parseCanonicalJson(fromBase64url(text.replace(/\s/g, ''))));
    return originFault(card.url) === null ? { ...card, fingerprint: holderFingerprint(card) } : undefined;
  } catch {
    return undefined;
  }
}
