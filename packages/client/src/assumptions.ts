/**
 * The practice's setting for assumed consent (docs/spec/partners.md, "Assumed consent"): proposed by one owner with the words sealed
 * beside it, signed by a second person who read the same words, ended by one owner.
 */

import { DAY, type FactId, type Instant, newId, type PersonId, plus, type TeamId } from '@ketenkluis/base';
import {
  type AssumptionGround,
  type FactOf,
  type KeyDirectory,
  type Statement,
  signStatement,
  statementsToWire,
} from '@ketenkluis/seal';
import { change } from './change.ts';
import { clientError } from './errors.ts';
import { type Explanation, explanationsOf, openExplanation, sealExplanation, signExplanation } from './names.ts';
import { bad, type Open, proposeAll } from './proposing.ts';
import type { Session } from './session.ts';

interface NewAssumption {
  readonly ground: AssumptionGround;
  /** Teams of partners, each of a category that is named. */
  readonly teams: readonly TeamId[];
  /** Roles of the catalogue. */
  readonly categories: readonly string[];
  /** Why, and how patients were told. */
  readonly text: string;
  readonly until: Instant;
}
export interface Assumption {
  readonly fact: FactOf<'assumption'>;
  /** Null where no owner sealed the words to this person. */
  readonly explanation: Explanation | null;
}

/** Settings end at most this long after they begin. */
export const ASSUMPTION_LIFE = 366 * DAY;

/** An owner proposes it to a second person. Throws `client/bad-proposal` where a team is no partner's. */
export async function proposeAssumption(session: Session, said: NewAssumption): Promise<'proposed'> {
  const people = await session.people(true);
  const at = session.now();
  const { ground, teams, categories, text, until } = said;
  if (teams.length === 0 || !teams.every((team) => people.partnerOf(team, at) !== undefined))
    throw bad('consent is assumed for teams of partners only');
  if (until <= at || until > plus(at, ASSUMPTION_LIFE)) throw bad('this ends within 366 days');
  const id = newId('fact', session.wire.ports.random);
  const words = await signExplanation(session, { fact: id, categories, text }, at);
  const fact: FactOf<'assumption'> = {
    ...{ t: 'fact', v: 1, suite: 1, kind: 'assumption', id, practice: session.practice },
    ...{ ground, teams: [...new Set(teams)], explanation: words.hash, from: at, until },
  };
  const statements = [await signStatement(fact, session.keys().signer)];
  await proposeAll(session, statements, { at, join: null, names: await sealExplanation(session, words), wraps: [] });
  return 'proposed';
}

/** On the directory as it stands now. */
export async function proposeAssumptionAgain(session: Session, waits: Assumption): Promise<void> {
  if (waits.explanation === null) throw bad('only its proposer makes a proposal anew');
  const { ground, teams, until } = waits.fact;
  await proposeAssumption(session, { ground, teams, until, ...waits.explanation });
}

/** Is this proposal about a setting for assumed consent? */
export const isAssumption = (statements: readonly Statement[]): boolean => {
  const fact = statements[0]?.payload;
  return fact?.t === 'fact' && fact.kind === 'assumption';
};

/** One setting, with the words whose hash it names. Throws `client/bad-proposal`. */
export async function readProposedAssumption(
  session: Session,
  people: KeyDirectory,
  of: { readonly by: PersonId; readonly at: Instant; readonly statements: readonly Statement[]; readonly open: Open },
): Promise<Assumption> {
  const [first, ...more] = of.statements;
  const fact = first?.payload;
  if (fact?.t !== 'fact' || fact.kind !== 'assumption' || more.length + of.open.wraps.length > 0)
    throw bad('this proposes more than one setting');
  if (fact.from !== of.at || !fact.teams.every((team) => people.partnerOf(team, session.now()) !== undefined))
    throw bad('a setting is for teams of partners, from now on');
  const reader = session.person;
  const explanation = await openExplanation({ people, names: of.open.names, reader, key: session.keys().kem, fact });
  return { fact, explanation };
}

/** The live settings. */
export async function assumptionsOf(session: Session): Promise<readonly Assumption[]> {
  const people = await session.people(true);
  const live = people.assumptions(session.now());
  if (live.length === 0) return [];
  session.forgetMe();
  const words = await explanationsOf(session, live);
  return live.map((fact) => ({ fact, explanation: words.get(fact.id) ?? null }));
}

/** One owner ends a setting: every consent that was assumed under it is none from that line on. */
export async function endAssumption(session: Session, id: FactId): Promise<void> {
  const people = await session.people(true);
  if (people.assumptionAt(id, session.now()) === undefined)
    throw clientError('refused', 'this setting has ended already');
  const withdrawal = await signStatement(
    {
      ...{ t: 'withdrawal', v: 1, suite: 1, practice: session.practice, fact: id, dossier: null },
      at: session.now(),
    },
    session.keys().signer,
  );
  await change(session, {
    ...{ endpoint: 'statements', class: 'admin', items: [], annexed: false },
    body: { ...statementsToWire([withdrawal]), wraps: [] },
  });
  await session.people(true);
}
