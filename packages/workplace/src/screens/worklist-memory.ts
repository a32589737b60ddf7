/**
 * Where one was in the list, for as long as this list is in memory: filter, order and row come back after a dossier.
 * Held by the list object itself, so it goes when the list goes (lock, change of user) and is kept nowhere else.
 */

import type { DossierId } from '@ketenkluis/base';
import type { SortingState } from '@tanstack/react-table';
import type { Filter } from '../lib/due.ts';
import type { Worklist } from '../model.ts';

export interface Place {
  filter: Filter;
  sorting: SortingState;
  row: DossierId | null;
  offset: number;
}

const places = new WeakMap<Worklist, Place>();

export function remembered(list: Worklist): Place {
  const known = places.get(list);
  if (known) return known;
  const place: Place = {
    filter: { programme: null, due: 'all', search: '' },
    sorting: [{ id: 'due', desc: true }],
    row: null,
    offset: 0,
  };
  places.set(list, place);
  return place;
}
