/**
 * Taking in a patient, or who stands in for them (docs/spec/own.md, "At the desk"): card, `own` and the team's only epoch, made by one owner
 * from a join, and built again by the second person before they sign the `own`.
 */

import { DAY, type DossierId, fromBase64url, type Instant, type InvitationId, newId, plus } from '@ketenkluis/base';
import {
  createInvitation,
  type FactOf,
  type Invitation,
  type Join,
  type KeyDirectory,
  meetsDemand,
  payloadHash,
  type Statement,
  signStatement,
  statementsToWire,
} from '@ketenkluis/seal';
import { createEpoch } from '@ketenkluis/seal/open';
import { type Admission, cardFor, checkEpoch, isNew, type Proposed } from './admission.ts';
import { change } from './change.ts';
import { clientError } from './errors.ts';
import { bad } from './proposing.ts';
import type { Session } from './session.ts';

/** As long as the card. */
const OWN_LIFE = 365 * DAY;

/** What the desk says: whose dossier, as whom, how identity was checked, and what they sign on with, if the practice asks for that. */
export type Desk = Pick<FactOf<'own'>, 'dossier' | 'as' | 'checked' | 'eid'>;

/** An invitation to a team that nobody is in yet. The fragment goes behind the `#` of the link. */
export async function inviteOwn(
  session: Session,
): Promise<{ readonly id: InvitationId; readonly fragment: string; readonly invitation: Invitation }> {
  const { random } = session.wire.ports;
  const made = await createInvitation({
    ...{ organisation: session.practice, team: newId('team', random), by: session.person, at: session.now(), random },
  });
  const sent = statementsToWire([await signStatement(made.payload, session.keys().signer)]);
  const body = { ...sent, wraps: [] };
  await change(session, { endpoint: 'statements', class: 'admin', items: [], annexed: false, body });
  return { id: made.payload.id, fragment: made.fragment, invitation: made.payload };
}

const patientCard = (session: Session, join: Join, at: Instant) => ({
  ...cardFor(session.practice, join, at),
  kind: 'patient' as const,
});

const ownFor = (
  session: Session,
  of: Pick<FactOf<'own'>, 'id' | 'card'>,
  invitation: Invitation,
  join: Join,
  at: Instant,
  { dossier, as, checked, eid }: Desk,
): FactOf<'own'> => ({
  ...{ t: 'fact', v: 1, suite: 1, kind: 'own', ...of, practice: session.practice, dossier, as, checked },
  ...(eid && { eid }),
  ...{ team: invitation.team, person: join.person, from: at, until: plus(at, OWN_LIFE) },
});

/** Made and signed by this owner. */
export async function draftOwn(
  session: Session,
  invitation: Invitation,
  join: Join,
  at: Instant,
  desk: Desk,
): Promise<Admission> {
  const { random } = session.wire.ports;
  const { signer } = session.keys();
  const { authority, demand } = await session.people();
  if (!meetsDemand(desk, demand)) throw bad('this practice asks a sign-on of every patient');
  if (authority === undefined) throw clientError('wrong-practice', 'this practice shows no owners');
  const card = await signStatement(patientCard(session, join, at), signer);
  const fact = ownFor(session, { id: newId('fact', random), card: card.hash }, invitation, join, at, desk);
  const epoch = await createEpoch({
    ...{ organisation: session.practice, team: invitation.team, number: 0, prev: null, members: [card], at, random },
    recoveryKey: fromBase64url(authority.recovery.kem),
  });
  const statements = [card, await signStatement(fact, signer), await signStatement(epoch.payload, signer)];
  return { statements, wraps: [epoch.wraps] };
}

/** What a proposal says of a patient, if it is about one. */
export function deskIn(statements: readonly Statement[]): FactOf<'own'> | null {
  const own = statements.map(({ payload }) => payload).find((one) => one.t === 'fact' && one.kind === 'own');
  return own?.t === 'fact' && own.kind === 'own' ? own : null;
}

/**
 * Exactly a patient's card with the keys of the join, one `own` of the invitation's team, and the first key of that team with this person
 * alone. Throws `client/bad-proposal`.
 */
export async function checkOwnAdmission(session: Session, people: KeyDirectory, of: Proposed): Promise<void> {
  const { by, at, statements, wraps } = of;
  const [invitation, join] = [of.invitation.payload, of.join.payload];
  const own = deskIn(statements);
  const [card, , epoch] = statements;
  const [sealed] = wraps;
  if (!own || !card || epoch?.payload.t !== 'epoch' || !sealed || statements.length !== 3 || wraps.length !== 1) {
    throw bad('a patient takes one card, one statement of whose dossier it is, and one key');
  }
  if (!isNew(people, join.person)) throw bad('this person has a card already');
  if (!meetsDemand(own, people.demand)) throw bad('this practice asks a sign-on of every patient');
  if (people.isOwnTeam(invitation.team)) throw bad('a patient has a team of their own');
  const expected = [
    payloadHash(patientCard(session, join, at)),
    payloadHash(ownFor(session, { id: own.id, card: card.hash }, invitation, join, at, own)),
    epoch.hash,
  ];
  if (expected.join() !== statements.map(({ hash }) => hash).join()) {
    throw bad('what was proposed is not what follows from the answer to the invitation');
  }
  const member = card as Statement<'card'>;
  const { team } = invitation;
  await checkEpoch(session, people, { by, at, team, epoch: epoch.payload, sealed, member, waits: null });
}

/** Who reads this dossier as the patient or for them, now. */
export async function ownersOf(session: Session, dossier: DossierId): Promise<readonly FactOf<'own'>[]> {
  const people = await session.people(true);
  return people.owns(session.now()).filter((fact) => fact.dossier === dossier);
}

/** One owner ends it: refused from that line on; what was sealed for them is sealed afresh without them at the next sync. */
export async function endOwn(session: Session, { id, dossier, practice }: FactOf<'own'>): Promise<void> {
  const end = { t: 'withdrawal', v: 1, suite: 1, practice, fact: id, dossier, at: session.now() } as const;
  const body = { ...statementsToWire([await signStatement(end, session.keys().signer)]), wraps: [] };
  await change(session, { endpoint: 'statements', class: 'admin', items: [], annexed: false, body });
}
