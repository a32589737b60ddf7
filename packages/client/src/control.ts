/**
 * The practice's control policy (R49; docs/spec/review.md, "Control policy"): proposed by one owner, signed by a second person, one
 * version after the other. None ends; the next takes its place.
 */

import { type Instant, newId, type PersonId } from '@ketenkluis/base';
import { type FactOf, type KeyDirectory, type Statement, signStatement } from '@ketenkluis/seal';
import { bad, type Open, proposeAll } from './proposing.ts';
import type { Session } from './session.ts';

/** What a policy says, without its place among the others. */
export type ControlTerms = Pick<
  FactOf<'control'>,
  'board' | 'officers' | 'outside' | 'findingAt' | 'every' | 'sampleSize' | 'answerDays' | 'decideDays'
>;

/** An owner proposes it to a second person. Throws `client/bad-proposal` where it names somebody without a card. */
export async function proposeControl(session: Session, terms: ControlTerms): Promise<'proposed'> {
  const people = await session.people(true);
  const at = session.now();
  const before = people.controls.at(-1);
  const { board, officers, outside, findingAt, every, sampleSize, answerDays, decideDays } = terms;
  if (![board, ...officers].every((person) => people.knows(person)))
    throw bad('a control policy names colleagues with a card');
  const fact: FactOf<'control'> = {
    ...{ t: 'fact', v: 1, suite: 1, kind: 'control', id: newId('fact', session.wire.ports.random) },
    ...{ practice: session.practice, from: at, until: null },
    ...{ number: (before?.fact.number ?? 0) + 1, prev: before?.hash ?? null },
    ...{ board, officers: [...new Set(officers)], outside: [...new Set(outside)], findingAt, every },
    ...{ sampleSize, answerDays, decideDays },
  };
  const statements = [await signStatement(fact, session.keys().signer)];
  await proposeAll(session, statements, { at, join: null, names: [], wraps: [] });
  return 'proposed';
}

export const isControl = (statements: readonly Statement[]): boolean => {
  const fact = statements[0]?.payload;
  return fact?.t === 'fact' && fact.kind === 'control';
};

/** One policy, the next in line. Throws `client/bad-proposal`. */
export function readProposedControl(
  people: KeyDirectory,
  of: { readonly at: Instant; readonly statements: readonly Statement[]; readonly open: Open },
): { readonly fact: FactOf<'control'>; readonly before: FactOf<'control'> | null } {
  const [first, ...more] = of.statements;
  const fact = first?.payload;
  if (fact?.t !== 'fact' || fact.kind !== 'control' || more.length + of.open.wraps.length > 0)
    throw bad('this proposes more than one control policy');
  const before = people.controls.at(-1);
  if (fact.from !== of.at || fact.until !== null || fact.prev !== (before?.hash ?? null))
    throw bad('a control policy follows the one that stands, from now on');
  const known = [fact.board, ...fact.officers].every((person: PersonId) => people.knows(person));
  if (!known) throw bad('this control policy names somebody without a card');
  return { fact, before: before?.fact ?? null };
}

/** Every policy that ever stood, oldest first, with its hash; empty where the practice has none yet. */
export async function controlsOf(session: Session): Promise<KeyDirectory['controls']> {
  return (await session.people(true)).controls;
}
