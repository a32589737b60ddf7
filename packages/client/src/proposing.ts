/** Puts something before the others who must sign it (docs/spec/protocol.md, "Proposals"). */

import { type Instant, plus } from '@ketenkluis/base';
import { PROPOSAL_LIFE, type postProposal } from '@ketenkluis/protocol';
import {
  type Hash,
  type Payload,
  type Statement,
  signStatement,
  statementFromWire,
  statementToWire,
  takesSecond,
} from '@ketenkluis/seal';
import type { z } from 'zod';
import { change } from './change.ts';
import { clientError } from './errors.ts';
import type { Session } from './session.ts';

export type Open = z.infer<typeof postProposal>['body'];

export const bad = (why: string, cause?: unknown) =>
  clientError('bad-proposal', why, cause === undefined ? {} : { cause });

/** What takes two people, of whom one need not be an owner (rules.ts). */
export const opensADoor = ({ payload }: Statement): boolean => takesSecond(payload);

/** New keys after somebody left: nothing but epochs and ends of cards (leaving.ts). */
export function isRenewal({ proposal, statements }: Open): boolean {
  const stated = statementFromWire(proposal).payload;
  const all = statements.map((one) => statementFromWire(one).payload.t);
  return stated.t === 'proposal' && stated.join === null && all.every((t) => t === 'epoch' || t === 'card');
}

/** Puts what this owner signed before the others, on the directory as it stands. */
export async function proposeAll(
  session: Session,
  statements: readonly Statement[],
  rest: Pick<Open, 'names' | 'wraps'> & { readonly at: Instant; readonly join: Payload<'proposal'>['join'] },
): Promise<Hash> {
  const { count, digest } = (await session.people()).position;
  if (digest === null) throw clientError('wrong-practice', 'this practice shows no keys');
  const { at, join, names, wraps } = rest;
  const proposal = await signStatement(
    {
      ...{ t: 'proposal', v: 1, suite: 1, organisation: session.practice, by: session.person, at },
      ...{ until: plus(at, PROPOSAL_LIFE), people: { count, digest }, join },
      statements: statements.map(({ hash }) => hash),
    },
    session.keys().signer,
  );
  await send(session, { proposal: statementToWire(proposal), names, wraps }, statements);
  return proposal.hash;
}

export async function send(
  session: Session,
  open: Omit<Open, 'statements'>,
  statements: readonly Statement[],
): Promise<void> {
  const body = { ...open, statements: statements.map(statementToWire) };
  const people = await session.people();
  const owner = people.authority?.owners.some(({ person }) => person === session.person) ?? false;
  // Who is no owner signs as well for oneself only.
  const of = owner ? 'admin' : 'session';
  await change(session, { endpoint: 'propose', class: of, items: [], annexed: false, body, event: 'proposal' });
}
