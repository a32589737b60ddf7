/**
 * The practice's keys as this client believes them: authority chain, cards, epochs, memberships and mandates, each proved to
 * stand in the log under a checkpoint that this client took, and the chain anchored in what the practice itself told.
 */

import type { OrganisationId, Verifier } from '@ketenkluis/base';
import type { Checkpoint } from '@ketenkluis/ledger';
import type { directory as directorySchema } from '@ketenkluis/protocol';
import { batchesFromWire, type Hash, hash, KeyDirectory, type Snapshot, statementFromWire } from '@ketenkluis/seal';
import { z } from 'zod';
import { clientError } from './errors.ts';
import { provedLine } from './log.ts';
import type { ClientStorage } from './ports.ts';

export type DirectoryAnswer = z.infer<typeof directorySchema>;

function provedOrThrow(...claim: Parameters<typeof provedLine>): ReturnType<typeof provedLine> {
  try {
    return provedLine(...claim);
  } catch (cause) {
    throw clientError('not-included', 'the vault shows a key whose line is not in the log', { cause });
  }
}

/**
 * Rebuilds the key directory; `partnered`: it names a partner, or did. Throws `client/not-included` when a statement has no line of its own,
 * `client/wrong-practice` when leaf 0 is not the pinned authority record, and the errors of `seal` for bad signatures.
 */
export async function readDirectory(options: {
  readonly practice: OrganisationId;
  /** Hash of authority record 0. */
  readonly authority: Hash;
  /** In order; each proved under the checkpoint that came with it. */
  readonly pages: readonly { readonly answer: DirectoryAnswer; readonly checkpoint: Checkpoint }[];
  readonly verifier: Verifier;
}): Promise<{ readonly people: KeyDirectory; readonly hashes: readonly Hash[]; readonly partnered: boolean }> {
  const { practice, authority, pages, verifier } = options;
  const people = new KeyDirectory(practice, verifier);
  const hashes: Hash[] = [];
  let partnered = false;
  const entries = pages.flatMap(({ answer, checkpoint }) => {
    const batches = batchesFromWire(answer.batches);
    return answer.entries.map(({ statement, line }) => ({ wire: statement, line, batches, checkpoint }));
  });
  for (const { wire, line, batches, checkpoint } of entries) {
    const statement = statementFromWire(wire, batches);
    const proved = provedOrThrow(line, checkpoint);
    const named = proved.items.some(({ item }) => item.object === statement.hash && item.outcome === 'success');
    if (hashes.length === 0 && (statement.hash !== authority || proved.index !== 0)) {
      throw clientError(
        'wrong-practice',
        'the vault shows another beginning of this practice than the one you were given',
      );
    }
    hashes.push(statement.hash);
    partnered ||= statement.payload.t === 'fact' && statement.payload.kind === 'partner';
    await people.add(statement, { included: named, index: proved.index });
  }
  if (hashes.length === 0) throw clientError('wrong-practice', 'the vault shows no authority record of this practice');
  return { people, hashes, partnered };
}

/** How much of the key directory was seen; as in a snapshot. */
const seenPeople = z.strictObject({ count: z.int().min(1), digest: hash });

/**
 * A card or an end that this device has seen cannot be unseen: the directory only grows. Throws `client/rolled-back`.
 * What a fresh device is not shown, the snapshot tells (`checkPeople`).
 */
export async function rememberPeople(storage: ClientStorage, people: KeyDirectory): Promise<void> {
  const name = directorySeen(people.organisation);
  const seen = seenPeople.nullable().parse((await storage.get(name)) ?? null);
  if (seen !== null && !people.beginsWith(seen)) {
    throw clientError('rolled-back', 'this vault hides a card or a key that it showed before');
  }
  await storage.set(name, people.position);
}
/** Where a device keeps how much of a practice's key directory it has seen. */
export const directorySeen = (practice: string): string => `directory:${practice}`;

/**
 * The directory begins with everything that the signer of the snapshot knew, in that order: so a device that comes without memory is not
 * shown a directory without the newest revocation or team key. Throws `client/directory-hidden`.
 */
export function checkPeople(people: KeyDirectory, snapshot: Snapshot): void {
  if (!people.beginsWith(snapshot.people)) {
    throw clientError('directory-hidden', 'this vault hides a card, a key or the end of one that the practice knew');
  }
}
