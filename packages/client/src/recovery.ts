/**
 * Getting keys back with the recovery sheets of k people (R14). The line comes first: what the sheets open is not put together
 * before this client has seen, proved, that the log says who did it, with which sheets and for which key.
 */

import { type Bytes, fromBase64url, type TeamId } from '@ketenkluis/base';
import { recoveryAnswer } from '@ketenkluis/protocol';
import { asEpochWraps, checkShares, type Hash, type KemKeyPair } from '@ketenkluis/seal';
import { combineKey, openEpoch } from '@ketenkluis/seal/open';
import { changeWith } from './change.ts';
import { clientError } from './errors.ts';
import type { Session } from './session.ts';

/**
 * Puts the line: `shares` are the commitments of the sheets, `epochs` name the team keys that are to come back (none: the register).
 * Answers the KKEW objects of those epochs. Throws `client/wrong-entry`, `client/wrong-item`, `client/refused`.
 */
export async function recordRecovery(
  session: Session,
  shares: readonly Hash[],
  epochs: readonly Hash[] = [],
): Promise<readonly Bytes[]> {
  const { line, answer } = await changeWith(
    session,
    {
      endpoint: 'recovery',
      class: 'session',
      items: [],
      annexed: false,
      event: 'recovery',
      body: { shares, epochs },
    },
    recoveryAnswer,
  );
  const named = line.items.map(({ item }) => (item.outcome === 'success' ? item.object : null));
  const asked = [...shares, ...epochs];
  if (named.length !== asked.length || asked.some((object, i) => named[i] !== object)) {
    throw clientError('wrong-item', 'the line about this recovery names other sheets or keys');
  }
  return answer.wraps.map((text) => fromBase64url(text));
}

/**
 * The key pair of a team's current epoch, from at least k sheets. Throws `seal/bad-recovery-share` before anything is asked,
 * `client/no-key-here`, and the errors of `recordRecovery`.
 */
export async function recoverTeamKey(session: Session, team: TeamId, shares: readonly Bytes[]): Promise<KemKeyPair> {
  const people = await session.people(true);
  const epoch = people.epochOf(team);
  const split = people.authority?.recovery;
  if (epoch === undefined || split === undefined) throw clientError('no-key-here', 'this team has no key yet');
  const [wraps] = await recordRecovery(session, checkShares(shares, split), [epoch.hash]);
  if (wraps === undefined) throw clientError('no-key-here', 'the vault keeps no wraps of this team');
  const { key } = await combineKey(shares, split);
  const opened = await openEpoch({ wraps: asEpochWraps(wraps), epoch: epoch.payload, to: 'recovery', key });
  return { seed: opened.seed, publicKey: fromBase64url(epoch.payload.kem) };
}
