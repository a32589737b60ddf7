/** Several people at one keyboard: what one of them proposed, signed by the others and put into force (docs/spec/protocol.md, "Proposals"). */

import { agree, type Session, settleOutward, waitingProposals } from '@ketenkluis/client';
import type { Hash } from '@ketenkluis/seal';
import type { Enter, Entered, EnterMore } from './enter.ts';
import { cliError } from './errors.ts';

/** Whoever `work` lets come signs in with their own sheet; when it ends, however it ends, all of them leave. */
export async function atOneKeyboard<T>(
  enter: Enter,
  work: (come: (sheet: string, more?: EnterMore) => Promise<Session>) => Promise<T>,
): Promise<T> {
  const here: Entered[] = [];
  try {
    return await work(async (sheet, more) => {
      const entered = await enter(sheet, more);
      here.push(entered);
      return entered.session;
    });
  } finally {
    for (const { close } of here.reverse()) await close();
  }
}

/** `admitted`: it counts. `signed`: more owners must sign. */
export type Signed = 'proposed' | 'signed' | 'admitted';

/**
 * This very proposal and no other that waits. `seconds` sign in one after the other, until it takes no more of them; where only an owner
 * may put it into the log, who proposed it does. Throws `cli/bad-option` where the vault does not show it to one of them.
 */
export async function signTogether(
  owner: Session,
  made: Hash,
  seconds: Iterable<() => Promise<Session>>,
): Promise<Signed> {
  let state: Signed = 'proposed';
  for (const comes of seconds) {
    if (state === 'admitted') break;
    const session = await comes();
    const sees = (await waitingProposals(session)).some((one) => 'what' in one && one.hash === made);
    if (!sees) throw cliError('bad-option', 'the second signer sees no such proposal');
    state = await agree(session, made);
  }
  // Whoever is no owner signs, and puts nothing into the log.
  return state === 'signed' && (await settleOutward(owner, made)) > 0 ? 'admitted' : state;
}
