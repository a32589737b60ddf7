/** The signed state of everything live after a sync (docs/spec/snapshot.md). */

import { DAY, type Instant, type PersonId, plus, type Signer } from '@ketenkluis/base';
import {
  type KeyDirectory,
  type Snapshot,
  type SnapshotRow,
  type Statement,
  signStatement,
  snapshotTree,
} from '@ketenkluis/seal';
import { agentError } from './errors.ts';
import { stateOf } from './live.ts';
import type { Register } from './register.ts';

const MAX_DAYS = 14;

export function snapshotRows(register: Register): SnapshotRow[] {
  return Object.values(register.patients).flatMap(({ enrolment, live }) =>
    enrolment?.state === 'enrolled' && live !== null
      ? [{ dossier: enrolment.ids.dossier, seq: live.seq, state: stateOf(enrolment.ids.dossier, live) }]
      : [],
  );
}

/** The next of the chain, on the key directory that the log was read with; it expires after twice the interval, at most 14 days. */
export async function signSnapshot(
  register: Register,
  people: KeyDirectory,
  agent: Signer,
  at: Instant,
): Promise<Statement<'snapshot'>> {
  const { root, size } = snapshotTree(snapshotRows(register));
  const { count, digest } = people.position;
  if (digest === null) throw agentError('vault-forked', 'the vault shows nobody of this practice');
  const payload: Snapshot = {
    t: 'snapshot',
    v: 1,
    suite: 1,
    practice: register.practice.organisation,
    number: (register.snapshot?.number ?? 0) + 1,
    prev: register.snapshot?.hash ?? null,
    by: agent.by as PersonId,
    at,
    until: plus(at, Math.min(2 * register.intervalDays, MAX_DAYS) * DAY),
    size,
    root,
    lists: register.teams.flatMap(({ team, slots }) =>
      Object.values(slots).flatMap(({ handle, version, descriptor }) =>
        descriptor === null || version < 1 ? [] : [{ team, handle, version, descriptor }],
      ),
    ),
    epochs: register.teams.map(({ team, epoch }) => ({ team, epoch: epoch.hash })),
    people: { count, digest },
  };
  return await signStatement(payload, agent);
}
