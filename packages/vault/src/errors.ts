import { errorFactory } from '@ketenkluis/base';

/** The closed union of what can go wrong in this package; on the wire the `type` of a problem (RFC 9457). */
export const vaultError = errorFactory('vault', [
  // the one answer for outsiders (R22)
  'refused',
  // sessions
  'session-idle',
  'session-ended',
  'session-not-open',
  'unlocker-refused',
  'identity-needed',
  // requests
  'bad-request',
  'request-refused',
  'not-allowed',
  'annex-missing',
  'too-large',
  'too-many',
  'conflict',
  'bad-statement',
  'bad-pack',
  'bad-wrap',
  'already-there',
  // the process
  'stopping',
  'internal',
  'directory-in-use',
  'bad-config',
  'bad-directory',
  'clock-drift',
  // put back from a backup, and others hold a newer log
  'behind',
]);
export type VaultErrorCode = (typeof vaultError.codes)[number];
