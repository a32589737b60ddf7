/** Each alarm in one plain sentence, and what to do next. Not in the index: no part of the first page of a workplace. */

import type { Alarm } from './alarms.ts';

interface Words {
  /** What is the matter. */
  readonly what: string;
  /** What to do now. */
  readonly next: string;
}
export const ALARM_WORDS: Readonly<Record<Alarm, { readonly nl: Words; readonly en: Words }>> = {
  fork: {
    nl: {
      what: 'De kluis heeft twee logboeken laten zien die elkaar tegenspreken.',
      next: 'Werk verder in uw HIS, bewaar dit bewijs en bel de praktijkhouder.',
    },
    en: {
      what: 'The vault has shown two logs that contradict each other.',
      next: 'Go on in your GP system, keep this evidence and call the practice owner.',
    },
  },
  'rolled-back': {
    nl: {
      what: 'De kluis toont een ouder logboek dan eerder.',
      next: 'Vraag wie uw kluis beheert of er een reservekopie is teruggezet.',
    },
    en: {
      what: 'The vault shows an older log than before.',
      next: 'Ask whoever runs your vault whether a backup was put back.',
    },
  },
  gap: {
    nl: {
      what: 'In het logboek ontbreekt een regel.',
      next: 'Bel de praktijkhouder; die vraagt de beheerder van de kluis om uitleg.',
    },
    en: {
      what: 'A line is missing in the log.',
      next: 'Call the practice owner, who asks the operator of the vault to explain.',
    },
  },
  leaf: {
    nl: {
      what: 'Een regel van het logboek is veranderd.',
      next: 'Vergelijk met de eigen kopie van de praktijk en bel de praktijkhouder.',
    },
    en: {
      what: 'A line of the log was changed.',
      next: "Compare with the practice's own copy and call the practice owner.",
    },
  },
  change: {
    nl: {
      what: 'Er is iets veranderd dat niemand mocht veranderen.',
      next: 'Bel de praktijkhouder: kijk wie op dat moment toegang had.',
    },
    en: {
      what: 'Something was changed that nobody may change.',
      next: 'Call the practice owner: look who had access at that time.',
    },
  },
  annex: {
    nl: {
      what: 'Van een regel is niet te lezen wie waarom keek.',
      next: 'Vraag het de collega van die regel en leg het antwoord vast bij de controle.',
    },
    en: {
      what: 'Of one line it cannot be read who looked and why.',
      next: 'Ask the colleague of that line and keep the answer with the review.',
    },
  },
  unconfirmed: {
    nl: {
      what: 'Te weinig getuigen van buiten bevestigen het logboek.',
      next: 'Werk gerust door en laat de beheerder van de kluis nagaan waarom zij niet antwoorden.',
    },
    en: {
      what: 'Too few witnesses from outside confirm the log.',
      next: 'Go on working and have the operator of the vault find out why they do not answer.',
    },
  },
  overdue: {
    nl: {
      what: 'Een verzoek van een patiënt wacht langer dan een maand op antwoord.',
      next: 'Open in de werkplek "Verzoeken" en geef vandaag nog antwoord.',
    },
    en: {
      what: 'What a patient asked waits for an answer for more than a month.',
      next: 'Open "Requests" in the workplace and answer today.',
    },
  },
  'stale-snapshot': {
    nl: {
      what: 'De stand van de dossiers is te lang niet bevestigd.',
      next: 'Kijk of de computer met de praktijkagent aanstaat en laat die leveren.',
    },
    en: {
      what: 'The state of the dossiers has not been confirmed for too long.',
      next: "See whether the computer with the practice's agent is on and let it deliver.",
    },
  },
  'clock-drift': {
    nl: {
      what: 'De klok van de kluis en die van deze computer lopen uiteen.',
      next: 'Zet de klok van deze computer gelijk; klopt die al, bel dan de beheerder van de kluis.',
    },
    en: {
      what: "The vault's clock and that of this computer differ.",
      next: 'Set the clock of this computer right; if it is right, call the operator of the vault.',
    },
  },
};
