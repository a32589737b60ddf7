/** The body of `add-checkpoint` (C2SP tlog-witness): what was cosigned last, the proof from there, the checkpoint. */

import { type Bytes, fromBase64 } from '@ketenkluis/base';
import { type Checkpoint, HASH_BYTES, type Note, parseCheckpointText, parseNote } from '@ketenkluis/ledger';

export const MAX_BODY = 64 * 1024;
const MAX_PROOF = 63;

export interface AddCheckpoint {
  readonly old: number;
  readonly proof: readonly Bytes[];
  readonly note: Note;
  readonly checkpoint: Checkpoint;
}

/** Undefined for every other form. */
export function parseAddCheckpoint(body: Uint8Array): AddCheckpoint | undefined {
  if (body.length > MAX_BODY) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
    const end = text.indexOf('\n\n');
    if (end < 0) return undefined;
    const [first, ...lines] = text.slice(0, end).split('\n');
    const old = Number(/^old (0|[1-9]\d{0,15})$/.exec(first ?? '')?.[1]);
    if (!Number.isSafeInteger(old) || lines.length > MAX_PROOF) return undefined;
    const proof = lines.map((line) => fromBase64(line));
    if (proof.some((hash) => hash.length !== HASH_BYTES)) return undefined;
    const note = parseNote(text.slice(end + 2));
    return { old, proof, note, checkpoint: parseCheckpointText(note.text) };
  } catch {
    return undefined;
  }
}
