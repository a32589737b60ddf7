import { errorFactory } from '@ketenkluis/base';

/** The closed union of what can go wrong in this package. No message holds anything from inside a pack. */
export const sealError = errorFactory('seal', [
  'bad-authority',
  'bad-batch',
  'bad-bundle',
  'bad-card',
  'bad-epoch',
  'bad-header',
  'bad-invitation',
  'bad-key',
  'bad-keyring',
  'bad-object',
  'bad-pack',
  'bad-recovery-share',
  'bad-share',
  'bad-state',
  'bad-statement',
  'cannot-open',
  'not-included',
  'not-signed',
  'replayed',
  'too-few-unlockers',
  'too-large',
  'unknown-suite',
]);
