/**
 * Follows the log of one dossier, for whoever holds its log key: a patient's client, or the log officer's (docs/spec/monitor.md). It
 * remembers where the dossier's chain stood, so that what was shown once cannot be unshown.
 */

import type { DossierId, TeamId } from '@ketenkluis/base';
import { hash } from '@ketenkluis/seal';
import { z } from 'zod';
import { type Alarm, clocksDiffer } from './alarms.ts';
import { type Audit, audit } from './audit.ts';
import type { Session } from './session.ts';

const remembered = z.strictObject({ seq: z.int().min(1), hash });

export interface Followed {
  readonly audit: Audit;
  /** In the order of the closed list, each once. */
  readonly alarms: readonly Alarm[];
}

/**
 * Reads and proves every line of this dossier, and holds it against what was seen the last time. Throws what `audit` throws; `alarmOf`
 * says which of those are alarms.
 */
export async function followDossier(session: Session, dossier: DossierId): Promise<Followed> {
  const { storage } = session.wire.ports;
  const name = `followed:${session.practice}:${dossier}`;
  const before = remembered.nullable().parse((await storage.get(name)) ?? null);
  const found = await audit(session, { dossier });
  const alarms: Alarm[] = [];
  const links = [...found.links].sort((a, b) => a.seq - b.seq);
  const last = links.at(-1);
  if (before !== null && (last === undefined || last.seq < before.seq)) alarms.push('rolled-back');
  else if (before !== null && links.some(({ seq, hash: own }) => seq === before.seq && own !== before.hash))
    alarms.push('fork');
  if (found.lines.some(({ verified }) => !verified)) alarms.push('leaf');
  else if (!found.complete) alarms.push('gap');
  const people = await session.people();
  const reads = people.isMember(session.person, session.wire.place.pins.logTeam as TeamId, session.now());
  if (reads && found.lines.some(({ annexed, annex }) => annexed && annex === null)) alarms.push('annex');
  if (found.standing.standing === 'degraded') alarms.push('unconfirmed');
  const written = found.own.common?.at;
  if (written !== undefined && clocksDiffer(written, session.now())) alarms.push('clock-drift');
  // What does not add up is not what the next visit is held against.
  if (last !== undefined && found.complete && !alarms.includes('rolled-back') && !alarms.includes('fork'))
    await storage.set(name, { seq: last.seq, hash: last.hash });
  return { audit: found, alarms };
}
