import type { Instant } from '@ketenkluis/base';
import { describe, expect, it } from 'vitest';
import type { ReferralRow, ReferralState } from '../model.ts';
import { byTurn, isOver } from './referrals.ts';

const row = (id: string, state: ReferralState, sent: number, waiting = 0) =>
  ({ id, state, sent: sent as Instant, waiting }) as ReferralRow;

describe('the order of referrals', () => {
  it('puts what waits for somebody first, then what runs by day, and what is over last', () => {
    const rows = [
      row('over', 'closed', 99),
      row('old', 'accepted', 1),
      row('new', 'sent', 9),
      row('no', 'declined', 2),
      row('answer', 'reported', 3, 1),
      row('taken', 'taken-over', 5),
    ];
    expect(byTurn(rows).map(({ id }) => id)).toEqual(['answer', 'no', 'new', 'taken', 'old', 'over']);
    expect(rows[0]!.id).toBe('over');
  });

  it('calls closed, withdrawn and overdue over, and nothing else', () => {
    const all: ReferralState[] = [
      'sent',
      'accepted',
      'declined',
      'reported',
      'taken-over',
      'closed',
      'withdrawn',
      'overdue',
    ];
    expect(all.filter(isOver)).toEqual(['closed', 'withdrawn', 'overdue']);
  });
});
