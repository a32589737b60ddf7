/** What goes wrong, said to whoever has no HIS to fall back on: a patient, a partner with a record of its own, who only oversees. */

import type { Session, Text } from '../model.ts';

const say = (nl: string, en: string): Text => ({ nl, en });

export interface ReaderWords {
  readonly offline: Text;
  readonly error: (code: string) => Text;
  readonly notProved: (code: string) => Text;
  /** Instead of the vault's own reason, where that is for colleagues; null: it is for them too. */
  readonly denied: Text | null;
  /** Whatever the reason is. */
  readonly always?: true;
  readonly holders: Text;
  readonly stale: Text;
}

const patient: ReaderWords = {
  always: true,
  offline: say(
    'Probeer het later nog eens. Hebt u nu hulp nodig? Bel de praktijk.',
    'Try again later. Do you need help now? Call the practice.',
  ),
  error: (code) =>
    say(
      `Probeer het opnieuw. Blijft dit zo? Bel de praktijk en noem code ${code}.`,
      `Try again. If it stays, call the practice and mention code ${code}.`,
    ),
  notProved: (code) => say(`Bel de praktijk en noem code ${code}.`, `Call the practice and mention code ${code}.`),
  denied: say(
    'Dit kunt u hier niet zien. Hebt u vragen? Bel de praktijk.',
    'You cannot see this here. Questions? Call the practice.',
  ),
  holders: say(
    'Dit gaat nu niet open. Probeer het later nog eens, of bel de praktijk.',
    'This does not open now. Try again later, or call the practice.',
  ),
  stale: say(
    'De praktijk heeft na deze dag niet meer gezegd dat dit klopt. Bel de praktijk als u twijfelt.',
    'The practice has not confirmed this since that day. Call the practice when in doubt.',
  ),
};

const partner: ReaderWords = {
  offline: say(
    'Werk in uw eigen dossier. Zodra de kluis er weer is, gaat u hier verder.',
    'Work in your own record. Go on here as soon as the vault is back.',
  ),
  error: (code) =>
    say(
      `Probeer het opnieuw. Blijft dit, werk dan in uw eigen dossier en meld code ${code}.`,
      `Try again. If it stays, work in your own record and report code ${code}.`,
    ),
  notProved: (code) =>
    say(
      `Bel de praktijk die u verwees en noem code ${code}. Werk zolang in uw eigen dossier.`,
      `Call the practice that referred to you and mention code ${code}. Meanwhile work in your own record.`,
    ),
  denied: say(
    'Dit is niet beschikbaar. Bel de praktijk die u verwees.',
    'This is not available. Call the practice that referred to you.',
  ),
  holders: say(
    'Er antwoorden te weinig sleutelhouders van de praktijk, dus gaat er nu niets open. Bel de praktijk die u verwees.',
    'Too few keyholders of the practice answer, so nothing opens now. Call the practice that referred to you.',
  ),
  stale: say(
    'De praktijk heeft na deze datum niet meer bevestigd dat dit volledig is. Bel voor een besluit de praktijk.',
    'The practice has not confirmed since that date that this is complete. Call the practice before you decide.',
  ),
};

const office: ReaderWords = {
  offline: say('Zodra de kluis er weer is, gaat u hier verder.', 'Go on here as soon as the vault is back.'),
  error: (code) =>
    say(
      `Probeer het opnieuw. Blijft dit, meld dan code ${code} aan wie over de kluis gaat.`,
      `Try again. If it stays, report code ${code} to whoever runs the vault.`,
    ),
  notProved: (code) =>
    say(`Bel wie over de kluis gaat en noem code ${code}.`, `Call whoever runs the vault and mention code ${code}.`),
  denied: null,
  holders: say(
    'Er antwoorden te weinig sleutelhouders, dus gaat er nu niets open. Bel een eigenaar van de praktijk.',
    'Too few keyholders answer, so nothing opens now. Call an owner of the practice.',
  ),
  stale: say(
    'De praktijk heeft na deze datum niet meer bevestigd dat dit volledig is.',
    'The practice has not confirmed since that date that this is complete.',
  ),
};

/** Null: somebody who treats patients at the practice, and works on in its HIS. */
export function readerWords(session: Session): ReaderWords | null {
  if (session.stage !== 'open') return null;
  if (session.me.patient) return patient;
  if (session.me.partner) return partner;
  return session.me.office === null ? null : office;
}
