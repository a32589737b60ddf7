/**
 * Taking in a new colleague (docs/spec/keys.md, "Invitation"): card, membership and the team's next epoch, made by one owner from a
 * join. Who signs it as well builds the same again from the same join, and compares.
 */

import {
  type Bytes,
  DAY,
  fromBase64url,
  type Instant,
  type InvitationId,
  newId,
  type OrganisationId,
  type PersonId,
  plus,
  type TeamId,
} from '@ketenkluis/base';
import { invitationState } from '@ketenkluis/protocol';
import {
  asEpochWraps,
  type Card,
  type Epoch,
  epochRecipients,
  expectType,
  type FactOf,
  hashOf,
  type Invitation,
  type Join,
  type KeyDirectory,
  type Payload,
  payloadHash,
  type Statement,
  signStatement,
  statementFromWire,
  verifyJoin,
  webVerifier,
} from '@ketenkluis/seal';
import { createEpoch, openEpoch } from '@ketenkluis/seal/open';
import type { z } from 'zod';
import { clientError } from './errors.ts';
import { bad } from './proposing.ts';
import type { Session } from './session.ts';
import type { Wire } from './wire.ts';

/** Colleagues get a card for this long; the agent reminds before it ends. */
const CARD_LIFE = 365 * DAY;

export interface Invited {
  readonly state: z.infer<typeof invitationState>['state'];
  readonly invitation: Statement<'invitation'>;
  /** Exactly one genuine join came; two mean that others saw the link. */
  readonly join: Statement<'join'> | null;
}

/** What the vault holds of an invitation; joins that do not answer it in time count for nothing. */
export async function readInvitation(
  wired: Pick<Wire, 'call'>,
  practice: OrganisationId,
  id: InvitationId,
): Promise<Invited> {
  const path = `/v1/practices/${practice}/invitations/${id}`;
  const { state, ...found } = await wired.call('invitation', invitationState, { path });
  const invitation = expectType(statementFromWire(found.invitation), 'invitation');
  if (invitation.payload.id !== id) throw clientError('bad-answer', 'the vault shows another invitation');
  const genuine: Statement<'join'>[] = [];
  for (const wire of found.joins) {
    const join = expectType(statementFromWire(wire), 'join');
    if (await verifyJoin(invitation.payload, join, join.payload.at, webVerifier)) genuine.push(join);
  }
  return { state, invitation, join: genuine.length === 1 ? genuine[0]! : null };
}

export const cardFor = (organisation: OrganisationId, join: Join, at: Card['from']): Card => ({
  ...{ t: 'card', v: 1, suite: 1, organisation, subject: join.person, kind: 'professional', number: 0 },
  ...{ sign: join.sign, kem: join.kem, from: at, until: plus(at, CARD_LIFE) },
});

export const membershipFor = (
  practice: OrganisationId,
  id: Payload<'withdrawal'>['fact'],
  invitation: Invitation,
  join: Join,
  at: Card['from'],
): FactOf<'membership'> => ({
  ...{ t: 'fact', v: 1, suite: 1, kind: 'membership', id, practice, team: invitation.team, person: join.person },
  ...{ from: at, until: null },
});

/** What the owners approve of somebody who may be called in (docs/spec/substitutes.md). */
export interface Approval {
  readonly until: Card['until'];
  readonly activators: FactOf<'pool'>['activators'];
}

export const poolFor = (
  practice: OrganisationId,
  of: { readonly id: Payload<'withdrawal'>['fact']; readonly card: FactOf<'pool'>['card'] },
  invitation: Invitation,
  join: Join,
  at: Card['from'],
  { until, activators }: Approval,
): FactOf<'pool'> => ({
  ...{ t: 'fact', v: 1, suite: 1, kind: 'pool', ...of, practice, team: invitation.team, person: join.person },
  ...{ from: at, until, activators: [...activators] },
});

/** Cards of a team's approved pool, and of who comes to it: each gets one wrap of every epoch beforehand. */
export function poolCards(
  people: KeyDirectory,
  team: Invitation['team'],
  at: Card['from'],
  more?: Statement<'card'>,
): Statement<'card'>[] {
  const cards = people.pools(at).flatMap((pool) => {
    const card = pool.team === team ? people.cardStatement(pool.person) : undefined;
    return card !== undefined && people.cardOf(pool.person, at) !== undefined ? [card] : [];
  });
  return [...new Map([...cards, ...(more === undefined ? [] : [more])].map((card) => [card.hash, card])).values()];
}

/** Somebody who had a wrap of this epoch beforehand is approved no more. */
const poolShrank = (people: KeyDirectory, before: Epoch, at: Card['from']): boolean => {
  const of = (time: Card['from']) => people.pools(time).filter(({ team }) => team === before.team);
  const now = new Set(of(at).map(({ person }) => person));
  return of(before.at).some(({ person }) => !now.has(person));
};

/** What somebody else proposed, to be built again here before it is signed. */
export interface Proposed {
  readonly by: PersonId;
  readonly at: Instant;
  readonly statements: readonly Statement[];
  readonly wraps: readonly Bytes[];
  readonly invitation: Statement<'invitation'>;
  readonly join: Statement<'join'>;
}

/** Who stays in the team's next epoch, and whether that lets it keep its key: nobody left and every card is the same. */
export function staying(people: KeyDirectory, team: Invitation['team'], at: Card['from']) {
  const before = people.epochOf(team);
  const had = before?.payload.members ?? [];
  const cards = had.flatMap(({ person }) =>
    people.isMember(person, team, at) ? (people.cardStatement(person) ?? []) : [],
  );
  const whole = before !== undefined && had.every(({ card }) => cards.some(({ hash }) => hash === card));
  const kept = whole && !poolShrank(people, before.payload, at);
  return { before, cards, kept };
}

export interface Admission {
  /** Card, membership or approval for the pool, epoch. */
  readonly statements: readonly Statement[];
  readonly wraps: readonly Uint8Array[];
}

/** Made and signed by this owner. */
export async function draftAdmission(
  session: Session,
  invitation: Invitation,
  join: Join,
  at: Card['from'],
  as: Approval | null = null,
): Promise<Admission> {
  const { random } = session.wire.ports;
  const { signer } = session.keys();
  const people = await session.people();
  const { authority } = people;
  if (authority === undefined) throw clientError('wrong-practice', 'this practice shows no owners');
  const { team } = invitation;
  const card = await signStatement(cardFor(session.practice, join, at), signer);
  const id = newId('fact', random);
  const fact =
    as === null
      ? membershipFor(session.practice, id, invitation, join, at)
      : poolFor(session.practice, { id, card: card.hash }, invitation, join, at, as);
  const { before, cards, kept } = staying(people, team, at);
  // Who joins gets the current key; only where the inviter does not have it, or somebody left, a new one is made.
  const pair = kept && people.isMember(session.person, team, at) ? await session.teamPair(team) : null;
  const epoch = await createEpoch({
    ...(pair === null ? {} : { keys: pair }),
    organisation: session.practice,
    team,
    number: (before?.payload.number ?? -1) + 1,
    prev: before?.hash ?? null,
    members: as === null ? [...cards, card] : cards,
    pool: poolCards(people, team, at, as === null ? undefined : card),
    recoveryKey: fromBase64url(authority.recovery.kem),
    at,
    random,
  });
  const statements = [card, await signStatement(fact, signer), await signStatement(epoch.payload, signer)];
  return { statements, wraps: [epoch.wraps] };
}

/**
 * The team's next epoch with the same members and one more (`member`), or one more in its pool (`waits`), and wrapped to nobody else.
 * Throws `client/bad-proposal`.
 */
export async function checkEpoch(
  session: Session,
  people: KeyDirectory,
  of: {
    readonly by: PersonId;
    readonly at: Instant;
    readonly team: TeamId;
    readonly epoch: Epoch;
    readonly sealed: Bytes;
    readonly member: Statement<'card'> | null;
    readonly waits: Statement<'card'> | null;
  },
): Promise<void> {
  const { by, at, team, epoch: next, sealed, member, waits } = of;
  const { before, cards, kept } = staying(people, team, at);
  const members = [...cards, ...(member === null ? [] : [member])].map((card) => ({
    ...{ person: card.payload.subject, card: card.hash },
  }));
  const expected = payloadHash({
    ...{ t: 'epoch', v: 1, suite: next.suite, organisation: session.practice, team, kem: next.kem, at },
    ...{ number: (before?.payload.number ?? -1) + 1, prev: before?.hash ?? null, members, wraps: hashOf(sealed) },
  });
  if (expected !== payloadHash(next)) throw bad('this is not the next key of this team');
  // Who could hand on the team's key hands on that one: a key of the proposer's own making would be nobody's business.
  const keep = kept && people.isMember(by, team, at);
  if (before !== undefined && keep !== (next.kem === before.payload.kem)) throw bad('the team would get another key');
  const pool = poolCards(people, team, at, waits ?? undefined)
    .map(({ payload }) => payload.subject as string)
    .filter((person) => !members.some((one) => one.person === person));
  const to = epochRecipients(asEpochWraps(sealed));
  const wanted = [...members.map(({ person }) => person as string), ...pool, 'recovery'];
  if (to.length !== wanted.length || !wanted.every((one) => to.some((other) => other === one))) {
    throw bad('the team key is wrapped to others than its members and its pool');
  }
  if (members.some(({ person }) => person === session.person)) {
    const own = { wraps: asEpochWraps(sealed), epoch: next, to: session.person, key: session.keys().kem };
    await openEpoch(own).catch((cause: unknown) => {
      throw bad('the team key in this proposal is not the one that it names', cause);
    });
  }
}

/** A new colleague is in nobody's list of cards yet. */
export const isNew = (people: KeyDirectory, person: Join['person']): boolean =>
  people.cardStatement(person) === undefined &&
  !(people.authority?.owners.some((owner) => owner.person === person) ?? false);
