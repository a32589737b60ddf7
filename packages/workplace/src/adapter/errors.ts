/** What the floors below report, as what a screen can act on. Whatever is not known is a plain failure, never a success. */

import { KetenkluisError } from '@ketenkluis/base';
import { workplaceError } from '../errors.ts';

const PLAIN: Readonly<Record<string, Parameters<typeof workplaceError>[0]>> = {
  'client/offline': 'offline',
  'client/holders-missing': 'holders-missing',
  'client/session-idle': 'locked',
  'client/session-ended': 'locked',
  'client/not-open': 'locked',
  'client/wrong-secret': 'wrong-passphrase',
  'client/bad-device-link': 'bad-link',
  'client/bad-invitation-link': 'bad-link',
  'client/bad-answer': 'failed',
  'client/bad-partner-card': 'bad-card',
  'client/insecure-origin': 'bad-card',
  'client/not-vouched': 'not-vouched',
  'client/no-join': 'conflict',
  'client/desk-away': 'desk-away',
  'client/desk-refused': 'desk-away',
  'client/asks-less': 'asks-less',
  'client/desk-differs': 'asks-less',
  'client/stale-proposal': 'stale-proposal',
  'seal/bad-invitation': 'bad-link',
  'seal/too-few-unlockers': 'failed',
};
/** Errors of these packages mean that a signature, proof, seal or chain did not hold. */
const PROOFS = /^(client|seal|ledger|care)\//;

/** Throws nothing; answers the error that the screens know. `detail.code` keeps the one below. */
export function understood(error: unknown): Error {
  if (workplaceError.is(error)) return error as Error;
  if (!(error instanceof KetenkluisError)) {
    return workplaceError('failed', 'something broke in the workplace itself', { cause: error });
  }
  const detail = { ...error.detail, code: error.code };
  const make = (code: Parameters<typeof workplaceError>[0]) =>
    workplaceError(code, error.message, { cause: error, detail });
  if (error.code === 'client/denied') return make('denied');
  if (error.code === 'client/no-key-here') {
    return workplaceError('denied', error.message, { cause: error, detail: { ...detail, reason: 'no-grant' } });
  }
  if (error.code === 'client/refused') return make(refusedAs(error.detail.problem));
  const known = PLAIN[error.code];
  return make(known ?? (PROOFS.test(error.code) ? 'not-proved' : 'failed'));
}

function refusedAs(problem: unknown): Parameters<typeof workplaceError>[0] {
  if (problem === 'vault/refused' || problem === 'vault/not-allowed') return 'denied';
  if (problem === 'vault/unlocker-refused') return 'wrong-key';
  if (problem === 'vault/identity-needed') return 'identity-needed';
  if (problem === 'vault/conflict') return 'conflict';
  return 'failed';
}
