/**
 * The keys of partners as a client believes them (docs/spec/partners.md, "B's directory at A"): a partner's directory in its own
 * order, hung under the practice's. It counts for what the live partner fact names and for nothing else (`KeyDirectory.addPartner`).
 */

import type { OrganisationId, Verifier } from '@ketenkluis/base';
import { partners as partnersMessage, type WireStatement } from '@ketenkluis/protocol';
import { batchesFromWire, hash, KeyDirectory, statementFromWire } from '@ketenkluis/seal';
import { z } from 'zod';
import { clientError } from './errors.ts';
import type { DirectoryAnswer } from './people.ts';
import type { Session } from './session.ts';

/** A directory as it travels to somebody who does not see the log: its statements in their order. */
export interface DirectoryWire {
  readonly statements: readonly WireStatement[];
  readonly batches: readonly WireStatement[];
}

export const directoryWire = (pages: readonly DirectoryAnswer[]): DirectoryWire => ({
  statements: pages.flatMap(({ entries }) => entries.map(({ statement }) => statement)),
  batches: [...new Map(pages.flatMap(({ batches }) => batches).map((one) => [one.header, one])).values()],
});

/** Builds it again, every signature checked. Throws the errors of `seal`. */
export async function readPartnerDirectory(
  organisation: OrganisationId,
  shown: DirectoryWire,
  verifier: Verifier,
): Promise<KeyDirectory> {
  const directory = new KeyDirectory(organisation, verifier);
  const batches = batchesFromWire(shown.batches);
  for (const [index, wire] of shown.statements.entries()) {
    await directory.add(statementFromWire(wire, batches), { included: true, index });
  }
  return directory;
}

const seenPosition = z.strictObject({ count: z.int().min(1), digest: hash });

/** What a partner has once shown of itself cannot be unseen. Throws `client/rolled-back`. */
async function remember(session: Session, directory: KeyDirectory): Promise<void> {
  const { storage } = session.wire.ports;
  const name = `partner:${session.practice}:${directory.organisation}`;
  const seen = seenPosition.nullable().parse((await storage.get(name)) ?? null);
  if (seen !== null && !directory.beginsWith(seen)) {
    throw clientError('rolled-back', 'this vault hides a card or a key of a partner that it showed before');
  }
  if (directory.position.digest !== null) await storage.set(name, directory.position);
}

/**
 * Hangs the directories of all who are or were partners under `people`; on a visit, that of the own organisation as it is known from
 * home. Throws `client/rolled-back`, `client/bad-answer`.
 */
export async function addPartners(session: Session, people: KeyDirectory, home: KeyDirectory | null): Promise<void> {
  if (home !== null) people.addPartner(home);
  const { partners } = await session.call('partners', partnersMessage);
  for (const { organisation, statements, batches } of partners) {
    if (statements.length === 0 || organisation === home?.organisation) continue;
    let directory: KeyDirectory;
    try {
      directory = await readPartnerDirectory(organisation, { statements, batches }, session.verifier);
    } catch (cause) {
      throw clientError('bad-answer', 'the vault shows a directory of a partner that does not hold', { cause });
    }
    await remember(session, directory);
    people.addPartner(directory);
  }
}
