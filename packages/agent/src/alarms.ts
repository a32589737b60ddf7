/** What the agent finds at a sync that is not right and stops nothing (docs/spec/monitor.md). */

import { DAY, type Instant } from '@ketenkluis/base';
import { type Alarm, clocksDiffer, type LogStanding } from '@ketenkluis/client';
import type { KnownLine } from '@ketenkluis/ledger';

const MAX_DAYS = 14;

export function alarmsOf(of: {
  /** When the snapshot before this sync was signed; null: this is the first. */
  readonly since: Instant | null;
  /** Between two syncs. */
  readonly days: number;
  /** Lines read at this sync, oldest first: the last was written a moment ago. */
  readonly known: readonly KnownLine[];
  readonly outside: LogStanding;
  readonly now: Instant;
  /** Requests of patients past their month. */
  readonly late: number;
  /** Annexes that lines name and the vault does not show, and lines that name another's. */
  readonly missing: number;
}): Alarm[] {
  const { since, days, known, outside, now, late, missing } = of;
  const newest = known.at(-1);
  return [
    ...(outside.standing === 'degraded' ? (['unconfirmed'] as const) : []),
    ...(since !== null && now - since > Math.min(2 * days, MAX_DAYS) * DAY ? (['stale-snapshot'] as const) : []),
    ...(late > 0 ? (['overdue'] as const) : []),
    ...(missing > 0 ? (['annex'] as const) : []),
    ...(newest !== undefined && clocksDiffer(newest.at, now) ? (['clock-drift'] as const) : []),
  ];
}
