/**
 * What a patient signs on with (R28; docs/identity.md, "Patients"): at the desk they sign on once in a session of who takes them in, and what
 * the practice's agent signs of it is pinned in their `own`. The second person has them sign on again, in a session of their own.
 */

import { MINUTE, type PersonId } from '@ketenkluis/base';
import { ASSURANCE_LEVELS, expectType, type FactOf, type StatementWire, statementFromWire } from '@ketenkluis/seal';
import { clientError } from './errors.ts';
import type { Session } from './session.ts';

export type Eid = NonNullable<FactOf<'own'>['eid']>;

/** Somebody signs on at the desk, and is not asked to hurry. */
const FRESH = 10 * MINUTE;

/**
 * The pin for this person's `own` from the agent's word of a sign-on in this very session. `least`: the level that their sessions will be
 * asked for. Throws `client/bad-proposal` where the word is of another person, session, means or level, or not the agent's.
 */
export async function eidOf(
  session: Session,
  person: PersonId,
  wire: StatementWire,
  least: Eid['level'],
): Promise<Eid> {
  const bad = () => clientError('bad-proposal', 'this sign-on does not count for this patient');
  const now = session.now();
  const people = await session.people(true);
  const word = (() => {
    try {
      return expectType(statementFromWire(wire), 'assurance');
    } catch {
      throw bad();
    }
  })();
  const { practice, person: about, session: at, means, subject, level, at: made, until } = word.payload;
  const genuine =
    practice === session.practice &&
    about === person &&
    at === session.id &&
    means === 'eid' &&
    ASSURANCE_LEVELS.indexOf(level) >= ASSURANCE_LEVELS.indexOf(least) &&
    Math.abs(now - made) <= FRESH &&
    now < until;
  if (subject === undefined || !genuine || !(await people.verify(word, now))) throw bad();
  return { level: least, subject };
}
