/**
 * What the practice asks of a sign-on (docs/identity.md, "The demand"): read, proposed by one owner, and built again before a second person
 * signs it.
 */

import { type Instant, newId, type OrganisationId, type PersonId } from '@ketenkluis/base';
import { originFault } from '@ketenkluis/protocol';
import {
  checkDemand,
  type Demand,
  type Hash,
  type KeyDirectory,
  type Statement,
  signStatement,
} from '@ketenkluis/seal';
import { bad, type Open, proposeAll } from './proposing.ts';
import type { Session } from './session.ts';

/** What is asked, by whom it was signed and since when; null: the practice never said. */
export async function demanded(
  session: Session,
): Promise<{ readonly demand: Demand; readonly signers: readonly PersonId[] } | null> {
  const people = await session.people(true);
  const { demand, demandedBy } = people;
  return demand === undefined ? null : { demand, signers: demandedBy as readonly PersonId[] };
}

/** What an owner asks for from now on. */
export type Asked = Pick<Demand, 'desk' | 'staff' | 'patients'> & { readonly ways: readonly Demand['ways'][number][] };

const demandFor = (practice: OrganisationId, id: Demand['id'], at: Instant, asked: Asked): Demand => ({
  ...{ t: 'fact', v: 1, suite: 1, kind: 'demand', id, practice, from: at, until: null },
  ...{ desk: asked.desk, ways: asked.ways.map(({ means, issuer }) => ({ means, issuer })) },
  ...{ staff: asked.staff, patients: asked.patients },
});

function checked(fact: Demand, before: Demand | undefined): void {
  if (fact.desk !== null && originFault(fact.desk) !== null) throw bad('the address of the desk is none');
  try {
    checkDemand(fact, before);
  } catch (cause) {
    throw bad('this cannot be asked of a sign-on', cause);
  }
}

/** An owner proposes it to a second person; answers the proposal. Throws `client/bad-proposal`. */
export async function proposeDemand(session: Session, asked: Asked): Promise<Hash> {
  const people = await session.people(true);
  const at = session.now();
  const fact = demandFor(session.practice, newId('fact', session.wire.ports.random), at, asked);
  checked(fact, people.demand);
  const statements = [await signStatement(fact, session.keys().signer)];
  return await proposeAll(session, statements, { at, join: null, names: [], wraps: [] });
}

export const isDemand = (statements: readonly Statement[]): boolean => {
  const fact = statements[0]?.payload;
  return fact?.t === 'fact' && fact.kind === 'demand';
};

export interface ProposedDemand {
  readonly fact: Demand;
  /** What counts now; null where the practice never said. */
  readonly before: Demand | null;
}

/** One demand, from now on. Throws `client/bad-proposal`. */
export function readProposedDemand(
  people: KeyDirectory,
  of: { readonly at: Instant; readonly statements: readonly Statement[]; readonly open: Open; readonly stale: boolean },
): ProposedDemand {
  const [first, ...more] = of.statements;
  const fact = first?.payload;
  if (fact?.t !== 'fact' || fact.kind !== 'demand' || more.length + of.open.wraps.length + of.open.names.length > 0)
    throw bad('this proposes more than what is asked of a sign-on');
  if (fact.from !== of.at) throw bad('what is asked of a sign-on is asked from now on');
  // What came in between is shown beside it, and makes the proposal stale.
  checked(fact, of.stale ? undefined : people.demand);
  return { fact, before: people.demand ?? null };
}
