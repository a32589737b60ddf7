/** Referrals that have ended, and what was taken over of those that run (docs/spec/partners.md, "Ended referrals at A"). Nothing opens. */

import type { DossierId, FactId, HandleId, Instant, OrganisationId, TeamId } from '@ketenkluis/base';
import { pastReferrals as pastMessage } from '@ketenkluis/protocol';
import { batchesFromWire, statementFromWire } from '@ketenkluis/seal';
import type { z } from 'zod';
import { signedAt } from './parts.ts';
import type { Session } from './session.ts';

export interface PastReferral {
  /** The step that it stood on. */
  readonly id: FactId;
  readonly dossier: DossierId;
  readonly team: TeamId;
  readonly partner: OrganisationId;
  readonly from: Instant;
  readonly until: Instant;
  readonly handles: readonly HandleId[];
  readonly ended: Instant;
  readonly why: 'closed' | 'withdrawn' | 'overdue';
}
/** Of how many parts a version was sealed since. */
export interface Sealed {
  readonly done: number;
  readonly total: number;
}
export type Taken = z.infer<typeof pastMessage>['taken'];

/** For a member of the practice; each step verified, newest end first. */
export async function pastReferralsOf(session: Session): Promise<{
  readonly ended: readonly PastReferral[];
  readonly taken: Taken;
  /** By step, of those that ended or whose consent did. */
  readonly fresh: ReadonlyMap<FactId, Sealed>;
}> {
  const answer = await session.call('referrals-past', pastMessage);
  const batches = batchesFromWire(answer.batches);
  const people = await session.people(true);
  const ended: PastReferral[] = [];
  for (const { dossier, step, at, why } of answer.ended) {
    const statement = statementFromWire(step, batches);
    const signed = signedAt(statement, session.now());
    const { payload } = statement;
    if (payload.t !== 'fact' || payload.kind !== 'step' || payload.until === null || payload.dossier !== dossier)
      continue;
    const partner = people.partnerOf(payload.team, payload.from)?.organisation;
    if (partner === undefined || !(await people.verify(statement, signed))) continue;
    const { id, team, from, until, handles } = payload;
    ended.push({ id, dossier, team, partner, from, until, handles, ended: at, why });
  }
  return {
    ended: ended.toSorted((a, b) => b.ended - a.ended),
    taken: answer.taken,
    fresh: new Map(answer.fresh.map(({ step, ...count }) => [step, count])),
  };
}
