/**
 * The vault's word for what is asked of a sign-on, held against the practice's own in the key directory (docs/identity.md, "The demand"),
 * and never taken for less.
 */

import type { Instant } from '@ketenkluis/base';
import {
  type Assurance,
  type AssuranceLevel,
  type Demand,
  expectType,
  type KeyDirectory,
  reachesLevel,
  type StatementWire,
  statementFromWire,
} from '@ketenkluis/seal';
import { clientError } from './errors.ts';
import type { Session } from './session.ts';
import { type DeskPlace, deskPlace, type SignOnMeans } from './sign-on.ts';

/** Where somebody signs on, by what the practice signed; `ways`: what counts there, undefined where the practice never said. */
export interface HeldDesk extends DeskPlace {
  readonly ways?: Demand['ways'] | undefined;
}
/** What this client itself brought of who is there. */
export interface Raised {
  readonly level: AssuranceLevel;
  readonly until: Instant;
}

const higher = (one: AssuranceLevel | null, other: AssuranceLevel | null): AssuranceLevel | null =>
  one === null || (other !== null && reachesLevel(other, one)) ? other : one;

type Whose = Pick<Session, 'person' | 'now'>;

/**
 * The vault's word held against the practice's. Throws `client/desk-differs` where it names another desk or leaves out the one that was
 * signed, `client/asks-less` where it asks less of this person.
 */
export function holdDesk(people: KeyDirectory, { person, now }: Whose, said: DeskPlace): HeldDesk {
  const { demand } = people;
  if (demand === undefined) return said;
  const asked = people.demandOf(person, now());
  if (said.origin !== demand.desk)
    throw clientError('desk-differs', 'this vault names another desk than the practice signed');
  if (asked !== null && (said.level === null || !reachesLevel(said.level, asked)))
    throw clientError('asks-less', 'this vault asks less of a sign-on than the practice signed');
  const citizen = people.cardOf(person, now())?.kind === 'patient';
  return { origin: demand.desk, level: higher(said.level, asked), citizen, ways: demand.ways };
}

/** The desk of this session, by the directory as it stands now. Throws as `holdDesk`. */
export async function heldDesk(session: Session): Promise<HeldDesk> {
  const people = await session.directory();
  return holdDesk(people, of(session), await deskPlace(session));
}
const of = (session: Session): Whose => ({ person: session.person, now: () => session.now() });

/** What there is to sign on with at a desk and counts for the practice. */
export const countedMeans = (
  means: readonly SignOnMeans[],
  { ways }: Pick<HeldDesk, 'ways'>,
): readonly SignOnMeans[] =>
  ways === undefined
    ? means
    : means.filter((one) => ways.some((way) => way.means === one.means && way.issuer === one.issuer));

/** Is the agent's word as much as the practice asks? Throws `client/asks-less`; the vault judges the rest of it. */
export function raisedBy(wire: StatementWire, { level: asked, ways }: HeldDesk): Raised {
  const { level, means, until }: Assurance = expectType(statementFromWire(wire), 'assurance').payload;
  const counts = ways === undefined || ways.some((way) => way.means === means);
  if (ways !== undefined && (!counts || (asked !== null && !reachesLevel(level, asked))))
    throw clientError('asks-less', 'this sign-on is less than the practice asks');
  return { level, until };
}

/**
 * Nothing goes on in a session that brought less than the practice asks. Where the vault asks for it as well the person signs on
 * (`client/refused`, `vault/identity-needed`); a vault that does not is not believed: `client/asks-less`.
 */
export async function holdVault(session: Session, people: KeyDirectory, raised: Raised | null): Promise<void> {
  const asked = people.demand === undefined ? null : people.demandOf(session.person, session.now());
  if (asked === null) return;
  if (raised !== null && session.now() < raised.until && reachesLevel(raised.level, asked)) return;
  holdDesk(people, of(session), await deskPlace(session));
  throw clientError('refused', 'this practice asks for a sign-on first', {
    detail: { problem: 'vault/identity-needed', reason: asked },
  });
}
