/**
 * What the patient says at the desk (docs/spec/access.md, "Consent", "Restriction"): one consent to one organisation, or one restriction,
 * stated by a professional who treats. Nothing is inherited: parts and receiver are named.
 */

import { type DossierId, type FactId, type HandleId, type Instant, newId, type OrganisationId } from '@ketenkluis/base';
import { restrictionsAnswer } from '@ketenkluis/protocol';
import {
  expectType,
  type Fact,
  type FactOf,
  type Hash,
  type Payload,
  payloadHash,
  type Statement,
  signBatch,
  signStatement,
  statementsToWire,
} from '@ketenkluis/seal';
import { accessOf } from './access.ts';
import { type About, sealAnnex } from './annex.ts';
import { change } from './change.ts';
import { clientError } from './errors.ts';
import type { ProvedLine } from './log.ts';
import { believed, prepared } from './look.ts';
import { checkFrame, type ProvedState } from './release.ts';
import type { Session } from './session.ts';
import { again, stepTo } from './sharing.ts';

export interface Saying {
  readonly dossier: DossierId;
  /** The own facts that the asker stands on. */
  readonly facts?: readonly FactId[];
  readonly about?: About;
}

async function say(session: Session, { dossier, facts = [], about = {} }: Saying, fact: Fact): Promise<ProvedLine> {
  return await again(session, dossier, async () => {
    const { proved } = await accessOf(session, { dossier, facts, about });
    const live = [...proved.live, payloadHash(fact)];
    const step = stepTo(session, proved, live);
    const { statements } = await signBatch([fact, step], {
      ...{ practice: session.practice, at: session.now(), signer: session.keys().signer },
    });
    const { line } = await change(session, {
      ...{ endpoint: 'consent', class: 'grant', event: 'consent', items: [{ dossier, handle: null, facts }] },
      about: { purpose: 'wat de patient zegt', ...about },
      body: { ...statementsToWire(statements) },
    });
    session.proved.set(dossier, { ...proved, state: step.state, live });
    return line;
  });
}

const head = (session: Session) => ({
  ...{ t: 'fact' as const, v: 1 as const, suite: 1, id: newId('fact', session.wire.ports.random) },
  ...{ practice: session.practice, from: session.now() },
});

/** These parts may be opened by this one organisation (R31, R35). */
export const consentTo = (
  session: Session,
  what: Saying & {
    readonly partner: OrganisationId;
    readonly handles: readonly HandleId[];
    readonly until: Instant;
  },
): Promise<ProvedLine> =>
  say(session, what, {
    ...{ ...head(session), kind: 'consent', dossier: what.dossier, organisation: what.partner },
    ...{ handles: [...what.handles], until: what.until },
  });

/** Shuts parts (null: everything) to somebody, whatever was consented to (R34). Who recorded it sees it again with `restrictionsOf`. */
export const restrict = (
  session: Session,
  what: Saying & {
    readonly handles: readonly HandleId[] | null;
    readonly excluded: FactOf<'restriction'>['excluded'];
    readonly until: Instant | null;
  },
): Promise<ProvedLine> =>
  say(session, what, {
    ...{ ...head(session), kind: 'restriction', dossier: what.dossier, excluded: what.excluded },
    ...{ handles: what.handles === null ? null : [...what.handles], until: what.until, by: session.person },
  });

export interface Restriction {
  readonly fact: FactOf<'restriction'>;
  readonly hash: Hash;
  /** By this person alone. */
  readonly mayLift: boolean;
}

/** With the dossier's state behind the line. */
export async function readRestrictions(session: Session, { dossier, facts = [], about = {} }: Saying) {
  const annex = await sealAnnex(session, { purpose: 'beperkingen', ...about });
  await prepared(session);
  const items = [{ dossier, handle: null, facts }];
  const { answer, request } = await session.inTurn(async () => {
    const ask = { id: annex.id, class: 'audit' as const, action: 'restrictions', items, annex: annex.hash };
    const signed = await session.signed({ ...ask, checkpoint: await session.seen() }, { annex: annex.wire });
    return {
      answer: await session.call('restrictions', restrictionsAnswer, signed.message),
      request: signed.request,
    };
  });
  return await believed(session, request, answer.states, async (context) => {
    const { around, proved } = await checkFrame(answer, context, 'access');
    const state = proved.find((one) => one.dossier === dossier);
    if (state === undefined || proved.length !== 1)
      throw clientError('state-unexplained', 'the vault shows no state of this dossier');
    const at = session.now();
    const found: Restriction[] = [];
    for (const statement of answer.facts.map((wire) => around.parts.read(wire))) {
      const fact = expectType(statement, 'fact').payload;
      if (fact.kind !== 'restriction' || fact.dossier !== dossier || !state.live.includes(statement.hash))
        throw clientError('state-unexplained', 'a restriction is not part of what is live in this dossier');
      if (!(await around.parts.verify(statement)))
        throw clientError('not-signed', 'a restriction is not signed by somebody who may');
      if (fact.until !== null && fact.until <= at) continue;
      const mayLift = context.people.maySign(endOf(session, fact, at), [session.person], at, fact);
      found.push({ fact, hash: statement.hash, mayLift });
    }
    return { found, proved: state };
  });
}

/**
 * What the patient shut and this person may see (docs/spec/access.md, "Restriction"): what they recorded themselves, for an owner all.
 * A line before anything is shown.
 */
export const restrictionsOf = async (session: Session, what: Saying): Promise<readonly Restriction[]> =>
  (await readRestrictions(session, what)).found;

/** At the patient's request it is over from this line on. Throws `client/refused` for what this person may not lift. */
export async function liftRestriction(session: Session, what: Saying & { readonly fact: FactId }): Promise<ProvedLine> {
  const { dossier, facts = [], about = {} } = what;
  return await again(session, dossier, async () => {
    const { found, proved } = await readRestrictions(session, what);
    const shut = found.find(({ fact, mayLift }) => fact.id === what.fact && mayLift);
    if (shut === undefined) throw clientError('refused', 'this is not for you to lift, or it is over');
    const at = session.now();
    const end = await signStatement(endOf(session, shut.fact, at), session.keys().signer);
    return await sendLift(session, { dossier, facts, about }, { end, shut, proved });
  });
}

export const endOf = (
  session: Session,
  { id, dossier }: FactOf<'restriction'>,
  at: Instant,
): Payload<'withdrawal'> => ({
  ...{ t: 'withdrawal', v: 1, suite: 1, practice: session.practice, fact: id, dossier, at },
});

/** Signed by all who must. */
export async function sendLift(
  session: Session,
  { dossier, facts = [], about = {} }: Saying,
  of: { readonly end: Statement<'withdrawal'>; readonly shut: Restriction; readonly proved: ProvedState },
): Promise<ProvedLine> {
  const live = of.proved.live.filter((hash) => hash !== of.shut.hash);
  const step = stepTo(session, of.proved, live);
  const { practice } = session;
  const by = { practice, at: session.now(), signer: session.keys().signer };
  const { statements } = await signBatch([step], by);
  const { line } = await change(session, {
    ...{ endpoint: 'consent', class: 'grant', event: 'consent', items: [{ dossier, handle: null, facts }] },
    about: { purpose: 'de patiënt heft een beperking op', ...about },
    body: { ...statementsToWire([of.end, ...statements]) },
  });
  session.proved.set(dossier, { ...of.proved, state: step.state, live });
  return line;
}
