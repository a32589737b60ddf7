/** What somebody who follows a log may find: a closed list (docs/spec/monitor.md); alarm-words.ts says each. */

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
  /** What a patient asked waits for longer than a month. */
  'overdue',
  'stale-snapshot',
  'clock-drift',
] as const;
export type Alarm = (typeof ALARMS)[number];

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
