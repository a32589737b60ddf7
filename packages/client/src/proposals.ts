/**
 * What the owners sign together (docs/spec/protocol.md, "Proposals"). The vault only keeps it: everything is built again here from
 * the join, the key directory and the log before this person signs it too.
 */

import {
  base64url,
  type DossierId,
  type FactId,
  fromBase64url,
  type Instant,
  type InvitationId,
  MINUTE,
  type PersonId,
  plus,
  type TeamId,
} from '@ketenkluis/base';
import { PROPOSAL_LIFE, proposals as proposalsMessage } from '@ketenkluis/protocol';
import {
  addSignature,
  expectType,
  type FactOf,
  type Hash,
  joinCode,
  type KeyDirectory,
  payloadHash,
  type Statement,
  signersOf,
  statementFromWire,
  statementsToWire,
  verifyStatement,
} from '@ketenkluis/seal';
import {
  type Approval,
  cardFor,
  checkEpoch,
  draftAdmission,
  isNew,
  membershipFor,
  type Proposed,
  poolFor,
  readInvitation,
} from './admission.ts';
import { type Assumption, isAssumption, readProposedAssumption } from './assumptions.ts';
import { change } from './change.ts';
import { isControl, readProposedControl } from './control.ts';
import { isDemand, type ProposedDemand, readProposedDemand } from './demand-proposal.ts';
import { clientError } from './errors.ts';
import { type ProposedKeyholders, readProposedKeyholders } from './keyholders.ts';
import { type Named, openName, type SealedName, sealName } from './names.ts';
import { checkOwnAdmission, type Desk, deskIn, draftOwn } from './own-admission.ts';
import { maySecond, type ProposedPartner, readProposedPartner } from './partner-proposal.ts';
import { type ProposedPlace, readProposedPlace } from './pool.ts';
import { bad, isRenewal, type Open, opensADoor, proposeAll, send } from './proposing.ts';
import type { Session } from './session.ts';
import { isWitnesses, type ProposedWitnesses, readProposedWitnesses } from './witnesses.ts';

interface Held {
  readonly hash: Hash;
  readonly by: PersonId;
  readonly until: Instant;
  /** Who signed all of it. */
  readonly signers: readonly PersonId[];
  /** How many must. */
  readonly threshold: number;
  /** Everybody has signed who must; the workplace of an owner who signed puts it into the log. */
  readonly complete: boolean;
  /** Cards or teams have changed since: only its proposer can make it anew. */
  readonly stale: boolean;
}
export interface WaitingColleague extends Held {
  readonly what: 'colleague';
  readonly invitation: InvitationId;
  readonly person: PersonId;
  readonly team: TeamId;
  /** Null when no owner named them in a way that this person can read. */
  readonly named: Named | null;
  /** Not a colleague but somebody who may be called in as a substitute, until then and by those. */
  readonly substitute: Approval | null;
  /** The new colleague has the same twelve digits. */
  readonly code: string;
}
/** The patient, or who stands in for them: they read this one dossier and its log (own-admission.ts). */
export interface WaitingOwn extends Held, Desk {
  readonly what: 'own';
  readonly invitation: InvitationId;
  readonly person: PersonId;
  readonly named: Named | null;
  /** They have the same twelve digits. */
  readonly code: string;
}
export interface WaitingPartner extends Held, ProposedPartner {
  readonly what: 'partner';
}
/** Somebody with a card, approved as a substitute for longer or for another team. */
export interface WaitingPlace extends Held, ProposedPlace {
  readonly what: 'place';
}
export interface WaitingAssumption extends Held, Assumption {
  readonly what: 'assumption';
}
export interface WaitingKeyholders extends Held, ProposedKeyholders {
  readonly what: 'keyholders';
}
export interface WaitingWitnesses extends Held, ProposedWitnesses {
  readonly what: 'witnesses';
}
export interface WaitingDemand extends Held, ProposedDemand {
  readonly what: 'demand';
}
export interface WaitingControl extends Held {
  readonly what: 'control';
  readonly fact: FactOf<'control'>;
  /** The policy that it takes the place of. */
  readonly before: FactOf<'control'> | null;
}
/** The owners together open again what a patient shut; whoever signs reads it first (lifting.ts). */
export interface WaitingLift extends Held {
  readonly what: 'lift';
  readonly dossier: DossierId;
  readonly fact: FactId;
}
/** A proposal that holds in every part. */
export type Waiting =
  | WaitingColleague
  | WaitingOwn
  | WaitingPartner
  | WaitingPlace
  | WaitingAssumption
  | WaitingWitnesses
  | WaitingKeyholders
  | WaitingDemand
  | WaitingControl
  | WaitingLift;
/** Something that the vault keeps as a proposal and that does not hold: it cannot be signed, only refused. */
export interface Broken {
  readonly hash: Hash;
  readonly broken: true;
}

/** What somebody signs of a proposal: an owner all of it. */
const signs = (owner: boolean, one: Statement): boolean => owner || opensADoor(one);

interface Read {
  readonly waiting:
    | Omit<WaitingColleague, 'code'>
    | Omit<WaitingOwn, 'code'>
    | Exclude<Waiting, WaitingColleague | WaitingOwn>;
  /** Slow on purpose: only for a person's eyes. */
  readonly shown: () => Promise<Waiting>;
  /** With this person's signature it may go into the log. */
  readonly signed: boolean;
  /** And this person may put it there. */
  readonly enough: boolean;
  readonly open: Open;
  readonly statements: readonly Statement[];
}

const stale = () =>
  clientError('stale-proposal', 'cards or teams have changed since; the proposer must propose it anew');

/**
 * An owner takes in who answered the invitation: at once where one signature is enough, else as a proposal to the other owners.
 * With `as` they do not join the team: they may be called in as its substitute, which always takes two people (R18, R19).
 * Throws `client/no-join` when nobody answered or more than one did.
 */
export async function admit(
  session: Session,
  id: InvitationId,
  named: Named,
  as: Approval | null = null,
): Promise<'admitted' | 'proposed'> {
  const people = await session.people(true);
  const { invitation, join } = await readInvitation(session.wire, session.practice, id);
  if (invitation.payload.by !== session.person || join === null || !isNew(people, join.payload.person)) {
    throw clientError('no-join', 'this invitation was not used, or more than once');
  }
  const at = session.now();
  const { statements, wraps } = await draftAdmission(session, invitation.payload, join.payload, at, as);
  const names = await sealName(session, join.payload.person, named, at, { seconds: as !== null });
  if (needed(people, as) < 2) {
    await submit(session, statements, wraps, names);
    return 'admitted';
  }
  await proposeAll(session, statements, {
    at,
    join: { invitation: id, hash: join.hash },
    names,
    wraps: wraps.map((one) => base64url(one)),
  });
  return 'proposed';
}

/**
 * An owner takes in the patient, or who stands in for them, whose twelve digits were compared at the desk: always a proposal, which a second
 * person of the practice signs. Throws `client/no-join`.
 */
export async function admitOwn(session: Session, id: InvitationId, named: Named, desk: Desk): Promise<'proposed'> {
  const people = await session.people(true);
  const { invitation, join } = await readInvitation(session.wire, session.practice, id);
  if (invitation.payload.by !== session.person || join === null || !isNew(people, join.payload.person)) {
    throw clientError('no-join', 'this invitation was not used, or more than once');
  }
  const at = session.now();
  const { statements, wraps } = await draftOwn(session, invitation.payload, join.payload, at, desk);
  const names = await sealName(session, join.payload.person, named, at, { seconds: true });
  await proposeAll(session, statements, {
    ...{ at, join: { invitation: id, hash: join.hash }, names },
    wraps: wraps.map((one) => base64url(one)),
  });
  return 'proposed';
}

/** How many owners sign: somebody from outside takes two at least. */
const needed = (people: KeyDirectory, as: Approval | null): number =>
  Math.max(people.authority?.threshold ?? 0, as === null ? 0 : 2);

/** Card, membership and epoch into the log, as one line. */
async function submit(
  session: Session,
  statements: readonly Statement[],
  wraps: readonly Uint8Array[],
  names: readonly SealedName[],
): Promise<void> {
  await change(session, {
    endpoint: 'statements',
    class: 'admin',
    items: [],
    annexed: false,
    body: { ...statementsToWire(statements), wraps: wraps.map((one) => base64url(one)), names },
  });
}

/** What waits for this person's signature, each checked; new keys after somebody left are leaving.ts's. */
export async function waitingProposals(session: Session): Promise<readonly (Waiting | Broken)[]> {
  const { proposals } = await session.call('proposals', proposalsMessage);
  if (proposals.length === 0) return [];
  const people = await session.people(true);
  const found: (Waiting | Broken)[] = [];
  for (const open of proposals) {
    if (isRenewal(open)) continue;
    const { hash } = statementFromWire(open.proposal);
    const one = await read(session, people, open).catch(() => null);
    found.push(one === null ? { hash, broken: true } : await one.shown());
  }
  return found;
}

/** The parts of a proposal fit each other, the join, the directory and who signed. Throws `client/bad-proposal`. */
async function read(session: Session, people: KeyDirectory, open: Open): Promise<Read> {
  const now = session.now();
  const proposal = expectType(statementFromWire(open.proposal), 'proposal');
  const { payload } = proposal;
  const { by, at, until, join: answered } = payload;
  if (
    !(await people.verify(proposal, now)) ||
    until <= now ||
    until > plus(at, PROPOSAL_LIFE) ||
    at > plus(now, 2 * MINUTE)
  ) {
    throw bad('no owner of this practice proposes this now');
  }
  const statements = open.statements.map((one) => statementFromWire(one));
  if (statements.map(({ hash }) => hash).join() !== payload.statements.join()) {
    throw bad('these are not the statements that were proposed');
  }
  const owners = people.authority?.owners ?? [];
  const isOwner = (person: string) => owners.some((owner) => owner.person === person);
  for (const one of statements) {
    const may = signersOf(one).every(
      (signer) => isOwner(signer) || (opensADoor(one) && maySecond(people, signer, now)),
    );
    const holds = await verifyStatement(one, (signer) => people.keyOf(signer, now), session.verifier);
    if (!may || !holds || !signersOf(one).includes(by)) throw bad('a signature under this proposal does not hold');
  }
  const { position } = people;
  const moved = position.count !== payload.people.count || position.digest !== payload.people.digest;
  const all = new Set(statements.flatMap((one) => signersOf(one)));
  const signed = [...all].filter((person) => {
    const theirs = statements.filter((one) => signs(isOwner(person), one));
    return theirs.length > 0 && theirs.every((one) => signersOf(one).includes(person));
  }) as PersonId[];
  const threshold = people.authority?.threshold ?? 1;
  const after = new Set([...signed, session.person]);
  const held = { hash: proposal.hash, by, until, signers: signed, stale: moved };
  const owner = isOwner(session.person);
  const suffices = (people: Iterable<string>, count: number) =>
    new Set(people).size >= count && [...new Set(people)].filter(isOwner).length >= threshold;
  /** What follows for the proposal when so many must sign. */
  const judged = (count: number) => {
    const whole = suffices(after, count);
    return { signed: whole, enough: whole && owner };
  };
  const first = statements[0]?.payload;
  if (answered === null && first?.t === 'withdrawal') {
    const { fact, dossier } = first;
    if (dossier === null || first.at !== at || statements.length > 1 || open.wraps.length > 0)
      throw bad('this proposes more than the end of one restriction');
    const ours = { threshold, complete: suffices(signed, threshold) };
    const waiting: Waiting = { what: 'lift', ...held, ...ours, dossier, fact };
    return { open, statements, waiting, shown: async () => waiting, ...judged(threshold) };
  }
  if (answered === null && first?.t === 'fact' && first.kind === 'pool') {
    const place = await readProposedPlace(session, people, { by, at, statements, open, stale: moved });
    const both = { threshold: Math.max(threshold, 2), complete: suffices(signed, 2) };
    const waiting: Waiting = { what: 'place', ...held, ...both, ...place };
    return { open, statements, waiting, shown: async () => waiting, ...judged(2) };
  }
  if (answered === null && statements.some(({ payload }) => payload.t === 'fact' && payload.kind === 'keyholders')) {
    const named = readProposedKeyholders(people, { at, statements, open, stale: moved });
    const both = { threshold: Math.max(threshold, 2), complete: suffices(signed, 2) };
    const waiting: Waiting = { what: 'keyholders', ...held, ...both, ...named };
    return { open, statements, waiting, shown: async () => waiting, ...judged(2) };
  }
  if (answered === null) {
    const of = { by, at, statements, open };
    const both = { ...held, threshold: Math.max(threshold, 2), complete: suffices(signed, 2) };
    const waiting: Waiting = isWitnesses(statements)
      ? { what: 'witnesses', ...both, ...readProposedWitnesses(people, of) }
      : isDemand(statements)
        ? { what: 'demand', ...both, ...readProposedDemand(people, { ...of, stale: moved }) }
        : isControl(statements)
          ? { what: 'control', ...both, ...readProposedControl(people, of) }
          : isAssumption(statements)
            ? { what: 'assumption', ...both, ...(await readProposedAssumption(session, people, of)) }
            : { what: 'partner', ...both, ...(await readProposedPartner(session, people, of)) };
    return { open, statements, waiting, shown: async () => waiting, ...judged(2) };
  }
  const { invitation, join } = await readInvitation(session.wire, session.practice, answered.invitation);
  if (join === null || join.hash !== answered.hash || invitation.payload.by !== by) {
    throw bad('nobody, or more than one, answered the invitation of this proposal');
  }
  if (!(await people.verify(invitation, invitation.payload.at))) throw bad('no owner sent this invitation');
  const wraps = open.wraps.map((one) => fromBase64url(one));
  const desk = deskIn(statements);
  if (!moved && desk !== null)
    await checkOwnAdmission(session, people, { by, at, statements, wraps, invitation, join });
  else if (!moved) await checkAdmission(session, people, { by, at, statements, wraps, invitation, join });
  const { person } = join.payload;
  const reader = session.person;
  const named = await openName({ people, names: open.names, reader, key: session.keys().kem, person });
  if (desk !== null) {
    const { dossier, as, checked, eid } = desk;
    const about = { invitation: answered.invitation, person, named, dossier, as, checked, ...(eid && { eid }) };
    const count = Math.max(threshold, 2);
    const both = { threshold: count, complete: suffices(signed, count) };
    const waiting = { what: 'own', ...held, ...both, ...about } as const;
    return {
      ...{ open, statements, waiting, ...judged(count) },
      shown: async () => ({ ...waiting, code: await joinCode(invitation, join) }),
    };
  }
  const { team } = invitation.payload;
  const as = approvalIn(statements);
  const more = { invitation: answered.invitation, person, team, named };
  const count = needed(people, as);
  const both = { threshold: count, complete: suffices(signed, count) };
  const waiting = { what: 'colleague', ...held, ...both, substitute: as, ...more } as const;
  return {
    ...{ open, statements, waiting, ...judged(count) },
    shown: async () => ({ ...waiting, code: await joinCode(invitation, join) }),
  };
}

function approvalIn(statements: readonly Statement[]): Approval | null {
  const pool = statements
    .map(({ payload }) => payload)
    .find((payload) => payload.t === 'fact' && payload.kind === 'pool');
  return pool?.t === 'fact' && pool.kind === 'pool' ? { until: pool.until, activators: pool.activators } : null;
}

/** Exactly a card with the keys of the join, one membership, and the team's next epoch with the same members and one more. */
async function checkAdmission(session: Session, people: KeyDirectory, of: Proposed): Promise<void> {
  const { by, at, wraps } = of;
  const [invitation, join] = [of.invitation.payload, of.join.payload];
  const [card, fact, epoch, ...more] = of.statements;
  const [sealed, ...others] = wraps;
  if (
    !card ||
    fact?.payload.t !== 'fact' ||
    epoch?.payload.t !== 'epoch' ||
    !sealed ||
    more.length + others.length > 0
  ) {
    throw bad('a new colleague takes one card, one membership and one epoch');
  }
  if (!isNew(people, join.person)) throw bad('this person has a card already');
  const { team } = invitation;
  const as = approvalIn(of.statements);
  const known = new Set(people.memberships(at).map(({ person }) => person));
  if (as !== null && !as.activators.every((person) => known.has(person))) {
    throw bad('somebody who is no colleague could call this substitute in');
  }
  const expected = [
    payloadHash(cardFor(session.practice, join, at)),
    payloadHash(
      as === null
        ? membershipFor(session.practice, fact.payload.id, invitation, join, at)
        : poolFor(session.practice, { id: fact.payload.id, card: card.hash }, invitation, join, at, as),
    ),
    epoch.hash,
  ];
  if (expected.join() !== of.statements.map(({ hash }) => hash).join()) {
    throw bad('what was proposed is not what follows from the answer to the invitation');
  }
  const hers = card as Statement<'card'>;
  const [member, waits] = as === null ? [hers, null] : [null, hers];
  await checkEpoch(session, people, { by, at, team, epoch: epoch.payload, sealed, member, waits });
}

/** Checked in every part. Throws `client/bad-proposal`, `client/stale-proposal`. */
export async function findProposal(session: Session, hash: Hash): Promise<Read> {
  const { proposals } = await session.call('proposals', proposalsMessage);
  const people = await session.people(true);
  const open = proposals.find(({ proposal }) => statementFromWire(proposal).hash === hash);
  if (open === undefined) throw stale();
  return await read(session, people, open);
}

/**
 * This person signs as well, everything checked again. With enough signatures an owner puts it into the log at once; after somebody who
 * is no owner (`signed`) the workplace of an owner who signed does.
 * Throws `client/bad-proposal`, `client/stale-proposal`.
 */
export async function agree(session: Session, hash: Hash): Promise<'admitted' | 'signed' | 'proposed'> {
  const { waiting, open, statements, signed: whole, enough } = await findProposal(session, hash);
  if (waiting.stale) throw stale();
  if (waiting.what === 'lift') throw bad('what a patient shut is read in the dossier before it is signed');
  // Nobody signs words that they cannot read.
  if (waiting.what === 'assumption' && waiting.explanation === null)
    throw bad('the words under this setting are not here');
  const { signer } = session.keys();
  const people = await session.people();
  const owner = people.authority?.owners.some(({ person }) => person === session.person) ?? false;
  const signed = await Promise.all(
    statements.map((one) =>
      signersOf(one).includes(session.person) || !signs(owner, one) ? one : addSignature(one, signer),
    ),
  );
  if (enough) {
    const wraps = open.wraps.map((one) => fromBase64url(one));
    await submit(session, signed, wraps, open.names);
    return 'admitted';
  }
  await send(session, open, signed);
  return whole ? 'signed' : 'proposed';
}

/**
 * What this owner signed and somebody who is no owner has signed since goes into the log; whoever is no owner cannot put it there.
 * `only`: of this proposal alone. Answers how many went.
 */
export async function settleOutward(session: Session, only?: Hash): Promise<number> {
  const { proposals } = await session.call('proposals', proposalsMessage);
  const outward = proposals.filter((one) => !isRenewal(one));
  if (outward.length === 0) return 0;
  const people = await session.people(true);
  for (const open of outward) {
    // A broken one is shown on the screen of proposals, and stops nothing else.
    const found = await read(session, people, open).catch(() => null);
    if (only !== undefined && found?.waiting.hash !== only) continue;
    if (found === null || !found.statements.some(opensADoor) || found.waiting.stale || !found.enough) continue;
    const { signers, threshold } = found.waiting;
    if (!signers.includes(session.person) || signers.length < threshold) continue;
    const wraps = found.open.wraps.map((one) => fromBase64url(one));
    await submit(session, found.statements, wraps, found.open.names);
    // The others are about the directory as it was: their proposers make them anew. What this asks of a sign-on the next use holds.
    await session.directory();
    return 1;
  }
  return 0;
}

/** It is not to be; gone for everybody, and a line says who said so. */
export async function disagree(session: Session, hash: Hash): Promise<void> {
  await change(session, {
    endpoint: 'proposal-end',
    class: 'admin',
    items: [],
    annexed: false,
    body: { proposal: hash },
    event: 'proposal',
  });
}
