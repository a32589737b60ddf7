/** What can go wrong at a screen. The code is the i18n key; the screens show a next action with each. */

import { errorFactory } from '@ketenkluis/base';

export const workplaceError = errorFactory('workplace', [
  /** No line to the vault: the person works on in the GP system. */
  'offline',
  /** The vault refused; `detail.reason` is the vault's reason where it may say one, else `refused`. */
  'denied',
  /** Signed out by silence or by the hour; one gesture brings the session back. */
  'locked',
  /** No session that can be brought back. */
  'signed-out',
  'wrong-passphrase',
  /** A passkey or device of somebody else, or one that the vault no longer knows. */
  'wrong-key',
  /** The practice asks for more proof of who this is than a passkey or passphrase gives. */
  'identity-needed',
  /** Where people sign on outside nobody answers. */
  'desk-away',
  'passkey-cancelled',
  /** This passkey or browser gives no PRF output, so it cannot open the keyring. */
  'passkey-no-prf',
  'bad-link',
  /** What was pasted is no partner card, or its signatures do not hold. */
  'bad-card',
  /** What was pasted is no address or no key of a witness. */
  'bad-witness',
  /** What is asked of a sign-on cannot be met: no such desk, or nothing there to sign on with. */
  'bad-demand',
  /** The vault asks less of a sign-on than the practice signed, or names another desk: nothing is opened. */
  'asks-less',
  /** What was pasted is no card of a keyholder. */
  'bad-keyholder',
  /** Too few keyholders answered: nothing opens, and nobody goes round them. */
  'holders-missing',
  /** The own organisation says nothing of this person today, so no other vault lets them in. */
  'not-vouched',
  'invitation-ended',
  /** A signature, proof or dossier state does not hold: nothing is shown. */
  'not-proved',
  /** What waited for signatures was built on what has changed since. */
  'stale-proposal',
  'conflict',
  'failed',
]);
