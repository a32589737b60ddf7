import { errorFactory } from '@ketenkluis/base';

/** What only the command line can get wrong. */
export const cliError = errorFactory('cli', [
  'bad-option',
  'bad-practice-file',
  'no-passphrase',
  'no-sign-on',
  'no-token',
  'not-empty',
  'stopped',
  'too-late',
]);
