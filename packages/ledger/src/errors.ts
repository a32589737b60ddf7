import { errorFactory } from '@ketenkluis/base';

/** The closed union of what can go wrong in this package. */
export const ledgerError = errorFactory('ledger', [
  'bad-tree',
  'bad-tile',
  'bad-note',
  'bad-checkpoint',
  'bad-proof',
  'bad-entry',
  'bad-leaf',
  'bad-engine',
  'clock-drift',
  'fenced',
  'stopped',
]);
