/**
 * Getting keys back with the recovery sheets of k people (R14). The line comes first: what the sheets open is not put together
 * before this client has seen, proved, that the log says who did it, with which sheets and for which key.
 */

import { type Bytes, base64url, fromBase64url, type Instant, plus, type TeamId } from '@ketenkluis/base';
import { RAISE_LIFE, raiseInfo, recoveryAnswer, recoveryProved } from '@ketenkluis/protocol';
import { asEpochWraps, asSealedBlob, checkShares, type Hash, type KemKeyPair } from '@ketenkluis/seal';
import { combineKey, openEpoch, openSealed } from '@ketenkluis/seal/open';
import { changeWith } from './change.ts';
import { clientError } from './errors.ts';
import type { ProvedLine } from './log.ts';
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
  const { answer } = await putLine(session, shares, epochs);
  return answer.wraps.map((text) => fromBase64url(text));
}

async function putLine(session: Session, shares: readonly Hash[], epochs: readonly Hash[], raise = false) {
  const { line, answer } = await changeWith(
    session,
    {
      endpoint: 'recovery',
      class: 'session',
      items: [],
      annexed: false,
      event: 'recovery',
      body: { shares, epochs, ...(raise ? { raise: true } : {}) },
    },
    recoveryAnswer,
  );
  checkNamed(line, [...shares, ...epochs]);
  return { line, answer };
}

function checkNamed({ items }: ProvedLine, asked: readonly Hash[]): void {
  const named = items.map(({ item }) => (item.outcome === 'success' ? item.object : null));
  if (named.length !== asked.length || asked.some((object, i) => named[i] !== object)) {
    throw clientError('wrong-item', 'the line about this recovery names other sheets or keys');
  }
}

/** As long as the challenge of a vault is: what else would open is not handed to it. */
const CHALLENGE_BYTES = 32;

/**
 * Proves the recovery key where the practice asks for a sign-on outside, and answers until when that counts (docs/identity.md, "The way
 * back"). Nothing is put together before the line is proved; what is opened is this session's challenge about this very line. Throws
 * `seal/bad-recovery-share` before anything is asked, `seal/cannot-open`, `client/bad-answer`, and the errors of `recordRecovery`.
 */
export async function raiseBySheets(session: Session, shares: readonly Bytes[]): Promise<Instant> {
  const split = (await session.directory()).authority?.recovery;
  if (split === undefined) throw clientError('no-key-here', 'this practice shows no recovery key');
  const { line, answer } = await putLine(session, checkShares(shares, split), [], true);
  // Its own request's, as `changeWith` held them together.
  const request = line.common?.requestHash as Hash | null | undefined;
  if (answer.challenge === undefined || request === undefined || request === null)
    throw clientError('bad-answer', 'the vault wrote the line and gave no challenge');
  const { practice, person, id } = session;
  const { key } = await combineKey(shares, split);
  const info = raiseInfo({ practice, person, session: id, line: line.index, request });
  const opened = await openSealed(key, info, asSealedBlob(fromBase64url(answer.challenge)));
  if (opened.length !== CHALLENGE_BYTES)
    throw clientError('bad-answer', 'the vault gave something else than a challenge');
  const proved = await changeWith(
    session,
    {
      ...{ endpoint: 'recovery-prove', class: 'session', items: [], annexed: false, event: 'identity' },
      body: { answer: base64url(opened) },
    },
    recoveryProved,
  );
  checkNamed(proved.line, [request]);
  return Math.min(proved.answer.until, plus(session.now(), RAISE_LIFE)) as Instant;
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
