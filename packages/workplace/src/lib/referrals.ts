/** What waits first, then what runs, newest first; what is over last. Pure. */

import type { ReferralRow, ReferralState } from '../model.ts';

const OVER: ReadonlySet<ReferralState> = new Set(['closed', 'withdrawn', 'overdue']);
export const isOver = (state: ReferralState): boolean => OVER.has(state);

const turn = (row: ReferralRow): number =>
  isOver(row.state) ? 2 : row.waiting > 0 || row.state === 'declined' ? 0 : 1;

export const byTurn = (rows: readonly ReferralRow[]): ReferralRow[] =>
  [...rows].sort((a, b) => turn(a) - turn(b) || b.sent - a.sent);
