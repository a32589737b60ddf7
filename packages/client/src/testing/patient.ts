/** Somebody who reads a dossier as the patient or for them: taken in by one owner, with a second person who saw the same. */

import type { WorklistRow } from '@ketenkluis/care';
import { admitOwn, agree, inviteOwn, type Session, waitingProposals } from '../index.ts';
import { settleOutward } from '../proposals.ts';
import { type Joined, type JoinWorld, joinBy } from './joining.ts';

export async function takeIn(
  world: JoinWorld,
  [owner, second]: readonly [Session, Session],
  row: Pick<WorklistRow, 'dossier' | 'name'>,
  as: 'patient' | 'representative',
): Promise<Joined> {
  const invited = await inviteOwn(owner);
  const joined = await joinBy(world, owner, invited);
  await admitOwn(owner, invited.id, { name: row.name, role: as }, { dossier: row.dossier, as, checked: 'document' });
  const [waiting] = await waitingProposals(second);
  await agree(second, waiting!.hash);
  await settleOutward(owner);
  return joined;
}
