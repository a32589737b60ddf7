/**
 * What the owners sign together (docs/spec/protocol.md, "Proposals"). The vault only keeps it: everything is built again here from
 * the join, the key directory and the log before this person signs it too.
 */

import {
  type Bytes,
  base64url,
  fromBase64url,
  type Instant,
  type InvitationId,
  MINUTE,
  type PersonId,
  plus,
  type TeamId,
} from '@ketenkluis/base';
import { PROPOSAL_LIFE, type postProposal, proposals as proposalsMessage } from '@ketenkluis/protocol';
import {
  addSignature,
  asEpochWraps,
  epochRecipients,
  expectType,
  type Hash,
  hashOf,
  joinCode,
  type KeyDirectory,
  payloadHash,
  type Statement,
  signersOf,
  signStatement,
  statementFromWire,
  statementsToWire,
  statementToWire,
  verifyStatement,
} from '@ketenkluis/seal';
import { openEpoch } from '@ketenkluis/seal/open';
import type { z } from 'zod';
import { cardFor, draftAdmission, isNew, membershipFor, readInvitation, staying } from './admission.ts';
import { change } from './change.ts';
import { clientError } from './errors.ts';
import { type Named, openName, type SealedName, sealName } from './names.ts';
import type { Session } from './session.ts';

type Open = z.infer<typeof postProposal>['body'];

/** A proposal that holds in every part. */
export interface Waiting {
  readonly hash: Hash;
  readonly by: PersonId;
  readonly until: Instant;
  /** Owners who signed all of it. */
  readonly signers: readonly PersonId[];
  readonly threshold: number;
  /** Cards or teams have changed since: only its proposer can make it anew. */
  readonly stale: boolean;
  readonly invitation: InvitationId;
  readonly person: PersonId;
  readonly team: TeamId;
  /** Null when no owner named them in a way that this person can read. */
  readonly named: Named | null;
  /** The new colleague has the same twelve digits. */
  readonly code: string;
}
/** Something that the vault keeps as a proposal and that does not hold: it cannot be signed, only refused. */
export interface Broken {
  readonly hash: Hash;
  readonly broken: true;
}

interface Read {
  readonly waiting: Waiting;
  readonly open: Open;
  readonly statements: readonly Statement[];
}

const bad = (why: string, cause?: unknown) => clientError('bad-proposal', why, cause === undefined ? {} : { cause });
const stale = () =>
  clientError('stale-proposal', 'cards or teams have changed since; the proposer must propose it anew');

/**
 * An owner takes in who answered the invitation: at once where one signature is enough, else as a proposal to the other owners.
 * Throws `client/no-join` when nobody answered or more than one did.
 */
export async function admit(session: Session, id: InvitationId, named: Named): Promise<'admitted' | 'proposed'> {
  const people = await session.people(true);
  const { invitation, join } = await readInvitation(session.wire, session.practice, id);
  if (invitation.payload.by !== session.person || join === null || !isNew(people, join.payload.person)) {
    throw clientError('no-join', 'this invitation was not used, or more than once');
  }
  const at = session.now();
  const { statements, wraps } = await draftAdmission(session, invitation.payload, join.payload, at);
  const names = await sealName(session, join.payload.person, named, at);
  if ((people.authority?.threshold ?? 0) < 2) {
    await submit(session, statements, wraps, names);
    return 'admitted';
  }
  const { count, digest } = people.position;
  if (digest === null) throw clientError('wrong-practice', 'this practice shows no keys');
  const proposal = await signStatement(
    {
      t: 'proposal',
      v: 1,
      suite: 1,
      organisation: session.practice,
      by: session.person,
      at,
      until: plus(at, PROPOSAL_LIFE),
      people: { count, digest },
      statements: statements.map(({ hash }) => hash),
      join: { invitation: id, hash: join.hash },
    },
    session.keys().signer,
  );
  await send(
    session,
    { proposal: statementToWire(proposal), names, wraps: wraps.map((one) => base64url(one)) },
    statements,
  );
  return 'proposed';
}

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

async function send(session: Session, open: Omit<Open, 'statements'>, statements: readonly Statement[]): Promise<void> {
  const body = { ...open, statements: statements.map(statementToWire) };
  await change(session, { endpoint: 'propose', class: 'admin', items: [], annexed: false, body, event: 'proposal' });
}

/** For an owner: what waits, each checked. */
export async function waitingProposals(session: Session): Promise<readonly (Waiting | Broken)[]> {
  const { proposals } = await session.call('proposals', proposalsMessage);
  if (proposals.length === 0) return [];
  const people = await session.people(true);
  const found: (Waiting | Broken)[] = [];
  for (const open of proposals) {
    const { hash } = statementFromWire(open.proposal);
    const one = await read(session, people, open).catch((): Broken => ({ hash, broken: true }));
    found.push('broken' in one ? one : one.waiting);
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
  for (const one of statements) {
    const owned = signersOf(one).every((signer) => owners.some(({ person }) => person === signer));
    const holds = await verifyStatement(one, (signer) => people.keyOf(signer, now), session.verifier);
    if (!owned || !holds || !signersOf(one).includes(by)) throw bad('a signature under this proposal does not hold');
  }
  if (answered === null) throw bad('this version proposes new colleagues only');
  const { invitation, join } = await readInvitation(session.wire, session.practice, answered.invitation);
  if (join === null || join.hash !== answered.hash || invitation.payload.by !== by) {
    throw bad('nobody, or more than one, answered the invitation of this proposal');
  }
  if (!(await people.verify(invitation, invitation.payload.at))) throw bad('no owner sent this invitation');
  const wraps = open.wraps.map((one) => fromBase64url(one));
  const position = people.position;
  const moved = position.count !== payload.people.count || position.digest !== payload.people.digest;
  if (!moved) await checkAdmission(session, people, { by, at, statements, wraps, invitation, join });
  const named = await openName({
    people,
    names: open.names,
    reader: session.person,
    key: session.keys().kem,
    person: join.payload.person,
  });
  const signed = owners.filter(({ person }) => statements.every((one) => signersOf(one).includes(person)));
  return {
    open,
    statements,
    waiting: {
      hash: proposal.hash,
      by,
      until,
      signers: signed.map(({ person }) => person),
      threshold: people.authority?.threshold ?? 1,
      stale: moved,
      invitation: answered.invitation,
      person: join.payload.person,
      team: invitation.payload.team,
      named,
      code: await joinCode(invitation, join),
    },
  };
}

/** Exactly a card with the keys of the join, one membership, and the team's next epoch with the same members and one more. */
async function checkAdmission(
  session: Session,
  people: KeyDirectory,
  of: {
    readonly by: PersonId;
    readonly at: Instant;
    readonly statements: readonly Statement[];
    readonly wraps: readonly Bytes[];
    readonly invitation: Statement<'invitation'>;
    readonly join: Statement<'join'>;
  },
): Promise<void> {
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
  const { before, cards, kept } = staying(people, team, at);
  const next = epoch.payload;
  const members = [...cards, card].map((one) => ({
    person: (one as Statement<'card'>).payload.subject,
    card: one.hash,
  }));
  const expected = [
    payloadHash(cardFor(session.practice, join, at)),
    payloadHash(membershipFor(session.practice, fact.payload.id, invitation, join, at)),
    payloadHash({
      ...{ t: 'epoch', v: 1, suite: next.suite, organisation: session.practice, team, kem: next.kem, at },
      ...{ number: (before?.payload.number ?? -1) + 1, prev: before?.hash ?? null, members, wraps: hashOf(sealed) },
    }),
  ];
  if (expected.join() !== of.statements.map(({ hash }) => hash).join()) {
    throw bad('what was proposed is not what follows from the answer to the invitation');
  }
  // Who could hand on the team's key hands on that one: a key of the proposer's own making would be nobody's business.
  const keep = kept && people.isMember(by, team, at);
  if (before !== undefined && keep !== (next.kem === before.payload.kem)) throw bad('the team would get another key');
  const to = epochRecipients(asEpochWraps(sealed));
  const wanted = [...members.map(({ person }) => person as string), 'recovery'];
  if (to.length !== wanted.length || !wanted.every((one) => to.some((other) => other === one))) {
    throw bad('the team key is wrapped to others than its members');
  }
  if (members.some(({ person }) => person === session.person)) {
    const own = { wraps: asEpochWraps(sealed), epoch: next, to: session.person, key: session.keys().kem };
    await openEpoch(own).catch((cause: unknown) => {
      throw bad('the team key in this proposal is not the one that it names', cause);
    });
  }
}

async function find(session: Session, hash: Hash): Promise<Read> {
  const { proposals } = await session.call('proposals', proposalsMessage);
  const people = await session.people(true);
  const open = proposals.find(({ proposal }) => statementFromWire(proposal).hash === hash);
  if (open === undefined) throw stale();
  return await read(session, people, open);
}

/**
 * This owner signs as well, everything checked again. With enough signatures it is put into the log at once.
 * Throws `client/bad-proposal`, `client/stale-proposal`.
 */
export async function agree(session: Session, hash: Hash): Promise<'admitted' | 'proposed'> {
  const { waiting, open, statements } = await find(session, hash);
  if (waiting.stale) throw stale();
  const { signer } = session.keys();
  const signed = await Promise.all(
    statements.map((one) => (signersOf(one).includes(session.person) ? one : addSignature(one, signer))),
  );
  const enough = new Set([...waiting.signers, session.person]).size >= waiting.threshold;
  if (enough) {
    const wraps = open.wraps.map((one) => fromBase64url(one));
    await submit(session, signed, wraps, open.names);
    return 'admitted';
  }
  await send(session, open, signed);
  return 'proposed';
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

/** Its proposer makes it anew on what stands now. Throws `client/bad-proposal`, `client/stale-proposal`. */
export async function renew(session: Session, hash: Hash): Promise<void> {
  const { waiting } = await find(session, hash);
  if (waiting.by !== session.person || waiting.named === null) throw bad('only its proposer makes a proposal anew');
  await disagree(session, hash);
  await admit(session, waiting.invitation, waiting.named);
}
