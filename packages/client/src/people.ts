/**
 * The practice's keys as this client believes them: authority chain, cards, epochs, memberships and mandates, each proved to
 * stand in the log under a checkpoint that this client took, and the chain anchored in what the practice itself told.
 */

import { fromBase64url, lengthPrefixed, type OrganisationId, type Verifier } from '@ketenkluis/base';
import type { Checkpoint } from '@ketenkluis/ledger';
import type { directory as directorySchema } from '@ketenkluis/protocol';
import {
  batchesFromWire,
  type Hash,
  hashOf,
  KeyDirectory,
  payloadHash,
  type Snapshot,
  statementFromWire,
} from '@ketenkluis/seal';
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
}): Promise<{ readonly people: KeyDirectory; readonly hashes: readonly Hash[] }> {
  const { practice, authority, answer, checkpoint, verifier } = options;
  const people = new KeyDirectory(practice, verifier);
  const batches = batchesFromWire(answer.batches);
  const hashes: Hash[] = [];
  for (const { statement: wire, line } of answer.entries) {
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
    await people.add(statement, { included: named, index: proved.index });
  }
  if (hashes.length === 0) throw clientError('wrong-practice', 'the vault shows no authority record of this practice');
  return { people, hashes };
}

const seenPeople = z.strictObject({ count: z.int().min(0), digest: z.string() });
const digestOf = (hashes: readonly Hash[]): Hash =>
  hashOf(lengthPrefixed(...hashes.map((hash) => fromBase64url(hash))));

/**
 * A card or an end that this device has seen cannot be unseen: the directory only grows. Throws `client/rolled-back`.
 * What a fresh device is not shown, the team keys of the next snapshot tell (`checkEpochs`).
 */
export async function rememberPeople(storage: ClientStorage, practice: string, hashes: readonly Hash[]): Promise<void> {
  const name = `people:${practice}`;
  const seen = seenPeople.nullable().parse((await storage.get(name)) ?? null);
  if (seen !== null && (hashes.length < seen.count || digestOf(hashes.slice(0, seen.count)) !== seen.digest)) {
    throw clientError('rolled-back', 'this vault hides a card or a key that it showed before');
  }
  await storage.set(name, { count: hashes.length, digest: digestOf(hashes) });
}

/** Every team key that the practice's snapshot names stands in the directory. Throws `client/rolled-back`. */
export function checkEpochs(people: KeyDirectory, snapshot: Snapshot): void {
  for (const { team, epoch } of snapshot.epochs) {
    const newest = people.epochOf(team);
    let found = newest?.hash === epoch;
    for (let number = (newest?.payload.number ?? 0) - 1; number >= 0 && !found; number--) {
      const older = people.epochNumber(team, number);
      found = older !== undefined && payloadHash(older) === epoch;
    }
    if (!found) throw clientError('rolled-back', 'this vault hides a team key that the practice has signed');
  }
}
