/** What somebody who follows a log may find: a closed list, each with one plain sentence and what to do next (docs/spec/monitor.md). */

import { type Instant, KetenkluisError, SECOND } from '@ketenkluis/base';

export const ALARMS = [
  /** Two checkpoints, or a witness's, that do not fit. */
  'fork',
  /** The log is shorter than it was. */
  'rolled-back',
  /** A line, or a number of a dossier, is not there. */
  'gap',
  /** A line does not give the leaf that the tree holds. */
  'leaf',
  /** A change of a dossier or of who works here that nobody may have made. */
  'change',
  /** An annex that its readers cannot open. */
  'annex',
  /** Fewer witnesses than the owners asked for, for longer than they allow. */
  'unconfirmed',
  'stale-snapshot',
  'clock-drift',
] as const;
export type Alarm = (typeof ALARMS)[number];

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

/** How far the time of a line just written may stand from the own clock. */
export const CLOCK_SLACK = 30 * SECOND;
export const clocksDiffer = (written: Instant, now: Instant): boolean => Math.abs(written - now) > CLOCK_SLACK;

const OF_CODE: Readonly<Record<string, Alarm>> = {
  'client/fork': 'fork',
  'client/log-changed': 'fork',
  'client/rolled-back': 'rolled-back',
  'client/directory-hidden': 'gap',
  'client/not-included': 'leaf',
  'client/state-unexplained': 'change',
};
/** Which alarm an error of client or agent is; null: none, something else went wrong. */
export function alarmOf(error: unknown): Alarm | null {
  if (!(error instanceof KetenkluisError)) return null;
  const named = ALARMS.find((one) => one === error.detail.alarm);
  return named ?? OF_CODE[error.code] ?? null;
}
