/**
 * Tells each GP by mail that the overview of last week is ready (docs/spec/notices.md, "The doctor's week"; R51): once a week, only who
 * has something to read in it, and never what. The overview itself stands behind the door, in the doctors' list (`digest.ts`).
 */

import type { Instant, PersonId } from '@ketenkluis/base';
import type { WeekContent } from '@ketenkluis/client';
import type { KeyDirectory } from '@ketenkluis/seal';
import { agentError } from './errors.ts';
import type { Post } from './post/post.ts';
import type { Register } from './register.ts';

export interface WeekReport {
  readonly sent: number;
  /** Those that wait for the next run. */
  readonly failed: number;
}

/** As the start page shows it: lines about one's own patients, or about a patient of whom nobody knows whose they are, by somebody else. */
export const hasWeek = ({ lines }: WeekContent, person: PersonId): boolean =>
  lines.some(({ doctor, who }) => (doctor === person || doctor === null) && who !== person);

/** Nobody and nothing in it: a mailbox is somebody else's computer. */
const LETTER = {
  subject: 'Weekoverzicht van Ketenkluis',
  text: 'Het overzicht van vorige week staat klaar op uw startpagina. Log in om het te lezen.\r\n',
} as const;

export async function mailWeek(of: {
  readonly register: Register;
  /** What this run sealed for the doctors; undefined where nobody looked. */
  readonly week: WeekContent | undefined;
  readonly people: KeyDirectory;
  readonly now: Instant;
  readonly post: Post;
  readonly save: () => Promise<void>;
}): Promise<WeekReport> {
  const { register, week, people, now, post, save } = of;
  const count = { sent: 0, failed: 0 };
  if (week === undefined) return count;
  const doctors = register.teams.filter(({ role }) => role === 'gp');
  for (const { person, mail } of register.staff) {
    if (mail === undefined || !hasWeek(week, person) || register.weeks?.[person] === week.until) continue;
    // Who left reads it no more, and hears of it no more.
    if (!doctors.some(({ team }) => people.isMember(person, team, now))) continue;
    try {
      await post.send({ to: mail, ...LETTER });
    } catch (error) {
      if (!agentError.is(error, 'not-sent')) throw error;
      count.failed += 1;
      continue;
    }
    count.sent += 1;
    register.weeks = { ...register.weeks, [person]: week.until };
    await save();
  }
  return count;
}
