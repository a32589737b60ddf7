/** `c2sp.org/tlog-proof@v1`: one text that proves offline that a leaf is in a log. And how one checkpoint follows another. */

import { type Bytes, base64, equalBytes, fromBase64, type Verifier } from '@ketenkluis/base';
import { ledgerError } from './errors.ts';
import { type Checkpoint, openCheckpoint, parseNote, type Trust } from './note.ts';
import { HASH_BYTES, verifyConsistency, verifyInclusion } from './tree.ts';

const FIRST = 'c2sp.org/tlog-proof@v1';

export interface TlogProof {
  readonly index: number;
  /** Opaque and not authenticated by the proof; null when there is none. */
  readonly extra: Bytes | null;
  /** Inclusion proof, leaf to root. */
  readonly hashes: readonly Bytes[];
  /** The checkpoint's signed note, verbatim. */
  readonly checkpoint: string;
}

export const formatProof = ({ index, extra, hashes, checkpoint }: TlogProof): string =>
  [
    FIRST,
    ...(extra === null ? [] : [`extra ${base64(extra)}`]),
    `index ${index}`,
    ...hashes.map((item) => base64(item)),
    '',
    checkpoint,
  ].join('\n');

/** Accepts exactly what `formatProof` writes. Throws `ledger/bad-proof`, or `bad-note` for what stands after the empty line. */
export function parseProof(text: string): TlogProof {
  const bad = (why: string) => ledgerError('bad-proof', `this proof ${why}`);
  const end = text.indexOf('\n\n');
  if (end < 0) throw bad('has no checkpoint');
  const [first, ...lines] = text.slice(0, end).split('\n');
  if (first !== FIRST) throw bad('is not a c2sp.org/tlog-proof@v1');
  const decode = (encoded: string): Bytes => {
    try {
      return fromBase64(encoded);
    } catch {
      throw bad('holds a line that is not base64');
    }
  };
  const extra = lines[0]?.startsWith('extra ') ? decode(lines.shift()!.slice(6)) : null;
  const index = /^index (0|[1-9]\d{0,15})$/.exec(lines.shift() ?? '')?.[1];
  if (index === undefined || !Number.isSafeInteger(Number(index))) throw bad('has no index');
  const hashes = lines.map(decode);
  if (hashes.length > 63 || hashes.some((item) => item.length !== HASH_BYTES))
    throw bad('holds a line that is no hash');
  const checkpoint = text.slice(end + 2);
  parseNote(checkpoint);
  return { index: Number(index), extra, hashes, checkpoint };
}

/**
 * Verifies offline that `leaf` (data) stands at the proof's index in a tree that the log signed and the quorum cosigned.
 * Returns where. Throws `ledger/bad-proof`, `bad-note` or `bad-checkpoint`.
 */
export async function verifyProof(
  text: string,
  leaf: Uint8Array,
  trust: Trust,
  verifier: Verifier,
): Promise<{ readonly index: number; readonly checkpoint: Checkpoint }> {
  const { index, hashes, checkpoint: note } = parseProof(text);
  const checkpoint = await openCheckpoint(note, trust, verifier);
  if (!verifyInclusion({ index, size: checkpoint.size, leaf, proof: hashes, root: checkpoint.root })) {
    throw ledgerError('bad-proof', 'the leaf is not at this place under the checkpoint');
  }
  return { index, checkpoint };
}

/** How a log's newer word stands to what was seen of it before. All but `same` and `grown` are evidence to keep. */
export type Advance = 'same' | 'grown' | 'rewound' | 'split' | 'other-log';

/**
 * Compares two checkpoints whose signatures were verified. `proof` is the consistency proof from the seen size;
 * `rewound` = smaller than before; `split` = two trees that do not agree, or no proof that they do.
 */
export function compareCheckpoints(seen: Checkpoint, next: Checkpoint, proof: readonly Uint8Array[]): Advance {
  if (seen.origin !== next.origin) return 'other-log';
  if (next.size < seen.size) return 'rewound';
  if (next.size === seen.size) return equalBytes(seen.root, next.root) ? 'same' : 'split';
  // Every tree begins with the empty one.
  if (seen.size === 0) return 'grown';
  const claim = { oldSize: seen.size, size: next.size, oldRoot: seen.root, root: next.root, proof };
  return verifyConsistency(claim) ? 'grown' : 'split';
}
