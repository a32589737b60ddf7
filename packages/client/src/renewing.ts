/** A proposal that went stale, made anew by who proposed it (docs/spec/protocol.md, "Proposals"). */

import type { Hash } from '@ketenkluis/seal';
import { proposeAssumptionAgain } from './assumptions.ts';
import { proposeControl } from './control.ts';
import { proposeDemand } from './demand-proposal.ts';
import { proposeKeyholders } from './keyholders.ts';
import { proposeLiftAgain } from './lifting.ts';
import { proposeAgain } from './partner-proposal.ts';
import { extendPool } from './pool.ts';
import { admit, admitOwn, disagree, findProposal } from './proposals.ts';
import { bad } from './proposing.ts';
import type { Session } from './session.ts';
import { proposeWitnesses } from './witnesses.ts';

/** Its proposer makes it anew on what stands now. Throws `client/bad-proposal`, `client/stale-proposal`. */
export async function renew(session: Session, hash: Hash): Promise<void> {
  const { waiting } = await findProposal(session, hash);
  if (waiting.by !== session.person) throw bad('only its proposer makes a proposal anew');
  if (waiting.what === 'lift') {
    await proposeLiftAgain(session, waiting);
    return;
  }
  if (waiting.what === 'control') {
    await disagree(session, hash);
    await proposeControl(session, waiting.fact);
    return;
  }
  if (waiting.what === 'assumption') {
    await disagree(session, hash);
    await proposeAssumptionAgain(session, waiting);
    return;
  }
  if (waiting.what === 'keyholders') {
    await disagree(session, hash);
    await proposeKeyholders(session, waiting);
    return;
  }
  if (waiting.what === 'demand') {
    await disagree(session, hash);
    await proposeDemand(session, waiting.fact);
    return;
  }
  if (waiting.what === 'partner') {
    await disagree(session, hash);
    await proposeAgain(session, waiting);
    return;
  }
  if (waiting.what === 'place' || waiting.what === 'witnesses') {
    await disagree(session, hash);
    await (waiting.what === 'place' ? extendPool(session, waiting) : proposeWitnesses(session, waiting.fact));
    return;
  }
  if (waiting.named === null) throw bad('only its proposer makes a proposal anew');
  await disagree(session, hash);
  if (waiting.what === 'own') await admitOwn(session, waiting.invitation, waiting.named, waiting);
  else await admit(session, waiting.invitation, waiting.named, waiting.substitute);
}
