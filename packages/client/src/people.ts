/**
 * The practice's keys as this client believes them: authority chain, cards, epochs, memberships and mandates, each proved to
 * stand in the log under a checkpoint that this client took, and the chain anchored in what the practice itself told.
 */

import type { OrganisationId, Verifier } from '@ketenkluis/base';
import type { Checkpoint } from '@ketenkluis/ledger';
import type { directory as directorySchema } from '@ketenkluis/protocol';
import { batchesFromWire, type Hash, KeyDirectory, statementFromWire } from '@ketenkluis/seal';
import type { z } from 'zod';
import { clientError } from './errors.ts';
import { provedLine } from './log.ts';

export type DirectoryAnswer = z.infer<typeof directorySchema>;

/**
 * Rebuilds the key directory. Throws `client/not-included` when a statement has no line of its own,
 * `client/wrong-practice` when leaf 0 is not the pinned authority record, and the errors of `seal` for bad signatures.
 */
export async function readDirectory(options: {
  readonly practice: OrganisationId;
  /** Hash of authority record 0. */
  readonly authority: Hash;
  readonly answer: DirectoryAnswer;
  readonly checkpoint: Checkpoint;
  readonly verifier: Verifier;
}): Promise<KeyDirectory> {
  const { practice, authority, answer, checkpoint, verifier } = options;
  const people = new KeyDirectory(practice, verifier);
  const batches = batchesFromWire(answer.batches);
  let first = true;
  for (const { statement: wire, line } of answer.entries) {
    const statement = statementFromWire(wire, batches);
    const proved = provedLine(line, checkpoint);
    const named = proved.items.some(({ item }) => item.object === statement.hash && item.outcome === 'success');
    if (first && (statement.hash !== authority || proved.index !== 0)) {
      throw clientError(
        'wrong-practice',
        'the vault shows another beginning of this practice than the one you were given',
      );
    }
    first = false;
    await people.add(statement, { included: named, index: proved.index });
  }
  if (first) throw clientError('wrong-practice', 'the vault shows no authority record of this practice');
  return people;
}
