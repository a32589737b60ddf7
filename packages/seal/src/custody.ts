/**
 * Keyholders' pieces (docs/spec/keyholder.md): `k` over n holders of whom t are needed, by Shamir's scheme; the descriptor commits to
 * every piece, so a wrong one is named before anything is joined.
 */

import { type Bytes, concat, fromBase64url, idBytes, lengthPrefixed, type PersonId } from '@ketenkluis/base';
import { combine, split } from 'shamir-secret-sharing';
import { asShare, type Share } from './brands.ts';
import { domain, sha256 } from './encoding.ts';
import { sealError } from './errors.ts';
import { asHash, hashOf } from './statement.ts';
import type { Descriptor, FactOf, Hash } from './statements.ts';

const PIECE = domain('piece');
const CUSTODY = domain('custody');
const HOLDINGS = domain('holdings');

/** One holder's part of a version's `k`. */
export interface Piece {
  readonly by: PersonId;
  readonly share: Share<'p'>;
}
export type Holders = NonNullable<Descriptor['holders']>;

/** SHA-256(lp("ketenkluis.piece.v1", holder, piece)): a piece has 256 random bits, so nothing is guessed from it. */
export const pieceCommitment = (by: PersonId, piece: Uint8Array): Hash =>
  asHash(sha256(lengthPrefixed(PIECE, idBytes(by), piece)));

/**
 * Splits `k` over the holders of a `keyholders` fact. For t = 1 the polynomial is a constant. Answers what the descriptor says of them, and
 * the pieces in the order of the fact.
 */
export async function splitSecret(
  k: Share<'k'>,
  named: Pick<FactOf<'keyholders'>, 'id' | 'need' | 'holders'>,
): Promise<{ readonly holders: Holders; readonly pieces: readonly Piece[] }> {
  const { need, holders } = named;
  if (need > holders.length) throw sealError('bad-key', 'more keyholders are needed than are named');
  const made =
    need === 1
      ? holders.map((_, i) => concat(k, Uint8Array.of(i + 1)))
      : (await split(k, holders.length, need)).map((share) => new Uint8Array(share));
  const pieces = holders.map(({ person }, i): Piece => ({ by: person, share: asShare('p', made[i]!) }));
  const stated = pieces.map(({ by, share }) => ({ by, piece: pieceCommitment(by, share) }));
  return { holders: { fact: named.id, need, pieces: stated }, pieces };
}

/** Is this the piece that the descriptor says this holder has? */
export const isPiece = ({ pieces }: Holders, by: PersonId, piece: Uint8Array): boolean =>
  pieces.some((one) => one.by === by && one.piece === pieceCommitment(by, piece));

/** `k` from at least t pieces of different holders. Throws `seal/bad-share` before anything is computed. */
export async function joinPieces(holders: Holders, pieces: readonly Piece[]): Promise<Share<'k'>> {
  const known = new Map(pieces.map((one) => [one.by, one.share]));
  for (const [by, share] of known)
    if (!isPiece(holders, by, share)) throw sealError('bad-share', 'a keyholder gave another piece than it was given');
  if (known.size < holders.need)
    throw sealError('bad-share', `${holders.need} keyholders are needed and ${known.size} answered`);
  const shares = [...known.values()];
  if (holders.need === 1) return asShare('k', shares[0]!.slice(0, 32));
  return asShare('k', new Uint8Array(await combine(shares.slice(0, holders.need))));
}

export interface Custody {
  readonly descriptor: Hash;
  readonly piece: Hash;
}
/** What a keyholder signs when it has a delivery's pieces on disk: descriptor and commitment of each, in order. */
export const custodyBytes = (
  practice: FactOf<'keyholders'>['practice'],
  by: PersonId,
  held: readonly Custody[],
): Bytes =>
  lengthPrefixed(
    CUSTODY,
    idBytes(practice),
    idBytes(by),
    ...held.flatMap(({ descriptor, piece }) => [fromBase64url(descriptor), fromBase64url(piece)]),
  );

/** Names a set of versions: two who hold the same ones get the same. */
export const holdingsDigest = (descriptors: readonly Hash[]): Hash =>
  hashOf(lengthPrefixed(HOLDINGS, ...[...descriptors].sort().map((one) => fromBase64url(one))));
