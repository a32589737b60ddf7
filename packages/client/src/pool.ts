/**
 * Somebody who has a card already, approved (again) as a substitute of a team, and the end of an approval (docs/spec/substitutes.md).
 */

import {
  type Bytes,
  base64url,
  fromBase64url,
  type Instant,
  newId,
  type PersonId,
  type TeamId,
} from '@ketenkluis/base';
import { type FactOf, type KeyDirectory, payloadHash, type Statement, signStatement } from '@ketenkluis/seal';
import { createEpoch } from '@ketenkluis/seal/open';
import { type Approval, checkEpoch, poolCards, staying } from './admission.ts';
import { clientError } from './errors.ts';
import { endPlaces } from './leaving.ts';
import { bad, type Open, proposeAll } from './proposing.ts';
import type { Session } from './session.ts';

export interface ProposedPlace {
  readonly person: PersonId;
  readonly team: TeamId;
  readonly substitute: Approval;
}

const factFor = (
  session: Session,
  id: FactOf<'pool'>['id'],
  card: FactOf<'pool'>['card'],
  { person, team, substitute }: ProposedPlace,
  at: Instant,
): FactOf<'pool'> => ({
  ...{ t: 'fact', v: 1, suite: 1, kind: 'pool', id, practice: session.practice, team, person, card },
  ...{ from: at, until: substitute.until, activators: [...substitute.activators] },
});

/** Whoever works in the team already needs no call. */
function cardFor(people: KeyDirectory, { person, team }: ProposedPlace, at: Instant): Statement<'card'> {
  const card = people.cardStatement(person);
  const stands = people.cardOf(person, at)?.kind === 'professional';
  if (card === undefined || !stands || people.isMember(person, team, at)) {
    throw clientError('refused', 'somebody with a card who is no member of this team');
  }
  return card;
}

/**
 * One owner proposes that somebody with a card may be called in for this team, for the first time or for longer; another owner, a trustee
 * or a colleague signs as well (R18, R19). Throws `client/refused` for who has no card or is a member of the team.
 */
export async function extendPool(session: Session, place: ProposedPlace): Promise<'proposed'> {
  const people = await session.people(true);
  const at = session.now();
  const { random } = session.wire.ports;
  const { signer } = session.keys();
  const { authority } = people;
  if (authority === undefined) throw clientError('wrong-practice', 'this practice shows no owners');
  const card = cardFor(people, place, at);
  const { team } = place;
  const { before, cards, kept } = staying(people, team, at);
  const pair = kept && people.isMember(session.person, team, at) ? await session.teamPair(team) : null;
  const epoch = await createEpoch({
    ...(pair === null ? {} : { keys: pair }),
    ...{ organisation: session.practice, team, number: (before?.payload.number ?? -1) + 1, prev: before?.hash ?? null },
    ...{ members: cards, pool: poolCards(people, team, at, card), at, random },
    recoveryKey: fromBase64url(authority.recovery.kem),
  });
  const fact = factFor(session, newId('fact', random), card.hash, place, at);
  const statements = [await signStatement(fact, signer), await signStatement(epoch.payload, signer)];
  await proposeAll(session, statements, { at, join: null, names: [], wraps: [base64url(epoch.wraps)] });
  return 'proposed';
}

/** Exactly a pool for somebody with a card, and the team's next epoch with a wrap for them. Throws `client/bad-proposal`. */
export async function readProposedPlace(
  session: Session,
  people: KeyDirectory,
  of: {
    readonly by: PersonId;
    readonly at: Instant;
    readonly statements: readonly Statement[];
    readonly open: Open;
    readonly stale: boolean;
  },
): Promise<ProposedPlace> {
  const { by, at, open } = of;
  const [first, epoch, ...more] = of.statements;
  const [sealed, ...others] = open.wraps.map((one): Bytes => fromBase64url(one));
  const fact = first?.payload;
  if (fact?.t !== 'fact' || fact.kind !== 'pool' || epoch?.payload.t !== 'epoch' || !sealed) {
    throw bad('somebody with a card takes one approval and one epoch');
  }
  if (more.length + others.length + open.names.length > 0) throw bad('an approval comes with nothing else');
  const { person, team, until, activators } = fact;
  const place = { person, team, substitute: { until, activators } };
  if (of.stale) return place;
  const known = new Set(people.memberships(at).map((one) => one.person));
  if (!activators.every((one) => known.has(one))) {
    throw bad('somebody who is no colleague could call this substitute in');
  }
  const card = cardFor(people, place, at);
  if (payloadHash(factFor(session, fact.id, card.hash, place, at)) !== first!.hash) {
    throw bad('what was proposed is not an approval of this person from now on');
  }
  await checkEpoch(session, people, { by, at, team, epoch: epoch.payload, sealed, member: null, waits: card });
  return place;
}

/**
 * Ends every approval of this person for this team: from this line on nobody calls them in and a place of theirs is refused. The team
 * gets another key, and who is left with no team and no approval loses their card: at once where one owner is enough, else as a proposal.
 */
export async function endPool(
  session: Session,
  { person, team }: Pick<ProposedPlace, 'person' | 'team'>,
): Promise<'renewed' | 'proposed'> {
  const people = await session.people(true);
  const now = session.now();
  const pools = people.pools(now).filter((pool) => pool.person === person);
  const ends = pools.filter((pool) => pool.team === team);
  if (ends.length === 0) throw clientError('refused', 'nobody is approved for this team by that name now');
  const idle = ends.length === pools.length && !people.memberships(now).some((one) => one.person === person);
  return await endPlaces(session, ends, idle ? person : null);
}
