/**
 * What a patient shut, opened again by the owners together (docs/spec/access.md, "Restriction"): one signs its end and asks, the others
 * sign the same. Each reads the restriction first, in a line; the vault's word for what it is about is taken nowhere.
 */

import type { DossierId, FactId } from '@ketenkluis/base';
import {
  addSignature,
  expectType,
  type Hash,
  isShutOut,
  type Statement,
  signersOf,
  signStatement,
} from '@ketenkluis/seal';
import { endOf, type Restriction, readRestrictions, type Saying, sendLift } from './consent.ts';
import { clientError } from './errors.ts';
import { disagree, findProposal, type WaitingLift } from './proposals.ts';
import { bad, proposeAll, send } from './proposing.ts';
import type { Session } from './session.ts';
import { again } from './sharing.ts';

const wrong = () => clientError('refused', 'this is not for you to lift, or it is over');

async function standing(session: Session, what: Saying & { readonly fact: FactId }) {
  const { found, proved } = await readRestrictions(session, what);
  const shut = found.find(({ fact }) => fact.id === what.fact);
  if (shut === undefined) throw wrong();
  return { shut, proved };
}

/** May this person ask the other owners to lift it? Where one owner signs for the practice they lift it alone. */
export async function mayAskToLift(session: Session, { fact, mayLift }: Restriction): Promise<boolean> {
  const people = await session.people();
  const { owners = [], threshold = 1 } = people.authority ?? {};
  const isOwner = owners.some(({ person }) => person === session.person);
  return !mayLift && isOwner && threshold > 1 && !isShutOut(people, fact, session.person, session.now());
}

/** An owner asks the others, at the patient's request. Throws `client/refused` for what is not this person's to lift. */
export async function proposeLift(session: Session, what: Saying & { readonly fact: FactId }): Promise<'proposed'> {
  await session.people(true);
  const { shut } = await standing(session, what);
  if (!(await mayAskToLift(session, shut))) throw wrong();
  const at = session.now();
  const end = await signStatement(endOf(session, shut.fact, at), session.keys().signer);
  await proposeAll(session, [end], { at, join: null, names: [], wraps: [] });
  return 'proposed';
}

/** The same restriction, asked anew on the directory as it stands now. */
export async function proposeLiftAgain(session: Session, { hash, dossier, fact }: WaitingLift): Promise<void> {
  await disagree(session, hash);
  await proposeLift(session, { dossier, fact });
}

/**
 * This owner signs as well; who signs last lifts it, from that line on.
 * Throws `client/refused`, `client/bad-proposal`, `client/stale-proposal`.
 */
export async function agreeToLift(
  session: Session,
  what: Saying & { readonly dossier: DossierId; readonly proposal: Hash },
): Promise<'lifted' | 'proposed'> {
  return await again(session, what.dossier, async () => {
    const { waiting, statements, open, signed } = await findProposal(session, what.proposal);
    if (waiting.what !== 'lift' || waiting.dossier !== what.dossier) throw bad('this lifts nothing in this dossier');
    if (waiting.stale) throw clientError('stale-proposal', 'cards or teams have changed since');
    const { shut, proved } = await standing(session, { ...what, fact: waiting.fact });
    const proposed = expectType(statements[0] as Statement, 'withdrawal');
    const mine = signersOf(proposed).includes(session.person);
    const end = mine ? proposed : await addSignature(proposed, session.keys().signer);
    const people = await session.people();
    if (signed !== people.maySign(end.payload, signersOf(end), session.now(), shut.fact))
      throw bad('who signed this may not lift it');
    if (!signed) {
      await send(session, open, [end]);
      return 'proposed';
    }
    await sendLift(session, what, { end, shut, proved });
    return 'lifted';
  });
}
