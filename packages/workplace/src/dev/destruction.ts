/** Invented requests for destruction: one that is late at a partner, one refused, one done. */

import { addDays, addMonths, type Instant, localDate } from '@ketenkluis/base';
import type { Destruction } from '../model.ts';

export function destructionsFrom(start: Instant): Destruction[] {
  const today = localDate(start);
  const request = (number: number, ago: number): Omit<Destruction, 'copies'> => {
    const asked = addDays(today, -ago);
    return { number, asked, due: addMonths(asked, 3), refused: null };
  };
  const copies = (
    { asked, due }: Pick<Destruction, 'asked' | 'due'>,
    partner: 'todo' | 'done',
  ): Destruction['copies'] => {
    const gone = (what: string) => ({
      ...{ what, whose: null, state: 'done' as const, due, at: addDays(asked, 1), late: false },
    });
    return [
      ...['vault', 'lists', 'register', 'keyholders', 'mirror'].map(gone),
      { ...gone('partner'), whose: 'Podotherapie De Stap', state: partner, late: partner === 'todo' && due < today },
      { ...gone('backups'), at: addDays(asked, 31) },
      { ...gone('log'), state: 'refused' },
    ];
  };
  const [done, late] = [request(1, 200), request(3, 100)];
  return [
    { ...done, copies: copies(done, 'done') },
    { ...request(2, 120), refused: 'other-person', copies: [] },
    { ...late, copies: copies(late, 'todo') },
  ];
}
