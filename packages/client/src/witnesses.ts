/**
 * Who outside confirms the log (docs/spec/witness.md): where it stands by this client's own reading of the directory, and the owners'
 * naming of witnesses, which takes two people.
 */

import { HOUR, type Instant, newId, type PersonId } from '@ketenkluis/base';
import {
  type Checkpoint,
  confirmedBy,
  type KnownLine,
  parseVkey,
  type Standing,
  standingOf,
  type WitnessSaid,
} from '@ketenkluis/ledger';
import { type WitnessFault, witnessed } from '@ketenkluis/protocol';
import { type FactOf, type KeyDirectory, type Statement, signStatement, witnessPolicy } from '@ketenkluis/seal';
import type { z } from 'zod';
import { stepsFromWire } from './log.ts';
import { bad, type Open, proposeAll } from './proposing.ts';
import type { Session } from './session.ts';

export interface LogStanding {
  readonly standing: Exclude<Standing, 'fork'>;
  /** Witnesses that the owners named, how many must confirm, and how many have said something lately. */
  readonly named: number;
  readonly quorum: number;
  readonly fresh: number;
  /** Lines that the quorum confirms. */
  readonly size: number;
  readonly witnesses: readonly (WitnessSaid & {
    readonly url: string;
    readonly keys: readonly string[];
    /** A note that holds; null where there is none. */
    readonly note: string | null;
    readonly fault: WitnessFault | null;
  })[];
  /** Milliseconds that the owners allow. */
  readonly lag: number;
}

const NOBODY: LogStanding = { standing: 'none', named: 0, quorum: 0, fresh: 0, size: 0, lag: 0, witnesses: [] };

type Answer = z.infer<typeof witnessed>;
async function ask(session: Session): Promise<{ readonly answer: Answer; readonly under: Checkpoint }> {
  const log = await session.log();
  return await session.inTurn(async () => {
    const from = log.seen();
    const answer = await session.call('witnessed', witnessed, undefined, from === null ? '' : `?from=${from.size}`);
    return { answer, under: await log.accept(answer.checkpoint, answer.consistency, from) };
  });
}

/**
 * Where these lines stand. Throws `client/fork` where a witness cosigned what does not fit this client's log: both notes are kept, and
 * nothing of that log is believed from then on.
 */
export async function logStanding(session: Session, lines: readonly KnownLine[] = []): Promise<LogStanding> {
  const first = await session.people();
  const { answer, under } = await ask(session);
  const log = await session.log();
  const judge = async (people: KeyDirectory) => {
    const fact = people.witnesses;
    if (fact === undefined) return null;
    const policy = witnessPolicy(fact);
    const shown = answer.witnesses.flatMap(({ name, note, proof }) =>
      note === null ? [] : [{ name, note, proof: stepsFromWire(proof) }],
    );
    const now = session.now();
    const key = parseVkey(log.log.key);
    const confirmed = await confirmedBy({ log: key, policy, under, shown, now, verifier: session.verifier });
    return { fact, policy, confirmed, now };
  };
  let found = await judge(first);
  // The vault speaks of others than this client knows: the owners may have named anew since it read the directory.
  const asNamed = (found?.policy.witnesses ?? []).map(({ name }) => name).join();
  const differs = asNamed !== answer.witnesses.map(({ name }) => name).join();
  if (differs || found?.confirmed.witnesses.some(({ word }) => word === 'false'))
    found = await judge(await session.people(true));
  if (found === null) return NOBODY;
  const { fact, policy, confirmed, now } = found;
  const [fork] = confirmed.forks;
  if (fork !== undefined) return await log.contradicted(fork);
  const standing = standingOf({ policy, confirmed, since: fact.from, lines, now });
  return {
    standing: standing === 'fork' ? 'degraded' : standing,
    ...{ named: policy.witnesses.length, quorum: policy.quorum, size: confirmed.checkpoint?.size ?? 0 },
    fresh: confirmed.witnesses.filter(({ word }) => word === 'fresh').length,
    lag: policy.lag,
    witnesses: confirmed.witnesses.map((one, i) => {
      const said = answer.witnesses.find(({ name }) => name === one.name);
      const { url, keys } = fact.witnesses[i]!;
      return { ...one, url, keys, note: one.size > 0 ? (said?.note ?? null) : null, fault: said?.fault ?? null };
    }),
  };
}

export type NamedWitnesses = Pick<FactOf<'witnesses'>, 'quorum' | 'lag' | 'witnesses'>;
/** Proposed where nobody says otherwise. */
export const WITNESS_LAG = HOUR;

/** An owner proposes them to a second person; an empty list with quorum 0: nobody any more. Throws `client/bad-proposal`. */
export async function proposeWitnesses(session: Session, named: NamedWitnesses): Promise<'proposed'> {
  await session.people(true);
  const at = session.now();
  const fact: FactOf<'witnesses'> = {
    ...{ t: 'fact', v: 1, suite: 1, kind: 'witnesses', id: newId('fact', session.wire.ports.random) },
    ...{ practice: session.practice, from: at, until: null, quorum: named.quorum, lag: named.lag },
    witnesses: named.witnesses.map(({ name, url, keys }) => ({ name, url, keys: [...keys] })),
  };
  checked(fact);
  const statements = [await signStatement(fact, session.keys().signer)];
  await proposeAll(session, statements, { at, join: null, names: [], wraps: [] });
  return 'proposed';
}

function checked(fact: FactOf<'witnesses'>): void {
  try {
    witnessPolicy(fact);
  } catch (cause) {
    throw bad('these cannot be named as witnesses', cause);
  }
}

/** Is this proposal about who confirms the log? */
export const isWitnesses = (statements: readonly Statement[]): boolean => {
  const fact = statements[0]?.payload;
  return fact?.t === 'fact' && fact.kind === 'witnesses';
};

export interface ProposedWitnesses {
  readonly fact: FactOf<'witnesses'>;
  /** Those that count now; null where nobody was ever named. */
  readonly before: FactOf<'witnesses'> | null;
}

/** One list, from now on. Throws `client/bad-proposal`. */
export function readProposedWitnesses(
  people: KeyDirectory,
  of: { readonly by: PersonId; readonly at: Instant; readonly statements: readonly Statement[]; readonly open: Open },
): ProposedWitnesses {
  const [first, ...more] = of.statements;
  const fact = first?.payload;
  if (fact?.t !== 'fact' || fact.kind !== 'witnesses' || more.length + of.open.wraps.length > 0)
    throw bad('this proposes more than one list of witnesses');
  if (fact.from !== of.at) throw bad('witnesses are named from now on');
  checked(fact);
  return { fact, before: people.witnesses ?? null };
}
