/**
 * What a patient says from their own device, or who stands in for them (docs/spec/own.md, "In their own hands"): consent to one organisation,
 * a refusal, a part that is shut, and taking each of these back. Signed with their own card; refused or open from that line on.
 */

import type { FactId, HandleId, Instant, OrganisationId } from '@ketenkluis/base';
import { newId } from '@ketenkluis/base';
import {
  type Fact,
  type FactOf,
  type Hash,
  type Payload,
  payloadHash,
  signBatch,
  statementsToWire,
} from '@ketenkluis/seal';
import { type Access, accessOf } from './access.ts';
import { change } from './change.ts';
import { liveAfter } from './ending.ts';
import { clientError } from './errors.ts';
import type { ProvedLine } from './log.ts';
import { type OwnDossier, whoIs } from './own.ts';
import type { Session } from './session.ts';
import { again, stepTo } from './sharing.ts';

type Said = FactOf<'consent'> | FactOf<'restriction'>;

/** Everything that stands in the dossier, what was shut included; a line. `hidden` is nothing here: more than that the vault keeps back. */
export const ownAccess = (session: Session, own: OwnDossier): Promise<Access> =>
  accessOf(session, {
    ...{ dossier: own.dossier, facts: [own.own], class: 'own' },
    about: { ...whoIs(own), purpose: 'wie mag er kijken' },
  });

/** One change of what the patient said, upon everything that stands. */
async function say(
  session: Session,
  own: OwnDossier,
  purpose: string,
  which: (access: Access) => { readonly states: readonly Fact[]; readonly ends: readonly Said[] },
): Promise<ProvedLine> {
  const { dossier } = own;
  return await again(session, dossier, async () => {
    const access = await ownAccess(session, own);
    const { states, ends } = which(access);
    if (states.length + ends.length === 0) throw clientError('refused', 'this stands no more');
    const at = session.now();
    const { practice } = session;
    const people = await session.people();
    const withdrawals = ends.map(
      ({ id: fact }): Payload<'withdrawal'> => ({ t: 'withdrawal', v: 1, suite: 1, practice, fact, dossier, at }),
    );
    const left = liveAfter(access, ends, (partner) => people.teamsOfPartner(partner));
    const live: Hash[] = [...left, ...states.map(payloadHash)];
    const step = stepTo(session, access.proved, live);
    const { statements } = await signBatch([...states, ...withdrawals, step], {
      ...{ practice, at, signer: session.keys().signer },
    });
    const { line } = await change(session, {
      ...{ endpoint: 'consent', class: 'say', event: 'consent' },
      items: [{ dossier, handle: null, facts: [own.own] }],
      about: { ...whoIs(own), purpose },
      body: { ...statementsToWire(statements) },
    });
    session.proved.set(dossier, { ...access.proved, state: step.state, live });
    return line;
  });
}

const head = (session: Session) => ({
  ...{ t: 'fact' as const, v: 1 as const, suite: 1, id: newId('fact', session.wire.ports.random) },
  ...{ practice: session.practice, from: session.now() },
});

const consents = (access: Access, partner: OrganisationId): FactOf<'consent'>[] =>
  access.facts.flatMap(({ fact }) => (fact.kind === 'consent' && fact.organisation === partner ? [fact] : []));

/** These parts may be opened by this one organisation, in a step of its own; at the latest until this person reads the dossier no more. */
export const agreeTo = (
  session: Session,
  own: OwnDossier,
  what: { readonly partner: OrganisationId; readonly handles: readonly HandleId[]; readonly until: Instant },
): Promise<ProvedLine> =>
  say(session, own, 'toestemming', () => ({
    ends: [],
    states: [
      {
        ...{ ...head(session), kind: 'consent', dossier: own.dossier, organisation: what.partner },
        ...{ handles: [...what.handles], until: what.until, through: own.own },
      },
    ],
  }));

/** Every consent for this organisation ends, whoever wrote it down. */
export const takeBack = (session: Session, own: OwnDossier, partner: OrganisationId): Promise<ProvedLine> =>
  say(session, own, 'toestemming ingetrokken', (access) => ({ states: [], ends: consents(access, partner) }));

/**
 * Shut, whatever was or will be agreed to: these parts (null: everything) for each of these organisations or teams, or for everybody outside
 * the practice. Consents stand, and open nothing of it.
 */
export const refuse = (
  session: Session,
  own: OwnDossier,
  what: {
    readonly handles: readonly HandleId[] | null;
    readonly excluded: readonly FactOf<'restriction'>['excluded'][];
  },
): Promise<ProvedLine> =>
  say(session, own, 'beperking', () => ({
    ends: [],
    states: what.excluded.map((excluded) => ({
      ...{ ...head(session), kind: 'restriction', dossier: own.dossier, excluded, until: null },
      ...{ handles: what.handles === null ? null : [...what.handles], by: session.person },
    })),
  }));

/** What was shut is open again to whom the other rules let in. Throws `client/refused` for what is not this person's to lift. */
export const liftOwn = (session: Session, own: OwnDossier, restriction: FactId): Promise<ProvedLine> =>
  say(session, own, 'beperking opgeheven', ({ facts }) => ({
    states: [],
    ends: facts.flatMap(({ fact }) =>
      fact.kind === 'restriction' && fact.id === restriction && mayLift(session, own, fact) ? [fact] : [],
    ),
  }));

/** The patient lifts all of it; who stands in for them what they shut themselves. */
export const mayLift = (session: Session, { as }: OwnDossier, { by }: FactOf<'restriction'>): boolean =>
  as === 'patient' || by === session.person;
