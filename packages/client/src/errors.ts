import { errorFactory } from '@ketenkluis/base';

/** The closed union of what can go wrong in the client; each is a key of the screen's texts. */
export const clientError = errorFactory('client', [
  'bad-answer',
  'bad-device-link',
  'bad-invitation-link',
  'bad-proposal',
  'denied',
  'directory-hidden',
  'fork',
  'insecure-origin',
  'log-changed',
  'no-join',
  'no-key-here',
  'not-included',
  'not-open',
  'not-signed',
  'offline',
  'refused',
  'rolled-back',
  'session-ended',
  'session-idle',
  'snapshot-missing',
  'stale-proposal',
  'state-unexplained',
  'vault-says-more',
  'weak-passphrase',
  'wrong-entry',
  'wrong-item',
  'wrong-practice',
  'wrong-secret',
]);
export type ClientErrorCode = `client/${(typeof clientError.codes)[number]}`;
