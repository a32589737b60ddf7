/** Recovery sheets on the table (docs/identity.md, "The way back"), as a person's client does it. */

import { base64url, fromBase64url } from '@ketenkluis/base';
import { decodeEntry } from '@ketenkluis/ledger';
import { raiseInfo } from '@ketenkluis/protocol';
import { asSealedBlob, type Hash, suite } from '@ketenkluis/seal';
import { openSealed } from '@ketenkluis/seal/open';
import type { Reply, TestSession, TestWorld } from '../testing.ts';

const CLAIM = { class: 'session' } as const;

/** Says it: the commitments of these sheets, two that are good where none are named. */
export const laySheets = (
  world: TestWorld,
  who: TestSession,
  more: object = { raise: true },
  shares: readonly string[] = world.practice.authority.payload.recovery.commitments.slice(0, 2),
): Promise<Reply> => world.signed(who, 'recovery', { shares, epochs: [], ...more }, CLAIM);

export const entriesOf = async (world: TestWorld) => {
  const { storage } = world.running.vault;
  const rows = await storage.read((tx) => tx.selectFrom('entry').select('stored').orderBy('idx').execute());
  return rows.map(({ stored }) => decodeEntry(stored).entry);
};

/** What the challenge about the newest `recovery` line holds, for whoever has the recovery key. */
export async function openChallenge(world: TestWorld, who: TestSession, reply: Reply): Promise<Uint8Array> {
  const { challenge } = reply.json<{ challenge: string }>();
  const all = await entriesOf(world);
  const line = all.findLastIndex(({ common }) => common.event === 'recovery');
  const key = await suite(1).kem.importPrivate(world.practice.recoverySeed);
  const info = raiseInfo({
    ...{ practice: world.practice.id, person: who.person.id, session: who.session, line },
    request: all[line]!.common.requestHash as Hash,
  });
  return await openSealed(key, info, asSealedBlob(fromBase64url(challenge)));
}
export const answerChallenge = (world: TestWorld, who: TestSession, answer: Uint8Array): Promise<Reply> =>
  world.signed(who, 'recovery-prove', { answer: base64url(answer) }, CLAIM);

/** The whole of it; the answer to the last step. */
export async function raise(world: TestWorld, who: TestSession): Promise<Reply> {
  const answer = await openChallenge(world, who, await laySheets(world, who));
  const proved = await answerChallenge(world, who, answer);
  return proved.status === 200 ? await world.signed(who, 'session-confirm', {}, CLAIM) : proved;
}
